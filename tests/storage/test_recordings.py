"""Recordings from facts: who is heard, silence, ends that nobody saw, and what becomes of them."""

from typing import Any

import pytest

from facts.ids import AgentId, ContactId, CustomerId, NodeName, QueueName
from facts.journal import (
    ContactConnected,
    ContactOffered,
    Entry,
    Fact,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    VoicemailLeft,
)
from facts.time import DAY, SECOND
from storage import recordings as recordings_module
from storage.audit import AuditLog
from storage.journal import Journal
from storage.recordings import Recording, Recordings, RecordingsFiller, Seen
from tests.storage.entries import START

CALL: Any = {"contact_id": ContactId("k1"), "queue": QueueName("sales"), "customer_id": CustomerId("c1")}


def tell(journal: Journal, *facts: tuple[float, Fact], node: str = "n") -> None:
    last = journal.last_seq(NodeName(node))
    journal.append(
        [
            Entry(node=NodeName(node), seq=last + 1 + place, at=START + round(at * SECOND), fact=fact)  # type: ignore[arg-type]
            for place, (at, fact) in enumerate(facts)
        ]
    )


def began(contact: str = "k1", agent: str = "ann", queue: str = "sales", file: str = "k1.wav") -> RecordingStarted:
    return RecordingStarted(contact_id=ContactId(contact), agent_id=AgentId(agent), queue=QueueName(queue), file=file)


def filled(journal: Journal) -> tuple[list[str], Recordings]:
    return [one.recording_id for one in RecordingsFiller(journal).step()], Recordings(journal)


def test_a_recording_is_made_of_its_facts(journal: Journal) -> None:
    filler, table = RecordingsFiller(journal), Recordings(journal)
    tell(journal, (0, ContactOffered(**CALL)), (10, RecordingStarted(**CALL, agent_id=AgentId("ann"), file="k1.wav")))
    assert filler.step() == []
    (running,) = table.latest("talk")
    assert (running.recording_id, running.length_us, running.agents) == ("n-2", None, ("ann",))
    tell(
        journal,
        (15, RecordingPaused(**CALL, file="k1.wav")),
        (20, RecordingResumed(**CALL, file="k1.wav")),
        (30, ContactConnected(**CALL, agent_id=AgentId("bob"), waited_us=0)),
        (30, ContactConnected(contact_id=ContactId("other"), agent_id=AgentId("eve"), waited_us=0)),
        (40, RecordingPaused(**CALL, file="k1.wav")),
        (50, RecordingStopped(**CALL, file="k1.wav", length_us=40 * SECOND)),
        (51, ContactConnected(**CALL, agent_id=AgentId("late"), waited_us=0)),
    )
    (done,) = filler.step()
    assert done == table.one("n-2")
    assert done == Recording(
        recording_id="n-2",
        kind="talk",
        contact_id=ContactId("k1"),
        customer_id=CustomerId("c1"),
        queue=QueueName("sales"),
        mailbox=None,
        agents=(AgentId("ann"), AgentId("bob")),
        file="k1.wav",
        began_at=START + 10 * SECOND,
        length_us=40 * SECOND,
        pauses=((5 * SECOND, 10 * SECOND), (30 * SECOND, 40 * SECOND)),
    )
    assert filler.step() == []


def test_facts_are_taken_in_once_in_whatever_portions(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings_module, "BATCH", 3)
    for number in range(5):
        call: Any = {"contact_id": ContactId(f"k{number}")}
        tell(
            journal,
            (number, began(f"k{number}")),
            (number + 1, RecordingStopped(**call, file="f")),
            node=f"n{number % 2}",
        )
    done, table = filled(journal)
    assert len(done) == len(set(done)) == 5
    assert filled(journal)[0] == []
    assert [one.contact_id for one in table.latest("talk")] == ["k4", "k3", "k2", "k1", "k0"]
    page = table.latest("talk", most=2)
    rest = table.latest("talk", before=(page[-1].began_at, page[-1].recording_id))
    assert [one.contact_id for one in (*page, *rest)] == ["k4", "k3", "k2", "k1", "k0"]
    assert [one.contact_id for one in table.latest("talk", contact_id="k2")] == ["k2"]


def test_a_recording_whose_end_nobody_saw_ends_when_the_next_one_begins(journal: Journal) -> None:
    tell(journal, (0, began()), (100, began(file="k1-2.wav")), (120, RecordingStopped(**CALL, file="k1-2.wav")))
    _, table = filled(journal)
    assert [(one.file, one.length_us) for one in table.of_contacts(["k1", "k9"])] == [
        ("k1-2.wav", 20 * SECOND),
        ("k1.wav", 100 * SECOND),
    ]


