"""Asterisk's queue_log: its dresses, its holes, and the same log again when it has grown."""

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from facts.journal import ContactTransferred
from reporting.importers.errors import ImportRefusedError
from reporting.importers.queue_log import QueueLogOutcome, import_queue_log
from reporting.kpi.figures import Figure
from reporting.kpi.intervals import parse_moment
from reporting.kpi.report import Query, build, read
from tests.reporting.scenes import Scene

T = 1_770_000_000


def log(*lines: str) -> str:
    """Lines of the file itself: ``seconds|rest``."""
    return "".join(f"{T + float(at):.0f}|{rest}\n" for at, rest in (line.split("|", 1) for line in lines))


def take(tmp_path: Path, text: str, scene: Scene | None = None) -> tuple[Scene, QueueLogOutcome]:
    path = tmp_path / "queue_log"
    path.write_text(text)
    scene = scene or Scene()
    return scene, import_queue_log(path, UTC, scene)


def figures(scene: Scene, *by: str) -> dict[tuple[str | None, ...], dict[str, Figure]]:
    report = build(read(scene, None, None), Query(by=by))
    return {tuple(row.slice.values()): row.figures for row in (*report.rows, report.total)}


def values(row: dict[str, Figure], *names: str) -> list[float | None]:
    return [row[name].value for name in names]


BALANCE = ("offered", "answered", "abandoned", "left_otherwise", "in_progress")

CALL = (
    "0|c1|sales|NONE|ENTERQUEUE||5551|1",
    "12|c1|sales|PJSIP/ann|RINGNOANSWER|10000",
    "20|c1|sales|PJSIP/bob|CONNECT|19|x.1|4",
    "80|c1|sales|PJSIP/bob|COMPLETECALLER|19|60|1",
)


def test_a_call_as_asterisk_writes_it(tmp_path: Path) -> None:
    scene, outcome = take(tmp_path, log(*CALL))
    assert outcome.problems == []
    sales = figures(scene, "queue")["sales",]
    assert values(sales, *BALANCE, "asa_s", "talk_s", "offers", "rona_rate") == [1, 1, 0, 0, 0, 19, 60, 2, 0.5]
    assert values(figures(scene, "agent")["PJSIP/ann",], "offers_no_answer", "answered") == [1, 0]


@pytest.mark.parametrize(
    ("lines", "wrap_up", "aht"), [((), None, 60), (("80|c1|sales|PJSIP/bob|WRAPUPSTART|15",), 15, 75)]
)
def test_hold_is_never_told_and_wrap_up_by_few(
    tmp_path: Path, lines: tuple[str, ...], wrap_up: float | None, aht: float
) -> None:
    scene, _ = take(tmp_path, log(*CALL, *lines))
    sales = figures(scene, "queue")["sales",]
    assert values(sales, "hold_s", "wrap_up_s", "aht_s") == [None, wrap_up, aht]
    unclassified = [sales[name].unclassified for name in ("hold_s", "wrap_up_s", "aht_s")]
    assert unclassified == [1, 0 if lines else 1, 1]


@pytest.mark.parametrize(
    ("verb", "data", "kind"),
    [
        ("EXITWITHTIMEOUT", "1|2|30", "left_timed_out"),
        ("EXITWITHTIMEOUT", "1", "left_timed_out"),
        ("EXITWITHKEY", "5|1|2|30", "left_key"),
        ("EXITEMPTY", "1|2|30", "left_no_agents"),
        ("WITHDRAW", "1|2|30", "left_withdrawn"),
        ("ABANDON", "1|2|30", "abandoned"),
    ],
)
def test_every_exit_has_its_own_count_and_its_wait(tmp_path: Path, verb: str, data: str, kind: str) -> None:
    scene, _ = take(tmp_path, log("0|c|sales|NONE|ENTERQUEUE||1|1", f"30|c|sales|NONE|{verb}|{data}"))
    assert values(figures(scene)[()], kind, "in_progress", "longest_wait_s") == [1, 0, 30]


