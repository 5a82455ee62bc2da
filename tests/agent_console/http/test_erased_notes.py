"""Notes of a person who is erased do not come back from a desk that does not know it yet."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from acd.events import EndTalk
from agent_console.live.hub import Reader
from cti_bridge.app.correcting import Correcting
from cti_bridge.app.main import app
from facts.ids import AgentId, ContactId
from facts.states import Party
from reporting.kpi.fold import Fold
from storage import customer_erasure
from storage.customer_rows import CustomerRecord
from storage.errors import DatabaseAwayError
from storage.verification import verify
from tests.agent_console.site import SETTINGS, START, Browser, Site, opened

SECRET = "their sister's address"


def noted(site: Site, anna: Browser) -> tuple[ContactId, dict[str, Any]]:
    """Anna talked with a customer and noted something; the contact, and it as her desk shows it now."""
    site.customers.store.add(CustomerRecord(name="Kim"), "c1", at=1, by="x")
    site.ready("anna")
    contact = site.caller(7, customer="c1")
    site.answer(contact)
    said = anna.put(f"/contacts/{contact}/outcome", {"disposition": "solved", "notes": SECRET})
    assert said.status_code == 200, said.text
    shown: dict[str, Any] = said.json()
    assert (shown["erased_at"], shown["outcome"]["notes"]) == (None, SECRET)
    return contact, shown


def erase(site: Site) -> None:
    """Somebody erases the customer."""
    site.daemon._writer.flush().result(5)
    erased = site.signed_in("root").post("/customers/c1/erase")
    assert (erased.status_code, erased.json()["contacts"]) == (200, 1), erased.text


def erased_in_wrap_up(site: Site) -> tuple[ContactId, dict[str, Any], dict[str, Any]]:
    """A customer is erased whose talk is over; the contact, as Anna's desk had it without notes, and as it is now."""
    anna = site.signed_in("anna")
    contact, _ = noted(site, anna)
    cleared = anna.put(f"/contacts/{contact}/outcome", {"disposition": "solved"}).json()
    site.coordinator.tell(EndTalk(contact_id=contact, agent_id=AgentId("anna"), ended_by=Party.CALLER))
    erase(site)
    [shown] = anna.get("/desk").json()["contacts"]
    return contact, cleared, shown


def typed_on(anna: Browser, contact: ContactId, before: dict[str, Any]) -> Any:
    """What Anna's console says that had all of the notes before."""
    wish = {"disposition": "solved", "notes": f"{SECRET}, and more"}
    return anna.put(f"/contacts/{contact}/outcome", wish, headers={"If-Match": f'"{before["outcome_etag"]}"'})


def meanwhile(browser: Browser, method: str, path: str, **more: Any) -> httpx2.Response:
    """What somebody asks from a thread, while the loop is at work on something else."""
    headers = {**browser.headers, "X-CSRF-Token": browser.csrf, **more.pop("headers", {})}
    url = f"{browser.site.base}/api/v1{path}"
    return httpx2.request(method, url, headers=headers, cookies=browser.cookies, timeout=20, trust_env=False, **more)


def typed_meanwhile(anna: Browser, contact: ContactId, before: dict[str, Any]) -> httpx2.Response:
    wish = {"disposition": "solved", "notes": f"{SECRET}, and more"}
    etag = {"If-Match": f'"{before["outcome_etag"]}"'}
    return meanwhile(anna, "PUT", f"/contacts/{contact}/outcome", json=wish, headers=etag)


def kept_notes(site: Site, contact: ContactId) -> list[str]:
    """All notes of a contact that the journal has."""
    site.daemon._writer.flush().result(5)
    told = (getattr(entry.fact, "notes", "") for entry in site.journal.entries(contact_id=contact))
    return [notes for notes in told if notes]


def comes(site: Site, is_so: Callable[[], bool]) -> bool:
    """Whether this comes to be so within seconds."""
    until = time.monotonic() + 10
    while not is_so() and time.monotonic() < until:
        site.run(asyncio.sleep(0.02))
    return is_so()


