"""``cordboard entry-point``: the emergency switch of dialled numbers, over the daemon's local socket."""

import json
from typing import Annotated, Any

import typer

from cti_bridge.app.daemon_socket import ask_daemon
from cti_bridge.app.terminal import user

app = typer.Typer(
    no_args_is_help=True,
    help="See the dialled numbers of the daemon that runs on this machine; throw the emergency switch of one.",
    epilog="Example: cordboard entry-point emergency 8123 && cordboard entry-point list",
)

EntryPoint = Annotated[str, typer.Argument(help="The entry point's key in the settings, e.g. 8123; * for all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it, as the journal tells.", show_default="you")]


@app.command("list", epilog="Example: cordboard entry-point list --json")
def list_entries(*, as_json: AsJson = False) -> None:
    """Show every entry point, its emergency flow, and whether its switch is thrown."""
    entries = ask_daemon({"do": "list-entries"})["entries"]
    if as_json:
        typer.echo(json.dumps({"entry_points": entries}, ensure_ascii=False))
        return
    for entry in entries:
        by = f" (by {entry['by']})" if entry["by"] else ""
        state = f"EMERGENCY{by}" if entry["emergency"] else "as usual"
        typer.echo(f"{entry['entry_point']:16}{state:28}{entry['flow'] or 'no emergency flow'}")


@app.command("emergency", epilog="Example: cordboard entry-point emergency 8123")
def emergency(entry_point: EntryPoint, *, by: By = None, as_json: AsJson = False) -> None:
    """Throw the switch: the emergency flow answers from the next call on until it is put back, also after a restart."""
    _change({"do": "throw-emergency", "entry_point": entry_point, "by": by or user()}, as_json=as_json)


@app.command("normal", epilog="Example: cordboard entry-point normal 8123")
def normal(entry_point: EntryPoint, *, by: By = None, as_json: AsJson = False) -> None:
    """Put the switch back: the number is answered as usual."""
    _change({"do": "put-back-emergency", "entry_point": entry_point, "by": by or user()}, as_json=as_json)


def _change(request: dict[str, Any], *, as_json: bool) -> None:
    said = ask_daemon(request)["said"]
    typer.echo(json.dumps({"said": said}, ensure_ascii=False) if as_json else said)
