"""The deciding packages import what is on this list and nothing else: no I/O, no clock, no chance, nothing slow."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import parsed, python_files

DATA = frozenset(
    {"__future__", "ast", "bisect", "collections", "decimal", "enum", "functools", "heapq", "itertools", "math"}
    | {"msgspec", "operator", "re", "types", "typing", "difflib", "unicodedata", "hashlib"}
)
"""Values, their shapes and sums."""

CALENDAR = frozenset({"datetime", "zoneinfo"})
"""Reading a given instant as a date; the clock itself is caught below."""

ALLOWED = {
    "facts": DATA | {"facts"},
    "acd": DATA | {"facts", "acd"},
    "cti_bridge/wire": DATA | {"facts", "cti_bridge", "urllib", "uuid"},
    "reporting/kpi": DATA | CALENDAR | {"facts", "reporting", "numpy"},
    "simulation/distributions": DATA | {"facts", "simulation"},
    "ivr": DATA
    | CALENDAR
    | {"facts", "ivr", "phonenumbers", "urllib", "yaml", "html", "inspect", "babel", "num2words", "numpy"},
}
OUTSIDE = (
    "ivr/flow_library.py",
    "ivr/loader.py",
    "ivr/prompts/audio.py",
    "ivr/prompts/library.py",
    "ivr/prompts/synthesis.py",
    "ivr/script_runner.py",
    "ivr/speech/moonshine_model.py",
    "ivr/speech/moonshine_recogniser.py",
    "ivr/speech/vosk_recogniser.py",
)
"""Of ``ivr``, what reads files, renders sound or listens: beside the interpreter, never under it."""

IMPURE_CALLS = frozenset({"now", "utcnow", "today", "time", "monotonic", "perf_counter", "sleep", "urandom", "uuid4"})
IMPURE_NAMES = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__"})


def deciding_files() -> Iterator[tuple[str, str]]:
    for folder in ALLOWED:
        for path in python_files(folder):
            if not path.startswith(OUTSIDE):
                yield folder, path


def imported(tree: ast.Module) -> Iterator[str]:
    """The top-level packages that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def test_there_is_something_to_look_at() -> None:
    folders = {folder for folder, _ in deciding_files()}
    assert folders == set(ALLOWED)
    assert "ivr/interpreter.py" in {path for _, path in deciding_files()}


@pytest.mark.parametrize(("folder", "path"), list(deciding_files()), ids=str)
def test_nothing_but_what_is_allowed_is_imported(folder: str, path: str) -> None:
    assert set(imported(parsed(path))) - ALLOWED[folder] == set()


@pytest.mark.parametrize(("folder", "path"), list(deciding_files()), ids=str)
def test_no_clock_is_read_and_no_file_opened(folder: str, path: str) -> None:
    calls = [node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    attributes = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    assert attributes & IMPURE_CALLS == set(), folder
    assert names & IMPURE_NAMES == set(), folder


def test_the_interpreter_imports_nothing_that_reads_files() -> None:
    outside = {path.removesuffix("/").removesuffix(".py").replace("/", ".") for path in OUTSIDE}
    for folder, path in deciding_files():
        if folder == "ivr":
            modules = {node.module or "" for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom)}
            assert not any(module == name or module.startswith(f"{name}.") for module in modules for name in outside), (
                path
            )
