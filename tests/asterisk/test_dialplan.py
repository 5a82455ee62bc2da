"""What the deployed dialplan promises the daemon, on the real Asterisk, heard by real phones."""

import re
import time
from collections.abc import Iterator

import pytest

from tests.asterisk.agi import AgiServer, AgiSession, Script
from tests.asterisk.ami import Message
from tests.asterisk.desk import Desk, Leg
from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import AGENT_HZ, CALLER_HZ, WORLD_HZ, Phones
from tests.sip_phone import Answer, Call, Reject, Ring

OTHER_HZ = 1100.0


@pytest.fixture
def desk(real_asterisk: Asterisk) -> Iterator[Desk]:
    with real_asterisk.ami() as ami:
        yield Desk(ami)


class Talk:
    """A caller and agent 1001 who talk."""

    def __init__(self, phones: Phones, desk: Desk) -> None:
        self.phone = phones.agent("1001")
        self.caller = phones.call("8123")
        self.waiting: Message = desk.waiting()
        self.channel = self.waiting["Channel"]
        self.leg: Leg = desk.offer(self.waiting, "1001")
        self.agent: Call = self.phone.expect_ring()
        desk.joined()
        self.caller.wait_hears(AGENT_HZ)


@pytest.fixture
def talk(phones: Phones, desk: Desk) -> Talk:
    return Talk(phones, desk)


# ---- menu and waiting place


def menu(*commands: str) -> Script:
    def script(session: AgiSession) -> None:
        for command in commands:
            assert session.command(command).startswith("200")

    return script


def test_the_menu_is_told_who_calls_what(real_asterisk: Asterisk, phones: Phones, desk: Desk) -> None:
    begin = time.time()
    script = menu("ANSWER", "SET VARIABLE ACD_QUEUE sales")
    with AgiServer(real_asterisk.host, real_asterisk.agi_port, script) as server:
        call = phones.call("8123")
        waiting = desk.waiting()
        call.wait_hears(MUSIC_HZ)
        call.hang_up()
    assert server.requests == [f"ivr?token={real_asterisk.agi_token}&call={waiting['Call']}&dnis=8123"]
    assert waiting["Call"] == waiting["Uniqueid"]
    assert (waiting["Queue"], waiting["Dnis"]) == ("sales", "8123")
    assert float(waiting["Since"]) == pytest.approx((begin + time.time()) / 2, abs=2)
    assert waiting.variables()["ACD_QUEUE"] == "sales"


def test_the_menu_may_end_the_call(real_asterisk: Asterisk, phones: Phones, desk: Desk) -> None:
    with AgiServer(real_asterisk.host, real_asterisk.agi_port, menu("ANSWER", "HANGUP")):
        call = phones.call("8123")
        call.wait_ended()
        assert call.ended_by == "peer"
        desk.ami.drain()
    assert not [event for event in desk.ami.events if event["UserEvent"] == "AcdWaiting"]


def test_a_menu_that_dies_lets_the_caller_wait(real_asterisk: Asterisk, phones: Phones, desk: Desk) -> None:
    with AgiServer(real_asterisk.host, real_asterisk.agi_port, menu("ANSWER")):
        phones.call("8123")
        assert desk.waiting()["Queue"] == ""


@pytest.mark.parametrize(
    ("dialled", "dnis"),
    [
        ("8123", "8123"),
        ("+4930123456", "+4930123456"),
        ("1", "1"),
        ("sales", "sales"),
        ("8123%2CQueue:%20vip", "8123"),
        ("9" * 200, "9" * 40),
    ],
)
def test_the_dialled_number_is_only_a_number(phones: Phones, desk: Desk, dialled: str, dnis: str) -> None:
    phones.call(dialled)
    waiting = desk.waiting()
    assert (waiting["Dnis"], waiting["Queue"]) == (dnis, "")


