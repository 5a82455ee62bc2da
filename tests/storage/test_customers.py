"""Customers: found by number and account, changed by version, merged and parted again exactly, erased without trace."""

import threading
from typing import Any

import pytest

from facts.customer_rules import Fault
from facts.ids import ContactId, CustomerId, NodeName
from facts.journal import ContactOffered, ContactQueued, Entry, Fact
from storage.audit import AuditLog
from storage.customer_drafts import CustomerDraft
from storage.customer_erasure import erase_customer
from storage.customer_import import new_customer_id, take_in
from storage.customer_rows import (
    ChangedCustomerError,
    CustomerConflictError,
    CustomerIdError,
    CustomerRecord,
    UnknownCustomerError,
)
from storage.customers import Customers, Found
from storage.journal import Journal
from storage.telephone_numbers import normal_number, spellings
from storage.verification import verify
from tests.storage.entries import START

WEI = CustomerRecord(
    name="Chen Wei 陈伟",
    numbers=("0755 1234 5678", "+49 30 1234567"),
    accounts=("A-1",),
    tier="gold",
    language="zh",
    notes="calls\nin the evening",
    open_matters=("invoice 17",),
)


@pytest.fixture
def customers(journal: Journal) -> Customers:
    return Customers(journal, "CN")


def add(customers: Customers, customer_id: str, **fields: Any) -> Any:
    return customers.add(CustomerRecord(**{"name": customer_id, **fields}), customer_id, at=START, by="dana")


# -- records ---------------------------------------------------------------------------------------------------------


def test_a_customer_is_found_by_number_account_and_name_however_they_are_written(customers: Customers) -> None:
    made = customers.add(WEI, "c1", at=START, by="dana")
    assert made.record.numbers == ("+8675512345678", "+49301234567")
    assert (made.version, made.changed_by) == (1, "dana")
    assert customers.customer("c1") == made
    for number in ("075512345678", "+86 755 1234-5678", "0086 755 12345678", "(0755) 12345678", "+4930 1234567"):
        assert customers.by_number(number) == [Found(owner=made.customer_id, customer=made)], number
    assert customers.by_number("030 1234567") == [], "a national number is read as one of this country"
    assert customers.by_number("anonymous") == []
    assert customers.by_account(" A-1 ") == Found(owner=made.customer_id, customer=made)
    assert customers.by_account("A-2") is None
    assert customers.find("wei CHEN") == [made]
    assert customers.find("陈伟") == [made]
    assert customers.find("%") == []
    for begun in ("+86755", "0755", "755 1234", "0086 755", "+49 30", "004930", "0"):
        assert (customers.find(number=begun) == [made]) == (begun != "0"), begun
    assert customers.find(number="0756") == []
    assert customers.find(account="A-1", words="chen") == [made]


def test_lists_go_on_where_they_ended(customers: Customers) -> None:
    for name in ("b", "A", "c", "B", "a"):
        add(customers, f"id-{name}", name=name)
    names, after = [], ("", "")
    while page := customers.find(after=after, most=2):
        names += [one.record.name for one in page]
        after = (page[-1].record.name.casefold(), page[-1].customer_id)
    assert names == ["A", "a", "B", "b", "c"]


def test_who_changes_what_somebody_else_changed_is_refused(customers: Customers, journal: Journal) -> None:
    first = add(customers, "c1", numbers=("13800138000",))
    changed = customers.put("c1", CustomerRecord(name="Neu"), version=1, at=START + 1, by="eve")
    assert (changed.version, changed.record.numbers) == (2, ())
    with pytest.raises(ChangedCustomerError, match="changed by eve"):
        customers.put("c1", first.record, version=1, at=START, by="dana")
    with pytest.raises(ChangedCustomerError):
        customers.remove("c1", version=1, at=START, by="dana")
    with pytest.raises(UnknownCustomerError):
        customers.put("c2", first.record, version=None, at=START, by="dana")
    same = customers.put("c1", CustomerRecord(name=" Neu "), version=2, at=START + 2, by="dana")
    assert same == changed, "what changes nothing is no change"
    customers.remove("c1", version=2, at=START, by="dana")
    assert customers.customer("c1") is None
    assert [one.change.action for one in AuditLog(journal).changes()] == ["removed", "changed", "made"]


