"""``cordboard db``: migrate the tables, prove the journal, erase a person, forget what is old, ask anything."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from cti_bridge.app.report_setup import journal_address, settings_of
from cti_bridge.app.terminal import bar, user
from facts.time import DAY, Instant

if TYPE_CHECKING:
    from config.models import Settings
    from storage.adhoc import AdHoc
    from storage.journal import Journal
    from storage.verification import Verdict

app = typer.Typer(
    no_args_is_help=True,
    help="Set up and migrate the database; prove the journal, shorten it, erase from it, and ask it anything.",
    epilog="Example: cordboard db verify --json > heads.json",
)

JournalOption = Annotated[
    str | None,
    typer.Option("--journal", help="The journal's file or database address; else as set.", show_default=False),
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="The settings.", show_default=False, dir_okay=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it, as the journal tells.", show_default="you")]


@app.command("migrate", epilog="Example: cordboard db migrate --config /etc/cordboard/cordboard.yaml")
def migrate_tables(*, journal: JournalOption = None, config: ConfigOption = None, as_json: AsJson = False) -> None:
    """Make the tables, or bring them to this version. The daemon does the same when it starts."""
    from storage.journal import migrate  # noqa: PLC0415 - SQLAlchemy takes its time

    before, after = migrate(journal_address(journal, settings_of(config)))
    if as_json:
        _print_json({"before": before, "after": after})
    elif before == after:
        typer.echo(f"The tables are of version {after}: nothing to do.")
    else:
        typer.echo(
            f"The tables were {f'of version {before}' if before else 'not there'} and are now of version {after}."
        )


@app.command("verify", epilog="Example: cordboard db verify --anchors heads.json")
def verify_journal(
    *,
    journal: JournalOption = None,
    config: ConfigOption = None,
    anchors: Annotated[
        Path | None,
        typer.Option(help="What an earlier `verify --json` printed: nothing of it was rewritten.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every fact's place in its chain; a changed, missing or added one is named. Exit code 1 if there is any."""
    from storage.verification import verify  # noqa: PLC0415 - SQLAlchemy takes its time

    noted = None if anchors is None else _read_anchors(anchors)
    with _opened(journal, config, read_only=True) as opened:
        total = sum(head.seq for head in opened.heads().values())
        with bar("facts verified", total) as advance:
            verdict = verify(opened, anchors=noted, on_progress=advance)
    (_print_verdict_as_json if as_json else _print_verdict)(verdict)
    raise typer.Exit(0 if verdict.holds else 1)


