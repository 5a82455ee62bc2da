"""What supervisors told their teams is on the desks for a shift, and again after a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cti_bridge.app.console.messages import KEPT, MOST, Messages, said_before
from facts.time import HOUR
from storage.audit import AuditLog, Change
from storage.journal import open_journal

START = 100 * HOUR


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    with open_journal(tmp_path / "journal.sqlite3") as journal:
        yield AuditLog(journal)


def note(log: AuditLog, at: int, text: str, team: str = "north", resource: str = "team") -> None:
    log.record(Change(at=at, actor="nora", action="message", resource=resource, key=team, after={"text": text}))


def test_those_of_the_shift_are_back_in_their_order_before_what_was_said_since(log: AuditLog) -> None:
    note(log, START - KEPT, "too old")
    note(log, START - 2 * HOUR, "first")
    note(log, START - HOUR, "south", "south")
    note(log, START - HOUR, "no message", resource="queue")
    note(log, START - HOUR, "second")
    note(log, START, "said after the start: it is there already")
    told: list[str] = []
    messages = Messages(lambda: START)
    messages.told = told.append
    messages.say("north", "third", "sam")
    messages.restore(said_before(log, START))
    assert [(one.text, one.sender, one.at) for one in messages.of("north")] == [
        ("first", "nora", START - 2 * HOUR),
        ("second", "nora", START - HOUR),
        ("third", "sam", START),
    ]
    assert [one.text for one in messages.of("south")] == ["south"]
    assert told == ["north", "north", "south"]
    assert len({one.message_id for one in (*messages.of("north"), *messages.of("south"))}) == 4


def test_the_latest_of_a_team_are_kept_and_grow_old(log: AuditLog) -> None:
    for number in range(MOST + 10):
        note(log, START - HOUR + number, f"{number}")
    now = [START]
    messages = Messages(lambda: now[0])
    messages.restore(said_before(log, START))
    assert [one.text for one in messages.of("north")] == [f"{number}" for number in range(10, MOST + 10)]
    now[0] += KEPT - HOUR + MOST
    assert [one.text for one in messages.of("north")] == [f"{number}" for number in range(MOST + 1, MOST + 10)]
