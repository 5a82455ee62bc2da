"""Virtual callers and agents: what they do by habit, by hand, and by the seed."""

from collections import Counter

import msgspec

from cti_bridge.virtual_pbx.callers import Caller
from cti_bridge.virtual_pbx.channels import Party
from cti_bridge.virtual_pbx.phones import Phone
from cti_bridge.virtual_pbx.settings import AgentHabits, CallerHabits, CustomerHabits, EntryPoint, Traffic
from cti_bridge.virtual_pbx.traffic import ArrivingCallers
from simulation.distributions.durations import Constant
from tests.cti_bridge.virtual_pbx.stage import Stage, channel_of

SURE = AgentHabits(answer=Constant(mean_s=3), no_answer=0, busy=0, rejected=0)
HABITS = CallerHabits(
    patience=Constant(mean_s=30),
    thinking=Constant(mean_s=1),
    no_input=0,
    talk=Constant(mean_s=20),
    hangs_up_first=1,
)


def habitual(stage: Stage, habits: CallerHabits = HABITS, keys: str = "2", name: str = "one") -> Caller:
    caller = Caller(stage.switch, name=name, habits=habits, keys=keys)
    stage.do(lambda: caller.call("8123", Party("5551230001")))
    return caller


def work(stage: Stage, agent: str, habits: AgentHabits = SURE) -> Phone:
    phone = stage.phones[agent]
    phone.manual = False
    phone.take_habits(habits)
    return phone


def test_a_caller_thinks_presses_waits_and_gives_up() -> None:
    stage = Stage()
    habitual(stage)
    stage.wait(1.5)
    assert len(stage.client.named("AcdWaiting")) == 1
    stage.wait(29)
    assert stage.client.named("Hangup") == []
    stage.wait(1)
    [ended] = stage.client.named("Hangup")
    assert (ended.get("Context"), ended.get("Cause")) == ("acd-wait", "0")


def test_a_caller_who_lets_questions_pass_stays_silent() -> None:
    stage = Stage()
    caller = habitual(stage, msgspec.structs.replace(HABITS, no_input=1))
    stage.wait(6)
    assert caller.channel is not None
    assert not caller.channel.digits
    assert stage.client.named("AcdWaiting") == [] or stage.agi.heard


def test_a_caller_who_hears_only_a_menu_leaves_it() -> None:
    stage = Stage()
    stage.switch.connect_agi = lambda _url, _peer: None
    habitual(stage, msgspec.structs.replace(HABITS, menu_patience=Constant(mean_s=5)))
    stage.wait(4.9)
    assert stage.client.named("HangupRequest") == []
    stage.wait(0.2)
    assert len(stage.client.named("HangupRequest")) == 1


def test_who_ends_the_talk_and_when() -> None:
    for share, first in ((1, "caller"), (0, "agent")):
        stage = Stage()
        work(stage, "1001")
        caller = habitual(stage, msgspec.structs.replace(HABITS, hangs_up_first=share))
        stage.wait(2)
        stage.offer(caller, "1001")
        stage.wait(3)
        assert len(stage.client.named("BridgeEnter")) == 2
        stage.wait(19)
        assert stage.client.named("HangupRequest") == []
        stage.wait(2)
        [request] = stage.client.named("HangupRequest")
        assert (request.get("Channel") or "").startswith("PJSIP/trunk" if first == "caller" else "PJSIP/1001")
        assert len(stage.client.named("AcdTalked" if first == "agent" else "AcdLegEnd")) == 1


def test_nobody_gives_up_on_hold() -> None:
    stage = Stage()
    work(stage, "1001")
    caller = habitual(stage, msgspec.structs.replace(HABITS, talk=Constant(mean_s=300)))
    stage.wait(2)
    leg = stage.offer(caller, "1001")
    stage.wait(4)
    stage.take_apart(channel_of(caller), leg)
    stage.wait(60)
    assert caller.channel is not None
    stage.join(leg, channel_of(caller))
    stage.wait(250)
    assert caller.channel is None


def test_agents_answer_refuse_or_let_it_ring_as_often_as_their_habits_say() -> None:
    stage = Stage()
    phone = work(stage, "1001", AgentHabits(answer=Constant(mean_s=1), no_answer=0.3, busy=0.2, rejected=0.1))
    outcomes: Counter[str] = Counter()
    for number in range(300):
        stage.originate(f"leg-{number}", "1001", "acd-keep", [], ring_s=5)
        stage.wait(6)
        response = stage.client.named("OriginateResponse")[-1]
        cause = stage.client.named("Hangup")[-1].get("Cause") if response.get("Response") == "Failure" else "talks"
        outcomes[f"{response.get('Reason')} {cause}"] += 1
        stage.do(phone.hang_up)
    assert set(outcomes) == {"4 talks", "3 19", "0 17", "0 21"}
    shares = {"4 talks": 0.4, "3 19": 0.3, "0 17": 0.2, "0 21": 0.1}
    assert all(abs(outcomes[key] / 300 - share) < 0.1 for key, share in shares.items())


