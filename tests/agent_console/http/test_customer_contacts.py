"""A customer's contacts over HTTP, page by page."""

from facts.ids import ContactId, CustomerId
from facts.journal import ContactOffered
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
