"""Dialplan applications on a dialplan of the test's own."""

import msgspec
import pytest

from cti_bridge.virtual_pbx.callers import Caller
from tests.cti_bridge.virtual_pbx.stage import SETTINGS, Stage, channel_of

HEAD = "[globals]\nGREETING = hello\n[from-trunk]\nexten => 8123,1,Answer()\n"


def play(*steps: str, more: str = "", script: str = "") -> tuple[Stage, Caller]:
    """A call into these steps; ``more`` are further lines of the context."""
    text = HEAD + "".join(f" same => n,{step}\n" for step in steps) + more + script
    stage = Stage(msgspec.structs.replace(SETTINGS, dialplan=text))
    return stage, stage.call()


def shown(stage: Stage) -> list[str | None]:
    return [event.get("Said") for event in stage.client.events if event.get("UserEvent") == "Show"]


def show(what: str) -> str:
    return f"UserEvent(Show,Said: {what})"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (("Set(x=1)", show("${x}${GREETING}")), ["1hello"]),
        (("Set(CALLERID(num)=77)", show("${CALLERID(num)} ${CALLERID(name)}")), ["77 Ada Caller"]),
        (("Set(CALLERID(name)=Bob)", show("${CALLERID(name)}")), ["Bob"]),
        (("Set(GLOBAL(g)=5)", show("${g}")), ["5"]),
        (("ExecIf($[1 = 1]?Set(x=yes):Set(x=no))", show("${x}")), ["yes"]),
        (("ExecIf($[1 = 2]?Set(x=yes):Set(x=no))", show("${x}")), ["no"]),
        (("ExecIf($[1 = 2]?Set(x=yes))", show("<${x}>")), ["<>"]),
        (("GotoIf($[1 = 1]?4:5)", "NoOp()", show("four"), show("five")), ["four", "five"]),
        (("GotoIf($[1 = 2]?4:5)", "NoOp()", show("four"), show("five")), ["five"]),
        (("Playback(nosuch)", show("${PLAYBACKSTATUS}")), ["FAILED"]),
        (("Bridge(nobody)", show("${BRIDGERESULT}")), ["NONEXISTENT"]),
        (("BridgeAdd(nobody)", show("${BRIDGERESULT}")), ["NONEXISTENT"]),
        (("Dial(PJSIP/7777,5)", show("${DIALSTATUS}")), ["CHANUNAVAIL"]),
        (("NoSuchApplication()", show("never")), []),
        (("Goto(nowhere,s,1)", show("never")), []),
        (("Hangup(21)", show("never")), []),
        ((), []),
    ],
)
def test_what_is_said_in_the_end(steps: tuple[str, ...], said: list[str]) -> None:
    stage, _ = play(*steps)
    stage.switch.settings = msgspec.structs.replace(stage.switch.settings, missing_sounds=frozenset({"nosuch"}))
    if "Playback(nosuch)" in steps:
        stage.call()
    assert shown(stage)[-len(said) :] == said if said else shown(stage) == []
    assert len(stage.client.named("Hangup")) >= 1


def test_a_cause_of_ones_own() -> None:
    stage, _ = play("Hangup(21)")
    [ended] = stage.client.named("Hangup")
    assert (ended.get("Cause"), ended.get("Cause-txt")) == ("21", "Call Rejected")


@pytest.mark.parametrize("application", ["WaitExten(10)", "Background(vm-options)"])
@pytest.mark.parametrize(("key", "said"), [("5", ["key 5"]), ("7", ["invalid"]), ("", ["nothing"])])
def test_a_key_is_an_extension(application: str, key: str, said: list[str]) -> None:
    more = f"exten => _[1-5],1,{show('key ${EXTEN}')}\nexten => i,1,{show('invalid')}\n"
    stage, caller = play(application, show("nothing"), more=more)
    stage.wait(1)
    if key:
        stage.do(lambda: caller.press(key))
        stage.wait(0.5)
        assert shown(stage) == said
    stage.wait(12)
    assert shown(stage) == said


def test_music_in_the_background_goes_on_while_the_dialplan_does() -> None:
    stage, caller = play("StartMusicOnHold()", show("on"), "Wait(5)", "StopMusicOnHold()", show("off"), "Wait(5)")
    assert [event.name for event in stage.client.events if event.name.startswith("Music")] == ["MusicOnHoldStart"]
    stage.wait(5.1)
    assert [e.name for e in stage.client.events if e.name.startswith("Music")][1:] == ["MusicOnHoldStop"]
    assert shown(stage) == ["on", "off"]
    stage.do(caller.hang_up)
    assert [e.name for e in stage.client.events if e.name.startswith("Music")][2:] == []


