"""Write what the console's settings forms are made of: the schema of what can be changed there, and its explanations.

    tools/write_console_settings.py     writes schema.json and the English hints under agent_console/ui/src

The Chinese hints and the labels are written by hand; the console's tests tell which are missing.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from agent_console.documents.administration import SectionName

SCHEMA_FILE = Path(__file__).parents[1] / "config" / "schema.json"
SOURCES = Path(__file__).parents[1] / "agent_console" / "ui" / "src"
SCHEMA = SOURCES / "administration" / "schema.json"
HINTS = SOURCES / "language" / "en" / "hints.json"

_KEPT = frozenset(
    {"type", "enum", "anyOf", "items", "$ref", "properties", "required", "default", "minimum", "maximum", "format"}
    | {"exclusiveMinimum", "patternProperties", "additionalProperties", "propertyNames", "maxLength"}
)
_NAMES = frozenset({"properties", "patternProperties", "$defs"})
"""Whose keys are names, and not words of the schema."""


def schema_text() -> str:
    """The part of the schema that the forms need."""
    whole = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    sections = {name: _plain(whole["properties"][name]) for name in get_args(SectionName)}
    used = sorted(_used(sections, whole["$defs"]))
    return _as_text({"sections": sections, "definitions": {name: _plain(whole["$defs"][name]) for name in used}})


def hints_text() -> str:
    """What each setting means, in English."""
    whole = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    used = json.loads(schema_text())["definitions"]
    return _as_text(
        {
            name: {
                key: " ".join(str(about["description"]).split())
                for key, about in whole["$defs"][name]["properties"].items()
                if "description" in about
            }
            for name in used
        }
    )


def _plain(schema: Any, *, names: bool = False) -> Any:
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _plain(value, names=key in _NAMES and not names) if key != "default" else value
        for key, value in schema.items()
        if names or key in _KEPT
    }


def _used(schema: Any, definitions: dict[str, Any]) -> set[str]:
    """Every definition that is referred to, directly or by another."""
    found: set[str] = set()
    to_do = list(_references(schema))
    while to_do:
        name = to_do.pop()
        if name not in found:
            found.add(name)
            to_do += _references(definitions[name])
    return found


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _as_text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write both files."""
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    HINTS.write_text(hints_text(), encoding="utf-8")
    sys.stdout.write(f"{SCHEMA}\n{HINTS}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
