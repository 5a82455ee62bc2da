"""`cordboard import` and `cordboard report` on a journal in a file: what people type, and the exit codes."""

import gzip
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

from cti_bridge.app.main import main
from facts.ids import ContactId
from facts.journal import MenuNodeEntered
from storage.intervals import IntervalTables
from storage.journal import open_journal
from tests.reporting.importers.test_calls import HEADER, bank_row
from tests.reporting.scenes import Scene

JANUARY = ("--from", "1999-01-01", "--to", "1999-02-01")


class Done(NamedTuple):
    """What a command said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


class Desk:
    """Runs commands in a data folder of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *arguments: str) -> Done:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        env = {"CORDBOARD_HOME": str(self.home), "COLUMNS": "100"}
        with (
            patch.dict("os.environ", env),
            patch("sys.argv", ["cordboard", *arguments]),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = 0
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0
        said, told = (stream.buffer.getvalue().decode() for stream in (out, err))
        return Done(code, said, told)

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        bank_row(1, queue="9:00:10\t9:00:25\t15", talk="9:00:25\t9:02:05\t100"),
        bank_row(2, kind="NW"),
        bank_row(3, outcome="HANG", queue="9:00:10\t9:01:10\t60", talk="0:00:00\t0:00:00\t0", server="NO_SERVER"),
        bank_row(4, outcome="PHANTOM"),
    ]
    path = tmp_path_factory.mktemp("bank") / "month.tsv.gz"
    path.write_bytes(gzip.compress("\n".join([HEADER, *rows, ""]).encode()))
    return path


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, month: Path) -> Desk:
    made = Desk(tmp_path_factory.mktemp("desk") / "home")
    taken = made.json("import", "calls", str(month), "--map", "anonymous_bank")
    assert (taken["rows"], taken["imported"], taken["ignored"]) == (4, 3, 1)
    return made


def test_an_imported_month_reports_like_our_own(desk: Desk) -> None:
    data = desk.json("report", "summary", "--by", "queue", "--service-level", "20", "--formula", "SL3", *JANUARY)
    rows = {row["slice"]["queue"]: row["figures"] for row in data["rows"]}
    assert {queue: figures["offered"]["value"] for queue, figures in rows.items()} == {"PS": 2, "NW": 1}
    assert rows["PS"]["service_level"]["value"] == 0.5
    assert rows["PS"]["talk_s"]["value"] == 100


def test_an_import_leaves_the_tables_level(desk: Desk) -> None:
    with open_journal(desk.home / "journal.sqlite3") as journal:
        tables = IntervalTables(journal)
        assert tables.filled()
        assert tables.lag() == 0


def test_importing_again_adds_nothing(desk: Desk, month: Path) -> None:
    again = desk.json("import", "calls", str(month), "--map", "anonymous_bank")
    assert (again["imported"], again["already_there"], again["facts"]) == (0, 3, 0)


def test_a_summary_without_slices_is_by_queue_with_the_whole_beside(desk: Desk) -> None:
    data = desk.json("report", "summary")
    assert {row["slice"]["queue"] for row in data["rows"]} == {"PS", "NW"}
    assert data["total"]["figures"]["offered"]["value"] == 3


def test_rejected_rows_are_told_and_the_rest_is_in(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    path = tmp_path / "bad.tsv"
    path.write_text("\n".join([HEADER, bank_row(1), bank_row(2, date="990231"), ""]))
    done = desk.run("import", "calls", str(path), "--map", "anonymous_bank")
    assert done.returncode == 1
    assert "line 3: rejected" in done.stderr
    assert desk.json("report", "summary")["total"]["figures"]["offered"]["value"] == 1


def test_a_queue_log_is_imported(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    path = tmp_path / "queue_log"
    path.write_text("1770000000|c|sales|NONE|ENTERQUEUE||1|1\n1770000009|c|sales|NONE|ABANDON|1|1|9\n")
    assert desk.json("import", "queue-log", str(path))["facts"] == 4
    assert desk.json("report", "summary")["rows"][0]["figures"]["abandoned"]["value"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("summary", "--from", "1999-02-01", "--to", "1999-01-01"), 2, "ends before it begins"),
        (("summary", "--from", "1999-02-01", "--to", "1999-02-01"), 2, "empty"),
        (("summary", "--time-zone", "Mars/Base"), 2, "no time zone"),
        (("summary", "--by", "shoe_size"), 2, "cannot slice"),
        (("summary", "--figures", "luck"), 2, "no key figure"),
        (("summary", "--formula", "SL9"), 2, "SL9"),
        (("summary", "--service-level", "20.03"), 2, "threshold"),
        (("summary", "--service-level", "nan"), 2, "no number of seconds"),
        (("summary", "--short-abandon", "inf"), 2, "no number of seconds"),
        (("summary", "--fcr-scope", "mood"), 2, "--fcr-scope"),
        (("summary", "--fcr-days", "nan"), 2, "--fcr-days"),
        (("summary", "--time-zone", ""), 2, "no time zone"),
        (("summary", "--figures", ","), 2, "no key figure"),
        (("summary", "--by", "queue,queue"), 2, "once"),
        (("summary", "--queue", "nowhere"), 1, "does not occur"),
        (("summary", "--from", "soon"), 2, "no date"),
        (("summary", "--hours", "always"), 2, "opening hours"),
        (("summary", "--output", "x.pdf"), 2, ".xlsx"),
        (("summary", "--journal", "nowhere.sqlite3"), 1, "no journal"),
        (("contacts", "--outcome", "happy"), 2, "happy"),
        (("contact", "nobody"), 1, "no contact"),
        (("why-missed", "--queue", "PS", "--from", "1999-01-05", "--to", "1999-01-06"), 2, "--goal"),
    ],
)
def test_bad_questions_get_clear_answers(desk: Desk, arguments: tuple[str, ...], code: int, told: str) -> None:
    done = desk.run("report", *arguments)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [("name: x\n", "identity"), ("name: [\n", "YAML"), ("name: x\nsecret: 1\n", "secret")],
)
def test_bad_maps_are_refused(desk: Desk, tmp_path: Path, month: Path, text: str, told: str) -> None:
    (tmp_path / "map.yaml").write_text(text)
    done = desk.run("import", "calls", str(month), "--map", str(tmp_path / "map.yaml"))
    assert done.returncode == 2
    assert told in done.stderr


