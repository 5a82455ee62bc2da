"""``cordboard agent``: sign agents in and out over the daemon's local socket."""

import json
from typing import Annotated, Any

import typer

from cti_bridge.app.daemon_socket import ask_daemon, minutes

app = typer.Typer(
    no_args_is_help=True,
    help="Sign agents in and out, make them ready or not ready, of the daemon that runs on this machine.",
    epilog="Example: cordboard agent sign-in alice && cordboard agent ready alice",
)
AgentName = Annotated[str, typer.Argument(help="The agent's key in the settings, e.g. alice.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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
    agents = ask_daemon({"do": "list"})["agents"]
    if as_json:
        typer.echo(json.dumps({"agents": agents}, ensure_ascii=False))
        return
    _print_table(agents)


def _change(request: dict[str, Any], *, as_json: bool) -> None:
    said = ask_daemon(request)["said"]
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
        table.add_row(*(Text(word or "") for word in words), minutes(agent["since_s"]))
    Console().print(table)