@pytest.mark.parametrize("verb", ["JOINEMPTY", "FULL", "CLOSED", "DIVERT_HOLDTIME"])
def test_turned_away_without_an_entry(tmp_path: Path, verb: str) -> None:
    scene, outcome = take(tmp_path, log(f"0|c|sales|NONE|{verb}|"))
    assert values(figures(scene)[()], *BALANCE) == [1, 0, 0, 1, 0]
    assert outcome.problems == []


@pytest.mark.parametrize(
    ("line", "to"),
    [
        ("BLINDTRANSFER|200|default|5|40|1", "200"),
        ("TRANSFER|200|default|5|40", "200"),
        ("ATTENDEDTRANSFER|BRIDGE|b-1|5|40|1", "b-1"),
        ("ATTENDEDTRANSFER|LINK|chan-a|chan-b|5|40|1", "chan-a"),
        ("ATTENDEDTRANSFER|APP|Playback|5|40|1", "Playback"),
    ],
)
def test_transfers_end_the_agents_talk(tmp_path: Path, line: str, to: str) -> None:
    scene, _ = take(
        tmp_path, log("0|c|sales|NONE|ENTERQUEUE||1|1", "5|c|sales|ann|CONNECT|5|x|1", f"45|c|sales|ann|{line}")
    )
    assert values(figures(scene)[()], "talk_s", "transfer_rate") == [40, 1.0]
    assert [entry.fact.to for entry in scene.list if isinstance(entry.fact, ContactTransferred)] == [to]


def test_a_table_dump_whose_fifth_column_overflows(tmp_path: Path) -> None:
    header = "id,time,callid,queuename,agent,event,data1,data2,data3,data4,data5\n"
    rows = (
        "1,2026-03-02 09:00:00.250,c,sales,NONE,ENTERQUEUE,,5551,1,,\n"
        "2,2026-03-02 09:00:10.250,c,sales,ann,CONNECT,10,x,3,,\n"
        '3,2026-03-02 09:01:00.250,c,sales,ann,ATTENDEDTRANSFER,LINK,chan-a,chan-b,10,"50|1"\n'
    )
    path = tmp_path / "dump.csv"
    path.write_text(header + rows)
    scene = Scene()
    import_queue_log(path, ZoneInfo("Europe/Berlin"), scene)
    assert values(figures(scene)[()], "asa_s", "talk_s") == [10, 50]
    assert scene.list[0].at == parse_moment("2026-03-02T08:00:00.250", UTC)


