"""Played on the virtual PBX, whole calls give the events that a real Asterisk gave: names, headers, values, order.

The recordings are those of ``tests/transcripts``. Identifiers and times are made comparable; events of different
channels happen side by side on a real Asterisk and are compared channel by channel.
"""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from cti_bridge.virtual_pbx.callers import Customer
from cti_bridge.virtual_pbx.settings import CustomerHabits
from cti_bridge.wire.ami import AmiMessage, AmiParser
from simulation.distributions.durations import Constant
from tests.cti_bridge.virtual_pbx.stage import Client, Stage, channel_of

RECORDINGS = Path(__file__).parents[2] / "transcripts"

Headers = tuple[tuple[str, str], ...]
Line = tuple[str, Headers]
Scene = Callable[[Stage], None]

NAMES_OF_THINGS = (
    (re.compile(r"PJSIP/\w+-[0-9a-f]{8}"), "channel"),
    (re.compile(r"\b[\w-]+-\d{10}\.\d+\b"), "call"),
    (re.compile(r"\b(?:test[\d-]+|virtual)\b"), "system"),
    (re.compile(r"\b(?:leg|spy|dial|out)-[\w-]*\d+\b"), "leg"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "bridge"),
    (re.compile(r"sip:\d+@[\d.]+(?::\d+)?"), "contact"),
    (re.compile(r"\b\d{10}\.\d{3}\b"), "since"),
)
SIDE_BY_SIDE = {
    "DeviceStateChange",
    "OriginateResponse",
    "DialBegin",
    "DialState",
    "DialEnd",
    "BridgeDestroy",
    "HangupRequest",
}
"""Events that another thread of Asterisk sends than the channel's own: their place varies from run to run."""

_RINGING = {"DestChannelState", "DestChannelStateDesc"}
RACING_HEADERS = {"DialBegin": _RINGING, "DialState": _RINGING, "BridgeLeave": {"BridgeNumChannels"}}
"""The state of a dialled phone while it begins to ring is told as it was or as it is, as it happens; of two channels
that one Redirect sends out of their bridge, either leaves first."""


def _comparable(messages: list[AmiMessage]) -> list[Line]:
    known: dict[str, str] = {}
    counts: Counter[str] = Counter()

    def renamed(text: str) -> str:
        for pattern, kind in NAMES_OF_THINGS:
            text = pattern.sub(lambda found, kind=kind: name(found[0], kind), text)  # type: ignore[misc]  # the loop's kind
        return text

    def name(thing: str, kind: str) -> str:
        if kind in ("since", "contact"):
            return f"<{kind}>"
        if thing not in known:
            # Whose it is, where the name says so: which of two agents is rung first is left to chance.
            whose = re.search(r"\b(1\d{3}|trunk)-", thing) if kind in ("channel", "leg") else None
            sort = f"{kind} of {whose[1]}" if whose else kind
            counts[sort] += 1
            known[thing] = f"<{sort} {counts[sort]}>"
        return known[thing]

    return [(message.name, _headers(message, renamed)) for message in messages]


def _headers(message: AmiMessage, renamed: Callable[[str], str]) -> Headers:
    skipped = {"Timestamp", "ActionID", *RACING_HEADERS.get(message.name, ())}
    pairs = [(key, renamed(value)) for key, value in message.headers if key not in skipped]
    # Whether two channels that no feature binds are joined natively is Asterisk's own affair.
    return tuple((renamed(key), value.replace("native_rtp", "simple_bridge")) for key, value in pairs)


def _recorded(scene: Scene) -> list[AmiMessage]:
    name = scene.__name__.replace("_", "-")
    messages = AmiParser().feed((RECORDINGS / f"{name}.ami").read_bytes())
    return [m for m in messages if m.kind == "event" and m.name != "FullyBooted"]


def _played(client: Client) -> list[AmiMessage]:
    return [event for event in client.events if event.name != "FullyBooted"]


def _channel(line: Line) -> str:
    headers = dict(reversed(line[1]))
    return headers.get("Channel") or headers.get("DestChannel") or headers.get("SpyerChannel") or ""


def _counted(lines: list[Line]) -> Counter[Line]:
    """How often each event came; device states aside, as quick changes of them are told as one."""
    return Counter(line for line in lines if line[0] != "DeviceStateChange")


