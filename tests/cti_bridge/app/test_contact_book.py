"""The book of contacts: found by customer, number, agent and queue without a look at others; forgotten whole."""

from typing import Any

from agent_console.ports import ContactQuery
from cti_bridge.app.console.contact_book import ContactBook, Kept
from cti_bridge.app.console.contact_wish import Wanted
from facts.ids import AgentId, ContactId, CustomerId, NodeName, QueueName
from facts.journal import AnyFact, ContactOffered, ContactQueued, DispositionSet, Entry, RecordingStarted
from facts.time import SECOND
from reporting.kpi.fold import Fold

MANY = 2_000
NODE = NodeName("n")


class Counting(dict[ContactId, Kept]):
    """What is kept, and how often it is looked at."""

    looks = 0

    def __getitem__(self, key: ContactId) -> Kept:
        self.looks += 1
        return super().__getitem__(key)

    def get(self, key: ContactId, default: Any = None) -> Any:
        self.looks += 1
        return super().get(key, default)

    def values(self) -> Any:
        self.looks += len(self)
        return super().values()

    def items(self) -> Any:
        self.looks += len(self)
        return super().items()


def told(book: ContactBook, *facts: AnyFact) -> None:
    fold = Fold(book)
    for seq, fact in enumerate(facts, 1):
        entry = Entry(node=NODE, seq=seq, at=seq * SECOND, fact=fact)
        fold.apply(entry)
        book.read(entry)


def offered(number: int) -> ContactOffered:
    whose = CustomerId(f"c{number % (MANY // 4)}")
    return ContactOffered(contact_id=ContactId(f"k{number}"), customer_id=whose, caller_number=f"+49 {number}")


def test_a_customers_contacts_are_found_without_a_look_at_others() -> None:
    book = ContactBook(lambda _: None, normal=lambda number: number.replace(" ", ""))
    told(book, *map(offered, range(MANY)))
    book._kept = counting = Counting(book._kept)
    found = [kept.contact_id for kept in book.latest((("customer", "c7"),))]
    assert found == ["k1507", "k1007", "k507", "k7"], "the latest first"
    assert counting.looks <= 2 * len(found)
    counting.looks = 0
    assert [kept.contact_id for kept in book.latest((("number", "+4912"),))] == ["k12"]
    assert counting.looks <= 2
    assert next(book.latest()).contact_id == f"k{MANY - 1}"
    assert counting.looks <= 3


def test_every_narrow_wish_is_found_by_a_key() -> None:
    def keys(**wish: Any) -> Any:
        customers = frozenset({"c1", "c2"}) if "customer" in wish else None
        query = ContactQuery(**wish)
        return Wanted(query=query, customers=customers, number=query.number, normal=str).keys

    assert sorted(keys(customer="c1", agent="anna")) == [("customer", "c1"), ("customer", "c2")]
    assert keys(number="+49") == (("number", "+49"),)
    assert keys(agent="anna") == (("agent", "anna"),)
    assert keys(agents_seen=frozenset({"anna"}), queues_seen=frozenset()) == (("agent", "anna"),)
    assert keys(queue="sales") == (("queue", "sales"),)
    assert keys(agents_seen=frozenset({"anna"}), queues_seen=frozenset({"sales"})) is None
    assert keys() is None


def test_an_erased_person_s_contact_is_found_by_number_no_more_and_its_notes_come_not_back() -> None:
    book = ContactBook(lambda _: None)
    contact = ContactId("k1")
    noted = DispositionSet(contact_id=contact, agent_id=AgentId("anna"), disposition="solved", notes="private")
    told(book, offered(1), ContactQueued(contact_id=contact, queue=QueueName("sales"), joined_at=SECOND), noted)
    before = book.line(contact)
    assert before is not None
    at = 100 * SECOND
    book.erase(contact, at, noted_until=at)
    [kept] = book.latest((("queue", "sales"),))
    assert not list(book.latest((("number", "+49 1"),)))
    assert ("number", "+49 1") not in book._found_by
    line = book.line_of(kept)
    assert (line.caller_number, line.caller_name, line.outcome.notes, line.outcome.disposition) == (
        "",
        "",
        "",
        "solved",
    )
    assert line.outcome_etag != before.outcome_etag
    book.read(Entry(node=NodeName("n"), seq=90, at=at - 1, fact=noted))
    late = book.line(contact)
    assert late is not None
    assert late.outcome.notes == "", "read late, from before"
    book.read(Entry(node=NodeName("n"), seq=91, at=at + 1, fact=noted))
    book.erase(contact, at, noted_until=at)
    again = book.line(contact)
    assert again is not None
    assert again.outcome.notes == "private", "told after it, and the erasure was known"


def test_words_about_a_contact_that_began_before_make_no_line() -> None:
    book = ContactBook(lambda _: None)
    contact = ContactId("old")
    told(
        book,
        RecordingStarted(contact_id=contact, file="a.wav"),
        DispositionSet(contact_id=contact, disposition="", notes="n"),
    )
    assert book.line(contact) is None


def test_who_comes_into_a_queue_again_began_when_they_first_waited() -> None:
    book = ContactBook(lambda _: None)
    book.begin(0)
    again = ContactQueued(contact_id=ContactId("old"), queue=QueueName("sales"), joined_at=-7 * SECOND, position=1)
    told(book, again)
    line = book.line(ContactId("old"))
    assert line is not None
    assert line.began_at == -7 * SECOND < book.begins, "it is for the journal to tell of"


def test_the_oldest_go_first_and_the_book_says_from_where_it_is_whole() -> None:
    book = ContactBook(lambda _: None, most=3)
    assert book.begins > MANY * SECOND, "nothing is known to be whole"
    book.begin(0)
    assert book.begins == 0
    told(book, *map(offered, range(5)))
    assert [kept.contact_id for kept in book.latest()] == ["k4", "k3", "k2"]
    assert book.begins == 2 * SECOND + 1
    assert not list(book.latest((("customer", "c1"),)))
    assert [kept.contact_id for kept in book.latest(before=(4 * SECOND, ContactId("k3")))] == ["k2"]
    assert [kept.contact_id for kept in book.latest(begin=4 * SECOND)] == ["k4", "k3"]
