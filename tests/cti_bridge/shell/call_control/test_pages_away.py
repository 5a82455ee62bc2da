"""A browser's page that is loaded anew while it rings, or while its agent waits: on the virtual switch."""

from typing import Any

import pytest

from acd.events import DeclareNotReady, DeclareReady
from cti_bridge.shell.phones import AWAY_US, SETTLED_S, TOO_SHORT_US
from facts.ids import AgentId, ContactId, ReasonCode
from facts.states import Activity, Declared, OfferOutcome
from facts.time import SECOND
from tests.cti_bridge.shell.call_control.floor import Floor, close, contact_of

ANN = AgentId("ann")
AT = "PJSIP/1001"
RING_S = 20
AWAY_S = AWAY_US / SECOND


def goes(floor: Floor, after: float = 0.3) -> None:
    """The page closes its connection, and the switch ends what it had with it."""
    floor.control.absences.phone_left(ANN, AT)
    floor.phones["ann"].register(registered=False)
    channel = floor.phones["ann"].channel
    if channel is not None:
        floor.switch.far_end_hangs_up(channel, 20, 503)
    floor.run(after)


def comes(floor: Floor) -> None:
    floor.phones["ann"].register()
    floor.control.absences.phone_came(ANN, AT, talks=False)
    floor.run(0.5)


def states(floor: Floor) -> list[tuple[Declared, Activity]]:
    return [(f.declared, f.activity) for f in floor.facts("AgentStateChanged") if f.agent_id == ANN]


def ends(floor: Floor) -> list[tuple[str, OfferOutcome]]:
    return [(fact.agent_id, fact.outcome) for fact in floor.facts("OfferEnded")]


def test_what_rang_rings_at_the_page_that_comes_for_the_rest_of_the_same_offer(floor: Floor) -> None:
    floor.ready("ann")
    caller = floor.call()
    contact, made_at, before = contact_of(caller), floor.clock.now(), states(floor)
    rings_until = floor.contact("ann", contact).rings_until
    floor.run(2)
    goes(floor)
    shown = floor.contact("ann", contact)
    assert (shown.state, shown.rings_until) == ("ringing", rings_until)
    assert shown.phone_back_until is not None
    assert (shown.phone_back_until - made_at) / SECOND == pytest.approx(2 + AWAY_S, abs=0.1)
    refusal = shown.acts["answer"]
    assert refusal is not None
    assert refusal.reason_id == floor.refused("ann", contact, "answer") == "phone_awaited"
    assert shown.acts["reject"] is None
    assert floor.hears_music(caller)
    comes(floor)
    assert floor.phones["ann"].is_ringing
    shown = floor.contact("ann", contact)
    assert (shown.rings_until, shown.phone_back_until, shown.acts["answer"]) == (rings_until, None, None)
    assert floor.do("ann", contact, "answer").state == "talking"
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.kinds().count("OfferMade") == 1
    assert ends(floor) == [("ann", OfferOutcome.ANSWERED)]
    assert floor.last("OfferEnded").rang_us / SECOND == pytest.approx((floor.clock.now() - made_at) / SECOND, abs=0.7)
    assert states(floor)[len(before) :] == [(Declared.READY, Activity.TALKING)]
    assert floor.agent("ann").misses == 0
    caller.hang_up()
    assert floor.quiet()


def test_it_rings_at_one_leg_only_when_the_switch_has_not_seen_the_page_go(floor: Floor) -> None:
    floor.ready("ann")
    caller = floor.call()
    first = floor.phones["ann"].channel
    floor.control.absences.phone_cut(ANN, AT)
    floor.run(0.5)
    floor.phones["ann"].channel = None  # the page does not know its call any more
    floor.control.absences.phone_came(ANN, AT, talks=False)
    floor.run(0.5)
    assert floor.phones["ann"].is_ringing
    assert floor.phones["ann"].channel is not first
    assert first is not None
    assert first.gone
    floor.phones["ann"].answer()
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert ends(floor) == [("ann", OfferOutcome.ANSWERED)]


def test_a_caller_who_hangs_up_meanwhile_is_not_missed_by_the_agent(floor: Floor) -> None:
    floor.ready("ann")
    caller = floor.call()
    contact = contact_of(caller)
    goes(floor)
    caller.hang_up()
    floor.run(0.5)
    assert floor.state("ann", contact) == "over"
    assert ends(floor) == [("ann", OfferOutcome.CALLER_LEFT)]
    comes(floor)
    assert floor.phones["ann"].channel is None
    floor.run(SETTLED_S)
    assert (floor.agent("ann").declared, floor.agent("ann").misses) == (Declared.READY, 0)
    floor.call()
    assert floor.phones["ann"].is_ringing


def test_the_countdown_may_end_meanwhile_and_nobody_is_blamed(floor: Floor) -> None:
    floor.ready("ann")
    floor.sign_in("bob")
    caller = floor.call()
    floor.run(RING_S - 3)
    goes(floor)
    floor.coordinator.tell(DeclareReady(agent_id=AgentId("bob")))
    floor.run(3)
    assert ends(floor) == [("ann", OfferOutcome.UNREACHABLE)]
    assert floor.phones["bob"].is_ringing
    assert (floor.agent("ann").declared, floor.agent("ann").pending) == (Declared.NOT_READY, Declared.READY)
    comes(floor)
    assert (floor.agent("ann").declared, floor.agent("ann").misses) == (Declared.READY, 0)
    assert floor.phones["ann"].channel is None
    floor.phones["bob"].answer()
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["bob"])


