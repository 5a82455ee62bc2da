"""Write the TypeScript client's operations from the API's description: a typed function each, by its operation id.

    tools/write_console_operations.py        writes agent_console/ui/src/api/operations/

Functions, and not methods of one object: a bundler leaves out those that nobody calls. And a file for each resource:
what only one view calls is fetched with that view.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tools.write_client_operations import operations

FOLDER: Final = Path(__file__).parents[1] / "agent_console" / "ui" / "src" / "api" / "operations"
PREFIX: Final = "/api/v1"

HEAD: Final = """\
// Made by tools/write_console_operations.py from the API's description: change that, and run it again.
//
// Each ends with the document, or with a `Problem`. The session's CSRF token is sent by itself; `match` is the ETag
// that was read, `*` for whatever there is.

"""

SIMPLE: Final = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
RESERVED: Final = frozenset({"delete", "export", "import", "new"})


def files() -> dict[str, str]:
    """The files by their names."""
    by_tag: dict[str, str] = {}
    for tag, method, path, operation in of_the_api():
        by_tag[tag] = by_tag.get(tag, "") + function(method, path, operation)
    return {f"{tag}.ts": HEAD + _imports(body) + body for tag, body in by_tag.items()}


def of_the_api() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Every operation under the API's prefix: what is beside it is for monitors."""
    return (one for one in operations() if one[2].startswith(f"{PREFIX}/"))


def name_of(operation: Mapping[str, Any]) -> str:
    """``list_agents`` as TypeScript writes it."""
    return _camel(str(operation["operationId"]))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    told = first + "".join(word.title() for word in rest)
    return f"{told}_" if told in RESERVED else told


def _imports(body: str) -> str:
    used = sorted(set(re.findall(r"\b[A-Z]\w+", re.sub(r"/\*\*.*?\*/|\"[^\"]*\"", "", body, flags=re.DOTALL))))
    documents = [name for name in used if name not in {"Options", "Page", "Promise", "Blob", "Record"}]
    pages = 'import type { Page } from "../pages";\n' if "Page" in used else ""
    return (
        'import { api, type Options } from "../client";\n'
        f'import type {{\n{"".join(f"  {name},{chr(10)}" for name in documents)}}} from "../documents";\n{pages}'
    )


def function(method: str, path: str, operation: Mapping[str, Any]) -> str:
    """One operation."""
    parameters = operation.get("parameters", [])
    in_path = [one for one in parameters if one["in"] == "path"]
    body, sent = _body(operation)
    query = [one for one in parameters if one["in"] == "query"]
    match, matched = _match(parameters)
    asked, queried = _query(query)
    told = [*(f"{_camel(one['name'])}: {_type(one['schema'])}" for one in in_path), *body, *match, *asked]
    answer, kind = _answer(operation)
    call = [f'"{method}"', _path(path.removeprefix(PREFIX), in_path)]
    asked_with = [*queried, *sent, *matched, *kind]
    call.append(f"{{ {', '.join([*asked_with, '...options'])} }}" if asked_with else "options")
    says = " ".join((operation.get("description") or operation["summary"]).split())
    return (
        f"\n/** {says} */\n"
        f"export function {name_of(operation)}({', '.join([*told, 'options: Options = {}'])}): Promise<{answer}> {{\n"
        f"  return api.ask({', '.join(call)});\n}}\n"
    )


def _path(path: str, in_path: Iterable[Mapping[str, Any]]) -> str:
    if not list(in_path):
        return f'"{path}"'
    put = re.sub(r"\{(\w+)\}", lambda found: f"${{encodeURIComponent({_camel(found[1])})}}", path)
    return f"`{put}`"


def _query(query: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """The parameter for the query, and how it is handed on. It may be left out where nothing in it is needed."""
    fields = [f"{one['name']}{'' if one['required'] else '?'}: {_type(one['schema'])}" for one in query]
    if not fields:
        return [], []
    default = "" if any(one["required"] for one in query) else " = {}"
    return [f"query: {{ {'; '.join(fields)} }}{default}"], ["query"]


def _match(parameters: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """``null``, where it may be: the thing is new, or any version will do."""
    headers = {one["name"]: one.get("description", "") for one in parameters if one["in"] == "header"}
    if "if-none-match" in headers:
        return ["match: string | null"], ["match", "isNew: match === null"]
    if "absent" in headers.get("if-match", ""):
        return ["match: string | null"], ["match"]
    return (["match: string"], ["match"]) if "if-match" in headers else ([], [])


def _body(operation: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    body = operation.get("requestBody")
    if body is None:
        return [], []
    [(kind, content)] = body["content"].items()
    if kind != "application/json":
        return ["content: Blob | string"], [f'raw: {{ content, type: "{kind}" }}']
    told = _type(content["schema"])
    if "NoDetails" in told:
        return [], []
    return [f"wish: {told}"], ["body: wish"]


def _answer(operation: Mapping[str, Any]) -> tuple[str, list[str]]:
    content = next(found.get("content", {}) for code, found in operation["responses"].items() if code.startswith("2"))
    if "schema" in content.get("application/json", {}):
        return _type(content["application/json"]["schema"]), []
    if not content:
        return "void", []
    is_text = any(kind.startswith("text/") for kind in content)
    return ("string", ['as: "text"']) if is_text else ("Blob", ['as: "blob"'])


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return re.sub(r"^Page_(\w+)_$", r"Page<\1>", str(schema["$ref"].rpartition("/")[2]))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if schema.get("type") == "array":
        item = _type(schema["items"])
        return f"({item})[]" if " " in item else f"{item}[]"
    return "Instant" if schema.get("format") == "date-time" else SIMPLE.get(schema.get("type", ""), "unknown")


def main() -> int:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
