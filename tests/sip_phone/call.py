"""One call of a phone. Methods without an underscore are for tests, the others run on the network thread."""

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tests.sip_phone import audio, message, sdp
from tests.sip_phone.message import SipMessage
from tests.sip_phone.rtp import Stream

if TYPE_CHECKING:
    from tests.sip_phone.phone import Phone

TRANSFERRED = 200


class CallError(AssertionError):
    """What the test waited for did not happen; the text tells what did."""


@dataclass(frozen=True)
class Step:
    """Something that happened in a call, at a monotonic time."""

    name: str
    at: float


class Call:
    """A dialog and its audio.

    Step names: `invite` (sent or received), `ringing`, `answered`, `acknowledged`, `held`, `resumed`,
    `peer held`, `peer resumed`, `referred`, `transfer NNN`, `refused NNN`, `cancelled`, `ended`, `released` (the far
    end knows that we have ended it).
    """

    def __init__(self, phone: "Phone", direction: Literal["in", "out"], number: str) -> None:
        self.phone = phone
        self.direction = direction
        self.number = number
        self.steps: list[Step] = []
        self.status = 0
        self.ended_by: Literal["us", "peer", ""] = ""
        self.reason = ""
        self.invite = SipMessage()
        self.call_id = message.token()
        self.stream = Stream(phone.host, phone.voice)
        self.info_keys: list[str] = []
        self._local_tag = message.token()
        self._local = ""
        self._remote = ""
        self._target = ""
        self._address = phone.server
        self._cseq = itertools.count(1)
        self._version = itertools.count(1)
        self._branch = ""
        self._giving_up = False
        self._acknowledged = asyncio.Event()
        self._direction = "sendrecv"

    def __repr__(self) -> str:
        begin = self.steps[0].at if self.steps else 0.0
        steps = ", ".join(f"{step.name} {step.at - begin:.2f}" for step in self.steps)
        return f"<{self.direction} call {self.phone.user}/{self.number}: {steps}>"

    # ---- looking

    def at(self, name: str) -> float:
        """Monotonic time of the first step of that name."""
        found = next((step.at for step in self.steps if step.name == name), None)
        if found is None:
            raise CallError(f"{self!r} has no step {name!r}")
        return found

    def has(self, name: str) -> bool:
        """Whether there was such a step."""
        return any(step.name == name for step in self.steps)

    @property
    def caller_number(self) -> str:
        """User part of the From of an incoming call."""
        return message.user_of(self.invite.get("from"))

    @property
    def caller_name(self) -> str:
        """Display name of the From of an incoming call."""
        return message.display_of(self.invite.get("from"))

    @property
    def keys(self) -> str:
        """The keys that the far end pressed."""
        return "".join(key for _, key in self.stream.keys) + "".join(self.info_keys)

    @property
    def active(self) -> bool:
        """Answered and not ended."""
        return self.has("answered") and not self.has("ended")

    def wait_for(self, name: str, timeout: float = 10) -> float:
        """Wait for a step; its time."""
        # a call that is over will not ring or be answered any more, but may still be acknowledged
        early = name in {"ringing", "answered"}
        self._wait(lambda: self.has(name) or (early and self.has("ended")), timeout, name)
        return self.at(name)

    def wait_ringing(self, timeout: float = 10) -> float:
        """Wait until the far end rings."""
        return self.wait_for("ringing", timeout)

    def wait_answered(self, timeout: float = 10) -> float:
        """Wait until the call is answered."""
        return self.wait_for("answered", timeout)

    def wait_ended(self, timeout: float = 10) -> float:
        """Wait until the call is over, however it ended."""
        self._wait(lambda: self.has("ended"), timeout, "ended")
        return self.at("ended")

    # ---- acting

    def answer(self) -> None:
        """Answer a call, as soon as it rings."""
        self.wait_ringing()
        self.phone.network.do(self._answer)

    def reject(self, status: int = 486) -> None:
        """Refuse a call that rings."""
        self.phone.network.do(lambda: self._reject(status))

    def hang_up(self) -> float:
        """End the call, or give it up before it is answered; the time at which this was said."""
        at = time.monotonic()
        if self.has("ended"):
            return at
        if self.direction == "in" and not self.has("answered"):
            self.reject(480)
            return at
        self.phone.network.run(self._hang_up())
        return at

    def hold(self) -> None:
        """Put the far end on hold by re-INVITE; returns when it has agreed."""
        self._reinvite("sendonly", "held")

    def resume(self) -> None:
        """Take the far end off hold."""
        self._reinvite("sendrecv", "resumed")

    def transfer(self, number: str) -> None:
        """Blind transfer by REFER; the outcome are steps `transfer NNN`. Hangs up after success, as phones do."""
        host, port = self.phone.server
        self.phone.network.run(self._refer(f"<sip:{number}@{host}:{port}>"))

    def transfer_to(self, other: "Call") -> None:
        """Attended transfer: the far ends of this call and of `other` shall talk (REFER with Replaces)."""
        remote_tag = message.parameter(other._remote, "tag")
        replaces = f"{other.call_id}%3Bto-tag%3D{remote_tag}%3Bfrom-tag%3D{other._local_tag}"
        uri = message.uri_of(other._remote)
        self.phone.network.run(self._refer(f"<{uri}?Replaces={replaces}>"))

    def wait_transferred(self, timeout: float = 10) -> float:
        """Wait until the far end reports that the transfer has succeeded."""
        return self.wait_for(f"transfer {TRANSFERRED}", timeout)

    def press(self, keys: str, *, by: Literal["rtp", "info"] = "rtp", seconds: float = 0.1, gap: float = 0.08) -> None:
        """Press keys, in the audio stream or by SIP INFO; returns when the last is up."""
        if by == "info":
            for key in keys:
                self.phone.network.run(self._info(key, seconds))
                time.sleep(gap)
            return
        if not self.stream.knows_events:
            raise CallError(f"{self!r}: the far end takes no key events in the audio stream")
        self.phone.network.do(lambda: self.stream.press(keys, seconds, gap))
        self.wait_said(len(keys) * (seconds + gap) + 2)

    def say(self, what: Path | audio.Samples) -> Future[float]:
        """Say a WAV file or samples; returns at once, see `wait_said`. Gives the time of the first loud sample sent."""
        samples = audio.read_wav(what) if isinstance(what, Path) else what
        return self.phone.network.do(lambda: self.stream.say(samples))

    def stand_in(self, noise: audio.Samples) -> None:
        """From now on this is heard behind the caller, over and over."""
        self.phone.network.do(lambda: setattr(self.stream, "background", noise))

    def wait_said(self, timeout: float = 30) -> None:
        """Wait until everything said and pressed has been sent."""
        self._poll(lambda: not self.stream.busy, timeout, "end of what is said")

    # ---- hearing

    def heard(self, seconds: float = 1.0) -> audio.Samples:
        """The audio that arrived in the last `seconds`."""
        now = time.monotonic()
        return self.stream.samples(now - seconds, now)

    def hears(self, hertz: float, seconds: float = 0.5) -> bool:
        """Whether a tone was heard in (most of) the last `seconds`, alone or among at most three."""
        return self._heard_until(time.monotonic(), hertz, seconds)

    def _heard_until(self, end: float, hertz: float, seconds: float) -> bool:
        samples = self.stream.samples(end - seconds, end)
        return len(samples) > seconds * audio.RATE * 0.5 and audio.share(samples, hertz) > 0.2

    def hears_nothing(self, seconds: float = 0.5) -> bool:
        """Whether the last `seconds` were silence or brought no audio at all."""
        return audio.level(self.heard(seconds)) < 50

    def wait_hears(self, hertz: float, timeout: float = 10, seconds: float = 0.3) -> None:
        """Wait for a tone; one that has come and gone while this thread was kept waiting was heard as well."""
        looked = time.monotonic()

        def heard() -> bool:
            nonlocal looked
            before, looked = looked, time.monotonic()
            ends = np.arange(looked, before - 0.001, -seconds / 3)
            return any(self._heard_until(float(end), hertz, seconds) for end in ends)

        self._poll(heard, timeout, f"a tone of {hertz} Hz")

    def wait_hears_not(self, hertz: float, timeout: float = 10, seconds: float = 0.3) -> None:
        """Wait until a tone is gone."""
        self._poll(lambda: audio.share(self.heard(seconds), hertz) < 0.05, timeout, f"no tone of {hertz} Hz")

    def record(self, path: Path) -> None:
        """Write all that was heard as a WAV file."""
        audio.write_wav(path, self.stream.samples(0, time.monotonic()))

    def _wait(self, test: Callable[[], bool], timeout: float, what: str) -> None:
        if not self.phone.network.wait(test, timeout):
            raise CallError(f"{self!r}: waited {timeout} s for {what!r}")

    def _poll(self, test: Callable[[], bool], timeout: float, what: str) -> None:
        deadline = time.monotonic() + timeout
        while not test():
            if time.monotonic() > deadline:
                raise CallError(f"{self!r}: waited {timeout} s for {what}")
            time.sleep(0.02)

    # ---- on the network thread: all calls

    def _step(self, name: str, at: float | None = None) -> None:
        """``at``: when the message that told it arrived; else it happens now."""
        self.steps.append(Step(name, time.monotonic() if at is None else at))
        self.phone.network.notify()

    def _end(self, by: Literal["us", "peer"], at: float | None = None) -> None:
        if self.has("ended"):
            return
        self.ended_by = by
        self._step("ended", at)
        if by == "us":
            self.phone.network.hung_up.append(self.at("ended"))
        self._acknowledged.set()
        self.stream.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.phone.spawn(work)

    def _description(self, *, answering: sdp.Session | None = None) -> str:
        codecs = self.phone.codecs
        events: int | None = sdp.EVENTS if self.phone.events else None
        direction = self._direction
        if answering is not None:
            codecs = tuple(codec for codec in answering.codecs if codec in codecs) or codecs
            events = answering.events if self.phone.events else None
            if answering.direction != "sendrecv":
                direction = sdp.MIRRORED[answering.direction]
        session = sdp.Session(self.phone.host, self.stream.port, codecs[:1] if answering else codecs, events, direction)
        return session.encode(1, next(self._version))

    def _request(self, method: str, body: str = "", kind: str = "", **headers: str) -> SipMessage:
        """A request within the dialog; the transaction adds its Via."""
        request = SipMessage(method=method, uri=self._target, body=body)
        for name, value in (
            ("max-forwards", "70"),
            ("from", self._local),
            ("to", self._remote),
            ("call-id", self.call_id),
            ("cseq", f"{next(self._cseq)} {method}"),
            ("contact", f"<{self.phone.contact}>"),
            *((name.replace("_", "-"), value) for name, value in headers.items()),
        ):
            request.add(name, value)
        if body:
            request.add("content-type", kind)
        return request

    def _take_dialog(self, response: SipMessage) -> None:
        self._remote = response.get("to")
        if contact := response.get("contact"):
            self._target = message.uri_of(contact)

    def _acknowledge(self, response: SipMessage) -> None:
        """ACK a 2xx: a request of its own within the dialog."""
        ack = SipMessage(method="ACK", uri=self._target)
        for name, value in (
            ("via", self.phone.via(message.token())),
            ("max-forwards", "70"),
            ("from", self._local),
            ("to", response.get("to")),
            ("call-id", self.call_id),
            ("cseq", f"{response.cseq[0]} ACK"),
        ):
            ack.add(name, value)
        self.phone.send_ack(ack, self._address)

    # ---- on the network thread: calling

    async def _dial(self, uri: str, caller: str) -> None:
        await self.stream.open()
        self._target = uri
        self._local = f"{caller};tag={self._local_tag}"
        self._remote = f"<{uri}>"
        self._step("invite")
        invite = self._request("INVITE", self._description(), "application/sdp", Allow=self.phone.allow)
        response = await self.phone.transact(
            invite, self._address, on_provisional=self._provisional, on_sent=self._sent, renumber=self._cseq
        )
        if 200 <= response.status < 300:
            self._take_dialog(response)
            self._acknowledge(response)
            self.status = response.status
            self.stream.connect(sdp.parse(response.body))
            self._step("answered")
            if self._giving_up:
                await self._hang_up()
        else:
            self._refused(response)

    def _sent(self, branch: str, request: SipMessage) -> None:
        self._branch = branch
        self.invite = request

    def _provisional(self, response: SipMessage) -> None:
        if response.status in {180, 183}:
            self._step("ringing")
        elif response.status == 100 and not self.has("trying"):
            self._step("trying")
        if self._giving_up:
            self._cancel()

    def _refused(self, response: SipMessage) -> None:
        self.status = response.status
        self.reason = response.get("reason") or response.reason
        self._step(f"refused {response.status}")
        self._end("us" if self._giving_up else "peer")

    def _cancel(self) -> None:
        """CANCEL has the branch and number of the INVITE that it takes back."""
        if self.has("cancelled"):
            return
        self._step("cancelled")
        cancel = SipMessage(method="CANCEL", uri=self.invite.uri)
        for name in ("max-forwards", "from", "to", "call-id"):
            cancel.add(name, self.invite.get(name))
        cancel.add("cseq", f"{self.invite.cseq[0]} CANCEL")
        self._spawn(self._send_cancel(cancel))

    async def _send_cancel(self, cancel: SipMessage) -> None:
        await self.phone.transact(cancel, self._address, branch=self._branch)

    async def _hang_up(self) -> None:
        if self.has("ended"):
            return
        if not self.has("answered"):
            self._giving_up = True
            if self.has("trying") or self.has("ringing"):
                self._cancel()
            return
        request = self._request("BYE")
        self._end("us")
        await self.phone.transact(request, self._address)
        self._step("released")

    # ---- on the network thread: being called

    async def _ring(self, invite: SipMessage, address: tuple[str, int]) -> None:
        self._prepare(invite, address)
        await self.stream.open()
        self._respond(180)
        self._step("ringing")

    def _prepare(self, invite: SipMessage, address: tuple[str, int]) -> None:
        self.invite = invite
        self.call_id = invite.call_id
        self._address = address
        self._local = f"{invite.get('to')};tag={self._local_tag}"
        self._remote = invite.get("from")
        self._target = message.uri_of(invite.get("contact"))

    def _respond(self, status: int, body: str = "") -> bytes:
        headers = {"contact": f"<{self.phone.contact}>", "allow": self.phone.allow}
        if body:
            headers["content-type"] = "application/sdp"
        return self.phone.respond(self.invite, self._address, status, tag=self._local_tag, body=body, headers=headers)

    def _answer(self) -> None:
        if self.has("ended") or self.has("answered"):
            return
        offer = sdp.parse(self.invite.body) if self.invite.body else None
        at = time.monotonic()
        data = self._respond(200, self._description(answering=offer))
        self.status = 200
        if offer is not None:
            self.stream.connect(offer)
        self._step("answered", at)
        self._spawn(self._repeat(data))

    def _reject(self, status: int) -> None:
        if self.has("ended") or self.has("answered"):
            return
        self.status = status
        data = self._respond(status)
        self._step(f"refused {status}")
        self._spawn(self._repeat(data))
        self._end("us")
        self._acknowledged.clear()

    async def _repeat(self, data: bytes) -> None:
        """Repeat a final answer to the INVITE until it is acknowledged."""
        pause = 0.5
        for _ in range(7):
            try:
                await asyncio.wait_for(self._acknowledged.wait(), pause)
            except TimeoutError:
                self.phone.send_bytes(data, self._address)
                pause = min(2 * pause, 4.0)
            else:
                return

    def _on_request(self, request: SipMessage, address: tuple[str, int]) -> None:
        """Anything that comes within this call's dialog."""
        if request.method == "ACK":
            self._on_ack(request)
        elif request.method == "CANCEL":
            self._on_cancel(request, address)
        elif request.method in {"INVITE", "UPDATE"}:
            self._on_offer(request, address)
        else:
            self.phone.respond(request, address, 200, tag=self._local_tag)
            if request.method == "BYE":
                self.reason = request.get("reason")
                self._end("peer", self.phone.arrived)
            elif request.method == "INFO" and "dtmf-relay" in request.get("content-type"):
                self.info_keys.append(request.body.partition("Signal=")[2][:1])
            elif request.method == "NOTIFY" and request.get("event") == "talk":
                self._step("told to answer")
                self._answer()
            elif request.method == "NOTIFY" and "sipfrag" in request.get("content-type"):
                self._on_progress(int(request.body.split(" ")[1]))

    def _on_progress(self, status: int) -> None:
        """How a transfer goes; after its success it is the phone's turn to hang up."""
        self._step(f"transfer {status}")
        if 200 <= status < 300:
            self._spawn(self._hang_up())

    def _on_ack(self, request: SipMessage) -> None:
        if request.body:
            self.stream.connect(sdp.parse(request.body))
        if not self._acknowledged.is_set():
            self._acknowledged.set()
            self._step("acknowledged", self.phone.arrived)

    def _on_cancel(self, request: SipMessage, address: tuple[str, int]) -> None:
        self.phone.respond(request, address, 200, tag=self._local_tag)
        if self.has("answered") or self.has("ended"):
            return
        self.reason = request.get("reason")
        self._step("cancelled")
        data = self._respond(487)
        self._end("peer")
        self._acknowledged.clear()
        self._spawn(self._repeat(data))

    def _on_offer(self, request: SipMessage, address: tuple[str, int]) -> None:
        if not request.body:
            self.phone.respond(
                request, address, 200, tag=self._local_tag, headers={"contact": f"<{self.phone.contact}>"}
            )
            return
        offer = sdp.parse(request.body)
        held = offer.direction in {"sendonly", "inactive"}
        self.phone.respond(
            request,
            address,
            200,
            tag=self._local_tag,
            body=self._description(answering=offer),
            headers={"contact": f"<{self.phone.contact}>", "content-type": "application/sdp"},
        )
        self.stream.connect(offer)
        if held != self._is_held():
            self._step("peer held" if held else "peer resumed")

    def _is_held(self) -> bool:
        last = next((step.name for step in reversed(self.steps) if step.name.startswith("peer ")), "")
        return last == "peer held"

    # ---- on the network thread: within the call

    def _reinvite(self, direction: str, step: str) -> None:
        self.phone.network.run(self._offer(direction, step))

    async def _offer(self, direction: str, step: str) -> None:
        self._direction = direction
        request = self._request("INVITE", self._description(), "application/sdp")
        response = await self.phone.transact(request, self._address, renumber=self._cseq)
        if not 200 <= response.status < 300:
            raise CallError(f"{self!r}: re-INVITE was refused with {response.status} {response.reason}")
        self._acknowledge(response)
        self.stream.connect(sdp.parse(response.body))
        self._step(step)

    async def _refer(self, target: str) -> None:
        request = self._request("REFER", Refer_To=target, Referred_By=f"<{message.uri_of(self._local)}>")
        response = await self.phone.transact(request, self._address, renumber=self._cseq)
        if response.status != 202:
            raise CallError(f"{self!r}: REFER was refused with {response.status} {response.reason}")
        self._step("referred")

    async def _info(self, key: str, seconds: float) -> None:
        body = f"Signal={key}\r\nDuration={round(seconds * 1000)}\r\n"
        response = await self.phone.transact(self._request("INFO", body, "application/dtmf-relay"), self._address)
        if response.status != 200:
            raise CallError(f"{self!r}: INFO was refused with {response.status} {response.reason}")