def test_an_offer_of_which_too_little_is_left_begins_anew(floor: Floor) -> None:
    floor.ready("ann")
    caller = floor.call()
    contact = contact_of(caller)
    floor.run(RING_S - TOO_SHORT_US / SECOND - 0.4)
    goes(floor, after=0.5)
    comes(floor)
    assert floor.phones["ann"].is_ringing
    assert ends(floor) == [("ann", OfferOutcome.UNREACHABLE)]
    until = floor.contact("ann", contact).rings_until
    assert until is not None
    assert (until - floor.clock.now()) / SECOND == pytest.approx(RING_S, abs=1)
    floor.phones["ann"].answer()
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.agent("ann").misses == 0


def test_a_page_that_stays_away_is_a_lost_phone_and_the_contact_goes_on(floor: Floor) -> None:
    floor.ready("ann")
    caller = floor.call()
    floor.sign_in("bob")
    goes(floor)
    floor.coordinator.tell(DeclareReady(agent_id=AgentId("bob")))
    floor.run(AWAY_S - 1)
    assert ends(floor) == []
    floor.run(1.5)
    assert ends(floor) == [("ann", OfferOutcome.UNREACHABLE)]
    assert floor.phones["bob"].is_ringing
    ann = floor.agent("ann")
    assert (ann.declared, ann.reason, ann.pending, ann.misses) == (Declared.NOT_READY, "phone_lost", Declared.READY, 0)
    assert caller.channel is not None


def test_an_agent_who_waits_stays_ready_and_keeps_the_turn(floor: Floor) -> None:
    floor.ready("ann")
    floor.run(1)
    floor.ready("bob")
    before = len(floor.facts("AgentStateChanged"))
    goes(floor, after=1)
    comes(floor)
    floor.run(SETTLED_S + 0.5)
    assert len(floor.facts("AgentStateChanged")) == before
    floor.call()
    assert floor.phones["ann"].is_ringing


def test_what_is_offered_while_the_page_is_away_rings_when_it_is_there(floor: Floor) -> None:
    floor.ready("ann")
    goes(floor)
    caller = floor.call()
    contact = contact_of(caller)
    assert floor.contact("ann", contact).state == "ringing"
    assert floor.phones["ann"].channel is None
    floor.run(2)
    comes(floor)
    assert floor.do("ann", contact, "answer").state == "talking"
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.last("OfferEnded").rang_us / SECOND == close(2.8)


def test_it_can_be_rejected_while_the_page_is_away(floor: Floor) -> None:
    floor.ready("ann")
    contact = contact_of(floor.call())
    goes(floor)
    assert floor.do("ann", contact, "reject").state == "over"
    assert ends(floor) == [("ann", OfferOutcome.REJECTED)]
    comes(floor)
    assert floor.phones["ann"].channel is None


def test_loaded_anew_twice_while_it_rings(floor: Floor) -> None:
    floor.ready("ann")
    caller = floor.call()
    for _ in range(2):
        goes(floor)
        comes(floor)
    assert floor.phones["ann"].is_ringing
    floor.phones["ann"].answer()
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.kinds().count("OfferMade") == 1


def test_a_page_that_goes_while_the_answer_is_on_its_way_has_the_talk_again(floor: Floor) -> None:
    floor.ready("ann")
    caller = floor.call()
    floor.phones["ann"].answer()
    floor.control.absences.phone_left(ANN, AT)  # before the daemon hears of the answer
    floor.run(2)
    assert floor.hears_music(caller)
    assert floor.agent("ann").activity is Activity.HOLD
    floor.control.absences.phone_came(ANN, AT, talks=False)
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert ends(floor) == [("ann", OfferOutcome.ANSWERED)]


def test_another_page_takes_over_what_rings(floor: Floor) -> None:
    floor.ready("ann")
    caller = floor.call()
    floor.control.absences.phone_replaced(ANN, AT)
    floor.phones["ann"].channel = None
    comes(floor)
    assert floor.phones["ann"].is_ringing
    floor.phones["ann"].answer()
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["ann"])


def test_a_phone_that_is_gone_though_a_page_came_is_lost_after_all(floor: Floor) -> None:
    floor.ready("ann")
    floor.control.absences.phone_left(ANN, AT)
    floor.control.absences.phone_came(ANN, AT, talks=False)
    floor.phones["ann"].register(registered=False)
    floor.run(SETTLED_S - 0.2)
    assert floor.agent("ann").declared is Declared.READY
    floor.run(0.5)
    assert floor.agent("ann").reason == "phone_lost"


