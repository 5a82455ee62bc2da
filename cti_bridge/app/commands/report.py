"""``cordboard report``: key figures from the journal, and the contacts behind them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti_bridge.app import report_setup
from cti_bridge.app.report_queries import KINDS, ReportQueries
from cti_bridge.app.report_setup import Question
from cti_bridge.app.terminal import busy, writing
from facts.languages import ReaderLanguage
from reporting.kpi.errors import NothingThereError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from config.models import Settings
    from reporting.kpi.forecasts import Forecast
    from reporting.kpi.report import Report
    from reporting.kpi.schedules import Planned

READING = "reading the journal"

app = typer.Typer(
    no_args_is_help=True,
    help="Key figures from the journal, each with its formula and the contacts behind it.",
    epilog="Example: cordboard report summary --by queue --from 2026-03-01 --to 2026-04-01",
)

JournalAt = Annotated[
    str | None, typer.Option("--journal", help="A journal's file or database address; else the one of the settings.")
]
Config = Annotated[Path | None, typer.Option("--config", help="Settings; else the embedded default.")]
By = Annotated[
    str | None,
    typer.Option(
        help="Slice by these, joined by commas: queue, agent, team, skill, entry_point, node, disposition, "
        "customer_tier, region, channel, direction; 15min, 30min, hour, day, week, month, hour_of_day, weekday."
    ),
]
From = Annotated[str | None, typer.Option("--from", help="Begin of the range, inside it: 2026-03-01 or …T08:30.")]
To = Annotated[str | None, typer.Option("--to", help="End of the range, outside it.")]
Zone = Annotated[str | None, typer.Option("--time-zone", help="E.g. Europe/Berlin; else the site's.")]
ServiceLevel = Annotated[float | None, typer.Option("--service-level", help="Threshold in seconds.")]
FormulaId = Annotated[str | None, typer.Option("--formula", help="Service-level formula, SL1 to SL8.")]
ShortAbandon = Annotated[float | None, typer.Option("--short-abandon", help="Threshold of short abandons, seconds.")]
Figures = Annotated[str | None, typer.Option(help="Key figures, joined by commas, or all.")]
Hours = Annotated[str | None, typer.Option(help="Only inside these hours: Mon-Fri 08:00-18:00, Sat 09:00-13:00.")]
CountedAt = Annotated[str, typer.Option(help="A contact counts where it was offered, or where it left: closed.")]
Queue = Annotated[list[str] | None, typer.Option(help="Only this queue; may be given again.")]
Agent = Annotated[list[str] | None, typer.Option(help="Only this agent; may be given again.")]
Schedules = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Agents' schedules, for adherence and utilisation.")
]
FcrDays = Annotated[float | None, typer.Option(help="First-contact resolution: no repeat within so many days.")]
FcrScope = Annotated[str, typer.Option(help="A repeat is a contact of any kind, of the same queue, or disposition.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write a file: .json, .csv, .xlsx or .html says what.")
]
ReadIn = Annotated[
    ReaderLanguage, typer.Option("--language", help="The language of titles and definitions; JSON has names only.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _flow_titles(settings: "Settings") -> "Mapping[str, str]":
    """What people call the voice menus; where the files are wrong, which `cordboard check` tells, those shipped."""
    from cti_bridge.app.menus import flow_titles, library_of  # noqa: PLC0415 - start-up time of the others
    from ivr.errors import FlowError  # noqa: PLC0415 - likewise

    try:
        return flow_titles(settings, library_of(settings).flows)
    except (FlowError, OSError):
        return flow_titles(settings, {})


@contextmanager
def _queries(journal: str | None, config: Path | None) -> "Iterator[tuple[ReportQueries, Settings]]":
    settings = report_setup.settings_of(config)
    queries = ReportQueries(
        lambda: report_setup.open_for_reading(journal, settings),
        lambda: settings,
        flow_titles=cache(lambda: _flow_titles(settings)),
    )
    try:
        yield queries, settings
    finally:
        queries.close()


def _figures_command(name: str) -> None:
    """Register a command that prints rows of figures; they differ by what they slice by and show."""
    kind = KINDS[name]

    def command(
        *,
        journal: JournalAt = None,
        config: Config = None,
        by: By = None,
        start: From = None,
        end: To = None,
        time_zone: Zone = None,
        service_level: ServiceLevel = None,
        formula: FormulaId = None,
        short_abandon: ShortAbandon = None,
        figures: Figures = None,
        hours: Hours = None,
        counted_at: CountedAt = "offered",
        queue: Queue = None,
        agent: Agent = None,
        schedules: Schedules = None,
        fcr_days: FcrDays = None,
        fcr_scope: FcrScope = "any",
        output: Output = None,
        language: ReadIn = "en",
        as_json: AsJson = False,
    ) -> None:
        question = Question(
            by=by,
            start=start,
            end=end,
            time_zone=time_zone,
            service_level_s=service_level,
            formula=formula,
            short_abandon_s=short_abandon,
            figures=figures,
            hours=hours,
            counted_at=counted_at,
            queues=tuple(queue or ()),
            agents=tuple(agent or ()),
            fcr_days=fcr_days,
            fcr_scope=fcr_scope,
        )
        with _queries(journal, config) as (queries, settings):
            planned = _schedule(schedules, question, settings)
            with busy(READING):
                report = queries.figures(question, name, for_people=not as_json, schedule=planned)
            _put_out(kind.title, report, output, queries.goal(question), language, as_json=as_json)

    command.__doc__ = f"{kind.title}, sliced by {kind.by} unless --by says otherwise."
    app.command(name, epilog=f"Example: cordboard report {name} --from 2026-03-01 --service-level 20")(command)


def _schedule(path: Path | None, question: Question, settings: "Settings") -> "tuple[Planned, ...]":
    if path is None:
        return ()
    from reporting.importers.plans import read_schedule  # noqa: PLC0415 - rarely asked for

    return read_schedule(path, report_setup.zone_of(question.time_zone, settings))


def _put_out(
    title: str, report: "Report", output: Path | None, goal: float | None, language: ReaderLanguage, *, as_json: bool
) -> None:
    if output is not None:
        from reporting.exports.as_file import rows_to_write, write_report  # noqa: PLC0415 - start-up time of the others

        with writing(output.name, rows_to_write(output, report)) as progress:
            write_report(output, title, report, goal=goal, language=language, progress=progress)
    elif as_json:
        from reporting.exports.as_json import report_chunks  # noqa: PLC0415

        for chunk in report_chunks(report):
            typer.echo(chunk, nl=False)
    else:
        from reporting.exports.as_table import headed  # noqa: PLC0415

        _print(headed(title, report, language))


def _print_json(data: Any) -> None:
    from reporting.exports.as_json import json_bytes  # noqa: PLC0415 - only this output needs it

    typer.echo(json_bytes(data), nl=False)


def _print(what: "RenderableType") -> None:
    from rich.console import Console  # noqa: PLC0415 - only this output needs it

    Console().print(what)


for _name in KINDS:
    _figures_command(_name)


@app.command(epilog="Example: cordboard report contacts --queue sales --outcome late --from 2026-03-01")
def contacts(
    *,
    journal: JournalAt = None,
    config: Config = None,
    start: From = None,
    end: To = None,
    time_zone: Zone = None,
    service_level: ServiceLevel = None,
    hours: Hours = None,
    queue: Queue = None,
    agent: Agent = None,
    outcome: Annotated[
        str,
        typer.Option(help="offered, answered, in_time, late, abandoned, left_otherwise or in_progress."),
    ] = "offered",
    limit: Annotated[int, typer.Option(min=1, help="At most so many on the terminal.")] = 100,
    output: Output = None,
    language: ReadIn = "en",
    as_json: AsJson = False,
) -> None:
    """The contacts behind a figure."""
    question = Question(
        start=start,
        end=end,
        time_zone=time_zone,
        service_level_s=service_level,
        hours=hours,
        queues=tuple(queue or ()),
        agents=tuple(agent or ()),
    )
    with _queries(journal, config) as (queries, _), busy(READING):
        query, rows = queries.stays(question, outcome)
    _put_out_rows("contacts", rows, query.zone, output, limit, language=language, as_json=as_json)


def _put_out_rows(
    title: str,
    rows: list[Any],
    zone: Any,
    output: Path | None,
    limit: int,
    *,
    language: ReaderLanguage,
    as_json: bool,
) -> None:
    from reporting.exports import tables  # noqa: PLC0415 - start-up time of the others
    from reporting.exports.phrases import phrases  # noqa: PLC0415

    words = phrases(language)
    plain, sheet = tables.struct_sheet(title, rows, zone), tables.struct_sheet(title, rows, zone, words)
    if output is not None:
        from reporting.exports.as_file import write_sheet  # noqa: PLC0415

        write_sheet(output, sheet, plain, language)
    elif as_json:
        _print_json({title: tables.sheet_json(plain)})
    else:
        _print(tables.sheet_table(sheet, limit, words))


@app.command(epilog="Example: cordboard report contact 1767225600.17")
def contact(
    contact_id: Annotated[str, typer.Argument(metavar="ID", help="The contact's id, as `report contacts` shows it.")],
    *,
    journal: JournalAt = None,
    config: Config = None,
    time_zone: Zone = None,
    language: ReadIn = "en",
    as_json: AsJson = False,
) -> None:
    """A contact's whole story: each fact, each reason."""
    from reporting.exports.story_table import story_table  # noqa: PLC0415 - start-up time of the others

    with _queries(journal, config) as (queries, settings):
        zone = report_setup.zone_of(time_zone, settings)
        lines, flows = queries.story(contact_id, zone), queries.flow_titles()
    if as_json:
        _print_json({"contact_id": contact_id, "facts": lines})
    else:
        _print(story_table(contact_id, lines, zone, language, flows))


