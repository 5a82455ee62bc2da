"""docs/api.md tells the truth: each of its examples is run, in order, against a fresh daemon on the virtual PBX.

A block of JSON or text behind an example is what it prints: keys that are shown have to be there with their values,
``…`` stands for anything.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from agent_console import errors
from agent_console.documents.live import OF_DESK, OF_TOPIC
from tests.agent_console.virtual_centre import VirtualCentre
from tests.architecture.sources import ROOT

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("virtual-centre")]

DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8080"
ANYTHING = "…"


class Example(NamedTuple):
    """A block to run, and what is to come of it."""

    line: int
    kind: str
    text: str
    expected: tuple[str, str] | None


def examples() -> Iterator[Example]:
    blocks = list(re.finditer(r"^```(\w+)\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE))
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if block[1] in {"bash", "python"}:
            told = (after[1], after[2]) if after is not None and after[1] in {"json", "text"} else None
            yield Example(DOCUMENT.count("\n", 0, block.start()) + 1, block[1], block[2], told)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualCentre]:
    """A daemon that has never run before: nobody has a password."""
    centre = VirtualCentre(tmp_path_factory.mktemp("fresh"))
    try:
        centre.start()
        yield centre
    finally:
        centre.close()


def run(example: Example, folder: Path, env: dict[str, str], url: str) -> tuple[str, dict[str, str]]:
    """What it prints, and the environment that it leaves."""
    text = example.text.replace(ADDRESS, url)
    left = folder / "environment"
    if example.kind == "bash":
        command = ["bash", "-euo", "pipefail", "-c", f'{text}\nenv -0 > "{left}"']
    else:
        command = [sys.executable, "-c", text]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"docs/api.md:{example.line}: {done.stdout}{done.stderr}"
    if example.kind == "bash":
        pairs = (one.partition("=") for one in left.read_text().split("\0") if one)
        env = {name: value for name, _, value in pairs}
    return done.stdout, env


def differs(shown: Any, told: Any, where: str = "") -> str:
    """Where what was told is not what is shown; ``""``: nowhere."""
    if shown == ANYTHING:
        return ""
    if isinstance(shown, dict):
        if not isinstance(told, dict):
            return f"{where}: {told!r} is no object"
        missing = [f"{where}.{name} is missing" for name in shown if name not in told]
        return next(iter(missing), "") or next(
            (found for name in shown if (found := differs(shown[name], told[name], f"{where}.{name}"))), ""
        )
    if isinstance(shown, list) and isinstance(told, list) and len(shown) == len(told):
        pairs = enumerate(zip(shown, told, strict=True))
        return next((found for i, (s, t) in pairs if (found := differs(s, t, f"{where}[{i}]"))), "")
    return "" if shown == told else f"{where}: {told!r}, not {shown!r}"


def last_answer(printed: str) -> Any:
    """The last of several answers; there is nothing between them."""
    told, rest = None, printed.strip()
    while rest:
        told, end = json.JSONDecoder().raw_decode(rest)
        rest = rest[end:].lstrip()
    return told


def test_every_example_works_and_prints_what_is_shown(fresh: VirtualCentre, tmp_path: Path) -> None:
    name, password = fresh.first_password()
    env = {**os.environ, "ADMIN": name, "ONE_TIME": password, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    ran = 0
    for example in examples():
        printed, env = run(example, tmp_path, env, fresh.url)
        ran += 1
        if example.expected is None:
            continue
        kind, text = example.expected
        if kind == "text":
            assert printed == text, f"docs/api.md:{example.line}"
            continue
        told = last_answer(printed)
        assert differs(json.loads(text), told) == "", f"docs/api.md:{example.line}: {told}"
    assert ran > 15


def test_every_error_is_in_the_table() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", DOCUMENT, re.MULTILINE))
    classes: list[type[errors.ConsoleError]] = [errors.ConsoleError, *_subclasses(errors.ConsoleError)]
    assert rows == {one.error_id: str(one.status) for one in classes}


def _subclasses(kind: type[errors.ConsoleError]) -> Iterator[type[errors.ConsoleError]]:
    for found in kind.__subclasses__():
        yield found
        yield from _subclasses(found)


def test_every_topic_is_in_the_table_with_its_documents() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]*`\w+[^|]*\| (.*) \|$", DOCUMENT, re.MULTILINE))
    assert set(rows) == {"desk", *OF_TOPIC}
    for topic, kind in OF_TOPIC.items():
        assert f"`{kind.__name__}`" in rows[topic]
    assert all(f"`{kind.__name__}`" in rows["desk"] for kind in OF_DESK.values())
