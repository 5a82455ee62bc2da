"""Tables of calls from elsewhere: rows to facts, holes, repairs, twice the same file."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import reporting.importers
from facts.journal import ContactConnected, ContactQueued
from facts.time import SECOND
from reporting.importers.calls import import_calls
from reporting.importers.clocks import clock_of
from reporting.importers.errors import ImportRefusedError, MapError
from reporting.importers.ingest import Outcome
from reporting.importers.table_map import TableMap, load_map
from reporting.kpi.intervals import to_instant
from reporting.kpi.report import Query, build, read
from tests.reporting.importers.tables import NIGHTS, by_queue, taken
from tests.reporting.scenes import Scene

BANK = Path(reporting.importers.__file__).parent / "maps" / "anonymous_bank.yaml"
HEADER = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\t"
    "q_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver"
)
NO_QUEUE = "0:00:00\t0:00:00\t0"
NO_TALK = "0:00:00\t0:00:00\t0"


def bank_row(
    call_id: int,
    *,
    line: str = "AA0101",
    kind: str = "PS",
    date: str = "990105",
    ivr: tuple[str, str] = ("9:00:00", "9:00:10"),
    queue: str = NO_QUEUE,
    outcome: str = "AGENT",
    talk: str = "9:00:10\t9:01:10\t60",
    server: str = "RUTH",
    customer: str = "0\t0",
) -> str:
    return (
        f"{line}\t{call_id}\t{customer}\t{kind}\t{date}\t{ivr[0]}\t{ivr[1]}\t10\t{queue}\t{outcome}\t{talk}\t{server}"
    )


def bank_file(tmp_path: Path, *rows: str, packed: bool = False) -> Path:
    text = "\n".join([HEADER, *rows]) + "\n"
    path = tmp_path / ("month.tsv.gz" if packed else "month.tsv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


def take(path: Path, scene: Scene, table: TableMap | None = None) -> Outcome:
    return import_calls(path, table or load_map(BANK), UTC, scene)


def test_bank_rows_report_by_call_type(tmp_path: Path) -> None:
    rows = [
        bank_row(1, queue="9:00:10\t9:00:25\t15", talk="9:00:25\t9:02:05\t100"),
        bank_row(2),
        bank_row(3, outcome="HANG", queue="9:00:10\t9:01:10\t60", talk=NO_TALK, server="NO_SERVER"),
        bank_row(4, outcome="HANG", talk=NO_TALK, server="NO_SERVER"),
        bank_row(5, outcome="AGENT", talk=NO_TALK, server="NO_SERVER"),
        bank_row(6, kind="NE", outcome="PHANTOM", talk=NO_TALK),
        bank_row(7, kind="NW", queue="9:00:10\t9:00:31\t21"),
    ]
    scene = Scene()
    outcome = take(bank_file(tmp_path, *rows, packed=True), scene)
    assert (outcome.rows, outcome.taken, outcome.ignored, outcome.problems) == (7, 6, 1, [])
    figures = by_queue(scene)
    assert set(figures) == {"PS", "NW"}
    bank = {name: figure.value for name, figure in figures["PS"].items()}
    assert bank["offered"] == 5
    assert (bank["answered"], bank["abandoned"], bank["abandon_rate"]) == (3, 2, 0.4)
    assert (bank["asa_s"], bank["mean_wait_s"]) == (5.0, 15.0)
    assert bank["service_level"] == 3 / 5, "calls that did not queue were answered at once"
    assert (bank["talk_s"], bank["handled"]) == (80.0, 2), "an answered call without talk has no length to average"
    assert figures["NW"]["service_level"].value == 0.0


def test_a_call_over_midnight_goes_on_the_next_day(tmp_path: Path) -> None:
    row = bank_row(
        1, date="990131", ivr=("23:59:50", "0:00:05"), queue="0:00:05\t0:00:20\t15", talk="0:00:20\t0:02:00\t100"
    )
    scene = Scene()
    assert take(bank_file(tmp_path, row), scene).problems == []
    queued, connected = scene.list[1], scene.list[2]
    assert isinstance(queued.fact, ContactQueued)
    assert isinstance(connected.fact, ContactConnected)
    assert queued.at == to_instant(datetime(1999, 2, 1, 0, 0, 5, tzinfo=UTC))
    assert connected.at - queued.at == 15 * SECOND


@pytest.mark.parametrize("ivr", [("0:00:00", "13:05:00"), ("13:05:00", "13:05:00"), ("13:04:50", "13:05:00")])
def test_a_call_without_the_time_of_its_entry_stays_on_its_day(tmp_path: Path, ivr: tuple[str, str]) -> None:
    row = bank_row(1, date="990105", ivr=ivr, queue="13:05:00\t13:05:15\t15", talk="13:05:15\t13:06:55\t100")
    scene = Scene()
    outcome = take(bank_file(tmp_path, row), scene)
    assert [problem.what for problem in outcome.problems] == (["repaired"] if ivr[0] == "0:00:00" else [])
    assert scene.list[1].at == to_instant(datetime(1999, 1, 5, 13, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("entry", "exit_", "queued"),
    [("13:05:00", "0:00:00", "1999-01-05T00:00:00"), ("0:00:07", "23:59:58", "1999-01-04T23:59:58")],
)
def test_the_end_of_the_menu_lies_near_its_beginning(tmp_path: Path, entry: str, exit_: str, queued: str) -> None:
    scene = Scene()
    outcome = take(bank_file(tmp_path, bank_row(1, date="990105", ivr=(entry, exit_))), scene)
    assert [problem.what for problem in outcome.problems] == ["repaired"]
    assert scene.list[0].at == scene.list[1].at == to_instant(datetime.fromisoformat(f"{queued}+00:00"))


def test_a_menu_that_ends_before_it_begins_is_repaired_and_told(tmp_path: Path) -> None:
    row = bank_row(1, ivr=("15:46:01", "15:45:24"), queue="15:45:24\t15:46:41\t77")
    scene = Scene()
    outcome = take(bank_file(tmp_path, row), scene)
    assert [(problem.line, problem.what) for problem in outcome.problems] == [(2, "repaired")]
    assert scene.list[0].at == to_instant(datetime(1999, 1, 5, 15, 45, 24, tzinfo=UTC))
    assert by_queue(scene)["PS"]["asa_s"].value == 77


def test_what_cannot_be_is_rejected_with_line_and_reason(tmp_path: Path) -> None:
    rows = [
        bank_row(1),
        bank_row(2, date="990231"),
        bank_row(3, ivr=("9:61:00", "9:00:10")),
        bank_row(4, outcome="GHOST"),
        bank_row(1),
        "AA0101\t9\t0",
        bank_row(10, line=""),
        "",
        HEADER,
        bank_row(11, queue="9:00:10\t9:00:40\t-7"),
    ]
    scene = Scene()
    outcome = take(bank_file(tmp_path, *rows), scene)
    told = {problem.line: (problem.what, problem.reason) for problem in outcome.problems}
    assert {line: what for line, (what, _) in told.items()} == {
        3: "rejected",
        4: "rejected",
        5: "rejected",
        6: "rejected",
        7: "rejected",
        8: "rejected",
        11: "repaired",
    }
    assert "990231" in told[3][1]
    assert "vru_entry" in told[4][1]
    assert "GHOST" in told[5][1]
    assert "line 2" in told[6][1]
    assert "vru+line" in told[8][1]
    assert "30 s reckoned" in told[11][1]
    assert (outcome.taken, outcome.ignored) == (2, 1)


def test_a_talk_that_ends_before_it_begins_has_no_known_length(tmp_path: Path) -> None:
    row = bank_row(1, talk="9:01:10\t9:01:05\t-5")
    scene = Scene()
    outcome = take(bank_file(tmp_path, row, bank_row(2)), scene)
    assert [problem.what for problem in outcome.problems] == ["repaired"]
    figures = by_queue(scene)["PS"]
    assert (figures["answered"].value, figures["handled"].value, figures["talk_s"].value) == (2, 1, 60)


def test_the_same_file_twice_counts_once_and_a_longer_one_adds_the_rest(tmp_path: Path) -> None:
    scene = Scene()
    assert take(bank_file(tmp_path, bank_row(1), bank_row(2)), scene).taken == 2
    again = take(bank_file(tmp_path, bank_row(1), bank_row(2), bank_row(2, date="990106")), scene)
    assert (again.known, again.taken) == (2, 1), "the call's number comes again on another day"
    assert by_queue(scene)["PS"]["offered"].value == 3


def test_clocks_are_read_in_the_zone_of_the_map(tmp_path: Path) -> None:
    table = load_map(BANK)
    scene = Scene()
    import_calls(bank_file(tmp_path, bank_row(1)), table, ZoneInfo("Asia/Jerusalem"), scene)
    assert scene.list[0].at == to_instant(datetime(1999, 1, 5, 7, 0, 0, tzinfo=UTC))


def test_damaged_archives_and_wrong_files_are_refused(tmp_path: Path) -> None:
    path = bank_file(tmp_path, *(bank_row(n) for n in range(500)), packed=True)
    path.write_bytes(path.read_bytes()[:-40])
    scene = Scene()
    with pytest.raises(ImportRefusedError, match="damaged"):
        take(path, scene)
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(MapError, match="no column"):
        take(other, scene)
    (tmp_path / "empty.tsv").write_text("")
    with pytest.raises(MapError, match="no column"):
        take(tmp_path / "empty.tsv", scene)
    assert scene.list == []


SHOP = """
name: shop
format: {delimiter: ","}
identity: [id]
arrived: {column: when, format: "%d.%m.%Y %H:%M"}
wait: {since: rang, until: taken}
talk: {column: talk, unit: clock}
hold: {column: hold, unit: ms}
wrap_up: {column: after}
outcome:
  column: how
  answered: [ok]
  abandoned: [lost]
  left: {timed_out: [late]}
