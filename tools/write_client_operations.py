"""Write the Python client's operations from the API's description: one method each, by its operation id.

    tools/write_client_operations.py        writes agent_console/client/operations/

What only a browser can use (the ways to and from a sign-in provider) is left out.
"""

import builtins
import keyword
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import indent
from typing import Any, Final

from agent_console.http.app import create_app
from agent_console.live.hub import Hub
from agent_console.ports import Ports
from tools.write_console_documents import classes_of_documents

FOLDER: Final = Path(__file__).parents[1] / "agent_console" / "client" / "operations"
FOR_BROWSERS: Final = frozenset({"start_single_sign_on", "finish_single_sign_on"})

HEAD: Final = """\
{doc}

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
\"\"\"

"""

LONGEST_LINE: Final = 120
SIMPLE: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


def files() -> dict[str, str]:
    """The modules by file name."""
    by_tag: dict[str, list[str]] = {}
    for tag, method, path, operation in operations():
        by_tag.setdefault(tag, []).append(_method(method, path, operation))
    found = {f"{tag}.py": _module(tag, methods) for tag, methods in by_tag.items()}
    return {**found, "__init__.py": _package(list(by_tag))}


def operations() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Tag, method, path and description of every operation that is in the client."""
    app = create_app(Ports(floor=None), Hub(None, lambda: 0))  # type: ignore[arg-type]  # only described
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] not in FOR_BROWSERS:
                yield operation["tags"][0], method.upper(), path, operation


def _class(tag: str) -> str:
    return f"{tag.title()}Operations"


def _module(tag: str, methods: list[str]) -> str:
    body = "\n".join(methods)
    imports = "".join(f"{line}\n" for line in sorted(_imports(body)))
    head = HEAD.format(doc=f'"""Operations of the API: {tag}.')
    return formatted(f'{head}{imports}\n\nclass {_class(tag)}(Requests):\n    """Operations on {tag}."""\n\n{body}')


def _imports(body: str) -> Iterator[str]:
    names = set(re.findall(r"\w+", body))
    modules: dict[str, set[str]] = {}
    for found in classes_of_documents():
        if found.__name__.partition("[")[0] in names:
            modules.setdefault(found.__module__, set()).add(found.__name__.partition("[")[0])
    if "SectionName" in names:
        modules.setdefault("agent_console.documents.administration", set()).add("SectionName")
    requests = {"Requests", *(name for name in ("moment", "path_part") if f"{name}(" in body)}
    modules["agent_console.client.requests"] = requests
    modules.update({module: {name} for module, name in (("typing", "Any"), ("facts.time", "Instant")) if name in names})
    for module, wanted in modules.items():
        yield f"from {module} import {', '.join(sorted(wanted))}"


def _package(tags: Iterable[str]) -> str:
    names = sorted(tags)
    imports = "".join(f"from agent_console.client.operations.{tag} import {_class(tag)}\n" for tag in names)
    bases = ", ".join(_class(tag) for tag in names)
    head = HEAD.format(doc='"""Every operation of the API.')
    return formatted(f'{head}{imports}\n\nclass Operations({bases}):\n    """All of them."""\n')


# -- one method ------------------------------------------------------------------------------------------------------