def _device_states(messages: list[AmiMessage]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for message in messages:
        if message.name == "DeviceStateChange":
            told.setdefault(message.get("Device") or "", []).append(message.get("State") or "")
    return told


def _in_bridges(messages: list[AmiMessage]) -> list[tuple[str, ...]]:
    """Of each bridge in turn: how many are in it after each change."""
    told: dict[str, tuple[str, ...]] = {}
    for message in messages:
        if message.name in ("BridgeCreate", "BridgeEnter", "BridgeLeave", "BridgeDestroy"):
            bridge = message.get("BridgeUniqueid") or ""
            told[bridge] = (*told.get(bridge, ()), f"{message.name} {message.get('BridgeNumChannels')}")
    return list(told.values())


def _is_part(short: list[str], whole: list[str]) -> bool:
    """Whether all of ``short`` comes in ``whole``, in this order."""
    rest = iter(whole)
    return all(state in rest for state in short)


def _by_channel(lines: list[Line]) -> dict[str, list[str]]:
    ordered: dict[str, list[str]] = {}
    for line in lines:
        if line[0] not in SIDE_BY_SIDE and _channel(line):
            own = dict(reversed(line[1]))
            ordered.setdefault(_channel(line), []).append(own.get("UserEvent", line[0]))
    return ordered


# -- the scenes, as in tests/transcripts/record.py -------------------------------------------------------------------


def answered_agent_ends(stage: Stage) -> None:
    stage.phones["1001"].register()
    _, _, phone = stage.talk(whisper="vm-goodbye")
    stage.do(phone.hang_up)


def answered_caller_ends(stage: Stage) -> None:
    stage.phones["1002"].register()
    caller, _, _ = stage.talk("1002")
    stage.do(caller.hang_up)


def abandoned_in_menu(stage: Stage) -> None:
    caller = stage.call(name="")
    stage.wait(0.5)
    stage.do(caller.hang_up)


def abandoned_waiting(stage: Stage) -> None:
    caller = stage.waiting_caller()
    stage.wait(1.5)
    stage.do(caller.hang_up)


def abandoned_ringing(stage: Stage) -> None:
    stage.phones["1001"].register()
    caller = stage.waiting_caller()
    leg = stage.offer(caller, "1001")
    stage.wait(0.5)
    stage.do(caller.hang_up)
    stage.hang_up(leg, 26)


def _second(stage: Stage, caller: str) -> None:
    stage.phones["1002"].register()
    del caller
    stage.wait(0.3)
    stage.do(stage.phones["1002"].answer)
    stage.wait(0.3)
    stage.do(stage.phones["1002"].hang_up)


def no_answer_then_second_agent(stage: Stage) -> None:
    stage.phones["1001"].register()
    caller = stage.waiting_caller()
    stage.offer(caller, "1001", ring_s=1)
    stage.wait(1.1)
    stage.phones["1002"].register()
    stage.offer(caller, "1002")
    _second(stage, channel_of(caller))


def busy_then_second_agent(stage: Stage) -> None:
    stage.phones["1001"].register()
    caller = stage.waiting_caller()
    stage.phones["1001"].busy = True
    stage.offer(caller, "1001")
    stage.phones["1002"].register()
    stage.offer(caller, "1002")
    _second(stage, channel_of(caller))


def rejected_by_button(stage: Stage) -> None:
    stage.phones["1001"].register()
    caller = stage.waiting_caller()
    stage.offer(caller, "1001")
    stage.wait(0.5)
    stage.do(stage.phones["1001"].hang_up)
    stage.do(caller.hang_up)


def not_registered(stage: Stage) -> None:
    caller = stage.waiting_caller()
    stage.offer(caller, "1003")
    stage.do(caller.hang_up)


def hold_by_phone(stage: Stage) -> None:
    stage.phones["1001"].register()
    caller, _, phone = stage.talk()
    stage.do(phone.hold)
    stage.wait(1)
    stage.do(lambda: phone.hold(held=False))
    stage.wait(0.3)
    stage.do(caller.hang_up)


def hold_by_daemon(stage: Stage) -> None:
    stage.phones["1001"].register()
    caller, leg, _ = stage.talk()
    for _ in range(2):
        stage.take_apart(channel_of(caller), leg)
        stage.wait(0.3)
        stage.join(leg, channel_of(caller))
    stage.take_apart(channel_of(caller), leg)
    stage.do(caller.hang_up)
    stage.hang_up(leg)


def _consult(stage: Stage) -> tuple[str, str, str]:
    stage.phones["1002"].register()
    stage.phones["1001"].register()
    caller, leg, _ = stage.talk()
    stage.take_apart(channel_of(caller), leg)
    consulted = stage.offer(caller, "1002", context="acd-keep")
    stage.wait(0.3)
    stage.do(stage.phones["1002"].answer)
    stage.join(leg, consulted)
    stage.wait(0.3)
    return channel_of(caller), leg, consulted


def consultation_handed_over(stage: Stage) -> None:
    caller, leg, consulted = _consult(stage)
    stage.join(caller, consulted)
    stage.hang_up(leg)
    stage.wait(0.3)
    channel = stage.switch.find(caller)
    assert channel is not None
    stage.do(lambda: stage.switch.far_end_hangs_up(channel))


def conference(stage: Stage) -> None:
    caller, leg, consulted = _consult(stage)
    stage.set(caller, "ACD_TO", leg)
    stage.redirect(caller, "acd-add")
    stage.wait(0.3)
    stage.hang_up(consulted)
    stage.wait(0.3)
    stage.hang_up(leg)
    stage.redirect(caller, "acd-talked")


def transfer_to_busy_agent(stage: Stage) -> None:
    stage.phones["1002"].register()
    stage.phones["1001"].register()
    caller, _, _ = stage.talk()
    stage.phones["1002"].busy = True
    stage.redirect(channel_of(caller), "acd-transfer", "1002")
    stage.wait(0.1)
    stage.do(caller.hang_up)


def recorded_and_supervised(stage: Stage) -> None:
    stage.phones["1010"].register()
    stage.phones["1001"].register()
    caller, leg, phone = stage.talk()
    spied = stage.switch.find(leg)
    assert spied is not None
    stage.client.action("MixMonitor", Channel=channel_of(caller), File="talk.wav")
    variables = [f"ACD_CALL={spied.variables['ACD_CALL']}", f"ACD_SPYEE={leg}", "ACD_SPYMODE=listen"]
    stage.originate("spy-1010-9", "1010", "acd-spy", variables)
    stage.wait(0.3)
    stage.do(stage.phones["1010"].answer)
    stage.wait(0.2)
    for state in ("1", "0"):
        stage.client.action("MixMonitorMute", Channel=channel_of(caller), Direction="both", State=state)
    stage.set("spy-1010-9", "ACD_SPYMODE", "whisper")
    stage.redirect("spy-1010-9", "acd-spy")
    stage.wait(0.2)
    stage.client.action("StopMixMonitor", Channel=channel_of(caller))
    stage.do(phone.hang_up)
    stage.wait(0.1)


def click_to_dial(stage: Stage) -> None:
    stage.phones["1001"].register()
    customers: list[Customer] = []

    def pick_up(number: str) -> Customer:
        habits = CustomerHabits(answer=Constant(mean_s=0.4), no_answer=0, busy=0)
        customers.append(Customer(stage.switch, name=number, habits=None, answers=habits))
        return customers[-1]

    stage.switch.endpoints["trunk"].pick_up = pick_up
    variables = ["ACD_CALL=out-7", "ACD_AGENT=1001", "ACD_NUMBER=5557001", "ACD_RING=20"]
    stage.originate("dial-1001-8", "1001", "acd-dial", variables)
    stage.do(stage.phones["1001"].answer)
    stage.wait(1)
    stage.do(customers[0].hang_up)


def two_callers_at_once(stage: Stage) -> None:
    for number in ("1001", "1002"):
        stage.phones[number].register()
    callers = [stage.call(f"555123000{n}", name="") for n in (1, 2)]
    for caller in callers:
        stage.do(lambda caller=caller: caller.press("1"))  # type: ignore[misc]  # the loop's caller
    stage.wait(0.2)
    for caller, number in zip(callers, ("1001", "1002"), strict=True):
        stage.offer(caller, number)
    stage.wait(0.3)
    for number in ("1001", "1002"):
        stage.do(stage.phones[number].answer)
    stage.wait(0.4)
    for number in ("1001", "1002"):
        stage.do(stage.phones[number].hang_up)


def feature_codes(stage: Stage) -> None:
    stage.phones["1001"].register()
    for code in ("*51", "*52", "*531", "*54"):
        stage.do(lambda code=code: stage.phones["1001"].dial(code))  # type: ignore[misc]  # the loop's code
        stage.wait(2)


def phone_registers_and_leaves(stage: Stage) -> None:
    stage.phones["1011"].register()


SCENES = (
    answered_agent_ends,
    answered_caller_ends,
    abandoned_in_menu,
    abandoned_waiting,
    abandoned_ringing,
    no_answer_then_second_agent,
    busy_then_second_agent,
    rejected_by_button,
    not_registered,
    hold_by_phone,
    hold_by_daemon,
    consultation_handed_over,
    conference,
    transfer_to_busy_agent,
    recorded_and_supervised,
    click_to_dial,
    two_callers_at_once,
    feature_codes,
    phone_registers_and_leaves,
)


def _play(scene: Scene) -> list[AmiMessage]:
    stage = Stage(registered=())
    scene(stage)
    for phone in reversed(stage.phones.values()):
        stage.do(lambda phone=phone: phone.register(registered=False))  # type: ignore[misc]  # the loop's phone
    stage.wait(0.1)
    return _played(stage.client)


every_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)


@every_scene
def test_the_same_events_with_the_same_headers(scene: Scene) -> None:
    recorded, played = _comparable(_recorded(scene)), _comparable(_play(scene))
    assert _counted(recorded) - _counted(played) == Counter()
    assert _counted(played) - _counted(recorded) == Counter()


@every_scene
def test_in_the_same_order_on_every_channel(scene: Scene) -> None:
    assert _by_channel(_comparable(_play(scene))) == _by_channel(_comparable(_recorded(scene)))


@every_scene
def test_as_many_in_every_bridge(scene: Scene) -> None:
    assert _in_bridges(_play(scene)) == _in_bridges(_recorded(scene))


@every_scene
def test_the_same_device_states(scene: Scene) -> None:
    recorded, played = _device_states(_recorded(scene)), _device_states(_play(scene))
    assert set(recorded) == set(played)
    for device, states in recorded.items():
        assert _is_part(states, played[device])
        assert states[-1] == played[device][-1]
