"""Whatever is changed in the database behind the journal's back is found, and the first bad place named."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from facts.ids import ContactId, CustomerId, NodeName
from facts.journal import AnyFact, CallbackRequested, ContactEnded, ContactOffered, Entry, PersonalDataErased
from storage import chain
from storage.chain import UPKEEP
from storage.erasure import Person, contacts_erased, erase, erase_person, last_erasures
from storage.journal import Journal, open_journal
from storage.retention import CHUNK, retain
from storage.schema import journal as facts_table
from storage.schema import journal_checkpoint, journal_head, journal_personal
from storage.verification import PAGE, verify
from tests.storage.entries import NODE, START, calls, entry

CHANGES: dict[str, Any] = {
    "seq": 1000,
    "at": 1,
    "switch_at": 2,
    "tenant": "other",
    "kind": "ContactHeld",
    "version": 7,
    "contact_id": "another",
    "agent_id": "another",
    "customer_id": "another",
    "queue": "another",
    "channel": "chat",
    "direction": "outbound",
    "data": '{"kind":"ContactEnded"}',
    "personal_digest": b"x" * 32,
    "hash": b"x" * 32,
}


@pytest.fixture
def filled(journal: Journal) -> Journal:
    journal.append(calls(4))
    journal.append(calls(1, node="b"))
    return journal


def change(journal: Journal, statement: Any) -> None:
    with journal.engine.begin() as connection:
        assert connection.execute(statement).rowcount != 0


def first_problem(journal: Journal, **settings: Any) -> tuple[str, int, str]:
    problem = verify(journal, **settings).problems[0]
    return problem.node, problem.seq, problem.text


def row(seq: int, node: str = NODE) -> sa.ColumnElement[bool]:
    return sa.and_(facts_table.c.node == node, facts_table.c.seq == seq)


def test_an_untouched_journal_holds(filled: Journal) -> None:
    verdict = verify(filled)
    assert verdict.holds
    assert verdict.facts == 45
    assert {node: seq for node, (seq, _) in verdict.heads.items()} == {"a": 36, "b": 9}


def test_an_empty_journal_holds(journal: Journal) -> None:
    assert verify(journal).holds


def test_every_column_has_a_change() -> None:
    assert {column.name for column in facts_table.columns} == {"node", *CHANGES}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("seq", [1, 20, 36])
def test_a_changed_column_is_found(filled: Journal, column: str, seq: int) -> None:
    change(filled, facts_table.update().where(row(seq)).values({column: CHANGES[column]}))
    node, found, _ = first_problem(filled)
    assert (node, found) == (NODE, seq)


def test_a_fact_given_to_another_node_is_found(filled: Journal) -> None:
    change(filled, facts_table.update().where(row(36)).values(node="b", seq=10))
    assert [(problem.node, problem.seq) for problem in verify(filled).problems] == [("a", 36), ("b", 10)]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(1, 1, "fact 1 is missing"), (5, 5, "fact 5 is missing"), (5, 7, "facts 5 to 7 are"), (36, 36, "facts 36 to 36")],
)
def test_missing_facts_are_found(filled: Journal, first: int, last: int, said: str) -> None:
    change(filled, facts_table.delete().where(facts_table.c.node == NODE, facts_table.c.seq.between(first, last)))
    node, found, text = first_problem(filled)
    assert (node, found) == (NODE, first)
    assert said in text


def test_two_facts_that_changed_places_are_found(filled: Journal) -> None:
    for old, new in ((10, 1000), (11, 10), (1000, 11)):
        change(filled, facts_table.update().where(row(old)).values(seq=new))
    assert first_problem(filled)[:2] == (NODE, 10)


def test_a_fact_with_its_hash_made_to_fit_is_found_at_the_next(filled: Journal) -> None:
    with filled.engine.begin() as connection:
        before, forged = (connection.execute(sa.select(facts_table).where(row(seq))).one() for seq in (19, 20))
        header = (NODE, 20, forged.at, forged.switch_at, forged.tenant, forged.version)
        data = forged.data.replace("call-2", "call-9")
        fitting = chain.link(before.hash, header, forged.personal_digest, data)
        values = {"data": data, "hash": fitting, "contact_id": "call-9"}
        assert connection.execute(facts_table.update().where(row(20)).values(values)).rowcount == 1
    assert first_problem(filled)[:2] == (NODE, 21)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"data": '{"caller_number":"666"}'}, "changed or added"),
        ({"salt": b"y" * 16}, "changed or added"),
        ({"number": "666"}, "number to search"),
        ({"seq": 3}, "gone, and no erasure"),
        ({"seq": 1000}, "gone, and no erasure"),
    ],
)
def test_changed_personal_fields_are_found(filled: Journal, values: dict[str, Any], said: str) -> None:
    where = (journal_personal.c.node == NODE, journal_personal.c.seq == 1)
    change(filled, journal_personal.update().where(*where).values(values))
    node, seq, text = first_problem(filled)
    assert (node, seq) == (NODE, 1)
    assert said in text


@pytest.mark.parametrize("seq", [2, 1000])
def test_added_personal_fields_are_found(filled: Journal, seq: int) -> None:
    change(filled, journal_personal.insert().values(node=NODE, seq=seq, salt=b"y" * 16, data="{}"))
    node, found, text = first_problem(filled)
    assert (node, found) == (NODE, seq)
    assert "added" in text or "no such fact" in text


def test_personal_fields_deleted_by_hand_are_found(filled: Journal) -> None:
    change(filled, journal_personal.delete().where(journal_personal.c.node == NODE))
    assert first_problem(filled) == (NODE, 1, "its personal fields are gone, and no erasure tells of it")


@pytest.mark.parametrize("values", [{"seq": 35}, {"hash": b"x" * 32}, {"node": "c"}])
def test_a_changed_head_is_found(filled: Journal, values: dict[str, Any]) -> None:
    change(filled, journal_head.update().where(journal_head.c.node == NODE).values(values))
    assert first_problem(filled)[0] == NODE


def test_a_beginning_cut_off_by_hand_is_found(filled: Journal) -> None:
    with filled.engine.begin() as connection:
        last = connection.execute(sa.select(facts_table.c.hash).where(row(9))).scalar_one()
        for table in (facts_table, journal_personal):
            connection.execute(table.delete().where(table.c.node == NODE, table.c.seq <= 9))
        connection.execute(journal_checkpoint.insert().values(node=NODE, seq=9, hash=last, at=START))
    assert first_problem(filled) == (NODE, 1, "facts 1 to 9 are missing, and no retention tells of it")


def test_a_rewritten_chain_is_found_by_a_head_noted_down(filled: Journal) -> None:
    anchors = verify(filled).heads
    assert verify(filled, anchors=anchors).holds
    rewrite(filled, lambda facts: [*facts[:20], entry(21, ContactEnded()), *facts[21:]])
    assert verify(filled).holds, "a chain made anew is whole in itself"
    assert first_problem(filled, anchors=anchors) == (
        NODE,
        36,
        "the chain was rewritten since its head was noted down",
    )
    rewrite(filled, lambda facts: facts[:30])
    assert first_problem(filled, anchors=anchors) == (NODE, 31, "facts 31 to 36 are missing")
    rewrite(filled, lambda _facts: [])
    assert first_problem(filled, anchors=anchors)[0] == NODE


def rewrite(journal: Journal, changed: Callable[[list[Entry]], list[Entry]]) -> None:
    """Write a node's whole chain anew, as somebody may who rules the database."""
    facts = changed(list(journal.entries(nodes=[NODE])))
    with journal.engine.begin() as connection:
        for table in (facts_table, journal_personal, journal_head):
            connection.execute(table.delete().where(table.c.node == NODE))
    journal._heads.clear()
    journal.append(facts)


