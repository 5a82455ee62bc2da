"""The coordinator between a scripted switch and the real distributor: whole calls, and every race that we know."""

from typing import Any

import pytest
from twisted.internet.defer import fail, succeed
from twisted.internet.task import Clock as FakeReactor

from acd.engine import Engine
from acd.events import DeclareReady, LogIn
from acd.policy import AgentPolicy, Policy, QueuePolicy
from cti_bridge.shell.ami_client import ActionFailed, FateUnknown, Snapshot
from cti_bridge.shell.calls import Call, Place
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.recorder import Recorder
from cti_bridge.shell.recovery import Resume
from cti_bridge.shell.remembering import Past, remember
from cti_bridge.wire.ami import AmiParser
from facts.ids import AgentId, ContactId, NodeName, QueueName
from facts.journal import Entry
from facts.states import Activity, Declared
from facts.time import MILLISECOND, SECOND

START = 1_800_000_000 * SECOND
GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def parse(*headers):
    parser = AmiParser()
    parser.feed(GREETING)
    (message,) = parser.feed("\r\n".join(headers).encode() + b"\r\n\r\n")
    return message


class Switch:
    """Takes actions, remembers them, and refuses those it is told to."""

    def __init__(self):
        self.actions = []
        self.refused = set()
        self.lost = False

    def action(self, name, headers, *, timeout_s=None):
        self.actions.append((name, headers))
        if self.lost:
            return fail(FateUnknown("lost"))
        return fail(ActionFailed(name, "no")) if name in self.refused else succeed(None)

    def list_action(self, name, headers):
        self.actions.append((name, headers))
        return succeed([])

    def take(self, name):
        found = [dict(headers) for n, headers in self.actions if n == name]
        self.actions = [(n, h) for n, h in self.actions if n != name]
        return found


class Centre:
    """Everything around a coordinator, with a clock that only the test moves."""

    def __init__(self, past=None, *, policy=None):
        self.reactor = FakeReactor()
        self.clock = Clock(self.reactor, start=START, monotonic=self.reactor.seconds)
        self.entries: list[Entry] = []
        self.recorder = Recorder(NodeName("test"))
        self.recorder.add_reader(self.entries.append)
        queue = QueuePolicy(name=QueueName("sales"), ring_us=10 * SECOND, wrap_up_us=5 * SECOND)
        agents = tuple(AgentPolicy(agent_id=AgentId(a), phone=f"PJSIP/{p}") for a, p in [("ann", 1001), ("bob", 1002)])
        self.engine = Engine(policy or Policy(queues=(queue,), agents=agents))
        self.coordinator = Coordinator(
            self.engine,
            self.clock,
            self.recorder,
            queue_of_entry={"": QueueName("sales")},
            resume=Resume(past or Past()),
        )
        self.switch = Switch()
        self.coordinator.use_switch(self.switch)

    def ready(self, *agents):
        for agent in agents:
            self.coordinator.tell(LogIn(agent_id=AgentId(agent)))
            self.coordinator.tell(DeclareReady(agent_id=AgentId(agent)))

    def say(self, name, *headers):
        stamp = self.clock.now() / SECOND
        self.coordinator.switch_event(parse(f"Event: {name}", f"Timestamp: {stamp:.6f}", *headers))

    def waits(self, uniqueid="1.1", queue="", since=""):
        self.say(
            "UserEvent",
            f"Channel: PJSIP/trunk-{uniqueid}",
            f"Uniqueid: {uniqueid}",
            "CallerIDNum: 5551230001",
            "UserEvent: AcdWaiting",
            f"Call: {uniqueid}",
            f"Queue: {queue}",
            f"Since: {since}",
        )

    def rung(self):
        (ring,) = self.switch.take("Originate")
        self.say("Newchannel", f"Uniqueid: {ring['ChannelId']}", f"Channel: {ring['Channel']}-1")
        return ring

    def answers(self, ring):
        self.say("Newstate", "ChannelState: 6", f"Uniqueid: {ring['ChannelId']}")

    def joined(self, *channels):
        for uniqueid in channels:
            self.say("BridgeEnter", f"Uniqueid: {uniqueid}", f"Channel: PJSIP/{uniqueid}-1", "BridgeUniqueid: b1")

    def hangup(self, uniqueid, cause=16):
        self.say("Hangup", f"Uniqueid: {uniqueid}", f"Cause: {cause}")

    def pass_s(self, seconds):
        self.reactor.pump([seconds / 20] * 20)

    def kinds(self):
        return [entry.fact.kind for entry in self.entries]

    def last(self, kind) -> Any:
        return [entry.fact for entry in self.entries if entry.fact.kind == kind][-1]


