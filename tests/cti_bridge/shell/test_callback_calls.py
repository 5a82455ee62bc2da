"""Callbacks between a scripted switch and the real distributor: agent first, then the customer, and every race."""

from typing import Any

import pytest

from acd.contact_state import Place as AcdPlace
from acd.events import LogOut
from cti_bridge.shell.remembering import remember
from facts.ids import AgentId, ContactId
from facts.states import Activity, Declared
from facts.time import MINUTE, SECOND
from tests.cti_bridge.shell.test_coordinator import Centre, channel, snapshot

C1 = ContactId("1.1")
ANN = AgentId("ann")


def asked(centre, contact="1.1", *, hangs_up=True):
    """A caller waits, asks for a callback, and hangs up."""
    centre.waits(contact)
    call = centre.coordinator.calls.get(ContactId(contact))
    assert centre.coordinator.callbacks.request(call, "555 (123) 0001")
    if hangs_up:
        centre.hangup(contact)


def kept(centre, ring):
    """The agent answers, and their leg comes to where it is kept."""
    centre.answers(ring)
    user_event(centre, ring, "AcdLegReady")
    user_event(centre, ring, "AcdKept")


def user_event(centre, ring, name, *more):
    centre.say("UserEvent", f"Uniqueid: {ring['ChannelId']}", f"UserEvent: {name}", "Call: 1.1", "Agent: ann", *more)


def customer_answers(centre, uniqueid="9.9"):
    centre.say(
        "BridgeEnter",
        f"Uniqueid: {uniqueid}",
        f"Channel: PJSIP/trunk-{uniqueid}",
        "ChanVariable: ACD_CALL=1.1",
        "BridgeUniqueid: b1",
    )


def dialled(centre):
    """What was set on the leg, and where it was sent."""
    variables = {action["Variable"]: action["Value"] for action in centre.switch.take("Setvar")}
    (redirect,) = centre.switch.take("Redirect")
    return variables, redirect


@pytest.fixture
def centre():
    return Centre()


def dialling(centre):
    asked(centre)
    centre.ready("ann")
    ring = centre.rung()
    kept(centre, ring)
    centre.switch.actions.clear()
    return ring


def test_agent_first_then_the_customer_and_the_contact_stays_the_same(centre):
    asked(centre)
    centre.pass_s(20)
    centre.ready("ann")
    ring = centre.rung()
    assert (ring["Context"], ring["Channel"]) == ("acd-leg", "PJSIP/1001")
    assert ring["CallerID"] == '"5551230001" <5551230001>'
    centre.answers(ring)
    assert not centre.switch.take("Redirect"), "not before the leg has come to where it is kept"
    user_event(centre, ring, "AcdKept")
    variables, redirect = dialled(centre)
    assert (variables["ACD_NUMBER"], variables["ACD_RING"]) == ("5551230001", "30")
    assert (redirect["Channel"], redirect["Context"]) == ("PJSIP/1001-1", "acd-dial")
    assert centre.engine.agent(ANN).activity is Activity.TALKING
    assert "ContactConnected" not in centre.kinds()
    centre.pass_s(5)
    customer_answers(centre)
    connected = centre.last("ContactConnected")
    assert (connected.contact_id, connected.channel, connected.waited_us) == ("1.1", "callback", 25 * SECOND)
    centre.pass_s(30)
    centre.hangup("9.9")
    user_event(centre, ring, "AcdDialEnd", "DialStatus: ANSWER")
    centre.hangup(ring["ChannelId"])
    talk = centre.last("TalkEnded")
    assert (talk.ended_by, talk.talk_us) == ("caller", 30 * SECOND)
    assert centre.last("ContactEnded").ended_by == "caller"
    assert centre.kinds().count("ContactEnded") == centre.kinds().count("TalkEnded") == 1
    assert "ContactAbandoned" not in centre.kinds()
    assert len(centre.coordinator.calls) == 0


def test_the_agent_who_hangs_up_after_the_talk_ends_it(centre):
    ring = dialling(centre)
    customer_answers(centre)
    centre.pass_s(10)
    centre.hangup(ring["ChannelId"])
    centre.say("UserEvent", "Uniqueid: 9.9", "UserEvent: AcdTalked", "Call: 1.1")
    centre.hangup("9.9")
    assert centre.last("TalkEnded").ended_by == "agent"
    assert centre.last("ContactEnded").ended_by == "agent"


