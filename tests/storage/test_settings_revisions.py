"""Revisions follow each other without gap, together with their audit records, whoever writes at the same moment."""

import threading
from typing import Any

import pytest

from storage.audit import AuditLog, Change
from storage.journal import Journal
from storage.settings_revisions import OvertakenError, Revision, SettingsRevisions
from tests.storage.entries import START


def revision(number: int, **more: Any) -> Revision:
    return Revision(
        number=number, at=START + number, actor="dana", changed=(("queues", f"q{number}"), ("routing", "")), **more
    )


def record(number: int) -> Change:
    return Change(at=START + number, actor="dana", action="changed", resource="queues", key=f"q{number}")


def test_the_latest_leads_and_each_is_kept_whole(journal: Journal) -> None:
    revisions = SettingsRevisions(journal)
    assert revisions.latest() is None
    assert revisions.last_number() == 0
    assert revisions.latest_of_file() is None
    first, second, third = revision(1, origin="file"), revision(2, comment="äöü"), revision(3, undoes=2)
    revisions.add([(first, {"skills": {"a": ""}}), (second, {"skills": {"b": "二"}})], [record(2)])
    revisions.add([(third, {"skills": {"a": ""}, "routing": {"seed": 3}})], [record(3)])
    assert revisions.latest() == (third, {"skills": {"a": ""}, "routing": {"seed": 3}})
    assert revisions.revision(2) == (second, {"skills": {"b": "二"}})
    assert revisions.revision(4) is None
    assert revisions.latest_of_file() == {"skills": {"a": ""}}
    assert list(revisions.revisions()) == [third, second, first]
    assert list(revisions.revisions(before_number=3, most=1)) == [second]
    assert [one.change.key for one in AuditLog(journal).changes()] == ["q3", "q2"]


def test_one_that_does_not_follow_is_refused_with_its_records(journal: Journal) -> None:
    revisions = SettingsRevisions(journal)
    revisions.add([(revision(1), {})], [])
    for number in (1, 3):
        with pytest.raises(OvertakenError, match="repeat"):
            revisions.add([(revision(number), {"skills": {}})], [record(number)])
    assert revisions.last_number() == 1
    assert AuditLog(journal).changes() == []


def test_of_several_at_once_one_is_kept(journal: Journal) -> None:
    revisions = SettingsRevisions(journal)
    revisions.add([(revision(1), {})], [])
    gate = threading.Barrier(4)
    outcomes: list[int | None] = []

    def write(who: int) -> None:
        gate.wait()
        try:
            revisions.add([(revision(2), {"skills": {f"s{who}": ""}})], [record(2)])
            outcomes.append(who)
        except OvertakenError:
            outcomes.append(None)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [who for who in outcomes if who is not None]
    assert len(kept) == 1
    assert len(outcomes) == 4
    latest = revisions.latest()
    assert latest is not None
    assert latest[1] == {"skills": {f"s{kept[0]}": ""}}
    assert len(AuditLog(journal).changes()) == 1
