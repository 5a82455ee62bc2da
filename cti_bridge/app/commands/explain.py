"""``cordboard explain``: why a contact waits, why an agent idles, and what a change of settings would do."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cti_bridge.app.daemon_socket import ask_daemon, minutes

app = typer.Typer(
    no_args_is_help=True,
    help="Ask the daemon that runs on this machine why a contact waits, why an agent has nothing to do, and what "
    "another settings file would change for those who wait and work now.",
    epilog="Example: cordboard explain agent alice",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(epilog="Example: cordboard explain contact pbx-1764201600.42")
def contact(
    contact_id: Annotated[str, typer.Argument(metavar="ID", help="The contact's id, as reports and lists show it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Why a contact still waits: who was considered, what rules each out, what will change and when."""
    why = ask_daemon({"do": "explain-contact", "contact": contact_id})["why"]
    if as_json:
        typer.echo(json.dumps(why, ensure_ascii=False))
        return
    place = f", position {why['position']}" if why["position"] else ""
    expected = f", about {minutes(why['expected_wait_s'])} to go" if why["expected_wait_s"] else ""
    typer.echo(f"{why['contact_id']}: {why['summary']}")
    typer.echo(f"  {why['place']} in {why['queue'] or 'no queue'}{place}, for {minutes(why['waited_s'])}{expected}")
    if why["requirement"]:
        typer.echo(f"  requires {why['requirement']}")
    for change in why["changes"]:
        typer.echo(f"  in {minutes(change['in_s'])}: {change['what']}")
    for agent in why["agents"]:
        typer.echo(f"  {agent['agent_id']}: {_obstacles(agent['ruled_out_by'])}")


@app.command(epilog="Example: cordboard explain agent alice")
def agent(
    name: Annotated[str, typer.Argument(help="The agent's key in the settings, e.g. alice.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Why an agent is offered nothing, and for each waiting contact why not that one."""
    why = ask_daemon({"do": "explain-agent", "agent": name})["why"]
    if as_json:
        typer.echo(json.dumps(why, ensure_ascii=False))
        return
    typer.echo(f"{why['agent_id']}: {why['summary']}")
    for change in why["changes"]:
        typer.echo(f"  in {minutes(change['in_s'])}: {change['what']}")
    for found in why["contacts"]:
        typer.echo(f"  {found['contact_id']}: {_obstacles(found['ruled_out_by'])}")


@app.command(epilog="Example: cordboard explain change new.yaml")
def change(
    config: Annotated[Path, typer.Argument(help="The settings as they would be.", exists=True, dir_okay=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """What another settings file would do if it held from now on: nothing is changed."""
    found = ask_daemon({"do": "preview", "config": str(config.resolve())})["preview"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    _list("waiting contacts that nobody signed in could take any more", found["unroutable"])
    _list("waiting contacts that somebody signed in could take now", found["routable"])
    _list("agents signed in who would serve no queue any more", found["idle_agents"])
    _list("queues in which somebody waits that would be no more", found["gone_queues"])
    if not any(found.values()):
        typer.echo("nothing would change for who waits or works now")


def _obstacles(ruled_out_by: list[str]) -> str:
    return "; ".join(ruled_out_by) or "an offer is possible"


def _list(what: str, names: list[Any]) -> None:
    if names:
        typer.echo(f"{what}: {', '.join(names)}")