@pytest.fixture
def centre():
    return Centre()


def test_a_call_from_waiting_to_the_end_of_the_talk(centre):
    centre.ready("ann")
    centre.waits()
    ring = centre.rung()
    assert ring["Channel"] == "PJSIP/1001"
    assert ring["Context"] == "acd-leg"
    assert ring["Async"] == "true"
    centre.pass_s(3)
    centre.answers(ring)
    assert centre.last("ContactConnected").agent_id == "ann"
    assert centre.last("ContactConnected").waited_us == pytest.approx(3 * SECOND, abs=MILLISECOND)
    assert centre.engine.agent(AgentId("ann")).activity is Activity.TALKING
    centre.pass_s(30)
    centre.hangup(ring["ChannelId"])
    centre.say("UserEvent", "Uniqueid: 1.1", "UserEvent: AcdTalked", "Call: 1.1")
    centre.hangup("1.1")
    ended = centre.last("TalkEnded")
    assert (ended.ended_by, ended.talk_us) == ("agent", pytest.approx(30 * SECOND, abs=MILLISECOND))
    assert centre.last("ContactEnded").ended_by == "agent"
    assert centre.kinds().count("TalkEnded") == 1
    assert len(centre.coordinator.calls) == 0


def test_the_caller_who_hangs_up_first_is_said_to(centre):
    centre.ready("ann")
    centre.waits()
    ring = centre.rung()
    centre.answers(ring)
    centre.say("UserEvent", f"Uniqueid: {ring['ChannelId']}", "UserEvent: AcdLegEnd", "Call: 1.1", "Agent: ann")
    centre.hangup(ring["ChannelId"])
    centre.hangup("1.1")
    assert centre.last("TalkEnded").ended_by == "caller"
    assert centre.last("ContactEnded").ended_by == "caller"


def test_several_events_of_one_answer_answer_once(centre):
    centre.ready("ann")
    centre.waits()
    ring = centre.rung()
    centre.answers(ring)
    centre.say("UserEvent", f"Uniqueid: {ring['ChannelId']}", "UserEvent: AcdLegReady", "Call: 1.1", "Agent: ann")
    centre.say("OriginateResponse", f"Uniqueid: {ring['ChannelId']}", "Response: Success", "Reason: 4")
    assert centre.kinds().count("ContactConnected") == 1


def test_a_caller_who_leaves_while_the_phone_rings_blames_nobody(centre):
    centre.ready("ann")
    centre.waits()
    ring = centre.rung()
    centre.hangup("1.1")
    assert centre.last("OfferEnded").outcome == "caller_left"
    assert centre.last("ContactAbandoned").stage == "ringing"
    (stopped,) = centre.switch.take("Hangup")
    assert stopped["Channel"] == ring["ChannelId"]
    centre.hangup(ring["ChannelId"], cause=26)
    ann = centre.engine.agent(AgentId("ann"))
    assert (ann.declared, ann.activity, ann.misses) == (Declared.READY, Activity.IDLE, 0)


@pytest.mark.parametrize(("cause", "outcome"), [(17, "busy"), (21, "rejected"), (20, "unreachable"), (19, "no_answer")])
def test_a_phone_that_does_not_answer_is_told_apart_and_the_next_is_rung(centre, cause, outcome):
    centre.ready("ann", "bob")
    centre.waits()
    first = centre.rung()
    centre.say("OriginateResponse", f"Uniqueid: {first['ChannelId']}", "Response: Failure", "Reason: 0")
    centre.hangup(first["ChannelId"], cause)
    assert centre.last("OfferEnded").outcome == outcome
    assert centre.rung()["Channel"] == "PJSIP/1002"