@pytest.mark.parametrize(
    "name", ['"', "a\\b", "ünïcode 客户", "x" * 3000, "a,Queue: vip", "${HANGUPCAUSE}", "$[1+1]", "; drop"]
)
def test_a_strange_caller_waits_like_any_other(phones: Phones, desk: Desk, name: str) -> None:
    phones.call("8123", name=name)
    waiting = desk.waiting()
    assert (waiting["Dnis"], waiting["Queue"], waiting["Call"]) == ("8123", "", waiting["Uniqueid"])


def test_coming_back_keeps_the_place(phones: Phones, desk: Desk) -> None:
    phones.call("8123")
    first = desk.waiting()
    time.sleep(0.1)
    desk.redirect(first["Channel"], "acd-wait")
    assert desk.waiting()["Since"] == first["Since"]


def test_every_channel_event_says_since_when(phones: Phones, desk: Desk) -> None:
    phones.call("8123")
    waiting = desk.waiting()
    listed = desk.ami.list("CoreShowChannels", "CoreShowChannelsComplete")
    assert [channel["Context"] for channel in listed] == ["acd-wait"]
    assert listed[0].variables() == waiting.variables()
    assert waiting.variables()["ACD_SINCE"] == waiting["Since"]


def test_a_last_sentence(phones: Phones, desk: Desk) -> None:
    call = phones.call("8123")
    channel = desk.waiting()["Channel"]
    desk.set(channel, "ACD_SAY", "vm-goodbye")
    desk.redirect(channel, "acd-exit")
    call.wait_hears_not(MUSIC_HZ)
    call.wait_ended()
    assert call.ended_by == "peer"


# ---- talks


def test_both_hear_each_other(talk: Talk, desk: Desk) -> None:
    talk.agent.wait_hears(CALLER_HZ)
    assert not talk.caller.hears(MUSIC_HZ)
    talk.agent.hang_up()
    assert desk.ami.wait_for(UserEvent="AcdTalked")["Call"] == talk.waiting["Call"]
    talk.caller.wait_ended()
    assert talk.caller.ended_by == "peer"


def test_the_caller_ends_the_talk(talk: Talk, desk: Desk) -> None:
    talk.caller.hang_up()
    end = desk.ami.wait_for(UserEvent="AcdLegEnd")
    assert (end["Call"], end["Agent"], end["Result"]) == (talk.waiting["Call"], "1001", "SUCCESS")
    talk.agent.wait_ended()


def test_a_whisper_is_heard_by_the_agent_while_the_music_goes_on(phones: Phones, desk: Desk) -> None:
    phone = phones.agent("1001", voice=None)
    caller = phones.call("8123")
    desk.offer(desk.waiting(), "1001", whisper="vm-goodbye")
    agent = phone.expect_ring()
    desk.ami.wait_for(UserEvent="AcdLegReady")
    time.sleep(0.5)
    assert caller.hears(MUSIC_HZ)
    assert not agent.hears_nothing()
    assert not agent.hears(CALLER_HZ)
    agent.wait_hears(CALLER_HZ)


def test_nobody_answers(phones: Phones, desk: Desk) -> None:
    phones.agent("1001", Ring())
    caller = phones.call("8123")
    desk.offer(desk.waiting(), "1001", ring_s=0.5)
    assert desk.ami.wait_for(Event="OriginateResponse")["Reason"] == "3"
    assert caller.hears(MUSIC_HZ)


def test_the_caller_leaves_while_it_rings(phones: Phones, desk: Desk) -> None:
    phone = phones.agent("1001", Ring())
    caller = phones.call("8123")
    waiting = desk.waiting()
    leg = desk.offer(waiting, "1001")
    agent = phone.expect_ring()
    caller.hang_up()
    desk.ami.wait_for(Event="Hangup", Channel=waiting["Channel"])
    desk.hang_up(leg.channel, 26)
    agent.wait_ended()
    assert agent.has("cancelled")


