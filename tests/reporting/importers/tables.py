"""A small table of calls with its map, and what comes of importing it."""

from pathlib import Path
from zoneinfo import ZoneInfo

from reporting.importers.calls import import_calls
from reporting.importers.ingest import Outcome
from reporting.importers.table_map import load_map
from reporting.kpi.figures import Figure
from reporting.kpi.report import Query, build, read
from tests.reporting.scenes import Scene

NIGHTS = """
name: night
identity: [id]
arrived: {date: day, clock: begin}
talk: {since: begin, until: end}
outcome: {column: how, answered: [ok]}
queue: {value: night}
agent: {column: who}
team: {column: team}
score: {column: stars}
"""


def taken(tmp_path: Path, text: str, *rows: str, zone: ZoneInfo | None = None) -> tuple[Scene, Outcome]:
    (tmp_path / "map.yaml").write_text(text)
    (tmp_path / "rows.csv").write_text("\n".join(rows) + "\n")
    scene = Scene()
    outcome = import_calls(tmp_path / "rows.csv", load_map(tmp_path / "map.yaml"), zone or ZoneInfo("UTC"), scene)
    return scene, outcome


def by_queue(scene: Scene) -> dict[str | None, dict[str, Figure]]:
    report = build(read(scene, None, None), Query(by=("queue",)))
    return {row.slice["queue"]: row.figures for row in report.rows}
