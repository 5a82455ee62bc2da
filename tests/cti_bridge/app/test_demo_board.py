"""The demo's board: everything is on it, nothing jumps, nothing sticks out."""

import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from cti_bridge.app.demo_board import STATES, AgentCell, Happening, Picture, QueueLine, bar, clock, draw, percent
from facts.time import HOUR, MINUTE, SECOND

AT = datetime(2026, 3, 2, 9, 30, 5, tzinfo=UTC)
QUIET = QueueLine(title="Sales")
BUSY = QueueLine(
    title="Technical support",
    waiting=12,
    longest=754 * SECOND,
    offered=48213,
    answered=45102,
    abandoned=3111,
    asa_s=93.4,
    service_level=0.4167,
    goal=0.8,
)


def picture(*queues: QueueLine, agents: int = 30, happenings: int = 60, console: tuple[str, ...] = ()) -> Picture:
    names = [name for name, _sign, _colour in STATES]
    return Picture(
        now=AT,
        speed=60,
        passed=5 * MINUTE,
        length=20 * MINUTE,
        queues=queues,
        total=QueueLine(title="All queues", waiting=12, service_level=0.812),
        agents=tuple(
            AgentCell(name=f"agent-{number}", state=names[number % len(names)], lasts=number * SECOND)
            for number in range(agents)
        ),
        occupancy=0.8125,
        happenings=tuple(Happening(at=AT, where="Sales", text=f"line {number}") for number in range(happenings)),
        console=console,
    )


def drawn(shown: Picture, width: int = 112, height: int = 36) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, record=True)
    console.print(draw(shown, width, height))
    return console.export_text().splitlines()


def ends_of_numbers(lines: list[str], title: str) -> list[int]:
    """Where the words of a queue's line end; all words behind its title are numbers."""
    [line] = [line for line in lines if line.strip().startswith(title)]
    rest = line.index(title) + len(title)
    words = re.finditer(r"\S+(?: %)?", line[rest:].replace("━", " ").replace("╸", " ").replace("─", " "))
    return [rest + word.end() for word in words]


def test_a_queue_shows_its_figures() -> None:
    [line] = [line for line in drawn(picture(BUSY)) if "Technical support" in line]
    assert re.findall(r"[\d:.]+", line) == ["12", "12:34", "48213", "45102", "3111", "1:33", "41.7"]


def test_where_there_is_no_data_there_is_a_dash() -> None:
    [line] = [line for line in drawn(picture(QUIET)) if line.startswith(" Sales  ")][:1]
    assert re.findall(r"[\d.]+|\u2013", line) == ["0", "\u2013", "0", "0", "0", "\u2013", "\u2013"]


@pytest.mark.parametrize("width", [60, 80, 96, 112, 200])
def test_numbers_stand_below_each_other_however_long_they_are(width: int) -> None:
    lines = drawn(picture(QUIET, BUSY, QueueLine(title="Billing", service_level=1.0)), width)
    quiet, busy = ends_of_numbers(lines, "Sales"), ends_of_numbers(lines, "Techni")[-8:]
    assert quiet == busy[-len(quiet) :] == ends_of_numbers(lines, "Billing")


@given(
    waiting=st.integers(0, 999),
    answered=st.integers(0, 999_999),
    level=st.none() | st.floats(0, 1),
    longest=st.none() | st.integers(0, 59 * MINUTE),
)
@settings(deadline=None, max_examples=40)
def test_no_value_moves_another(waiting: int, answered: int, level: float | None, longest: int | None) -> None:
    line = QueueLine(title="Sales", waiting=waiting, answered=answered, service_level=level, longest=longest)
    assert ends_of_numbers(drawn(picture(line)), "Sales") == ends_of_numbers(drawn(picture(QUIET)), "Sales")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (96, 30), (112, 36), (200, 60)])
def test_the_board_fills_the_terminal_and_never_more(width: int, height: int) -> None:
    lines = drawn(picture(QUIET, BUSY, QUIET), width, height)
    assert max(map(len, lines)) <= width
    assert len(lines) == height - 1  # the last stays free, as a terminal scrolls after a full one


@pytest.mark.parametrize(("width", "height"), [(80, 24), (112, 36)])
def test_log_ins_are_on_the_board_and_agents_make_room_for_them(width: int, height: int) -> None:
    lines = drawn(picture(QUIET, BUSY, QUIET, console=("Console: http://here", "agent  robin  k7m2p")), width, height)
    assert [lines[1], lines[2]] == [" Console: http://here", " agent  robin  k7m2p"]
    assert len(lines) == height - 1
    shown = sum(line.count("agent-") for line in lines)
    more = [int(found[1]) for line in lines if (found := re.search(r"and (\d+) more", line))]
    assert shown + sum(more) == 30


def test_the_board_has_one_height_whatever_happened() -> None:
    assert len(drawn(picture(QUIET, happenings=0))) == len(drawn(picture(QUIET, happenings=60)))


def test_every_state_has_a_shape_of_its_own_and_is_counted() -> None:
    assert len({sign for _name, sign, _colour in STATES}) == len(STATES)
    [counts] = [line for line in drawn(picture(QUIET, agents=13)) if "● ready" in line]
    assert re.findall(r"(\S) ([a-z -]+?) +(\d+)", counts)[: len(STATES)] == [
        (sign, name, "3" if name == "ready" else "2") for name, sign, _colour in STATES
    ]
    assert "81.2 %" in counts


def test_agents_who_do_not_fit_are_counted() -> None:
    lines = drawn(picture(QUIET, agents=500))
    assert any("and 452 more" in line for line in lines)


def test_the_newest_happening_comes_first() -> None:
    lines = [line for line in drawn(picture(QUIET)) if "  line " in line]
    assert lines[0].endswith("line 59")
    assert lines[1].endswith("line 58")


def test_how_values_are_written() -> None:
    assert [clock(value) for value in (-1, 0, 65 * SECOND, HOUR + 2 * MINUTE + 3 * SECOND)] == [
        "0:00",
        "0:00",
        "1:05",
        "1:02:03",
    ]
    assert [percent(value) for value in (None, 0, 0.8264, 1)] == ["\u2013", "0.0 %", "82.6 %", "100.0 %"]
    assert [bar(share, "").plain.rstrip("─") for share in (None, 0.0, 0.5, 0.54, 1.0, 2.0)] == [
        "",
        "",
        "━" * 6,
        "━" * 6 + "╸",
        "━" * 12,
        "━" * 12,
    ]
