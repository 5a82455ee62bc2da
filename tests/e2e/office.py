"""A centre at work on the real Asterisk: agents whose desks the test works, phones that sound, facts of it all."""

import contextlib
import itertools
import json
import socket
import time
from collections.abc import Callable
from typing import Any, Self

import pytest

from tests.asterisk.instance import MUSIC_HZ
from tests.asterisk.phones import Phones
from tests.e2e.acting import SOCKET
from tests.e2e.daemon import AGENTS, Daemon
from tests.sip_phone import Behaviour, Call, Phone, Ring, audio

CALLER_HZ = 700.0
HERTZ = {"ann": 500.0, "bob": 1100.0, "cyd": 1300.0, "dee": 1750.0, "sue": 1500.0}
"""Each agent's voice."""

NUMBERS = {"ann": "1001", "bob": "1002", "cyd": "1003", "dee": "1004", "sue": "1010"}
STAFF: dict[str, dict[str, Any]] = {
    **AGENTS,
    "dee": {"phone": NUMBERS["dee"], "skills": {"support": 1}, "auto_answer": True},
    "sue": {"phone": NUMBERS["sue"]},
}
"""Everybody, as settings have them."""

SUPERVISOR = "sue"
"""Listens to others; what she hears is nobody's talk."""

EXACT_S = 0.1
MOMENT_S = 3.0
"""A call to which nobody comes any more is ended within so long, even on a busy machine."""


LATE_S = 1.0
"""So much later than its cause the end of a call may come to a phone, on a busy machine."""

LOOKS = ("agent", "contact", "written")
"""What desks ask for, and that does nothing."""

_ACTS: list[float] = []
"""When desks have done something, by the phones' clock."""


class Acting(Daemon):
    """A daemon with a door for the tests' acts."""

    program = ("tests.e2e.acting",)


class RefusedError(AssertionError):
    """The act was refused."""

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(f"{reason}: {words}")
        self.reason = reason


class Desks:
    """What the desks do, over the test's door of the daemon. Not for several threads."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._ids = itertools.count(1)
        self._line: socket.socket | None = None
        self._buffer = b""
        self._answers: dict[int, dict[str, Any]] = {}

    def begin(self, agent: str, contact: str, act: str, **details: Any) -> int:
        """An act that is only begun."""
        if self._line is None:
            self._line = socket.socket(socket.AF_UNIX)
            self._line.connect(str(self._daemon.home / SOCKET))
        number = next(self._ids)
        if act not in LOOKS:
            _ACTS.append(time.monotonic())
        wish = {"id": number, "agent": agent, "contact": contact, "act": act, "details": details}
        self._line.sendall(json.dumps(wish).encode() + b"\n")
        return number

    def end(self, number: int, timeout: float = 10) -> Any:
        """What became of it; raises `RefusedError`."""
        deadline = time.monotonic() + timeout
        while number not in self._answers:
            assert self._line is not None
            self._line.settimeout(max(0.01, deadline - time.monotonic()))
            data = self._line.recv(1 << 16)
            assert data, f"the daemon is gone:\n{self._daemon.log()[-3000:]}"
            *lines, self._buffer = (self._buffer + data).split(b"\n")
            for line in lines:
                answer = json.loads(line)
                self._answers[answer["id"]] = answer
        answer = self._answers.pop(number)
        if "refused" in answer:
            raise RefusedError(answer["refused"], answer.get("words", ""))
        return answer["done"]

    def do(self, agent: str, contact: str, act: str, **details: Any) -> Any:
        """An act that comes true."""
        return self.end(self.begin(agent, contact, act, **details))

    def refused(self, agent: str, contact: str, act: str, **details: Any) -> str:
        """Why an act is refused."""
        reason = self.reason(self.begin(agent, contact, act, **details))
        assert reason, f"{act} was not refused"
        return reason

    def reason(self, number: int) -> str:
        """Why an act that was begun is refused; ``""``: it came true."""
        try:
            self.end(number)
        except RefusedError as refused:
            return refused.reason
        return ""

    def close(self) -> None:
        """The daemon may end."""
        if self._line is not None:
            self._line.close()
            self._line = None


def _is_talk(leg: Call) -> bool:
    """Answered; and the switch, where it rang the phone, knows of the answer."""
    return leg.has("answered") and (leg.direction != "in" or leg.has("acknowledged"))


class Seconds(float):
    """A time by a phone's clock, of which the phone itself knows no more than ``unsure_s`` to both sides."""

    unsure_s: float

    def __new__(cls, seconds: float, unsure_s: float) -> Self:
        one = super().__new__(cls, seconds)
        one.unsure_s = unsure_s
        return one


