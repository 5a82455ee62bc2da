"""Erasures of persons reach the running daemon: desks and the book of contacts forget, and nothing comes back.

Who was erased here, by another node or by a command is found in the journal's own chain, which is looked at every
second. What this daemon still said of the contact without knowing, as notes that were saved in between, is erased once
more; and so is the rest of a call that went on, when it is over.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, ParamSpec, Protocol, TypeVar

import msgspec
import structlog
from twisted.internet.task import LoopingCall

from agent_console.errors import UnavailableError
from cti_bridge.app.console.contact_book import NEVER, ContactBook
from cti_bridge.app.console.threads import Threads
from cti_bridge.app.wiring import Daemon
from facts.ids import ContactId, NodeName
from facts.journal import ContactEnded, Entry, PersonalDataErased
from facts.time import Instant
from storage.chain import UPKEEP
from storage.erasure import Erased, Person, contacts_erased, erase_person, last_erasures
from storage.errors import StorageError
from storage.journal import Journal

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

EVERY_S: Final = 1.0

BY: Final = "end of call"
"""Who erases the rest of a call of an erased person."""


class Sounds(Protocol):
    """Recordings and messages."""

    def erase(self, contact_ids: Sequence[str], by: str) -> int:
        """Delete all of these contacts; slow."""
        ...


class _Left(msgspec.Struct, frozen=True):
    """What is still to be erased of contacts. ``until``: of this node up to this fact; None: the call is over."""

    contacts: tuple[ContactId, ...]
    at: Instant
    by: str
    until: tuple[NodeName, int] | None


class Erasures:
    """Follows the erasures of persons once it is started. ``told``: how many were told since then.

    ``changed`` is told of each contact that is shown otherwise from now on.
    """

    def __init__(
        self,
        reactor: Any,
        journal: Journal,
        book: ContactBook,
        threads: Threads,
        *,
        sounds: Sounds,
        changed: Callable[[ContactId], object],
    ) -> None:
        self._reactor = reactor
        self._journal = journal
        self._book = book
        self._threads = threads
        self._sounds = sounds
        self._changed = changed
        self._daemon: Daemon | None = None
        self._had = journal.last_seq(UPKEEP)
        self._left: list[_Left] = []
        self._one_at_a_time = asyncio.Lock()
        self._fault = ""
        self._is_marked = False
        self._task: asyncio.Task[None] | None = None
        self._every = LoopingCall(self.look)
        self._every.clock = reactor
        self.told = 0

    def start(self, daemon: Daemon) -> None:
        """Begin to look."""
        self._daemon = daemon
        self._every.start(EVERY_S, now=False)

    def stop(self) -> None:
        """Look no more."""
        self._daemon = None
        if self._every.running:
            self._every.stop()

    def read(self, entry: Entry) -> None:
        """Take note of the next fact: of an erased person, the rest of a call is to go when it is over."""
        fact = entry.fact
        if self._daemon is None or not isinstance(fact, ContactEnded) or fact.contact_id is None:
            return
        known = self._daemon.coordinator.control.desks.known(fact.contact_id)
        if known is not None and known.erased_at is not None:
            at = max(entry.at, known.erased_at + 1)
            self._left.append(_Left((fact.contact_id,), at, BY, None))
            self._reactor.callLater(0, self.look)

    # -- an erasure here -----------------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Before somebody is erased: what was said of them is in the journal. Raises `UnavailableError`."""
        await self._threads.run(self._write)

    async def took_place(self, contact_ids: Collection[ContactId], at: Instant, by: str) -> None:
        """Somebody was just erased: desks are told at once, and what came in between is erased too."""
        self._tell(contact_ids, at, by)
        try:
            async with self._one_at_a_time:
                await self._erase_left()
        except UnavailableError as error:
            self._failed(error)  # goes on by itself
        await self._threads.run(self._sounds.erase, list(contact_ids), by)

    def _tell(self, contact_ids: Collection[ContactId], at: Instant, by: str) -> None:
        """Desks and book forget, on the reactor: no fact of what was known before can come after."""
        if self._daemon is None:
            return
        self.told += 1
        desks, now = self._daemon.coordinator.control.desks, self._daemon.coordinator.now()
        for contact_id in contact_ids:
            if self._book.erase(contact_id, at, noted_until=max(at, now)):
                self._changed(contact_id)
        unaware = tuple(contact_id for contact_id in contact_ids if desks.forget_person(contact_id, at))
        if unaware:
            self._left.append(_Left(unaware, at, by, self._daemon.last_fact))

    # -- looking -------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look for erasures by others, and do what is left to do."""
        if self._daemon is not None and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        try:
            async with self._one_at_a_time:
                await self._erase_left()
                self._had = await self._tell_new()
                await self._erase_left()
                await self._mark_book()
        except UnavailableError as error:
            self._failed(error)
        except Exception:
            if self._daemon is not None:  # else the threads have ended
                log.exception("erasures_not_followed")
        else:
            self._fault = ""

    async def _tell_new(self) -> int:
        """Tell erasures of which nobody here knows; the number of the last fact of that chain."""
        head = await self._in_thread(self._journal.last_seq, UPKEEP)
        if head != self._had:
            for at, by, contact_ids in await self._in_thread(self._new):
                self._tell(contact_ids, at, by)
        return head

    def _new(self) -> list[tuple[Instant, str, frozenset[ContactId]]]:
        """Erasures that nobody has looked at: when, by whom, and of which contacts; in a thread."""
        kinds = [PersonalDataErased.__name__]
        found = self._journal.entries(kinds=kinds, nodes=[UPKEEP], after={UPKEEP: self._had}, personal=False)
        return [
            (entry.at, entry.fact.by, contacts_erased(self._journal, entry.fact))
            for entry in found
            if isinstance(entry.fact, PersonalDataErased)
        ]

    async def _mark_book(self) -> None:
        """Once the book has caught up with the journal: what was erased of contacts that it has read there."""
        if self._is_marked or self._book.begins == NEVER:
            return
        erased = await self._in_thread(last_erasures, self._journal, self._book.ids())
        for contact_id, at in erased.items():
            self._book.erase(contact_id, at, noted_until=at)
        self._is_marked = True

    # -- what is left --------------------------------------------------------------------------------------------------

    async def _erase_left(self) -> None:
        while self._left:
            left = self._left[0]
            erased = await self._in_thread(self._erase, left)
            self._left.remove(left)
            if left.until is not None:
                continue
            if erased.facts:
                self._tell(left.contacts, left.at, left.by)
            await self._in_thread(self._sounds.erase, left.contacts, left.by)

    def _erase(self, left: _Left) -> Erased:
        """In a thread, as soon as the journal has all."""
        self._write()
        person = Person(contact_ids=left.contacts, until=left.until)
        return erase_person(self._journal, person, at=left.at, by=left.by)

    def _write(self) -> None:
        if self._daemon is not None and not _is_written(self._daemon):
            raise UnavailableError(
                "facts still wait for the database: erase again once the daemon's log tells `journal_recovered`"
            )

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Threads.run`, for what is tried again every second: the same trouble is told in the log once."""

        def attempt() -> T:
            try:
                return work(*args, **kwargs)
            except StorageError as error:
                raise UnavailableError(str(error)) from error

        return await self._threads.run(attempt)

    def _failed(self, error: UnavailableError) -> None:
        fault = str(error)
        if fault != self._fault:
            log.error("erasure_not_complete", reason=fault, mend="goes on by itself once the database answers")
        self._fault = fault


def _is_written(daemon: Daemon) -> bool:
    """Whether the database has all facts so far; in a thread."""
    try:
        return daemon.written()
    except TimeoutError:
        return False
