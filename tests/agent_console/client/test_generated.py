"""The client's operations are those of the API, whatever changes there."""

import pytest

from agent_console.client import Client
from tools import write_client_operations as tool


def test_the_operations_are_those_of_the_api() -> None:
    made = tool.files()
    there = {path.name: path.read_text(encoding="utf-8") for path in tool.FOLDER.glob("*.py")}
    assert there == made, "run tools/write_client_operations.py"


@pytest.mark.parametrize("operation", [operation["operationId"] for *_, operation in tool.operations()])
def test_every_operation_is_a_method_that_says_what_it_does(operation: str) -> None:
    assert getattr(Client, operation).__doc__
