"""A daemon's figures while it runs: at Prometheus, as alarms, in tables, as reports that come by themselves."""

import json
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from storage.intervals import IntervalTables
from storage.journal import open_journal
from tests.cti_bridge.app.process import run_python
from tests.reporting.scenes import clock
from tests.servers.ports import free_port

CENTRE = """
import json, os, sys
from contextlib import suppress
from pathlib import Path
from cti_bridge.app.reactor import install
reactor = install()
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
import urllib.error, urllib.request
from cti_bridge.app import logs
logs.configure()
from cti_bridge.app.centre import centre_of
from cti_bridge.app.demo import VirtualSounds
from cti_bridge.app.figures import Figures
from cti_bridge.app.wiring import Addresses, Daemon, Secrets
from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.clock import Clock
from cti_bridge.virtual_pbx.pbx import VirtualPbx
from cti_bridge.virtual_pbx.settings import AmiAccount, CallerHabits, EntryPoint, PbxSettings, Traffic
from config.load import load
from simulation.distributions.durations import Lognormal
from storage.journal import open_journal

home, seconds = Path(sys.argv[1]), float(sys.argv[2])
settings = load(home / "cordboard.yaml", {})
clock = Clock(reactor, speed=60, start=int(sys.argv[3]))
phones = {agent.phone.removeprefix("PJSIP/"): agent.name for agent in settings.agents.values()}
entries = tuple(EntryPoint(number=number, per_hour=600, keys={"1": 1.0}) for number in settings.entry_points)

def ask(method, path):
    url = "http://%s:%d%s" % (*figures._metrics.address, path)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()

def scrape():
    return {"page": ask("GET", "/metrics"), "head": ask("HEAD", "/metrics"), "root": ask("GET", "/"),
            "below": ask("GET", "/metrics/passwd"), "post": ask("POST", "/metrics")}

with open_journal(home / "journal.sqlite3") as journal:
    figures = Figures(reactor, clock, journal, settings, config=home / "cordboard.yaml", env=os.environ)
    daemon = Daemon(reactor, clock, journal, spool=home / "spool",
                    centre=centre_of(settings, sounds=VirtualSounds()),
                    addresses=Addresses(ami_host="127.0.0.1", agi_port=0), readers=(figures.read,),
                    secrets=Secrets(ami_user="cordboard", ami_secret="s", agi_token="t"))
    daemon.listen()
    pbx = VirtualPbx(clock, PbxSettings(phones=tuple(phones), phone_names=phones,
        agi_url="agi://127.0.0.1:%d" % daemon.agi_port, agi_token="t",
        accounts=(AmiAccount(username="cordboard", secret="s"),)), seed=3, tcp=reactor)
    daemon.start(ami_port=pbx.listen(ami_port=0))
    figures.start(daemon)
    for agent in list(settings.agents)[:2]:
        with suppress(DeskError):  # signed in before a restart
            daemon.desk.sign_in(agent)
            daemon.desk.ready(agent)
    pbx.start_traffic(Traffic(entry_points=entries, callers=CallerHabits(
        patience=Lognormal(mean_s=600.0, scv=0.5), talk=Lognormal(mean_s=60.0, scv=0.2))))

    async def made():
        for _ in range(240):  # a process of its own, on a machine that may be busy
            if list((home / "made").glob("*.json")) and figures._reports._making is None:
                return
            await deferLater(reactor, 0.25)

    async def look():
        await made()
        seen = await deferToThread(scrape)
        seen["behind"] = figures._tables.behind
        figures.begin_stop()
        await daemon.stop()
        await pbx.stop()
        await figures.stop()
        print(json.dumps(seen))

    def end(failure):
        if failure is not None:
            print(failure, file=sys.stderr)
        reactor.stop()

    reactor.callLater(seconds, lambda: Deferred.fromCoroutine(look()).addBoth(end))
    reactor.run()
"""

SETTINGS = """
home: {home}
metrics: {{port: {port}}}
alarms: {{longest_wait_s: 60}}
reports: {{scheduled: {home}/reports.yaml}}
skills: {{sales: ""}}
queues: {{sales: {{requires: sales>=1, ring_s: 10, wrap_up_s: 0}}}}
agents:
  ann-the-agent: {{phone: PJSIP/1001, skills: {{sales: 5}}}}
  bob-the-agent: {{phone: PJSIP/1002, skills: {{sales: 5}}}}
entry_points: {{"8000": {{flow: straight}}}}
flows: [{home}/straight.yaml]
"""

