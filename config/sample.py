"""What people read about the settings, made of the models: sample file, reference page, JSON schema.

``python -m config.sample`` writes all three anew; the tests say when that is due.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.document import plain_value
from config.fields import Section
from config.models import Settings
from config.shape import bare, inner, section_of

FOLDER: Final = Path(__file__).parent
SAMPLE: Final = FOLDER / "sample.yaml"
SCHEMA: Final = FOLDER / "schema.json"
PAGE: Final = FOLDER.parent / "docs" / "settings.md"

_HEAD: Final = """\
# Settings of Cordboard. Lines that begin with `# ` and a key show what holds when nothing is said; the rest is an
# example of a small site. `cordboard check --config FILE` tells every mistake with its line. Any key can be given by
# the environment, nested keys joined by two underscores: CORDBOARD_ASTERISK__AMI__HOST=10.0.0.5
"""
_PAGE_HEAD: Final = """\
# Settings

`cordboard serve --config FILE` reads one YAML file; every other command takes `--config` too and works on an embedded
default without it. `cordboard check --config FILE` tells all mistakes at once, with file, line and key.
[config/sample.yaml](../config/sample.yaml) is an example to begin with (`cordboard check --sample` prints it), and
[config/schema.json](../config/schema.json) lets an editor complete and check the file (`cordboard check --schema`).

- Any key can be given by the environment: nested keys are joined by two underscores, and mappings or lists are written
  as YAML in one line. `CORDBOARD_ASTERISK__AMI__HOST=10.0.0.5`, `CORDBOARD_FLOWS='[flows, /srv/flows]'`.
- Secrets (`X`) may be in a file (`X_file`) or in the environment; they are never printed.
- Paths are relative to the settings file.
- Durations end in `_s` and are seconds. Skill levels are 1 to 10, higher is better.
- A requirement names skills with minimum levels: `english>=3 & (billing>=2 | not trainee)`; `and`, `or`, `not` may be
  written for `&`, `|`, `!`, and a skill alone means level 1.

- `skills`, `teams`, `agents`, `users`, `queues`, `routing`, `opening_hours`, `reasons`, `dispositions`, `phone_book`,
  `entry_points` and `alarms` can be changed while the daemon runs, by the console, its API or `cordboard config`. The
  file leads until the first such change; from then on the database does, for these keys: see
  [administration](administration.md).

This page is made of the code (`python -m config.sample`).
"""


def sample_text() -> str:
    """The sample file: every key once, with its meaning."""
    example = yaml.safe_load((FOLDER / "example.yaml").read_text(encoding="utf-8"))
    return _HEAD + "\n".join(_section_lines(Settings, example, "", top=True)).rstrip() + "\n"


def schema_text() -> str:
    """The JSON schema of the settings file."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Settings.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def page_text() -> str:
    """The reference page."""
    return _PAGE_HEAD + "".join(_tables(Settings, "", "", Settings.__doc__ or "")).rstrip() + "\n"


# -- sample ----------------------------------------------------------------------------------------------------------


def _section_lines(section: type[Section], example: dict[str, Any], indent: str, *, top: bool = False) -> Iterator[str]:
    for name, field in section.model_fields.items():
        if top:
            yield ""
        yield from _comment(field, indent)
        if name not in example:
            yield from _absent(name, field, indent)
        else:
            yield from _present(name, field.annotation, example[name], indent)


def _absent(name: str, field: FieldInfo, indent: str) -> Iterator[str]:
    """A key that the example leaves out, as a comment with its default."""
    kind = section_of(field.annotation)
    if kind is None:
        yield f"{indent}# {name}: {_default(field)}".rstrip()
        return
    yield f"{indent}# {name}:"
    for inside, of_inside in kind.model_fields.items():
        if section_of(of_inside.annotation) is not None:
            yield from (f"{indent}#   {line}" for line in _absent(inside, of_inside, ""))
        else:
            meaning = (of_inside.description or "").replace("\n", " ")
            yield f"{indent}#   {inside}: {_default(of_inside)}".rstrip() + f"  # {meaning}"