def _method(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parameters = operation.get("parameters", [])
    in_path = [one for one in parameters if one["in"] == "path"]
    query = [one for one in parameters if one["in"] == "query"]
    signature = ["self", *(f"{_name(one)}: {_type(one['schema'])}" for one in in_path)]
    wish, sent = _body(operation)
    keyworded = [*(_declared(one) for one in query), *_match(parameters)[0]]
    signature += [*wish, *(["*"] if keyworded else []), *keyworded]
    expected, call = _expected(operation)
    arguments = [*call, repr(method), _path(path, in_path), *_asked(query), *sent, *_match(parameters)[1]]
    asked = f"await self.{expected[0]}({', '.join(arguments)})"
    says = operation.get("description") or operation["summary"]
    return (
        f"    async def {operation['operationId']}({', '.join(signature)}) -> {expected[1]}:\n"
        f"{_docstring(says)}\n"
        f"        {'return ' if expected[1] != 'None' else ''}{asked}\n"
    )


def _docstring(says: str) -> str:
    if "\n" in says:
        return indent(f'"""{says}\n"""', " " * 8)
    line = f'        """{says}"""'
    return f"{line}  # noqa: E501 - as the API says it" if len(line) > LONGEST_LINE else line


def _name(parameter: Mapping[str, Any]) -> str:
    name = str(parameter["name"])
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name


def _declared(parameter: Mapping[str, Any]) -> str:
    told = f"{_name(parameter)}: {_type(parameter['schema'])}"
    if parameter["required"]:
        return told
    return f"{told} = {parameter['schema'].get('default')!r}"


def _match(parameters: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    headers = {one["name"]: one.get("description", "") for one in parameters if one["in"] == "header"}
    if "if-none-match" in headers:
        return ["match: str | None = None"], ["match=match", "is_new=match is None"]
    if "absent" in headers.get("if-match", ""):
        return ["match: str | None = None"], ["match=match"]
    return (["match: str"], ["match=match"]) if "if-match" in headers else ([], [])


def _path(path: str, in_path: Iterable[Mapping[str, Any]]) -> str:
    names = {one["name"]: _name(one) for one in in_path}
    told = re.sub(r"\{(\w+)\}", lambda found: f"{{path_part({names[found[1]]})}}", path)
    return f"{'f' if names else ''}{told!r}"


def _asked(query: Iterable[Mapping[str, Any]]) -> list[str]:
    pairs = [f"{one['name']!r}: {_as_asked(one)}" for one in query]
    return [f"query={{{', '.join(pairs)}}}"] if pairs else []


def _as_asked(parameter: Mapping[str, Any]) -> str:
    name = _name(parameter)
    return f"moment({name})" if "Instant" in _type(parameter["schema"]) else name


def _body(operation: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The parameter for the body, and how it is sent."""
    body = operation.get("requestBody")
    if body is None:
        return [], []
    [(kind, content)] = body["content"].items()
    if kind != "application/json":
        return ["content: str | bytes"], [f"content=({kind!r}, content)"]
    told = _type(content["schema"])
    if "NoDetails" in told:
        return [], []
    return [f"wish: {told}" + ("" if body.get("required") else " = None")], ["wish=wish"]


def _expected(operation: Mapping[str, Any]) -> tuple[tuple[str, str], list[str]]:
    """The helper that asks, the type that it gives; and the helper's first argument."""
    content = next(found.get("content", {}) for code, found in operation["responses"].items() if code.startswith("2"))
    if "schema" in content.get("application/json", {}):
        told = _type(content["application/json"]["schema"])
        return ("_get", told), [told]
    if not content:
        return ("_do", "None"), []
    is_text = any(kind.startswith("text/") for kind in content)
    return (("_text", "str") if is_text else ("_bytes", "bytes")), []


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = str(schema["$ref"].rpartition("/")[2])
        return re.sub(r"^Page_(\w+)_$", r"Page[\1]", name)
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return _choice(schema["enum"])
    if schema.get("type") == "array":
        return f"list[{_type(schema['items'])}]"
    if schema.get("type") == "null":
        return "None"
    return "Instant" if schema.get("format") == "date-time" else SIMPLE.get(schema.get("type", ""), "Any")


def _choice(values: list[str]) -> str:
    return "SectionName" if "opening_hours" in values else "str"


def formatted(text: str) -> str:
    """In the house format."""
    command = [sys.executable, "-m", "ruff"]
    for arguments in (["check", "--select", "I,Q,F401", "--fix", "--quiet"], ["format", "--quiet"]):
        done = subprocess.run(  # noqa: S603 - ruff, on what was made here
            [*command, *arguments, "--stdin-filename", str(FOLDER / "made.py"), "-"],
            input=text, capture_output=True, text=True, check=True,
        )  # fmt: skip
        text = done.stdout
    return text


def main() -> int:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