@app.command(epilog="Example: cordboard report flow --from 2026-03-01")
def flow(
    *,
    journal: JournalAt = None,
    config: Config = None,
    start: From = None,
    end: To = None,
    time_zone: Zone = None,
    output: Output = None,
    language: ReadIn = "en",
    as_json: AsJson = False,
) -> None:
    """What callers did at each node of the voice menus."""
    with _queries(journal, config) as (queries, _), busy(READING):
        query, counts = queries.nodes(Question(start=start, end=end, time_zone=time_zone))
    _put_out_rows("nodes", counts, query.zone, output, len(counts), language=language, as_json=as_json)


@app.command(
    "why-missed", epilog="Example: cordboard report why-missed --queue sales --from 2026-03-02 --to 2026-03-03"
)
def why_missed(
    *,
    queue: Annotated[str, typer.Option(help="The queue.")],
    start: Annotated[str, typer.Option("--from", help="Begin of the range, inside it.")],
    end: Annotated[str, typer.Option("--to", help="End of the range, outside it.")],
    goal: Annotated[
        float | None, typer.Option(help="The service level aimed at, a fraction; else the queue's.")
    ] = None,
    service_level: ServiceLevel = None,
    formula: FormulaId = None,
    short_abandon: ShortAbandon = None,
    interval: Annotated[str, typer.Option(help="15min, 30min, hour or day.")] = "30min",
    forecast: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A forecast; else the mean of four weeks before.")
    ] = None,
    journal: JournalAt = None,
    config: Config = None,
    time_zone: Zone = None,
    language: ReadIn = "en",
    as_json: AsJson = False,
) -> None:
    """Why intervals missed their target: the share of volume, handling time, staffing, not-ready time and skills."""
    from reporting.exports.missed import missed_json, missed_text  # noqa: PLC0415 - start-up time of the others

    question = Question(
        start=start,
        end=end,
        time_zone=time_zone,
        service_level_s=service_level,
        formula=formula,
        short_abandon_s=short_abandon,
        queues=(queue,),
    )
    with _queries(journal, config) as (queries, settings):
        expected = _forecast(forecast, question, settings)
        with busy(READING):
            query, found = queries.misses(question, queue, goal=goal, interval=interval, forecasts=expected)
    if as_json:
        _print_json(missed_json(found, query.zone))
    else:
        _print(missed_text(queue, found, query.zone, language))


