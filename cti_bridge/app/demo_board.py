"""The demo's live board: what a supervisor sees at a glance, drawn from a frozen picture of the moment.

Every number has its reserved width, so nothing jumps. States differ in shape as well as in colour. No customer's data
comes here.
"""

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import msgspec
from rich import box
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from facts.time import HOUR, SECOND, Duration

STATES = (
    ("ready", "●", "green"),
    ("ringing", "◆", "bright_cyan"),
    ("talking", "▲", "bright_blue"),
    ("wrap-up", "◐", "yellow"),
    ("not ready", "■", "magenta"),
    ("offline", "○", "bright_black"),
)
"""Name, sign and colour of what an agent can be doing, in the order of the board."""

_LOOKS = {name: (sign, colour) for name, sign, colour in STATES}

_NO_DATA = "\u2013"
_BAR_CELLS = 12
_AGENT_NAME, _AGENT_TIME, _AGENT_GAP = 8, 5, 2
_AGENT_CELL = 2 + _AGENT_NAME + 1 + _AGENT_TIME
_MOST_AGENT_ROWS = 8
_MOST_WHERE = 20
_WIDE = 96
"""From this width on there is room for the bars."""

_AROUND = 12
"""Lines of the board besides queues, agents and events."""


class QueueLine(msgspec.Struct, frozen=True, kw_only=True):
    """One queue, or all of them. ``asa_s`` in seconds, ``service_level`` and ``goal`` fractions; None: no data."""

    title: str
    waiting: int = 0
    longest: Duration | None = None
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    asa_s: float | None = None
    service_level: float | None = None
    threshold_s: float = 20
    goal: float | None = None


