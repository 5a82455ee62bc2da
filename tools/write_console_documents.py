"""Write the console's TypeScript types from the API's documents, so that the compiler finds where they part.

    tools/write_console_documents.py        writes agent_console/ui/src/api/documents.ts

Every key of an answer is there; what has a default in a wish may be left out.
"""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import agent_console.documents
from agent_console.documents.values import Document, Wish

PAGE = Path(__file__).parents[1] / "agent_console" / "ui" / "src" / "api" / "documents.ts"

HEAD = """\
// Made by tools/write_console_documents.py from agent_console/documents: change those, and run it again.

/** RFC 3339, in UTC. */
export type Instant = string;
"""

SIMPLE = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}


def text() -> str:
    """The whole file."""
    classes = sorted(set(classes_of_documents()), key=lambda found: (found.__module__, found.__name__))
    # generic documents (a page of something) are written where they are used
    classes = [found for found in classes if not found.__pydantic_generic_metadata__["parameters"]]
    _, schema = models_json_schema(
        [(found, "validation" if issubclass(found, Wish) else "serialization") for found in classes]
    )
    told = {found.__name__ for found in classes if issubclass(found, Document)}
    return HEAD + "".join(_declared(name, schema["$defs"][name], told) for name in sorted(schema["$defs"]))


def classes_of_documents() -> Iterator[type[BaseModel]]:
    """Every document and wish, some several times."""
    for found in pkgutil.iter_modules(agent_console.documents.__path__, "agent_console.documents."):
        for _, value in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
            if issubclass(value, Document | Wish) and value not in (Document, Wish):
                yield value


def _declared(name: str, schema: dict[str, Any], told: AbstractSet[str]) -> str:
    comment = _comment(schema.get("description", ""), "")
    if schema.get("type") != "object":
        return f"\n{comment}export type {name} = {_type(schema)};\n"
    required = set(schema.get("properties", ()) if name in told else schema.get("required", ()))
    keys = (
        _comment(key.get("description", ""), "  ") + f"  {field}{'' if field in required else '?'}: {_type(key)};\n"
        for field, key in schema.get("properties", {}).items()
    )
    return f"\n{comment}export interface {name} {{\n{''.join(keys)}}}\n"


def _comment(said: str, margin: str) -> str:
    return f"{margin}/** {' '.join(said.split())} */\n" if said else ""


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "const" in schema or "enum" in schema:
        return " | ".join(_literal(value) for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        item = _type(schema.get("items", {}))
        return f"({item})[]" if " " in item else f"{item}[]"
    if schema.get("type") == "object":
        return _record(schema)
    return "Instant" if schema.get("format") == "date-time" else SIMPLE.get(schema.get("type", ""), "unknown")


def _record(schema: dict[str, Any]) -> str:
    values = schema.get("additionalProperties", True)
    value = _type(values) if isinstance(values, dict) else "unknown"
    names = schema.get("propertyNames", {})
    return f"Partial<Record<{_type(names)}, {value}>>" if "enum" in names else f"Record<string, {value}>"


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def main() -> int:
    """Write the file."""
    PAGE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(Path.cwd())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