def test_a_phone_that_is_not_there_makes_no_channel(centre):
    centre.ready("ann", "bob")
    centre.waits()
    (ring,) = centre.switch.take("Originate")
    centre.say("OriginateResponse", f"Uniqueid: {ring['ChannelId']}", "Response: Failure", "Reason: 0")
    assert centre.last("OfferEnded").outcome == "unreachable"
    assert centre.rung()["Channel"] == "PJSIP/1002"


def test_a_refused_originate_is_an_unreachable_phone(centre):
    centre.ready("ann", "bob")
    centre.switch.refused.add("Originate")
    centre.waits()
    centre.pass_s(0.1)
    assert centre.last("OfferEnded").outcome == "unreachable"


def test_an_unanswered_phone_is_stopped_by_the_distributor_s_clock(centre):
    centre.ready("ann", "bob")
    centre.waits()
    first = centre.rung()
    centre.pass_s(10.5)
    assert centre.last("OfferEnded").outcome == "no_answer"
    assert centre.switch.take("Hangup")[0]["Channel"] == first["ChannelId"]
    ann = centre.engine.agent(AgentId("ann"))
    assert (ann.declared, ann.reason) == (Declared.NOT_READY, "no_answer")
    assert centre.rung()["Channel"] == "PJSIP/1002"


def test_an_answer_that_comes_too_late_is_hung_up(centre):
    centre.ready("ann")
    centre.waits()
    ring = centre.rung()
    centre.pass_s(10.5)
    centre.switch.take("Hangup")
    centre.answers(ring)
    assert centre.switch.take("Hangup")[0]["Channel"] == ring["ChannelId"]
    assert "ContactConnected" not in centre.kinds()


def test_an_abandoned_menu_is_an_abandoned_contact(centre):
    call = Call(ContactId("1.1"), "1.1", "PJSIP/trunk-1", Place.MENU)
    centre.coordinator.caller_arrived(call)
    centre.hangup("1.1")
    assert centre.kinds() == ["ContactOffered", "ContactAbandoned", "ContactEnded"]
    assert centre.last("ContactAbandoned").stage == "menu"


def test_a_caller_whose_hangup_the_switch_forgets_is_ended(centre):
    centre.ready("ann")
    centre.waits()
    centre.answers(centre.rung())
    centre.say("HangupRequest", "Uniqueid: 1.1", "Cause: 16")
    centre.pass_s(0.5)
    assert not centre.switch.take("Hangup")
    centre.pass_s(1)
    assert [action["Channel"] for action in centre.switch.take("Hangup")] == ["1.1"]


def test_an_ordinary_hangup_needs_no_help(centre):
    centre.ready("ann")
    centre.waits()
    centre.say("HangupRequest", "Uniqueid: 1.1", "Cause: 16")
    centre.hangup("1.1")
    centre.switch.actions.clear()
    centre.pass_s(2)
    assert not centre.switch.take("Hangup")


def test_hold_by_the_phone(centre):
    centre.ready("ann")
    centre.waits()
    ring = centre.rung()
    centre.answers(ring)
    centre.joined(ring["ChannelId"], "1.1")
    centre.say("Hold", f"Uniqueid: {ring['ChannelId']}")
    assert centre.engine.agent(AgentId("ann")).activity is Activity.HOLD
    centre.pass_s(4)
    centre.say("Unhold", f"Uniqueid: {ring['ChannelId']}")
    centre.say("Unhold", f"Uniqueid: {ring['ChannelId']}")
    centre.hangup(ring["ChannelId"])
    assert centre.last("TalkEnded").hold_us == pytest.approx(4 * SECOND, abs=MILLISECOND)


def test_facts_of_a_switch_event_carry_the_switch_s_time(centre):
    centre.ready("ann")
    centre.waits()
    ring = centre.rung()
    centre.pass_s(1)
    before = len(centre.entries)
    centre.coordinator.switch_event(
        parse("Event: Newstate", "Timestamp: 1800000000.999999", "ChannelState: 6", f"Uniqueid: {ring['ChannelId']}")
    )
    assert {entry.switch_at for entry in centre.entries[before:]} == {START + 999_999}