@app.command("erase", epilog="Example: cordboard db erase --number '+49 30 1234567'")
def erase_person(
    *,
    customer: Annotated[str | None, typer.Option(help="A customer's id.", show_default=False)] = None,
    number: Annotated[str | None, typer.Option(help="A telephone number.", show_default=False)] = None,
    contact: Annotated[str | None, typer.Option(help="One contact's id.", show_default=False)] = None,
    by: By = None,
    journal: JournalOption = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Erase a person's names, numbers and notes from all their contacts. It cannot be undone; figures stay as they are.

    Copies in backups, in a database's archived logs and in a spool file are yours to remove.
    """
    from cti_bridge.app.erasing import Whom, erase_everywhere  # noqa: PLC0415 - SQLAlchemy takes its time

    if not (customer or number or contact):
        raise typer.BadParameter("say whom: --customer, --number or --contact")
    whom = Whom(customer=customer or "", number=number or "", contact=contact or "")
    with _opened(journal, config) as opened:
        erased = erase_everywhere(opened, settings_of(config), whom, at=_now(), by=by or user())
    if as_json:
        _print_json(msgspec.to_builtins(erased))
        return
    typer.echo(f"Erased from {erased.facts} facts of {erased.contacts} contacts.")
    if erased.sounds:
        typer.echo(f"Deleted {erased.sounds} recordings and messages{erased.hint}.")
    if erased.lingering:
        typer.echo("A reader still holds an old page of the file; it goes with the next checkpoint.", err=True)


@app.command("retain", epilog="Example: cordboard db retain --days 400")
def retain_facts(
    *,
    days: Annotated[int | None, typer.Option(min=0, help="Keep the last so many days.", show_default=False)] = None,
    since: Annotated[
        str | None, typer.Option(help="Keep from this date or time on, UTC unless it says.", show_default=False)
    ] = None,
    by: By = None,
    journal: JournalOption = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Remove older facts for good. The journal still verifies; reports over the removed time have no data."""
    from storage.retention import retain  # noqa: PLC0415 - SQLAlchemy takes its time

    if (days is None) == (since is None):
        raise typer.BadParameter("say how much to keep: either --days or --since")
    first = _now() - days * DAY if days is not None else _moment(since or "")
    if first > _now():
        raise typer.BadParameter(f"--since {since} lies ahead: nothing would be left")
    with _opened(journal, config) as opened:
        total = sum(head.seq for head in opened.heads().values())
        with bar("facts removed", total) as advance:
            removed = retain(opened, since=first, at=_now(), by=by or user(), on_progress=advance)
    if as_json:
        _print_json(msgspec.to_builtins(removed))
    else:
        typer.echo(f"Removed {sum(removed.facts.values())} facts.")
        for node, count in removed.behind_newer.items():
            typer.echo(
                f"{count} older facts of {node} stay as long as newer ones that were written before them: "
                "import months in the order of time.",
                err=True,
            )


@app.command("rebuild", epilog="Example: cordboard db rebuild")
def rebuild_tables(*, journal: JournalOption = None, config: ConfigOption = None) -> None:
    """Make the interval tables, and the file of raw contacts, anew from the journal. No daemon may run meanwhile."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only this command needs it

    from storage.filling import IntervalFiller  # noqa: PLC0415 - SQLAlchemy takes its time

    settings = settings_of(config)
    with _opened(journal, config) as opened:
        total = sum(head.seq for head in opened.heads().values())
        with bar("facts in the interval tables", total) as advance:
            IntervalFiller(opened, ZoneInfo(settings.site.time_zone)).rebuild(advance)
        with bar("facts in the file of contacts", total) as advance:
            _contacts_file(opened, settings).rebuild(opened, advance)
    typer.echo(f"{total} facts are in the tables.")


@app.command("query", epilog="Example: cordboard db query 'SELECT queue, count(*) FROM contacts GROUP BY queue'")
def query_contacts(
    question: Annotated[str, typer.Argument(help="A question in DuckDB's SQL to contacts, talks, offers, spans.")],
    *,
    journal: JournalOption = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Ask anything of the raw contacts. Their file is first brought level with the journal; the question only reads."""
    with _opened(journal, config, read_only=True) as opened:
        file = _contacts_file(opened, settings_of(config))
        with bar("facts in the file of contacts", sum(head.seq for head in opened.heads().values())) as advance:
            file.refresh(opened, advance)
    answer = file.ask(question)
    if as_json:
        typer.echo(msgspec.json.encode(answer).decode())
        return
    from rich.console import Console  # noqa: PLC0415 - only this output needs it
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(*answer.columns)
    for row in answer.rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    Console().print(table)


def _contacts_file(journal: "Journal", settings: "Settings") -> "AdHoc":
    """Beside a journal that is a file, else in the data folder."""
    from storage.adhoc import AdHoc  # noqa: PLC0415 - DuckDB takes its time

    if journal.path is not None:
        return AdHoc(journal.path.with_suffix(".duckdb"))
    return AdHoc(settings.home / "journal.duckdb")


@contextmanager
def _opened(address: str | None, config: Path | None, *, read_only: bool = False) -> "Iterator[Journal]":
    """The journal; one that is not there is not made."""
    from storage.journal import open_journal  # noqa: PLC0415 - SQLAlchemy takes its time

    where = journal_address(address, settings_of(config))
    if not read_only:
        open_journal(where, read_only=True).close()
    with open_journal(where, read_only=read_only) as opened:
        yield opened


def _moment(text: str) -> Instant:
    from datetime import UTC  # noqa: PLC0415 - only this command needs it

    from reporting.kpi.intervals import parse_moment  # noqa: PLC0415 - as above

    return parse_moment(text, UTC)


def _now() -> Instant:
    import time  # noqa: PLC0415 - only two commands need it

    return time.time_ns() // 1_000


def _read_anchors(path: Path) -> dict[Any, tuple[int, str]]:
    try:
        heads = msgspec.json.decode(path.read_bytes(), type=_Noted).heads
    except msgspec.DecodeError as error:
        raise typer.BadParameter(f"{path} is not what `cordboard db verify --json` prints: {error}") from None
    return {node: (head.seq, head.hash) for node, head in heads.items()}


class _NotedHead(msgspec.Struct):
    seq: int
    hash: str


class _Noted(msgspec.Struct):
    heads: dict[str, _NotedHead]


def _print_verdict(verdict: "Verdict") -> None:
    for problem in verdict.problems:
        typer.echo(f"node {problem.node}, fact {problem.seq}: {problem.text}")
    if verdict.problems:
        typer.echo("The journal is not what was written. Compare with a backup; keep this one as evidence.", err=True)
        return
    typer.echo(f"All {verdict.facts} facts are as they were written.")
    for node, (seq, digest) in verdict.heads.items():
        typer.echo(f"{node}: {seq} {digest}")


def _print_verdict_as_json(verdict: "Verdict") -> None:
    heads = {node: {"seq": seq, "hash": digest} for node, (seq, digest) in verdict.heads.items()}
    problems = msgspec.to_builtins(verdict.problems)
    _print_json({"holds": verdict.holds, "facts": verdict.facts, "heads": heads, "problems": problems})


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))