def test_an_account_is_one_customers_and_a_number_may_be_shared(customers: Customers) -> None:
    add(customers, "c1", accounts=("A-1",), numbers=("13800138000",))
    with pytest.raises(CustomerConflictError, match="'A-1' belongs to customer 'c1'"):
        add(customers, "c2", accounts=("A-2", "A-1"))
    assert customers.customer("c2") is None
    assert customers.by_account("A-2") is None, "nothing of a refused one stays"
    add(customers, "c2", numbers=("13800138000",))
    assert [one.owner for one in customers.by_number("138 0013 8000")] == ["c1", "c2"]
    with pytest.raises(CustomerConflictError, match="already"):
        add(customers, "c1")


@pytest.mark.parametrize("customer_id", ["", "a b", "x" * 65, "../x", "13800138000", "+8613800138000", "0013800138000"])
def test_an_id_is_a_pseudonym(customers: Customers, customer_id: str) -> None:
    with pytest.raises(CustomerIdError):
        add(customers, customer_id, numbers=("+13800138000", "13800138000"))


def test_foul_texts_are_cleaned(customers: Customers) -> None:
    made = add(customers, "c1", name="a\x00b\ud800\n", notes="one\ntwo\x07", open_matters=("", " x "))
    assert (made.record.name, made.record.notes, made.record.open_matters) == ("ab", "one\ntwo", ("x",))


def test_ids_are_new_and_in_the_order_of_time() -> None:
    ids = [new_customer_id(START + step * 1_000_000) for step in range(50)]
    assert sorted(ids) == ids
    assert len({new_customer_id(START) for _ in range(1000)}) == 1000
    assert {len(one) for one in ids} == {26}


# -- merges ----------------------------------------------------------------------------------------------------------


def test_a_merge_lets_one_record_stand_for_two_and_its_undoing_restores_both_exactly(customers: Customers) -> None:
    kept, other = (
        add(customers, "c1", accounts=("A-1",)),
        add(customers, "c2", accounts=("A-2",), numbers=("13800138000",)),
    )
    merge = customers.merge("c1", "c2", at=START, by="dana")
    found = Found(owner=other.customer_id, customer=kept)
    assert customers.by_account("A-2") == found
    assert customers.by_number("13800138000") == [found]
    assert customers.find() == [kept]
    assert customers.find(number="+86138") == [kept], "what the merged one has leads to the one that stands for it"
    assert [one.customer_id for one in customers.family("c2")] == ["c1", "c2"]
    assert customers.mapping() == {"c2": "c1"}
    changed = customers.put(
        "c1", CustomerRecord(name="changed meanwhile", accounts=("A-3",)), version=None, at=1, by="eve"
    )
    undone = customers.undo_merge(merge.number, at=START + 5, by="eve")
    assert (undone.kept, undone.merged, undone.undone_by) == ("c1", "c2", "eve")
    found_then = customers.by_account("A-2")
    assert found_then is not None
    parted = found_then.customer
    assert (parted.customer_id, parted.record, parted.merged_into) == ("c2", other.record, None)
    assert customers.customer("c1") == changed
    assert customers.mapping() == {}
    with pytest.raises(CustomerConflictError, match="undone already"):
        customers.undo_merge(merge.number, at=START, by="dana")
    with pytest.raises(UnknownCustomerError):
        customers.undo_merge(99, at=START, by="dana")
    assert [one.undone_by for one in customers.merges("c2")] == ["eve"]


def test_chains_of_merges_are_followed_and_taken_apart_in_any_order(customers: Customers) -> None:
    for name in ("a", "b", "c", "d"):
        add(customers, name, accounts=(name.upper(),))
    first = customers.merge("b", "a", at=1, by="x")
    second = customers.merge("c", "b", at=2, by="x")
    customers.merge("c", "d", at=3, by="x")
    assert customers.mapping() == {"a": "c", "b": "c", "d": "c"}
    assert [one.customer_id for one in customers.family("a")] == ["c", "b", "d", "a"]
    for kept, merged in (("c", "c"), ("a", "c"), ("d", "a"), ("c", "a")):
        with pytest.raises(CustomerConflictError):
            customers.merge(kept, merged, at=4, by="x")
    with pytest.raises(CustomerConflictError, match="merged into c"):
        customers.remove("c", version=None, at=4, by="x")
    with pytest.raises(CustomerConflictError, match="a is merged into b: undo that first"):
        customers.remove("a", version=None, at=4, by="x")
    customers.undo_merge(first.number, at=5, by="x")
    assert customers.mapping() == {"b": "c", "d": "c"}
    assert [one.customer_id for one in customers.family("a")] == ["a"]
    customers.undo_merge(second.number, at=6, by="x")
    assert customers.mapping() == {"d": "c"}


