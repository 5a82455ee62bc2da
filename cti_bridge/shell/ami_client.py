"""The client of Asterisk's Manager Interface: one connection that comes back, and nothing that decides.

:class:`AmiProtocol` carries one connection: correlation of answers by ActionID, a time-out for every action, lists
gathered. :class:`AmiClient` keeps a connection through ``ClientService``: log-in, then a full snapshot, and only then
events: AMI has neither sequence numbers nor replay, so what happened while nobody listened is learnt by asking.
Events that come while the snapshot is being gathered are kept and delivered after it.

Delivery is a plain call inside ``dataReceived``: while a handler is busy nothing more is read, and a backlog stays in
the TCP window instead of in memory.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable
from typing import Any, cast
from typing import Protocol as TypingProtocol

import msgspec
import structlog
from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime, IStreamClientEndpoint, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from cti_bridge.wire.ami import AmiMessage, AmiParser, encode_action
from cti_bridge.wire.errors import RemoteProtocolError

log = structlog.get_logger(__name__)

_BACK_OFF = backoffPolicy(initialDelay=0.5, maxDelay=15.0)

Headers = Iterable[tuple[str, str]]


class AmiError(Exception):
    """Base of what can go wrong with an action."""


class ActionFailed(AmiError):  # noqa: N818 - named after AMI's own word
    """Asterisk answered ``Error``; ``message`` is its text."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"AMI action {name} failed: {message}")
        self.message = message


class ActionTimedOut(AmiError):  # noqa: N818
    """No answer in time; whether the action was carried out is not known."""


class FateUnknown(AmiError):  # noqa: N818
    """The connection was lost before the answer came: whether the action was carried out, nobody knows."""


class NotConnected(AmiError):  # noqa: N818
    """There is no connection to Asterisk: nothing was sent."""


class LoginRefused(AmiError):  # noqa: N818
    """Asterisk does not accept the account."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What Asterisk answered when asked for everything: channels and device states, as AMI messages."""

    channels: tuple[AmiMessage, ...]
    devices: tuple[AmiMessage, ...]


class AmiListener(TypingProtocol):
    """Who is told of what comes in."""

    def switch_connected(self, snapshot: Snapshot) -> None:
        """A connection is there, this is the state of the switch; events follow."""

    def switch_lost(self, reason: str) -> None:
        """The connection is gone."""

    def switch_event(self, event: AmiMessage) -> None:
        """One event, in order."""


class _Pending:
    """An action that waits for its answer; ``items`` gathers the events of a list."""

    __slots__ = ("deferred", "is_list", "items", "name", "timer")

    def __init__(self, name: str, *, is_list: bool, timer: IDelayedCall) -> None:
        self.name = name
        self.is_list = is_list
        self.timer = timer
        self.items: list[AmiMessage] = []
        self.deferred: Deferred[Any] = Deferred()