def test_echo_ends_with_a_hash() -> None:
    stage, caller = play("Echo()", show("over"))
    stage.do(lambda: caller.press("1#"))
    stage.wait(1)
    assert shown(stage) == ["over"]


@pytest.mark.parametrize(
    ("options", "hangs_up", "said"),
    [("g", "agent", ["ANSWER"]), ("", "agent", []), ("g", "caller", []), ("gm(default)T", "agent", ["ANSWER"])],
)
def test_who_goes_on_after_a_dialled_talk(options: str, hangs_up: str, said: list[str]) -> None:
    stage, caller = play(f"Dial(PJSIP/1001,20,{options})", show("${DIALSTATUS}"))
    stage.wait(1)
    stage.do(stage.phones["1001"].answer)
    assert len(stage.client.named("BridgeEnter")) == 2
    stage.do(stage.phones["1001"].hang_up if hangs_up == "agent" else caller.hang_up)
    assert shown(stage) == said
    assert stage.phones["1001"].channel is None
    assert stage.switch.bridges == {}


def test_the_dialled_one_goes_where_option_f_says_when_the_dialler_hangs_up() -> None:
    after = f"[after]\nexten => s,1,{show('after ${CHANNEL(endpoint)}')}\n same => n,Wait(5)\n"
    stage, caller = play("Dial(PJSIP/1001,20,gF(after^s^1))", script=after)
    stage.do(stage.phones["1001"].answer)
    stage.do(caller.hang_up)
    assert shown(stage) == ["after 1001"]
    assert stage.phones["1001"].is_talking


@pytest.mark.parametrize(
    ("what", "status"), [("busy", "BUSY"), ("reject", "NOANSWER"), ("ring", "NOANSWER"), ("leave", None)]
)
def test_dialling_in_vain(what: str, status: str | None) -> None:
    stage, caller = play("Wait(1)", "Dial(PJSIP/1001,5,g)", show("${DIALSTATUS}"))
    stage.phones["1001"].busy = what == "busy"
    stage.wait(2)
    if what == "reject":
        stage.do(stage.phones["1001"].hang_up)
    if what == "leave":
        stage.do(caller.hang_up)
    stage.wait(6)
    assert shown(stage) == ([status] if status else [])
    assert [event.get("DialStatus") for event in stage.client.named("DialEnd")] == [status or "CANCEL"]
    assert stage.switch.channels == {}


def test_inherited_variables_and_a_subroutine_before_dialling() -> None:
    before = "[before]\nexten => s,1,Set(own=${ACD_CALL}!)\n same => n,Return()\n"
    stage, _ = play("Set(__ACD_CALL=c1)", "Set(ACD_QUEUE=q)", "Dial(PJSIP/1001,5,b(before^s^1))", script=before)
    [callee] = stage.switch.endpoints["1001"].channels
    assert callee.variables == {"ACD_CALL": "c1", "own": "c1!"}
    assert callee.location.context == "from-agent"


def test_spying_ends_with_the_one_who_is_spied_on() -> None:
    stage = Stage()
    caller, leg, phone = stage.talk()
    stage.originate("spy-1", "1010", "acd-spy", [f"ACD_SPYEE={leg}", "ACD_SPYMODE=barge"])
    stage.do(stage.phones["1010"].answer)
    stage.wait(0.2)
    [start] = stage.client.named("ChanSpyStart")
    assert (start.get("SpyerUniqueid"), start.get("SpyeeUniqueid")) == ("spy-1", leg)
    stage.do(phone.hang_up)
    assert len(stage.client.named("ChanSpyStop")) == 1
    assert len(stage.client.named("AcdSpyEnd")) == 1
    assert stage.phones["1010"].channel is None
    assert caller.channel is None


def test_spying_on_nobody_ends_at_once() -> None:
    stage = Stage()
    stage.originate("spy-1", "1010", "acd-spy", ["ACD_SPYEE=gone"])
    stage.do(stage.phones["1010"].answer)
    stage.wait(0.2)
    assert stage.client.named("ChanSpyStart") == []
    assert stage.phones["1010"].channel is None


def test_recording_is_told_once_each_way() -> None:
    stage = Stage()
    caller = stage.waiting_caller()
    for _ in range(2):
        stage.client.action("MixMonitor", Channel=channel_of(caller), File="x.wav")
    stage.client.action("StopMixMonitor", Channel=channel_of(caller))
    told = [event.name for event in stage.client.events if event.name.startswith("MixMonitor")]
    assert told == ["MixMonitorStart", "MixMonitorStop"]
