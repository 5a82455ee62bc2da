"""``cordboard agent``: sign agents in and out over the daemon's local socket."""

import json
import os
import socket
from pathlib import Path
from typing import Annotated, Any

import typer

from config.home import CONTROL_SOCKET, data_home

app = typer.Typer(
    no_args_is_help=True,
    help="Sign agents in and out, make them ready or not ready, of the daemon that runs on this machine.",
    epilog="Example: cordboard agent sign-in alice && cordboard agent ready alice",
)
TIMEOUT_S = 10.0

AgentName = Annotated[str, typer.Argument(help="The agent's key in the settings, e.g. alice.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class DaemonError(Exception):
    """The daemon cannot be reached, or refuses."""


def ask(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Send one request to the daemon's socket and wait for the answer; raises :class:`DaemonError`."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            line = connection.makefile("rb").readline()
    except TimeoutError as error:
        raise DaemonError(f"the daemon does not answer at {path} within {TIMEOUT_S:g} s") from error
    except OSError as error:
        raise DaemonError(f"no daemon at {path} ({error.strerror or error}): start cordboard serve") from error
    if not line.endswith(b"\n"):
        raise DaemonError("the daemon closed the connection without an answer")
    try:
        reply: dict[str, Any] = json.loads(line)
    except ValueError as error:
        raise DaemonError(f"what answers at {path} is no daemon of this kind") from error
    if not reply.get("ok"):
        raise DaemonError(str(reply.get("error")))
    return reply


@app.command("sign-in", epilog="Example: cordboard agent sign-in alice --phone 1007")
def sign_in(
    agent: AgentName,
    *,
    phone: Annotated[str | None, typer.Option(help="Work at this phone instead of one's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Begin to work; not ready until `ready`."""
    _change({"do": "sign-in", "agent": agent, "phone": phone}, as_json=as_json)


@app.command(epilog="Example: cordboard agent ready alice")
def ready(agent: AgentName, *, as_json: AsJson = False) -> None:
    """Want contacts."""
    _change({"do": "ready", "agent": agent}, as_json=as_json)


@app.command("not-ready", epilog="Example: cordboard agent not-ready alice break")
def not_ready(
    agent: AgentName,
    reason: Annotated[str, typer.Argument(help="A code of `reasons` in the settings, e.g. break.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Want no contacts; during a contact it takes effect afterwards."""
    _change({"do": "not-ready", "agent": agent, "reason": reason}, as_json=as_json)


@app.command("sign-out", epilog="Example: cordboard agent sign-out alice")
def sign_out(agent: AgentName, *, as_json: AsJson = False) -> None:
    """Go home; during a contact it takes effect afterwards."""
    _change({"do": "sign-out", "agent": agent}, as_json=as_json)


@app.command("list", epilog="Example: cordboard agent list --json")
def list_agents(*, as_json: AsJson = False) -> None:
    """Show everybody with their state."""
    agents = ask(_socket_path(), {"do": "list"})["agents"]
    if as_json:
        typer.echo(json.dumps({"agents": agents}, ensure_ascii=False))
        return
    _print_table(agents)


def _socket_path() -> Path:
    return data_home(os.environ) / CONTROL_SOCKET


def _change(request: dict[str, Any], *, as_json: bool) -> None:
    said = ask(_socket_path(), request)["said"]
    typer.echo(json.dumps({"said": said}, ensure_ascii=False) if as_json else said)


def _print_table(agents: list[dict[str, Any]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only this output needs it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("agent", "phone", "state", "doing", "reason", "then", "since")
    for agent in agents:
        words = (
            agent["agent"],
            agent["phone"],
            agent["declared"],
            agent["activity"],
            agent["reason"],
            agent["pending"],
        )
        seconds = round(agent["since_s"])
        table.add_row(*(Text(word or "") for word in words), f"{seconds // 60}:{seconds % 60:02}")
    Console().print(table)
