"""``cordboard flow``: check, draw and test voice menus, make their prompts; no telephone is needed."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facts.languages import ReaderLanguage

if TYPE_CHECKING:
    from ivr.errors import Problem
    from ivr.flow import Flow
    from ivr.prompts.synthesis import Rendered
    from ivr.script_runner import Coverage, Result

app = typer.Typer(
    no_args_is_help=True,
    help="Check, draw and test voice menus, make their prompts. Without paths: those that come with the product.",
    epilog="Example: cordboard flow check menus/ && cordboard flow test menus/",
)

FlowPaths = Annotated[
    list[Path] | None, typer.Argument(help="Flow files, or folders of them.", exists=True, show_default=False)
]
ScriptPaths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Files of scripted callers (*.calls.yaml), or folders of them.", exists=True, show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON alone on standard output.")]
ConfigPath = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Settings: their queues and opening hours have to exist.", exists=True),
]


@app.command(epilog="Example: cordboard flow check menus/welcome.yaml")
def check(paths: FlowPaths = None, *, config: ConfigPath = None, as_json: AsJson = False) -> None:
    """Find the mistakes of flows: all at once, each with file, line and key. Remarks are told and are no mistakes."""
    from ivr.loader import check_with_neighbours  # noqa: PLC0415 - commands without it start faster

    files = _flow_files(paths)
    checked = check_with_neighbours(files, _known(config))
    problems = checked.problems
    if as_json:
        found = {"problems": [_problem(p) for p in problems], "remarks": [_problem(p) for p in checked.remarks]}
        _print_json({"files": [str(file) for file in files], **found})
    else:
        _tell(problems)
        for remark in checked.remarks:
            _remark(f"{remark} (a remark)")
        said = (
            _counted(len(problems), "mistake") if problems else f"nothing is wrong ({', '.join(sorted(checked.flows))})"
        )
        _remark(f"{_counted(len(files), 'flow')} checked: {said}")
    if problems:
        raise typer.Exit(1)


@app.command("test", epilog="Example: cordboard flow test menus/ --require-coverage 100")
def walk_callers(
    paths: ScriptPaths = None,
    *,
    require_coverage: Annotated[
        float | None, typer.Option(help="Per cent of the edges that the calls have to go through.", min=0, max=100)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk scripted callers through flows; compare path, prompts and outcome; tell the coverage."""
    from ivr.loader import SHIPPED  # noqa: PLC0415 - as above
    from ivr.script_runner import run_files, script_files  # noqa: PLC0415 - as above

    scripts = [file for place in paths or [SHIPPED] for file in script_files(place)]
    if not scripts:
        raise typer.BadParameter("there is no file *.calls.yaml", param_hint="paths")
    result = run_files(scripts)
    short = [c for c in result.coverage if require_coverage is not None and 100 * c.edge_share < require_coverage]
    _print_json(_result(result)) if as_json else _tell_result(result, short)
    if result.failures or short:
        raise typer.Exit(1)


@app.command(epilog="Example: cordboard flow draw menus/welcome.yaml -o welcome.svg --journal journal.sqlite3")
def draw(
    path: Annotated[Path, typer.Argument(help="The flow file.", exists=True, dir_okay=False)],
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here; else on standard output.")] = None,
    journal: Annotated[
        Path | None, typer.Option(help="A journal: its numbers of calls are written in.", exists=True)
    ] = None,
    language: Annotated[ReaderLanguage, typer.Option(help="The language of its words.")] = "en",
) -> None:
    """Draw a flow as SVG, with numbers of calls, drop-off and containment when a journal is given."""
    from ivr.drawing import draw as svg_of  # noqa: PLC0415 - as above
    from ivr.drawing_words import WORDS  # noqa: PLC0415 - as above
    from ivr.traffic import Traffic  # noqa: PLC0415 - as above

    (flow,) = _right_flows([path]).values()
    traffic = Traffic().add_all(_facts(journal)) if journal is not None else None
    picture = svg_of(flow, traffic, WORDS[language])
    if output is None:
        typer.echo(picture, nl=False)
    else:
        output.write_text(picture, encoding="utf-8")
        _remark(f"drawn: {output}")


@app.command(epilog="Example: cordboard flow prompts menus/ --render")
def prompts(
    paths: FlowPaths = None,
    *,
    render: Annotated[bool, typer.Option("--render", help="Make the sounds that are missing.")] = False,
    folder: Annotated[
        Path | None, typer.Option(help="The folder of sounds; else that of the settings, else in CORDBOARD_HOME.")
    ] = None,
    config: ConfigPath = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language (may be given several times).")] = None,
    as_json: AsJson = False,
) -> None:
    """List what flows say, make it into sounds before any call, tell what is missing."""
    from ivr.loader import with_called  # noqa: PLC0415 - as above
    from ivr.prompts.library import SoundLibrary  # noqa: PLC0415 - as above
    from ivr.prompts.sounds import sounds_of  # noqa: PLC0415 - as above
    from ivr.prompts.synthesis import listed  # noqa: PLC0415 - as above
    from ivr.prompts.synthesis import render as rendered  # noqa: PLC0415 - as above

    settings = _settings(config)
    target, said = folder or _sounds_folder(settings), settings.prompts
    library = SoundLibrary(target, voices=said.voices, level_dbfs=said.level_dbfs)
    flows = _right_flows(_flow_files(paths))
    wanted = {s for s in sounds_of(with_called(flows).values()) if not language or s.language in language}
    items = rendered(wanted, library, said.voices, said.level_dbfs) if render else listed(wanted, library)
    done = list(_progress(items, len(wanted), "making sounds" if render else ""))
    if as_json:
        _print_json({"folder": str(target), "sounds": [_sound(item) for item in done]})
    else:
        _tell_sounds(done, target)
    if any(item.outcome in ("missing", "failed") for item in done):
        raise typer.Exit(1)