def test_a_switch_that_is_lost_meanwhile_loses_the_phone(floor: Floor) -> None:
    floor.ready("ann")
    goes(floor)
    floor.lose()
    assert floor.agent("ann").reason == "phone_lost"
    floor.connect()
    floor.run(AWAY_S + 1)
    assert floor.agent("ann").reason == "phone_lost"
    comes(floor)
    assert floor.agent("ann").declared is Declared.READY


# -- who is asked ----------------------------------------------------------------------------------------------------


def asked(floor: Floor) -> tuple[Any, ContactId]:
    """Bob has a caller, and asks ann, whose phone rings."""
    caller, contact = floor.talk("bob")
    floor.sign_in("ann")
    floor.do("bob", contact, "consult", to_kind="agent", to="ann")
    assert floor.phones["ann"].is_ringing
    return caller, contact


def party_of(floor: Floor, contact: ContactId) -> tuple[str, str]:
    """How bob's desk shows ann's part."""
    (found,) = [one for one in floor.contact("bob", contact).parties if one.party == "ann"]
    return found.state, found.why


def test_a_consultation_rings_on_at_the_page_that_comes(floor: Floor) -> None:
    caller, contact = asked(floor)
    floor.run(1)
    goes(floor)
    shown = floor.contact("ann", contact)
    assert (shown.state, shown.phone_back_until is not None) == ("ringing", True)
    assert floor.refused("ann", contact, "answer") == "phone_awaited"
    assert (floor.state("bob", contact), party_of(floor, contact)) == ("consulting", ("ringing", ""))
    comes(floor)
    assert floor.phones["ann"].is_ringing
    assert floor.contact("ann", contact).phone_back_until is None
    floor.do("ann", contact, "answer")
    floor.run(0.5)
    assert floor.hear_each_other(floor.phones["ann"], floor.phones["bob"])
    assert floor.hears_music(caller)
    floor.do("bob", contact, "complete")
    floor.run(0.5)
    assert floor.hear_each_other(floor.phones["ann"], caller)
    caller.hang_up()
    assert floor.quiet()


def test_a_consultation_rings_once_when_the_switch_has_not_seen_the_page_go(floor: Floor) -> None:
    _, contact = asked(floor)
    first = floor.phones["ann"].channel
    floor.control.absences.phone_cut(ANN, AT)
    floor.phones["ann"].channel = None  # the page does not know its call any more
    floor.run(0.5)
    floor.control.absences.phone_came(ANN, AT, talks=False)
    floor.run(0.5)
    assert floor.phones["ann"].is_ringing
    assert first is not None
    assert first.gone
    assert floor.do("ann", contact, "answer").state == "consulting"


@pytest.mark.parametrize(("rang_s", "end"), [(0, "unreachable"), (RING_S - 5, "no_answer")])
def test_a_consultation_ends_when_no_page_comes_in_time(floor: Floor, rang_s: float, end: str) -> None:
    caller, contact = asked(floor)
    floor.run(rang_s)
    goes(floor, after=3)
    assert party_of(floor, contact) == ("ringing", "")
    floor.run(2.1 if rang_s else AWAY_S - 2.9)
    assert party_of(floor, contact) == ("gone", end)
    assert floor.state("bob", contact) == "held"
    assert floor.do("bob", contact, "retrieve").state == "talking"
    assert floor.hear_each_other(floor.phones["bob"], caller)
    comes(floor)
    assert floor.phones["ann"].channel is None


def test_a_consultation_of_which_too_little_is_left_ends_as_not_answered(floor: Floor) -> None:
    _, contact = asked(floor)
    floor.run(RING_S - 1.5)
    goes(floor, after=0.5)
    comes(floor)
    assert floor.phones["ann"].channel is None
    floor.run(1)
    assert party_of(floor, contact) == ("gone", "no_answer")


@pytest.mark.parametrize("how", ["cancelled", "dropped", "rejected", "the caller leaves", "the asker leaves"])
def test_a_consultation_may_end_while_the_page_is_away(floor: Floor, how: str) -> None:
    caller, contact = asked(floor)
    goes(floor)
    match how:
        case "cancelled":
            assert floor.do("bob", contact, "cancel").state == "talking"
        case "dropped":
            assert floor.do("bob", contact, "drop", party="ann").state == "held"
        case "rejected":
            floor.do("ann", contact, "reject")
            assert party_of(floor, contact) == ("gone", "rejected")
        case "the caller leaves":
            caller.hang_up()
        case _:
            floor.coordinator.tell(DeclareNotReady(agent_id=AgentId("bob"), reason=ReasonCode("break")))
            floor.phones["bob"].hang_up()
    floor.run(0.5)
    assert floor.state("ann", contact) == "over"
    comes(floor)
    assert floor.phones["ann"].channel is None
    caller.hang_up()
    assert floor.quiet()


def test_who_is_asked_while_the_page_is_away_is_rung_when_it_comes(floor: Floor) -> None:
    _, contact = floor.talk("bob")
    floor.sign_in("ann")
    goes(floor)
    assert floor.do("bob", contact, "consult", to_kind="agent", to="ann").state == "consulting"
    floor.run(1)
    assert party_of(floor, contact) == ("ringing", "")
    comes(floor)
    assert floor.phones["ann"].is_ringing
    assert floor.do("ann", contact, "answer").state == "consulting"
