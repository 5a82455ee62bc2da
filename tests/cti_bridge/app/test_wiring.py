"""A whole daemon on a switch of the test's own, over real sockets: with and without encryption."""

from pathlib import Path
from typing import Any

import pytest

from tests.cti_bridge.app.process import run_python
from tests.servers.certificates import write_certificate

DAEMON = """
import sys
from pathlib import Path
from cti_bridge.app.reactor import install
reactor = install()
from twisted.internet import ssl
from twisted.internet.defer import Deferred
from cti_bridge.app import logs
logs.configure()
from cti_bridge.app.centre import centre_of
from cti_bridge.app.wiring import Addresses, Daemon, Secrets
from cti_bridge.shell.clock import Clock
from cti_bridge.virtual_pbx.pbx import VirtualPbx
from cti_bridge.virtual_pbx.settings import AmiAccount, PbxSettings
from config.load import load
from storage.journal import open_journal

folder, trusted = Path(sys.argv[1]), sys.argv[2]

class Encrypted:
    '''A reactor whose listeners speak TLS.'''
    def __init__(self, reactor): self._reactor = reactor
    def __getattr__(self, name): return getattr(self._reactor, name)
    def listenTCP(self, port, factory, **more):
        context = ssl.DefaultOpenSSLContextFactory(str(folder / "key.pem"), str(folder / "cert.pem"))
        return self._reactor.listenSSL(port, factory, context, **more)

accounts = (AmiAccount(username="cordboard", secret="s"),)
pbx = VirtualPbx(reactor, PbxSettings(accounts=accounts), seed=1, tcp=Encrypted(reactor))
addresses = Addresses(ami_host="127.0.0.1", ami_tls_name="localhost", agi_port=0,
                      ami_ca_file=folder / "cert.pem" if trusted == "trusted" else None)
with open_journal(folder / f"{trusted}.sqlite3") as journal:
    daemon = Daemon(reactor, Clock(reactor), journal, spool=folder / "spool", centre=centre_of(load(None, {})),
                    addresses=addresses, secrets=Secrets(ami_user="cordboard", ami_secret="s", agi_token="t"))
    daemon.start(ami_port=pbx.listen(0))
    def look():
        print("connected" if daemon.connected else "refused")
        Deferred.fromCoroutine(daemon.stop()).addBoth(lambda _: reactor.stop())
    reactor.callLater(1.5, look)
    reactor.run()
"""


CALENDAR = """
from cti_bridge.app.reactor import install
reactor = install()
import sys
from pathlib import Path
from facts.time import DAY, HOUR, SECOND
from config.load import load
from cti_bridge.app import logs
from cti_bridge.app.centre import centre_of
from cti_bridge.app.wiring import Addresses, Daemon, Secrets
from cti_bridge.shell.clock import Clock
from storage.journal import open_journal
from twisted.internet.task import Clock as Hand

logs.configure("error")
folder = Path(sys.argv[1])
hand = Hand()
clock = Clock(hand, start=1_800_000_000 * SECOND, monotonic=hand.seconds)
with open_journal(folder / "calendar.sqlite3") as journal:
    daemon = Daemon(reactor, clock, journal, spool=folder / "spool", centre=centre_of(load(folder / "site.yaml", {})),
                    addresses=Addresses(ami_host="127.0.0.1", ami_port=9, agi_port=0),
                    secrets=Secrets(ami_user="u", ami_secret="s", agi_token="t"))
    daemon.start()
    for day in range(20):
        hand.advance(DAY / SECOND)
        opened = daemon.coordinator.engine.policy.queues[0].open
        now = clock.now()
        assert opened is not None and opened[0][0] < now < opened[-1][1], (day, now, opened)
    print("open every day")
"""


def test_calendars_never_run_out(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(
        "queues: {sales: {opening_hours: day}}\n"
        "agents: {ann: {phone: '1001'}}\n"
        "entry_points: {'8000': {flow: demo}}\n"
        "opening_hours: {day: {weekly: {"
        + ", ".join(f'{day}: ["00:00-23:00"]' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
        + "}}}\n"
    )
    done: Any = run_python(CALENDAR, str(tmp_path))
    assert done.stdout.strip() == "open every day", done.stdout + done.stderr


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    write_certificate(folder, "localhost")
    return folder


@pytest.mark.parametrize(("trust", "outcome"), [("trusted", "connected"), ("untrusted", "refused")])
def test_ami_over_tls_is_believed_only_with_a_trusted_certificate(certificate: Path, trust: str, outcome: str) -> None:
    done: Any = run_python(DAEMON, str(certificate), trust)
    assert done.stdout.split() == [outcome], done.stdout + done.stderr