class AmiProtocol(Protocol):
    """One connection: bytes to messages, answers to their actions, events to ``on_event``.

    In: bytes of Asterisk. Out: actions. State: greeting seen, actions pending.
    """

    def __init__(
        self,
        clock: IReactorTime,
        on_event: Callable[[AmiMessage], None],
        *,
        wanted: frozenset[str] | None = None,
        action_timeout_s: float = 10.0,
    ) -> None:
        self._clock = clock
        self.on_event = on_event
        self._parser = AmiParser(wanted=wanted)
        self._timeout_s = action_timeout_s
        self._pending: dict[str, _Pending] = {}
        self._numbers = itertools.count(1)
        self._connected = False
        self.ended = self.refused = False
        self.heard_at = 0.0
        self.greeted: Deferred[AmiMessage] = Deferred()
        self.lost: Deferred[str] = Deferred()
        self._reason = ""

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Answer at once: actions are small and their senders wait."""
        self._connected = True
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpNoDelay(True)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Parse and deliver; a peer that talks nonsense is left, with one line in the log."""
        self.heard_at = self._clock.seconds()
        try:
            messages = self._parser.feed(data)
        except RemoteProtocolError as error:
            self.refused = True
            log.error("ami_connection_refused", reason=str(error))  # noqa: TRY400 - the reason says it all
            self.fail(f"the peer does not speak AMI: {error}")
            return
        for message in messages:
            self._deliver(message)

    def fail(self, reason: str) -> None:
        """End the connection because of ``reason``."""
        self._reason = reason
        if self.transport is not None:
            cast(ITCPTransport, self.transport).abortConnection()

    def _deliver(self, message: AmiMessage) -> None:
        kind = message.kind
        if kind == "event":
            pending = self._pending.get(message.get("ActionID") or "") if self._pending else None
            if pending is not None and pending.is_list:
                self._list_item(pending, message)
            else:
                self.deliver(message)
        elif kind == "response":
            self._response(message)
        elif kind == "greeting" and not self.greeted.called:
            self.greeted.callback(message)

    def deliver(self, message: AmiMessage) -> None:
        """Hand an event on; a handler that fails is logged and stops nothing."""
        try:
            self.on_event(message)
        except Exception:
            log.exception("ami_event_failed", ami_event=message.name)

    def _list_item(self, pending: _Pending, message: AmiMessage) -> None:
        if (message.get("EventList") or "").lower() == "complete":
            self._settle(message, pending.items)
        else:
            pending.items.append(message)

    def _response(self, message: AmiMessage) -> None:
        pending = self._pending.get(message.get("ActionID") or "")
        if pending is None:
            return  # too late: the action has timed out
        if message.name == "Error":
            self._settle(message, ActionFailed(pending.name, message.get("Message") or "no reason given"))
        elif not pending.is_list:
            self._settle(message, message)
        elif (message.get("EventList") or "").lower() == "complete":
            self._settle(message, [])

    def _settle(self, message: AmiMessage, result: Any) -> None:
        self._finish(message.get("ActionID") or "", result)

    def _finish(self, action_id: str, result: Any) -> None:
        pending = self._pending.pop(action_id)
        if pending.timer.active():
            pending.timer.cancel()
        if isinstance(result, Exception):
            pending.deferred.errback(result)
        else:
            pending.deferred.callback(result)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        """Everybody who waits for an answer is told."""
        self._connected, self.ended = False, True
        text = self._reason or reason.getErrorMessage()
        self.lost.callback(text)  # first: whose action failed for this must find the connection gone already
        for action_id in list(self._pending):
            self._finish(action_id, FateUnknown(f"the connection was lost before the answer came: {text}"))
        if not self.greeted.called:
            self.greeted.errback(NotConnected(text))

    def action(self, name: str, headers: Headers = (), *, timeout_s: float | None = None) -> Deferred[AmiMessage]:
        """Send an action; its response, or ActionFailed, ActionTimedOut, NotConnected.

        ``timeout_s``: when the usual time is too long to wait; it cannot be made longer.
        """
        return self._send(name, headers, is_list=False, timeout_s=timeout_s)

    def list_action(self, name: str, headers: Headers = ()) -> Deferred[list[AmiMessage]]:
        """Send an action that is answered by a list of events; the events."""
        return self._send(name, headers, is_list=True)

    def _send(self, name: str, headers: Headers, *, is_list: bool, timeout_s: float | None = None) -> Deferred[Any]:
        if not self._connected or self.transport is None:
            failed: Deferred[Any] = Deferred()
            failed.errback(NotConnected(f"AMI action {name} was not sent: there is no connection"))
            return failed
        action_id = f"cb{next(self._numbers)}"
        data = encode_action(name, [("ActionID", action_id), *headers])
        wait = self._timeout_s if timeout_s is None else min(timeout_s, self._timeout_s)
        pending = _Pending(name, is_list=is_list, timer=self._clock.callLater(wait, self._late, action_id, wait))
        self._pending[action_id] = pending
        self.transport.write(data)
        return pending.deferred

    def _late(self, action_id: str, waited_s: float) -> None:
        pending = self._pending[action_id]
        reason = f"AMI action {pending.name} was not answered in {waited_s:g} s"
        self._finish(action_id, ActionTimedOut(reason))
        self.fail(reason)  # a fresh snapshot tells what became of it


class AmiAccount(msgspec.Struct, frozen=True, kw_only=True):
    """The manager account of the daemon. ``secret`` never leaves as text: log-in is by challenge and response."""

    user: str
    secret: str

    def __repr__(self) -> str:
        return f"AmiAccount(user={self.user!r})"


