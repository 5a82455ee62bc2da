"""``cordboard simulate``: a scenario in virtual time through the same distributor."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from simulation.scenarios.run import Result
    from simulation.scenarios.scenario import Scenario


def command(
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO.yaml", help="Who calls, who works, for how long.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON alone on standard output.")] = False,
) -> None:
    """Run a scenario in virtual time through the distributor that serves real calls.

    Tells waits, abandonment, service level and utilisation with the half widths of their 95 % confidence intervals.
    Ends with 0 when done, 1 when the scenario has mistakes (all are told, with line and key), 2 when there is no file.

    Example: cordboard simulate lunch-hour.yaml --json
    """
    from simulation.scenarios.scenario_file import load_scenario  # noqa: PLC0415 - brings the distributor with it

    result = _run(load_scenario(scenario))
    if as_json:
        import msgspec  # noqa: PLC0415 - heavy for a mere --help

        typer.echo(json.dumps(msgspec.to_builtins(result), ensure_ascii=False, indent=2))
    else:
        _print(result)


def _run(scenario: "Scenario") -> "Result":
    """Run, with a progress bar on a terminal."""
    from simulation.scenarios.run import simulate  # noqa: PLC0415 - likewise

    if not sys.stderr.isatty():
        return simulate(scenario)
    from rich.console import Console  # noqa: PLC0415 - only for the bar
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("calls"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("calls", total=scenario.calls)
        return simulate(scenario, lambda calls: bar.update(task, completed=calls))


def _print(result: "Result") -> None:
    """Tables for people."""
    from rich.console import Console  # noqa: PLC0415 - only for tables

    from simulation.scenarios.tables import call_type_table, pool_table  # noqa: PLC0415 - likewise

    console = Console()
    console.print(call_type_table(result), pool_table(result))
    console.print(
        f"{result.calls} calls, {result.virtual_hours:.0f} virtual hours, seed {result.seed}; "
        f"{result.calls_per_cpu_second:.0f} calls per CPU second. ± is half of a 95 % confidence interval."
    )