def _present(name: str, annotation: Any, value: Any, indent: str) -> Iterator[str]:
    kind, of_items = section_of(annotation), inner(annotation)
    if kind is not None:
        yield f"{indent}{name}:"
        yield from _section_lines(kind, value, indent + "  ")
    elif isinstance(value, dict) and section_of(of_items) is not None:
        yield f"{indent}{name}:"
        for position, (key, entry) in enumerate(value.items()):
            yield from _entry(key, of_items, entry, indent + "  ", whole=position == 0)
    elif isinstance(value, list) and value and section_of(of_items) is not None:
        yield f"{indent}{name}:"
        for position, entry in enumerate(value):
            yield from _item(of_items, entry, indent + "  ", whole=position == 0)
    elif isinstance(value, dict):
        yield f"{indent}{name}:"
        yield from (f"{indent}  {_scalar(key)}: {_flow(entry)}" for key, entry in value.items())
    else:
        yield f"{indent}{name}: {_flow(value)}"


def _entry(key: str, annotation: Any, entry: Any, indent: str, *, whole: bool) -> Iterator[str]:
    """One of several of a kind: the first shows every key, the others are short."""
    kind = section_of(annotation)
    assert kind is not None
    if whole:
        yield f"{indent}{_scalar(key)}:"
        yield from _section_lines(kind, entry, indent + "  ")
    else:
        yield f"{indent}{_scalar(key)}: {_flow(entry)}"


def _item(annotation: Any, entry: Any, indent: str, *, whole: bool) -> Iterator[str]:
    """One of a list: the first shows every key, the others are short."""
    kind = section_of(annotation)
    assert kind is not None
    if not whole:
        yield f"{indent}- {_flow(entry)}"
        return
    first, *others = _section_lines(kind, entry, indent + "  ")
    yield f"{indent}- {first.strip()}"
    yield from others


def _comment(field: FieldInfo, indent: str) -> Iterator[str]:
    for line in (field.description or "").split("\n"):
        yield f"{indent}# {line.strip()}"


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    return "" if default is None or default is PydanticUndefined else _flow(default)


def _flow(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if not isinstance(value, str | Path):
        return str(value)
    text = str(value)
    plain = plain_value(text) == text and text and not set(text) & set(":#{}[],&*!|>'\"%@`\n") and text == text.strip()
    return text if plain else json.dumps(text, ensure_ascii=False)


# -- reference page --------------------------------------------------------------------------------------------------


def _tables(section: type[Section], prefix: str, title: str, text: str) -> Iterator[str]:
    """A table of a section's own keys, then the tables of the sections inside it."""
    if title:
        yield f"\n## `{title}`\n\n{text.strip()}\n"
    rows = [_row(name, field) for name, field in section.model_fields.items() if not _table_of(field)]
    if rows:
        yield "\n| key | kind | default | meaning |\n| --- | --- | --- | --- |\n" + "".join(rows)
    for name, field in section.model_fields.items():
        kind = _table_of(field)
        if kind is not None:
            one = f"{prefix}{name}" if section_of(field.annotation) else f"{prefix}{name}.NAME"
            yield from _tables(kind, f"{one}.", one, kind.__doc__ or "")


def _table_of(field: FieldInfo) -> type[Section] | None:
    return section_of(field.annotation) or section_of(inner(field.annotation) or str)


def _row(name: str, field: FieldInfo) -> str:
    default = "**required**" if field.is_required() else f"`{_default(field)}`" if _default(field) else ""
    meaning = (field.description or "").replace("\n", " ").replace("|", "\\|")
    return f"| `{name}` | {_kind(field.annotation)} | {default} | {meaning} |\n"


_KINDS: Final = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    tuple: "list",
    dict: "mapping",
}


def _kind(annotation: Any) -> str:
    kind = bare(annotation)
    if get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(kind))
    return _KINDS.get(get_origin(kind) or kind, "secret" if "Secret" in str(kind) else "text")


def write() -> None:
    """Write the three files anew."""
    for path, text in ((SAMPLE, sample_text()), (SCHEMA, schema_text()), (PAGE, page_text())):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
