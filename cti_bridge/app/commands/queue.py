"""``cordboard queue``: see the queues, close one in an emergency and open it again, over the daemon's local socket."""

import json
from typing import Annotated, Any

import typer

from cti_bridge.app.daemon_socket import ask_daemon, minutes
from cti_bridge.app.terminal import user

app = typer.Typer(
    no_args_is_help=True,
    help="See the queues of the daemon that runs on this machine, close one in an emergency and open it again.",
    epilog="Example: cordboard queue close sales && cordboard queue list",
)

QueueName = Annotated[str, typer.Argument(help="The queue's key in the settings, e.g. sales.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it, as the journal tells.", show_default="you")]


@app.command("list", epilog="Example: cordboard queue list --json")
def list_queues(*, as_json: AsJson = False) -> None:
    """Show every queue: open or closed, how many wait, the longest wait, and the wait to expect."""
    queues = ask_daemon({"do": "list-queues"})["queues"]
    if as_json:
        typer.echo(json.dumps({"queues": queues}, ensure_ascii=False))
        return
    _print_table(queues)


@app.command("close", epilog="Example: cordboard queue close sales")
def close(queue: QueueName, *, by: By = None, as_json: AsJson = False) -> None:
    """Close a queue at once, whatever its hours; who waits goes where `when_closed` says. It stays closed until opened.

    Callbacks stay, and so does who is being rung for just now.
    """
    _change({"do": "close-queue", "queue": queue, "by": by or user()}, as_json=as_json)


@app.command("open", epilog="Example: cordboard queue open sales")
def open_queue(queue: QueueName, *, by: By = None, as_json: AsJson = False) -> None:
    """End an emergency closing: the queue goes by its hours again."""
    _change({"do": "open-queue", "queue": queue, "by": by or user()}, as_json=as_json)


def _change(request: dict[str, Any], *, as_json: bool) -> None:
    said = ask_daemon(request)["said"]
    typer.echo(json.dumps({"said": said}, ensure_ascii=False) if as_json else said)


def _print_table(queues: list[dict[str, Any]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only this output needs it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("queue", "state", "waiting", "callbacks", "longest wait", "expected wait", "ready", "signed in")
    for queue in queues:
        by = f" ({queue['by']})" if queue["by"] else ""
        words = (
            queue["queue"],
            queue["state"] + by,
            str(queue["waiting"]),
            str(queue["callbacks"]),
            minutes(queue["longest_wait_s"]) if queue["waiting"] else "",
            minutes(queue["expected_wait_s"]),
            str(queue["agents_ready"]),
            str(queue["agents_signed_in"]),
        )
        table.add_row(*map(Text, words))
    Console().print(table)
