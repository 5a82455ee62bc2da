"""Every command explains itself with an example, and every option says what it does."""

from collections.abc import Iterator
from typing import Any

import pytest

from cti_bridge.app import main as command_line


def commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


EVERY = [
    found for name in command_line._Commands().list_commands(None) for found in commands(command_line._load(name), name)
]


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[path for path, _ in EVERY])
def test_help_has_an_example_that_is_of_this_command(path: str, command: Any) -> None:
    text = f"{command.help or ''}\n{command.epilog or ''}"
    assert f"Example: cordboard {path}" in " ".join(text.split())


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[path for path, _ in EVERY])
def test_every_option_says_what_it_does(path: str, command: Any) -> None:
    silent = [param.name for param in command.params if not getattr(param, "help", None)]
    assert silent == [], path


def test_every_command_that_is_promised_is_there() -> None:
    assert {path for path, _ in EVERY} >= {
        "demo",
        "serve",
        "check",
        "doctor",
        "simulate",
        "report",
        "import",
        "flow",
    } | {
        "agent sign-in",
        "agent ready",
        "agent not-ready",
        "agent sign-out",
        "agent list",
        "report summary",
        "flow check",
        "flow draw",
        "flow test",
        "db verify",
    }
