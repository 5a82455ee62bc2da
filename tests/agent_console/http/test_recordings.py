"""Recordings over HTTP: who sees them, sounds in pieces, who heard them, retention, files that are not there."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cti_bridge.app.console.former_queues import FormerQueues
from cti_bridge.app.sound_files import retain
from cti_bridge.shell.ami_client import Snapshot
from facts.ids import AgentId, ContactId, CustomerId, QueueName
from facts.journal import (
    ContactAbandoned,
    ContactConnected,
    ContactEnded,
    ContactOffered,
    RecordingPaused,
    RecordingStarted,
    RecordingStopped,
    VoicemailLeft,
)
from facts.time import DAY, SECOND
from storage.audit import AuditLog, Change
from storage.customer_rows import CustomerRecord
from storage.known_queues import KnownQueues
from tests.agent_console.site import SETTINGS, Browser, Site, opened

SOUND = bytes(range(256)) * 1000
ASTERISK = {"ami": {"user": "u", "secret": "s"}, "agi": {"token": "t"}}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    spool = tmp_path / "spool-of-asterisk"
    (spool / "recording").mkdir(parents=True)
    with opened(tmp_path, {"asterisk": {**ASTERISK, "spool_folder": str(spool)}}) as found:
        yield found


def record(site: Site, contact: str, agent: str, queue: str, *, sound: bytes | None = SOUND) -> None:
    """A talk of ten seconds, recorded."""
    of: Any = {"contact_id": ContactId(contact), "agent_id": AgentId(agent), "queue": QueueName(queue)}
    tell = site.coordinator.record
    tell(ContactOffered(contact_id=ContactId(contact), caller_number="+4930555", customer_id=CustomerId("c1")))
    tell(RecordingStarted(**of, file=f"{contact}.wav"))
    site.passes(4)
    tell(RecordingPaused(**of, file=f"{contact}.wav"))
    site.passes(6)
    tell(RecordingStopped(**of, file=f"{contact}.wav", length_us=10 * SECOND))
    if sound is not None:
        file(site, f"{contact}.wav").write_bytes(sound)
    fill(site)


def file(site: Site, name: str) -> Path:
    folder = site.recordings.files.folder
    assert folder is not None
    return folder / name


def fill(site: Site) -> None:
    site.daemon._writer.flush().result(5)
    site.recordings._filler.step()


def heard(site: Site) -> list[tuple[str, str]]:
    changes = AuditLog(site.journal).changes(resource="recording")
    return [(one.change.actor, one.change.action) for one in changes]


def test_supervisors_see_their_agents_and_queues_recordings(site: Site) -> None:
    record(site, "k1", "anna", "support")
    record(site, "k2", "bruno", "sales")
    record(site, "k3", "bruno", "support")
    record(site, "k4", "zoe", "front")
    nora, sam, root = (site.signed_in(name) for name in ("nora", "sam", "root"))

    def seen(browser: Any) -> list[str]:
        return [one["contact_id"] for one in browser.get("/recordings").json()["items"]]

    assert seen(root) == ["k4", "k3", "k2", "k1"]
    assert seen(nora) == ["k4", "k2", "k1"], "her agent's, her queue's, everybody's queue's"
    assert seen(sam) == ["k4", "k3", "k2", "k1"]
    (k3,) = root.get("/recordings", params={"contact": "k3"}).json()["items"]
    assert nora.get(f"/recordings/{k3['recording_id']}").status_code == 404
    assert nora.get(f"/recordings/{k3['recording_id']}/audio").status_code == 404
    assert site.signed_in("anna").get("/recordings").status_code == 403
    page = root.get("/recordings", params={"limit": 3}).json()
    rest = root.get("/recordings", params={"cursor": page["next_cursor"]}).json()
    assert [one["contact_id"] for one in (*page["items"], *rest["items"])] == ["k4", "k3", "k2", "k1"]
    assert root.get("/recordings", params={"cursor": "W10"}).status_code == 422


def test_a_recording_tells_silence_length_and_its_end(site: Site) -> None:
    record(site, "k1", "anna", "sales")
    (found,) = site.signed_in("root").get("/recordings").json()["items"]
    assert (found["state"], found["bytes"], found["length_s"]) == ("stored", len(SOUND), 10.0)
    assert found["pauses"] == [{"from_s": 4.0, "to_s": 10.0}]
    assert found["agents"] == ["anna"]
    assert found["delete_after"] is not None


def test_sounds_come_in_pieces_and_every_hearing_is_told_once(site: Site) -> None:
    record(site, "k1", "anna", "sales")
    nora = site.signed_in("nora")
    (found,) = nora.get("/recordings").json()["items"]
    url = f"/recordings/{found['recording_id']}/audio"
    whole = nora.get(url)
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, SOUND, "audio/wav")
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "no-store"
    for header, expected in (
        ("bytes=0-9", SOUND[:10]),
        ("bytes=255990-", SOUND[255_990:]),
        ("bytes=-5", SOUND[-5:]),
        ("bytes=100000-999999", SOUND[100_000:]),
    ):
        part = nora.get(url, headers={"Range": header})
        assert (part.status_code, part.content) == (206, expected), header
        begin = (
            SOUND.index(expected) if len(expected) > 256 else len(SOUND) - len(expected) if header != "bytes=0-9" else 0
        )
        if header != "bytes=100000-999999":
            assert part.headers["content-range"] == f"bytes {begin}-{begin + len(expected) - 1}/{len(SOUND)}"
    behind = nora.get(url, headers={"Range": "bytes=256000-"})
    assert (behind.status_code, behind.headers["content-range"]) == (416, "bytes */256000")
    for ignored in ("bytes=5-1", "bytes=-", "lines=1-2", "bytes=0-1,3-4", "bytes=99999999999999999-"):
        assert nora.get(url, headers={"Range": ignored}).status_code == 200, ignored
    site.signed_in("root").get(url)
    assert heard(site) == [("root", "heard"), ("nora", "heard")]


def test_a_sound_that_is_gone_says_so(site: Site) -> None:
    record(site, "k1", "anna", "sales")
    record(site, "k2", "anna", "sales", sound=None)
    root = site.signed_in("root")
    missing, stored = root.get("/recordings").json()["items"]
    assert (missing["contact_id"], missing["state"], missing["bytes"]) == ("k2", "missing", None)
    assert root.get(f"/recordings/{missing['recording_id']}/audio").json()["error_id"] == "conflict"
    assert site.signed_in("nora").delete(f"/recordings/{stored['recording_id']}").status_code == 403
    assert root.delete(f"/recordings/{stored['recording_id']}").status_code == 204
    assert root.delete(f"/recordings/{stored['recording_id']}").status_code == 204
    assert not file(site, "k1.wav").exists()
    gone = root.get(f"/recordings/{stored['recording_id']}").json()
    assert (gone["state"], gone["deleted_by"], gone["delete_after"]) == ("deleted", "root", None)
    assert root.get(f"/recordings/{stored['recording_id']}/audio").status_code == 409
    assert heard(site) == [("root", "deleted")]


@pytest.mark.parametrize("name", ["../secret.wav", "/etc/passwd", "..", "", "link.wav"])
def test_no_other_file_is_ever_sent(site: Site, name: str) -> None:
    secret = file(site, "x").parents[1] / "secret.wav"
    secret.write_bytes(b"secret")
    file(site, "link.wav").symlink_to(secret)
    of: Any = {"contact_id": ContactId("k1"), "agent_id": AgentId("anna"), "queue": QueueName("sales")}
    site.coordinator.record(RecordingStarted(**of, file=name))
    site.coordinator.record(RecordingStopped(**of, file=name, length_us=1))
    fill(site)
    root = site.signed_in("root")
    (found,) = root.get("/recordings").json()["items"]
    assert found["state"] == "missing"
    assert root.get(f"/recordings/{found['recording_id']}/audio").status_code == 409


def test_messages_are_heard_and_dealt_with(site: Site) -> None:
    site.coordinator.record(ContactOffered(contact_id=ContactId("k1"), caller_number="+4930555"))
    left = "/var/spool/asterisk/recording/voicemail-support-k1.wav"
    site.coordinator.record(
        VoicemailLeft(contact_id=ContactId("k1"), mailbox="support", file=left, length_us=3 * SECOND)
    )
    file(site, "voicemail-support-k1.wav").write_bytes(SOUND)
    fill(site)
    sam, nora = site.signed_in("sam"), site.signed_in("nora")
    assert nora.get("/voicemails").json()["items"] == [], "the queue of this mailbox is another team's"
    (found,) = sam.get("/voicemails").json()["items"]
    assert (found["caller_number"], found["length_s"], found["state"]) == ("+4930555", 3.0, "stored")
    url = f"/voicemails/{found['voicemail_id']}"
    assert sam.get(f"{url}/audio").content == SOUND
    done = sam.post(f"{url}/done").json()
    assert (done["heard_by"], done["done_by"]) == ("sam", "sam")
    assert site.signed_in("root").post(f"{url}/done").json()["done_by"] == "sam", "who did it first stays"
    assert nora.post(f"{url}/done").status_code == 404
    assert [len(sam.get("/voicemails", params={"done": done}).json()["items"]) for done in (True, False)] == [1, 0]
    reopened = sam.post(f"{url}/reopen").json()
    assert (reopened["heard_by"], reopened["done_by"], reopened["done_at"]) == ("sam", None, None)
    assert nora.post(f"{url}/reopen").status_code == 404
    for query in ({"mailbox": "sales"}, {"contact": "k2"}, {"done": True}):
        assert sam.get("/voicemails", params=query).json()["items"] == [], query
    for query in ({"mailbox": "support"}, {"contact": "k1"}, {"done": False}):
        assert [one["voicemail_id"] for one in sam.get("/voicemails", params=query).json()["items"]] == [
            found["voicemail_id"]
        ], query


def leave(site: Site, contact: str, mailbox: str, number: str = "+4930555") -> None:
    """A message of three seconds."""
    site.coordinator.record(ContactOffered(contact_id=ContactId(contact), caller_number=number, caller_name="Lea"))
    left = VoicemailLeft(contact_id=ContactId(contact), mailbox=mailbox, file=f"{contact}.wav", length_us=3 * SECOND)
    site.coordinator.record(left)
    file(site, f"{contact}.wav").write_bytes(SOUND)
    fill(site)


def test_agents_hear_messages_for_queues_of_their_team_and_nothing_else(site: Site) -> None:
    for contact, mailbox in (("k1", "sales"), ("k2", "support"), ("k3", "front"), ("k4", "night")):
        leave(site, contact, mailbox)
    record(site, "k5", "anna", "sales")
    anna, root = site.signed_in("anna"), site.signed_in("root")
    assert [one["contact_id"] for one in anna.get("/voicemails").json()["items"]] == ["k3", "k1"]
    ids = {one["contact_id"]: one["voicemail_id"] for one in root.get("/voicemails").json()["items"]}
    assert anna.get(f"/voicemails/{ids['k1']}/audio").content == SOUND
    for contact in ("k2", "k4"):
        for method, way in (("GET", ""), ("GET", "/audio"), ("POST", "/done"), ("POST", "/reopen"), ("POST", "/call")):
            assert anna.ask(method, f"/voicemails/{ids[contact]}{way}").status_code == 404, (contact, way)
    (talk,) = root.get("/recordings").json()["items"]
    assert anna.get(f"/voicemails/{talk['recording_id']}/audio").status_code == 404, "a talk is no message"
    assert anna.delete(f"/recordings/{ids['k1']}").status_code == 403
    assert heard(site) == [("anna", "heard")]


def test_a_supervisor_reads_the_story_of_who_left_a_message_and_no_other_team_does(site: Site) -> None:
    leave(site, "k1", "sales")
    assert site.signed_in("nora").get("/contacts/k1/story").status_code == 200
    assert site.signed_in("sam").get("/contacts/k1/story").status_code == 403
    assert site.signed_in("anna").get("/contacts/k1/story").status_code == 403, "the message alone is for agents"


def test_an_agent_hears_the_messages_of_their_own_team_whatever_teams_their_user_leads(tmp_path: Path) -> None:
    users = {**SETTINGS["users"], "anna": {"title": "Anna Ek", "agent": "anna"}}
    spool = tmp_path / "spool-of-asterisk"
    (spool / "recording").mkdir(parents=True)
    with opened(tmp_path, {"users": users, "asterisk": {**ASTERISK, "spool_folder": str(spool)}}) as site:
        for contact, mailbox in (("k1", "sales"), ("k2", "support"), ("k3", "front")):
            leave(site, contact, mailbox)
        anna = site.signed_in("anna")
        assert [one["contact_id"] for one in anna.get("/voicemails").json()["items"]] == ["k3", "k1"]
        assert anna.get("/session").json()["teams"] == ["north"]


def until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def calls_back(who: Browser, voicemail_id: str) -> ContactId:
    answer = who.post(f"/voicemails/{voicemail_id}/call")
    assert answer.status_code == 200, answer.json()
    return ContactId(answer.json()["contact_id"])


def test_called_back_is_who_reached_the_customer_and_nobody_else_meanwhile(site: Site) -> None:
    site.coordinator.switch_connected(Snapshot(channels=(), devices=()))
    leave(site, "k1", "front")
    anna, bruno = site.signed_in("anna"), site.signed_in("bruno")
    for who in (anna, bruno):
        who.post("/desk/sign-in")
    (left,) = anna.get("/voicemails").json()["items"]
    voicemail = f"/voicemails/{left['voicemail_id']}"
    busy = calls_back(anna, left["voicemail_id"])
    refused = bruno.post(f"{voicemail}/call")
    assert (refused.status_code, refused.json()["error_id"]) == (409, "conflict")
    assert "anna is calling back" in refused.json()["detail"]
    site.coordinator.record(ContactEnded(contact_id=busy))
    site.daemon._writer.flush().result(5)
    assert anna.get(voicemail).json()["called_by"] is None
    talk = calls_back(bruno, left["voicemail_id"])
    site.coordinator.record(ContactConnected(contact_id=ContactId("another"), waited_us=0))
    site.daemon._writer.flush().result(5)
    assert bruno.get(voicemail).json()["called_by"] is None
    site.coordinator.record(ContactConnected(contact_id=talk, waited_us=0))
    until(lambda: bruno.get(voicemail).json()["called_by"] == "bruno")
    for who in (bruno, anna, site.signed_in("nora"), site.signed_in("sam"), site.signed_in("root")):
        found, listed = who.get(voicemail).json(), who.get("/voicemails").json()["items"]
        assert (found["called_contact"], listed) == (talk, [found])
        assert found["may_open_call"] is who.get(f"/contacts/{talk}/story").is_success
    assert not anna.get(voicemail).json()["may_open_call"]
    site.coordinator.record(ContactConnected(contact_id=talk, waited_us=0))  # a colleague has it by transfer
    site.daemon._writer.flush().result(5)
    assert heard(site) == [("bruno", "called_back")]
    assert anna.post(f"{voicemail}/call").status_code == 409, "they talk still"


def test_a_call_back_that_is_refused_keeps_nobody_from_calling(site: Site) -> None:
    site.coordinator.switch_connected(Snapshot(channels=(), devices=()))
    leave(site, "k1", "front")
    anna, bruno = site.signed_in("anna"), site.signed_in("bruno")
    bruno.post("/desk/sign-in")
    (left,) = anna.get("/voicemails").json()["items"]
    assert anna.post(f"/voicemails/{left['voicemail_id']}/call").status_code == 409, "not signed in"
    calls_back(bruno, left["voicemail_id"])


def test_a_number_that_cannot_be_dialled_is_not_called_back(site: Site) -> None:
    leave(site, "k1", "sales", number="anonymous")
    anna = site.signed_in("anna")
    (found,) = anna.get("/voicemails").json()["items"]
    assert (found["caller_name"], found["called_by"]) == ("Lea", None)
    refused = anna.post(f"/voicemails/{found['voicemail_id']}/call")
    assert (refused.status_code, refused.json()["error_id"]) == (409, "conflict")
    assert "sent no number" in refused.json()["detail"]
    refused = site.signed_in("nora").post(f"/voicemails/{found['voicemail_id']}/call")
    assert refused.json()["error_id"] == "no_desk"


def messages(browser: Browser) -> set[str]:
    return {one["contact_id"] for one in browser.get("/voicemails").json()["items"]}


def take_away(site: Site, queue: str) -> None:
    """A queue is no more, and so the number whose menu leads to it."""
    site.signed_in("root").delete("/settings/entry_points/8000", headers={"If-Match": "*"})
    gone = site.signed_in("root").delete(f"/settings/queues/{queue}", headers={"If-Match": "*"})
    assert gone.status_code == 204, gone.text


def test_what_was_left_for_a_queue_that_is_no_more_is_heard_by_those_who_could_see_it(site: Site) -> None:
    for contact, mailbox in (("k1", "sales"), ("k2", "support"), ("k3", "night")):
        leave(site, contact, mailbox)
    record(site, "k4", "bruno", "sales")
    names = ("nora", "sam", "anna", "bruno", "root")
    before = {name: messages(site.signed_in(name)) for name in names}
    assert before["sam"] == {"k2", "k3"}
    for queue in ("sales", "support"):
        take_away(site, queue)
    assert {name: messages(site.signed_in(name)) for name in names} == before
    nora, sam = site.signed_in("nora"), site.signed_in("sam")
    (sale,) = (one for one in nora.get("/voicemails").json()["items"] if one["contact_id"] == "k1")
    assert nora.get(f"/voicemails/{sale['voicemail_id']}/audio").status_code == 200
    assert sam.get(f"/voicemails/{sale['voicemail_id']}/audio").status_code == 404
    assert {one["contact_id"] for one in nora.get("/recordings").json()["items"]} == {"k4"}, "her queue's talk"


def test_who_hears_them_is_known_after_a_restart_and_follows_a_queue_that_comes_back(site: Site) -> None:
    leave(site, "k1", "sales")
    take_away(site, "sales")
    former = FormerQueues(site.administration.settings, AuditLog(site.journal), KnownQueues(site.journal))
    assert former.teams() == site.console._former.teams() == {"sales": ("north",)}
    root = site.signed_in("root")
    back = {"title": "Sales", "teams": ["south"]}
    assert root.put("/settings/queues/sales", back, headers={"If-None-Match": "*"}).status_code == 200
    assert messages(site.signed_in("sam")) == {"k1"}
    assert messages(site.signed_in("nora")) == set()
    former = FormerQueues(site.administration.settings, AuditLog(site.journal), KnownQueues(site.journal))
    assert former.teams() == site.console._former.teams() == {}


def test_a_queue_that_is_taken_out_of_the_settings_file_stays_with_those_who_could_see_it(tmp_path: Path) -> None:
    (tmp_path / "recording").mkdir()
    asterisk = {"asterisk": {**ASTERISK, "spool_folder": str(tmp_path)}}
    with opened(tmp_path, asterisk) as site:
        leave(site, "k1", "sales")
        record(site, "k2", "bruno", "sales")
        waiting = site.caller(3, "sales")
        site.coordinator.record(
            ContactAbandoned(contact_id=waiting, queue=QueueName("sales"), waited_us=SECOND, stage="queue")
        )
        site.daemon._writer.flush().result(5)
        assert site.administration.number == 0, "the file leads"
    of_file = {name: queue for name, queue in SETTINGS["queues"].items() if name != "sales"}
    for _ in range(2):  # however often it starts from then on
        with opened(tmp_path, {**asterisk, "queues": of_file}, again=True) as site:
            assert site.console._former.teams() == {"sales": ("north",)}
            assert {name: messages(site.signed_in(name)) for name in ("nora", "sam", "anna", "bruno", "root")} == {
                "nora": {"k1"}, "sam": set(), "anna": {"k1"}, "bruno": set(), "root": {"k1"},
            }  # fmt: skip
            nora, sam = site.signed_in("nora"), site.signed_in("sam")
            assert {one["contact_id"] for one in nora.get("/recordings").json()["items"]} == {"k2"}
            assert nora.get(f"/contacts/{waiting}").status_code == 200, "who gave up there is still theirs"
            assert {one["contact_id"] for one in nora.get("/contacts?queue=sales").json()["items"]} == {waiting}
            assert sam.get(f"/contacts/{waiting}").status_code == 403
            report = "/reports?by=queue&from=2027-01-01&to=2027-02-01"
            assert [row["slice"]["queue"] for row in nora.get(report).json()["rows"]] == ["sales"]
            assert sam.get(f"{report}&queue=sales").status_code == 403
            empty = nora.get("/reports?by=queue&from=2027-03-01&to=2027-03-02&queue=sales")
            assert empty.status_code == 200, "to ask for a queue that was is no mistake"
            assert sam.get("/reports?by=queue&from=2027-03-01&to=2027-03-02").status_code == 200


def test_where_nobody_knows_whose_a_queue_was_only_administrators_hear_its_messages(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(site, "k1", "old")
    gone = Change(at=1, actor="x", action="removed", resource="queues", key="old", before="unreadable")
    AuditLog(site.journal).record(gone)
    former = FormerQueues(site.administration.settings, AuditLog(site.journal), KnownQueues(site.journal)).teams()
    assert former == {"old": None}
    monkeypatch.setattr(site.console._former, "teams", lambda: former)
    assert messages(site.signed_in("nora")) == set()
    assert messages(site.signed_in("root")) == {"k1"}


def test_retention_deletes_files_by_the_queues_rule(site: Site) -> None:
    for contact, queue in (("k1", "sales"), ("k2", "support"), ("k3", "front")):
        record(site, contact, "anna", queue)
    record(site, "k4", "anna", "sales", sound=None)
    root = site.signed_in("root")
    for queue, days in (("sales", 1), ("support", 0)):
        url = f"/settings/queues/{queue}"
        document = {**root.get(url).json()["document"], "recordings_kept_days": days}
        assert root.put(url, document, headers={"If-Match": "*"}).status_code == 200
    site.recordings.follow(site.administration.settings)
    recordings, files = site.recordings.recordings, site.recordings.files
    now = site.clock.now()
    assert retain(recordings, files, now).deleted == 0
    outcome = retain(recordings, files, now + 2 * DAY)
    assert (outcome.deleted, outcome.missing, outcome.kept) == (2, 1, [])
    assert [file(site, f"k{number}.wav").exists() for number in (1, 2, 3)] == [False, True, True]
    assert retain(recordings, files, now + 100 * DAY).deleted == 1, "0 days: only by hand"
    states = {one["contact_id"]: one["state"] for one in root.get("/recordings").json()["items"]}
    assert states == {"k1": "deleted", "k2": "stored", "k3": "deleted", "k4": "deleted"}
    assert heard(site) == [("retention", "deleted")] * 3


def test_an_erased_persons_sounds_go_too(site: Site) -> None:
    record(site, "k1", "anna", "sales")
    site.customers.store.add(CustomerRecord(name="Kim"), "c1", at=1, by="x")
    root = site.signed_in("root")
    assert root.get("/contacts/k1").json()["caller_number"] == "+4930555"
    assert root.post("/customers/c1/erase").json()["contacts"] == 1
    assert root.get("/contacts/k1").json()["caller_number"] == "", "nor is it remembered here"
    assert not file(site, "k1.wav").exists()
    assert [one["state"] for one in root.get("/recordings").json()["items"]] == ["deleted"]


def test_what_is_being_recorded_is_not_deleted_behind_the_talk(site: Site) -> None:
    contact: Any = {"contact_id": ContactId("k1"), "agent_id": AgentId("anna"), "queue": QueueName("sales")}
    site.coordinator.record(ContactOffered(contact_id=ContactId("k1"), caller_number="+4930555"))
    site.coordinator.record(RecordingStarted(**contact, file="k1.wav"))
    file(site, "k1.wav").write_bytes(SOUND)
    fill(site)
    root = site.signed_in("root")
    [running] = root.get("/recordings").json()["items"]
    url = f"/recordings/{running['recording_id']}"
    refused = root.delete(url)
    assert (refused.status_code, refused.json()["error_id"]) == (409, "state_changed")
    assert (refused.json()["present"]["recording_id"], refused.json()["present"]["state"]) == (
        url.rsplit("/", maxsplit=1)[-1],
        "running",
    )
    assert file(site, "k1.wav").exists()
    assert heard(site) == []
    site.passes(1)
    site.coordinator.record(RecordingStopped(**contact, file="k1.wav", length_us=SECOND))
    fill(site)
    assert root.delete(url).status_code == 204
    assert not file(site, "k1.wav").exists()