@app.command(epilog="Example: cordboard flow schema > flow.schema.json")
def schema(
    *, callers: Annotated[bool, typer.Option("--callers", help="The schema of files of scripted callers.")] = False
) -> None:
    """Print the JSON schema of flow files, with which editors help to write them."""
    from ivr.editor_schema import flow_schema, script_schema  # noqa: PLC0415 - as above

    _print_json(script_schema() if callers else flow_schema())


# -- what is asked for ----------------------------------------------------------------------------------------------


def _flow_files(paths: list[Path] | None) -> list[Path]:
    from ivr.loader import SHIPPED, flow_files  # noqa: PLC0415 - as above

    files = [file for place in paths or [SHIPPED] for file in (flow_files(place) if place.is_dir() else [place])]
    if not files:
        raise typer.BadParameter("there is no flow file (YAML with `flow:` and `nodes:`)", param_hint="paths")
    return files


def _right_flows(files: list[Path]) -> dict[str, "Flow"]:
    """The flows of files; those beside them are read too, as they may call them."""
    from ivr.errors import FlowError  # noqa: PLC0415 - as above
    from ivr.loader import check_with_neighbours  # noqa: PLC0415 - as above

    checked = check_with_neighbours(files)
    if checked.problems:
        raise FlowError(checked.problems)
    return checked.flows


def _known(config: Path | None) -> Any:
    """Queues and calendars of the settings, if settings are given."""
    if config is None:
        return None
    from ivr.checks import Known  # noqa: PLC0415 - as above

    settings = _settings(config)
    return Known(queues=frozenset(settings.queues), calendars=frozenset(settings.opening_hours))


def _settings(config: Path | None) -> Any:
    from config.load import load  # noqa: PLC0415 - settings bring pydantic with them

    return load(config, os.environ)


def _sounds_folder(settings: Any) -> Path:
    from cti_bridge.app.prompts import sounds_folder  # noqa: PLC0415 - as above

    return sounds_folder(settings)


def _facts(journal: Path) -> Iterator[Any]:
    from storage.journal import open_journal  # noqa: PLC0415 - brings SQLAlchemy with it

    with open_journal(journal, read_only=True) as opened:
        for entry in opened.entries(kinds=("MenuNodeEntered", "MenuEnded"), personal=False):
            yield entry.fact


# -- what is told ---------------------------------------------------------------------------------------------------


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _remark(text: str) -> None:
    typer.echo(text, err=True)


def _tell(problems: Iterable["Problem"]) -> None:
    for problem in problems:
        typer.echo(str(problem))


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _problem(problem: "Problem") -> dict[str, Any]:
    return {name: getattr(problem, name) for name in ("file", "line", "key", "rule", "message")}


def _tell_result(result: "Result", short: list["Coverage"]) -> None:
    _tell(result.failures)
    for coverage in result.coverage:
        typer.echo(
            f"{coverage.flow}: {coverage.nodes - len(coverage.nodes_missed)} of {coverage.nodes} nodes, "
            f"{coverage.edges - len(coverage.edges_missed)} of {coverage.edges} edges ({coverage.edge_share:.0%})"
        )
        for _, node, edge in sorted(coverage.edges_missed):
            typer.echo(f"  nobody took: {node} -> {edge}")
    failed = sum(1 for outcome in result.outcomes if outcome.failures)
    broken = ", files with mistakes" if len(result.failures) > sum(len(o.failures) for o in result.outcomes) else ""
    low = ", coverage too low" if short else ""
    _remark(f"{_counted(len(result.outcomes), 'call')}, {failed} not as expected{broken}{low}")


def _result(result: "Result") -> dict[str, Any]:
    return {
        "calls": [
            {"name": o.call, "ok": not o.failures, "path": o.path, "prompts": o.prompts} for o in result.outcomes
        ],
        "failures": [_problem(failure) for failure in result.failures],
        "coverage": [
            {
                "flow": c.flow,
                "nodes": c.nodes,
                "nodes_missed": sorted(node for _, node in c.nodes_missed),
                "edges": c.edges,
                "edges_missed": sorted(f"{node} -> {edge}" for _, node, edge in c.edges_missed),
                "edge_share": c.edge_share,
            }
            for c in result.coverage
        ],
    }


def _sound(item: "Rendered") -> dict[str, Any]:
    sound = item.sound
    return {
        "language": sound.language,
        "prompt": sound.name,
        "text": sound.text,
        "recording": sound.recording,
        "sound": item.name,
        "outcome": item.outcome,
        "why": item.why,
    }


def _tell_sounds(done: list["Rendered"], folder: Path) -> None:
    for item in done:
        typer.echo(f"{item.outcome:8}{item.sound.language:4}{item.sound.name or '(word)':24}{item.sound.text}")
    for why in dict.fromkeys(item.why for item in done if item.why):
        _remark(why)
    counts = {name: sum(1 for item in done if item.outcome == name) for name in ("there", "made", "missing", "failed")}
    _remark(", ".join(f"{count} {name}" for name, count in counts.items() if count) + f" in {folder}")
    if counts["missing"]:
        _remark("make what is missing: cordboard flow prompts --render")


def _progress(items: Iterable["Rendered"], total: int, what: str) -> Iterator["Rendered"]:
    """Shows how far it is, on a terminal and when there is something to wait for."""
    if not what or not sys.stderr.isatty():
        yield from items
        return
    with typer.progressbar(items, length=total, label=what, file=sys.stderr) as bar:
        yield from bar
