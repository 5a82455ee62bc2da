"""The tests' phones on the real Asterisk."""

import time

import pytest

from tests.asterisk.agi import AgiServer, AgiSession
from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import AGENT_HZ, WORLD_HZ, Phones
from tests.sip_phone import CallError, Reject, audio


def test_an_agents_phone_hears_itself(phones: Phones) -> None:
    call = phones.agent("1001").call("*43")
    call.wait_answered()
    call.wait_hears(AGENT_HZ)
    call.say(audio.tone(1200, 1.0))
    call.wait_hears(1200)
    call.hang_up()
    call.wait_ended()
    assert call.ended_by == "us"


def test_a_wrong_password_is_refused(phones: Phones) -> None:
    phone = phones.agent("1001", register=False)
    phone._password = "wrong"
    with pytest.raises(CallError, match="REGISTER was refused with 401"):
        phone.register()


def test_agents_call_each_other(phones: Phones) -> None:
    first, second = phones.agent("1001"), phones.agent("1002", voice=600)
    call = first.call("1002")
    answered = second.expect_ring()
    assert answered.caller_number == "1001"
    call.wait_hears(600)
    answered.wait_hears(AGENT_HZ)
    answered.hang_up()
    call.wait_ended()
    assert call.ended_by == "peer"


def test_an_agent_calls_the_world(real_asterisk: Asterisk, phones: Phones) -> None:
    """The daemon is told what was dialled, and says what is."""
    wanted: list[str] = []

    def allow(session: AgiSession) -> None:
        wanted.append(session.command("GET VARIABLE number"))
        session.command("SET VARIABLE ACD_ALLOWED +4930123456")

    world = phones.world()
    with AgiServer(real_asterisk.host, real_asterisk.agi_port, allow) as server:
        call = phones.agent("1001").call("904930123456")
        answered = world.expect_ring()
    assert wanted == ["200 result=1 (04930123456)"]
    assert server.requests == [f"number?token={real_asterisk.agi_token}&wish=call"]
    assert answered.number == "+4930123456"
    call.wait_hears(WORLD_HZ)
    answered.wait_hears(AGENT_HZ)
    call.hang_up()
    answered.wait_ended()


def test_nobody_calls_the_world_without_a_daemon(phones: Phones) -> None:
    world, colleague = phones.world(), phones.agent("1002", voice=600)
    phone = phones.agent("1001")
    call = phone.call("904930123456")
    call.wait_ended(10)
    assert (call.status, world.calls) == (403, [])
    inside = phone.call("1002")
    colleague.expect_ring()
    inside.wait_hears(600)
    inside.hang_up()


def test_a_busy_phone_is_heard_as_busy(phones: Phones) -> None:
    phones.agent("1002", Reject(486))
    call = phones.agent("1001").call("1002")
    call.wait_ended()
    assert call.status == 486


def test_a_caller_waits_with_music_when_nobody_serves_the_menu(phones: Phones) -> None:
    call = phones.call("8123")
    call.wait_answered()
    call.wait_hears(MUSIC_HZ)
    call.hang_up()


def test_a_feature_code_without_a_daemon_sounds_refused(phones: Phones) -> None:
    call = phones.agent("1001").call("*51")
    call.wait_answered()
    call.wait_hears(425)
    call.wait_ended(5)
    assert call.ended_by == "peer"


def test_blind_transfer_by_the_phone(phones: Phones) -> None:
    first, second, third = phones.agent("1001"), phones.agent("1002", voice=600), phones.agent("1003", voice=800)
    call = first.call("1002")
    answered = second.expect_ring()
    answered.wait_hears(AGENT_HZ)
    answered.transfer("1003")
    answered.wait_transferred()
    new = third.expect_ring()
    new.wait_hears(AGENT_HZ)
    call.wait_hears(800)
    answered.wait_ended()
    call.hang_up()
    new.wait_ended()


def test_attended_transfer_by_the_phone(phones: Phones) -> None:
    first, second, third = phones.agent("1001"), phones.agent("1002", voice=600), phones.agent("1003", voice=800)
    call = first.call("1002")
    answered = second.expect_ring()
    answered.wait_hears(AGENT_HZ)
    answered.hold()
    call.wait_hears(MUSIC_HZ)
    consultation = second.call("1003")
    consultation.wait_hears(800)
    answered.transfer_to(consultation)
    answered.wait_transferred()
    call.wait_hears(800)
    third.expect_ring().wait_hears(AGENT_HZ)
    answered.wait_ended()
    consultation.wait_ended()
    call.hang_up()


def test_an_unregistered_phone_is_not_reached(real_asterisk: Asterisk, phones: Phones) -> None:
    phones.agent("1002").unregister()
    begin = time.monotonic()
    call = phones.agent("1001").call("1002")
    call.wait_ended()
    assert call.status >= 400
    assert time.monotonic() - begin < 1
    assert real_asterisk.channels() == 0