queue: {value: shop}
agent: {column: who}
region: {column: place}
disposition: {column: topic}
resolved: {column: solved, yes: ["Y"], no: ["N"]}
score: {column: stars}
"""


def test_another_table_with_codes_and_stars(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP)
    (tmp_path / "shop.csv").write_text(
        "id,when,rang,taken,talk,hold,after,how,who,place,topic,solved,stars\n"
        "1,05.03.2026 10:00,10:00:00,10:00:30,0:01:00,15000,5,ok,ann,North,bill,Y,4\n"
        "2,05.03.2026 23:59,23:59:50,0:00:20,,,,lost,,,,,\n"
        "3,05.03.2026 11:00,11:00:00,11:05:00,,,,late,,,,,\n"
    )
    scene = Scene()
    outcome = import_calls(tmp_path / "shop.csv", load_map(tmp_path / "shop.yaml"), UTC, scene)
    assert outcome.taken == 3
    row = {name: figure.value for name, figure in by_queue(scene)["shop"].items()}
    assert (row["asa_s"], row["mean_abandon_wait_s"], row["left_timed_out"]) == (30, 30, 1)
    assert (row["talk_s"], row["hold_s"], row["wrap_up_s"], row["aht_s"]) == (60, 15, 5, 80)
    assert (row["fcr_code"], row["csat"]) == (1.0, 4.0)


@pytest.mark.parametrize(
    ("day", "begin", "end", "minutes"),
    [
        ("2026-03-29", "1:50:00", "3:10:00", 20),
        ("2026-03-28", "23:30:00", "3:30:00", 180),
        ("2026-10-25", "1:50:00", "3:10:00", 140),
        ("2026-10-25", "2:50:00", "2:10:00", 20),
        ("2026-10-25", "2:10:00", "2:50:00", 40),
        ("2026-10-24", "23:50:00", "0:10:00", 20),
    ],
)
def test_a_talk_across_a_change_of_clocks_is_as_long_as_it_was(
    tmp_path: Path, day: str, begin: str, end: str, minutes: int
) -> None:
    row = f"1,{day},{begin},{end},ok,ann,north,"
    scene, outcome = taken(tmp_path, NIGHTS, "id,day,begin,end,how,who,team,stars", row, zone=ZoneInfo("Europe/Berlin"))
    assert outcome.problems == []
    assert by_queue(scene)["night"]["talk_s"].value == minutes * 60


STAMPS = """
name: stamps
format: {delimiter: ";", encoding: latin-1, decimal: ","}
identity: [id]
arrived: {column: start, format: FORM}
queued: {column: queued, format: FORM, none: ["NULL"]}
wait: {since: start, until: [answered, ended], none: ["NULL"]}
talk: {since: answered, until: ended, none: ["NULL"]}
wrap_up: {column: after, unit: "m:ss"}
outcome: {column: answered, abandoned: ["", "NULL"], otherwise: answered}
queue: {column: line}
agent: {column: who}
score: {column: stars}
"""


def stamps(form: str) -> list[str]:
    """Two calls as a table of moments tells them: answered after 30 s, and given up after 60 s."""
    at = datetime(2021, 1, 4, 23, 59, 0, tzinfo=UTC)
    written = [
        str(int(moment.timestamp())) if form == "epoch" else moment.strftime(form)
        for moment in (at, at + timedelta(seconds=30), at + timedelta(seconds=130), at + timedelta(seconds=60))
    ]
    start, answered, ended, gave_up = written
    return [
        "id;start;queued;answered;ended;after;line;who;stars",
        f'1;{start};;{answered};{ended};75:30;"Gr\u00fcn;Rot";anna;4,5',
        f"2;{start};NULL;NULL;{gave_up};;Gr\u00fcn;;",
        f"3;{start};{start};;{gave_up};;Gr\u00fcn;;",
    ]


@pytest.mark.parametrize("form", ["epoch", "%Y-%m-%d %H:%M:%S", "%d.%m.%y %I:%M:%S %p", "%Y%m%d%H%M%S"])
def test_waits_and_talks_are_reckoned_from_moments(tmp_path: Path, form: str) -> None:
    (tmp_path / "map.yaml").write_text(STAMPS.replace("FORM", f'"{form}"'))
    (tmp_path / "rows.csv").write_bytes("\r\n".join(stamps(form)).encode("latin-1"))
    scene = Scene()
    outcome = import_calls(tmp_path / "rows.csv", load_map(tmp_path / "map.yaml"), UTC, scene)
    assert (outcome.taken, outcome.problems) == (3, [])
    answered, lost = by_queue(scene)["Gr\u00fcn;Rot"], by_queue(scene)["Gr\u00fcn"]
    assert (answered["asa_s"].value, answered["talk_s"].value) == (30, 100)
    assert (answered["wrap_up_s"].value, answered["csat"].value) == (75 * 60 + 30, 4.5)
    assert (lost["abandoned"].value, lost["mean_abandon_wait_s"].value) == (2, 60)


def test_a_moment_that_comes_twice_is_the_one_after_the_beginning(tmp_path: Path) -> None:
    text = NIGHTS.replace("{date: day, clock: begin}", "{column: begin}")
    row = "1,,2026-10-25 02:50:00,2026-10-25 02:10:00,ok,ann,north,"
    scene, outcome = taken(tmp_path, text, "id,day,begin,end,how,who,team,stars", row, zone=ZoneInfo("Europe/Berlin"))
    assert outcome.problems == []
    assert by_queue(scene)["night"]["talk_s"].value == 20 * 60


def test_clocks_of_half_days(tmp_path: Path) -> None:
    rows = ["1,2026-03-02,11:59:30 PM,12:00:30 am,ok,ann,north,", "2,2026-03-02,12:10 p.m.,1:10 PM,ok,bob,south,"]
    scene, outcome = taken(tmp_path, NIGHTS, "id,day,begin,end,how,who,team,stars", *rows)
    assert outcome.problems == []
    assert [entry.at for entry in scene.list if isinstance(entry.fact, ContactQueued)] == [
        to_instant(datetime(2026, 3, 2, 12, 10, tzinfo=UTC)),
        to_instant(datetime(2026, 3, 2, 23, 59, 30, tzinfo=UTC)),
    ]
    assert by_queue(scene)["night"]["talk_s"].value == (60 + 3600) / 2


def test_a_quotation_mark_that_is_not_closed_costs_no_row(tmp_path: Path) -> None:
    rows = [
        '1,2026-03-02,9:00,9:01,ok,"ann',
        'bee",north,4',
        '2,2026-03-02,9:10,9:11,ok,"bob,south,3',
        *(f"{n},2026-03-02,10:00,10:01,ok,eve,east,5" for n in range(3, 300)),
    ]
    scene, outcome = taken(tmp_path, NIGHTS, "id,day,begin,end,how,who,team,stars", *rows)
    assert outcome.taken == 299
    assert [(problem.line, problem.what) for problem in outcome.problems] == [(4, "repaired")]
    assert "quotation mark" in outcome.problems[0].reason
    agents = {entry.fact.agent_id for entry in scene.list if isinstance(entry.fact, ContactConnected)}
    assert agents == {"ann\nbee", '"bob', "eve"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_a_mark_of_unicode_before_a_quoted_header(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "map.yaml").write_text(f"{NIGHTS}format: {{encoding: {encoding}}}\n")
    text = '"id","day","begin","end","how","who","team","stars"\r\n"1","2026-03-02","9:00","9:01","ok","ann","n",""\r\n'
    (tmp_path / "rows.csv").write_text(text, encoding="utf-16" if encoding == "utf-16" else "utf-8-sig", newline="")
    scene = Scene()
    outcome = import_calls(tmp_path / "rows.csv", load_map(tmp_path / "map.yaml"), UTC, scene)
    assert (outcome.taken, outcome.problems) == (1, [])


def test_who_watches_is_told_of_reading_and_of_writing(tmp_path: Path) -> None:
    read: list[int] = []
    written: list[tuple[int, int]] = []
    import_calls(
        bank_file(tmp_path, *(bank_row(number) for number in range(1500))),
        load_map(BANK),
        UTC,
        Scene(),
        progress=read.append,
        on_written=lambda done, total: written.append((done, total)),
    )
    assert len(read) == 1
    assert [done for done, _ in written] == [1000, 2000, 3000, 4000, 5000, 6000, 7000]
    assert {total for _, total in written} == {7500}


def test_teams_and_parts_of_stars(tmp_path: Path) -> None:
    rows = ["1,2026-03-02,9:00,9:01,ok,ann,north,4.5", "2,2026-03-02,9:10,9:11,ok,bob,south,3"]
    scene, _ = taken(tmp_path, NIGHTS, "id,day,begin,end,how,who,team,stars", *rows)
    report = build(read(scene, None, None), Query(by=("team",)))
    found = {row.slice["team"]: row.figures["csat"].value for row in report.rows}
    assert found == {"north": 4.5, "south": 3.0}


def test_moments_in_milliseconds_since_1970(tmp_path: Path) -> None:
    text = NIGHTS.replace("{date: day, clock: begin}", "{column: day, format: epoch_ms}")
    rows = ["1,1772442000500,9:00,9:01,ok,ann,north,", "2,17724420005000000,9:00,9:01,ok,ann,north,"]
    scene, outcome = taken(tmp_path, text, "id,day,begin,end,how,who,team,stars", *rows)
    assert scene.list[0].at == 1772442000500 * 1000
    assert [(problem.line, problem.what) for problem in outcome.problems] == [(3, "rejected")]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("name: shop", "name: a b c"),
        ("identity: [id]", "identity: []"),
        ("identity: [id]", "identiti: [id]"),
        ('{delimiter: ","}', '{delimiter: ";;"}'),
        ("{since: rang, until: taken}", "{since: rang}"),
        ("{column: talk, unit: clock}", "{column: talk, unit: hours}"),
        ("answered: [ok]", "answered: []"),
        ("answered: [ok]", "answered: ok"),
        ("left: {timed_out: [late]}", "left: {vanished: [late]}"),
    ],
)
def test_mistakes_in_a_map_are_told_with_their_line(tmp_path: Path, change: str, told: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP.replace(change, told))
    line = next(number for number, text in enumerate(path.read_text().split("\n"), 1) if told in text)
    with pytest.raises(MapError) as raised:
        load_map(path)
    assert "shop.yaml:" in str(raised.value)
    if "identiti" not in told:
        assert f"shop.yaml:{line}:" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:00:00", 0),
        ("9:05", 32700),
        ("23:59:59.5", 86399.5),
        ("", None),
        ("9", None),
        ("-1:00:00", None),
        ("1:60:00", None),
        ("1:2:nan", None),
    ],
)
def test_clocks(text: str, seconds: float | None) -> None:
    read_as = clock_of(text)
    assert (None if read_as is None else read_as / SECOND) == seconds
