"""JSON schemas of flow files and caller scripts, for editors. Made from the very types that read the files. Pure."""

import inspect
from typing import Any

import msgspec

from ivr.caller_script import ScriptFile
from ivr.flow import FlowFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def flow_schema() -> dict[str, Any]:
    """The schema of a flow file."""
    return _schema(FlowFile, "Voice menu of Cordboard")


def script_schema() -> dict[str, Any]:
    """The schema of a file of scripted callers."""
    return _schema(ScriptFile, "Scripted callers of Cordboard")


def _schema(kind: type, title: str) -> dict[str, Any]:
    schema = _lenient(msgspec.json.schema(kind))
    return {"$schema": DIALECT, "title": title, **schema}


def _lenient(value: Any) -> Any:
    """What a person writes as ``key: 1`` is a text to us and a number to an editor: allow both."""
    if isinstance(value, list):
        return [_lenient(item) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {name: _lenient(item) for name, item in value.items()}
    if isinstance(changed.get("description"), str):
        changed["description"] = inspect.cleandoc(changed["description"])
    if changed.get("type") == "string" and "enum" not in changed:
        rest = {name: item for name, item in changed.items() if name != "type"}
        return {"type": ["string", "integer"], **rest}
    return changed
