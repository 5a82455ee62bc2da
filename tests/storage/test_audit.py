"""Changes are kept as they were, found by what and who, page by page, and only together with what they tell."""

import pytest

from storage.audit import AuditLog, Change, record_within
from storage.journal import Journal
from tests.storage.entries import START


def change(number: int, actor: str = "dana") -> Change:
    return Change(
        at=START + number,
        actor=actor,
        action="changed",
        resource="queue",
        key=f"q{number % 2}",
        before={"ring_s": number, "skills": ["germän"]},
        after={"ring_s": number + 1, "skills": []},
    )


def test_changes_are_found_latest_first(journal: Journal) -> None:
    log = AuditLog(journal)
    changes = [change(number) for number in range(5)]
    for one in changes:
        log.record(one)
    assert [found.change for found in log.changes()] == changes[::-1]
    assert [found.change for found in log.changes(resource="queue", key="q1")] == [changes[3], changes[1]]
    assert log.changes(resource="user") == []


def test_pages_join(journal: Journal) -> None:
    log = AuditLog(journal)
    for number in range(7):
        log.record(change(number, actor="dana" if number % 3 else "system"))
    first = log.changes(most=4)
    rest = log.changes(most=4, before_number=first[-1].number)
    assert [found.change.at - START for found in (*first, *rest)] == [6, 5, 4, 3, 2, 1, 0]
    assert [found.change.at - START for found in log.changes(actor="system")] == [6, 3, 0]


def test_what_was_made_has_no_before_and_what_was_removed_no_after(journal: Journal) -> None:
    log = AuditLog(journal)
    made = Change(at=START, actor="dana", action="made", resource="user", key="bob", after={"name": None})
    removed = Change(at=START, actor="dana", action="removed", resource="user", key="bob", before=[1, "two", 3.5])
    log.record(made)
    log.record(removed)
    assert [found.change for found in log.changes()] == [removed, made]


class Undone(Exception):  # noqa: N818 - stands for any failure
    pass


def fail_after_telling(journal: Journal) -> None:
    with journal.transaction(writes=True) as connection:
        record_within(connection, change(1))
        raise Undone


def test_a_change_that_was_not_done_is_not_told(journal: Journal) -> None:
    with pytest.raises(Undone):
        fail_after_telling(journal)
    assert AuditLog(journal).changes() == []