@pytest.mark.parametrize(
    ("status", "cause", "outcome"),
    [("BUSY", 17, "busy"), ("NOANSWER", 19, "no_answer"), ("CHANUNAVAIL", 20, "failed"), ("CHANUNAVAIL", 21, "busy")],
)
def test_a_customer_who_is_not_there_is_told_when_the_agent_s_phone_is_free(centre, status, cause, outcome):
    ring = dialling(centre)
    user_event(centre, ring, "AcdDialEnd", f"DialStatus: {status}", f"Cause: {cause}")
    assert "CallbackAttempted" not in centre.kinds(), "the agent hears the tone still"
    centre.pass_s(3)
    centre.hangup(ring["ChannelId"])
    attempted = centre.last("CallbackAttempted")
    assert (attempted.outcome, attempted.attempt) == (outcome, 1)
    view = centre.engine.contact(C1)
    assert (view.place, view.callback_attempts) == (AcdPlace.SCHEDULED, 1)
    assert centre.engine.agent(ANN).activity is Activity.IDLE
    centre.pass_s(600)
    assert centre.rung()["Channel"] == "PJSIP/1001"


def test_an_agent_who_hangs_up_meanwhile_is_no_attempt_and_the_next_is_rung(centre):
    ring = dialling(centre)
    centre.ready("bob")
    centre.hangup(ring["ChannelId"])
    assert centre.last("CallbackAttempted").outcome == "agent_missing"
    assert centre.engine.contact(C1).callback_attempts == 0
    assert centre.engine.contact(C1).offer_id is not None


def test_an_agent_who_is_signed_out_by_force_dials_no_more(centre):
    ring = dialling(centre)
    centre.coordinator.tell(LogOut(agent_id=ANN, force=True))
    assert [action["Channel"] for action in centre.switch.take("Hangup")] == [ring["ChannelId"]]
    centre.ready("bob")
    second = centre.rung()
    centre.hangup(ring["ChannelId"])
    kept(centre, second)
    customer_answers(centre)
    assert centre.last("ContactConnected").agent_id == "bob"
    assert centre.kinds().count("CallbackAttempted") == 2


def test_a_line_that_is_still_up_is_ended_before_it_is_dialled(centre):
    asked(centre, hangs_up=False)
    centre.ready("ann")
    ring = centre.rung()
    kept(centre, ring)
    assert [action["Channel"] for action in centre.switch.take("Hangup")] == ["PJSIP/trunk-1.1"]
    assert not centre.switch.take("Redirect")
    centre.hangup("1.1")
    assert dialled(centre)[1]["Context"] == "acd-dial"
    assert "ContactEnded" not in centre.kinds()


def test_a_line_whose_end_is_not_heard_of_does_not_hold_up_the_agent(centre):
    asked(centre, hangs_up=False)
    centre.ready("ann")
    kept(centre, centre.rung())
    centre.pass_s(2.1)
    assert dialled(centre)[1]["Context"] == "acd-dial"
    customer_answers(centre)
    centre.hangup("1.1")
    assert centre.engine.contact(C1).place is AcdPlace.CONNECTED


def test_a_number_that_may_not_be_dialled_is_refused_and_nothing_changes(centre):
    centre.waits()
    call = centre.coordinator.calls.get(C1)
    assert not centre.coordinator.callbacks.request(call, "anonymous")
    assert centre.engine.contact(C1).position == 1
    assert "CallbackRequested" not in centre.kinds()


def test_a_callback_that_nobody_makes_any_more_ends_the_contact_once(centre):
    asked(centre)
    centre.ready("ann")
    for _ in range(3):
        ring = centre.rung()
        kept(centre, ring)
        user_event(centre, ring, "AcdDialEnd", "DialStatus: BUSY", "Cause: 17")
        centre.hangup(ring["ChannelId"])
        centre.reactor.advance(10 * MINUTE / SECOND)
    assert centre.last("CallbackEnded").outcome == "exhausted"
    assert centre.engine.contact(C1) is None
    assert centre.kinds().count("ContactEnded") == 1
    assert centre.last("ContactEnded").ended_by == "system"


# -- lost connections and restarts ----------------------------------------------------------------------------------


def test_a_connection_that_is_lost_loses_no_callback(centre):
    asked(centre)
    centre.coordinator.switch_lost("gone")
    centre.coordinator.switch_connected(snapshot())
    assert centre.engine.contact(C1).callback
    centre.ready("ann")
    assert centre.rung()["Channel"] == "PJSIP/1001"


def leg_channel(ring, context="acd-dial", **more):
    variables = {"ACD_AGENT": "ann"}
    return channel(ring["ChannelId"], context, call="1.1", variables=variables, **more)