# -- erasure --------------------------------------------------------------------------------------------------------


def people(journal: Journal) -> list[tuple[str, str]]:
    found = []
    for one in journal.entries(kinds=["ContactOffered", "CallbackRequested"]):
        assert isinstance(one.fact, ContactOffered | CallbackRequested)
        number = one.fact.number if isinstance(one.fact, CallbackRequested) else one.fact.caller_number
        found.append((str(one.fact.contact_id), number))
    return found


@pytest.fixture
def with_customers(journal: Journal) -> Journal:
    ann = CustomerId("customer-1")
    one, two, three, four = map(ContactId, ("c1", "c2", "c3", "c4"))
    facts: list[AnyFact] = [
        ContactOffered(contact_id=one, customer_id=ann, caller_number="+49 (30) 123-45", caller_name="Ann"),
        ContactOffered(contact_id=two, caller_number="+493012345"),
        CallbackRequested(contact_id=two, customer_id=ann, number="+49 171 1"),
        ContactOffered(contact_id=three, caller_number="+493099999", caller_name="Bob"),
        ContactOffered(contact_id=four),
    ]
    journal.append([entry(seq, fact) for seq, fact in enumerate(facts, 1)])
    return journal


@pytest.mark.parametrize(
    ("whom", "contacts", "facts", "left"),
    [
        ({"contact_id": "c1"}, 1, 1, {"+493012345", "+49 171 1", "+493099999"}),
        ({"customer_id": "customer-1"}, 2, 3, {"+493099999"}),
        ({"number": "+49 30 12345"}, 2, 3, {"+493099999"}),
        ({"number": "+49/171.1"}, 1, 2, {"+49 (30) 123-45", "+493099999"}),
        ({"number": "+4930"}, 0, 0, {"+49 (30) 123-45", "+493012345", "+49 171 1", "+493099999"}),
        ({"contact_id": "c4"}, 1, 0, {"+49 (30) 123-45", "+493012345", "+49 171 1", "+493099999"}),
    ],
)
def test_one_person_is_erased_and_the_chain_holds(
    with_customers: Journal, whom: dict[str, Any], contacts: int, facts: int, left: set[str]
) -> None:
    anchors = verify(with_customers).heads
    erased = erase(with_customers, at=START, by="Dana", **whom)
    assert (erased.contacts, erased.facts) == (contacts, facts)
    assert {number for _, number in people(with_customers) if number} == left
    verdict = verify(with_customers, anchors=anchors)
    assert verdict.holds
    again = erase(with_customers, at=START, by="Dana", **whom)
    assert again.facts == 0
    assert len(list(with_customers.entries(nodes=[UPKEEP]))) == (1 if facts else 0)


