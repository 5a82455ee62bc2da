"""What is kept in the database is told on the live channel: to whoever may read it over REST, and to nobody else."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from agent_console.live import channel
from cti_bridge.app.console import kept_streams
from facts.ids import AgentId, ContactId, QueueName
from facts.journal import ContactConnected, ContactOffered, RecordingStarted, RecordingStopped, VoicemailLeft
from facts.time import SECOND
from storage.audit import AuditLog, Change, record_within
from storage.journal import open_journal
from tests.agent_console.live.test_channel import read, talk
from tests.agent_console.site import Browser, Site, opened

Rows = dict[str, dict[str, Any]]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """What the daemon itself changes is told although nobody looks by the clock."""
    monkeypatch.setattr(kept_streams, "EVERY_S", 3600)
    with opened(tmp_path) as found:
        yield found


class Told:
    """What one client knows, by stream."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.streams: dict[str, Rows] = {}
        self.reading: list[str] | None = None

    async def subscribe(self, *topics: str) -> list[str]:
        await self._socket.send(json.dumps({"subscribe": topics}))
        await self.until(lambda: self.reading)
        return self.reading or []

    async def until(self, found: Callable[[], Any]) -> Any:
        while not (result := found()):
            self._take(await read(self._socket))
        return result

    def _take(self, frame: dict[str, Any]) -> None:
        assert "error" not in frame, frame
        if "snapshot" in frame:
            self.streams[frame["snapshot"]["topic"]] = frame["snapshot"]["items"]
        elif "delta" in frame:
            known = self.streams[frame["delta"]["topic"]]
            known.update(frame["delta"]["set"])
            for key in frame["delta"]["gone"]:
                del known[key]
        self.reading = frame.get("reading", self.reading)

    def rows(self, topic: str) -> Rows:
        return {
            key: row
            for name, rows in self.streams.items()
            if name.partition("/")[0] == topic
            for key, row in rows.items()
        }


def record(site: Site, contact: str, agent: str, queue: str) -> None:
    of: Any = {"contact_id": ContactId(contact), "agent_id": AgentId(agent), "queue": QueueName(queue)}
    site.coordinator.record(RecordingStarted(**of, file=f"{contact}.wav"))
    site.coordinator.record(RecordingStopped(**of, file=f"{contact}.wav", length_us=10 * SECOND))
    fill(site)


def voicemail(site: Site, contact: str, mailbox: str) -> None:
    site.coordinator.record(ContactOffered(contact_id=ContactId(contact), caller_number="+4930555"))
    site.coordinator.record(
        VoicemailLeft(contact_id=ContactId(contact), mailbox=mailbox, file=f"{contact}.wav", length_us=3 * SECOND)
    )
    fill(site)


def fill(site: Site) -> None:
    site.daemon._writer.flush().result(20)
    site.recordings._filler.step()


def test_a_changed_customer_is_told_with_its_etag_and_no_name(site: Site) -> None:
    root = site.signed_in("root")
    for customer_id in ("c1", "c2"):
        body = {"customer_id": customer_id, "name": "Chen Wei", "numbers": ["+4930123456"]}
        assert root.post("/customers", body).status_code == 201

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        await told.subscribe("customers")
        await told.until(lambda: set(told.rows("customers")) == {"c1", "c2"})
        assert set(told.rows("customers")["c1"]) == {"customer_id", "action", "at", "by", "etag", "merged_into"}
        answer = await root._ask("PUT", "/api/v1/customers/c1", json={"name": "Chen W"}, headers={"If-Match": "*"})
        etag = json.loads(answer.headers["etag"])
        row = await told.until(lambda: (one := told.rows("customers")["c1"])["action"] == "changed" and one)
        assert (row["etag"], row["by"]) == (etag, "root")
        before = told.rows("customers")["c1"]["at"]
        merged = (await root._ask("POST", "/api/v1/customers/c1/merge", json={"other": "c2"})).json()
        await told.until(lambda: told.rows("customers")["c2"]["merged_into"] == "c1")
        assert told.rows("customers")["c1"]["action"] == "merged", "it stands for one more"
        await root._ask("POST", f"/api/v1/customers/merges/{merged['number']}/undo", json={})
        await told.until(lambda: told.rows("customers")["c2"]["merged_into"] is None)
        await root._ask("POST", "/api/v1/customers/c1/erase", json={})
        row = await told.until(lambda: (one := told.rows("customers")["c1"])["action"] == "erased" and one)
        assert row["etag"] is None
        assert row["at"] >= before

    talk(site.signed_in("anna"), script)


