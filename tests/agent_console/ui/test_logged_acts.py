"""What the audit log tells of acts is told in words of both languages: acts, things, fields and their values.

All are read from where the daemon writes them, so that a new act or field is missed here before anybody reads its code.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from agent_console.documents.administration import SectionName
from agent_console.documents.session import Scope
from agent_console.documents.supervision import MonitorMode
from config.people import Role
from facts.states import Declared
from ivr.drawing_words import CHINESE
from ivr.loader import SHIPPED, load_folder
from storage.accounts import Profile
from storage.customer_rows import RESOURCE, CustomerRecord
from tests.architecture.sources import ROOT

ACTS: Final = {"note": 1, "_note": 1, "_tell": 3, "_turn": 3}
"""What logs an act, and the place of the act among its arguments."""
SETTINGS: Final = "cti_bridge/app/settings_changes.py"
"""Logs changes of sections, whose keys are told by the forms' labels."""


def words(language: str) -> dict[str, Any]:
    path = ROOT / "agent_console/ui/src/language" / language / "administration.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def logging() -> Iterator[Path]:
    """The sources that log acts."""
    for folder in ("agent_console", "cti_bridge", "storage"):
        for page in sorted((ROOT / folder).rglob("*.py")):
            text = "" if "/ui/" in str(page) else page.read_text(encoding="utf-8")
            if "audit.note(" in text or "import Change" in text or "from storage.audit import" in text:
                yield page


def calls(page: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield name, node


def constants(node: ast.AST | None) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from constants(one)
            yield from constants(other)


def acts() -> set[str]:
    found: set[str] = {"made", "changed", "removed"}
    for page in logging():
        for name, call in calls(page):
            if name in ACTS and len(call.args) > ACTS[name]:
                found |= {*constants(call.args[ACTS[name]])}
            if name == "Change":
                found |= {text for word in call.keywords if word.arg == "action" for text in constants(word.value)}
        for node in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "action":
                found |= {*constants(node.value)}
    return found


def things() -> set[str]:
    found: set[str] = {RESOURCE}
    for page in logging():
        for name, call in calls(page):
            if name == "note" and len(call.args) > 2:
                found |= {*constants(call.args[2])}
            if name == "Change":
                found |= {text for word in call.keywords if word.arg == "resource" for text in constants(word.value)}
    return found


def fields() -> set[str]:
    """Every key of what was before and after an act, and a few more: whatever these sources put under a name."""
    found = {*Profile.__struct_fields__, *CustomerRecord.__struct_fields__}
    for page in logging():
        if str(page).endswith(SETTINGS):
            continue
        for function in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and tells(function):
                found |= keys(function)
    return found


def tells(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it logs an act, or says how something is for one that does."""
    return function.name == "_openness" or any(
        isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {*ACTS, "Change"}
        for node in ast.walk(function)
    )


def keys(function: ast.AST) -> set[str]:
    """Keys of what is told of before and after, and what an act says that it is about; not those of rows."""
    rows = {id(node) for node in ast.walk(function) for node in _rows(node)}
    dicts = [node for node in ast.walk(function) if isinstance(node, ast.Dict) and id(node) not in rows]
    found = {text for node in dicts for key in node.keys for text in constants(key)}
    about = [word for node in ast.walk(function) if isinstance(node, ast.Call) for word in node.keywords]
    return found | {text for word in about if word.arg == "of" for text in constants(word.value)}


def _rows(node: ast.AST) -> list[ast.AST]:
    """The values of a row in the database."""
    match node:
        case ast.Assign(targets=[ast.Name(id="values")], value=row):
            return [row]
        case ast.Call(func=ast.Attribute(attr="_note"), args=[_, _, ast.Dict() as row, _, _]):
            return [row]
    return []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_act_and_thing_has_words(language: str) -> None:
    told = words(language)
    assert len(acts()) > 25
    assert sorted(act for act in acts() if act.replace(" ", "_") not in told["action"]) == []
    assert sorted(things() - {*told["resource"]}) == []
    assert sorted({*get_args(SectionName)} - {*told["page"]}) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_field_and_code_has_words(language: str) -> None:
    told = words(language)
    found = fields()
    assert len(found) > 20
    assert sorted(found - {*told["field"]}) == []
    codes = {*Declared, *get_args(MonitorMode), *get_args(Role), *get_args(Scope), "password"}
    assert sorted(codes - {*told["value"]}) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_menu_that_comes_with_it_has_a_title(language: str) -> None:
    titles = {flow.file.title for flow in load_folder(SHIPPED).values()}
    assert len(titles) > 3
    assert sorted("".join(c if c.isalnum() else "_" for c in title) for title in titles) == sorted(
        words(language)["flowTitle"]
    )


def test_drawings_call_the_menus_as_the_console_does() -> None:
    assert sorted(CHINESE.titles) == sorted(flow.file.title for flow in load_folder(SHIPPED).values())
    for title, told in CHINESE.titles.items():
        assert words("zh")["flowTitle"]["".join(c if c.isalnum() else "_" for c in title)] == told
