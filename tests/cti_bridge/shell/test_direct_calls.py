"""What the dialplan is answered when a phone in the browser could not be reached by a colleague's direct call."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from cti_bridge.shell.direct_calls import ABSENT
from cti_bridge.wire.agi import AgiReply, AgiRequest
from facts.ids import AgentId
from tests.cti_bridge.shell.call_control.floor import Floor

ANN, AT = AgentId("ann"), "PJSIP/1001"
GONE, DECLINED, NOBODY = 38, 21, 19


class Session:
    """A colleague's channel, after the phone has rung for so many seconds."""

    def __init__(self, phone: str = AT, *, cause: int = GONE, rang_s: int = 5) -> None:
        times = f"ring=30&since=1800000000&now={1_800_000_000 + rang_s}"
        url = f"agi://127.0.0.1/phone?token=t&phone={phone}&cause={cause}&{times}"
        self.request = AgiRequest(variables={"agi_request": url, "agi_channel": "PJSIP/1002-0000002a"})
        self.variables: dict[str, str] = {}
        self.is_over = False

    def command(self, name: str, *arguments: str) -> "Deferred[AgiReply]":
        assert name == "SET VARIABLE"
        self.variables[arguments[0]] = arguments[1]
        return succeed(AgiReply(code=200, result="1"))

    def begin(self, floor: Floor) -> "Session":
        me: Any = self
        done = Deferred.fromCoroutine(floor.coordinator.direct_calls.run(me))
        done.addCallback(lambda _: setattr(self, "is_over", True))
        return self


@pytest.fixture
def floor() -> Floor:
    return Floor().sign_in("ann")


def goes(floor: Floor) -> None:
    floor.control.absences.phone_left(ANN, AT)


def comes(floor: Floor) -> None:
    floor.control.absences.phone_came(ANN, AT, talks=False)


def test_it_rings_on_for_the_rest_of_its_time_when_the_next_page_is_there(floor: Floor) -> None:
    goes(floor)
    asked = Session().begin(floor)
    floor.run(2)
    assert (asked.is_over, asked.variables) == (False, {})
    comes(floor)
    assert (asked.is_over, asked.variables) == (True, {"ACD_RING": "23"})
    floor.run(20)
    assert asked.variables == {"ACD_RING": "23"}


@pytest.mark.parametrize("unseen", [False, True])
def test_the_leg_at_the_page_that_went_is_ended_and_no_other(floor: Floor, unseen: bool) -> None:
    floor.phones["bob"].dial("1001")
    floor.phones["cyd"].dial("1010")
    floor.run(0.3)
    first, other = floor.phones["ann"].channel, floor.phones["sue"].channel
    assert first is not None
    assert other is not None
    if unseen:
        floor.phones["ann"].channel = None
        comes(floor)
    else:
        goes(floor)
    floor.run(0.3)
    assert first.gone
    assert first.cause == ABSENT
    assert floor.phones["sue"].is_ringing
    floor.phones["sue"].answer()
    floor.run(0.3)
    floor.control.absences.phone_left(AgentId("sue"), "PJSIP/1010")
    floor.run(0.3)
    assert floor.phones["sue"].is_talking, "a talk is the page's to end"


@pytest.mark.parametrize("cut", [False, True])
def test_the_leg_of_a_transferred_customer_at_the_page_that_went_is_ended_once(floor: Floor, cut: bool) -> None:
    caller, contact = floor.talk("bob")
    floor.do("bob", contact, "transfer", to_kind="agent", to="ann")
    leg = floor.phones["ann"].channel
    assert leg is not None
    (floor.control.absences.phone_cut if cut else floor.control.absences.phone_left)(ANN, AT)
    floor.run(0.3)
    assert leg.gone
    assert [told["Cause"] for name, told in floor.actions if told.get("Channel") == leg.uniqueid] == [str(ABSENT)]
    assert caller.channel is not None
    assert caller.channel.music


def test_a_page_that_was_quicker_than_the_dialplan_rings_at_once(floor: Floor) -> None:
    goes(floor)
    comes(floor)
    assert Session().begin(floor).variables == {"ACD_RING": "25"}


@pytest.mark.parametrize(
    "session",
    [
        Session(cause=DECLINED),
        Session(cause=NOBODY),
        Session(rang_s=30),
        Session("PJSIP/9999"),
        Session("PJSIP/1002"),
        Session("PJSIP/1001%0A"),
    ],
)
def test_other_ends_and_other_phones_are_over_at_once(floor: Floor, session: Session) -> None:
    goes(floor)
    session.begin(floor)
    assert (session.is_over, session.variables) == (True, {})


def test_a_phone_that_no_page_is_about_to_be_is_over_at_once(floor: Floor) -> None:
    asked = Session().begin(floor)
    assert (asked.is_over, asked.variables) == (True, {})


@pytest.mark.parametrize(("rang_s", "waited_s"), [(5, 10), (26, 3)])
def test_a_page_that_does_not_come_in_time_ends_it(floor: Floor, rang_s: int, waited_s: float) -> None:
    goes(floor)
    asked = Session(rang_s=rang_s).begin(floor)
    floor.run(waited_s - 0.2)
    assert not asked.is_over
    floor.run(0.4)
    assert (asked.is_over, asked.variables) == (True, {})
    comes(floor)
    assert asked.variables == {}
