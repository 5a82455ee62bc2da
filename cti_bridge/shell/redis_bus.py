"""Facts and the live state for other programs: a stream and a key in Redis, written beside the calls.

A fact is put into a bounded queue and forgotten; a task of asyncio's writes batches. Whatever happens to Redis — away,
hanging, full, killed in the middle of a batch — calls wait for nothing: the queue drops its oldest facts, counts them,
and the task tries again, each time a little later. After a broken connection a batch may be written twice; each fact
carries its node and number, by which a reader tells. The journal, not this, is the truth.

    PREFIX:facts      a stream, trimmed to about its length: node, seq, at (microseconds), kind, fact (JSON)
    PREFIX:live:NODE  the node's live state as JSON; it expires soon after the node stops writing it
"""

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec
import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from twisted.internet.defer import Deferred, succeed

from cti_bridge.shell.flavours import to_deferred
from facts.ids import NodeName
from facts.journal import Entry, Fact

log = structlog.get_logger(__name__)

BATCH: Final = 200
"""Facts written at once."""

CAPACITY: Final = 20_000
"""Facts that wait while Redis is away; then the oldest go."""

WINDOW_S: Final = 0.05
"""Facts are gathered for so long before they are written."""

ANSWER_S: Final = 5.0
"""So long Redis may take to answer; then the connection is given up."""

FIRST_RETRY_S: Final = 0.2
LONGEST_RETRY_S: Final = 30.0
FAREWELL_S: Final = 2.0
"""What waits at the end is written within so long, or not at all."""

EXPIRES: Final = 10
"""So many intervals after it was last written the live state is gone."""

_encode = msgspec.json.Encoder(enc_hook=str).encode


class BusOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where to write and how much. ``personal``: whether customers' data goes there too."""

    url: str
    node: NodeName
    prefix: str = "cordboard"
    stream_length: int = 100_000
    snapshot_every_s: float = 1.0
    personal: bool = False
    capacity: int = CAPACITY
    longest_retry_s: float = LONGEST_RETRY_S
    answer_s: float = ANSWER_S

    @property
    def stream(self) -> str:
        """The key of the facts."""
        return f"{self.prefix}:facts"

    @property
    def live_key(self) -> str:
        """The key of this node's live state."""
        return f"{self.prefix}:live:{self.node}"


class BusState(msgspec.Struct, frozen=True, kw_only=True):
    """How the bus is doing; the counts are since the start."""

    is_connected: bool
    waiting: int
    written: int
    dropped: int
    trouble: str = ""


