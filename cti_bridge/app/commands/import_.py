"""``cordboard import``: history from elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from cti_bridge.app import report_setup
from cti_bridge.app.terminal import bar
from reporting.importers.errors import ImportRefusedError
from reporting.importers.ingest import REJECTED, REPAIRED, Outcome
from reporting.importers.rows import size_of

if TYPE_CHECKING:
    from config.models import Settings
    from storage.journal import Journal

app = typer.Typer(
    no_args_is_help=True,
    help="Take in history from elsewhere. A file imported twice counts once.",
    epilog="Example: cordboard import calls january.tsv.gz --map anonymous_bank",
)

File = Annotated[Path, typer.Argument(help="The file; gzip is unpacked.", exists=True, dir_okay=False, readable=True)]
JournalAt = Annotated[
    str | None, typer.Option("--journal", help="A journal's file or database address; else the one of the settings.")
]
Config = Annotated[Path | None, typer.Option("--config", help="Settings; else the embedded default.")]
Zone = Annotated[str | None, typer.Option("--time-zone", help="The clock of the file; else the site's.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

LONG_FROM_FACTS = 50_000
"""Taking so many facts into the tables takes about two seconds."""

SHOWN_PROBLEMS = 200
"""More are counted; --json has them all."""


@app.command("calls", epilog="Example: cordboard import calls january.tsv.gz --map my_table.yaml")
def import_table(
    file: File,
    *,
    map_: Annotated[str, typer.Option("--map", help="A map file, or the name of one that comes with Cordboard.")],
    journal: JournalAt = None,
    config: Config = None,
    time_zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Import a table of calls, read by a map."""
    from reporting.importers.calls import import_calls  # noqa: PLC0415 - start-up time of the other commands
    from reporting.importers.table_map import load_map  # noqa: PLC0415

    with _map_file(map_) as path:
        table = load_map(path)
    settings = report_setup.settings_of(config)
    zone = report_setup.zone_of(table.time_zone or time_zone, settings)
    with report_setup.open_for_writing(journal, settings) as opened:
        with _watching(file) as watch:
            outcome = import_calls(file, table, zone, opened, progress=watch.read, on_written=watch.written)
        _count(opened, settings, outcome)
    _tell(file, outcome, as_json=as_json)


@app.command("queue-log", epilog="Example: cordboard import queue-log /var/log/asterisk/queue_log")
def import_log(
    file: File,
    *,
    name: Annotated[str, typer.Option(help="Tells several switches apart.")] = "queue_log",
    journal: JournalAt = None,
    config: Config = None,
    time_zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Import Asterisk's queue_log: the file itself, a dump of its table, or an export with a header line."""
    from reporting.importers.queue_log import import_queue_log  # noqa: PLC0415

    settings = report_setup.settings_of(config)
    zone = report_setup.zone_of(time_zone, settings)
    with report_setup.open_for_writing(journal, settings) as opened:
        with _watching(file) as watch:
            outcome = import_queue_log(file, zone, opened, name=name, progress=watch.read, on_written=watch.written)
        _count(opened, settings, outcome)
    _tell(file, outcome, as_json=as_json, unused=outcome.unused, open_calls=outcome.open_calls)


@contextmanager
def _map_file(name: str) -> Iterator[Path]:
    """The map at a path, or one of our own."""
    path = Path(name)
    own = files("reporting.importers") / "maps" / f"{name.removesuffix('.yaml')}.yaml"
    if path.is_file():
        yield path
    elif "/" not in name and own.is_file():
        with as_file(own) as found:
            yield found
    else:
        raise typer.BadParameter(f"there is no map {name}", param_hint="--map")


@contextmanager
def progress_of(file: Path) -> Iterator[Callable[[int], None]]:
    """A progress bar on the terminal's error channel, where it is one."""
    if not sys.stderr.isatty():
        yield lambda _read: None
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=size_of(file))
        yield lambda read: bar.update(task, completed=read)


class _Watch(NamedTuple):
    """What an import tells whoever watches: bytes read, and facts written of so many."""

    read: Callable[[int], object] = lambda _read: None
    written: Callable[[int, int], object] = lambda _done, _total: None


@contextmanager
def _watching(file: Path) -> Iterator[_Watch]:
    """Progress bars on the terminal's error channel, where it is one: for reading, then for writing."""
    if not sys.stderr.isatty():
        yield _Watch()
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bars:
        reading = bars.add_task("reading", total=size_of(file))
        writing = bars.add_task("writing facts", total=None, visible=False)
        yield _Watch(
            lambda read: bars.update(reading, completed=read),
            lambda done, total: bars.update(writing, completed=done, total=total, visible=True),
        )


def _count(journal: "Journal", settings: "Settings", outcome: Outcome) -> None:
    """Take the new facts into the interval tables, so that the next report need not read them one by one."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - start-up time of the other commands

    from storage.errors import StorageError  # noqa: PLC0415 - SQLAlchemy takes its time
    from storage.filling import level  # noqa: PLC0415

    if not outcome.facts:
        return
    try:
        with bar("facts in the interval tables", outcome.facts, least=LONG_FROM_FACTS) as advance:
            level(journal, ZoneInfo(settings.site.time_zone), advance)
    except StorageError as error:
        typer.echo(f"imported, but the interval tables lack it: {error}; reports read the facts instead", err=True)


def _said(name: str, value: Any) -> str:
    words = name.replace("_", " ")
    if not isinstance(value, dict):
        return f"{words} {value}"
    return f"{words} ({', '.join(f'{kind} {count}' for kind, count in value.items())})"


def _tell(file: Path, outcome: Outcome, *, as_json: bool, **more: Any) -> None:
    """Say what was done; ends with 1 where rows were rejected."""
    summary: dict[str, Any] = {
        "rows": outcome.rows,
        "imported": outcome.taken,
        "already_there": outcome.known,
        "ignored": outcome.ignored,
        "rejected": outcome.count(REJECTED),
        "repaired": outcome.count(REPAIRED),
        "facts": outcome.facts,
    }
    if as_json:
        import json  # noqa: PLC0415

        problems = [{"line": p.line, "what": p.what, "reason": p.reason} for p in outcome.problems]
        typer.echo(json.dumps({**summary, **more, "problems": problems}, ensure_ascii=False, indent=2))
    else:
        for problem in outcome.problems[:SHOWN_PROBLEMS]:
            typer.echo(f"{file.name}: {problem}", err=True)
        if len(outcome.problems) > SHOWN_PROBLEMS:
            typer.echo(f"{file.name}: {len(outcome.problems) - SHOWN_PROBLEMS} more; --json tells all", err=True)
        said = {**summary, **{name: value for name, value in more.items() if value}}
        typer.echo(f"{file.name}: " + ", ".join(_said(name, value) for name, value in said.items()))
    if outcome.count(REJECTED):
        raise typer.Exit(ImportRefusedError.exit_code)
