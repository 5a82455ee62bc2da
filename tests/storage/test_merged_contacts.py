"""Whose contacts are whose before, during and after a merge: history, first-contact resolution and erasing agree."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from facts.ids import AgentId, ContactId, CustomerId, NodeName, QueueName
from facts.journal import ContactConnected, ContactEnded, ContactOffered, ContactQueued, Entry, Fact
from facts.time import HOUR, MINUTE, SECOND, Instant
from reporting.kpi.report import Query, answer
from reporting.kpi.resolution import RepeatRule
from storage.customer_erasure import erase_customer
from storage.customer_rows import CustomerRecord
from storage.customers import Customers, Found
from storage.journal import Journal
from tests.storage.entries import START

NUMBERS = {f"c-{1000 + place}": f"1380013{place:04}" for place in range(1, 9)}
NODE = NodeName("n")


class Centre:
    """Customers with a number each, and calls that are identified as the daemon does it."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.customers = Customers(journal, "CN")
        for customer_id, number in NUMBERS.items():
            record = CustomerRecord(name=customer_id, numbers=(number,), accounts=(f"A-{customer_id}",))
            self.customers.add(record, customer_id, at=START, by="dana")
        self._seq = itertools.count(1)

    def call(self, number: str, at: Instant) -> str:
        """A call that is answered and ends; gives its id."""
        contact, agent, queue = ContactId(f"k-{at}"), AgentId("ann"), QueueName("orders")
        [found] = self.customers.by_number(number)
        owner = found.owner
        common: dict[str, Any] = {"contact_id": contact, "customer_id": owner, "queue": queue}
        facts: list[tuple[Instant, Fact]] = [
            (0, ContactOffered(contact_id=contact, customer_id=owner, caller_number=number)),
            (SECOND, ContactQueued(joined_at=at + SECOND, **common)),
            (2 * SECOND, ContactConnected(agent_id=agent, waited_us=SECOND, **common)),
            (MINUTE, ContactEnded(agent_id=agent, **common)),
        ]
        self.journal.append(
            [
                Entry(node=NODE, seq=next(self._seq), at=at + after, fact=fact)  # type: ignore[arg-type]
                for after, fact in facts
            ]
        )
        return contact

    def history(self, customer_id: str) -> set[str]:
        return {contact for contact, _ in self.customers.contacts(customer_id)}

    def resolved(self) -> tuple[float | None, float | None]:
        """Contacts that were not repeated within the hour, of those that can be judged."""
        rule = RepeatRule(window_us=HOUR, merged=self.customers.mapping())
        figure = answer(self.journal, Query(repeat=rule, figures=("fcr_repeat",))).total.figures["fcr_repeat"]
        return figure.numerator, figure.denominator


@pytest.fixture
def centre(journal: Journal) -> Centre:
    return Centre(journal)


def test_calls_of_a_merged_record_are_its_own_when_the_merge_is_undone(centre: Centre) -> None:
    customers = centre.customers
    before = centre.call(NUMBERS["c-1003"], START)
    merges = {one: customers.merge("c-1001", one, at=START, by="dana") for one in NUMBERS if one != "c-1001"}
    meanwhile = {
        owner: centre.call(NUMBERS[owner], START + after * MINUTE)
        for owner, after in {"c-1003": 10, "c-1007": 20, "c-1001": 30}.items()
    }
    centre.call("13800130008", START + 300 * MINUTE)  # so that the windows are over
    assert centre.history("c-1001") == {before, *meanwhile.values(), f"k-{START + 300 * MINUTE}"}
    assert centre.history("c-1003") == centre.history("c-1001")
    assert centre.resolved() == (1, 4), "one person's four calls, each within the hour after the one before"

    for merge in merges.values():
        customers.undo_merge(merge.number, at=START + HOUR, by="dana")
    assert centre.history("c-1001") == {meanwhile["c-1001"]}
    assert centre.history("c-1003") == {before, meanwhile["c-1003"]}
    assert centre.history("c-1007") == {meanwhile["c-1007"]}
    assert centre.resolved() == (3, 4), "only c-1003 called twice"

    erased = erase_customer(customers, "c-1003", at=START + HOUR, by="dana")
    assert set(erased.contacts) == {before, meanwhile["c-1003"]}
    entries = centre.journal.entries(kinds={"ContactOffered"})
    facts = [entry.fact for entry in entries]
    numbers = {fact.contact_id: fact.caller_number for fact in facts if isinstance(fact, ContactOffered)}
    kept = {meanwhile[owner]: NUMBERS[owner] for owner in ("c-1001", "c-1007")}
    assert {
        contact: number for contact, number in numbers.items() if number and contact in {before, *meanwhile.values()}
    } == kept


def test_who_is_erased_while_merged_is_erased_with_all_calls_of_the_person(centre: Centre) -> None:
    centre.customers.merge("c-1001", "c-1003", at=START, by="dana")
    calls = {centre.call(NUMBERS[owner], START + after) for owner, after in {"c-1003": 1, "c-1001": 2}.items()}
    other = centre.call(NUMBERS["c-1002"], START + 3)
    erased = erase_customer(centre.customers, "c-1001", at=START + HOUR, by="dana")
    assert set(erased.contacts) == calls
    assert other not in erased.contacts


@pytest.mark.parametrize(
    ("having", "owner"),
    [(("c-1002", "c-1003"), "c-1002"), (("c-1001", "c-1003"), "c-1001")],
    ids=["the first", "who stands for both"],
)
def test_a_number_of_several_records_of_one_person_is_that_person_s(
    centre: Centre, having: tuple[str, ...], owner: str
) -> None:
    customers = centre.customers
    for one in having:
        record = CustomerRecord(name=one, numbers=("075512345678",))
        customers.put(one, record, version=None, at=START, by="dana")
    for one in ("c-1002", "c-1003"):
        customers.merge("c-1001", one, at=START, by="dana")
    standing = customers.customer("c-1001")
    assert standing is not None
    assert customers.by_number("0755 12345678") == [Found(owner=CustomerId(owner), customer=standing)]


def test_an_account_leads_to_the_record_that_has_it_through_a_chain_of_merges(centre: Centre) -> None:
    customers = centre.customers
    customers.merge("c-1002", "c-1003", at=START, by="dana")
    customers.merge("c-1001", "c-1002", at=START, by="dana")
    found = customers.by_account("A-c-1003")
    assert found is not None
    assert (found.owner, found.customer.customer_id) == ("c-1003", "c-1001")


def test_a_call_to_somebody_is_noted_with_the_record_that_has_the_number(centre: Centre) -> None:
    named: Callable[[str, str], CustomerId | None] = centre.customers.record_with
    assert named("c-1001", NUMBERS["c-1003"]) == "c-1001", "two persons, until they are merged"
    centre.customers.merge("c-1001", "c-1003", at=START, by="dana")
    assert named("c-1001", "+86 " + NUMBERS["c-1003"]) == "c-1003"
    assert named("c-1003", NUMBERS["c-1001"]) == "c-1001"
    assert named("c-1003", NUMBERS["c-1003"]) == "c-1003"
    assert named("c-1003", "0755 7654321") == "c-1003", "a number that none of them has"
    assert named("c-9", NUMBERS["c-1003"]) is None