def test_hold_and_retrieve(talk: Talk, desk: Desk) -> None:
    for _ in range(2):
        desk.take_apart(talk.channel, talk.leg)
        talk.caller.wait_hears(MUSIC_HZ)
        talk.agent.wait_hears_not(CALLER_HZ)
        desk.join(talk.leg.channel, talk.channel)
        talk.caller.wait_hears(AGENT_HZ)
        talk.agent.wait_hears(CALLER_HZ)
    desk.take_apart(talk.channel, talk.leg)
    talk.caller.hang_up()
    desk.ami.wait_for(Event="Hangup", Channel=talk.channel)
    # a kept agent is ended by nobody but the daemon
    assert talk.agent.active
    desk.hang_up(talk.leg.channel)
    talk.agent.wait_ended()


def consult(talk: Talk, phones: Phones, desk: Desk) -> tuple[Call, Leg]:
    second = phones.agent("1002", voice=OTHER_HZ)
    desk.take_apart(talk.channel, talk.leg)
    leg = desk.offer(talk.waiting, "1002", context="acd-keep")
    desk.ami.wait_for(UserEvent="AcdKept", Agent="1002")
    desk.join(talk.leg.channel, leg.channel)
    consulted = second.expect_ring()
    talk.agent.wait_hears(OTHER_HZ)
    consulted.wait_hears(AGENT_HZ)
    assert talk.caller.hears(MUSIC_HZ)
    return consulted, leg


def test_consultation_and_handing_over(talk: Talk, phones: Phones, desk: Desk) -> None:
    consulted, leg = consult(talk, phones, desk)
    desk.join(talk.channel, leg.channel)
    desk.hang_up(talk.leg.channel)
    talk.caller.wait_hears(OTHER_HZ)
    consulted.wait_hears(CALLER_HZ)
    talk.agent.wait_ended()
    talk.caller.hang_up()
    assert desk.ami.wait_for(UserEvent="AcdLegEnd")["Agent"] == "1002"
    consulted.wait_ended()


def test_consultation_and_back(talk: Talk, phones: Phones, desk: Desk) -> None:
    consulted, _ = consult(talk, phones, desk)
    desk.join(talk.leg.channel, talk.channel)
    talk.caller.wait_hears(AGENT_HZ)
    consulted.wait_ended()


def test_conference(talk: Talk, phones: Phones, desk: Desk) -> None:
    consulted, leg = consult(talk, phones, desk)
    desk.set(talk.channel, "ACD_TO", talk.leg.channel)
    desk.redirect(talk.channel, "acd-add")
    talk.caller.wait_hears(OTHER_HZ)
    talk.caller.wait_hears(AGENT_HZ)
    consulted.wait_hears(CALLER_HZ)
    desk.hang_up(leg.channel)
    talk.caller.wait_hears_not(OTHER_HZ)
    assert talk.caller.hears(AGENT_HZ)


@pytest.mark.parametrize(
    ("mode", "agent_hears", "caller_hears"),
    [("listen", False, False), ("whisper", True, False), ("barge", True, True)],
)
def test_a_supervisor(
    talk: Talk, phones: Phones, desk: Desk, mode: str, *, agent_hears: bool, caller_hears: bool
) -> None:
    supervisor = phones.agent("1010", voice=OTHER_HZ)
    desk.spy(talk.leg, "1010", mode)
    spying = supervisor.expect_ring()
    spying.wait_hears(AGENT_HZ)
    spying.wait_hears(CALLER_HZ)
    time.sleep(0.4)
    assert talk.agent.hears(OTHER_HZ, 0.3) == agent_hears
    assert talk.caller.hears(OTHER_HZ, 0.3) == caller_hears
    talk.agent.hang_up()
    desk.ami.wait_for(UserEvent="AcdSpyEnd")
    spying.wait_ended()


# ---- transfers, click to dial


def test_transfer_to_an_agent_who_answers(talk: Talk, phones: Phones, desk: Desk) -> None:
    phones.agent("1002", voice=OTHER_HZ)
    desk.redirect(talk.channel, "acd-transfer", "1002")
    assert desk.ami.wait_for(UserEvent="AcdTransfer")["Target"] == "1002"
    talk.caller.wait_hears(OTHER_HZ)
    talk.agent.wait_ended()


