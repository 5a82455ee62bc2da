"""What a table of calls does not tell is no data, not 0."""

from pathlib import Path

import pytest

from reporting.kpi.drill_down import contacts
from reporting.kpi.report import Query, build, read
from tests.reporting.importers.tables import NIGHTS, by_queue, taken

TOLD = "id,day,begin,end,how,who,team,stars,hold,after"


@pytest.mark.parametrize("rule", ["", "wait: {column: waited}\n"], ids=["no column", "an empty column"])
def test_waits_that_a_table_does_not_tell_are_no_data(tmp_path: Path, rule: str) -> None:
    text = NIGHTS.replace("outcome:", rule + "outcome:").replace("answered: [ok]", "answered: [ok], abandoned: [lost]")
    rows = ["1,2026-03-02,9:00,9:01,ok,ann,north,,", "2,2026-03-02,9:10,,lost,,,,"]
    scene, outcome = taken(tmp_path, text, "id,day,begin,end,how,who,team,stars,waited", *rows)
    assert outcome.taken == 2
    assert len(outcome.problems) == (2 if rule else 0)
    night = by_queue(scene)["night"]
    assert (night["answered"].value, night["abandoned"].value, night["abandon_rate"].value) == (1, 1, 0.5)
    for name in ("asa_s", "mean_abandon_wait_s", "mean_wait_s", "service_level", "longest_wait_s", "wait_p50_s"):
        assert night[name].value is None, name
    assert night["asa_s"].unclassified == 1
    assert (night["service_level"].unclassified, night["mean_wait_s"].unclassified) == (2, 2)


@pytest.mark.parametrize(
    ("rule", "row", "hold", "wrap_up", "aht", "partly"),
    [
        ("", ",,", (None, 1), (None, 1), 60, 1),
        ("hold: {column: hold}\nwrap_up: {column: after}\n", ",,", (None, 1), (None, 1), 60, 1),
        ("hold: {column: hold}\n", ",5,", (5, 0), (None, 1), 65, 1),
        ("wrap_up: {column: after}\n", ",,8", (None, 1), (8, 0), 68, 1),
        ("hold: {column: hold}\nwrap_up: {column: after}\n", ",0,0", (0, 0), (0, 0), 60, 0),
    ],
    ids=["no columns", "empty columns", "no wrap-up", "no hold", "told"],
)
def test_hold_and_wrap_up_that_a_table_does_not_tell_are_no_data(  # noqa: PLR0917 - one case each
    tmp_path: Path,
    rule: str,
    row: str,
    hold: tuple[float | None, int],
    wrap_up: tuple[float | None, int],
    aht: float,
    partly: int,
) -> None:
    text = NIGHTS.replace("outcome:", rule + "outcome:")
    scene, outcome = taken(tmp_path, text, TOLD, f"1,2026-03-02,9:00,9:01,ok,ann,north,{row}")
    assert outcome.taken == 1
    night = by_queue(scene)["night"]
    assert (night["hold_s"].value, night["hold_s"].unclassified) == hold
    assert (night["wrap_up_s"].value, night["wrap_up_s"].unclassified) == wrap_up
    assert (night["talk_s"].value, night["aht_s"].value) == (60, aht)
    assert (night["talk_s"].unclassified, night["aht_s"].unclassified) == (0, partly)
    assert night["mean_hold_of_held_s"].unclassified == hold[1]
    (contact,) = contacts(read(scene, None, None), Query())
    assert (contact.hold_s, contact.wrap_up_s) == (hold[0], wrap_up[0])


def test_handling_of_which_only_some_is_known_says_so(tmp_path: Path) -> None:
    text = NIGHTS.replace("outcome:", "hold: {column: hold}\nwrap_up: {column: after}\noutcome:")
    rows = ["1,2026-03-02,9:00,9:01,ok,ann,north,,10,20", "2,2026-03-02,9:10,9:13,ok,ann,north,,,"]
    scene, _ = taken(tmp_path, text, TOLD, *rows)
    for report in (build(read(scene, None, None), Query(by=(by,))) for by in ("queue", "agent")):
        night = report.rows[0].figures
        assert (night["hold_s"].value, night["wrap_up_s"].value) == (10, 20), "of the one call that tells them"
        assert (night["aht_s"].value, night["aht_s"].denominator, night["aht_s"].unclassified) == (135, 2, 1)
