"""What the dialplan is answered when a phone wants a number outside."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.agi_server import SessionEnded
from cti_bridge.shell.call_control.dial_rules import DialRules
from cti_bridge.shell.call_control.phone_calls import OwnCall
from cti_bridge.shell.phone_numbers import PhoneNumbers, PhoneRefusal
from cti_bridge.wire.agi import AgiReply, AgiRequest
from facts.ids import AgentId, ContactId
from facts.time import SECOND

RULES = DialRules(country="DE", denied=("+4930*",), form="international")


class Desk:
    """Ann has the phone 1001."""

    def agent_of_phone(self, phone: str) -> str:
        if phone != "PJSIP/1001":
            raise DeskError("nobody's")
        return "ann"


class Session:
    """A channel with variables."""

    def __init__(
        self, wish: str, variables: dict[str, str], channel: str = "PJSIP/1001-0000002a", *, ends: bool = False
    ) -> None:
        self._ends = ends
        url = f"agi://127.0.0.1/number?token=t&wish={wish}"
        self.request = AgiRequest(
            variables={"agi_request": url, "agi_channel": channel, "agi_uniqueid": "1800000000.7"}
        )
        self.variables = variables

    def command(self, name: str, *arguments: str) -> "Deferred[AgiReply]":
        assert name == "SET VARIABLE"
        if self._ends:
            return fail(SessionEnded())
        self.variables[arguments[0]] = arguments[1]
        return succeed(AgiReply(code=200, result="1"))

    async def variable(self, name: str) -> str:
        return self.variables.get(name, "")


class Calls:
    """Agents at work, whose calls are contacts."""

    def __init__(self, *at_work: str, shown: str = "") -> None:
        self.at_work = at_work
        self.shown = shown
        self.begun: list[tuple[str, ...]] = []

    def begin(self, agent_id: AgentId, number: str, channel_id: str, channel: str) -> OwnCall | None:
        if agent_id not in self.at_work:
            return None
        self.begun.append((agent_id, number, channel_id, channel))
        return OwnCall(contact_id=ContactId("out-1"), agent_id=agent_id, ring_us=30 * SECOND, shown=self.shown)


def run(channel: Any, calls: Calls, rules: DialRules = RULES) -> "Deferred[None]":
    desk: Any = Desk()
    numbers = PhoneNumbers(desk, lambda: rules, lambda: calls, lambda _: None)
    return Deferred.fromCoroutine(numbers.run(channel))


def asked(wish: str, rules: DialRules = RULES, **session: Any) -> tuple[str, list[PhoneRefusal]]:
    """The number that is allowed, and what was refused."""
    refused: list[PhoneRefusal] = []
    desk: Any = Desk()
    channel: Any = Session(wish, **session)
    done = Deferred.fromCoroutine(PhoneNumbers(desk, lambda: rules, Calls, refused.append).run(channel))
    assert done.called
    done.addErrback(lambda failure: failure.raiseException())
    return channel.variables.get("ACD_ALLOWED", ""), refused


@pytest.mark.parametrize(
    ("number", "allowed"),
    [("08912345678", "+498912345678"), ("+498912345678", "+498912345678"), ("110", "110"), ("112", "112")],
)
@pytest.mark.parametrize("wish", ["call", "transfer"])
def test_what_the_rules_allow_is_answered_as_the_carrier_wants_it(wish: str, number: str, allowed: str) -> None:
    assert asked(wish, variables={"number": number}) == (allowed, [])


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("03012345678", "number_denied"),
        ("+493012345678", "number_denied"),
        ("09001234567", "number_denied"),
        ("*21*08912345678#", "number_invalid"),
        ("1*08912345678", "number_invalid"),
        ("", "number_invalid"),
    ],
)
def test_what_they_do_not_is_refused_and_told_without_the_number(number: str, reason: str) -> None:
    allowed, refused = asked("call", variables={"number": number})
    assert (allowed, refused) == ("", [PhoneRefusal(agent="ann", phone="PJSIP/1001", wish="call", reason=reason)])


def test_a_transfer_is_told_of_the_phone_that_made_it() -> None:
    variables = {"number": "03012345678", "BLINDTRANSFER": "PJSIP/1001-00000007"}
    refused = asked("transfer", variables=variables, channel="PJSIP/trunk-00000003")[1]
    assert [(one.agent, one.phone, one.wish) for one in refused] == [("ann", "PJSIP/1001", "transfer")]
    refused = asked("transfer", variables={"number": "03012345678"}, channel="PJSIP/trunk-00000003")[1]
    assert [(one.agent, one.phone) for one in refused] == [("unknown", "unknown")]


def test_whom_an_agent_asks_by_keys_is_told_of_the_phone_whose_leg_it_began_at() -> None:
    variables = {"number": "03012345678", "ACD_BY": "PJSIP/1001"}
    refused = asked("transfer", variables=variables, channel="Local/903012345678@acd-transfer-00000001;2")[1]
    assert [(one.agent, one.phone, one.wish) for one in refused] == [("ann", "PJSIP/1001", "transfer")]


def test_a_wish_that_nobody_knows_is_refused() -> None:
    allowed, refused = asked("", variables={"number": "08912345678"})
    assert (allowed, [one.reason for one in refused]) == ("", ["number_invalid"])


def test_rules_are_those_of_the_moment() -> None:
    assert asked("call", DialRules(country="DE"), variables={"number": "03012345678"})[0] == "03012345678"


def test_what_an_agent_dials_at_work_goes_on_as_a_contact_with_the_centres_number() -> None:
    calls, channel = Calls("ann", shown="+49891000"), Session("call", {"number": "08912345678"})
    assert run(channel, calls).called
    assert calls.begun == [("ann", "+498912345678", "1800000000.7", "PJSIP/1001-0000002a")]
    assert channel.variables == {
        "number": "08912345678",
        "__ACD_CALL": "out-1",
        "ACD_AGENT": "ann",
        "ACD_NUMBER": "+498912345678",
        "ACD_RING": "30",
        "__ACD_BY": "PJSIP/1001",
        "CALLERID(num)": "+49891000",
        "CALLERID(name)": "",
        "ACD_ALLOWED": "+498912345678",
    }


@pytest.mark.parametrize(
    ("wish", "channel", "at_work"),
    [
        ("call", "PJSIP/1001-0000002a", ()),
        ("call", "PJSIP/1099-0000002a", ("ann",)),
        ("transfer", "PJSIP/1001-0000002a", ("ann",)),
    ],
)
def test_of_nobody_at_work_and_of_a_transfer_there_is_no_new_contact(
    wish: str, channel: str, at_work: tuple[str, ...]
) -> None:
    calls, session = Calls(*at_work), Session(wish, {"number": "08912345678"}, channel)
    assert run(session, calls).called
    assert calls.begun == []
    assert session.variables == {"number": "08912345678", "ACD_ALLOWED": "+498912345678"}


def test_a_number_that_is_refused_is_no_contact() -> None:
    calls = Calls("ann")
    assert run(Session("call", {"number": "03012345678"}), calls).called
    assert calls.begun == []


def test_a_phone_that_hangs_up_meanwhile_dials_nothing() -> None:
    calls, session = Calls("ann"), Session("call", {"number": "08912345678"}, ends=True)
    failed = run(session, calls)
    failed.addErrback(lambda failure: failure.trap(SessionEnded))
    assert failed.called
    assert session.variables == {"number": "08912345678"}
