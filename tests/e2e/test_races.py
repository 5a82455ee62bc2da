"""What a millisecond decides, on a real Asterisk."""

import contextlib
import socket

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
        leg.wait_ended()
        daemon.wait_kind("ContactEnded", round_number)
    for talk in daemon.facts("TalkEnded"):
        assert talk.talk_us < 2_500_000
    sales = daemon.report()["sales"]
    assert sales["offered"] == sales["answered"] + sales["abandoned"] == 10


def test_nonsense_on_the_agi_port_disturbs_nobody(daemon: Daemon, phones: Phones) -> None:
    phone = phones.agent("1001", Answer(after=0.3))
    daemon.work("ann")
    caller = reach_queue(phones, "1")
    phone.expect_ring(10).wait_answered()
    at = (daemon.asterisk.host, daemon.asterisk.agi_port)
    nonsense = [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + bytes(500), b"agi_network: yes\nagi_", b"x" * 200_000]
    for data in nonsense:
        with socket.create_connection(at, timeout=10) as line, contextlib.suppress(OSError):
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
            line.settimeout(15)
            assert line.recv(100) == b""
    second = reach_queue(phones, "1", "5551230002")
    daemon.wait_kind("ContactQueued", 2)
    assert caller.active
    refused = daemon.log().count("agi_connection_refused")
    assert 3 <= refused <= len(nonsense)
    for call in (caller, second):
        call.hang_up()
    daemon.wait_kind("ContactEnded", 2)
