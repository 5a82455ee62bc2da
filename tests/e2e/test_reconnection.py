"""The switch itself goes away and comes back."""

import time
from pathlib import Path

from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import Phones
from tests.e2e.daemon import Daemon
from tests.e2e.test_first_call import reach_queue
from tests.sip_phone import Answer


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
            time.sleep(0.5)
            reach_queue(phones, "1", "5551230009").wait_ended(20)
            assert phone.expect_ring(1).has("answered")
            daemon.wait_kind("TalkEnded")
            states = [fact for fact in daemon.facts("AgentStateChanged") if fact.agent_id == "ann"]
            assert (states[-1].declared, states[-1].activity) == ("READY", "IDLE")
    finally:
        daemon.stop()
    assert "Traceback" not in daemon.log()
