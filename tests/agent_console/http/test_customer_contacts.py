"""A customer's contacts over HTTP, page by page."""

from typing import Any

from acd.events import EndTalk, EndWrapUp
from cti_bridge.shell.ami_client import Snapshot
from facts.ids import AgentId, ContactId, CustomerId, QueueName
from facts.journal import ContactOffered, ContactQueued, DispositionSet
from facts.states import Party
from tests.agent_console.http.test_recordings import until
from tests.agent_console.site import Site


def test_contacts_of_a_customer_come_in_pages_each_once_the_latest_first(site: Site) -> None:
    root = site.signed_in("root")
    assert root.post("/customers", {"customer_id": "c1", "name": "Chen Wei"}).status_code == 201
    for number in range(5):
        site.coordinator.record(
            ContactOffered(contact_id=ContactId(f"k{number}"), caller_number="+49", customer_id=CustomerId("c1"))
        )
        site.passes(number % 2)  # some begin at the same moment
    site.daemon._writer.flush().result(5)
    found: list[str] = []
    cursor = None
    for _ in range(3):
        page = root.get("/customers/c1/contacts", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += [one["contact_id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert found == ["k4", "k3", "k2", "k1", "k0"]
    assert cursor is None
    for bad in ("W10", "bm90IGpzb24", "WyJhIiwgMV0", "WzEsIDJd", "WzEuNSwgImsxIl0"):
        refused = root.get("/customers/c1/contacts", params={"cursor": bad})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "query.cursor"), bad


def test_a_colleague_sees_what_was_before_and_is_told_no_story(site: Site) -> None:
    root, bruno = site.signed_in("root"), site.signed_in("bruno")
    for customer in ("c1", "c2"):
        assert root.post("/customers", {"customer_id": customer, "name": "Chen Wei"}).status_code == 201
    site.ready("anna")
    contact = site.caller(7, customer="c2")
    site.answer(contact)
    site.coordinator.tell(EndTalk(contact_id=contact, agent_id=AgentId("anna"), ended_by=Party.CALLER))
    words: dict[str, Any] = {"disposition": "follow_up", "resolved": False, "notes": "asks for a refund"}
    site.coordinator.record(DispositionSet(contact_id=contact, agent_id=AgentId("anna"), **words))
    site.daemon._writer.flush().result(5)
    assert bruno.get("/customers/c1/contacts").json()["items"] == []
    assert root.post("/customers/c1/merge", {"other": "c2"}).status_code == 200

    for customer in ("c1", "c2"):
        [line] = bruno.get(f"/customers/{customer}/contacts").json()["items"]
        assert (line["contact_id"], line["queue"], line["agents"]) == (contact, "front", ["anna"])
        assert (line["queue_titles"], line["agent_names"]) == (["Front desk"], ["Anna Ek"])
        assert (line["customer_id"], line["outcome"]) == ("c2", words)
        assert bruno.get("/contacts", params={"customer": customer}).json()["items"] == [], "the list is of one's own"
        assert [one["contact_id"] for one in root.get("/contacts", params={"customer": customer}).json()["items"]] == [
            contact
        ]
    for path in ("", "/story"):
        assert bruno.get(f"/contacts/{contact}{path}").status_code == 403
    assert bruno.get("/customers/c9/contacts").status_code == 404
    for number in ("+49301234007", "+49 30 1234-007"):
        found = root.get("/contacts", params={"number": number}).json()["items"]
        assert [one["contact_id"] for one in found] == [contact], number
    assert root.get("/contacts", params={"number": "+49301234008"}).json()["items"] == []


def test_a_call_of_a_merged_record_shows_who_stands_for_it_and_stays_its_own(site: Site) -> None:
    site.coordinator.switch_connected(Snapshot(channels=(), devices=()))
    root, anna = site.signed_in("root"), site.signed_in("anna")
    for customer, name, number in (("c1", "Chen Wei", "+4930123456"), ("c2", "C. Wei", "+4930654321")):
        made = {"customer_id": customer, "name": name, "numbers": [number]}
        assert root.post("/customers", made).status_code == 201
    merge = root.post("/customers/c1/merge", {"other": "c2"}).json()
    site.ready("anna")
    contact = site.caller(7, customer="c2")
    site.answer(contact)

    def on_the_desk() -> dict[str, Any]:
        [shown] = anna.get("/desk").json()["contacts"]
        customer: dict[str, Any] = shown["customer"]
        return customer

    until(lambda: on_the_desk()["name"] == "Chen Wei")
    assert on_the_desk()["customer_id"] == "c1", "the record that one looks at and changes"
    site.coordinator.tell(EndTalk(contact_id=contact, agent_id=AgentId("anna"), ended_by=Party.CALLER))
    site.coordinator.tell(EndWrapUp(contact_id=contact, agent_id=AgentId("anna")))
    called = anna.post("/desk/calls", {"number": "+4930654321", "customer_id": "c1"})
    assert called.status_code == 200, called.text
    site.daemon._writer.flush().result(5)
    assert root.post(f"/customers/merges/{merge['number']}/undo").status_code == 200
    assert root.get("/customers/c1/contacts").json()["items"] == []
    found = root.get("/customers/c2/contacts").json()["items"]
    assert {one["contact_id"] for one in found} == {contact, called.json()["contact_id"]}


def test_of_a_customer_s_contacts_those_are_marked_that_may_be_opened(site: Site) -> None:
    root = site.signed_in("root")
    assert root.post("/customers", {"customer_id": "c1", "name": "Chen Wei"}).status_code == 201
    site.ready("bruno")
    site.answer(site.caller(1, "support", customer="c1"))
    for contact in ("in a menu", "of sales"):
        site.coordinator.record(
            ContactOffered(contact_id=ContactId(contact), caller_number="+49", customer_id=CustomerId("c1"))
        )
    site.coordinator.record(ContactQueued(contact_id=ContactId("of sales"), queue=QueueName("sales"), joined_at=0))
    site.daemon._writer.flush().result(5)
    opened = {"nora": {"of sales"}, "sam": {"call-1"}, "bruno": {"call-1"}, "anna": set[str]()}
    opened["root"] = {"call-1", "in a menu", "of sales"}
    for name, seen in opened.items():
        who = site.signed_in(name)
        found = who.get("/customers/c1/contacts").json()["items"]
        assert {line["contact_id"] for line in found if line["may_open"]} == seen, name
        assert {one["contact_id"] for one in found if who.get(f"/contacts/{one['contact_id']}/story").is_success} == (
            seen
        ), name


def test_who_leads_an_agent_opens_what_rings_there(site: Site) -> None:
    site.ready("anna")
    contact = site.caller(2, "support")  # which is another team's, and takes anybody
    site.daemon._writer.flush().result(5)
    assert site.coordinator.engine.contact(contact).agents == ("anna",)  # type: ignore[union-attr]  # it is there
    assert site.signed_in("nora").get(f"/contacts/{contact}/story").status_code == 200
    assert site.signed_in("anna").get(f"/contacts/{contact}/story").status_code == 200
