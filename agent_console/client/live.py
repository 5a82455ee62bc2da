"""The live channel: how things stand, kept up to date across gaps, silence and lost connections."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Protocol, Self, TypeVar, cast

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from agent_console.client.errors import ApiError, ClientError, NoAnswerError, SignedOutError
from agent_console.client.streams import DESK, Change, FrameError, Streams, both
from agent_console.documents.administration import AuditLine
from agent_console.documents.contacts import ContactLine
from agent_console.documents.customers import CustomerChange
from agent_console.documents.desk import CallbackDoc, DeskContact, DeskContactState, DeskState, MessageDoc
from agent_console.documents.floor import (
    AgentRow,
    AlarmDoc,
    EntryPointDoc,
    ParkedRow,
    QueueRow,
    SettingsState,
    Topic,
    Totals,
    WaitingRow,
)
from agent_console.documents.live import ClientFrame, ServerFrame
from agent_console.documents.media import RecordingDoc, VoicemailDoc
from agent_console.documents.problems import Problem
from facts.time import Instant

SILENCE_S: Final = 15.0
"""The server greets every three seconds: after so much silence the connection is dead."""

FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 10.0
"""Between two attempts to connect: doubled each time, with up to as much again by chance."""

MOST_FRAME: Final = 64 * 1024 * 1024
SIGNED_OUT: Final = 4401
_HOPELESS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})

T = TypeVar("T")


class Asker(Protocol):
    """Where the channel is, and who asks."""

    url: str
    verify: Any

    def upgrade_headers(self) -> dict[str, str]:
        """Cookie or token."""


class LiveView:
    """Topics as they stand. An asynchronous context; iterating gives each change after it was taken in.

    What is read here is always whole: after a lost connection it stays as it was (``connected`` is False then) until
    fresh snapshots come. Raises `SignedOutError` and `ApiError` where trying again would not help.
    """

    def __init__(self, asker: Asker, topics: Iterable[Topic]) -> None:
        self._asker = asker
        self._topics = tuple(topics)
        self._streams = Streams()
        self._changed = asyncio.Condition()
        self._changes: dict[str, Change] = {}
        self._failed: BaseException | None = None
        self._task: asyncio.Task[None] | None = None
        self._socket: ClientConnection | None = None
        self.connected = False
        self.connections = 0
        """How often the channel was opened."""

    # -- how things stand --------------------------------------------------------------------------------------------

    @property
    def now(self) -> Instant | None:
        """The centre's clock at the last frame."""
        return self._streams.now

    def _all(self, topic: str, _kind: type[T]) -> dict[str, T]:
        found: dict[str, Any] = {}
        for name in self._streams.names(topic):
            found.update(self._streams.documents(name))
        return cast("dict[str, T]", found)

    @property
    def agents(self) -> Mapping[str, AgentRow]:
        """Topic ``agents``, by name."""
        return self._all("agents", AgentRow)

    @property
    def queues(self) -> Mapping[str, QueueRow]:
        """Topic ``queues``, by name."""
        return self._all("queues", QueueRow)

    @property
    def waiting(self) -> Mapping[str, WaitingRow]:
        """Topic ``waiting``, by contact id."""
        return self._all("waiting", WaitingRow)

    @property
    def parked(self) -> Mapping[str, ParkedRow]:
        """Topic ``parked``, by contact id."""
        return self._all("parked", ParkedRow)

    @property
    def contacts(self) -> Mapping[str, ContactLine]:
        """Topic ``contacts``, by contact id."""
        return self._all("contacts", ContactLine)

    @property
    def alarms(self) -> Mapping[str, AlarmDoc]:
        """Topic ``alarms``, by alarm id."""
        return self._all("alarms", AlarmDoc)

    @property
    def totals(self) -> Totals | None:
        """Topic ``totals``; None before the first snapshot."""
        return next(iter(self._all("totals", Totals).values()), None)

    @property
    def entry_points(self) -> Mapping[str, EntryPointDoc]:
        """Topic ``entry_points``, by number."""
        return self._all("entry_points", EntryPointDoc)

    @property
    def settings(self) -> SettingsState | None:
        """Topic ``settings``; None before the first snapshot."""
        return next(iter(self._all("settings", SettingsState).values()), None)

    @property
    def customers(self) -> Mapping[str, CustomerChange]:
        """Topic ``customers``: records that changed lately, by id."""
        return self._all("customers", CustomerChange)

    @property
    def recordings(self) -> Mapping[str, RecordingDoc]:
        """Topic ``recordings``: the latest ones, by id."""
        return self._all("recordings", RecordingDoc)

    @property
    def voicemails(self) -> Mapping[str, VoicemailDoc]:
        """Topic ``voicemails``: the latest ones, by id."""
        return self._all("voicemails", VoicemailDoc)

    @property
    def audit(self) -> Mapping[str, AuditLine]:
        """Topic ``audit``: the latest changes, by number."""
        return self._all("audit", AuditLine)

    def _on_desk(self, word: str, kind: type[T]) -> dict[str, T]:
        own = {key.partition(":")[2]: one for key, one in self._all(DESK, kind).items() if key.startswith(f"{word}:")}
        assert all(isinstance(one, kind) for one in own.values())
        return own

    @property
    def desk(self) -> DeskState | None:
        """Topic ``desk``: one's own state; None before the first snapshot."""
        return self._all(DESK, DeskState).get("state")

    @property
    def desk_contacts(self) -> Mapping[str, DeskContact]:
        """Topic ``desk``: contacts at one's own desk, by contact id."""
        return self._on_desk("contact", DeskContact)

    def desk_contact(self, *states: DeskContactState) -> DeskContact | None:
        """The first contact at one's own desk that is in one of these states; None: there is none."""
        return next((one for one in self.desk_contacts.values() if one.state in states), None)

    @property
    def desk_callbacks(self) -> Mapping[str, CallbackDoc]:
        """Topic ``desk``: callbacks that are one's own, by contact id."""
        return self._on_desk("callback", CallbackDoc)

    @property
    def desk_messages(self) -> Mapping[str, MessageDoc]:
        """Topic ``desk``: messages to one's team, by message id."""
        return self._on_desk("message", MessageDoc)

    # -- waiting for changes -----------------------------------------------------------------------------------------

    async def until(self, found: Callable[["LiveView"], T | None], timeout_s: float | None = None) -> T:
        """Wait until ``found`` finds something (neither None nor False) and give it. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s), self._changed:
            while True:
                result = found(self)
                if result is not None and result is not False:
                    return result
                self._raise_failure()
                await self._changed.wait()

    async def __aiter__(self) -> AsyncIterator[Change]:
        """Changes as they come, for one reader; who is slow gets what several changes of a stream come to."""
        while True:
            async with self._changed:
                while not self._changes:
                    self._raise_failure()
                    await self._changed.wait()
                changes, self._changes = self._changes, {}
            for change in changes.values():
                yield change

    def _raise_failure(self) -> None:
        if self._failed is not None:
            raise self._failed

    # -- the connection ----------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Open the channel; goes on when the first snapshot of every topic is there."""
        self._task = asyncio.create_task(self._keep())
        try:
            await self.until(lambda _: self._streams.is_level)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Read no more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep(self) -> None:
        """Connect, read, connect again."""
        wait_s = FIRST_WAIT_S
        try:
            while True:
                if await self._read_once():
                    wait_s = FIRST_WAIT_S
                await asyncio.sleep(wait_s * random.uniform(1, 2))  # noqa: S311 - spreads clients, guards nothing
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        except ClientError as error:
            self._failed = error
        finally:
            if self._failed is None:
                self._failed = ClientError("the live view is closed")
            await self._tell(None)

    async def _read_once(self) -> bool:
        """One connection until it is lost; whether it came to anything."""
        before = self.connections
        try:
            async with self._connection() as socket:
                self.connections += 1
                self.connected, self._socket = True, socket
                await self._read(socket)
        except InvalidStatus as error:
            _give_up_if_hopeless(error)
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code == SIGNED_OUT:
                raise SignedOutError("the session is over: sign in again") from error
        except (OSError, TimeoutError, InvalidHandshake, FrameError):
            pass
        finally:
            self.connected, self._socket = False, None
            self._streams.connection_lost()
            await self._tell(None)
        return self.connections > before

    def _connection(self) -> connect:
        url = f"ws{self._asker.url.removeprefix('http')}/api/v1/live"
        verify = self._asker.verify
        tls = {} if not url.startswith("wss:") or isinstance(verify, bool) else {"ssl": verify}
        return connect(
            url,
            additional_headers=self._asker.upgrade_headers(),
            origin=cast("Any", self._asker.url),
            max_size=MOST_FRAME,
            **tls,
        )

    async def _read(self, socket: ClientConnection) -> None:
        await _send(socket, ClientFrame(subscribe=list(self._topics)))
        while True:
            try:
                # no wait_for: in Python 3.11 it forgets to be cancelled when a frame comes in the same moment
                async with asyncio.timeout(SILENCE_S):
                    received = await socket.recv()
                frame = ServerFrame.model_validate_json(received)
            except ValidationError as error:
                raise FrameError("a frame of the live channel is not as it should be") from error
            if frame.error is not None:
                raise ApiError(frame.error)
            change = self._streams.take(frame)
            if self._streams.stale:
                stale, self._streams.stale = self._streams.stale, []
                await _send(socket, ClientFrame(resync=stale))
            await self._tell(change)

    async def _tell(self, change: Change | None) -> None:
        async with self._changed:
            if change is not None:
                self._changes[change.stream] = both(self._changes.get(change.stream), change)
            self._changed.notify_all()

    async def cut(self) -> None:
        """Let the connection go, as a network would; another one is made at once. For tests, and when in doubt."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed, OSError):
                await self._socket.close()


async def _send(socket: ClientConnection, frame: ClientFrame) -> None:
    await socket.send(frame.model_dump_json(exclude_none=True))


def _give_up_if_hopeless(error: InvalidStatus) -> None:
    """Raise where the next attempt would end alike; a proxy without a daemon behind it is tried again."""
    if error.response.status_code not in _HOPELESS:
        return
    try:
        problem = Problem.model_validate_json(error.response.body or b"")
    except ValidationError:
        raise NoAnswerError(f"the live channel answered {error.response.status_code}: is this the address?") from error
    if problem.status == HTTPStatus.UNAUTHORIZED:
        raise SignedOutError(str(ApiError(problem))) from error
    raise ApiError(problem) from error