FLOW = """
flow: straight
title: Straight into the queue
languages: [en]
start: to_sales
nodes:
  to_sales: {type: queue, queue: sales}
"""

REPORTS = """
reports:
  - {{name: yesterday, when: {{period: day, at: "00:00"}}, forms: [json], folder: {home}/made}}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], str]:
    home = tmp_path_factory.mktemp("figures")
    (home / "cordboard.yaml").write_text(SETTINGS.format(home=home, port=free_port()))
    (home / "straight.yaml").write_text(FLOW)
    (home / "reports.yaml").write_text(REPORTS.format(home=home))
    done = run_python(CENTRE, str(home), "8", str(clock(0)))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return home, json.loads(done.stdout), done.stderr


def samples(page: str) -> dict[tuple[str, ...], float]:
    """Samples by name and label values."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_a_scrape_tells_calls_and_health(run: tuple[Path, dict[str, Any], str]) -> None:
    _, seen, _ = run
    status, page = seen["page"]
    assert status == 200
    found = samples(page)
    assert found["cordboard_answered_total", "sales"] > 0
    assert found["cordboard_offered_total", "sales"] >= found["cordboard_answered_total", "sales"]
    assert found["cordboard_switch_connected",] == 1
    assert found["cordboard_journal_trouble",] == 0
    assert found["cordboard_journal_spool_bytes",] == 0
    assert found["cordboard_facts_total",] > 0
    assert ("cordboard_agi_sessions",) in found
    assert ("cordboard_tables_behind_facts",) in found


def test_nobody_is_named(run: tuple[Path, dict[str, Any], str]) -> None:
    home, seen, _ = run
    with open_journal(home / "journal.sqlite3", read_only=True) as journal:
        offered: list[Any] = [entry.fact for entry in journal.entries(kinds={"ContactOffered"})]
    private = {"ann-the-agent", "bob-the-agent"}
    private |= {fact.caller_number for fact in offered} | {fact.contact_id for fact in offered}
    assert len(private) > 2
    assert [one for one in private if one and one in seen["page"][1]] == []


def test_only_the_page_is_there(run: tuple[Path, dict[str, Any], str]) -> None:
    _, seen, _ = run
    assert seen["head"] == [200, ""]
    assert (seen["root"][0], seen["below"][0], seen["post"][0]) == (404, 404, 405)


def test_an_alarm_is_a_fact_and_rings_once(run: tuple[Path, dict[str, Any], str]) -> None:
    home, _, said = run
    with open_journal(home / "journal.sqlite3", read_only=True) as journal:
        raised: list[Any] = [entry.fact for entry in journal.entries(kinds={"AlarmRaised"})]
    waits = [fact for fact in raised if fact.alarm == "longest_wait"]
    assert [(fact.queue, fact.threshold) for fact in waits] == [("sales", 60.0)]
    levels = [fact for fact in raised if fact.alarm == "service_level"]
    assert [(fact.queue, fact.threshold) for fact in levels] == [("sales", 0.8)], "the queue's own target"
    assert said.count("alarm_raised") == len(raised)


def test_the_tables_are_level_when_the_daemon_has_stopped(run: tuple[Path, dict[str, Any], str]) -> None:
    home, seen, _ = run
    with open_journal(home / "journal.sqlite3", read_only=True) as journal:
        tables = IntervalTables(journal)
        assert tables.lag() == 0
        offered = sum(cell.offered for _, key, cell in tables.cells("queue") if key == "sales")
        queued: list[Any] = [entry.fact for entry in journal.entries(kinds={"ContactQueued"})]
        facts = sum(1 for fact in queued if not fact.returned)
    assert offered == facts > 0
    assert seen["behind"] < 500, "while it ran they were at most a few seconds behind"


def test_the_scheduled_report_came_by_itself(run: tuple[Path, dict[str, Any], str]) -> None:
    home, _, said = run
    assert len(list((home / "made").glob("yesterday-*.json"))) == 1, said
    assert "scheduled_reports_made" in said


def test_a_started_daemon_goes_on_with_today(run: tuple[Path, dict[str, Any], str]) -> None:
    home, seen, _ = run
    answered = samples(seen["page"][1])["cordboard_answered_total", "sales"]
    done = run_python(CENTRE, str(home), "0.5", str(clock(3600)))
    assert done.returncode == 0, done.stderr
    found = samples(json.loads(done.stdout)["page"][1])
    assert ("cordboard_speed_of_answer_seconds", "sales") in found, "the day's figures outlast a restart"
    assert found.get(("cordboard_answered_total", "sales"), 0) < answered, "counters count from the start"