def _forecast(path: Path | None, question: Question, settings: "Settings") -> "tuple[Forecast, ...]":
    if path is None:
        return ()
    from reporting.importers.plans import read_forecast  # noqa: PLC0415 - rarely asked for

    return read_forecast(path, report_setup.zone_of(question.time_zone, settings))


@app.command(epilog="Example: cordboard report scheduled reports.yaml, once a minute by cron or a systemd timer")
def scheduled(
    file: Annotated[Path, typer.Argument(help="The reports and their timetables.", exists=True, dir_okay=False)],
    *,
    journal: JournalAt = None,
    config: Config = None,
    time_zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Make the reports that are due: into folders or by e-mail. What was made is noted in the data folder."""
    from reporting.exports.scheduled import load_scheduled, run_due  # noqa: PLC0415 - start-up time of the others

    reports = load_scheduled(file)
    settings = report_setup.settings_of(config)
    zone = report_setup.zone_of(time_zone, settings)
    with report_setup.open_for_reading(journal, settings) as opened:
        done = run_due(
            reports,
            settings.home / "scheduled-reports.json",
            report_setup.now(),
            zone,
            report_setup.maker(opened, settings, time_zone),
        )
    if as_json:
        _print_json({"made": done})
    for made in () if as_json else done:
        typer.echo(f"{made.name}: {made.fault or ', '.join(made.files)}", err=bool(made.fault))
    if any(made.fault for made in done):
        raise typer.Exit(NothingThereError.exit_code)


@app.command("catalogue", epilog="Example: cordboard report catalogue --json")
def list_figures(*, language: ReadIn = "en", as_json: AsJson = False) -> None:
    """List every key figure with its definition."""
    from reporting.exports import figures_doc  # noqa: PLC0415 - only this command needs it

    if as_json:
        _print_json(figures_doc.catalogue_json())
    else:
        _print(figures_doc.catalogue_table(language))
