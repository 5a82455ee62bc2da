"""``cordboard doctor``: say what is wrong around the daemon and how to mend it."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cti_bridge.app.doctor.findings import Finding

_MARKS = {"wrong": "WRONG"}


def command(
    *,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The settings; without it the embedded default.")
    ] = None,
    probe: Annotated[
        bool, typer.Option(help="Make a call inside Asterisk that lasts a second and reaches nobody.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Connect to Asterisk, database, Redis, speech model; say what is wrong and how to mend it.

    Changes nothing. Ends with 0 when nothing is wrong, 1 when something is.

    Example: cordboard doctor --config /etc/cordboard/cordboard.yaml
    """
    from cti_bridge.app.doctor.examination import examine_all  # noqa: PLC0415 - heavy
    from cti_bridge.app.doctor.findings import Level  # noqa: PLC0415 - heavy
    from cti_bridge.app.doctor.leadership import settings_found  # noqa: PLC0415 - heavy

    settings, notes = settings_found(config, os.environ)
    with _progress() as told:
        found = [*notes, *examine_all(settings, probe=probe, told=told)]
    healthy = all(finding.level is not Level.WRONG for finding in found)
    if as_json:
        import msgspec  # noqa: PLC0415 - only this output needs it

        typer.echo(json.dumps({"ok": healthy, "findings": msgspec.to_builtins(found)}, ensure_ascii=False, indent=2))
    else:
        _print(found)
    if not healthy:
        raise typer.Exit(1)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Says on a terminal what is being looked at."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only for terminals

    with Console(stderr=True).status("looking") as status:
        yield lambda part: status.update(f"looking at {part}")


def _print(found: list["Finding"]) -> None:
    for finding in found:
        typer.echo(f"{_MARKS.get(finding.level.value, finding.level.value):<8} {finding.part}: {finding.what}")
        if finding.mend:
            typer.echo(f"{'':<8} -> {finding.mend}")
    wrong = sum(finding.level.value == "wrong" for finding in found)
    typer.echo(f"{wrong} thing{'' if wrong == 1 else 's'} wrong" if wrong else "nothing is wrong")
