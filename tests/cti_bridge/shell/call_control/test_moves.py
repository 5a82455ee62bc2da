"""Customers who are passed on, called, or parked, on the virtual switch with the deployed dialplan."""

from typing import Any

import pytest

from facts.ids import AgentId, ContactId, QueueName
from facts.states import Activity, Declared
from tests.cti_bridge.shell.call_control.floor import Act, Floor, Outsider, close, contact_of

ANN, BOB = AgentId("ann"), AgentId("bob")


# -- transfers -------------------------------------------------------------------------------------------------------


def test_transfer_to_an_agent(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.run(1)
    assert floor.do("ann", contact, "transfer", to_kind="agent", to="bob").state == "over"
    assert floor.phones["ann"].channel is None
    ringing = floor.contact("bob", contact)
    assert (ringing.state, ringing.caller_number) == ("ringing", "5551230001")
    assert floor.do("bob", contact, "answer").state == "talking"
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.do("bob", contact, "hold").state == "held"
    assert floor.do("bob", contact, "retrieve").state == "talking"
    passed = floor.last("ContactTransferred")
    assert (passed.agent_id, passed.to_kind, passed.to, passed.consulted) == ("ann", "agent", "bob", False)
    assert floor.talk_s("ann") == (close(2), 0)
    floor.phones["bob"].hang_up()
    assert floor.quiet()
    assert floor.last("TalkEnded").agent_id == "bob"
    assert floor.kinds().count("ContactEnded") == 1


@pytest.mark.parametrize("does", ["busy", "silent", "rejects"])
def test_a_customer_whom_nobody_takes_waits_at_the_old_place(floor: Floor, does: str) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    joined = floor.last("ContactQueued").joined_at
    floor.phones["bob"].busy = does == "busy"
    floor.do("ann", contact, "transfer", to_kind="agent", to="bob")
    if does == "rejects":
        floor.do("bob", contact, "reject")
    floor.run(21 if does == "silent" else 1)
    assert floor.phones["ann"].is_ringing, "the first agent is the only one who is ready"
    queued = floor.last("ContactQueued")
    assert (queued.queue, queued.joined_at, queued.returned) == ("sales", joined, True)
    floor.phones["ann"].answer()
    floor.run(0.3)
    assert floor.hear_each_other(caller, floor.phones["ann"])


def test_transfer_to_a_queue_is_a_new_stay_there(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.run(2)
    floor.do("ann", contact, "transfer", to_kind="queue", to="private")
    queued = floor.last("ContactQueued")
    assert (queued.queue, queued.why, queued.returned, queued.entered) == ("private", "transfer", False, 2)
    assert queued.joined_at == pytest.approx(floor.clock.now(), abs=400_000)
    passed = floor.last("ContactTransferred")
    assert (passed.to_kind, passed.to) == ("queue", "private")
    order = floor.kinds()
    assert order.index("ContactTransferred") < len(order) - 1 - order[::-1].index("ContactQueued")
    floor.run(0.5)
    assert floor.phones["ann"].is_ringing
    caller.hang_up()
    floor.run(0.5)
    assert floor.last("ContactAbandoned").queue == "private"
    assert floor.quiet()


def test_transfer_outside(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "transfer", to_kind="number", to="5557001")
    floor.run(1)
    assert floor.hear_each_other(caller, *floor.outsiders)
    assert floor.agent("ann").activity is Activity.IDLE
    floor.outsiders[0].hang_up()
    assert floor.quiet()


def test_a_number_that_is_busy_brings_the_customer_back(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.outside_does = "busy"
    floor.do("ann", contact, "transfer", to_kind="number", to="5557001")
    floor.run(1)
    assert floor.last("ContactQueued").returned
    assert floor.phones["ann"].is_ringing


@pytest.mark.parametrize(
    ("to_kind", "to", "why"), [("queue", "none", "unknown_queue"), ("flow", "none", "unknown_flow")]
)
def test_a_transfer_to_nowhere_is_refused(floor: Floor, to_kind: str, to: str, why: str) -> None:
    _, contact = floor.talk()
    assert floor.refused("ann", contact, "transfer", to_kind=to_kind, to=to) == why
    assert floor.state("ann", contact) == "talking"


def test_a_transfer_from_hold(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.do("ann", contact, "hold")
    floor.do("ann", contact, "transfer", to_kind="queue", to="support")
    assert floor.phones["ann"].is_ringing, "the transferred customer is offered at once"
    assert floor.last("ContactQueued").queue == "support"
    assert floor.facts("TalkEnded")[0].hold_us > 0


def test_a_transfer_at_the_phone(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.phones["ann"].transfer("1002")
    floor.run(1)
    assert floor.state("bob", contact) == "ringing"
    floor.phones["bob"].answer()
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["bob"])
    passed = floor.last("ContactTransferred")
    assert (passed.agent_id, passed.to_kind, passed.to) == ("ann", "agent", "bob")
    assert floor.last("TalkEnded").ended_by == "agent"
    assert floor.agent("bob").activity is Activity.TALKING
    caller.hang_up()
    assert floor.quiet()


# -- an agent's own calls --------------------------------------------------------------------------------------------


def dial(floor: Floor, number: str = "5557001", **more: Any) -> tuple[Outsider, ContactId]:
    done = Act(floor.control.dial(ANN, number, **more))
    floor.run(0.3)
    contact = done.result()
    assert contact.state == "dialling"
    assert contact.direction == "outbound"
    floor.run(0.3)
    return floor.outsiders[-1], contact.contact_id


def test_click_to_dial_while_not_ready(floor: Floor) -> None:
    floor.sign_in("ann")
    outside, contact = dial(floor, queue=QueueName("sales"))
    floor.run(2)
    assert floor.hear_each_other(floor.phones["ann"], outside)
    talking = floor.contact("ann", contact)
    assert (talking.state, talking.caller_number, talking.queue) == ("talking", "5557001", "sales")
    assert floor.agent("ann").declared is Declared.NOT_READY
    assert floor.last("CustomerDialled").outcome == "answered"
    assert (floor.last("ContactConnected").direction, floor.last("ContactOffered").direction) == ("outbound",) * 2
    assert floor.do("ann", contact, "hold").state == "held"
    assert floor.hears_music(outside)
    assert floor.do("ann", contact, "retrieve").state == "talking"
    floor.run(1)
    outside.hang_up()
    assert floor.quiet()
    assert floor.last("TalkEnded").ended_by == "caller"
    assert floor.kinds().count("ContactEnded") == 1


@pytest.mark.parametrize(("does", "outcome"), [("busy", "busy"), ("rings", "no_answer")])
def test_a_number_that_does_not_answer_is_told(floor: Floor, does: str, outcome: str) -> None:
    floor.ready("ann")
    floor.outside_does = does
    _, contact = dial(floor)
    floor.run(31 if does == "rings" else 0.5)
    assert floor.agent("ann").activity is Activity.TALKING, "the tone is still heard"
    parties = floor.contact("ann", contact).parties
    assert [(p.party, p.state, p.why) for p in parties] == [("customer", "gone", outcome)]
    floor.run(4)
    assert floor.last("CustomerDialled").outcome == outcome
    assert floor.quiet()
    assert floor.kinds().count("ContactEnded") == 1
    assert floor.facts("TalkEnded", "ContactConnected") == []


def test_giving_up_while_it_rings(floor: Floor) -> None:
    floor.sign_in("ann")
    floor.outside_does = "rings"
    outside, contact = dial(floor)
    floor.do("ann", contact, "hang_up")
    assert outside.channel is None
    assert floor.last("CustomerDialled").outcome == "given_up"
    assert floor.quiet()


def test_nothing_is_offered_to_who_dials(floor: Floor) -> None:
    floor.ready("ann")
    floor.outside_does = "rings"
    dial(floor)
    caller = floor.call()
    assert floor.engine.contact(contact_of(caller)).offer_id is None  # type: ignore[union-attr]  # it waits


@pytest.mark.parametrize("number", ["", "x", "5,5", "*21*5551234#", "5\r\n"])
def test_what_is_no_number_is_not_dialled(floor: Floor, number: str) -> None:
    floor.sign_in("ann")
    done = Act(floor.control.dial(ANN, number))
    assert done.refusal().reason_id == "number_invalid"
    assert floor.facts("ContactOffered") == []


def test_who_talks_or_is_signed_out_cannot_dial(floor: Floor) -> None:
    assert Act(floor.control.dial(BOB, "5557001")).refusal().reason_id == "signed_out"
    floor.talk()
    assert Act(floor.control.dial(ANN, "5557001")).refusal().reason_id == "engaged"


def test_an_own_phone_that_is_not_picked_up(floor: Floor) -> None:
    floor.sign_in("ann")
    floor.phones["ann"].busy = True
    done = Act(floor.control.dial(ANN, "5557001"))
    floor.run(1)
    assert done.is_over
    assert floor.quiet()
    assert floor.last("CustomerDialled").outcome == "given_up"


# -- parking ---------------------------------------------------------------------------------------------------------


def test_park_and_pick_up(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    parked = floor.do("ann", contact, "park")
    assert parked.state == "parked"
    assert floor.hears_music(caller)
    assert floor.phones["ann"].channel is None
    assert floor.agent("ann").activity is Activity.IDLE
    floor.run(5)
    picked = floor.begin("bob", contact, "pick_up")
    floor.run(1)
    picked.result()
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.state("bob", contact) == "talking"
    assert floor.state("ann", contact) == "over"
    assert (floor.last("ContactParked").agent_id, floor.last("ContactPickedUp").agent_id) == ("ann", "bob")
    assert floor.last("ContactPickedUp").parked_us == pytest.approx(5_400_000, abs=300_000)
    assert floor.talk_s("ann") == (close(1), 0)


def test_a_parked_customer_whom_nobody_picks_up_waits_again(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.do("ann", contact, "park")
    floor.run(181)
    assert floor.last("ContactQueued").returned
    assert floor.phones["ann"].is_ringing


def test_a_parked_customer_may_hang_up(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "park")
    caller.hang_up()
    assert floor.quiet()
    assert floor.state("ann", contact) == "over"
    assert floor.kinds().count("ContactEnded") == 1