def test_dialling_goes_on_over_a_lost_connection(centre):
    ring = dialling(centre)
    centre.coordinator.switch_lost("gone")
    centre.coordinator.switch_connected(snapshot(leg_channel(ring)))
    customer_answers(centre)
    assert centre.last("ContactConnected").agent_id == "ann"


def test_a_customer_who_answered_meanwhile_is_found(centre):
    ring = dialling(centre)
    centre.coordinator.switch_lost("gone")
    customer = channel("9.9", "from-trunk", call="1.1", BridgeId="b1")
    centre.coordinator.switch_connected(snapshot(leg_channel(ring, BridgeId="b1"), customer))
    assert centre.last("CallbackEnded").outcome == "connected"
    centre.hangup("9.9")
    assert centre.last("TalkEnded").ended_by == "caller"


def test_a_busy_tone_is_found(centre):
    ring = dialling(centre)
    centre.coordinator.switch_lost("gone")
    centre.coordinator.switch_connected(snapshot(leg_channel(ring, Exten="tell-BUSY")))
    centre.hangup(ring["ChannelId"])
    assert centre.last("CallbackAttempted").outcome == "busy"


def test_a_leg_that_is_gone_counts_as_tried(centre):
    dialling(centre)
    centre.coordinator.switch_lost("gone")
    centre.coordinator.switch_connected(snapshot())
    assert centre.last("CallbackAttempted").outcome == "failed"
    assert centre.engine.contact(C1).callback


def restarted(centre, *channels, after_s=5):
    again: Any = Centre(remember(centre.entries))
    again.reactor.advance((centre.clock.now() - START) / SECOND + after_s)
    again.coordinator._resume.begin(again.coordinator)
    again.coordinator.switch_connected(snapshot(*channels))
    return again


START = 1_800_000_000 * SECOND


def test_a_restart_keeps_place_number_and_attempts(centre):
    ring = dialling(centre)
    joined = centre.engine.contact(C1).joined_at
    user_event(centre, ring, "AcdDialEnd", "DialStatus: BUSY", "Cause: 17")
    centre.hangup(ring["ChannelId"])
    due = centre.engine.contact(C1).callback_due
    again = restarted(centre)
    view = again.engine.contact(C1)
    assert (view.joined_at, view.callback_number, view.callback_attempts) == (joined, "5551230001", 1)
    assert (view.callback_due, view.place) == (due, AcdPlace.SCHEDULED)
    assert again.last("ContactQueued").returned
    assert "CallbackRequested" not in again.kinds()
    assert again.engine.agent(ANN).declared is Declared.READY
    again.reactor.advance((due - again.clock.now()) / SECOND)
    ring = again.rung()
    kept(again, ring)
    assert dialled(again)[0]["ACD_NUMBER"] == "5551230001"


def test_a_restart_while_the_customer_is_dialled(centre):
    ring = dialling(centre)
    again = restarted(centre, leg_channel(ring))
    assert again.engine.contact(C1).place is AcdPlace.DIALLING
    assert not again.switch.take("Hangup")
    customer_answers(again)
    assert again.last("ContactConnected").agent_id == "ann"
    again.hangup("9.9")
    assert again.last("ContactEnded").ended_by == "caller"


def test_a_restart_after_the_customer_had_answered(centre):
    ring = dialling(centre)
    customer_answers(centre)
    customer = channel("9.9", "from-trunk", call="1.1", BridgeId="b1")
    again = restarted(centre, leg_channel(ring, BridgeId="b1"), customer)
    assert again.engine.contact(C1).place is AcdPlace.CONNECTED
    again.hangup(ring["ChannelId"])
    assert again.last("TalkEnded").ended_by == "agent"
    assert "CallbackAttempted" not in again.kinds()


def test_a_restart_that_lost_the_leg_counts_it_as_tried(centre):
    dialling(centre)
    again = restarted(centre)
    assert (again.last("CallbackAttempted").outcome, again.last("CallbackAttempted").attempt) == ("failed", 1)
    assert again.engine.contact(C1).callback_attempts == 1


def test_a_restart_while_the_caller_heard_goodbye_ends_the_line_and_keeps_the_callback(centre):
    asked(centre, hangs_up=False)
    again = restarted(centre, channel("1.1", "acd-wait"))
    assert [action["Channel"] for action in again.switch.take("Hangup")] == ["1.1"]
    assert again.engine.contact(C1).callback


def test_a_callback_that_expired_while_nobody_was_there_ends(centre):
    asked(centre)
    again = restarted(centre, after_s=100_000)
    assert again.last("CallbackEnded").outcome == "expired"
    assert again.last("ContactEnded").ended_by == "system"
    assert again.engine.contact(C1) is None
