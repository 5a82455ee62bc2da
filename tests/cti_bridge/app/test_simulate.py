"""``cordboard simulate`` at the command line."""

import json
import subprocess
import sys
from pathlib import Path

from tests.simulation.scenarios.test_run import SCENARIO


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cti_bridge.app.main", "simulate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def _file(tmp_path: Path, text: str) -> str:
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_json_alone_on_standard_output(tmp_path: Path) -> None:
    done = _run(_file(tmp_path, SCENARIO), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert result["calls_per_cpu_second"] > 0
    calls = result["call_types"]["A"]
    counts, estimates = {"offered", "blocked", "abandoned", "answered"}, set(calls) - {"offered", "blocked"}
    assert estimates - counts == {
        "p_wait",
        "p_block",
        "p_abandon",
        "mean_wait_all_s",
        "mean_wait_answered_s",
        "sl_of_offered",
        "sl_of_answered",
    }
    assert set(calls["p_wait"]) == {"value", "half_width_95"}
    pool = result["pools"]["P2"]
    assert set(pool["utilisation"]) == {"value", "half_width_95"}
    assert set(pool["share_of_type_answered"]) == {"A", "B"}


def test_tables_for_people(tmp_path: Path) -> None:
    done = _run(_file(tmp_path, SCENARIO))
    assert done.returncode == 0
    assert "utilisation" in done.stdout
    assert "calls per CPU second" in done.stdout


def test_mistakes_end_with_1_and_are_told_on_standard_error(tmp_path: Path) -> None:
    done = _run(_file(tmp_path, SCENARIO.replace("per_hour: 80", "per_hour: 0").replace("agents: 6", "agents: six")))
    assert (done.returncode, done.stdout) == (1, "")
    assert "call_types[0].per_hour: has to be above 0" in done.stderr
    assert "pools[0].agents: has to be a whole number" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    done = _run(str(tmp_path / "none.yaml"), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be read" in done.stderr