def between(first: float, last: float) -> Seconds:
    """The moment of something that happened then: next to certain, but on a machine that does much else."""
    unsure_s = max(0.0, last - first) / 2
    return Seconds(first + unsure_s, unsure_s)


def span(begin: float, end: float) -> Seconds:
    """How long it is between two moments of which no more may be known than `Seconds` say."""
    return Seconds(max(0.0, end - begin), sum(one.unsure_s for one in (begin, end) if isinstance(one, Seconds)))


def answered(call: Call) -> Seconds:
    """When the switch knew that a phone had answered: between its answer and the word that that has arrived."""
    at = call.at("answered")
    return between(at, call.at("acknowledged") if call.direction == "in" and call.has("acknowledged") else at)


def ended(call: Call) -> Seconds:
    """When the switch knew of a call's end.

    Of one that the phone ends: between its word and the answer. Else between what brought it about, which is what a
    desk or another phone did last, and the word to this phone.
    """
    at = call.at("ended")
    if call.has("released"):
        return between(at, call.at("released"))
    if call.ended_by == "us":
        return between(at, at)
    causes = [cause for cause in (*_ACTS, *call.phone.network.hung_up) if at - LATE_S <= cause <= at]
    return between(max(causes, default=at), at)


class Office:
    """One daemon for many scenarios, each with phones of its own and a contact of its own."""

    def __init__(self, daemon: Daemon, phones: Phones) -> None:
        self.daemon = daemon
        self.phones = phones
        self.desks = Desks(daemon)
        self.seen = len(daemon.entries())
        self._legs: list[tuple[str, Phone]] = []
        self._counted_by_hand: set[str] = set()
        self._parts: dict[Call, tuple[Call | None, float]] = {}
        self._ended_unheard: set[str] = set()

    def do(self, agent: str, contact: str, act: str, **details: Any) -> Any:
        """An act that comes true."""
        return self.desks.do(agent, contact, act, **details)

    def moment(self, agent: str, contact: str, act: str, state: str) -> Seconds:
        """When an act came true, after which the desk shows this state; by the phones' clock."""
        begun = time.monotonic()
        assert self.do(agent, contact, act)["state"] == state
        return between(begun, time.monotonic())

    def phone(self, agent: str, behaviour: Behaviour | None = None) -> Phone:
        """An agent's phone with a voice of its own; rings until somebody answers, unless told otherwise."""
        phone = self.phones.agent(NUMBERS[agent], behaviour or Ring(), voice=HERTZ[agent])
        self._legs.append((agent, phone))
        self.wait_reachable(agent)
        return phone

    def wait_reachable(self, agent: str, reachable: bool = True) -> None:
        """Until the distributor knows whether the agent's phone is there."""
        self.until(lambda: self.do(agent, "", "agent")["phone_reachable"] is reachable, 15, f"{agent}'s phone")

    def enter(self, key: str) -> Call:
        """A caller who chooses in the menu."""
        caller = self.phones.call("8123")
        caller.wait_answered()
        time.sleep(0.7)
        caller.press(key)
        return caller

    def leg(self, agent: str) -> Call:
        """The call that rings at an agent's phone."""
        return next(phone for who, phone in reversed(self._legs) if who == agent).expect_ring(10)

    def talk(self, agent: str = "ann", key: str = "1") -> tuple[Call, Call, str]:
        """A caller who talks with an agent: caller's call, agent's call, contact."""
        self.phone(agent)
        self.ready(agent)
        caller = self.enter(key)
        leg = self.leg(agent)
        contact = self.wait("ContactQueued").contact_id
        self.do(agent, contact, "answer")
        caller.wait_hears(HERTZ[agent])
        leg.wait_hears(CALLER_HZ)
        return caller, leg, contact

    def ready(self, *agents: str) -> None:
        """They want contacts."""
        for agent in agents:
            self.desks.do(agent, "", "ready")

    # -- misfortunes -----------------------------------------------------------------------------------------------

    def kill_daemon(self) -> None:
        """It is gone from one moment to the next; what it has said has come to the disk, which takes it a moment."""
        self.do("", "", "written")
        self.desks.close()
        self.daemon.kill()

    def start_daemon(self) -> None:
        """Another one, on the same journal."""
        self.daemon.start()

    def cut_ami(self) -> None:
        """The connection to the switch is lost, and found again."""
        lost = len(self.facts("SwitchConnected"))
        asterisk = self.daemon.asterisk
        sessions = [line.split() for line in asterisk.cli("manager show connected").splitlines()]
        (descriptor,) = (words[4] for words in sessions if words and words[0] == asterisk.ami_user)
        asterisk.cli(f"manager kick session {descriptor}")
        self.wait("SwitchLost")
        self.wait("SwitchConnected", lost + 1)

    # -- facts -----------------------------------------------------------------------------------------------------

    def facts(self, *kinds: str) -> list[Any]:
        """The facts since this scenario began."""
        return [e.fact for e in self.daemon.entries()[self.seen :] if not kinds or e.fact.kind in kinds]

    def wait(self, kind: str, count: int = 1, timeout: float = 30, **fields: Any) -> Any:
        """The last of so many facts of a kind, with these fields, once they are there."""

        def found() -> list[Any]:
            return [f for f in self.facts(kind) if all(getattr(f, name) == value for name, value in fields.items())]

        self.until(lambda: len(found()) >= count, timeout, f"{count} {kind} {fields}")
        return found()[count - 1]

    def until(self, test: Callable[[], Any], timeout: float, what: str) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + timeout
        while not test():
            if time.monotonic() > deadline:
                kinds = [fact.kind for fact in self.facts()][-20:]
                raise AssertionError(f"waited {timeout} s for {what}; facts: {kinds}\n{self.daemon.log()[-4000:]}")
            time.sleep(0.05)

    def state(self, agent: str, contact: str) -> str:
        """What the agent's desk shows of the contact."""
        there = self.desks.do(agent, contact, "contact")
        return "over" if there is None else str(there["state"])

    def wait_state(self, agent: str, contact: str, state: str, timeout: float = 10) -> None:
        """Wait until the desk shows it so."""
        self.until(lambda: self.state(agent, contact) == state, timeout, f"{agent}'s desk to show {state}")

    def wait_can(self, agent: str, contact: str, act: str) -> None:
        """Wait until the desk shows that an act is possible."""

        def can() -> bool:
            there = self.do(agent, contact, "contact")
            return there is not None and there["acts"][act] is None

        self.until(can, 10, f"{agent}'s desk to offer {act}")

    def wait_gone(self, agent: str, contact: str, party: str) -> None:
        """Wait until the desk shows that this party of the contact is there no more."""

        def gone() -> bool:
            there = self.do(agent, contact, "contact")
            return there is None or all(p["state"] == "gone" for p in there["parties"] if p["party"] == party)

        self.until(gone, 10, f"{agent}'s desk to show that {party} is gone")

    def over(self, contact: str) -> None:
        """The contact has ended, once."""
        self.wait("ContactEnded", contact_id=contact)
        time.sleep(0.3)
        assert len([fact for fact in self.facts("ContactEnded") if fact.contact_id == contact]) == 1

    def talk_s(self, agent: str, contact: str, count: int = 1) -> tuple[float, float]:
        """An agent's part, as the report counts it: seconds of talk, seconds of hold."""
        ended = self.wait("TalkEnded", count, agent_id=agent, contact_id=contact)
        return ended.talk_us / 1e6, ended.hold_us / 1e6

    def count(self, leg: Call, *, beside: Call | None = None, since: float = 0.0) -> None:
        """Of an agent's leg only that is a talk in which the far end ``beside`` is there, or what is after ``since``.

        Both by the phones' own clock. A far end that never answers makes no talk.
        """
        self._parts[leg] = (beside, since)

    def count_by_hand(self, *agents: str) -> None:
        """Nobody can know how long these agents talked: they hung up while no daemon listened."""
        self._counted_by_hand |= set(agents)

    def ended_unheard(self, contact: str) -> None:
        """The contact ended while no daemon was there: none says so; reports count it up to when the first one died."""
        self._ended_unheard.add(contact)

    def check_times(self) -> None:
        """Everything is over: each leg is reported as long as the phone was in the call by its own clock, +- 0.1 s."""
        self.phones.close()
        self.daemon.asterisk.wait_idle()
        offered = {fact.contact_id for fact in self.facts("ContactOffered")} - self._ended_unheard
        self.until(lambda: {f.contact_id for f in self.facts("ContactEnded")} >= offered, 15, "the end of all contacts")
        for agent in sorted({agent for agent, _ in self._legs} - self._counted_by_hand - {SUPERVISOR}):
            calls = [call for who, phone in self._legs if who == agent for call in phone.calls]
            ours = [c for c in calls if c.direction == "in" or c in self._parts]  # what they dial, if it is counted
            legs = sorted((c for c in ours if _is_talk(c)), key=lambda c: c.at("answered"))
            parts = [(leg, part) for leg in legs if (part := self._part_s(leg)) is not None]
            self._compare(agent, parts)
        self._legs.clear()
        self._counted_by_hand.clear()
        self._parts.clear()

    def _part_s(self, leg: Call) -> Seconds | None:
        """How long a leg was a talk, by the phones' own clock; None: never."""
        beside, since = self._parts.get(leg, (None, 0.0))
        begins: list[float] = [answered(leg), since]
        ends: list[float] = [ended(leg)]
        if leg.has("referred"):  # the switch takes the customer away first, and ends the leg then
            ends.append(between(leg.at("referred"), leg.at("ended")))
        if beside is not None:
            if not beside.has("answered"):
                return None
            begins.append(answered(beside))
            ends.append(ended(beside))
        return span(max(begins), min(ends))

    def _compare(self, agent: str, parts: list[tuple[Call, Seconds]]) -> None:
        """Each talk as long as the phones say; one that ended in the moment of its answer may be none.

        What the agent was offered and is told to have answered is a talk, however short.
        """
        talks = [(f.talk_us + f.hold_us) / 1e6 for f in self.facts("TalkEnded") if f.agent_id == agent]
        offers = [f for f in self.facts("OfferEnded") if (f.agent_id, f.outcome) == (agent, "answered")]
        assert len(talks) >= len(offers), f"{agent}: {len(offers)} offers answered, {len(talks)} talks"
        for part in sorted(parts, key=lambda part: part[1])[: max(0, len(parts) - len(talks))]:
            assert _is_momentary(*part), f"{agent}: {talks}, by the phone {parts}"
            parts.remove(part)
        assert talks == [close(seconds) for _, seconds in parts], f"{agent}: {talks}, by the phone {parts}"

    def clear_talk(self) -> None:
        """Between two rounds of one scenario."""
        self.check_times()
        self.seen = len(self.daemon.entries())

    def clear(self) -> None:
        """Nobody is on the line or ready any more."""
        self.phones.close()
        for agent in HERTZ:
            with contextlib.suppress(AssertionError, OSError):
                self.desks.do(agent, "", "not_ready")
                for work in self.desks.do(agent, "", "agent")["works"]:
                    if work["activity"] == "WRAP_UP":
                        self.desks.do(agent, work["contact_id"], "end_wrap_up")
        self.desks.close()


