"""Contacts of all times: the latest from the daemon's own book, earlier ones and stories from the journal."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from agent_console.documents.contacts import ContactLine, Story, StoryLine
from agent_console.documents.values import Page
from agent_console.http.paging import Key, Whole, cursor_of_parts, parts_of
from agent_console.ports import ContactQuery
from cti_bridge.app.console.contact_book import MOST, ContactBook, Kept, Position
from cti_bridge.app.console.contact_wish import Wanted
from cti_bridge.app.console.threads import Threads
from facts.ids import ContactId
from facts.journal import Entry
from facts.time import DAY, HOUR, Instant, to_seconds
from reporting.exports.story import tell
from reporting.kpi.fold import Fold
from storage.customers import Customers
from storage.erasure import last_erasures

AT_ONCE: Final = DAY
"""So long a stretch of the journal is read at once."""

MOST_STRETCHES: Final = 31
"""After so many stretches without a full page the client is asked to come again, by a cursor."""

RUNS_ON: Final = 12 * HOUR
"""A contact's facts are looked for so long after the end of the stretch in which it began."""

READ_AT_ONCE: Final = 50
"""So many contacts of a customer or number are read at once."""

MOST_READINGS: Final = 10
"""After so many of them the client is asked to come again."""

PIECE: Final = 500
"""So many contacts of the book are looked at before others have their turn."""


class Batch(NamedTuple):
    """Contacts that were read, and the position of the last; None: there are no more."""

    contacts: list[Kept]
    last: Position | None