def test_everything_else_of_an_erased_contact_stays(filled: Journal) -> None:
    before = list(filled.entries(personal=False))
    erase(filled, at=START, by="Dana", number="+4930 0000002")
    assert [one for one in filled.entries() if one.node == NODE and one.fact.contact_id == "call-2"] == [
        one for one in before if one.node == NODE and one.fact.contact_id == "call-2"
    ]


def test_which_contacts_an_erasure_touched_and_when_is_known_afterwards(with_customers: Journal) -> None:
    assert last_erasures(with_customers, ["c1", "c2", "c3", "c4"]) == {}
    erase(with_customers, customer_id=CustomerId("customer-1"), at=START + 9, by="Dana")
    erase(with_customers, contact_id=ContactId("c3"), at=START + 5, by="Dana")
    erase(with_customers, contact_id=ContactId("c4"), at=START + 7, by="Dana")
    assert last_erasures(with_customers, ["c1", "c2", "c3", "c4"]) == {
        "c1": START + 9,
        "c2": START + 9,
        "c3": START + 5,
    }
    assert last_erasures(with_customers, ["c4", "c3", "nobody"]) == {"c3": START + 5}
    touched = [
        contacts_erased(with_customers, one.fact)
        for one in with_customers.entries(nodes=[UPKEEP])
        if isinstance(one.fact, PersonalDataErased)
    ]
    assert touched == [{"c1", "c2"}, {"c3"}], "and of whom there was nothing, nothing is told"


def test_an_erasure_spares_what_its_node_told_later(with_customers: Journal) -> None:
    again = ContactOffered(contact_id=ContactId("c1"), caller_number="+4930777")
    with_customers.append([entry(6, again)])
    later = Person(contact_ids=(ContactId("c1"),), until=(NODE, 5))
    assert erase_person(with_customers, later, at=START, by="Dana").facts == 1
    assert ("c1", "+4930777") in people(with_customers)
    of_others = Person(contact_ids=(ContactId("c1"),), until=(NodeName("other"), 0))
    assert erase_person(with_customers, of_others, at=START, by="Dana").facts == 1
    assert verify(with_customers).holds


def test_what_was_erased_cannot_be_brought_back_unseen(with_customers: Journal) -> None:
    erase(with_customers, at=START, by="Dana", contact_id=ContactId("c1"))
    change(
        with_customers,
        journal_personal.insert().values(node=NODE, seq=1, salt=b"y" * 16, data='{"caller_name":"Eve"}'),
    )
    assert first_problem(with_customers)[:2] == (NODE, 1)


def test_an_invented_erasure_is_found(with_customers: Journal) -> None:
    erase(with_customers, at=START, by="Dana", contact_id=ContactId("c1"))
    change(with_customers, journal_personal.delete().where(journal_personal.c.seq == 4))
    told = '{"kind":"PersonalDataErased","facts":{"a":[[1,1],[4,4]]},"by":"Dana"}'
    change(with_customers, facts_table.update().where(row(1, UPKEEP)).values(data=told))
    assert first_problem(with_customers)[:2] == (UPKEEP, 1)