def test_messages_are_there_when_they_are_left(journal: Journal) -> None:
    tell(
        journal,
        (60, VoicemailLeft(contact_id=ContactId("k1"), mailbox="sales", file="/s/v.wav", length_us=20 * SECOND)),
    )
    _, table = filled(journal)
    (left,) = table.latest("voicemail")
    assert (left.mailbox, left.began_at, left.length_us) == ("sales", START + 40 * SECOND, 20 * SECOND)
    assert table.latest("talk") == []
    table.note_access(left.recording_id, at=1, by="dana")
    table.note_access(left.recording_id, at=2, by="eve")
    table.note_done(left.recording_id, at=3, by="eve")
    table.note_done(left.recording_id, at=4, by="dana")
    found = table.one(left.recording_id)
    assert found is not None
    assert (found.heard_by, found.done_by, found.done_at) == ("dana", "eve", 3)
    assert [table.latest("voicemail", done=done) for done in (True, False)] == [[found], []]
    table.note_called(left.recording_id, ContactId("k9"), at=4, by="eve")
    table.note_open(left.recording_id, at=5, by="dana")
    table.note_open(left.recording_id, at=6, by="eve")
    found = table.one(left.recording_id)
    assert found is not None
    assert (found.called_by, found.called_at, found.called_contact) == ("eve", 4, "k9")
    assert (found.heard_by, found.done_by, found.done_at) == ("dana", None, None)
    assert [table.latest("voicemail", done=done) for done in (True, False)] == [[], [found]]
    assert [table.latest("voicemail", mailbox=name) for name in ("sales", "help")] == [[found], []]
    told = [one.change for one in AuditLog(journal).changes(resource="recording")]
    assert [(one.actor, one.action) for one in told] == [
        ("dana", "reopened"),
        ("eve", "called_back"),
        ("eve", "done"),
        ("eve", "heard"),
        ("dana", "heard"),
    ]
    assert [(one.before, one.after) for one in told[:3]] == [
        ({"done": True}, {"done": False}),
        (None, None),
        ({"done": False}, {"done": True}),
    ]


def test_who_may_know_of_which(journal: Journal) -> None:
    tell(
        journal,
        (0, began("k1", "ann", "sales")),
        (1, began("k2", "an", "help")),
        (2, began("k3", 'a"n%', "help")),
        (3, VoicemailLeft(contact_id=ContactId("v1"), mailbox="sales", file="f", length_us=0)),
        (4, VoicemailLeft(contact_id=ContactId("v2"), mailbox="anything", file="f", length_us=0)),
    )
    _, table = filled(journal)

    def found(kind: str, seen: Seen) -> set[str]:
        listed: set[str] = {one.contact_id for one in table.latest(kind, seen=seen)}  # type: ignore[arg-type]
        assert listed == {one.contact_id for one in table.latest(kind) if seen.has(one)}  # type: ignore[arg-type]
        return listed

    assert found("talk", Seen(agents=["an"], queues=[])) == {"k2"}, "not whose name begins so"
    assert found("talk", Seen(agents=['a"n%'], queues=["sales"])) == {"k1", "k3"}
    assert found("talk", Seen(agents=["%"], queues=[])) == set()
    assert found("voicemail", Seen(agents=[], queues=[], hidden_queues=["sales"])) == {"v2"}
    assert found("voicemail", Seen(agents=[], queues=["sales"], hidden_queues=["help"])) == {"v1", "v2"}
    assert found("voicemail", Seen(agents=[], queues=["sales"], elsewhere=False)) == {"v1"}
    assert found("voicemail", Seen(agents=["an"], queues=[], elsewhere=False)) == set()


def test_what_is_too_old_is_found_by_queue(journal: Journal) -> None:
    tell(
        journal,
        (0, began("k1", queue="sales")),
        (1, began("k2", queue="help")),
        (2, RecordingStarted(contact_id=ContactId("k3"), file="f")),
        (90_000, began("k4", queue="sales")),
    )
    _, table = filled(journal)
    limit = START + DAY
    assert [one.contact_id for one in table.too_old("talk", limit, ["sales"])] == ["k1"]
    assert [one.contact_id for one in table.too_old("talk", limit, ["sales"], but=True)] == ["k3", "k2"]
    table.note_deleted("n-1", at=5, by="retention")
    assert table.too_old("talk", limit, ["sales"]) == []
    found = table.one("n-1")
    assert found is not None
    assert (found.deleted_at, found.deleted_by) == (5, "retention")
