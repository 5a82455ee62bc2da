"""Functions that fit on a screen, files that can be read in one sitting, names that are ours, links that lead on."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, parsed, python_files, tracked

LONGEST_FUNCTION = 60
LONGEST_FILE = 500

LONG_FILES = {
    "agent_console/ports.py": "all that the console needs of the daemon, one protocol a part",
    "cti_bridge/wire/agi.py": "environment, commands and replies of one small protocol, read side by side",
    "facts/journal.py": "every kind of fact there is, in the order of a contact's life",
    "reporting/kpi/contacts.py": "the fold of one contact, state by state",
    "tests/cti_bridge/wire/test_ami.py": "the hazards of AMI, one test each",
    "tests/ivr/test_nodes.py": "one node of a flow after the other, each in all its ways out",
    "tests/sip_phone/call.py": "one SIP dialogue in all its states",
}
"""Files that are longer than most, and why they are not two."""


def functions(path: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path}: {name} has {length} lines"
        for path in python_files(*PACKAGES, "tests", "tools", "deploy")
        for name, length in functions(path)
        if length > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_longer_than_a_sitting_without_a_reason() -> None:
    lengths = {
        path: (ROOT / path).read_text(encoding="utf-8").count("\n")
        for path in python_files(*PACKAGES, "tests", "tools", "deploy")
    }
    long = {path for path, length in lengths.items() if length > LONGEST_FILE}
    assert long - set(LONG_FILES) == set(), "split it, or say in LONG_FILES why not"
    assert set(LONG_FILES) - long == set(), "no longer long: take it out of LONG_FILES"


def test_functions_are_short_as_a_rule() -> None:
    lengths = sorted(length for path in python_files(*PACKAGES) for _, length in functions(path))
    assert lengths[len(lengths) // 2] <= 12


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_of_this_name_is_ours(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin) == ROOT / package / "__init__.py"


@pytest.mark.parametrize("path", [path for path in python_files(*PACKAGES) if not path.endswith("__main__.py")])
def test_every_module_says_what_it_is(path: str) -> None:
    assert ast.get_docstring(parsed(path)), path


# -- documents -------------------------------------------------------------------------------------------------------

_LINK = re.compile(r"(?<!\!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"```.*?```", re.DOTALL)


def documents() -> list[str]:
    return [path for path in tracked() if path.endswith(".md") and not path.startswith(("node_modules/", "tests/"))]


def anchors(text: str) -> set[str]:
    """The anchors that a rendered Markdown file has, by the rule of the usual forges."""
    headings = re.findall(r"^#+\s+(.*?)\s*#*$", _FENCE.sub("", text), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading)).strip().lower().replace(" ", "-") for heading in headings
    }


def links(path: str) -> Iterator[str]:
    text = _FENCE.sub("", (ROOT / path).read_text(encoding="utf-8"))
    for found in _LINK.finditer(text):
        target = found[1] or found[2]
        if not re.match(r"[a-z]+:", target):
            yield target


@pytest.mark.parametrize("path", documents())
def test_links_lead_somewhere(path: str) -> None:
    for link in links(path):
        target, _, anchor = link.partition("#")
        file = ((ROOT / path).parent / target).resolve() if target else ROOT / path
        assert file.exists(), f"{path}: {link}"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file.read_text(encoding="utf-8")), f"{path}: {link}"


def test_news_fragments_are_well_named() -> None:
    name = re.compile(r"newsfragments/(\d+|\+[a-z0-9-]+)\.(feature|bugfix|doc|removal|misc)(\.\d+)?\.md")
    fragments = [path for path in tracked() if path.startswith("newsfragments/") and "README" not in path]
    assert fragments
    assert [path for path in fragments if not name.fullmatch(path) and not path.endswith(".gitkeep")] == []
