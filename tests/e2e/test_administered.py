"""On the real Asterisk: callers who are known, settings that change while a caller waits, recordings that are kept."""

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import load
from cti_bridge.app.sound_files import SoundFiles
from storage.journal import open_journal
from storage.recordings import Recordings
from tests.asterisk.instance import Asterisk
from tests.asterisk.phones import AGENT_HZ, Phones
from tests.e2e.daemon import Daemon
from tests.sip_phone import Answer

FLOW = """
flow: reception
title: Whoever is known to be gold goes to sales
languages: [en]
start: who
variables: {tier: {}}
nodes:
  who:
    type: lookup
    source: customer
    results: {tier: tier}
    next: choose
    not_found: to_support
    fallback: to_support
  choose:
    type: branch
    cases: [{when: tier == "gold", next: to_sales}]
    otherwise: to_support
  to_sales: {type: queue, queue: sales}
  to_support: {type: queue, queue: support}
"""

GOLD, PLAIN, STRANGER = "5551230001", "5551230002", "5551230003"


def is_from(number: str, fact: Any) -> bool:
    return bool(getattr(fact, "caller_number", "") == number)


def is_connected(contact_id: str, fact: Any) -> bool:
    return bool(fact.kind == "ContactConnected" and fact.contact_id == contact_id)


@pytest.fixture
def daemon(real_asterisk: Asterisk, tmp_path: Path) -> Daemon:
    return Daemon(real_asterisk, tmp_path / "daemon", flow=FLOW)


def test_known_callers_are_known_from_the_first_fact_to_the_history(
    daemon: Daemon, phones: Phones, tmp_path: Path
) -> None:
    table = tmp_path / "crm.csv"
    table.write_text(f"customer_id,name,phone,tier\nC-1,Ada Gold,{GOLD},gold\nC-2,Pat Plain,{PLAIN},\n")
    config = ("--config", str(daemon.settings))
    daemon.cordboard("customer", "import", str(table), *config)
    daemon.start()
    try:
        ann, cyd = phones.agent("1001", Answer(0.3)), phones.agent("1003", Answer(0.3))
        daemon.work("ann", "cyd")
        for number, phone, queue, customer in (
            (GOLD, ann, "sales", "C-1"),
            (PLAIN, cyd, "support", "C-2"),
            (STRANGER, cyd, "support", None),
        ):
            call = phones.call("8123", number=number)
            leg = phone.expect_ring(10)
            leg.wait_answered()
            call.wait_hears(AGENT_HZ)
            leg.hang_up()
            call.wait_ended()
            offered = daemon.wait_fact(partial(is_from, number))
            assert offered.customer_id == customer
            connected = daemon.wait_fact(partial(is_connected, offered.contact_id))
            assert (connected.queue, connected.customer_id) == (queue, customer)
        daemon.wait_kind("ContactEnded", 3)
        shown = json.loads(daemon.cordboard("customer", "show", "--number", GOLD, "--json", *config))
        assert (shown["customer"]["record"]["name"], len(shown["contacts"])) == ("Ada Gold", 1)
        assert [name for name in ("Ada", "Pat", GOLD, PLAIN) if name in daemon.log()] == [], (
            "nothing personal in the log"
        )
    finally:
        daemon.stop()


def test_a_skill_given_while_a_caller_waits_connects_them(daemon: Daemon, phones: Phones, tmp_path: Path) -> None:
    daemon.start()
    try:
        ann = phones.agent("1001", Answer(0.3))
        daemon.work("ann")
        call = phones.call("8123", number=STRANGER)
        daemon.wait_kind("ContactQueued")
        joined = daemon.facts("ContactQueued")[0].joined_at
        assert daemon.facts("OfferMade") == [], "ann knows nothing of support"
        change = tmp_path / "change.yaml"
        change.write_text(
            "agents:\n"
            '  ann: {phone: "1001", skills: {sales: 5, support: 2}}\n'
            '  bob: {phone: "1002", skills: {sales: 3, support: 5}}\n'
            '  cyd: {phone: "1003", skills: {support: 5}}\n'
        )
        daemon.cordboard("config", "import", str(change), "--config", str(daemon.settings), "-m", "help out")
        leg = ann.expect_ring(10)
        leg.wait_answered()
        call.wait_hears(AGENT_HZ)
        leg.hang_up()
        call.wait_ended()
        (connected,) = daemon.wait_kind("ContactConnected")
        assert connected.agent_id == "ann"
        changed = daemon.facts("PolicyChanged")[-1]
        assert changed.by != "calendar"
        assert daemon.facts("ContactQueued")[-1].joined_at == joined
        daemon.cordboard("config", "undo", "2", "--config", str(daemon.settings))
        daemon.wait_kind("PolicyChanged", 3)
        assert "settings_changed" in daemon.log()
    finally:
        daemon.stop()


def test_a_recorded_talk_is_listed_with_its_sound(real_asterisk: Asterisk, phones: Phones, tmp_path: Path) -> None:
    node = Daemon(real_asterisk, tmp_path / "daemon", flow=FLOW, recording="always")
    settings = yaml.safe_load(node.settings.read_text())
    settings["asterisk"]["spool_folder"] = str(real_asterisk.folder / "spool")
    node.settings.write_text(yaml.safe_dump(settings))
    node.start()
    try:
        cyd = phones.agent("1003", Answer(0.3))
        node.work("cyd")
        call = phones.call("8123", number=STRANGER)
        leg = cyd.expect_ring(10)
        call.wait_hears(AGENT_HZ)
        time.sleep(1.5)
        leg.hang_up()
        call.wait_ended()
        (stopped,) = node.wait_kind("RecordingStopped")
        with open_journal(node.home / "journal.sqlite3") as journal:
            deadline = time.monotonic() + 10
            while not (found := Recordings(journal).latest("talk")) or found[0].length_us is None:
                assert time.monotonic() < deadline, "the daemon takes recordings into the table"
                time.sleep(0.1)
        (kept,) = found
        assert (kept.agents, kept.queue, kept.file) == (("cyd",), "support", stopped.file)
        size = SoundFiles(load(node.settings, {})).size(kept)
        assert size is not None
        assert size > 8000, "half a second of sound at least"
        assert "recording_missing" not in node.log()
    finally:
        node.stop()
