"""What a moment decides: acts that are overtaken, phones that die, a lost connection, a daemon that starts anew."""

from typing import Any

import pytest

from facts.ids import AgentId, ContactId
from facts.states import Activity
from tests.cti_bridge.shell.call_control.floor import Act, Floor, close

ANN = AgentId("ann")


def consult(floor: Floor) -> tuple[Any, ContactId]:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "consult", to_kind="agent", to="bob")
    floor.phones["bob"].answer()
    floor.run(1)
    return caller, contact


# -- somebody hangs up -----------------------------------------------------------------------------------------------


def test_the_caller_hangs_up_on_hold(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "hold")
    floor.run(2)
    caller.hang_up()
    assert floor.quiet()
    assert floor.last("TalkEnded").ended_by == "caller"
    assert floor.talk_s("ann") == (close(1), close(2.3))


def test_the_agent_s_phone_dies_on_hold_and_the_customer_is_offered_again(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "hold")
    floor.ready("bob")
    floor.phones["ann"].hang_up()
    floor.run(1)
    assert floor.phones["bob"].is_ringing
    assert floor.last("ContactQueued").returned
    floor.phones["bob"].answer()
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.agent("ann").activity is Activity.IDLE
    caller.hang_up()
    assert floor.quiet()
    assert floor.kinds().count("ContactEnded") == 1


def test_the_caller_hangs_up_during_a_consultation(floor: Floor) -> None:
    caller, contact = consult(floor)
    caller.hang_up()
    floor.run(1)
    assert floor.hear_each_other(floor.phones["ann"], floor.phones["bob"])
    assert floor.refused("ann", contact, "complete") in {"customer_gone", "nobody_asked"}
    assert floor.agent("ann").activity is Activity.TALKING
    floor.phones["ann"].hang_up()
    assert floor.quiet()
    assert floor.kinds().count("ContactEnded") == 1
    assert floor.last("ContactEnded").ended_by == "caller"


def test_the_caller_hangs_up_while_the_asked_phone_rings(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "consult", to_kind="agent", to="bob")
    caller.hang_up()
    assert floor.quiet()
    assert floor.phones["bob"].channel is None


def test_the_agent_hangs_up_during_a_consultation(floor: Floor) -> None:
    caller, _ = consult(floor)
    floor.phones["ann"].hang_up()
    floor.run(1)
    assert floor.phones["bob"].channel is None
    assert floor.phones["ann"].is_ringing, "the customer waits again, and ann is ready"
    assert floor.last("ContactQueued").returned
    caller.hang_up()
    assert floor.quiet()


def test_the_asked_one_hangs_up_and_the_customer_is_still_on_hold(floor: Floor) -> None:
    caller, contact = consult(floor)
    floor.phones["bob"].hang_up()
    floor.run(1)
    assert floor.state("ann", contact) == "held"
    assert floor.hears_music(caller)
    floor.do("ann", contact, "retrieve")
    assert floor.hear_each_other(caller, floor.phones["ann"])


def test_complete_while_the_customer_hangs_up(floor: Floor) -> None:
    caller, contact = consult(floor)
    act = floor.begin("ann", contact, "complete")
    caller.hang_up()
    floor.run(3)
    assert act.is_over
    assert floor.quiet() or floor.hear_each_other(floor.phones["ann"], floor.phones["bob"])
    for agent in ("ann", "bob"):
        floor.phones[agent].hang_up()
    assert floor.quiet()
    assert floor.kinds().count("ContactEnded") == 1


@pytest.mark.parametrize("act", ["hold", "park", "consult", "transfer", "hang_up"])
@pytest.mark.parametrize("who", ["caller", "agent"])
@pytest.mark.parametrize("first", [True, False])
def test_a_hang_up_in_the_very_moment_of_an_act(floor: Floor, act: str, who: str, first: bool) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    details = {"to_kind": "agent", "to": "bob"} if act in ("consult", "transfer") else {}
    hang_up = caller.hang_up if who == "caller" else floor.phones["ann"].hang_up
    if first:
        hang_up()
    begun = floor.begin("ann", contact, act, **details)
    if not first:
        hang_up()
    floor.run(3)
    assert begun.is_over
    caller.hang_up()
    floor.phones["bob"].hang_up()
    floor.run(1)
    floor.phones["ann"].hang_up()
    assert floor.quiet()
    assert floor.kinds().count("ContactEnded") == 1
    assert floor.kinds().count("TalkEnded") == floor.kinds().count("ContactConnected")