def test_notes_typed_on_while_their_person_is_erased_are_refused_and_told_why(site: Site) -> None:
    anna = site.signed_in("anna")
    contact, before = noted(site, anna)
    erase(site)
    [shown] = anna.get("/desk").json()["contacts"]
    assert shown["erased_at"] is not None
    assert (shown["outcome"]["notes"], shown["outcome"]["disposition"]) == ("", "solved")
    late = typed_on(anna, contact, before)
    assert (late.status_code, late.json()["present"]["erased_at"]) == (412, shown["erased_at"]), late.text
    assert late.headers["ETag"] == f'"{shown["outcome_etag"]}"'
    anew = anna.put(
        f"/contacts/{contact}/outcome", {"disposition": "solved", "notes": "called again"}, headers=_etag(late)
    )
    assert (anew.status_code, anew.json()["outcome"]["notes"]) == (200, "called again"), "of what came after, one may"


def test_also_when_nothing_had_been_saved_of_them_yet(site: Site) -> None:
    anna = site.signed_in("anna")
    contact, _ = noted(site, anna)
    cleared = anna.put(f"/contacts/{contact}/outcome", {"disposition": "solved"}).json()
    erase(site)
    assert typed_on(anna, contact, cleared).status_code == 412


def test_also_by_a_daemon_that_began_after_it(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        anna = site.signed_in("anna")
        contact, before = noted(site, anna)
        site.coordinator.tell(EndTalk(contact_id=contact, agent_id=AgentId("anna"), ended_by=Party.CALLER))
        site.daemon._writer.flush().result(5)
        erase(site)
    with opened(tmp_path, again=True) as site:
        anna = site.signed_in("anna")
        late = typed_on(anna, contact, before)
        assert late.status_code == 412, late.text
        assert late.json()["present"]["erased_at"] is not None
        assert SECRET not in late.text


def test_desks_know_before_the_sounds_go(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = site.signed_in("anna")
    contact, before = noted(site, anna)
    late: list[httpx2.Response] = []
    monkeypatch.setattr(site.recordings, "erase", lambda *_: late.append(typed_meanwhile(anna, contact, before)))
    erase(site)
    assert [answer.status_code for answer in late] == [412]
    assert kept_notes(site, contact) == []


def test_what_is_saved_between_the_erasure_and_the_desk_s_knowing_is_erased_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = site.signed_in("anna")
    contact, before = noted(site, anna)
    erase_customer = customer_erasure.erase_customer
    late: list[httpx2.Response] = []

    def erase_slowly(*args: Any, **more: Any) -> Any:
        erased = erase_customer(*args, **more)
        late.append(typed_meanwhile(anna, contact, before))
        return erased

    monkeypatch.setattr("cti_bridge.app.console.customers.erase_customer", erase_slowly)
    erase(site)
    assert [answer.status_code for answer in late] == [200], "nobody could know"
    [shown] = anna.get("/desk").json()["contacts"]
    assert (shown["outcome"]["notes"], kept_notes(site, contact)) == ("", [])
    assert typed_on(anna, contact, late[0].json()).status_code == 412
    anew = {"disposition": "solved", "notes": "called again"}
    etag = {"If-Match": f'"{shown["outcome_etag"]}"'}
    assert anna.put(f"/contacts/{contact}/outcome", anew, headers=etag).status_code == 200
    site.run(site.console._erasures._look())
    assert kept_notes(site, contact) == ["called again"], "what was told knowing it stays"
    assert verify(site.journal).holds


def test_nobody_is_erased_while_facts_wait_for_the_database(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, root = site.signed_in("anna"), site.signed_in("root")

    def away(_records: object) -> None:
        raise DatabaseAwayError("locked")

    with monkeypatch.context() as patch:
        patch.setattr(site.journal, "append_records", away)
        contact, _ = noted(site, anna)
        refused = root.post("/customers/c1/erase")
        assert (refused.status_code, refused.json()["error_id"]) == (503, "unavailable"), refused.text
        assert "erase again" in refused.text
        assert site.customers.store.customer("c1") is not None
    assert comes(site, site.daemon.written)
    assert root.post("/customers/c1/erase").status_code == 200
    assert kept_notes(site, contact) == []


def test_also_at_a_desk_that_a_restart_brings_back(tmp_path: Path) -> None:
    wraps_up = {"queues": {**SETTINGS["queues"], "front": {"title": "Front desk", "wrap_up_s": 600}}}
    with opened(tmp_path, wraps_up) as site:
        contact, cleared, shown = erased_in_wrap_up(site)
    with opened(tmp_path, wraps_up, again=True) as site:
        site.daemon._resume.begin(site.coordinator)
        anna = site.signed_in("anna")
        late = typed_on(anna, contact, cleared)
        assert (late.status_code, late.json()["present"]["erased_at"]) == (412, shown["erased_at"]), late.text
        assert late.headers["ETag"] == f'"{shown["outcome_etag"]}"', "the same as before the restart"


def test_the_rest_of_an_erased_person_s_call_goes_when_it_is_over(site: Site) -> None:
    anna = site.signed_in("anna")
    contact, _ = noted(site, anna)
    erase(site)
    [shown] = anna.get("/desk").json()["contacts"]
    assert shown["caller_number"], "needed as long as the call"
    anew = {"disposition": "solved", "notes": "lives at the harbour"}
    assert anna.put(f"/contacts/{contact}/outcome", anew).status_code == 200
    assert kept_notes(site, contact) == ["lives at the harbour"]
    site.coordinator.tell(EndTalk(contact_id=contact, agent_id=AgentId("anna"), ended_by=Party.CALLER))
    site.coordinator.contact_over(contact, AgentId("anna"), Party.CALLER, None)
    assert comes(site, lambda: kept_notes(site, contact) == [])
    assert comes(site, lambda: anna.get("/desk").json()["contacts"][0]["erased_at"] > shown["erased_at"])
    [over] = anna.get("/desk").json()["contacts"]
    assert (over["outcome"]["notes"], over["caller_number"], over["customer"]) == ("", "", None)
    assert typed_on(anna, contact, shown).status_code == 412
    assert verify(site.journal).holds


def by_command(site: Site, *words: str) -> None:
    """Somebody erases at the command line: another program, of which the daemon is not told."""
    site.daemon._writer.flush().result(5)
    outcome = CliRunner().invoke(app, [*words, "--config", str(site.folder / "cordboard.yaml")])
    assert outcome.exit_code == 0, outcome.output


@pytest.mark.parametrize("words", [("customer", "erase", "c1"), ("db", "erase", "--number", "+49301234007")])
def test_a_person_erased_at_the_command_line_goes_from_desks_within_seconds(site: Site, words: tuple[str, ...]) -> None:
    anna, root = site.signed_in("anna"), site.signed_in("root")
    contact, before = noted(site, anna)
    by_command(site, *words)
    assert comes(site, lambda: anna.get("/desk").json()["contacts"][0]["erased_at"] is not None)
    assert typed_on(anna, contact, before).status_code == 412
    told = root.get(f"/contacts/{contact}")
    assert (told.json()["outcome"]["notes"], told.json()["caller_number"]) == ("", "")
    assert SECRET not in told.text


def test_what_is_left_of_a_customer_whose_record_is_gone_is_erased_at_the_command_line(site: Site) -> None:
    anna = site.signed_in("anna")
    contact, _ = noted(site, anna)
    erase(site)
    anew = {"disposition": "solved", "notes": "lives at the harbour"}
    assert anna.put(f"/contacts/{contact}/outcome", anew).status_code == 200
    assert kept_notes(site, contact) == ["lives at the harbour"]
    by_command(site, "db", "erase", "--customer", "c1")
    assert kept_notes(site, contact) == []


def test_what_a_desk_saves_before_it_knows_of_a_command_is_erased_too(site: Site) -> None:
    anna = site.signed_in("anna")
    contact, before = noted(site, anna)
    site.console._erasures._every.stop()  # it looks when the test says so
    by_command(site, "customer", "erase", "c1")
    assert typed_on(anna, contact, before).status_code == 200
    assert kept_notes(site, contact) != []
    site.run(site.console._erasures._look())
    assert kept_notes(site, contact) == []
    [shown] = anna.get("/desk").json()["contacts"]
    assert (shown["outcome"]["notes"], shown["erased_at"] is None) == ("", False)


def test_an_outcome_has_one_version_at_desks_in_lists_and_for_corrections(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        contact, cleared, shown = erased_in_wrap_up(site)
        root = site.signed_in("root")
        [listed] = root.get("/contacts").json()["items"]
        line = root.get(f"/contacts/{contact}").json()
        assert line["outcome_etag"] == listed["outcome_etag"] == shown["outcome_etag"] != cleared["outcome_etag"]
    with opened(tmp_path, again=True) as site:
        site.passes(1)  # so that the contact is one of before the start
        root = site.signed_in("root")
        [listed] = root.get("/contacts").json()["items"]
        [found] = root.get("/contacts?customer=c1").json()["items"]
        assert root.get(f"/contacts/{contact}").json()["outcome_etag"] == shown["outcome_etag"]
        assert listed["outcome_etag"] == found["outcome_etag"] == shown["outcome_etag"]
        url, wish = f"/contacts/{contact}/corrections", {"disposition": "solved", "notes": SECRET}
        late = root.post(url, wish, headers={"If-Match": f'"{cleared["outcome_etag"]}"'})
        assert (late.status_code, late.headers["ETag"]) == (412, f'"{shown["outcome_etag"]}"'), late.text
        assert kept_notes(site, contact) == []
        done = root.post(url, {"disposition": "follow_up"}, headers=_etag(late))
        assert done.status_code == 200, done.text
        assert done.json()["etag"] == root.get(f"/contacts/{contact}").json()["outcome_etag"]


def test_what_a_new_daemon_reads_of_today_has_the_same_version(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        anna = site.signed_in("anna")
        contact, _ = noted(site, anna)
        erase(site)
        [shown] = anna.get("/desk").json()["contacts"]
    with opened(tmp_path, again=True) as site:
        book = site.console._book
        fold = Fold(book)
        for entry in site.journal.entries():
            fold.apply(entry)
            book.read(entry)
        book.begin(START)
        site.run(site.console._erasures._look())
        line = site.signed_in("root").get(f"/contacts/{contact}").json()
        assert book.kept(contact) is not None
        assert line["outcome_etag"] == shown["outcome_etag"]


class Silent:
    """A browser's connection that takes everything."""

    def send_now(self, message: object) -> bool:
        return bool(message)

    def wake(self) -> None:
        """There is nothing that it has not taken."""


def test_supervisors_who_look_at_a_team_s_contacts_see_them_go(site: Site) -> None:
    anna = site.signed_in("anna")
    noted(site, anna)
    assert site.console._feed is not None
    site.console._feed._tick.stop()  # so that only what is told of a change is looked at
    hub = site.console._feed.hub
    assert hub.subscribe(Reader(Silent()), "contacts/north")
    assert SECRET.encode() in b"".join(hub._streams["contacts/north"].items.values())
    erase(site)
    assert comes(site, lambda: SECRET.encode() not in b"".join(hub._streams["contacts/north"].items.values()))


def test_a_correction_that_is_being_worked_out_meanwhile_brings_nothing_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, root = site.signed_in("anna"), site.signed_in("root")
    contact, _ = noted(site, anna)
    work_out = Correcting.outcome
    erased: list[int] = []

    def slowly(*args: Any) -> Any:
        fact = work_out(*args)
        if not erased:
            erased.append(meanwhile(root, "POST", "/customers/c1/erase", json={}).status_code)
        return fact

    monkeypatch.setattr(Correcting, "outcome", slowly)
    done = root.post(f"/contacts/{contact}/corrections", {"disposition": "follow_up"}, headers={"If-Match": "*"})
    assert (done.status_code, erased) == (200, [200]), done.text
    assert kept_notes(site, contact) == []


def _etag(answer: Any) -> dict[str, str]:
    return {"If-Match": answer.headers["ETag"]}
