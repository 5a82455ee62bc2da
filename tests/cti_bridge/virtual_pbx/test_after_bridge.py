"""Where a channel goes on when its talk is over; ``tests/asterisk/test_dialplan.py`` has it on a real Asterisk."""

import msgspec
import pytest

from cti_bridge.virtual_pbx.callers import Caller
from tests.cti_bridge.virtual_pbx.stage import SETTINGS, Stage, channel_of

AFTER = "${CHANNEL(after_bridge_goto)}"


def said(stage: Stage) -> list[str | None]:
    return [event.get("Said") for event in stage.client.events if event.get("UserEvent") == "Show"]


def show(what: str) -> str:
    return f"UserEvent(Show,Said: {what})"


def set_goto(target: str) -> str:
    return f"Set(CHANNEL(after_bridge_goto)={target})"


def call(*steps: str) -> tuple[Stage, Caller]:
    """A caller on a dialplan of the test's own."""
    text = "[from-trunk]\nexten => 8123,1,Answer()\n" + "".join(f" same => n,{step}\n" for step in steps)
    text += f"exten => over,1,{show(f'over <{AFTER}>')}\n same => n,Wait(60)\n"
    text += "[acd-keep]\nexten => s,1,Wait(60)\n"
    stage = Stage(msgspec.structs.replace(SETTINGS, dialplan=text))
    return stage, stage.call()


def talk(*steps: str) -> tuple[Stage, Caller]:
    """A caller whom AMI Bridge takes to 1001."""
    stage, caller = call(*steps)
    stage.originate("leg-1", "1001", "acd-keep", [])
    stage.wait(0.3)
    stage.do(stage.phones["1001"].answer)
    stage.wait(0.3)
    stage.join("leg-1", channel_of(caller))
    stage.wait(0.3)
    return stage, caller


@pytest.mark.parametrize("first", [set_goto("from-trunk,over,1"), "NoOp()"])
def test_a_channel_that_is_taken_goes_on_behind_its_place_and_the_goto_is_used_up(first: str) -> None:
    stage, _ = talk(first, "Wait(60)", show(f"next <{AFTER}>"), "Wait(60)")
    assert said(stage) == []
    stage.do(stage.phones["1001"].hang_up)
    stage.wait(0.3)
    assert said(stage) == ["next <>"]


@pytest.mark.parametrize("target", ["from-trunk,over,1", "over,1"])
def test_a_goto_can_be_read(target: str) -> None:
    stage, caller = call(set_goto(target), "Wait(60)")
    answer = stage.client.action("Getvar", Channel=channel_of(caller), Variable="CHANNEL(after_bridge_goto)")
    assert answer is not None
    assert answer.get("Value") == "from-trunk,over,1"


def test_a_goto_that_is_set_during_the_talk_counts() -> None:
    stage, caller = talk("Wait(60)", show("next"), "Wait(60)")
    stage.set(channel_of(caller), "CHANNEL(after_bridge_goto)", "from-trunk,over,1")
    stage.do(stage.phones["1001"].hang_up)
    stage.wait(0.3)
    assert said(stage) == ["over <>"]


def test_who_bridges_goes_to_the_goto_and_not_to_the_next_step() -> None:
    stage, _ = call(set_goto("from-trunk,over,1"), "Dial(PJSIP/1002,30,g)", show("next"))
    stage.wait(0.3)
    stage.do(stage.phones["1002"].answer)
    stage.wait(0.3)
    stage.do(stage.phones["1002"].hang_up)
    stage.wait(0.3)
    assert said(stage) == ["over <>"]


def test_an_empty_goto_takes_the_goto_back() -> None:
    stage, _ = call(set_goto("from-trunk,over,1"), set_goto(""), "Dial(PJSIP/1002,30,g)", show(f"next <{AFTER}>"))
    stage.wait(0.3)
    stage.do(stage.phones["1002"].answer)
    stage.wait(0.3)
    stage.do(stage.phones["1002"].hang_up)
    stage.wait(0.3)
    assert said(stage) == ["next <>"]


def test_the_music_stops_where_it_was_when_the_channel_is_taken() -> None:
    stage, caller = talk("StartMusicOnHold()", "Wait(60)", show("next"), "Wait(60)")
    channel = channel_of(caller)
    told = [(e.name, e.get("Priority")) for e in stage.client.events if e.get("Channel") == channel]
    assert told[-4:-1] == [("MusicOnHoldStart", "2"), ("MusicOnHoldStop", "3"), ("BridgeEnter", "4")]
    stage.do(stage.phones["1001"].hang_up)
    stage.wait(0.3)
    assert len(stage.client.named("MusicOnHoldStop")) == 1


def test_a_waiting_caller_of_the_deployed_dialplan_ends_in_acd_talked_however_early_the_leg_came() -> None:
    stage = Stage()
    caller = stage.waiting_caller()
    leg = stage.offer(caller, "1001")
    stage.wait(0.4)
    stage.do(stage.phones["1001"].answer)
    stage.wait(0.4)
    stage.wait(600)  # a long talk: nothing of the waiting place goes on meanwhile
    assert len(stage.client.named("AcdWaiting")) == 1
    stage.do(stage.phones["1001"].hang_up)
    stage.wait(0.3)
    [talked] = stage.client.named("AcdTalked")
    assert talked.get("Context") == "acd-talked"
    assert leg not in stage.switch.channels