class JournalContacts:
    """`agent_console.ports.Contacts`. ``customers``: the store in the journal's database; ``book``: the daemon's."""

    def __init__(self, customers: Customers, book: ContactBook, threads: Threads) -> None:
        self._customers = customers
        self._journal = customers.journal
        self._book = book
        self._threads = threads

    async def find(self, query: ContactQuery) -> Page[ContactLine]:
        """The latest first. Beyond the book, from the journal: by customer or number, or stretch by stretch."""
        before = None if query.cursor is None else _position(query.cursor)
        wanted = await self._threads.run(self._wanted, query)
        begins = self._book.begins
        found: list[Kept] = []
        kept_here = self._book.latest(wanted.keys, begin=max(begins, query.start or 0), before=before)
        for number, kept in enumerate(kept_here, 1):
            if wanted.fits(kept, self._book.place):
                found.append(kept)
                if len(found) > query.limit:
                    return await self._page(found, query.limit)
            if number % PIECE == 0:
                await asyncio.sleep(0)  # others have their turn
        end = min(begins, before[0] + 1 if before is not None else begins, query.end or begins)
        if wanted.customers is not None or wanted.number:
            return await self._by_index(wanted, before, end, found)
        return await self._earlier(wanted, before, end, found)

    def _wanted(self, query: ContactQuery) -> Wanted:
        """In a thread."""
        customers = None
        if query.customer is not None:
            family = self._customers.family(query.customer)
            customers = frozenset({query.customer, *(one.customer_id for one in family)})
        number = None if query.number is None else self._customers.normal_number(query.number)
        return Wanted(query=query, customers=customers, number=number, normal=self._customers.normal_number)

    async def _by_index(
        self, wanted: Wanted, before: Position | None, end: Instant, found: list[Kept]
    ) -> Page[ContactLine]:
        """Of one customer or number, whose contacts the database finds without the others'."""
        place = min(before or (end, ContactId("")), (end, ContactId("")))
        limit = wanted.query.limit
        for _ in range(MOST_READINGS):
            batch = await self._threads.run(self._indexed, wanted, place)
            found.extend(kept for kept in batch.contacts if wanted.fits(kept, self._book.place))
            if len(found) > limit:
                return await self._page(found, limit)
            if batch.last is None or batch.last[0] < (wanted.query.start or 0):
                return await self._page(found, limit)
            place = batch.last
        return Page(items=await self._lines_of(found), next_cursor=cursor_of_parts(*place))

    def _indexed(self, wanted: Wanted, before: Position) -> Batch:
        if wanted.customers is not None:
            ids = self._customers.contacts_of(wanted.customers, before=before, most=READ_AT_ONCE)
        else:
            ids = self._customers.contacts_from(wanted.number or "", before=before, most=READ_AT_ONCE)
        read = [self._read(contact_id) for contact_id, _ in ids]
        last = (ids[-1][1], ids[-1][0]) if len(ids) == READ_AT_ONCE else None
        return Batch(contacts=[kept for kept in read if kept is not None], last=last)

    async def _earlier(
        self, wanted: Wanted, before: Position | None, end: Instant, found: list[Kept]
    ) -> Page[ContactLine]:
        query = wanted.query
        oldest, latest = await self._threads.run(self._extent)
        end = min(end, latest + 1)
        start = max(query.start or 0, oldest)
        for _ in range(MOST_STRETCHES):
            if end <= start:
                return await self._page(found, query.limit)
            begin = max(start, end - AT_ONCE)
            contacts = await self._threads.run(self._stretch, begin, end)
            behind = (kept for kept in contacts if before is None or kept.position < before)
            found.extend(kept for kept in behind if wanted.fits(kept, self._book.place))
            if len(found) > query.limit:
                return await self._page(found, query.limit)
            end = begin
        return Page(items=await self._lines_of(found), next_cursor=cursor_of_parts(end, ""))

    def _extent(self) -> tuple[Instant, Instant]:
        """The times of the journal's first fact and of its last."""
        first = next(iter(self._journal.entries(personal=False)), None)
        latest = self._journal.latest_at()
        return (0, -1) if first is None or latest is None else (first.at, latest)

    def _stretch(self, begin: Instant, end: Instant) -> list[Kept]:
        """Contacts that began in [begin, end), the latest first."""
        book = self._book_of(self._journal.entries(begin, end + RUNS_ON), most=1_000_000)
        found = [kept for kept in book.latest(begin=begin) if kept.began_at < end]
        doubtful = [kept.contact_id for kept in found if not kept.offered]
        older = self._customers.begun_before(doubtful, begin)
        return [kept for kept in found if kept.contact_id not in older]

    def _mark(self, found: list[Kept]) -> None:
        """Say of contacts that were read when something of them was erased; in a thread."""
        erased = last_erasures(self._journal, [kept.contact_id for kept in found])
        for kept in found:
            kept.erased_at = erased.get(kept.contact_id)

    def _book_of(self, entries: Iterable[Entry], most: int = MOST) -> ContactBook:
        book = ContactBook(lambda _: None, most=most)
        fold = Fold(book)
        for entry in entries:
            fold.apply(entry)
            book.read(entry)
        return book

    async def contact(self, contact_id: str) -> ContactLine | None:
        """One contact."""
        kept = self._book.kept(ContactId(contact_id))
        if kept is None or kept.began_at < self._book.begins:
            kept = await self._threads.run(self._read, ContactId(contact_id)) or kept
        return None if kept is None else (await self._lines_of([kept]))[0]

    def _read(self, contact_id: ContactId) -> Kept | None:
        return self._book_of(self._journal.entries(contact_id=contact_id)).kept(contact_id)

    async def _page(self, found: list[Kept], limit: int) -> Page[ContactLine]:
        items = await self._lines_of(found[:limit])
        more = len(found) > limit
        return Page(
            items=items, next_cursor=cursor_of_parts(items[-1].began_at, items[-1].contact_id) if more else None
        )

    async def _lines_of(self, found: list[Kept]) -> list[ContactLine]:
        read = [kept for kept in found if self._book.kept(kept.contact_id) is not kept]
        if read:
            await self._threads.run(self._mark, read)
        return [self._book.line_of(kept) for kept in found]

    async def story(self, contact_id: str) -> Story | None:
        """All its facts."""
        lines = await self._threads.run(lambda: list(self._lines(ContactId(contact_id))))
        return Story(contact_id=contact_id, lines=lines) if lines else None

    def _lines(self, contact_id: ContactId) -> Iterator[StoryLine]:
        began: Instant | None = None
        for entry in self._journal.entries(contact_id=contact_id):
            began = entry.at if began is None else began
            yield StoryLine(
                at=entry.at,
                since_s=to_seconds(entry.at - began),
                kind=entry.fact.kind,
                text=tell(entry.fact),
                node=entry.node,
                seq=entry.seq,
                data=msgspec.to_builtins(entry.fact),
            )


def _position(cursor: str) -> Position:
    at, contact_id = parts_of(cursor, tuple[Whole, Key])
    return at, ContactId(contact_id)
