"""A whole daemon with its console's application in one process, asked over HTTP by the test's own words.

The test's part is a coroutine ``ask(http)``, in asyncio's flavour; what it puts into ``seen`` comes back.
"""

import json
from pathlib import Path
from typing import Any

from tests.cti_bridge.app.process import run_python

STAGE = """
import json, sys, asyncio, traceback
from pathlib import Path
from cti_bridge.app.reactor import install
reactor = install()
import httpx2
from twisted.internet.defer import Deferred
from agent_console.http.app import WebOptions, create_app
from agent_console.live.hub import Hub
from agent_console.ports import Identity, Ports
from acd.events import DeclareReady, JoinQueue, LogIn
from cti_bridge.app import logs
logs.configure()
from cti_bridge.app.administration import Administration
from cti_bridge.app.centre import centre_of, follow
from cti_bridge.app.console.settings_store import AdministeredSettings
from cti_bridge.app.figures import Figures
from cti_bridge.app.leading import load_leading
from cti_bridge.app.settings_changes import SettingsChanges
from cti_bridge.app.wiring import Addresses, Daemon, Secrets
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.flavours import to_deferred
from facts.ids import AgentId, ContactId, QueueName
from storage.journal import open_journal

home = Path(sys.argv[1])
path, seen = home / "cordboard.yaml", {}
settings, clock = load_leading(path, {}), Clock(reactor)

class Everybody:
    '''Whoever sends a role as token has it; the teams come after it.'''
    async def of_token(self, secret):
        role, *teams = secret.split("+")
        scopes = {"read", "desk", "supervise", "administer"}
        return Identity(user="dana", title="Dana", role=role, teams=frozenset(teams), agent=None, language=None,
                        scopes=frozenset(scopes))
    async def of_session(self, secret):
        return None

class Floor:
    def agent(self, agent):
        return None
    def teams(self):
        return []
    agents = teams
    def queue_teams(self):
        return {}
    former_queues = queue_teams
    def queue_of(self, contact_id):
        return None
    agents_of = queue_of

with open_journal(home / "journal.sqlite3") as journal:
    centre = centre_of(settings)
    figures = Figures(reactor, clock, journal, settings, env={})
    daemon = Daemon(reactor, clock, journal, spool=home / "spool", centre=centre, readers=(figures.read,),
                    addresses=Addresses(ami_host="127.0.0.1", ami_port=9, agi_port=0),
                    secrets=Secrets(ami_user="u", ami_secret="s", agi_token="t"))
    administration = Administration(reactor, clock, SettingsChanges(journal, path, {}), settings, 0)
    administration.add_follower(lambda changed, by: follow(centre, daemon, changed, by))
    engine, tell = daemon.coordinator.engine, daemon.coordinator.tell
    ports = dict(floor=Floor(), accounts=Everybody(), settings=AdministeredSettings(administration, engine))
# PORTS
    app = create_app(Ports(**ports), Hub(None, clock.now), WebOptions())

# ASK

    async def run():
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        daemon.start()
        async with httpx2.AsyncClient(transport=transport, base_url="http://centre/api/v1",
                                     headers={"Authorization": "Bearer administrator"}) as http:
            await ask(http)

    async def all():
        try:
            await to_deferred(run())
        except Exception:
            traceback.print_exc()
        await daemon.stop()
        print(json.dumps(seen, default=str))
        reactor.stop()

    reactor.callWhenRunning(lambda: Deferred.fromCoroutine(all()))
    reactor.run()
"""


def play(home: Path, settings: str, ask: str, ports: str = "") -> dict[str, Any]:
    """Run the stage in ``home``; what ``ask`` saw."""
    (home / "cordboard.yaml").write_text(settings)
    indented = {
        mark: "\n".join(f"    {line}" for line in text.strip().splitlines())
        for mark, text in (("# PORTS", ports), ("# ASK", ask))
    }
    script = STAGE
    for mark, text in indented.items():
        script = script.replace(mark, text)
    done = run_python(script, str(home))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
