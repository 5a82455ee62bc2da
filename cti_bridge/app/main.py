"""The console script ``cordboard``.

Importing this module is cheap: a command group is imported when it is called, never to list it. Exit codes: 0 done,
1 found wrong, 2 used wrong. An error of our own, or a file that cannot be used, is one clear line on standard error;
``CORDBOARD_TRACEBACK=1`` shows where it was raised.
"""

import importlib
import importlib.util
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "demo": "Run everything on this machine: virtual telephone switch, callers, agents.",
    "serve": "Run the daemon on a real Asterisk.",
    "config": "What the console changes: export, import, compare, list and undo changes.",
    "check": "Validate settings, policy and flows; tell all mistakes at once, with file, line and key.",
    "doctor": "Connect to Asterisk, database, Redis, speech model; say what is wrong and how to mend it.",
    "simulate": "Run a scenario in virtual time through the same distributor.",
    "report": "Key figures from the journal: table, JSON, CSV, Excel, HTML.",
    "import": "Take in history from elsewhere: Asterisk queue_log, call tables.",
    "flow": "Check, draw and test voice menus.",
    "agent": "Sign agents in and out, make them ready or not ready.",
    "queue": "See the queues; close one in an emergency, and open it again.",
    "entry-point": "See the dialled numbers; throw the emergency switch of one, and put it back.",
    "explain": "Why a contact waits, why an agent idles, what a change of settings would do.",
    "user": "Accounts of the console.",
    "customer": "Customers: import, look up, merge and part, erase.",
    "db": "Set up and migrate the database.",
}
"""Command groups in the order of the help text; the module of ``import`` is ``import_``."""

OUR_PACKAGES = frozenset(
    {"acd", "agent_console", "config", "cti_bridge", "facts", "ivr", "reporting", "simulation", "storage"}
)
FOUND_WRONG = 1

_COMPLETION_OPTIONS = frozenset({"install_completion", "show_completion"})
"""Typer gives them to every group on its own; they belong to the whole command line."""


def _module_name(command: str) -> str:
    return f"cti_bridge.app.commands.{'import_' if command == 'import' else command.replace('-', '_')}"


def _load(command: str) -> Any:
    """Import a command group; ``app`` or ``command`` of its module becomes the command."""
    module = importlib.import_module(_module_name(command))
    group = getattr(module, "app", None)
    if group is None:
        group = typer.Typer()
        group.command()(module.command)
    loaded = typer.main.get_command(group)
    loaded.params = [param for param in loaded.params if param.name not in _COMPLETION_OPTIONS]
    return loaded


class _LazyCommand(TyperCommand):
    """What the list of commands shows of a group that has not been imported."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Import the group and go on with it."""
        return _load(str(self.name)).make_context(info_name, args, parent=parent, **extra)


class _Commands(TyperGroup):
    """Finds command groups by name, and imports none before it is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is typer's
        return [name for name in COMMANDS if importlib.util.find_spec(_module_name(name))]

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        return _LazyCommand(cmd_name, callback=None, help=COMMANDS[cmd_name])


app = typer.Typer(cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only this option needs it

        typer.echo(f"cordboard {version('cordboard')}")
        raise typer.Exit


@app.callback(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: cordboard demo --minutes 20 --speed 60 --seed 7",
)
def cordboard(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Contact-centre platform: skills-based routing, voice menus and traceable figures on Asterisk."""


def _is_ours(error: Exception) -> bool:
    """Whether an error is meant for the user: raised by our own classes, or by a file that cannot be used."""
    package = type(error).__module__.partition(".")[0]
    return package in OUR_PACKAGES or (isinstance(error, OSError) and error.filename is not None)


def main() -> None:
    """Run the command line. Never returns: ends the process with 0, 1 or 2 (130 after Ctrl-C)."""
    try:
        app(prog_name="cordboard")
    except Exception as error:
        if not _is_ours(error) or os.environ.get("CORDBOARD_TRACEBACK"):
            raise
        typer.echo(f"cordboard: {error}", err=True)
        sys.exit(getattr(error, "exit_code", FOUND_WRONG))


if __name__ == "__main__":
    main()
