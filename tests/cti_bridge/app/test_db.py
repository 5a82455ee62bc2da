"""`cordboard db`: what it prints, and its exit codes."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cti_bridge.app.commands.db import app
from storage.intervals import IntervalTables
from storage.journal import open_journal
from storage.schema import REVISION
from tests.storage.entries import calls


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "journal.sqlite3"
    with open_journal(file) as journal:
        journal.append(calls(3))
    return file


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDBOARD_HOME", str(tmp_path))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def run_json(*arguments: object) -> Any:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def tamper(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_migrate_makes_the_tables_once(tmp_path: Path) -> None:
    new = tmp_path / "new" / "journal.sqlite3"
    assert run_json("migrate", "--journal", new) == {"before": None, "after": REVISION}
    assert run_json("migrate", "--journal", new) == {"before": REVISION, "after": REVISION}
    assert "nothing to do" in run("migrate", "--journal", new).stdout


def test_verify_finds_the_journal_of_the_data_folder_whole(path: Path) -> None:
    found = run_json("verify")
    assert found["holds"] is True
    assert found["facts"] == 27
    assert found["heads"]["a"]["seq"] == 27
    assert found["heads"]["a"]["hash"] in run("verify", "--journal", path).stdout


@pytest.mark.parametrize(
    ("statement", "seq", "said"),
    [
        ("UPDATE journal SET data = replace(data, 'call-1', 'call-7') WHERE seq = 12", 12, "was changed"),
        ("DELETE FROM journal WHERE seq = 12", 12, "fact 12 is missing"),
        ("DELETE FROM journal WHERE seq = 27", 27, "missing"),
        ("DELETE FROM journal_personal", 1, "no erasure tells"),
    ],
)
def test_verify_names_the_first_bad_place(path: Path, statement: str, seq: int, said: str) -> None:
    tamper(path, statement)
    done = run("verify")
    assert done.exit_code == 1
    assert f"node a, fact {seq}: " in done.stdout
    assert said in done.stdout
    told = run("verify", "--json")
    assert told.exit_code == 1
    found = json.loads(told.stdout)
    assert found["holds"] is False
    assert [(problem["node"], problem["seq"]) for problem in found["problems"]] == [("a", seq)]


def test_verify_against_heads_noted_down(path: Path, tmp_path: Path) -> None:
    noted = tmp_path / "heads.json"
    noted.write_text(run("verify", "--json").stdout)
    assert run("verify", "--anchors", noted).exit_code == 0
    tamper(path, "DELETE FROM journal")
    tamper(path, "DELETE FROM journal_personal")
    tamper(path, "DELETE FROM journal_head")
    assert run("verify").exit_code == 0, "an empty journal cannot tell"
    assert run("verify", "--anchors", noted).exit_code == 1
    noted.write_text("[]")
    assert run("verify", "--anchors", noted).exit_code == 2


def test_erase_then_verify(path: Path) -> None:
    found = run_json("erase", "--number", "+49 30-0000001", "--by", "Dana")
    assert found == {"contacts": 1, "facts": 2, "lingering": False, "sounds": 0, "hint": ""}
    assert run("verify").exit_code == 0
    with open_journal(path, read_only=True) as journal:
        told = list(journal.entries(kinds=["PersonalDataErased"]))
    assert len(told) == 1
    assert "Erased from 0 facts of 1 contacts." in run("erase", "--contact", "call-1").stdout


@pytest.mark.parametrize("arguments", [("--days", "10000"), ("--days", "0"), ("--since", "2023-11-14T22:13:30")])
def test_retain_then_verify(path: Path, arguments: tuple[str, ...]) -> None:
    removed = run_json("retain", *arguments)["facts"]
    assert removed == {"10000": {}, "0": {"a": 27}, "2023-11-14T22:13:30": {"a": 9}}[arguments[1]]
    assert run("verify").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("erase",),
        ("erase", "--number", ""),
        ("retain",),
        ("retain", "--days", "1", "--since", "2020-01-01"),
        ("retain", "--days", "-1"),
        ("retain", "--since", "2999-01-01"),
        ("verify", "--config", "no-such-file.yaml", "--anchors", "."),
    ],
)
def test_used_wrong(path: Path, arguments: tuple[str, ...]) -> None:
    before = path.read_bytes()
    done = run(*arguments)
    assert done.exit_code == 2 or (done.exit_code == 1 and done.exception is not None)
    assert path.read_bytes() == before


@pytest.mark.parametrize("command", [("verify",), ("erase", "--contact", "x"), ("retain", "--days", "1")])
def test_a_journal_that_is_not_there_is_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = run(*command, "--journal", tmp_path / "none.sqlite3")
    assert done.exit_code == 1
    assert "there is no journal at" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_raw_contacts_are_asked_in_sql(path: Path) -> None:
    question = "SELECT queue, count(*) AS n, max(waited_s) AS longest FROM contacts GROUP BY queue ORDER BY queue"
    assert run_json("query", question) == {
        "columns": ["queue", "n", "longest"],
        "rows": [["q0", 1, 0.0], ["q1", 1, 1e-06], ["q2", 1, 2e-06]],
    }
    assert "longest" in run("query", question, "--journal", path).stdout
    assert path.with_suffix(".duckdb").exists()
    wrong = run("query", "SELECT nonsense FROM contacts")
    assert "nonsense" in str(wrong.exception)
    assert getattr(wrong.exception, "exit_code", 1) == 2


def test_tables_are_made_anew(path: Path) -> None:
    assert "27 facts" in run("rebuild").stdout
    with open_journal(path, read_only=True) as journal:
        assert IntervalTables(journal).lag() == 0