# -- two at once -----------------------------------------------------------------------------------------------------


def test_two_transfers_at_once(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob", "cyd")
    first = floor.begin("ann", contact, "transfer", to_kind="agent", to="bob")
    second = floor.begin("ann", contact, "transfer", to_kind="agent", to="cyd")
    floor.run(1)
    assert first.result().state == "over"
    refused = second.refusal()
    assert refused.reason_id == "over"
    assert refused.present is None or refused.present.state == "over"
    assert floor.phones["bob"].is_ringing
    assert not floor.phones["cyd"].is_ringing
    assert len(floor.facts("ContactTransferred")) == 1
    caller.hang_up()
    assert floor.quiet()


def test_acts_wait_for_their_turn_and_are_judged_then(floor: Floor) -> None:
    _, contact = floor.talk()
    acts = [floor.begin("ann", contact, act) for act in ("hold", "retrieve", "retrieve", "hold")]
    floor.run(1)
    assert [act.result().state for act in (acts[0], acts[1], acts[3])] == ["held", "talking", "held"]
    assert acts[2].refusal().reason_id == "not_held"


def test_both_agents_of_a_consultation_act_at_once(floor: Floor) -> None:
    caller, contact = consult(floor)
    complete = floor.begin("ann", contact, "complete")
    leave = floor.begin("bob", contact, "leave")
    floor.run(3)
    assert complete.is_over
    assert leave.is_over
    caller.hang_up()
    floor.phones["ann"].hang_up()
    assert floor.quiet()


# -- the switch says no, or nothing ----------------------------------------------------------------------------------


def test_an_act_that_the_switch_does_not_confirm_is_looked_after(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.line.on_event = lambda _: None
    act = floor.begin("ann", contact, "hold")
    floor.run(1)
    assert not act.is_over
    floor.run(2)
    assert act.result().state == "held", "the switch was asked, and said so"


def test_an_act_on_a_switch_that_does_nothing_fails_after_two_seconds(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.switch.redirect = lambda *_: None  # type: ignore[method-assign]  # accepted and forgotten
    act = floor.begin("ann", contact, "hold")
    floor.run(3)
    assert act.refusal().reason_id == "not_confirmed"
    assert floor.state("ann", contact) == "talking"


# -- a lost connection -----------------------------------------------------------------------------------------------


def test_acts_are_refused_while_the_switch_is_away(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.lose()
    assert floor.refused("ann", contact, "hold") == "switch_lost"
    why = floor.contact("ann", contact).acts["hold"]
    assert why is not None
    assert why.reason_id == "switch_lost"
    floor.connect()
    assert floor.do("ann", contact, "hold").state == "held"


@pytest.mark.parametrize("done", [True, False])
def test_a_connection_lost_in_the_middle_of_an_act(floor: Floor, done: bool) -> None:
    caller, contact = floor.talk()
    act = floor.begin("ann", contact, "hold")
    if done:
        floor.to_switch()
    floor.lose()
    assert act.refusal().reason_id == "switch_lost"
    floor.run(2)
    floor.connect()
    assert floor.state("ann", contact) == ("held" if done else "talking")
    assert floor.agent("ann").activity is (Activity.HOLD if done else Activity.TALKING)
    if done:
        floor.do("ann", contact, "retrieve")
    assert floor.hear_each_other(caller, floor.phones["ann"])


@pytest.mark.parametrize("who", ["caller", "agent", "asked", "all"])
def test_what_ended_meanwhile_is_found(floor: Floor, who: str) -> None:
    caller, contact = consult(floor)
    floor.lose()
    if who in ("caller", "all"):
        caller.hang_up()
    if who in ("agent", "all"):
        floor.phones["ann"].hang_up()
    if who in ("asked", "all"):
        floor.phones["bob"].hang_up()
    floor.run(2)
    floor.connect()
    floor.run(1)
    if who == "asked":
        assert floor.state("ann", contact) == "held"
    if who == "agent":
        assert floor.last("ContactQueued").returned
    for end in (caller, floor.phones["bob"], floor.phones["ann"]):
        end.hang_up()
        floor.run(1)
    assert floor.quiet()
    assert floor.kinds().count("ContactEnded") == 1


# -- a daemon that starts anew ---------------------------------------------------------------------------------------


def test_a_talk_on_hold_is_found_again_with_its_times(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "hold")
    floor.run(2)
    again = floor.restart(3)
    assert again.state("ann", contact) == "held"
    assert again.contact("ann", contact).caller_number == "5551230001"
    assert again.agent("ann").activity is Activity.HOLD
    again.do("ann", contact, "retrieve")
    assert again.hear_each_other(caller, again.phones["ann"])
    again.run(1)
    caller.hang_up()
    assert again.quiet()
    talk, hold = again.talk_s("ann")
    assert hold == pytest.approx(5.6, abs=0.4)
    assert talk == pytest.approx(2.3, abs=0.4)


def test_a_consultation_is_found_again_and_completed(floor: Floor) -> None:
    caller, contact = consult(floor)
    again = floor.restart()
    assert (again.state("ann", contact), again.state("bob", contact)) == ("consulting", "consulting")
    assert (again.agent("ann").activity, again.agent("bob").activity) == (Activity.HOLD, Activity.TALKING)
    again.do("ann", contact, "complete")
    assert again.hear_each_other(caller, again.phones["bob"])
    assert again.last("ContactTransferred").consulted
    caller.hang_up()
    assert again.quiet()


def test_a_conference_is_found_again(floor: Floor) -> None:
    caller, contact = consult(floor)
    floor.do("ann", contact, "conference")
    again = floor.restart()
    assert (again.state("ann", contact), again.state("bob", contact)) == ("conference", "conference")
    again.do("ann", contact, "drop", party="bob")
    assert again.hear_each_other(caller, again.phones["ann"])
    caller.hang_up()
    assert again.quiet()


def test_an_own_call_is_found_again_while_it_rings_and_while_it_talks(floor: Floor) -> None:
    floor.sign_in("ann")
    floor.outside_does = "rings"
    act = Act(floor.control.dial(ANN, "5557001"))
    floor.run(1)
    contact = act.result().contact_id
    again = floor.restart()
    assert again.state("ann", contact) == "dialling"
    (outside,) = again.outsiders
    assert outside.channel is not None
    again.switch.set_state(outside.channel, 6)
    again.run(1)
    assert again.state("ann", contact) == "talking"
    third = again.restart()
    assert third.state("ann", contact) == "talking"
    assert third.contact("ann", contact).direction == "outbound"
    outside.hang_up()
    assert third.quiet()
    assert third.kinds().count("TalkEnded") == 1


def test_a_parked_customer_is_found_again(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "park")
    again = floor.restart()
    assert again.state("ann", contact) == "parked"
    picked = again.begin("ann", contact, "pick_up")
    again.run(1)
    picked.result()
    assert again.hear_each_other(caller, again.phones["ann"])


def test_a_customer_on_hold_whose_agent_went_meanwhile_waits_again(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "hold")
    floor.session.end()
    floor.coordinator.stop()
    floor.phones["ann"].hang_up()
    again = floor.restart()
    again.run(1)
    assert again.last("ContactQueued").returned
    assert again.last("ContactQueued").contact_id == contact
    caller.hang_up()
    assert again.quiet()


def test_legs_that_are_kept_for_nobody_are_ended(floor: Floor) -> None:
    floor.action(
        "Originate",
        [
            ("Channel", "PJSIP/1001"),
            ("ChannelId", "leg-dead-1"),
            ("Context", "acd-keep"),
            ("Exten", "stay"),
            ("Priority", "1"),
            ("Async", "true"),
            ("Variable", "ACD_CALL=nobody"),
            ("Variable", "ACD_AGENT=ann"),
        ],
    )
    floor.run(0.5)
    floor.phones["ann"].answer()
    floor.run(0.5)
    assert floor.phones["ann"].channel is not None
    again = floor.restart()
    again.run(0.5)
    assert again.phones["ann"].channel is None
