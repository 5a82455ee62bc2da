"""``cordboard check``: everything that can be wrong before a call comes."""

import json
import os
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from config.errors import ConfigError, Problem


def command(
    *,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The settings; without it the embedded default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    sample: Annotated[bool, typer.Option("--sample", help="Print a settings file to begin with, and leave.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the settings' JSON schema, and leave.")] = False,
) -> None:
    """Validate settings, policy and flows; tell all mistakes at once, with file, line and key.

    Ends with 0 when nothing is wrong, 1 when something is, 2 when the settings cannot be read.

    Example: cordboard check --config /etc/cordboard/cordboard.yaml
    """
    if sample or schema:
        file = resources.files("config").joinpath("sample.yaml" if sample else "schema.json")
        typer.echo(file.read_text(encoding="utf-8"), nl=False)
        return
    from cti_bridge.app.checking import check  # noqa: PLC0415 - brings settings, policy and flows with it

    exit_code = 1
    notes: tuple[str, ...] = ()
    try:
        finding = check(config, os.environ)
    except ConfigError as error:
        problems, good, exit_code = error.problems, "", 2
    else:
        problems, notes = finding.problems, finding.notes
        good = f"{finding.queues} queues, {finding.agents} agents, {finding.flows} flows: nothing is wrong"
    _tell(problems, notes, good, as_json=as_json)
    if problems:
        raise typer.Exit(exit_code)


def _tell(problems: tuple[Problem, ...], notes: tuple[str, ...], good: str, *, as_json: bool) -> None:
    if as_json:
        report = {"ok": not problems, "problems": msgspec.to_builtins(problems), "notes": notes}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for problem in problems:
        typer.echo(str(problem))
    for note in notes:
        typer.echo(f"note: {note}", err=True)
    if not problems:
        typer.echo(good)
    else:
        typer.echo(f"{len(problems)} mistake{'s' if len(problems) > 1 else ''}", err=True)