def test_transfer_to_an_agent_who_does_not(talk: Talk, phones: Phones, desk: Desk) -> None:
    phones.agent("1002", Reject(486))
    desk.redirect(talk.channel, "acd-transfer", "1002")
    failed = desk.ami.wait_for(UserEvent="AcdNoAnswer")
    assert (failed["Agent"], failed["DialStatus"]) == ("1002", "BUSY")
    again = desk.waiting()
    assert (again["Call"], again["Since"]) == (talk.waiting["Call"], talk.waiting["Since"])
    talk.caller.wait_hears(MUSIC_HZ)


def test_transfer_to_an_entry_point(real_asterisk: Asterisk, talk: Talk, desk: Desk) -> None:
    with AgiServer(real_asterisk.host, real_asterisk.agi_port, menu("SET VARIABLE ACD_QUEUE other")) as server:
        desk.redirect(talk.channel, "acd-transfer", "8999")
        waiting = desk.waiting()
    assert (waiting["Call"], waiting["Queue"], waiting["Dnis"]) == (talk.waiting["Call"], "other", "8999")
    assert float(waiting["Since"]) > float(talk.waiting["Since"])
    assert server.requests[0].endswith(f"&call={talk.waiting['Call']}&dnis=8999")


def test_transfer_outside_that_the_console_has_checked(talk: Talk, phones: Phones, desk: Desk) -> None:
    world = phones.world()
    desk.set(talk.channel, "ACD_CHECKED", "555777")
    desk.redirect(talk.channel, "acd-transfer", "9555777")
    assert world.expect_ring().number == "555777"
    talk.caller.wait_hears(WORLD_HZ)


def test_the_phone_transfers_blindly(talk: Talk, phones: Phones, desk: Desk) -> None:
    phones.agent("1002", voice=OTHER_HZ)
    talk.agent.transfer("1002")
    assert desk.ami.wait_for(UserEvent="AcdTransfer")["Call"] == talk.waiting["Call"]
    talk.caller.wait_hears(OTHER_HZ)


@pytest.mark.parametrize("checked", ["", "555778"])
def test_a_transfer_outside_without_a_daemon_brings_the_caller_back(
    talk: Talk, phones: Phones, desk: Desk, checked: str
) -> None:
    world = phones.world()
    desk.set(talk.channel, "ACD_CHECKED", checked)
    talk.agent.transfer("9555777")
    assert desk.ami.wait_for(UserEvent="AcdNoAnswer")["DialStatus"] == "REFUSED"
    assert desk.waiting()["Call"] == talk.waiting["Call"]
    talk.caller.wait_hears(MUSIC_HZ)
    assert world.calls == []


def test_a_transfer_outside_dials_what_the_daemon_allows(
    real_asterisk: Asterisk, talk: Talk, phones: Phones, desk: Desk
) -> None:
    world = phones.world()
    with AgiServer(real_asterisk.host, real_asterisk.agi_port, menu("SET VARIABLE ACD_ALLOWED +1555777")) as server:
        talk.agent.transfer("9555777")
        assert world.expect_ring().number == "+1555777"
    talk.caller.wait_hears(WORLD_HZ)
    assert server.requests == [f"number?token={real_asterisk.agi_token}&wish=transfer"]


def test_click_to_dial(phones: Phones, desk: Desk) -> None:
    agent_phone, world = phones.agent("1001"), phones.world(Answer(after=0.3))
    leg = desk.dial("1001", "+49 (30) 1234&PJSIP/1002")
    agent = agent_phone.expect_ring()
    dialling = desk.ami.wait_for(UserEvent="AcdDialling")
    assert (dialling["Call"], dialling["Number"]) == (leg.call, "+493012341002")
    customer = world.expect_ring()
    agent.wait_hears(WORLD_HZ)
    customer.wait_hears(AGENT_HZ)
    customer.hang_up()
    assert desk.ami.wait_for(UserEvent="AcdDialEnd")["DialStatus"] == "ANSWER"
    agent.wait_ended()