def test_a_hostile_caller_name_changes_nothing_but_itself(centre):
    centre.ready("ann")
    call = Call(ContactId("1.1"), "1.1", "PJSIP/trunk-1", Place.MENU)
    call.caller_name = 'Evil" <sip:x>\r\nAction: Command\r\n' + "x" * 10_000 + "é\udcff"
    call.caller_number = "555\x00123"
    centre.coordinator.caller_arrived(call)
    centre.waits()
    (_, headers) = next(action for action in centre.switch.actions if action[0] == "Originate")
    caller_id = dict(headers)["CallerID"]
    assert "\r" not in caller_id
    assert "\n" not in caller_id
    assert "\x00" not in caller_id
    assert caller_id.count('"') == 2
    assert len(caller_id) < 150


def test_phones_that_vanish_and_come_back(centre):
    centre.ready("ann")
    centre.say("DeviceStateChange", "Device: PJSIP/1001", "State: UNAVAILABLE")
    assert not centre.engine.agent(AgentId("ann")).phone_reachable
    centre.waits()
    assert not centre.switch.take("Originate")
    centre.say("DeviceStateChange", "Device: PJSIP/1001", "State: NOT_INUSE")
    assert centre.engine.agent(AgentId("ann")).phone_reachable


# -- restart and reconnection ---------------------------------------------------------------------------------------


def channel(uniqueid, context, **more):
    variables = {"ACD_CALL": more.pop("call", uniqueid), **more.pop("variables", {})}
    headers = {"Channel": f"PJSIP/x-{uniqueid}", "Uniqueid": uniqueid, "Context": context, "ChannelState": "6", **more}
    return parse(
        "Event: CoreShowChannel",
        *(f"{name}: {value}" for name, value in headers.items()),
        *(f"ChanVariable: {name}={value}" for name, value in variables.items()),
    )


def snapshot(*channels):
    return Snapshot(channels=channels, devices=())


def test_callers_who_waited_before_the_start_wait_at_their_place(centre):
    early, late = START - 90 * SECOND, START - 30 * SECOND
    centre.coordinator.switch_connected(
        snapshot(
            channel("2.2", "acd-announce", variables={"ACD_SINCE": f"{late / SECOND:.3f}"}),
            channel("1.1", "acd-wait", variables={"ACD_SINCE": f"{early / SECOND:.3f}", "ACD_QUEUE": "sales"}),
            channel("3.3", "acd-entry"),
        )
    )
    joined = {view.contact_id: view.joined_at for view in centre.engine.contacts()}
    assert joined == {"1.1": early, "2.2": late}
    centre.ready("ann")
    centre.rung()
    assert centre.engine.contact(ContactId("1.1")).offer_id is not None


def live_through(centre):
    centre.ready("ann", "bob")
    centre.waits("1.1")
    ring = centre.rung()
    centre.pass_s(1)
    centre.answers(ring)
    centre.waits("2.2")
    second = centre.rung()
    centre.pass_s(10.5)
    centre.switch.take("Hangup")
    assert second["Channel"] == "PJSIP/1002"
    centre.pass_s(1)
    return ring


def test_a_restarted_daemon_takes_over_talks_and_waiting_callers(centre):
    ring = live_through(centre)
    joined = centre.engine.contact(ContactId("2.2")).joined_at
    again: Any = Centre(remember(centre.entries))
    again.reactor.advance((centre.clock.now() - START) / SECOND + 5)
    again.coordinator._resume.begin(again.coordinator)
    again.coordinator.switch_connected(
        snapshot(
            channel("1.1", "acd-wait", BridgeId="b1"),
            channel(ring["ChannelId"], "acd-leg", call="1.1", BridgeId="b1", variables={"ACD_AGENT": "ann"}),
            channel("2.2", "acd-wait"),
        )
    )
    assert again.engine.contact(ContactId("2.2")).joined_at == joined
    assert again.engine.agent(AgentId("ann")).activity is Activity.TALKING
    assert again.engine.agent(AgentId("bob")).declared is Declared.NOT_READY
    assert again.last("ContactQueued").returned
    assert "ContactOffered" not in again.kinds()
    again.hangup(ring["ChannelId"])
    assert again.last("TalkEnded").talk_us > 10 * SECOND