class RedisBus:
    """To be a reader of facts. ``snapshot``: the live state, ready to be written; asked on the loop's thread."""

    def __init__(self, options: BusOptions, password: str | None, snapshot: Callable[[], bytes]) -> None:
        self._options = options
        self._password = password
        self._snapshot = snapshot
        self._queue: deque[Entry] = deque()
        self._sending: list[Entry] = []
        self._written = self._dropped = 0
        self._trouble = ""
        self._is_connected = False
        self._stopping = False
        self._wake: asyncio.Event | None = None
        self._running: Deferred[None] | None = None
        self._snapshot_due = 0.0

    # -- the reactor's side ------------------------------------------------------------------------------------------

    def read(self, entry: Entry) -> None:
        """Take the next fact; never waits and never fails."""
        if self._stopping:
            return
        if len(self._queue) >= self._options.capacity:
            self._queue.popleft()
            self._dropped += 1
        self._queue.append(entry)
        if self._wake is not None:
            self._wake.set()

    @property
    def state(self) -> BusState:
        """How it is doing."""
        return BusState(
            is_connected=self._is_connected,
            waiting=len(self._queue) + len(self._sending),
            written=self._written,
            dropped=self._dropped,
            trouble=self._trouble,
        )

    def start(self) -> None:
        """Begin to write."""
        self._wake = asyncio.Event()
        self._running = to_deferred(self._run())

    def stop(self) -> Deferred[None]:
        """Write what waits, as far as there is time, and end."""
        self._stopping = True
        if self._running is None or self._wake is None:
            return succeed(None)
        self._wake.set()
        return self._running

    # -- the task ----------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        retry_s = FIRST_RETRY_S
        while not self._stopping:
            try:
                async with self._client() as client:
                    await client.ping()
                    self._connected()
                    retry_s = FIRST_RETRY_S
                    await self._serve(client)
            except (RedisError, OSError, TimeoutError, ValueError) as error:
                self._lost(error)
                await self._pause(retry_s * random.uniform(0.7, 1.3))  # noqa: S311 - so that nodes do not come all at once
                retry_s = min(retry_s * 2, self._options.longest_retry_s)
            except Exception:
                log.exception("redis_bus_failed")  # a mistake of ours: facts go on waiting, and are dropped in time
                await self._pause(self._options.longest_retry_s)
        self._is_connected = False

    def _client(self) -> "redis.asyncio.Redis":
        more: dict[str, Any] = {} if self._password is None else {"password": self._password}
        return redis.asyncio.Redis.from_url(
            self._options.url,
            socket_timeout=self._options.answer_s,
            socket_connect_timeout=self._options.answer_s,
            single_connection_client=True,
            retry=Retry(NoBackoff(), 0),  # what is tried again, and when, is decided here
            **more,
        )

    async def _serve(self, client: "redis.asyncio.Redis") -> None:
        assert self._wake is not None
        end: float | None = None
        while True:
            if self._stopping and end is None:
                end = time.monotonic() + FAREWELL_S
            self._wake.clear()
            if self._queue:
                await self._write_batch(client)
            if time.monotonic() >= self._snapshot_due:
                await self._write_snapshot(client)
            if end is not None and (not self._queue or time.monotonic() > end):
                return
            if len(self._queue) < BATCH:
                await self._gather()

    async def _gather(self) -> None:
        """Wait for facts, and a moment longer for more of them, or until the live state is due."""
        assert self._wake is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._snapshot_due - time.monotonic())):
                await self._wake.wait()
        if not self._stopping:
            await asyncio.sleep(WINDOW_S)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not when all is to end."""
        assert self._wake is not None
        deadline = time.monotonic() + seconds
        while not self._stopping and (left := deadline - time.monotonic()) > 0:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._wake.wait()

    async def _write_batch(self, client: "redis.asyncio.Redis") -> None:
        queue = self._queue
        self._sending = [queue.popleft() for _ in range(min(BATCH, len(queue)))]
        try:
            pipeline = client.pipeline(transaction=False)
            for entry in self._sending:
                pipeline.xadd(
                    self._options.stream,
                    fields_of(entry, personal=self._options.personal),
                    maxlen=self._options.stream_length,
                    approximate=True,
                )
            await pipeline.execute()
        except BaseException:
            self._take_back()
            raise
        self._written += len(self._sending)
        self._sending = []

    def _take_back(self) -> None:
        """What was perhaps not written waits again, before all that came since; what is too much goes."""
        self._queue.extendleft(reversed(self._sending))
        self._sending = []
        while len(self._queue) > self._options.capacity:
            self._queue.popleft()
            self._dropped += 1

    async def _write_snapshot(self, client: "redis.asyncio.Redis") -> None:
        every_s = self._options.snapshot_every_s
        self._snapshot_due = time.monotonic() + every_s
        await client.set(self._options.live_key, self._snapshot(), px=round(every_s * EXPIRES * 1000))

    def _connected(self) -> None:
        if self._trouble:
            log.info("redis_connected_again", dropped=self._dropped)
        self._is_connected, self._trouble = True, ""
        self._snapshot_due = 0.0

    def _lost(self, error: BaseException) -> None:
        """Tell the trouble once, and again only when it is another one."""
        self._is_connected = False
        reason = "Redis refuses the password" if isinstance(error, AuthenticationError) else str(error)
        reason = reason or type(error).__name__
        if reason != self._trouble:
            log.error("redis_away", reason=reason, mend="facts wait in memory, then the oldest are dropped")
        self._trouble = reason


def fields_of(entry: Entry, *, personal: bool) -> dict[Any, Any]:
    """An entry as the fields of a stream."""
    fact: Fact = entry.fact
    if not personal and fact.PERSONAL:
        fact = msgspec.structs.replace(fact, **_defaults(type(fact)))
    return {
        "node": entry.node,
        "seq": entry.seq,
        "at": entry.at,
        "kind": fact.kind,
        "fact": _encode(fact),
    }


def _defaults(kind: type[Fact]) -> dict[str, Any]:
    return {field.name: field.default for field in msgspec.structs.fields(kind) if field.name in kind.PERSONAL}
