"""What comes while a call is just changing: acts wait for a moment, events come in another order."""

import pytest

from cti_bridge.shell import translate
from facts.ids import AgentId, ContactId
from facts.states import Activity
from tests.cti_bridge.shell.call_control.floor import Floor


def leg(floor: Floor, contact: ContactId) -> tuple[str, str, str]:
    """Ann's leg: channel id, name, bridge."""
    line = floor.control.lines.get(contact)
    party = line.call.party("ann") if line is not None else None
    assert party is not None
    return party.channel_id, party.channel, party.room


def leave(floor: Floor, contact: ContactId) -> translate.BridgeEntered:
    """The switch says that Ann's leg is on its way; what it will say when it is back."""
    channel_id, channel, bridge = leg(floor, contact)
    at = floor.clock.now()
    floor.control.hear(translate.BridgeLeft(at=at, channel_id=channel_id, contact_id=contact, bridge=bridge))
    return translate.BridgeEntered(at=at, channel_id=channel_id, channel=channel, contact_id=contact, bridge=bridge)


def test_an_act_on_a_call_that_is_just_changing_waits_for_a_moment(floor: Floor) -> None:
    caller, contact = floor.talk()
    back = leave(floor, contact)
    act = floor.begin("ann", contact, "hold")
    floor.run(0.5)
    assert not act.is_over
    floor.control.hear(back)
    floor.run(0.3)
    assert act.result().state == "held"
    assert floor.hears_music(caller)


def test_an_act_on_a_call_that_goes_on_changing_is_refused_with_what_is_so(floor: Floor) -> None:
    _, contact = floor.talk()
    leave(floor, contact)
    first, second = floor.begin("ann", contact, "hold"), floor.begin("ann", contact, "park")
    floor.run(0.9)
    assert not first.is_over
    floor.run(1.2)
    for act in (first, second):
        assert act.refusal().reason_id == "on_the_way"
        assert act.refusal().present is not None


@pytest.mark.parametrize("late", [False, True], ids=["", "second leg told late"])
@pytest.mark.parametrize("bridge", ["b2", ""], ids=["moved", "in place of the second leg"])
def test_the_transfer_that_is_told_before_the_customer_has_moved(floor: Floor, bridge: str, late: bool) -> None:
    """Asterisk tells of an attended transfer at a phone on its own way: before, among or after who moves where.

    Where it exchanges what is behind two channels, nobody enters a bridge, and it names none.
    """
    _, contact = floor.talk()
    floor.sign_in("bob")
    ann_id, _, before = leg(floor, contact)
    customer = floor.coordinator.calls.get(contact)
    assert customer is not None
    at = floor.clock.now()
    entered = [
        translate.BridgeEntered(at=at, channel_id=channel_id, contact_id=ContactId(""), channel=channel, bridge="b2")
        for channel_id, channel in (("target", "PJSIP/1002-0000f002"), ("second", "PJSIP/1001-0000f001"))
    ]
    for event in [] if late else entered:
        floor.control.hear(event)
    floor.control.hear(
        translate.PhoneTransferred(
            at=at,
            channel_id=ann_id,
            customer_id=customer.channel_id,
            customer=customer.channel,
            second_id="second",
            target_id="target",
            target="PJSIP/1002-0000f002",
            bridge=bridge,
            bridges_before=(before, "b2"),
            second_bridge="b2",
        )
    )
    for channel_id in (customer.channel_id, ann_id):
        floor.control.hear(translate.BridgeLeft(at=at, channel_id=channel_id, contact_id=contact, bridge=before))
    floor.control.hear(translate.ChannelGone(at=at, channel_id=ann_id, cause=16))
    for event in entered if late else []:
        floor.control.hear(event)
    floor.control.hear(translate.ChannelGone(at=at, channel_id="second", cause=16))
    assert floor.agent("bob").activity is Activity.TALKING
    assert floor.state("bob", contact) == "talking"
    assert floor.agent("ann").activity is Activity.IDLE
    passed = floor.last("ContactTransferred")
    assert (passed.agent_id, passed.to, passed.consulted) == (AgentId("ann"), "bob", True)


def test_of_two_who_pick_up_at_once_the_first_has_the_customer(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob", "cyd")
    floor.do("ann", contact, "park")
    first, second = floor.begin("bob", contact, "pick_up"), floor.begin("cyd", contact, "pick_up")
    floor.run(2)
    first.result()
    assert second.refusal().reason_id == "being_picked_up"
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.phones["cyd"].channel is None
    caller.hang_up()
    assert floor.quiet()