@pytest.mark.parametrize(
    ("name", "seen", "later"),
    [
        ("nora", {"k1", "k2"}, {"new"}),
        ("sam", {"k1", "k2", "k3"}, {"hidden"}),
        ("root", {"k1", "k2", "k3"}, {"new", "hidden"}),
    ],
)
def test_recordings_are_told_as_far_as_the_list_of_them_goes(
    site: Site, name: str, seen: set[str], later: set[str]
) -> None:
    record(site, "k1", "anna", "support")
    record(site, "k2", "bruno", "sales")
    record(site, "k3", "bruno", "support")
    browser = site.signed_in(name)

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        await told.subscribe("recordings")
        await told.until(lambda: contacts(told) == seen)
        record(site, "hidden", "bruno", "support")
        record(site, "new", "arne", "sales")
        await told.until(lambda: contacts(told) >= {*seen, *later})
        record(site, "last", "zoe", "front")
        await told.until(lambda: "last" in contacts(told))
        assert contacts(told) == {*seen, *later, "last"}

    assert {one["contact_id"] for one in browser.get("/recordings").json()["items"]} == seen
    talk(browser, script)


def test_what_is_recorded_is_told_as_it_happens(site: Site) -> None:
    """The facts alone do it: nobody asks for the table of recordings to be filled."""

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        await told.subscribe("recordings", "voicemails")
        of: Any = {"contact_id": ContactId("k1"), "agent_id": AgentId("anna"), "queue": QueueName("sales")}
        site.coordinator.record(RecordingStarted(**of, file="k1.wav"))
        row = await told.until(lambda: next(iter(told.rows("recordings").values()), None))
        assert (row["contact_id"], row["length_s"], row["agents"]) == ("k1", None, ["anna"])
        site.coordinator.record(ContactConnected(**{**of, "agent_id": AgentId("arne")}, waited_us=0))
        await told.until(lambda: next(iter(told.rows("recordings").values()))["agents"] == ["anna", "arne"])
        site.coordinator.record(RecordingStopped(**of, file="k1.wav", length_us=10 * SECOND))
        await told.until(lambda: next(iter(told.rows("recordings").values()))["length_s"] == 10)
        left = VoicemailLeft(contact_id=ContactId("k2"), mailbox="sales", file="k2.wav", length_us=3 * SECOND)
        site.coordinator.record(left)
        await told.until(lambda: [row["contact_id"] for row in told.rows("voicemails").values()] == ["k2"])

    talk(site.signed_in("root"), script)


def test_what_others_write_into_the_database_is_told_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_streams, "EVERY_S", 0.05)
    change = Change(at=1, actor="a command", action="changed", resource="queue", key="q", before=1, after=2)

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        await told.subscribe("audit")
        with open_journal(tmp_path / "journal.sqlite3") as another:
            await asyncio.to_thread(AuditLog(another).record, change)
        await told.until(lambda: [row for row in told.rows("audit").values() if row["actor"] == "a command"])

    with opened(tmp_path) as site:
        talk(site.signed_in("root"), script)


def test_a_change_that_is_taken_back_is_not_told(site: Site) -> None:
    told: list[str] = []
    site.journal.watch(lambda: told.append("told"))
    change = Change(at=1, actor="x", action="changed", resource="queue", key="q")

    def given_up() -> None:
        with site.journal.transaction(writes=True) as connection:
            record_within(connection, change)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        given_up()
    with site.journal.transaction(writes=True):
        pass
    assert told == []
    AuditLog(site.journal).record(change)
    assert told == ["told"]


def contacts(told: Told) -> set[str]:
    return {row["contact_id"] for row in told.rows("recordings").values()}


def test_messages_are_told_to_who_sees_the_queue_and_what_became_of_them(site: Site) -> None:
    for contact, mailbox in (("k1", "sales"), ("k2", "support"), ("k3", "night")):
        voicemail(site, contact, mailbox)
    nora = site.signed_in("nora")

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        reading = await told.subscribe("voicemails")
        assert reading == ["voicemails/elsewhere", "voicemails/queue/front", "voicemails/queue/sales"]
        await told.until(lambda: len(told.rows("voicemails")) == 2)
        by_contact = {row["contact_id"]: row for row in told.rows("voicemails").values()}
        assert set(by_contact) == {"k1", "k3"}
        key = by_contact["k1"]["voicemail_id"]
        answer = await nora._ask("POST", f"/api/v1/voicemails/{key}/done", json={})
        assert answer.status_code == 200
        await told.until(lambda: told.rows("voicemails")[key]["done_by"] == "nora")

    talk(nora, script)


