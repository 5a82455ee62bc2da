"""A running daemon goes by changed settings at once: everybody keeps their place, and so does whoever changed them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cti_bridge.app.process import run_python

CENTRE = """
import json, sys
from pathlib import Path
from cti_bridge.app.reactor import install
reactor = install()
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from acd.events import DeclareReady, JoinQueue, LogIn
from cti_bridge.app import logs
logs.configure()
from cti_bridge.app.administration import Administration
from cti_bridge.app.centre import centre_of, follow
from cti_bridge.app.figures import Figures
from cti_bridge.app.leading import load_leading
from cti_bridge.app.settings_changes import Edit, SettingsChanges, SettingsRefused
from cti_bridge.app.wiring import Addresses, Daemon, Secrets
from cti_bridge.shell.calls import Call, Place
from cti_bridge.shell.clock import Clock
from config.administered import ItemChange
from facts.ids import AgentId, ContactId, QueueName
from storage.journal import open_journal

home = Path(sys.argv[1])
path, seen = home / "cordboard.yaml", {}
settings, clock = load_leading(path, {}), Clock(reactor)

def put(section, name, document):
    return Edit(change=ItemChange(section=section, name=name, document=document), anyhow=True)

with open_journal(home / "journal.sqlite3") as journal:
    centre = centre_of(settings)
    figures = Figures(reactor, clock, journal, settings, env={})
    daemon = Daemon(reactor, clock, journal, spool=home / "spool", centre=centre, readers=(figures.read,),
                    addresses=Addresses(ami_host="127.0.0.1", ami_port=9, agi_port=0),
                    secrets=Secrets(ami_user="u", ami_secret="s", agi_token="t"))
    changes = SettingsChanges(journal, path, {})
    administration = Administration(reactor, clock, changes, settings, 0)
    def follow_settings(changed, by):
        follow(centre, daemon, changed, by)
        figures.follow(changed)
    administration.add_follower(follow_settings)
    engine, tell = daemon.coordinator.engine, daemon.coordinator.tell

    async def run():
        daemon.start()
        administration.start()
        for name in ("c1", "c2"):
            assert tell(JoinQueue(contact_id=ContactId(name), queue=QueueName("orders")))
        assert tell(LogIn(agent_id=AgentId("bob"), phone=""))
        joined = {c.contact_id: c.joined_at for c in engine.contacts()}

        preview, problems = await administration.preview(
            [put("agents", "ann", None), put("queues", "orders", {"requires": "english"})], engine)
        seen["preview"] = [preview.gone_queues, preview.idle_agents, [p.key for p in problems]]
        seen["after_preview"] = [engine.queue(QueueName("orders")).name, changes.present().number]

        kept = await administration.change([
            put("queues", "orders", {"requires": "sales>=1", "priority": 7, "service_level": {"threshold_s": 33}}),
            put("queues", "night", {}),
            put("agents", "carl", {"phone": "1003", "skills": {"sales": 3}}),
            put("reasons", "tea", {"digits": "9"}),
            put("entry_points", "8001", {"flow": "straight", "queue": "night"}),
            put("alarms", "", {"longest_wait_s": 77}),
        ], by="dana", comment="more people")
        seen["revision"] = kept.revision.number
        seen["kept_places"] = joined == {c.contact_id: c.joined_at for c in engine.contacts()}
        seen["priority"] = [c.priority for c in engine.contacts()]
        seen["agents"] = sorted(a.agent_id for a in engine.agents())
        seen["reason"] = daemon.desk.reason_of_digits("9")
        arriving = Call(ContactId("c9"), "u", "ch", Place.MENU)
        arriving.dialled = "8001"
        seen["flow"] = centre.menus.entry_points.answer(arriving, daemon.coordinator).entry_point
        seen["fallback"] = centre.queue_of_entry["8001"]
        seen["target"] = figures.live.board.targets.of("orders").threshold_us
        seen["alarm"] = figures.live._alarms.thresholds.of(QueueName("orders")).longest_wait_us
        seen["in_force"] = administration.settings.agents["carl"].phone
        try:
            await administration.change([put("queues", "orders", {"ring_s": -1})], by="dana")
        except SettingsRefused as refused:
            seen["refused"] = str(refused.problems[0].key)

        # beside the daemon, as the command line does
        with open_journal(home / "journal.sqlite3") as beside:
            SettingsChanges(beside, path, {}).undo(kept.revision.number, at=clock.now(), by="eve")
        for _ in range(100):
            await deferLater(reactor, 0.1)
            if engine.queue(QueueName("night")) is None:
                break
        seen["undone"] = sorted(a.agent_id for a in engine.agents()), [c.contact_id for c in engine.contacts()]
        seen["number"] = administration._number
        administration.stop()
        await daemon.stop()

    def end(failure):
        if failure is not None:
            print(failure, file=sys.stderr)
        print(json.dumps(seen))
        reactor.stop()

    reactor.callWhenRunning(lambda: Deferred.fromCoroutine(run()).addBoth(end))
    reactor.run()
"""

SETTINGS = """
home: {home}
metrics: {{enabled: false}}
flows: [straight.yaml]
skills: {{sales: "", english: ""}}
queues: {{orders: {{requires: sales>=2}}}}
agents:
  ann: {{phone: "1001", skills: {{sales: 5, english: 1}}}}
  bob: {{phone: "1002", skills: {{sales: 5}}}}
entry_points: {{"8000": {{flow: straight}}}}
"""
FLOW = """
flow: straight
title: Straight into the queue
languages: [en]
start: to_orders
nodes:
  to_orders: {type: queue, queue: orders}
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home: Path = tmp_path_factory.mktemp("administration")
    (home / "cordboard.yaml").write_text(SETTINGS.format(home=home))
    (home / "straight.yaml").write_text(FLOW)
    done = run_python(CENTRE, str(home))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_preview_tells_whom_it_would_idle_and_changes_nothing(seen: dict[str, Any]) -> None:
    assert seen["preview"] == [[], ["bob"], ["queues.orders.requires"]], "nobody would have the skill any more"
    assert seen["after_preview"] == ["orders", 0]


def test_a_change_is_in_force_when_it_is_told_and_everybody_keeps_their_place(seen: dict[str, Any]) -> None:
    assert seen["revision"] == 2
    assert seen["kept_places"] is True
    assert seen["priority"] == [7, 7]
    assert seen["agents"] == ["ann", "bob", "carl"]
    assert seen["in_force"] == "1003"


def test_words_numbers_targets_and_alarms_follow(seen: dict[str, Any]) -> None:
    assert seen["reason"] == "tea"
    assert (seen["flow"], seen["fallback"]) == ("8001", "night")
    assert (seen["target"], seen["alarm"]) == (33_000_000, 77_000_000)


def test_a_refused_change_leaves_all_as_it_was(seen: dict[str, Any]) -> None:
    assert seen["refused"] == "queues.orders.ring_s"


def test_what_others_change_in_the_database_is_followed(seen: dict[str, Any]) -> None:
    assert seen["undone"] == [["ann", "bob"], ["c1", "c2"]]
    assert seen["number"] == 3