class AgentCell(msgspec.Struct, frozen=True, kw_only=True):
    """One agent: what they are doing (a name of :data:`STATES`), and for how long."""

    name: str
    state: str
    lasts: Duration = 0


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """A line of what happened lately."""

    at: datetime
    where: str
    text: str
    is_bad: bool = False


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The centre at one moment. ``length``: how long the demo is to last; None: until it is ended.

    ``console``: where the browser console is, and how to sign in; a line each.
    """

    now: datetime
    speed: float
    passed: Duration
    length: Duration | None
    queues: tuple[QueueLine, ...]
    total: QueueLine
    agents: tuple[AgentCell, ...]
    occupancy: float | None
    happenings: tuple[Happening, ...]
    """Latest last."""
    console: tuple[str, ...] = ()


def draw(picture: Picture, width: int, height: int) -> RenderableType:
    """The board for a terminal of so many columns and lines."""
    across = _agents_across(width)
    around = _AROUND + len(picture.console) + len(picture.queues)
    shown = _agents_shown(len(picture.agents), across, height - around)
    room = height - around - math.ceil(shown / across) - (len(picture.agents) > shown)
    return Group(
        _heading(picture, width),
        *(Text(f" {line}", no_wrap=True, overflow="ellipsis") for line in picture.console),
        Text(),
        _queues(picture, width),
        Text(),
        _agent_counts(picture, width),
        _agents(picture.agents, shown, width),
        Text(),
        Rule(Text(" latest ", style="dim"), align="left", style="bright_black", characters="─"),
        *_latest(picture, max(room, 0)),
    )


def _agents_shown(agents: int, across: int, lines: int) -> int:
    """How many agents fit; where not all do, a line has to say how many more there are."""
    rows = min(_MOST_AGENT_ROWS, math.ceil(agents / across), max(lines, 0))
    if rows * across < agents and rows == lines:
        rows = max(rows - 1, 0)
    return min(agents, rows * across)


def _line(left: Text, right: Text, width: int) -> Text:
    """Left and right of one line; what does not fit is cut."""
    gap = max(1, width - left.cell_len - right.cell_len)
    whole = Text.assemble(left, " " * gap, right, no_wrap=True, overflow="ellipsis")
    whole.truncate(width, overflow="ellipsis")
    return whole


def _heading(picture: Picture, width: int) -> Text:
    left = Text.assemble(
        (" Cordboard ", "bold reverse"), (f"  {picture.now:%a %d %b}  ", "dim"), (f"{picture.now:%H:%M:%S}", "bold")
    )
    of = "" if picture.length is None else f" of {clock(picture.length)}"
    return _line(
        left, Text(f"{clock(picture.passed)}{of} · speed {picture.speed:g} · Ctrl-C ends it ", style="dim"), width
    )


# -- queues ----------------------------------------------------------------------------------------------------------


def _queues(picture: Picture, width: int) -> Table:
    side = 1 if width >= _WIDE else 0
    table = Table(
        box=box.SIMPLE_HEAD,
        expand=True,
        show_edge=False,
        padding=(0, 1, 0, side),
        header_style="dim",
        border_style="bright_black",
    )
    columns = [column for column in _COLUMNS if width >= column.from_width]
    table.add_column("Queue" if side else " Queue", ratio=1, no_wrap=True, overflow="ellipsis", min_width=8)
    for column in columns:
        title = column.title.format(picture.total.threshold_s)
        table.add_column(title, justify="right", width=column.width, no_wrap=True)
    for queue in picture.queues:
        table.add_row(Text(queue.title if side else f" {queue.title}"), *(column.cell(queue) for column in columns))
    table.add_section()
    title = picture.total.title
    table.add_row(title if side else f" {title}", *(column.cell(picture.total) for column in columns), style="bold")
    return table


def _longest(queue: QueueLine) -> Text:
    if queue.longest is None:
        return Text(_NO_DATA)
    return Text(clock(queue.longest), style="yellow" if queue.longest > queue.threshold_s * SECOND else "")


def _count(count: int) -> Text:
    return Text(str(count), style="" if count else "dim")


def _asa(queue: QueueLine) -> Text:
    return Text(_NO_DATA if queue.asa_s is None else clock(round(queue.asa_s * SECOND)))


class _Column(msgspec.Struct, frozen=True):
    """A column of the queues, for terminals from a width on."""

    title: str
    width: int
    from_width: int
    cell: Callable[[QueueLine], Text]


_COLUMNS = (
    _Column("Waiting", 7, 0, lambda queue: _count(queue.waiting)),
    _Column("Longest", 7, 0, _longest),
    _Column("Offered", 7, 78, lambda queue: _count(queue.offered)),
    _Column("Answered", 8, 0, lambda queue: _count(queue.answered)),
    _Column("Abandoned", 9, 78, lambda queue: _count(queue.abandoned)),
    _Column("ASA", 5, 78, _asa),
    _Column("", _BAR_CELLS, _WIDE, lambda queue: bar(queue.service_level, _level_style(queue))),
    _Column("SL {:g} s", 7, 0, lambda queue: Text(percent(queue.service_level), style=_level_style(queue))),
)


def _level_style(queue: QueueLine) -> str:
    if queue.service_level is None:
        return "dim"
    return "green" if queue.goal is None or queue.service_level >= queue.goal else "yellow"


def bar(share: float | None, style: str) -> Text:
    """A bar of a fixed width, filled to half a column."""
    full, half = divmod(round(2 * _BAR_CELLS * min(1.0, max(0.0, share or 0.0))), 2)
    filled = "━" * full + "╸" * half
    return Text.assemble((filled, style), ("─" * (_BAR_CELLS - len(filled)), "bright_black"))


def percent(share: float | None) -> str:
    """``82.6 %``."""
    return _NO_DATA if share is None else f"{100 * share:.1f} %"


def clock(duration: Duration) -> str:
    """``0:42``, from an hour on ``1:02:42``."""
    seconds = max(0, duration) // SECOND
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02}"
    return str(timedelta(seconds=seconds))


# -- agents ----------------------------------------------------------------------------------------------------------


def _agents_across(width: int) -> int:
    return max(1, (width - 2 + _AGENT_GAP) // (_AGENT_CELL + _AGENT_GAP))


def _agent_counts(picture: Picture, width: int) -> Text:
    doing = [agent.state for agent in picture.agents]
    digits = len(str(len(doing)))
    gap = " " * (3 if width >= _WIDE else 1)
    counts = Text(" ")
    for name, sign, colour in STATES:
        counts.append_text(Text.assemble((sign, colour), (f" {name} ", "dim"), f"{doing.count(name):>{digits}}{gap}"))
    occupancy = Text.assemble(("occupancy ", "dim"), f"{percent(picture.occupancy):>7} ")
    return _line(counts, occupancy if width >= _WIDE else Text(), width)


def _agents(agents: tuple[AgentCell, ...], most: int, width: int) -> RenderableType:
    across = _agents_across(width)
    shown = agents[:most]
    rows = [shown[first : first + across] for first in range(0, len(shown), across)]
    gap = Text(" " * ((width - 2 - across * _AGENT_CELL) // max(1, across - 1)))
    lines = [Text(), *(Text(" ", no_wrap=True).append_text(gap.join(map(_agent, row))) for row in rows)]
    if hidden := len(agents) - len(shown):
        lines.append(Text(f" and {hidden} more", style="dim"))
    return Group(*lines)


def _agent(agent: AgentCell) -> Text:
    sign, colour = _LOOKS[agent.state]
    name = Text(agent.name)
    name.truncate(_AGENT_NAME, overflow="ellipsis", pad=True)
    lasts = clock(agent.lasts) if agent.lasts < HOUR else f"{agent.lasts // HOUR} h"
    shown = "" if agent.state == "offline" else lasts
    return Text.assemble((f"{sign} ", colour), name, (f" {shown:>{_AGENT_TIME}}", "dim"))


# -- what happened ---------------------------------------------------------------------------------------------------


def _latest(picture: Picture, lines: int) -> Iterator[Text]:
    """The last lines, the newest first; always so many, so that the board keeps its height."""
    newest = picture.happenings[::-1][:lines]
    where = min(_MOST_WHERE, max(len(queue.title) for queue in picture.queues))
    for one in newest:
        yield Text.assemble(
            (f" {one.at:%H:%M:%S}  ", "dim"),
            _padded(one.where, where),
            (f"  {one.text}", "yellow" if one.is_bad else ""),
            no_wrap=True,
            overflow="ellipsis",
        )
    for _ in range(lines - len(newest)):
        yield Text()


def _padded(text: str, columns: int) -> Text:
    out = Text(text)
    out.truncate(columns, overflow="ellipsis", pad=True)
    return out
