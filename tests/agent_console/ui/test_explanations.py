"""The console says every explanation of the distributor in its own languages: each code has its words."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from agent_console.http.unnamed import UNNAMED

ROOT = Path(__file__).parents[3]
WORDS = ROOT / "agent_console" / "ui" / "src" / "language" / "en" / "why.json"
PUT_TOGETHER = frozenset({"step"})
"""Said by the console out of parts, which are there under the same name."""


def codes_said() -> Iterator[tuple[str, frozenset[str]]]:
    """Every code that explanations use, of the distributor and of who is parked, and the details with it."""
    for module in (
        "acd/explain.py",
        "acd/ahead.py",
        "cti_bridge/app/console/parked_rows.py",
        "cti_bridge/app/console/rows.py",
    ):
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id == "Said" and isinstance(call.args[1], ast.Constant):
                yield str(call.args[1].value), frozenset(str(word.arg) for word in call.keywords)
            elif call.func.id == "_goes" and isinstance(call.args[2], ast.Constant):
                yield str(call.args[2].value), frozenset({"to_kind", "to"})


def codes_without_names() -> Iterator[tuple[str, frozenset[str]]]:
    """What becomes of those codes for readers who do not see the agents in them."""
    said = dict(codes_said())
    for code, (without, _) in UNNAMED.items():
        yield without, said[code] - {"agent", "agents"}


def test_every_code_has_words_that_its_details_fill() -> None:
    words = json.loads(WORDS.read_text(encoding="utf-8"))
    said = {code: text for group in ("why", "agent", "obstacle", "change") for code, text in words[group].items()}
    found = {**dict(codes_said()), **dict(codes_without_names())}
    assert len(found) > 25
    for code, details in found.items():
        if code in PUT_TOGETHER:
            assert code in words
            continue
        holes = {part.split("}}")[0] for part in said[code].split("{{")[1:]}
        given = details
        assert holes <= given, f"{code}: {holes - given} would stay empty"
