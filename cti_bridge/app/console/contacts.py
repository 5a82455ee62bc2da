"""Contacts of all times: the latest from the daemon's own book, earlier ones and stories from the journal."""

from collections.abc import Iterator
from typing import Final

import msgspec

from agent_console.documents.contacts import ContactLine, Story, StoryLine
from agent_console.documents.values import Page
from agent_console.http.paging import bad_cursor, cursor_of, key_of
from agent_console.ports import ContactQuery
from cti_bridge.app.console.contact_book import ContactBook
from cti_bridge.app.console.threads import Threads
from facts.ids import ContactId
from facts.time import DAY, HOUR, Instant, to_seconds
from reporting.exports.story import tell
from reporting.kpi.fold import Fold
from storage.journal import Journal

AT_ONCE: Final = DAY
"""So long a stretch of the journal is read at once."""

MOST_STRETCHES: Final = 31
"""After so many stretches without a full page the client is asked to come again, by a cursor."""

RUNS_ON: Final = 12 * HOUR
"""A contact's facts are looked for so long after the end of the stretch in which it began."""


class JournalContacts:
    """`agent_console.ports.Contacts`. ``book``: the daemon's."""

    def __init__(self, journal: Journal, book: ContactBook, threads: Threads) -> None:
        self._journal = journal
        self._book = book
        self._threads = threads

    async def find(self, query: ContactQuery) -> Page[ContactLine]:
        """The latest first. Beyond the book, stretch by stretch of the journal."""
        before = None if query.cursor is None else _position(query.cursor)
        found: list[ContactLine] = []
        for line in self._book.latest():
            if line.began_at < self._book.begins:
                break
            if _is_behind(line, before) and _fits(line, query):
                found.append(line)
                if len(found) > query.limit:
                    return _page(found, query.limit)
        end = min(self._book.begins, before[0] + 1 if before is not None else self._book.begins)
        if query.end is not None:
            end = min(end, query.end)
        return await self._earlier(query, before, end, found)

    async def _earlier(
        self, query: ContactQuery, before: tuple[Instant, str] | None, end: Instant, found: list[ContactLine]
    ) -> Page[ContactLine]:
        oldest = await self._threads.run(self._oldest)
        start = max(query.start or 0, oldest if oldest is not None else end)
        for _ in range(MOST_STRETCHES):
            if end <= start:
                return Page(items=found)
            begin = max(start, end - AT_ONCE)
            lines = await self._threads.run(self._stretch, begin, end)
            found.extend(line for line in lines if _is_behind(line, before) and _fits(line, query))
            if len(found) > query.limit:
                return _page(found, query.limit)
            end = begin
        return Page(items=found, next_cursor=cursor_of(f"{end} "))

    def _oldest(self) -> Instant | None:
        first = next(iter(self._journal.entries(personal=False)), None)
        return None if first is None else first.at

    def _stretch(self, begin: Instant, end: Instant) -> list[ContactLine]:
        """Contacts that began in [begin, end), the latest first."""
        book = ContactBook(lambda _: None, most=1_000_000)
        fold = Fold(book)
        for entry in self._journal.entries(begin, end + RUNS_ON):
            fold.apply(entry)
            book.read(entry)
        return [line for line in book.latest() if begin <= line.began_at < end]

    async def contact(self, contact_id: str) -> ContactLine | None:
        """One contact."""
        known = self._book.line(ContactId(contact_id))
        return known if known is not None else await self._threads.run(self._read, ContactId(contact_id))

    def _read(self, contact_id: ContactId) -> ContactLine | None:
        book = ContactBook(lambda _: None)
        fold = Fold(book)
        for entry in self._journal.entries(contact_id=contact_id):
            fold.apply(entry)
            book.read(entry)
        return book.line(contact_id)

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


def _position(cursor: str) -> tuple[Instant, str]:
    at, blank, contact_id = key_of(cursor).partition(" ")
    if not blank or not at.isascii() or not at.isdigit() or len(at) > 17:
        raise bad_cursor()
    return int(at), contact_id


def _is_behind(line: ContactLine, before: tuple[Instant, str] | None) -> bool:
    return before is None or (line.began_at, line.contact_id) < before


def _page(found: list[ContactLine], limit: int) -> Page[ContactLine]:
    items = found[:limit]
    more = len(found) > limit
    last = items[-1]
    return Page(items=items, next_cursor=cursor_of(f"{last.began_at} {last.contact_id}") if more else None)


def _fits(line: ContactLine, query: ContactQuery) -> bool:
    return (
        query.place in {None, line.place}
        and (query.queue is None or query.queue in line.queues)
        and (query.agent is None or query.agent in line.agents)
        and query.customer in {None, line.customer_id}
        and query.number in {None, line.caller_number}
        and (query.start is None or line.began_at >= query.start)
        and (query.end is None or line.began_at < query.end)
        and _is_seen(line, query)
    )


def _is_seen(line: ContactLine, query: ContactQuery) -> bool:
    if query.agents_seen is None:
        return True
    return not query.agents_seen.isdisjoint(line.agents) or not (query.queues_seen or frozenset()).isdisjoint(
        line.queues
    )