def test_what_ended_while_the_connection_was_lost_is_noticed(centre):
    live_through(centre)
    centre.coordinator.switch_lost("gone")
    centre.coordinator.switch_connected(snapshot())
    assert centre.kinds().count("TalkEnded") == 1
    assert centre.last("TalkEnded").ended_by == "system"
    assert "ContactAbandoned" not in centre.kinds()
    assert (centre.last("ContactLeftQueue").contact_id, centre.last("ContactLeftQueue").outcome) == (
        "2.2",
        "switch_lost",
    )
    assert {f.fact.ended_by for f in centre.entries if f.fact.kind == "ContactEnded"} == {"system"}
    assert centre.kinds().count("ContactEnded") == 2


def test_what_goes_on_over_a_reconnection_is_left_alone(centre):
    ring = live_through(centre)
    before = centre.kinds()
    centre.coordinator.switch_connected(
        snapshot(
            channel("1.1", "acd-wait", BridgeId="b1"),
            channel(ring["ChannelId"], "acd-leg", call="1.1", BridgeId="b1", variables={"ACD_AGENT": "ann"}),
            channel("2.2", "acd-wait"),
        )
    )
    assert centre.kinds()[len(before) :] == ["SwitchConnected"]


def test_a_lost_connection_rings_nobody_and_blames_nobody(centre):
    centre.ready("ann", "bob")
    centre.waits()
    centre.rung()
    centre.coordinator.switch_lost("gone")
    assert centre.last("OfferEnded").outcome == "unreachable"
    centre.switch.actions.clear()
    centre.pass_s(60)
    assert not centre.switch.actions
    centre.coordinator.switch_connected(snapshot(channel("1.1", "acd-wait")))
    assert {view.declared for view in centre.engine.agents()} == {Declared.READY}
    assert centre.rung()["Channel"] in {"PJSIP/1001", "PJSIP/1002"}
    assert centre.kinds().count("ContactQueued") == 1


def test_an_offer_in_flight_when_the_connection_is_lost_blames_nobody(centre):
    centre.ready("ann", "bob")
    centre.switch.lost = True
    centre.waits()
    centre.coordinator.switch_lost("gone")
    centre.pass_s(60)
    assert centre.kinds().count("OfferMade") == 1
    centre.switch.lost = False
    centre.coordinator.switch_connected(snapshot(channel("1.1", "acd-wait")))
    assert {view.declared for view in centre.engine.agents()} == {Declared.READY}
    assert centre.engine.contact(ContactId("1.1")).offer_id is not None


def test_after_the_stop_nothing_is_heeded(centre):
    centre.ready("ann")
    centre.waits()
    before = centre.kinds()
    centre.coordinator.stop()
    centre.hangup("1.1")
    centre.pass_s(60)
    assert centre.kinds() == before


def test_an_answer_during_a_lost_connection_is_a_talk_afterwards(centre):
    centre.ready("ann")
    centre.waits()
    ring = centre.rung()
    centre.coordinator.switch_lost("gone")
    centre.switch.actions.clear()
    centre.pass_s(30)
    centre.coordinator.switch_connected(
        snapshot(
            channel("1.1", "acd-wait", BridgeId="b1"),
            channel(ring["ChannelId"], "acd-leg", call="1.1", BridgeId="b1", variables={"ACD_AGENT": "ann"}),
        )
    )
    assert centre.engine.agent(AgentId("ann")).activity is Activity.TALKING
    assert not centre.switch.take("Hangup")
    assert centre.last("ContactLeftQueue").outcome == "switch_lost"
    centre.hangup(ring["ChannelId"])
    assert centre.last("TalkEnded").ended_by == "agent"


def test_legs_of_a_dead_daemon_that_still_ring_are_stopped(centre):
    leg = channel("leg-dead-1", "acd-leg", call="1.1", ChannelState="5", variables={"ACD_AGENT": "ann"})
    centre.coordinator.switch_connected(snapshot(channel("1.1", "acd-wait"), leg))
    assert [h["Channel"] for h in centre.switch.take("Hangup")] == ["leg-dead-1"]
    assert centre.engine.contact(ContactId("1.1")) is not None
