"""What a millisecond decides, on a real Asterisk."""

from tests.asterisk.phones import Phones
from tests.e2e.daemon import Daemon
from tests.e2e.test_first_call import reach_queue
from tests.sip_phone import Answer


def test_a_caller_who_hangs_up_while_the_agent_answers_leaves_no_ghost(daemon: Daemon, phones: Phones) -> None:
    """The hang-up falls into the milliseconds in which the bridge takes the caller: some of ten do."""
    phone = phones.agent("1001", Answer(after=0.3))
    daemon.work("ann")
    for round_number in range(1, 11):
        caller = reach_queue(phones, "1")
        leg = phone.expect_ring(10)
        leg.wait_answered()
        caller.hang_up()
        leg.wait_ended(4)
        daemon.wait_kind("ContactEnded", round_number, timeout=4)
    for talk in daemon.facts("TalkEnded"):
        assert talk.talk_us < 2_500_000
    sales = daemon.report()["sales"]
    assert sales["offered"] == sales["answered"] + sales["abandoned"] == 10
