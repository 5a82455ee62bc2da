"""``cordboard config``: the settings that administrators change while the daemon runs, seen from the command line."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti_bridge.app.terminal import user

if TYPE_CHECKING:
    from config.administered import Difference
    from cti_bridge.app.leading import Leading
    from cti_bridge.app.settings_changes import Kept, SettingsChanges
    from storage.settings_revisions import Revision

app = typer.Typer(
    no_args_is_help=True,
    help="Skills, teams, agents, users, queues, calendars, numbers: what the console changes, as files and revisions. "
    "The settings file leads until the first change; then the database does.",
    epilog="Example: cordboard config diff --config /etc/cordboard/cordboard.yaml",
)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="The settings.", show_default=False, dir_okay=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it, as the audit log tells.", show_default="you")]
Comment = Annotated[str, typer.Option("--comment", "-m", help="Why, for whoever reads the revisions.")]
FOUND_WRONG = 1
"""Exit code of `diff` when there are differences, and of a refused change."""


@app.command("export", epilog="Example: cordboard config export --output centre.yaml")
def export_settings(
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file instead of the terminal.")] = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Print what is in force under the keys that the console changes, as a settings file has it; not the PINs."""
    from config.administered import masked  # noqa: PLC0415 - a quarter of a second

    present = _leading(config).present
    text = present.yaml()
    if as_json:
        text = json.dumps(masked(present.document), ensure_ascii=False, indent=2) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@app.command("import", epilog="Example: cordboard config import centre.yaml -m 'the new team'")
def import_settings(
    file: Annotated[
        Path | None,
        typer.Argument(help="A settings file, or a part of one; without it the --config file.", dir_okay=False),
    ] = None,
    *,
    by: By = None,
    comment: Comment = "",
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Put the sections that a file has in place of those in force. A running daemon follows within seconds."""
    from config.load import administered_of  # noqa: PLC0415 - a quarter of a second

    said = administered_of(file or config)
    is_settings_file = file is None or (config is not None and file.resolve() == config.resolve())
    with _changes(config) as changes:
        kept = changes.take_in(
            said, at=_now(), by=by or user(), comment=comment, origin="file" if is_settings_file else "change"
        )
    _tell(kept, as_json=as_json)


@app.command("diff", epilog="Example: cordboard config diff centre.yaml")
def diff_settings(
    file: Annotated[
        Path | None,
        typer.Argument(help="A settings file, or a part of one; without it the --config file.", dir_okay=False),
    ] = None,
    *,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Show what importing a file would change. Exit code 1 when that is something."""
    from config.load import administered_of  # noqa: PLC0415 - a quarter of a second

    found = _leading(config).present.against(administered_of(file or config).administered)
    _print_differences(found, as_json=as_json)
    if found:
        raise typer.Exit(FOUND_WRONG)


@app.command("revisions", epilog="Example: cordboard config revisions 12")
def list_revisions(
    number: Annotated[int | None, typer.Argument(min=1, help="Show what this one changed.")] = None,
    *,
    most: Annotated[int, typer.Option(min=1, help="So many, the latest.")] = 20,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """List the changes, the latest first; with a number, what that one changed."""
    import msgspec  # noqa: PLC0415 - only two commands need it

    found: Sequence[Revision] = ()
    if _leading(config).present.revision is not None or number is not None:
        with _changes(config) as changes:
            if number is not None:
                _print_differences(changes.revision(number)[1], as_json=as_json)
                return
            found = changes.revisions.revisions(most=most)
    if as_json:
        _print_json({"revisions": msgspec.to_builtins(found)})
        return
    if not found:
        typer.echo("There are no changes yet: the settings file leads.")
        return
    from rich.console import Console  # noqa: PLC0415 - only this output needs it
    from rich.table import Table  # noqa: PLC0415 - likewise
    from rich.text import Text  # noqa: PLC0415 - likewise

    table = Table("number", "at", "by", "changed", "why")
    for one in found:
        at = datetime.fromtimestamp(one.at / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        listed = ", ".join(".".join(filter(None, item)) for item in one.changed[:4])
        more = f" and {len(one.changed) - 4} more" if len(one.changed) > 4 else ""
        why = f"takes {one.undoes} back" if one.undoes is not None else ""
        table.add_row(*map(Text, (str(one.number), at, one.actor, listed + more, one.comment or why)))
    Console().print(table)


@app.command("undo", epilog="Example: cordboard config undo 12")
def undo_revision(
    number: Annotated[int, typer.Argument(min=1, help="The revision, as `revisions` lists it.")],
    *,
    by: By = None,
    comment: Comment = "",
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Take a change back, by a new revision; refused when later changes of the same items stand on it."""
    with _changes(config) as changes:
        kept = changes.undo(number, at=_now(), by=by or user(), comment=comment)
    _tell(kept, as_json=as_json)


def _leading(config: Path | None) -> "Leading":
    from cti_bridge.app.leading import examine_leading  # noqa: PLC0415 - half a second

    return examine_leading(config, os.environ)


@contextmanager
def _changes(config: Path | None) -> "Iterator[SettingsChanges]":
    """The settings' own database; it is made where there is none."""
    from cti_bridge.app.database_address import database_address  # noqa: PLC0415 - half a second
    from cti_bridge.app.settings_changes import SettingsChanges  # noqa: PLC0415 - likewise
    from storage.journal import open_journal  # noqa: PLC0415 - likewise

    with open_journal(database_address(_leading(config).examination.settings)) as journal:
        yield SettingsChanges(journal, config, os.environ, may_name_files=True)


def _now() -> int:
    return time.time_ns() // 1_000


def _tell(kept: "Kept", *, as_json: bool) -> None:
    from cti_bridge.app.settings_present import shown_differences  # noqa: PLC0415 - half a second

    found = shown_differences(kept.differences)
    number = None if kept.revision is None else kept.revision.number
    if as_json:
        _print_json({"revision": number, "changed": [one.key for one in found]})
        return
    for one in found:
        typer.echo(f"{one.action} {one.key}")
    typer.echo("Nothing was to be changed." if number is None else f"Kept as revision {number}.")


def _print_differences(found: "Sequence[Difference]", *, as_json: bool) -> None:
    import msgspec  # noqa: PLC0415 - only two commands need it

    if as_json:
        _print_json({"differences": [{**msgspec.to_builtins(one), "action": one.action} for one in found]})
        return
    for one in found:
        typer.echo(f"{one.action} {one.key}")
        for sign, value in (("-", one.before), ("+", one.after)):
            if value is not None:
                typer.echo(f"  {sign} {json.dumps(value, ensure_ascii=False)}")
    if not found:
        typer.echo("There is no difference.")


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
