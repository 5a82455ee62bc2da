"""A SIP phone: a UDP socket, the calls on it, and the transactions (RFC 3261 section 17) between."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from tests.sip_phone import message
from tests.sip_phone.arrivals import TimedSocket
from tests.sip_phone.behaviour import Answer, Behaviour, Dead, Reject, Ring
from tests.sip_phone.call import Call, CallError
from tests.sip_phone.message import REASONS, SipMessage
from tests.sip_phone.network import Network

T1_S = 0.5
T2_S = 4.0
GIVE_UP_S = 32.0

Address = tuple[str, int]


class Phone:
    """One phone at (`host`, `port`), which talks to `server` as `user`.

    `voice`: a tone in hertz that it sends during every talk; None: silence. `codecs`: in the order of
    preference. `events` False: it does not offer key events in the audio stream (press by INFO).
    """

    allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY, REFER"

    def __init__(
        self,
        server: Address,
        host: str,
        *,
        port: int = 0,
        user: str,
        password: str = "",
        name: str = "",
        voice: float | None = None,
        codecs: tuple[str, ...] = ("PCMA", "PCMU"),
        events: bool = True,
    ) -> None:
        self.server = server
        self.host = host
        self.port = port
        self.user = user
        self.name = name
        self.voice = voice
        self.codecs = codecs
        self.events = events
        self.behaviour: Behaviour = Ring()
        self.calls: list[Call] = []
        self.faults: list[str] = []
        self.network = Network.get()
        self._password = password
        self._rung = 0
        self._pending: dict[tuple[str, str], asyncio.Queue[SipMessage]] = {}
        self._answers: dict[tuple[str, str], bytes] = {}
        self._acks: dict[tuple[str, int], tuple[bytes, Address]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._register_id = message.token()
        self._register_number = 0
        self._registered = False
        self._socket: TimedSocket | None = None
        self.arrived = 0.0
        self.network.run(self._open())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- for tests

    @property
    def contact(self) -> str:
        """The URI at which this phone is reached."""
        return f"sip:{self.user}@{self.host}:{self.port}"

    def register(self, expires: int = 300) -> None:
        """Register at the server, with the password when it asks for one."""
        self.network.run(self._register(expires))

    def unregister(self) -> None:
        """Take the registration back."""
        self.network.run(self._register(0))

    def call(self, number: str, *, caller: str = "", name: str | None = None, from_header: str | None = None) -> Call:
        """Call a number; returns at once.

        `caller` and `name` are the caller-ID to show instead of the phone's own; `from_header` is the
        whole From header without its tag, however strange.
        """
        host, port = self.server
        shown = self.name if name is None else name
        quoted = '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '" ' if shown else ""
        header = from_header or f"{quoted}<sip:{caller or self.user}@{self.host}:{self.port}>"
        call = Call(self, "out", number)
        self.calls.append(call)
        self.network.do(lambda: self._begin(call, f"sip:{number}@{host}:{port}", header))
        return call

    def expect_ring(self, timeout: float = 10) -> Call:
        """The next incoming call that no earlier `expect_ring` has returned."""

        def incoming() -> list[Call]:
            return [call for call in self.calls if call.direction == "in"]

        if not self.network.wait(lambda: len(incoming()) > self._rung, timeout):
            raise CallError(f"phone {self.user} did not ring within {timeout} s; its calls: {self.calls}")
        self._rung += 1
        return incoming()[self._rung - 1]

    def expect_silence(self, seconds: float) -> None:
        """Check that the phone does not ring for so long."""
        time.sleep(seconds)
        rung = [call for call in self.calls if call.direction == "in"]
        if len(rung) > self._rung:
            raise CallError(f"phone {self.user} rang: {rung[self._rung :]}")

    def close(self) -> None:
        """End all calls, unregister, close the socket."""
        for call in self.calls:
            call.hang_up()
        if self._registered:
            self.unregister()
        self.unplug()

    def unplug(self) -> None:
        """Vanish without a word, as when the power fails."""
        self._registered = False
        self.network.do(self._close)

    # ---- for calls, on the network thread

    def via(self, branch: str) -> str:
        """A Via header of ours."""
        return f"SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{branch};rport"

    def send_bytes(self, data: bytes, address: Address) -> None:
        """Send a datagram."""
        if self._socket is not None:
            self._socket.send(data, address)

    def send_ack(self, ack: SipMessage, address: Address) -> None:
        """Send an ACK, and again whenever its final response comes again."""
        data = ack.encode()
        self._acks[ack.call_id, ack.cseq[0]] = (data, address)
        self.send_bytes(data, address)

    def respond(
        self,
        request: SipMessage,
        address: Address,
        status: int,
        *,
        tag: str,
        body: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Answer a request; a repetition of it will get the same answer."""
        response = SipMessage(status=status, reason=REASONS.get(status, "Refused"), body=body)
        for via in request.get_all("via"):
            response.add("via", via)
        to = request.get("to")
        response.add("from", request.get("from"))
        response.add("to", to if message.parameter(to, "tag") else f"{to};tag={tag}")
        response.add("call-id", request.call_id)
        response.add("cseq", request.get("cseq"))
        for name, value in (headers or {}).items():
            response.add(name, value)
        data = response.encode()
        self._answers[request.branch, request.method] = data
        self.send_bytes(data, address)
        return data

    async def transact(
        self,
        request: SipMessage,
        address: Address,
        *,
        branch: str = "",
        on_provisional: Callable[[SipMessage], None] | None = None,
        on_sent: Callable[[str, SipMessage], None] | None = None,
        renumber: Iterator[int] | None = None,
    ) -> SipMessage:
        """Send a request and return its final response; answers one challenge when `renumber` gives a CSeq."""
        response = await self._once(request, address, branch or message.token(), on_provisional, on_sent)
        challenge = response.get("www-authenticate") or response.get("proxy-authenticate")
        if response.status not in {401, 407} or not self._password or renumber is None:
            return response
        header = "authorization" if response.status == 401 else "proxy-authorization"
        again = SipMessage(method=request.method, uri=request.uri, body=request.body)
        again.headers = [(n, v) for n, v in request.headers if n not in {"via", "cseq"}]
        again.add("cseq", f"{next(renumber)} {request.method}")
        again.add(header, message.digest(challenge, self.user, self._password, request.method, request.uri))
        return await self._once(again, address, message.token(), on_provisional, on_sent)

    # ---- on the network thread

    async def _open(self) -> None:
        self._socket = TimedSocket(self.host, self._received, self.port)
        self.port = self._socket.port

    def _close(self) -> None:
        for call in self.calls:
            call._end("us")
        for task in self._tasks:
            task.cancel()
        if self._socket is not None:
            self._socket.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside; what goes wrong in it is found in `faults`."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.faults.append(repr(task.exception()))
            self.network.notify()

    def _begin(self, call: Call, uri: str, caller: str) -> None:
        self.spawn(call._dial(uri, caller))

    async def _once(
        self,
        request: SipMessage,
        address: Address,
        branch: str,
        on_provisional: Callable[[SipMessage], None] | None,
        on_sent: Callable[[str, SipMessage], None] | None,
    ) -> SipMessage:
        """One transaction: repeat until something comes, then wait for the final response."""
        request.headers.insert(0, ("via", self.via(branch)))
        if on_sent is not None:
            on_sent(branch, request)
        inbox: asyncio.Queue[SipMessage] = asyncio.Queue()
        key = (f"z9hG4bK{branch}", request.method)
        self._pending[key] = inbox
        try:
            response = await self._final(request.encode(), address, inbox, request.method, on_provisional)
        finally:
            del self._pending[key]
        if request.method == "INVITE" and response.status >= 300:
            self._ack_refusal(request, response, address)
        return response

    async def _final(
        self,
        data: bytes,
        address: Address,
        inbox: "asyncio.Queue[SipMessage]",
        method: str,
        on_provisional: Callable[[SipMessage], None] | None,
    ) -> SipMessage:
        loop = asyncio.get_running_loop()
        give_up = loop.time() + GIVE_UP_S
        pause: float | None = T1_S
        self.send_bytes(data, address)
        while True:
            try:
                response = await asyncio.wait_for(inbox.get(), pause)
            except TimeoutError:
                if loop.time() > give_up:
                    return SipMessage(status=408, reason="Request Timeout (by this phone)")
                self.send_bytes(data, address)
                pause = min(2 * (pause or T1_S), T2_S)
                continue
            if response.status >= 200:
                return response
            # an INVITE that is being worked on may take as long as it likes
            pause = None if method == "INVITE" else T2_S
            if on_provisional is not None:
                on_provisional(response)

    def _ack_refusal(self, invite: SipMessage, response: SipMessage, address: Address) -> None:
        """ACK of a refusal belongs to the transaction of the INVITE: the same branch."""
        ack = SipMessage(method="ACK", uri=invite.uri)
        for name, value in (
            ("via", invite.get("via")),
            ("max-forwards", "70"),
            ("from", invite.get("from")),
            ("to", response.get("to") or invite.get("to")),
            ("call-id", invite.call_id),
            ("cseq", f"{invite.cseq[0]} ACK"),
        ):
            ack.add(name, value)
        self.send_ack(ack, address)

    async def _register(self, expires: int) -> None:
        host, port = self.server
        request = SipMessage(method="REGISTER", uri=f"sip:{host}:{port}")
        self._register_number += 1
        for name, value in (
            ("max-forwards", "70"),
            ("from", f"<sip:{self.user}@{host}>;tag={message.token()}"),
            ("to", f"<sip:{self.user}@{host}>"),
            ("call-id", self._register_id),
            ("cseq", f"{self._register_number} REGISTER"),
            ("contact", f"<{self.contact}>"),
            ("expires", str(expires)),
        ):
            request.add(name, value)
        response = await self.transact(request, self.server, renumber=self._register_numbers())
        if response.status != 200:
            raise CallError(f"phone {self.user}: REGISTER was refused with {response.status} {response.reason}")
        self._registered = expires > 0

    def _register_numbers(self) -> Iterator[int]:
        while True:
            self._register_number += 1
            yield self._register_number

    def _received(self, data: bytes, at: float, address: Address) -> None:
        """Give a message to the transaction or call that it belongs to."""
        if len(data) < 16:
            # a keep-alive
            return
        try:
            received = message.parse(data)
        except (message.SipError, ValueError) as error:
            self.faults.append(str(error))
            return
        self.arrived = at
        if received.is_request:
            self._on_request(received, address)
        else:
            self._on_response(received)

    def _on_response(self, response: SipMessage) -> None:
        number, method = response.cseq
        inbox = self._pending.get((response.branch, method))
        if inbox is not None:
            inbox.put_nowait(response)
        elif method == "INVITE" and (ack := self._acks.get((response.call_id, number))):
            self.send_bytes(*ack)

    def _on_request(self, request: SipMessage, address: Address) -> None:
        known = self._answers.get((request.branch, request.method))
        if known is not None and request.method != "ACK":
            self.send_bytes(known, address)
            return
        call = next((call for call in self.calls if call.call_id == request.call_id), None)
        if call is not None:
            call._on_request(request, address)
        elif request.method == "INVITE":
            self._on_invite(request, address)
        elif request.method != "ACK":
            status = 200 if request.method in {"OPTIONS", "NOTIFY", "MESSAGE"} else 481
            self.respond(request, address, status, tag=message.token(), headers={"allow": self.allow})

    def _on_invite(self, invite: SipMessage, address: Address) -> None:
        if isinstance(self.behaviour, Dead):
            return
        number = message.user_of(f"<{invite.uri}>")
        call = Call(self, "in", number)
        call.call_id = invite.call_id
        self.spawn(self._behave(call, invite, address, self.behaviour, self.arrived))

    async def _behave(self, call: Call, invite: SipMessage, address: Address, behaviour: Behaviour, at: float) -> None:
        self.calls.append(call)
        call._step("invite", at)
        if isinstance(behaviour, Reject) and behaviour.after == 0:
            call._prepare(invite, address)
            call._reject(behaviour.status)
            return
        await call._ring(invite, address)
        match behaviour:
            case Answer(after=after, talk=talk):
                await asyncio.sleep(after)
                call._answer()
                if talk is not None:
                    await asyncio.sleep(talk)
                    await call._hang_up()
            case Reject(status=status, after=after):
                await asyncio.sleep(after)
                call._reject(status)
            case Ring() if "answer-after=0" in invite.get("call-info"):
                call._answer()
            case Ring() | Dead():
                pass