def test_messages_for_a_queue_that_is_no_more_are_told_to_who_could_see_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "LOOK_AGAIN_S", 0.05)
    for contact, mailbox in (("k1", "sales"), ("k2", "support")):
        voicemail(site, contact, mailbox)
    root, nora, sam = (site.signed_in(name) for name in ("root", "nora", "sam"))

    def heard(told: Told) -> set[str]:
        return {row["contact_id"] for row in told.rows("voicemails").values()}

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        await told.subscribe("voicemails")
        await told.until(lambda: heard(told) == {"k1"})
        for entry in ("entry_points/8000", "queues/sales", "queues/support"):
            gone = await root._ask("DELETE", f"/api/v1/settings/{entry}", headers={"If-Match": "*"})
            assert gone.status_code == 204, gone.text
        voicemail(site, "k3", "support")
        voicemail(site, "k4", "sales")
        await told.until(lambda: heard(told) == {"k1", "k4"})

    talk(nora, script)
    expected = {"nora": {"k1", "k4"}, "sam": {"k2", "k3"}, "root": {"k1", "k2", "k3", "k4"}}
    for browser in (nora, sam, root):

        async def afterwards(socket: ClientConnection, who: Browser = browser) -> None:
            told = Told(socket)
            await told.subscribe("voicemails")
            await told.until(lambda: heard(told) == expected[who.me["user"]])

        talk(browser, afterwards)


def test_an_erased_person_s_number_goes_from_the_channel_too(site: Site) -> None:
    root = site.signed_in("root")
    root.post("/customers", {"customer_id": "c1", "name": "Chen Wei", "numbers": ["+4930555"]})
    voicemail(site, "k1", "sales")

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        await told.subscribe("voicemails")
        numbers = lambda: [row["caller_number"] for row in told.rows("voicemails").values()]  # noqa: E731
        await told.until(lambda: numbers() == ["+4930555"])
        await root._ask("POST", "/api/v1/customers/c1/erase", json={})
        await told.until(lambda: numbers() == [""])

    talk(root, script)


def test_the_audit_log_is_told_to_administrators_alone_and_without_contents(site: Site) -> None:
    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        await told.subscribe("audit")
        log = AuditLog(site.journal)
        change = Change(
            at=1, actor="nora", action="changed", resource="queue", key="q", before={"a": 1}, after={"a": 2}
        )
        for _ in range(kept_streams.MOST + 10):
            await asyncio.to_thread(log.record, change)
        last = log.changes(most=1)[0].number
        row = await told.until(lambda: told.rows("audit").get(str(last)))
        assert set(row) == {"number", "at", "actor", "action", "resource", "key"}
        assert len(told.rows("audit")) == kept_streams.MOST, "the channel does not grow with the log"

    talk(site.signed_in("root"), script)

    async def refused(socket: ClientConnection) -> None:
        await read(socket)
        await socket.send(json.dumps({"subscribe": ["audit"]}))
        assert (await read(socket))["error"]["error_id"] == "rights_needed"

    talk(site.signed_in("nora"), refused)


def test_an_agent_is_told_of_messages_for_queues_of_the_own_team_alone(site: Site) -> None:
    for contact, mailbox in (("k1", "sales"), ("k2", "support"), ("k3", "night")):
        voicemail(site, contact, mailbox)
    listed = [one["contact_id"] for one in site.signed_in("anna").get("/voicemails").json()["items"]]

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        assert await told.subscribe("voicemails") == ["voicemails/queue/front", "voicemails/queue/sales"]
        await told.until(lambda: told.rows("voicemails"))
        assert [row["contact_id"] for row in told.rows("voicemails").values()] == listed == ["k1"]

    talk(site.signed_in("anna"), script)


@pytest.mark.parametrize("topic", ["recordings", "audit"])
def test_agents_are_not_told_of_others_work(site: Site, topic: str) -> None:
    async def script(socket: ClientConnection) -> None:
        await read(socket)
        await socket.send(json.dumps({"subscribe": [topic]}))
        assert (await read(socket))["error"]["error_id"] == "rights_needed"

    talk(site.signed_in("anna"), script)


def test_nothing_is_asked_of_the_database_while_nobody_reads(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[frozenset[str]] = []
    looked = kept_streams.KeptRows.look

    def look(rows: kept_streams.KeptRows, families: frozenset[str]) -> frozenset[str]:
        asked.append(families)
        return looked(rows, families)

    monkeypatch.setattr(kept_streams.KeptRows, "look", look)
    site.run(asyncio.sleep(0.1))
    assert asked == []

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        await told.subscribe("customers")
        AuditLog(site.journal).record(Change(at=1, actor="nora", action="removed", resource="customer", key="c9"))
        await told.until(lambda: told.rows("customers"))

    talk(site.signed_in("anna"), script)
    assert set(asked) == {frozenset({"customers"})}
