"""Phones that went without a word: looked for when they do not ring, lost at once when the switch says so."""

import pytest

from acd.views import AgentView
from facts.ids import AgentId
from facts.states import Declared
from tests.cti_bridge.shell.test_coordinator import Centre, centre, snapshot

__all__ = ["centre"]


def ann_of(centre: Centre) -> AgentView:
    found = centre.engine.agent(AgentId("ann"))
    assert found is not None
    return found


def silent_phone(centre: Centre) -> dict[str, str]:
    centre.coordinator.switch_connected(snapshot())
    centre.ready("ann", "bob")
    centre.waits()
    rung: dict[str, str] = centre.rung()
    return rung


def test_a_phone_that_does_not_ring_is_asked_whether_it_is_there(centre: Centre) -> None:
    silent_phone(centre)
    centre.pass_s(1.9)
    assert not centre.switch.take("PJSIPQualify")
    centre.pass_s(0.2)
    assert centre.switch.take("PJSIPQualify") == [{"Endpoint": "1001"}]
    centre.say("PeerStatus", "Peer: PJSIP/1001", "PeerStatus: Unreachable")
    ended = centre.last("OfferEnded")
    assert (ended.agent_id, ended.outcome) == ("ann", "unreachable")
    ann = ann_of(centre)
    assert (ann.declared, ann.reason, ann.phone_reachable) == (Declared.NOT_READY, "phone_lost", False)
    assert centre.rung()["Channel"] == "PJSIP/1002"
    # what the channel that rings in vain does to the state of the device says nothing
    centre.say("DeviceStateChange", "Device: PJSIP/1001", "State: RINGING")
    assert not ann_of(centre).phone_reachable
    centre.say("PeerStatus", "Peer: PJSIP/1001", "PeerStatus: Reachable")
    ann = ann_of(centre)
    assert (ann.declared, ann.phone_reachable) == (Declared.READY, True), "it was not her fault"


@pytest.mark.parametrize("said", ["rings", "answers", "gone"])
def test_a_phone_that_said_something_is_not_looked_for(centre: Centre, said: str) -> None:
    ring = silent_phone(centre)
    match said:
        case "rings":
            centre.say("Newstate", "ChannelState: 5", f"Uniqueid: {ring['ChannelId']}")
        case "answers":
            centre.answers(ring)
        case "gone":
            centre.hangup(ring["ChannelId"], 17)
            bob = centre.rung()
            centre.say("Newstate", "ChannelState: 5", f"Uniqueid: {bob['ChannelId']}")
    centre.pass_s(3)
    assert not centre.switch.take("PJSIPQualify")


@pytest.mark.parametrize("status", ["Registered", "", "Lagged"])
def test_what_else_is_said_of_a_peer_says_nothing_of_its_phone(centre: Centre, status: str) -> None:
    centre.ready("ann")
    centre.say("PeerStatus", "Peer: PJSIP/1001", f"PeerStatus: {status}")
    assert ann_of(centre).phone_reachable