TABLES = {
    "mysql": """\
+----+----------------------------+--------+-----------+-------+------------+-------+-------+
| id | time                       | callid | queuename | agent | event      | data1 | data2 |
+----+----------------------------+--------+-----------+-------+------------+-------+-------+
|  1 | 2026-03-02 09:00:00.250000 | c      | sales     | NONE  | ENTERQUEUE |       | 5551  |
|  2 | 2026-03-02 09:00:10.250000 | c      | sales     | ann   | CONNECT    | 10    | x     |
|  3 | 2026-03-02 09:01:00.250000 | c      | sales     | ann   | COMPLETEAGENT | 10 | 50    |
+----+----------------------------+--------+-----------+-------+------------+-------+-------+
3 rows in set (0.00 sec)
""",
    "psql": """\
            time            | callid | queuename | agent |     event     | data1 | data2
----------------------------+--------+-----------+-------+---------------+-------+-------
 2026-03-02 09:00:00.250000 | c      | sales     | NONE  | ENTERQUEUE    |       | 5551
 2026-03-02 09:00:10.250000 | c      | sales     | ann   | CONNECT       | 10    | x
 2026-03-02 09:01:00.250000 | c      | sales     | ann   | COMPLETEAGENT | 10    | 50
(3 rows)
""",
    "with epochs": f"""\
time|callid|queuename|agent|event|data1|data2
{T}|c|sales|NONE|ENTERQUEUE||5551
{T + 10}|c|sales|ann|CONNECT|10|x
{T + 60}|c|sales|ann|COMPLETEAGENT|10|50
""",
    "one column of data": f"""\
time\tcallid\tqueuename\tagent\tevent\tdata
{T}\tc\tsales\tNONE\tENTERQUEUE\t|5551|1
{T + 10}\tc\tsales\tann\tCONNECT\t10|x|3
{T + 60}\tc\tsales\tann\tCOMPLETEAGENT\t10|50|1
""",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_tables_as_database_clients_print_them(tmp_path: Path, table: str) -> None:
    scene, outcome = take(tmp_path, table)
    assert (outcome.rows, outcome.problems) == (3, [])
    assert values(figures(scene)[()], *BALANCE, "asa_s", "talk_s") == [1, 1, 0, 0, 0, 10, 50]


def test_an_export_with_waits_and_talks_in_their_own_columns(tmp_path: Path) -> None:
    text = (
        "uid,date_time,callid,queue_name,type,event,param1,param2,param3,entpos,expos,htime,ttime,time\n"
        f"1,{T},NONE,NONE,NONE,QUEUESTART,,,,0,0,0,0,2026-02-02 02:40:00\n"
        f"2,{T + 1},c,IT,NONE,ENTERQUEUE,5551,,,1,0,0,0,x\n"
        f"3,{T + 11},c,IT,Agent/7,RINGNOANSWER,5551,,,1,1,10000,0,x\n"
        f"4,{T + 25},c,IT,Agent/7,CONNECT,,x.2,4,0,0,24,0,x\n"
        f"5,{T + 60},c,IT,Agent/7,COMPLETEAGENT,5551,,,1,0,24,35,x\n"
        f"6,{T + 60},d,IT,NONE,ENTERQUEUE,5552,,,1,0,0,0,x\n"
        f"7,{T + 99},d,IT,NONE,ABANDON,5552,,,1,1,39,0,x\n"
    )
    scene, outcome = take(tmp_path, text)
    assert outcome.problems == []
    row = figures(scene)[()]
    assert values(row, *BALANCE, "asa_s", "talk_s", "mean_abandon_wait_s") == [2, 1, 1, 0, 0, 24, 35, 39]
    assert values(figures(scene, "agent")["Agent/7",], "offers", "rona_rate") == [2, 0.5]


def test_ends_without_beginnings_get_them(tmp_path: Path) -> None:
    scene, outcome = take(
        tmp_path,
        log(
            "0|a|sales|ann|CONNECT|30|x|2",
            "40|a|sales|ann|COMPLETEAGENT|30|40|1",
            "50|b|sales|bob|COMPLETECALLER|20|100|1",
            "60|c|sales|NONE|ABANDON|1|1|25",
        ),
    )
    assert {problem.line for problem in outcome.problems} == {1, 3, 4}
    assert all(problem.what == "repaired" for problem in outcome.problems)
    assert values(figures(scene)[()], *BALANCE, "asa_s", "talk_s") == [3, 2, 1, 0, 0, 25, 70]


def test_the_same_call_enters_again_and_again(tmp_path: Path) -> None:
    scene, outcome = take(
        tmp_path,
        log(
            "0|c|sales|NONE|ENTERQUEUE||1|1",
            "20|c|sales|NONE|EXITWITHTIMEOUT|1|1|20",
            "25|c|backup|NONE|ENTERQUEUE||1|1",
            "35|c|backup|ann|CONNECT|10|x|2",
            "95|c|backup|ann|BLINDTRANSFER|300|queues|10|60|1",
            "96|c|sales|NONE|ENTERQUEUE||1|1",
            "100|c|sales|bob|CONNECT|4|y|2",
            "110|c|sales|bob|COMPLETEAGENT|4|10|1",
        ),
    )
    assert outcome.problems == []
    rows = figures(scene, "queue")
    assert values(rows["sales",], *BALANCE, "asa_s") == [2, 1, 0, 1, 0, 4]
    assert values(rows["backup",], *BALANCE, "talk_s") == [1, 1, 0, 0, 0, 60]
    assert values(rows[()], "contacts") == [1]


ROTATED = (
    *CALL,
    "100|c2|sales|NONE|ENTERQUEUE||5552|1",
    "120|c2|sales|NONE|EXITWITHTIMEOUT|1|1|20",
    "121|c2|backup|NONE|ENTERQUEUE||5552|1",
    "140|c2|backup|PJSIP/ann|RINGNOANSWER|8000",
    "151|c2|backup|PJSIP/bob|CONNECT|29|x.2|9",
    "171|c2|backup|PJSIP/bob|TRANSFER|300|default|29|20|1",
    "200|c3|sales|NONE|ENTERQUEUE||5553|1",
    "220|c3|sales|NONE|ABANDON|1|1|20",
)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["older file first", "newer file first"])
@pytest.mark.parametrize("cut", range(1, len(ROTATED)))
def test_a_log_that_was_rotated_in_the_middle_of_a_call_counts_once(
    tmp_path: Path, cut: int, order: tuple[int, int]
) -> None:
    whole, _ = take(tmp_path, log(*ROTATED))
    parts = (ROTATED[:cut], ROTATED[cut:])
    scene = Scene()
    for part in order:
        take(tmp_path, log(*parts[part]), scene)
    take(tmp_path, log(*parts[0]), scene)
    shown = (*BALANCE, "asa_s", "talk_s", "mean_abandon_wait_s", "transfer_rate", "contacts")
    for by in ("queue", "hour"):
        found, expected = figures(scene, by), figures(whole, by)
        assert {row: values(found[row], *shown) for row in found} == {
            row: values(expected[row], *shown) for row in expected
        }