def test_click_to_dial_busy(phones: Phones, desk: Desk) -> None:
    agent_phone = phones.agent("1001")
    phones.world(Reject(486))
    desk.dial("1001", "555")
    agent = agent_phone.expect_ring()
    assert desk.ami.wait_for(UserEvent="AcdDialEnd")["DialStatus"] == "BUSY"
    agent.wait_hears(425)
    agent.hang_up()


# ---- agents' own


@pytest.mark.parametrize(
    ("code", "action", "reason"),
    [
        ("*51", "sign-in", ""),
        ("*52", "ready", ""),
        ("*53", "not-ready", ""),
        ("*531", "not-ready", "1"),
        ("*5312", "not-ready", "12"),
        ("*54", "sign-out", ""),
    ],
)
def test_feature_codes(real_asterisk: Asterisk, phones: Phones, code: str, action: str, reason: str) -> None:
    script = menu("ANSWER", 'STREAM FILE auth-thankyou ""')
    with AgiServer(real_asterisk.host, real_asterisk.agi_port, script) as server:
        # a caller-ID is no proof of who calls: the endpoint counts
        call = phones.agent("1001").call(code, name="1009 <sip:1009@x>")
        call.wait_ended()
    expected = f"agent?token={real_asterisk.agi_token}&action={action}&endpoint=1001&reason={reason}"
    assert server.requests == [expected]
    assert call.has("answered")


# ---- recording


def test_a_recording_can_be_paused(talk: Talk, desk: Desk, real_asterisk: Asterisk) -> None:
    desk.ami.action("MixMonitor", Channel=talk.channel, File=f"{talk.waiting['Call']}.wav")
    desk.ami.wait_for(Event="MixMonitorStart")
    time.sleep(0.5)
    desk.ami.action("MixMonitorMute", Channel=talk.channel, Direction="both", State="1")
    desk.ami.action("MixMonitorMute", Channel=talk.channel, Direction="both", State="0")
    desk.ami.action("StopMixMonitor", Channel=talk.channel)
    desk.ami.wait_for(Event="MixMonitorStop")
    path = real_asterisk.folder / "spool/monitor" / f"{talk.waiting['Call']}.wav"
    assert path.stat().st_size > 44 + 0.3 * 16000


# ---- taken at once


@pytest.fixture
def slow_desk(private_asterisk: Asterisk) -> Iterator[tuple[Desk, Phones]]:
    """On a dialplan in which a channel is a second late for its waiting place."""
    path = private_asterisk.folder / "etc/extensions.conf"
    text = path.read_text()
    slow, count = re.subn(r"n\(wait\),Wait\(\d+\)", r"n,Wait(1)\n same => n(wait),Wait(2)", text)
    assert count == 4
    path.write_text(slow)
    private_asterisk.cli("dialplan reload")
    with private_asterisk.ami() as ami, Phones(private_asterisk) as phones:
        yield Desk(ami), phones


def test_a_caller_taken_too_early_does_not_wait_again(slow_desk: tuple[Desk, Phones]) -> None:
    desk, phones = slow_desk
    talk = Talk(phones, desk)
    talk.agent.hang_up()
    assert desk.ami.wait_for(4, UserEvent="AcdTalked")["Call"] == talk.waiting["Call"]
    talk.caller.wait_ended()


def test_legs_taken_too_early_end_as_they_should(slow_desk: tuple[Desk, Phones]) -> None:
    desk, phones = slow_desk
    talk = Talk(phones, desk)
    consulted, _ = consult(talk, phones, desk)
    desk.join(talk.leg.channel, talk.channel)
    # the consulted leg ends with its talk, the agent's stays
    assert desk.ami.wait_for(4, UserEvent="AcdLegEnd")["Agent"] == "1002"
    consulted.wait_ended()
    talk.caller.hang_up()
    assert desk.ami.wait_for(4, UserEvent="AcdKept")["Agent"] == "1001"
    assert talk.agent.active
