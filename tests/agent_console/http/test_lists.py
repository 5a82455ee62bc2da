"""Every list of the API comes in pages that join to the whole: made of the API's description, so none is forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest

from acd.events import EndTalk
from cti_bridge.shell.call_control.topology import CUSTOMER, Kind, Topology, Where
from cti_bridge.shell.call_control.topology import Party as OnCall
from facts.ids import AgentId, ContactId, CustomerId, QueueName
from facts.journal import AlarmRaised, ContactOffered, RecordingStarted, RecordingStopped, VoicemailLeft
from facts.states import Party
from facts.time import SECOND
from tests.agent_console.http.operations import OPERATIONS, Operation
from tests.agent_console.site import Browser, Site, opened

PAGED = tuple(one for one in OPERATIONS if one.method == "GET" and "cursor" in one.query)
LISTS = tuple(one for one in OPERATIONS if one.name.startswith("list_"))
PATHS = {"agent": "anna", "queue": "sales", "customer_id": "c1", "section": "agents"}
ASKED = {"get_contacts_behind": "figure=offered&"}
BY_ANNA = {"list_recent"}
FEWER = {"list_alarms", "list_callbacks", "list_flows", "list_entry_points", "list_opening_hours", "list_skills"}
"""Of these the site has one or none; they are paged by the same code as the others."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(tmp_path_factory.mktemp("lists")) as found:
        fill(found)
        yield found


def fill(site: Site) -> None:
    """Two or more of nearly everything."""
    root = site.signed_in("root")
    for name in ("board", "crm", "wall"):
        root.post("/tokens", {"name": name, "scopes": ["read"]})
    for digit in "123":
        customer = {"customer_id": f"c{digit}", "name": f"Person {digit}", "numbers": [f"+4930123400{digit}"]}
        assert root.post("/customers", customer).status_code == 201
    for code in ("tea", "cake"):
        answer = root.put(f"/settings/reasons/{code}", {"title": code}, headers={"If-None-Match": "*"})
        assert answer.status_code in {200, 201}, answer.text
    for number in range(1, 5):
        contact = site.caller(number, "sales")
        offered = ContactOffered(
            contact_id=ContactId(f"k{number}"), customer_id=CustomerId("c1"), caller_number="+49301234001"
        )
        site.coordinator.record(offered)
        of: Any = {"contact_id": ContactId(f"k{number}"), "agent_id": AgentId("anna"), "queue": QueueName("sales")}
        site.coordinator.record(RecordingStarted(**of, file=f"k{number}.wav"))
        site.coordinator.record(RecordingStopped(**of, file=f"k{number}.wav", length_us=SECOND))
        left = VoicemailLeft(contact_id=contact, mailbox="sales", file=f"v{number}.wav", length_us=SECOND)
        site.coordinator.record(left)
        site.passes(1)
    site.ready("anna")
    for number in (2, 1):
        park(site, number)  # at one instant
    for number in (1, 2):
        site.answer(ContactId(f"call-{number}"))
        site.daemon.coordinator.tell(end_of(f"call-{number}"))
    site.coordinator.record(AlarmRaised(alarm="waiting", queue=QueueName("sales"), value=9.0, threshold=5.0))
    site.daemon._writer.flush().result(5)
    site.recordings._filler.step()


def park(site: Site, number: int) -> None:
    """A customer whom Anna has parked."""
    contact, now = ContactId(f"parked-{number}"), site.clock.now()
    customer = OnCall(
        key=CUSTOMER,
        kind=Kind.CUSTOMER,
        channel_id=contact,
        channel=f"PJSIP/trunk-9{number}",
        where=Where.HELD,
        since=now,
        answered_at=now,
    )
    call = Topology(contact_id=contact, parties=(customer,), parked_by=AgentId("anna"))
    site.coordinator.control.resume(call, None, now)


def end_of(contact: str) -> EndTalk:
    return EndTalk(contact_id=ContactId(contact), agent_id=AgentId("anna"), ended_by=Party.CALLER)


def pages(browser: Browser, path: str, query: str, limit: int) -> list[list[Any]]:
    found, cursor = [], ""
    while True:
        answer = browser.get(f"{path}?{query}limit={limit}{cursor and f'&cursor={cursor}'}")
        assert answer.status_code == 200, answer.text
        document = answer.json()
        items = document["contacts"] if "contacts" in document else document["items"]
        found.append(items)
        assert len(items) <= limit
        cursor = document["next_cursor"]
        if cursor is None:
            return found
        assert len(found) < 500, "the pages never end"


def test_every_list_has_a_cursor() -> None:
    assert {one.name for one in LISTS} <= {one.name for one in PAGED}


@pytest.mark.parametrize("one", PAGED, ids=lambda one: one.name)
def test_pages_join_to_the_whole(site: Site, one: Operation) -> None:
    browser = site.signed_in("anna" if one.name in BY_ANNA else "root")
    path, query = one.at(PATHS), ASKED.get(one.name, "")
    whole = pages(browser, path, query, 200 if one.name != "get_contacts_behind" else 100)
    assert len(whole) == 1
    assert len(whole[0]) >= 2 or one.name in FEWER, f"{one.name} has only {len(whole[0])} here: what is shown?"
    singly = pages(browser, path, query, 1)
    assert [item for items in singly for item in items] == whole[0]


@pytest.mark.parametrize("one", PAGED, ids=lambda one: one.name)
def test_a_cursor_that_nobody_was_given_is_refused_by_its_name(site: Site, one: Operation) -> None:
    browser = site.signed_in("anna" if one.name in BY_ANNA else "root")
    path, query = one.at(PATHS), ASKED.get(one.name, "")
    for wrong in ("!", "%00", "x" * 600):
        answer = browser.get(f"{path}?{query}cursor={wrong}")
        assert answer.status_code == 422, (wrong, answer.text)
        assert [error["field"] for error in answer.json()["errors"]] == ["query.cursor"]
    answer = browser.get(f"{path}?{query}limit=0")
    assert [error["field"] for error in answer.json()["errors"]] == ["query.limit"]


def test_what_is_removed_meanwhile_hides_nothing_else(site: Site) -> None:
    root = site.signed_in("root")
    first = root.get("/settings/reasons?limit=3").json()
    assert [one["name"] for one in first["items"]] == ["break", "training", "tea"]
    gone = root.delete("/settings/reasons/tea", headers={"If-Match": "*"})
    assert gone.status_code in {200, 204}, gone.text
    rest = root.get(f"/settings/reasons?cursor={first['next_cursor']}").json()
    assert ([one["name"] for one in rest["items"]], rest["next_cursor"]) == (["cake"], None)