def test_a_phone_by_hand() -> None:
    stage = Stage()
    phone = stage.phones["1001"]
    assert not phone.answer()
    assert not phone.hang_up()
    assert not phone.hold()
    assert not phone.press("1")
    caller = stage.waiting_caller()
    stage.offer(caller, "1001")
    assert phone.is_ringing
    stage.offer(caller, "1001")
    assert stage.client.named("DialEnd")[-1].get("DialStatus") == "BUSY"
    assert not phone.dial("*51")
    assert stage.do(phone.answer)
    assert phone.is_talking
    assert stage.do(phone.hold)
    assert not phone.hold()
    assert len(stage.client.named("Hold")) == 1
    assert stage.do(lambda: phone.hold(held=False))
    assert stage.do(phone.hang_up)
    assert phone.channel is None


def test_a_phone_that_is_not_registered_cannot_be_rung_nor_dial() -> None:
    stage = Stage()
    stage.do(lambda: stage.phones["1001"].register(registered=False))
    assert not stage.phones["1001"].dial("*51")
    stage.originate("leg-1", "1001", "acd-leg", [])
    [response] = stage.client.named("OriginateResponse")
    assert (response.get("Response"), response.get("Reason")) == ("Failure", "0")
    assert stage.client.named("Newchannel") == []


def test_customers_outside_answer_or_not() -> None:
    stage = Stage()
    traffic = Traffic(entry_points=(), customers=CustomerHabits(answer=Constant(mean_s=2), no_answer=0.3, busy=0.2))
    stage.do(ArrivingCallers(stage.switch, traffic, seed=1).start)
    work(stage, "1001")
    for number in range(60):
        variables = ["ACD_CALL=o", "ACD_AGENT=1001", f"ACD_NUMBER=555{number:03}", "ACD_RING=5"]
        stage.originate(f"dial-{number}", "1001", "acd-dial", variables)
        stage.wait(11)
        stage.do(stage.phones["1001"].hang_up)
        stage.wait(5)
    ends = [event.get("DialStatus") for event in stage.client.named("DialEnd") if event.get("Channel")]
    assert set(ends) == {"ANSWER", "NOANSWER", "BUSY"}


def _played(seed: int) -> list[tuple[str, str | None, str | None]]:
    stage = Stage()
    traffic = Traffic(entry_points=(EntryPoint(number="8123", per_hour=600, keys={"1": 1, "2": 3}),), agents=SURE)
    stage.do(ArrivingCallers(stage.switch, traffic, seed=seed).start)
    stage.wait(300)
    return [(event.name, event.get("Timestamp"), event.get("CallerIDNum")) for event in stage.client.events]


def test_equal_seeds_play_equal_days() -> None:
    assert _played(3) == _played(3)
    assert _played(3) != _played(4)


def test_arrivals_come_as_often_as_asked_until_they_are_stopped() -> None:
    stage = Stage()
    arriving = ArrivingCallers(
        stage.switch, Traffic(entry_points=(EntryPoint(number="8123", per_hour=1200),), most_lines=20), seed=1
    )
    stage.do(arriving.start)
    stage.wait(1800)
    assert abs(arriving.arrived["8123"] - 600) < 100
    assert arriving.turned_away > 0
    assert len(stage.switch.endpoints["trunk"].channels) <= 20
    arriving.stop()
    before = arriving.arrived["8123"]
    stage.wait(600)
    assert arriving.arrived["8123"] == before


def test_a_day_that_is_already_on_begins_with_callers() -> None:
    traffic = Traffic(entry_points=(EntryPoint(number="8123", per_hour=1),), already=12)
    stage = Stage()
    arriving = ArrivingCallers(stage.switch, traffic, seed=3)
    stage.do(arriving.start)
    stage.wait(3)
    assert arriving.arrived["8123"] == 6
    stage.wait(10)
    assert arriving.arrived["8123"] == 12
    stopped = Stage()
    none = ArrivingCallers(stopped.switch, traffic, seed=3)
    stopped.do(none.start)
    none.stop()
    stopped.wait(10)
    assert none.arrived["8123"] == 0


def test_regulars_call_under_their_names_and_never_twice_at_once() -> None:
    stage = Stage()
    entry = EntryPoint(number="8123", per_hour=3600)
    patient = msgspec.structs.replace(HABITS, patience=None, menu_patience=None)
    known = (("2025550100", "Amelia Hart"), ("2025550104", "Clara Voss"))
    traffic = Traffic(entry_points=(entry,), callers=patient, regulars=known, regular_share=0.5)
    stage.do(ArrivingCallers(stage.switch, traffic, seed=1).start)
    stage.wait(60)
    calling = Counter((one.caller.number, one.caller.name) for one in stage.switch.endpoints["trunk"].channels)
    assert calling.keys() > set(known)
    assert set(calling.values()) == {1}
    assert all(name == "" for number, name in calling if number.startswith("555"))