def test_the_file_itself_forgets(tmp_path: Any) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.append(calls(50))
        journal.append([entry(451, ContactOffered(contact_id=ContactId("x"), caller_name="Wilhelmina"))])
        erased = erase(journal, at=START, by="Dana", contact_id=ContactId("x"))
        assert not erased.lingering
        for file in tmp_path.iterdir():
            assert b"Wilhelmina" not in file.read_bytes(), file


# -- retention ------------------------------------------------------------------------------------------------------


def test_old_facts_go_and_the_chain_holds(filled: Journal) -> None:
    anchors = verify(filled).heads
    kept = list(filled.entries())
    since = kept[18].at
    removed = retain(filled, since=since, at=START, by="Dana")
    assert removed.facts == {"a": 9, "b": 9}
    assert [one for one in filled.entries() if one.node != UPKEEP] == [one for one in kept if one.at >= since]
    assert verify(filled).holds
    assert verify(filled, anchors=anchors).holds
    filled.append(calls(1, first_seq=37))
    assert verify(filled).holds
    assert retain(filled, since=since, at=START, by="Dana").facts == {}


def test_older_facts_behind_newer_ones_stay_and_are_told(journal: Journal) -> None:
    entries = calls(1)
    late = [msgspec.structs.replace(one, at=one.at + 1_000_000_000) for one in entries]
    early = [msgspec.structs.replace(one, seq=one.seq + len(entries)) for one in entries]
    journal.append([*late, *early])
    removed = retain(journal, since=late[0].at, at=START, by="Dana")
    assert (removed.facts, removed.behind_newer) == ({}, {NODE: len(early)})
    everything = retain(journal, since=late[-1].at + 1, at=START, by="Dana")
    assert (everything.facts, everything.behind_newer) == ({NODE: 2 * len(entries)}, {})
    assert verify(journal).holds


def test_everything_may_go(filled: Journal) -> None:
    retain(filled, since=START * 2, at=START, by="Dana")
    assert verify(filled).holds
    assert filled.last_seq(NODE) == 36
    filled.append(calls(1, first_seq=37))
    assert verify(filled).holds
    change(filled, facts_table.delete().where(row(37)))
    assert first_problem(filled)[:2] == (NODE, 37)


def test_retention_after_erasure_and_more_retention(filled: Journal) -> None:
    erase(filled, at=START, by="Dana", number="+49300000000")
    for since in (10, 20, 30):
        retain(filled, since=entry(since, ContactEnded()).at, at=START, by="Dana")
        assert verify(filled).holds
    erase(filled, at=START, by="Dana", number="+49300000003")
    assert verify(filled).holds


def test_retention_in_several_steps_can_be_interrupted(journal: Journal) -> None:
    journal.append([entry(seq, ContactEnded()) for seq in range(1, 2 * CHUNK + 11)])

    class Interrupted(Exception):  # noqa: N818 - plays a crash
        pass

    def stop(_: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        retain(journal, since=START * 2, at=START, by="Dana", on_progress=stop)
    assert len(list(journal.entries(nodes=[NODE]))) == CHUNK + 10
    verdict = verify(journal)
    assert verdict.holds
    assert verdict.facts == CHUNK + 10 + 1 > 2 * PAGE
    assert retain(journal, since=START * 2, at=START, by="Dana").facts == {"a": CHUNK + 10}
    assert verify(journal).holds


def test_more_cut_off_than_retention_told_is_found(filled: Journal) -> None:
    retain(filled, since=entry(10, ContactEnded()).at, at=START, by="Dana")
    with filled.engine.begin() as connection:
        last = connection.execute(sa.select(facts_table.c.hash).where(row(18))).scalar_one()
        for table in (facts_table, journal_personal):
            connection.execute(table.delete().where(table.c.node == NODE, table.c.seq <= 18))
        connection.execute(
            journal_checkpoint.update().where(journal_checkpoint.c.node == NODE).values(seq=18, hash=last)
        )
    assert "no retention tells of it" in first_problem(filled)[2]


def test_a_node_may_not_pose_as_the_journals_own(journal: Journal) -> None:
    journal.append([Entry(node=NodeName(UPKEEP), seq=1, at=1, fact=ContactEnded())])
    assert first_problem(journal)[:2] == (UPKEEP, 1)
