"""A long line is told a part at a time, and the longer it takes, the longer it rests."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel

from agent_console.live.frames import Message
from agent_console.live.hub import Hub, Reader
from cti_bridge.app.console.lines import AT_ONCE, SHARE, WAITING_S, Lines
from facts.ids import ContactId, QueueName
from facts.time import Instant

COST_S = 0.001
"""What a row costs here."""


class Row(BaseModel):
    """One who waits."""

    contact_id: str
    position: int


class Later:
    """What a loop was asked to do."""

    def __init__(self, calls: "list[Later]", at: float, function: Callable[[], None]) -> None:
        self._calls = calls
        self.at = at
        self.function = function

    def cancel(self) -> None:
        self._calls.remove(self)


class Floor:
    """A queue, what its rows cost, and somebody who reads it all."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.now_s = 0.0
        self.calls: list[Later] = []
        self.spent_s = 0.0
        self.asked: list[int] = []
        self.known: dict[str, Any] = {}
        self.told_at: list[float] = []
        self.hub = Hub(self, lambda: Instant(0))
        stand_in: Any = self
        self.lines = Lines(stand_in, stand_in, stand_in, self.hub, now=lambda: Instant(0), clock=self.time)
        reader = Reader(self)
        self.hub.subscribe(reader, "waiting/sales")
        while reader.take(Instant(0)):
            pass

    def time(self) -> float:
        """The clock, and what the rows took since it was moved."""
        return self.now_s + self.spent_s

    def items(self, _stream: str) -> Mapping[str, BaseModel]:
        return {}

    def line(self, _queue: QueueName | Mapping[ContactId, int], _now: Instant | None = None) -> Any:
        """The engine's: the places; the rows': their rows."""
        if isinstance(_queue, str):
            return {contact: place for place, contact in enumerate(self.waiting, 1)}
        return self._rows(_queue)

    def _rows(self, line: Mapping[ContactId, int]) -> Iterator[Row]:
        self.asked.append(len(line))
        self.spent_s += COST_S * len(line)
        return (Row(contact_id=one, position=place) for one, place in line.items() if one in self.waiting)

    def send_now(self, message: Message) -> bool:
        delta = msgspec.json.decode(message.text)["delta"]
        self.told_at.append(self.time())
        self.known |= delta["set"]
        for key in delta["gone"]:
            del self.known[key]
        return True

    def wake(self) -> None:
        """Nothing ever waits here."""

    def turns(self) -> int:
        """Let the loop turn until nothing is due now; how often it did."""
        number = 0
        while self.turn():
            number += 1
        return number

    def turn(self) -> bool:
        """What is due is done, and what that asks for waits for the next turn; whether anything was due."""
        due = [call for call in self.calls if call.at <= self.now_s]
        for call in due:
            call.cancel()
            call.function()
        return bool(due)

    def callLater(self, delay: float, function: Callable[[], None]) -> "Later":  # noqa: N802
        self.calls.append(Later(self.calls, self.now_s + delay, function))
        return self.calls[-1]

    def position(self, contact: str) -> int:
        return int(self.known[contact]["position"])


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_a_line_comes_whole_a_part_at_a_turn(floor: Floor) -> None:
    floor.waiting = [f"c{number}" for number in range(3 * AT_ONCE - 50)]
    floor.lines.mark("sales")
    floor.lines.mark("unread")
    turns = floor.turns()
    assert floor.asked == [AT_ONCE, AT_ONCE, AT_ONCE - 50]
    assert turns >= len(floor.asked)
    assert [floor.position(one) for one in floor.waiting] == list(range(1, len(floor.waiting) + 1))


def test_who_has_gone_goes_and_who_leaves_meanwhile_too(floor: Floor) -> None:
    floor.waiting = [f"c{number}" for number in range(2 * AT_ONCE)]
    floor.lines.mark("sales")
    floor.turns()
    gone, later = floor.waiting.pop(0), floor.waiting[-1]
    floor.now_s += 60
    floor.lines.mark("sales")
    floor.turn()
    assert gone not in floor.known
    assert later in floor.known
    floor.waiting.remove(later)
    floor.turns()
    assert sorted(floor.known) == sorted(floor.waiting)


def test_lines_take_no_more_than_their_share_of_the_time(floor: Floor) -> None:
    floor.waiting = [f"c{number}" for number in range(10 * AT_ONCE)]
    floor.lines.mark("sales")
    floor.turns()
    took = floor.spent_s
    assert took == pytest.approx(10 * AT_ONCE * COST_S)
    floor.waiting.reverse()
    floor.lines.mark("sales")
    assert floor.turns() == 0
    floor.now_s += took / SHARE - took - 0.01
    floor.turns()
    assert floor.position(floor.waiting[-1]) == 1, "not yet told again"
    floor.now_s += 0.02
    floor.turns()
    assert floor.position(floor.waiting[0]) == 1
    assert took / SHARE > WAITING_S


def test_a_short_line_is_told_again_after_its_beat(floor: Floor) -> None:
    floor.waiting = ["a", "b"]
    floor.lines.mark("sales")
    floor.turns()
    floor.waiting = ["b"]
    floor.lines.mark("sales")
    floor.now_s += WAITING_S
    floor.turns()
    assert list(floor.known) == ["b"]


def test_what_changes_while_it_is_told_is_told_next(floor: Floor) -> None:
    floor.waiting = [f"c{number}" for number in range(2 * AT_ONCE)]
    floor.lines.mark("sales")
    floor.turn()
    floor.waiting.insert(0, "first")
    floor.lines.mark("sales")
    floor.turns()
    assert "first" not in floor.known
    floor.now_s += 60
    floor.turns()
    assert floor.position("first") == 1


def test_nothing_is_told_after_the_end(floor: Floor) -> None:
    floor.waiting = ["a"]
    floor.lines.mark("sales")
    floor.lines.stop()
    assert not floor.calls
