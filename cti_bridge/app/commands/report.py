"""``cordboard report``: key figures from the journal."""

from pathlib import Path
from typing import Annotated

import typer

from cti_bridge.app import report_setup
from cti_bridge.app.report_setup import Options
from reporting.kpi import catalogue
from reporting.kpi.report import Report

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
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write a file: .json, .csv, .xlsx or .html says what.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _figures_command(name: str, title: str, usual_by: str, shown: tuple[str, ...], in_json: tuple[str, ...]) -> None:
    """Register a command that prints rows of figures; they differ by what they slice by and show."""

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
        output: Output = None,
        as_json: AsJson = False,
    ) -> None:
        options = Options(
            journal=journal,
            config=config,
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
        )
        report = _report(options, usual_by, in_json if as_json or output else shown)
        _put_out(title, report, output, as_json=as_json)

    command.__doc__ = f"{title}, sliced by {usual_by} unless --by says otherwise."
    app.command(name, epilog=f"Example: cordboard report {name} --from 2026-03-01 --service-level 20")(command)


def _report(options: Options, by: str, figures: tuple[str, ...]) -> Report:
    settings = report_setup.settings_of(options.config)
    query = report_setup.query_of(options, settings, by=by, figures=figures)
    with report_setup.open_for_reading(options.journal, settings) as journal:
        return report_setup.report_of(journal, query)


def _put_out(title: str, report: Report, output: Path | None, *, as_json: bool) -> None:
    if output is not None:
        raise NotImplementedError
    if as_json:
        from reporting.exports.as_json import json_bytes, report_json  # noqa: PLC0415

        typer.echo(json_bytes(report_json(report)), nl=False)
        return
    from rich.console import Console  # noqa: PLC0415 - only this output needs it

    from reporting.exports.as_table import print_report  # noqa: PLC0415

    print_report(Console(), title, report)


_figures_command("summary", "Key figures", "queue", catalogue.STANDARD, catalogue.LIVE)


@app.command("catalogue", epilog="Example: cordboard report catalogue --json")
def list_figures(*, as_json: AsJson = False) -> None:
    """List every key figure with its definition."""
    from reporting.exports import figures_doc  # noqa: PLC0415 - only this command needs it

    if as_json:
        from reporting.exports.as_json import json_bytes  # noqa: PLC0415

        typer.echo(json_bytes(figures_doc.catalogue_json()), nl=False)
        return
    from rich.console import Console  # noqa: PLC0415

    Console().print(figures_doc.catalogue_table())