def test_a_queue_entered_without_leaving_the_one_before_is_told_and_not_guessed(tmp_path: Path) -> None:
    scene, outcome = take(
        tmp_path,
        log("0|c|sales|NONE|ENTERQUEUE||1|1", "9|c|backup|NONE|ENTERQUEUE||1|1", "19|c|backup|NONE|ABANDON|1|1|10"),
    )
    rows = figures(scene, "queue")
    assert values(rows["sales",], *BALANCE, "left_unclassified", "left_transferred") == [1, 0, 0, 1, 0, 1, 0]
    assert values(rows["backup",], *BALANCE) == [1, 0, 1, 0, 0]
    assert [problem.what for problem in outcome.problems] == ["repaired"]


def test_bytes_that_are_no_text_are_spelt_and_told(tmp_path: Path) -> None:
    path, scene = tmp_path / "queue_log", Scene()
    path.write_bytes(log("0|c|s\xfcd|NONE|ENTERQUEUE||1|1", "5|c|s\xfcd|NONE|ABANDON|1|1|5").encode("latin-1"))
    outcome = import_queue_log(path, UTC, scene)
    assert [(problem.line, problem.what) for problem in outcome.problems] == [(1, "repaired"), (2, "repaired")]
    assert values(figures(scene, "queue")["s\\xfcd",], *BALANCE) == [1, 0, 1, 0, 0]


def test_holes_are_told_and_never_guessed(tmp_path: Path) -> None:
    scene, outcome = take(
        tmp_path,
        log(
            "0|a|sales|NONE|ENTERQUEUE||1|1",
            "9|a|sales|NONE|ENTERQUEUE||1|1",
            "10|a|sales|ann|CONNECT|1|x|1",
            "50|b|sales|NONE|ENTERQUEUE||1|1",
            "51|b|sales|ann|CONNECT|1|x|1",
            "60|b|sales|ann|COMPLETEAGENT|1|9|1",
            "60|b|sales|ann|COMPLETEAGENT|1|9|1",
            "70|open|sales|NONE|ENTERQUEUE||1|1",
        ),
    )
    row = figures(scene)[()]
    assert values(row, *BALANCE, "left_unclassified", "talk_s") == [4, 2, 0, 1, 1, 1, 9]
    assert row["talk_s"].unclassified == 1, "the end of the first talk was never written"
    assert [(problem.line, problem.what) for problem in outcome.problems] == [
        (2, "repaired"),
        (5, "repaired"),
        (7, "rejected"),
    ]
    assert outcome.open_calls == 1