def test_two_merges_at_once_make_no_circle(customers: Customers) -> None:
    add(customers, "a")
    add(customers, "b")
    gate = threading.Barrier(2)
    done: list[str] = []

    def merge(kept: str, merged: str) -> None:
        gate.wait()
        try:
            customers.merge(kept, merged, at=1, by="x")
            done.append(kept)
        except (CustomerConflictError, ChangedCustomerError):
            pass

    threads = [threading.Thread(target=merge, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert set(customers.mapping().values()) == set(done)


# -- tables ----------------------------------------------------------------------------------------------------------


def draft(line: int, customer_id: str = "", **fields: Any) -> CustomerDraft:
    return CustomerDraft(line=line, customer_id=customer_id, fields=fields)


def test_a_table_taken_in_twice_changes_nothing_the_second_time(customers: Customers) -> None:
    drafts = [
        draft(2, "c1", name="One", numbers=("13800138000",)),
        draft(3, name="Two", accounts=("A-2", "A-3"), numbers=("13800138000",)),
        draft(4, name="Three", numbers=("021 5555 0001",)),
        *(draft(line, name=f"n{line}", accounts=(f"B-{line}",)) for line in range(5, 600)),
    ]
    steps: list[int] = []
    first = take_in(customers, drafts, at=START, by="dana", on_progress=steps.append)
    assert (first.made, first.changed, first.unchanged, first.problems) == (598, 0, 0, [])
    assert sum(steps) == 598
    again = take_in(customers, drafts, at=START + 1, by="dana")
    assert (again.made, again.changed, again.unchanged) == (0, 0, 598)
    later = take_in(customers, [draft(2, name="Zwei", accounts=("A-2",), tier="gold")], at=START, by="dana")
    assert (later.changed, later.made) == (1, 0)
    found = customers.by_account("A-2")
    assert found is not None
    two = found.customer
    assert (two.record.name, two.record.tier) == ("Zwei", "gold")
    assert two.record.numbers == ("+8613800138000",), "what the table does not have stays"
    assert customers.by_account("A-3") == found, "what a row was found by loses nothing"


def test_rows_that_cannot_be_are_told_and_hinder_no_other(customers: Customers) -> None:
    add(customers, "c1", accounts=("A-1",), numbers=("13800138000",))
    add(customers, "c2", numbers=("13800138000",))
    outcome = take_in(
        customers,
        [
            draft(2, name="nobody knows"),
            draft(3, name="shared", numbers=("13800138000",)),
            draft(4, "c9", name="taken", accounts=("A-1",)),
            draft(5, "c8", tier="gold"),
            draft(6, "c1", name=""),
            draft(7, "b a d", name="x"),
            CustomerDraft(line=8, fault=Fault("has 2 columns, the header has 3", "quote it")),
            draft(9, "c7", name="good", accounts=("A-7",)),
            draft(10, name="the same again", accounts=("A-7",)),
        ],
        at=START,
        by="dana",
    )
    assert (outcome.made, outcome.changed, outcome.unchanged, outcome.rejected) == (1, 1, 1, 6)
    assert [(one.line, one.field, one.rule) for one in outcome.problems] == [
        (2, "", "nothing tells which customer this is"),
        (3, "", "the number is that of c1, c2"),
        (4, "", "the account 'A-1' belongs to customer 'c1'"),
        (5, "", "name is missing"),
        (7, "", "'b a d' is no key"),
        (8, "", "has 2 columns, the header has 3"),
    ]
    assert customers.customer("c9") is None


# -- facts -----------------------------------------------------------------------------------------------------------


def tell(journal: Journal, *facts: Fact) -> None:
    before = journal.last_seq(NodeName("n"))
    journal.append(
        [
            Entry(node=NodeName("n"), seq=before + 1 + place, at=START + before + place, fact=fact)  # type: ignore[arg-type]
            for place, fact in enumerate(facts)
        ]
    )


def offered(contact: str, number: str, customer_id: str | None = None) -> ContactOffered:
    of = None if customer_id is None else CustomerId(customer_id)
    return ContactOffered(contact_id=ContactId(contact), caller_number=number, caller_name="Chen", customer_id=of)


def queued(contact: str, customer_id: str) -> ContactQueued:
    return ContactQueued(contact_id=ContactId(contact), customer_id=CustomerId(customer_id), joined_at=START)


def test_the_history_sees_through_merges_and_facts_stay(customers: Customers, journal: Journal) -> None:
    add(customers, "c1")
    add(customers, "c2")
    tell(
        journal,
        offered("k1", "1", "c1"),
        queued("k1", "c1"),
        offered("k2", "2"),
        queued("k2", "c2"),
        queued("k3", "c9"),
    )
    assert customers.contacts("c1") == [("k1", START)]
    merge = customers.merge("c1", "c2", at=1, by="x")
    assert customers.contacts("c1") == [("k2", START + 2), ("k1", START)]
    assert customers.contacts("c2") == customers.contacts("c1")
    assert customers.contacts("c1", most=1) == [("k2", START + 2)]
    assert customers.contacts("c1", before=(START + 2, "k2")) == [("k1", START)]
    assert customers.contacts("c1", before=(START + 2, "k3"), most=1) == [("k2", START + 2)], "begun at the same moment"
    assert customers.contacts("c1", before=(START, "k1")) == []
    assert customers.contacts("c9") == [("k3", START + 4)], "an id that only facts know"
    customers.undo_merge(merge.number, at=2, by="x")
    assert customers.contacts("c1") == [("k1", START)]
    assert [entry.fact.customer_id for entry in journal.entries()] == ["c1", "c1", None, "c2", "c9"]


def test_an_erased_customer_leaves_no_name_and_no_number_anywhere(
    customers: Customers, journal: Journal, tmp_path: Any
) -> None:
    add(customers, "c1", name="Geheimrat", numbers=("13800138000", "13900139000"), notes="secret note")
    customers.put("c1", CustomerRecord(name="Geheimrat", numbers=("13800138000",)), version=None, at=1, by="x")
    add(customers, "c2", name="Geheimrätin", accounts=("A-9",))
    add(customers, "c3", name="Somebody", numbers=("13800138000",))
    customers.merge("c1", "c2", at=2, by="x")
    tell(
        journal,
        offered("k1", "013800138000"),
        offered("k2", "+8613800138000"),
        queued("k2", "c3"),
        offered("k3", "5", "c2"),
        offered("k4", "13800138001"),
        offered("k5", "008613800138000"),
        queued("k5", "c1"),
    )
    erased = erase_customer(customers, "c2", at=START, by="dana")
    assert set(erased.records) == {"c1", "c2"}
    assert set(erased.contacts) == {"k3", "k5"}, "01380… is no spelling of the number here"
    assert customers.customer("c1") is None
    assert customers.by_account("A-9") is None
    assert [one.customer_id for one in customers.find()] == ["c3"]
    facts: list[Any] = [entry.fact for entry in journal.entries(kinds={"ContactOffered"})]
    left = {fact.contact_id: fact.caller_number for fact in facts}
    assert left == {"k1": "013800138000", "k2": "+8613800138000", "k3": "", "k4": "13800138001", "k5": ""}
    assert customers.contacts("c1") != [], "that there were contacts stays known"
    told = [one.change for one in AuditLog(journal).changes(resource="customer")]
    assert [one.action for one in told if one.key == "c1"] == ["erased", "changed", "made"]
    assert "Geheimr" not in repr(told)
    assert verify(journal).holds
    if journal.path is not None:
        journal.close()
        raw = b"".join(path.read_bytes() for path in journal.path.parent.iterdir() if path.is_file())
        assert b"Geheimr" not in raw
        assert b"secret note" not in raw
        assert b"Somebody" in raw, "the search would find it"


def test_numbers_in_all_their_spellings() -> None:
    assert normal_number("0755-1234 5678", "CN") == "+8675512345678"
    assert normal_number("1001", "CN") == "1001"
    assert normal_number("*70#", "CN") == "*70#"
    assert normal_number("Anonymous", "CN") == ""
    assert set(spellings("+8613800138000", "CN")) >= {"+8613800138000", "008613800138000", "13800138000"}
    assert spellings("1001", "CN") == ("1001",)
    for spelling in spellings("+49301234567", "DE"):
        if not spelling.startswith(("30", "49")):
            assert normal_number(spelling, "DE") == "+49301234567", spelling
