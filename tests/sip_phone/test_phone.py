"""Two phones that call each other, with nothing between."""

import time
from collections.abc import Iterator

import pytest

from tests.sip_phone import Answer, Call, CallError, Dead, Phone, Reject, Ring, audio


@pytest.fixture
def called() -> Iterator[Phone]:
    with Phone(("127.0.0.1", 9), "127.0.0.1", user="called", voice=500) as phone:
        yield phone
        assert phone.faults == []


@pytest.fixture
def caller(called: Phone) -> Iterator[Phone]:
    with Phone(("127.0.0.1", called.port), "127.0.0.1", user="caller", name="Calling One", voice=700) as phone:
        yield phone
        assert phone.faults == []


def joined(caller: Phone, called: Phone) -> tuple[Call, Call]:
    called.behaviour = Answer()
    out = caller.call("100")
    into = called.expect_ring()
    out.wait_answered()
    into.wait_for("acknowledged")
    return out, into


def test_rings_answers_and_ends_at_the_times_asked_for(caller: Phone, called: Phone) -> None:
    called.behaviour = Answer(after=0.3, talk=0.4)
    out = caller.call("100")
    into = called.expect_ring()
    out.wait_ended()
    assert into.number == "100"
    assert (into.caller_number, into.caller_name) == ("caller", "Calling One")
    # a busy machine only makes the phone later; not before, and not by another time
    assert 0.29 < into.at("answered") - into.at("ringing") < 2.3
    assert 0.39 < into.at("ended") - into.at("answered") < 2.4
    assert out.at("ringing") <= out.at("answered") <= out.at("ended")
    assert (out.ended_by, into.ended_by) == ("peer", "us")


def test_the_caller_ends(caller: Phone, called: Phone) -> None:
    out, into = joined(caller, called)
    out.hang_up()
    into.wait_ended()
    assert (out.ended_by, into.ended_by) == ("us", "peer")


@pytest.mark.parametrize("status", [486, 480, 603])
@pytest.mark.parametrize("after", [0.0, 0.1])
def test_refuses(caller: Phone, called: Phone, status: int, after: float) -> None:
    called.behaviour = Reject(status, after)
    out = caller.call("100")
    out.wait_ended()
    assert out.status == status
    assert out.has("ringing") == (after > 0)
    called.expect_ring().wait_for("acknowledged")


def test_the_caller_gives_up(caller: Phone, called: Phone) -> None:
    called.behaviour = Ring()
    out = caller.call("100")
    out.wait_ringing()
    into = called.expect_ring()
    out.hang_up()
    into.wait_ended()
    out.wait_ended()
    assert into.has("cancelled")
    assert (out.status, out.ended_by, into.ended_by) == (487, "us", "peer")


def test_the_test_answers(caller: Phone, called: Phone) -> None:
    out = caller.call("100")
    into = called.expect_ring()
    into.answer()
    out.wait_answered()
    with pytest.raises(CallError, match=r"waited 0\.1 s"):
        out.wait_ended(0.1)


def test_a_dead_phone_is_called_again_and_again(caller: Phone, called: Phone) -> None:
    called.behaviour = Dead()
    out = caller.call("100")
    out.wait_for("invite")
    time.sleep(0.3)
    assert [step.name for step in out.steps] == ["invite"]
    # the repetition of the INVITE finds the phone alive again
    called.behaviour = Answer()
    out.wait_answered()


def test_audio_both_ways(caller: Phone, called: Phone) -> None:
    out, into = joined(caller, called)
    out.wait_hears(500)
    into.wait_hears(700)
    assert not out.hears(700)
    out.say(audio.tone(1100, 1.0))
    into.wait_hears(1100)
    into.wait_hears(700)


def test_keys(caller: Phone, called: Phone) -> None:
    out, into = joined(caller, called)
    out.press("159#", seconds=0.06, gap=0.04)
    into.press("*0D", by="info", gap=0.01)
    deadline = time.monotonic() + 5
    while (into.keys, out.keys) != ("159#", "*0D"):
        assert time.monotonic() < deadline, (into.keys, out.keys)
        time.sleep(0.02)
    time.sleep(0.1)
    assert (into.keys, out.keys) == ("159#", "*0D"), "each once"


def test_hold(caller: Phone, called: Phone) -> None:
    out, into = joined(caller, called)
    out.wait_hears(500)
    out.hold()
    into.wait_for("peer held")
    out.wait_hears_not(500)
    into.wait_hears(700)
    out.resume()
    into.wait_for("peer resumed")
    out.wait_hears(500)


def test_a_lost_packet_is_sent_again(caller: Phone, called: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    lost: set[str] = set()
    send = Phone.send_bytes

    def lossy(self: Phone, data: bytes, address: tuple[str, int]) -> None:
        first = data.split(b" ", 2)
        kind = data[:15].decode() if first[0] == b"SIP/2.0" else first[0].decode()
        if kind in lost:
            send(self, data, address)
        lost.add(kind)

    monkeypatch.setattr(Phone, "send_bytes", lossy)
    called.behaviour = Answer()
    out = caller.call("100")
    out.wait_answered()
    into = called.expect_ring()
    into.wait_for("acknowledged")
    out.hang_up()
    into.wait_ended()
    assert {"INVITE", "ACK", "BYE", "SIP/2.0 200 OK\r"} <= lost
    assert len(called.calls) == 1
