"""Notes of a person who is erased do not come back from a desk that does not know it yet."""

from pathlib import Path
from typing import Any

from acd.events import EndTalk
from facts.ids import AgentId, ContactId
from facts.states import Party
from storage.customer_rows import CustomerRecord
from tests.agent_console.site import Browser, Site, opened

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


def typed_on(anna: Browser, contact: ContactId, before: dict[str, Any]) -> Any:
    """What Anna's console says that had all of the notes before."""
    wish = {"disposition": "solved", "notes": f"{SECRET}, and more"}
    return anna.put(f"/contacts/{contact}/outcome", wish, headers={"If-Match": f'"{before["outcome_etag"]}"'})


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


def _etag(answer: Any) -> dict[str, str]:
    return {"If-Match": answer.headers["ETag"]}