def test_what_waits_when_the_queues_start_anew_is_unclassified(tmp_path: Path) -> None:
    scene, _ = take(tmp_path, log("0|c|sales|NONE|ENTERQUEUE||1|1", "60|NONE|NONE|NONE|QUEUESTART|"))
    assert values(figures(scene)[()], *BALANCE, "left_unclassified") == [1, 0, 0, 1, 0, 1]


def test_agents_time_from_members_pauses_and_calls(tmp_path: Path) -> None:
    scene, _ = take(
        tmp_path,
        log(
            "0|NONE|sales|Local/7@agents|ADDMEMBER|",
            "0|NONE|NONE|Agent/7|AGENTCALLBACKLOGIN|7@agents",
            "100|NONE|NONE|Agent/7|PAUSEALL|lunch",
            "160|NONE|NONE|Agent/7|UNPAUSEALL|",
            "200|c|sales|NONE|ENTERQUEUE||1|1",
            "200|c|sales|Agent/7|CONNECT|0|x|0",
            "240|c|sales|Agent/7|COMPLETEAGENT|0|40|1",
            "300|NONE|sales|Local/7@agents|REMOVEMEMBER|",
            "300|NONE|NONE|Agent/7|AGENTCALLBACKLOGOFF|7@agents|300|",
        ),
    )
    row = figures(scene, "agent")["Agent/7",]
    assert values(row, "logged_in_s", "ready_s", "not_ready_s", "talking_s") == [300, 200, 60, 40]
    assert row["occupancy"].value == 40 / 240


def test_a_log_that_has_grown_is_imported_again(tmp_path: Path) -> None:
    scene, first = take(tmp_path, log(*CALL[:3]))
    assert first.open_calls == 1
    scene, again = take(tmp_path, log(*CALL), scene)
    assert values(figures(scene)[()], *BALANCE, "talk_s") == [1, 1, 0, 0, 0, 60]
    assert again.facts > 0
    scene, third = take(tmp_path, log(*CALL), scene)
    assert third.facts == 0


def test_lines_that_are_none_are_told_and_the_rest_is_taken(tmp_path: Path) -> None:
    quoted = f'{T}|q1|sales|NONE|ENTERQUEUE||"Ann|1\n'
    scene, outcome = take(
        tmp_path, "nonsense\n" + quoted + log(*CALL) + f"{T}|c\nabc|c|q|a|CONNECT\n\n{T}|N|q|N|NEW|\n"
    )
    assert [(problem.line, problem.what) for problem in outcome.problems] == [
        (1, "rejected"),
        (7, "rejected"),
        (8, "rejected"),
    ]
    assert outcome.unused == {"NEW": 1}
    assert figures(scene)[()]["offered"].value == 2


def test_numbers_that_no_database_takes_are_told_or_passed_over(tmp_path: Path) -> None:
    scene, outcome = take(
        tmp_path,
        f"1e20|c|sales|NONE|ENTERQUEUE||1|1\n99999999999999999|c|sales|NONE|ENTERQUEUE||1|1\n{log(*CALL[:3])}"
        f"{T + 80}|c1|sales|PJSIP/bob|COMPLETECALLER|19|1e30|1\n{T + 90}|c2|sales|NONE|ABANDON|1|1|1e300\n",
    )
    told = [(problem.line, problem.what) for problem in outcome.problems]
    assert told == [(1, "rejected"), (2, "rejected"), (7, "repaired")]
    row = figures(scene)[()]
    assert values(row, *BALANCE, "talk_s", "mean_abandon_wait_s") == [2, 1, 1, 0, 0, 60, None]
    assert row["mean_abandon_wait_s"].unclassified == 1, "neither its entry nor its wait is known"
    assert all(0 < entry.at < 2**62 for entry in scene.list)


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="no queue_log"):
        take(tmp_path, "name,age\nann,40\n")