def test_no_such_map_or_file_is_used_wrong(desk: Desk, month: Path) -> None:
    assert desk.run("import", "calls", str(month), "--map", "nothing").returncode == 2
    assert desk.run("import", "calls", "nowhere.tsv", "--map", "anonymous_bank").returncode == 2


def test_a_story_calls_voice_menus_by_their_titles(tmp_path: Path) -> None:
    scene = Scene()
    scene.arrives(0, "a")
    scene.tell(1, MenuNodeEntered(contact_id=ContactId("a"), flow="night", node="choose"))
    scene.tell(2, MenuNodeEntered(contact_id=ContactId("a"), flow="day", node="choose"))
    scene.tell(3, MenuNodeEntered(contact_id=ContactId("a"), flow="sorry", node="say"))
    with open_journal(tmp_path / "journal.sqlite3") as journal:
        journal.append(scene.list)
    (tmp_path / "night.yaml").write_text(NIGHT)
    (tmp_path / "cordboard.yaml").write_text(f"flows: [night.yaml]\nhome: {tmp_path}\n")
    asked = ("report", "contact", "a", "--config", str(tmp_path / "cordboard.yaml"))
    told = Desk(tmp_path).run(*asked).stdout
    assert "menu Out of hours: came to choose" in told
    assert "menu day: came to choose" in told
    assert "menu Nobody can take the call: came to say" in told
    assert "Out of hours" in Desk(tmp_path).run(*asked, "--language", "zh").stdout
    assert Desk(tmp_path).json(*asked)["facts"][1]["data"]["flow"] == "night"
    (tmp_path / "night.yaml").write_text("flow: [")
    assert "menu night: came to choose" in Desk(tmp_path).run(*asked).stdout, "broken files keep no story back"


NIGHT = """
flow: night
title: Out of hours
start: choose
nodes:
  choose: {type: hang_up, prompts: [bye]}
prompts: {bye: {en: goodbye}}
"""


def test_every_other_report_answers(desk: Desk, tmp_path: Path) -> None:
    contacts = desk.json("report", "contacts", "--outcome", "abandoned")["contacts"]
    assert [row["contact_id"] for row in contacts] == ["anonymous_bank:AA0101/3/990105"]
    told = desk.json("report", "contact", contacts[0]["contact_id"])
    assert [fact["kind"] for fact in told["facts"]] == [
        "ContactOffered",
        "ContactQueued",
        "ContactAbandoned",
        "ContactEnded",
    ]
    assert desk.json("report", "flow") == {"nodes": []}
    assert [row["slice"] for row in desk.json("report", "intervals")["rows"]] == [{"30min": "1999-01-05T09:00+00:00"}]
    assert "sales" not in desk.run("report", "agents").stdout
    assert set(desk.json("report", "catalogue")) == {"figures", "service_level_formulas"}
    missed = desk.json(
        "report",
        "why-missed",
        "--queue",
        "PS",
        "--goal",
        "0.9",
        "--from",
        "1999-01-05T09:00",
        "--to",
        "1999-01-05T10:00",
    )
    assert [(miss["service_level"], miss["formula"]) for miss in missed["missed"]] == [(0.5, "SL3")]
    assert desk.run("report", "queues", "--output", str(tmp_path / "queues.html")).returncode == 0
    assert (tmp_path / "queues.html").read_text().startswith("<!DOCTYPE html>")


def test_a_restart_in_the_journal_file_counts_like_in_memory(tmp_path: Path) -> None:
    scene = Scene()
    scene.queued(0, "kept")
    scene.queued(1, "lost")
    scene.restarts(10)
    scene.queued(11, "kept", returned=True, joined_at=scene.list[0].at)
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.append(scene.list)
    figures = Desk(tmp_path).json("report", "summary", "--journal", str(path))["rows"][0]["figures"]
    balance = ("offered", "answered", "abandoned", "left_otherwise", "in_progress")
    assert [figures[name]["value"] for name in balance] == [2, 0, 0, 1, 1]


def test_scheduled_reports_are_made_when_due_and_not_again(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "reports.yaml"
    file.write_text(f"reports: [{{name: daily, folder: {tmp_path / 'out'}, forms: [html, json]}}]\n")
    made = desk.json("report", "scheduled", str(file))["made"]
    assert [(one["name"], one["fault"]) for one in made] == [("daily", "")]
    assert len(list((tmp_path / "out").iterdir())) == 2
    assert desk.json("report", "scheduled", str(file)) == {"made": []}