class AmiClient:
    """A connection to Asterisk that logs in, takes a snapshot, delivers events, and comes back when it is lost."""

    def __init__(
        self,
        endpoint: IStreamClientEndpoint,
        account: AmiAccount,
        listener: AmiListener,
        clock: IReactorTime,
        *,
        wanted: frozenset[str] | None = None,
        action_timeout_s: float = 10.0,
        keep_alive_s: float = 15.0,
    ) -> None:
        self._account = account
        self._listener = listener
        self._clock = clock
        self._wanted = wanted
        self._timeout_s = action_timeout_s
        self._keep_alive_s = keep_alive_s
        self._protocol: AmiProtocol | None = None
        self._stopping = False
        self._failures = 0
        self._service = ClientService(
            endpoint, Factory.forProtocol(self._connecting), retryPolicy=self._wait_before, clock=clock
        )

    @property
    def connected(self) -> bool:
        """Whether the snapshot has been taken and events are flowing."""
        return self._protocol is not None

    def start(self) -> None:
        """Begin to connect."""
        self._service.startService()

    def stop(self) -> Deferred[None]:
        """Disconnect and do not come back; nobody is told of a lost switch."""
        self._stopping = True
        stopped: Deferred[None] = self._service.stopService()
        return stopped

    def action(self, name: str, headers: Headers = (), *, timeout_s: float | None = None) -> Deferred[AmiMessage]:
        """Send an action over the present connection; see :meth:`AmiProtocol.action`."""
        return self._present().action(name, headers, timeout_s=timeout_s)

    def list_action(self, name: str, headers: Headers = ()) -> Deferred[list[AmiMessage]]:
        """Send a list action over the present connection."""
        return self._present().list_action(name, headers)

    def _present(self) -> AmiProtocol:
        return self._protocol or self._new_protocol()

    def _wait_before(self, attempt: int) -> float:
        """Seconds before the next attempt; a connection over which no log-in succeeds counts as a failed one.

        Preparing is not left to ClientService: its machine has no way out when a connection ends while it prepares.
        """
        delay = _BACK_OFF(max(attempt, self._failures))
        if not self._stopping:
            log.warning("switch_not_connected", next_attempt_s=round(delay, 1))
        return delay

    def _connecting(self) -> AmiProtocol:
        """The protocol of a connection that is being made."""
        protocol = self._new_protocol()
        Deferred.fromCoroutine(self._prepare(protocol)).addErrback(self._not_prepared, protocol)
        return protocol

    def _not_prepared(self, failure: Failure, protocol: AmiProtocol) -> None:
        self._failures += 1
        if not isinstance(failure.value, AmiError):
            log.error("switch_not_ready", exc_info=failure.value)
        elif not (protocol.refused or self._stopping):
            log.error("switch_not_ready", reason=str(failure.value))
        if not protocol.ended:
            protocol.fail(str(failure.value))

    def _new_protocol(self) -> AmiProtocol:
        return AmiProtocol(
            self._clock, self._listener.switch_event, wanted=self._wanted, action_timeout_s=self._timeout_s
        )

    async def _prepare(self, protocol: AmiProtocol) -> None:
        """Log in, take the snapshot, let the events go."""
        greeting_timer = self._clock.callLater(self._timeout_s, protocol.fail, "no AMI greeting in time")
        try:
            greeting = await protocol.greeted
        finally:
            if greeting_timer.active():
                greeting_timer.cancel()
        backlog: list[AmiMessage] = []
        protocol.on_event = backlog.append
        await self._log_in(protocol)
        snapshot = await self._take_snapshot(protocol)
        log.info("switch_connected", greeting=greeting.name, channels=len(snapshot.channels))
        self._begin(protocol, snapshot, backlog)
        self._failures = 0

    def _begin(self, protocol: AmiProtocol, snapshot: Snapshot, backlog: list[AmiMessage]) -> None:
        self._protocol = protocol
        keep_alive = LoopingCall(self._ping, protocol)
        keep_alive.clock = self._clock
        keep_alive.start(self._keep_alive_s, now=False)
        protocol.lost.addCallback(self._lost, keep_alive)
        self._listener.switch_connected(snapshot)
        protocol.on_event = self._listener.switch_event
        for event in backlog:
            protocol.deliver(event)

    async def _log_in(self, protocol: AmiProtocol) -> None:
        try:
            challenge = await protocol.action("Challenge", [("AuthType", "MD5")])
            key = hashlib.md5(  # noqa: S324 - AMI's own challenge/response
                ((challenge.get("Challenge") or "") + self._account.secret).encode()
            ).hexdigest()
            await protocol.action("Login", [("AuthType", "MD5"), ("Username", self._account.user), ("Key", key)])
        except ActionFailed as error:
            raise LoginRefused(
                f"Asterisk refuses the AMI account {self._account.user!r} ({error.message}): "
                "compare user and secret with manager.conf, and its permit lines with this host"
            ) from error

    async def _take_snapshot(self, protocol: AmiProtocol) -> Snapshot:
        channels = await protocol.list_action("CoreShowChannels")
        devices = await protocol.list_action("DeviceStateList")
        return Snapshot(channels=tuple(channels), devices=tuple(devices))

    async def _ping_once(self, protocol: AmiProtocol) -> None:
        try:
            await protocol.action("Ping")
        except ActionTimedOut:
            protocol.fail("Asterisk does not answer any more")
        except AmiError:
            return

    def _ping(self, protocol: AmiProtocol) -> None:
        if self._clock.seconds() - protocol.heard_at >= self._keep_alive_s:
            Deferred.fromCoroutine(self._ping_once(protocol))

    def _lost(self, reason: str, keep_alive: LoopingCall) -> None:
        keep_alive.stop()
        self._protocol = None
        if self._stopping:
            return
        log.warning("switch_lost", reason=reason)
        self._listener.switch_lost(reason)