def _is_momentary(leg: Call, seconds: Seconds) -> bool:
    """Whether a leg ended in the moment of its answer; a busy machine takes long for that, but nobody is heard."""
    if seconds < EXACT_S + seconds.unsure_s:
        return True
    heard = leg.stream.samples(leg.at("answered"), leg.at("ended"))
    return seconds < MOMENT_S and all(audio.share(heard, hertz) < 0.05 for hertz in (CALLER_HZ, *HERTZ.values()))


def leg_s(call: Call) -> Seconds:
    """How long a phone was in a call, by its own clock."""
    return span(answered(call), ended(call))


def close(seconds: float) -> Any:
    """How near the report's times are to the phones' own clocks."""
    unsure_s = seconds.unsure_s if isinstance(seconds, Seconds) else 0.0
    return pytest.approx(float(seconds), abs=EXACT_S + unsure_s)


def hear_each_other(first: Call, first_hz: float, second: Call, second_hz: float) -> None:
    """Both ways."""
    first.wait_hears(second_hz)
    second.wait_hears(first_hz)


def consult(office: Office) -> tuple[Call, Call, Call, str]:
    """Ann talks with Bob while her caller is on hold."""
    caller, leg, contact = office.talk()
    phone = office.phone("bob")
    asking = office.do("ann", contact, "consult", to_kind="agent", to="bob")
    assert asking["state"] == "consulting"
    asked = phone.expect_ring()
    assert asked.caller_number == "5551230001"
    office.wait_state("bob", contact, "ringing")
    office.do("bob", contact, "answer")
    hear_each_other(leg, HERTZ["ann"], asked, HERTZ["bob"])
    caller.wait_hears(MUSIC_HZ)
    return caller, leg, asked, contact
