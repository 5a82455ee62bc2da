"""The demo as a newcomer runs it, for a few virtual minutes, and the report over the journal that it leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from cti_bridge.app.thresholds import thresholds_of
from facts.ids import QueueName
from facts.journal import AlarmRaised
from facts.time import from_seconds
from storage.journal import open_journal


def cordboard(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cti_bridge.app.main", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "CORDBOARD_HOME": str(home), "CORDBOARD_WEB__ENABLED": "false", **settings},
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], str, float]:
    home = tmp_path_factory.mktemp("home")
    began = time.monotonic()
    done = cordboard(home, "demo", "--minutes", "8", "--speed", "100", "--seed", "7", "--json", str(home / "out.json"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return home, json.loads((home / "out.json").read_text())["queues"], done.stderr, time.monotonic() - began


def test_it_ends_by_itself_and_leaves_no_traceback(demo: tuple[Path, dict[str, Any], str, float]) -> None:
    _, _, said, took = demo
    assert took < 60
    assert "Traceback" not in said
    assert "Service level" in said


def test_every_queue_is_busy_and_adds_up(demo: tuple[Path, dict[str, Any], str, float]) -> None:
    _, queues, _, _ = demo
    assert len(queues) >= 2
    for figures in queues.values():
        assert set(figures) >= {
            "offered",
            "answered",
            "abandoned",
            "left_otherwise",
            "in_progress",
            "asa_s",
            "service_level",
            "aht_s",
        }
        parts = ("answered", "abandoned", "left_otherwise", "in_progress")
        assert figures["offered"] == sum(figures[part] for part in parts)
        assert figures["answered"] > 0
        assert 0 <= figures["service_level"] <= 1
    arrivals = sum(figures["offered"] for figures in queues.values())
    assert arrivals > 8 * 7, "at least ten a minute arrive; a few are in the menu or left it"


def test_the_report_over_its_journal_has_the_same_figures(demo: tuple[Path, dict[str, Any], str, float]) -> None:
    home, queues, _, _ = demo
    journal = home / "demo" / "journal.sqlite3"
    done = cordboard(home, "report", "summary", "--journal", str(journal), "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["slice"]["queue"]: row["figures"] for row in json.loads(done.stdout)["rows"]}
    for name, figures in queues.items():
        assert {key: rows[name][key]["value"] for key in figures} == figures


def test_the_journal_is_whole(demo: tuple[Path, dict[str, Any], str, float]) -> None:
    home, *_ = demo
    done = cordboard(home, "db", "verify", "--journal", str(home / "demo" / "journal.sqlite3"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_alarms_ring_by_the_limits_of_the_settings(tmp_path: Path) -> None:
    asked = ("demo", "--minutes", "3", "--speed", "60", "--seed", "7")
    done = cordboard(tmp_path, *asked, CORDBOARD_ALARMS__LONGEST_WAIT_S="2")
    assert done.returncode == 0, done.stderr
    with open_journal(tmp_path / "demo" / "journal.sqlite3") as journal:
        rung = [entry.fact for entry in journal.entries() if isinstance(entry.fact, AlarmRaised)]
    waits = [alarm for alarm in rung if alarm.alarm == "longest_wait"]
    assert {alarm.queue for alarm in waits} <= {"sales", "billing", "support"}
    assert [alarm for alarm in waits if alarm.threshold == 2 and (alarm.value or 0) > 2]


def test_the_demos_own_limits_are_passed_by_the_unlucky_alone() -> None:
    settings = load(None, {})
    thresholds = thresholds_of(settings)
    for name, queue in settings.queues.items():
        limits, promised = thresholds.of(QueueName(name)), queue.service_level
        assert (limits.longest_wait_us or 0) > from_seconds(promised.threshold_s), name
        assert (limits.service_level_below or 1) < promised.target, name


# Whoever starts the tests in the background has them ignore Ctrl-C, and children inherit that.
HEED_CTRL_C = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from cti_bridge.app.main import main; sys.exit(main())"
)


def test_ctrl_c_ends_it_in_good_order(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HEED_CTRL_C, "demo", "--speed", "60", "--json", str(tmp_path / "o.json")]
    env = {**os.environ, "CORDBOARD_HOME": str(tmp_path), "CORDBOARD_WEB__ENABLED": "false"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=env) as running:
        assert running.stderr is not None
        try:
            assert "Ctrl-C ends it" in running.stderr.readline()
            # The data folder is taken: a second demo there would spoil the first one's journal.
            second = cordboard(tmp_path, "demo", "--minutes", "1", "--speed", "60")
            assert second.returncode == 1
            assert "another demo is at work" in second.stderr
            running.send_signal(signal.SIGINT)
            said = running.communicate(timeout=60)[1]
        finally:
            running.kill()
    assert running.returncode == 0
    assert "virtual minutes:" in said
    assert "Traceback" not in said
    assert "queues" in json.loads((tmp_path / "o.json").read_text())
    verified = cordboard(tmp_path, "db", "verify", "--journal", str(tmp_path / "demo" / "journal.sqlite3"))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_before_the_first_contact_the_summary_says_so(tmp_path: Path) -> None:
    done = cordboard(tmp_path, "demo", "--minutes", "0.1", "--speed", "600", "--json", str(tmp_path / "out.json"))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert set(json.loads((tmp_path / "out.json").read_text())) == {"queues"}


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("--minutes", "nan"), 2, "--minutes"),
        (("--minutes", "0"), 2, "--minutes"),
        (("--speed", "inf"), 2, "--speed"),
        (("--speed", "0"), 2, "--speed"),
        (("--json", "/nowhere/at/all/out.json"), 2, "/nowhere/at/all"),
        (("--config", "/nowhere.yaml"), 1, "/nowhere.yaml"),
    ],
)
def test_what_cannot_be_is_said_at_once(tmp_path: Path, arguments: tuple[str, ...], code: int, text: str) -> None:
    done = cordboard(tmp_path, "demo", *arguments)
    assert done.returncode == code
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "demo").exists()
