"""The switch goes away and comes back; so does the daemon, while flows of callers are at rest."""

from pathlib import Path

from tests.asterisk.instance import MUSIC_HZ, Asterisk
from tests.asterisk.phones import AGENT_HZ, Phones
from tests.e2e.callers import Caller
from tests.e2e.daemon import Daemon
from tests.e2e.test_first_call import reach_queue, wait_last_state
from tests.sip_phone import Answer, Ring, audio


def test_asterisk_dies_and_comes_back(private_asterisk: Asterisk, tmp_path: Path) -> None:
    daemon = Daemon(private_asterisk, tmp_path)
    try:
        daemon.start()
        daemon.work("ann")
        with Phones(private_asterisk) as phones:
            reach_queue(phones, "2")
            daemon.wait_kind("ContactQueued")
            private_asterisk.kill()
            daemon.wait_kind("SwitchLost")
            private_asterisk.start()
            daemon.wait_kind("SwitchConnected", 2, timeout=40)
            assert daemon.wait_kind("ContactEnded")[0].contact_id == daemon.facts("ContactQueued")[0].contact_id
            phone = phones.agent("1001", Answer(0.3, talk=1.0))
            reach_queue(phones, "1", "5551230009").wait_ended(30)
            assert phone.expect_ring().has("answered")
            daemon.wait_kind("TalkEnded")
            wait_last_state(daemon, "ann", "READY", "IDLE")
    finally:
        daemon.stop()
    assert "Traceback" not in daemon.log()


def test_an_asterisk_that_stands_still_while_a_phone_rings_is_not_the_agents_fault(
    private_asterisk: Asterisk, tmp_path: Path
) -> None:
    """It stands still for longer than the phone may ring, and for less than any action may take."""
    daemon = Daemon(private_asterisk, tmp_path, ring_s=3, misses_before_not_ready=1)
    try:
        daemon.start()
        with Phones(private_asterisk) as phones:
            phone = phones.agent("1001", Ring(), voice=AGENT_HZ)
            daemon.work("ann")
            caller = reach_queue(phones, "1")
            phone.expect_ring()
            private_asterisk.stand_still(5)
            daemon.wait_kind("SwitchConnected", 2, timeout=30)
            again = phone.expect_ring(10)
            again.answer()
            caller.wait_hears(AGENT_HZ)
            first, second = daemon.wait_kind("OfferEnded", 2)
            assert (first.agent_id, second.outcome) == ("ann", "answered")
            assert first.outcome in {"withdrawn", "unreachable"}, "nobody missed it"
            reasons = [fact.reason for fact in daemon.facts("AgentStateChanged") if fact.agent_id == "ann"]
            assert "no_answer" not in reasons
            caller.hang_up()
            daemon.wait_kind("TalkEnded")
    finally:
        daemon.stop()
    assert "Traceback" not in daemon.log()


FLOW = """
flow: reception
start: to_sales
nodes:
  to_sales:
    type: queue
    queue: sales
    leave: {key: "9", next: to_support}
    announce: {every_s: 10, prompts: [announced]}
    after_talk: rate
  to_support: {type: queue, queue: support}
  rate:
    type: survey
    question: satisfied
    prompts: [rate]
    next: bye
    no_input: {retries: 0, next: bye}
    no_match: {retries: 0, next: bye}
  bye: {type: hang_up, prompts: [bye]}
prompts:
  announced: {en: {text: announced, recording: announced.wav}}
  rate: {en: {text: rate, recording: rate.wav}}
  bye: {en: {text: bye, sound: vm-goodbye}}
"""
ANNOUNCED_HZ, RATE_HZ = 1200.0, 1500.0


def test_a_killed_daemon_goes_on_with_the_flows_of_those_who_wait_and_talk(
    real_asterisk: Asterisk, phones: Phones, tmp_path: Path
) -> None:
    audio.write_wav(tmp_path / "announced.wav", audio.tone(ANNOUNCED_HZ, 2))
    audio.write_wav(tmp_path / "rate.wav", audio.tone(RATE_HZ, 1))
    daemon = Daemon(real_asterisk, tmp_path, flow=FLOW)
    try:
        daemon.start()
        phone = phones.agent("1001", Answer(0.3))
        daemon.work("ann")
        talking = Caller(daemon, phones)
        leg = phone.expect_ring(10)
        leg.wait_answered()
        waiting = Caller(daemon, phones)
        waiting.wait("ContactQueued")
        daemon.kill()
        daemon.flow_path.write_text(FLOW.replace("question: satisfied", "question: other"))
        daemon.start()
        waiting.wait_hears(ANNOUNCED_HZ, 14)
        waiting.wait_hears(MUSIC_HZ)
        waiting.press("9")
        waiting.wait_node("to_support", via="leave")
        waiting.leave()
        hung_up_at = leg.hang_up()
        talking.wait_node("rate", via="after_talk")
        talking.wait_hears(RATE_HZ, since=hung_up_at)
        talking.press("4")
        answer = talking.wait("SurveyAnswered")
        assert (answer.question, answer.score) == ("satisfied", 4)
        talking.call.wait_ended()
        assert [fact.queue for fact in talking.facts("ContactQueued")] == ["sales"]
    finally:
        daemon.stop()
    assert "Traceback" not in daemon.log()
