"""Settings from environment variables: ``CORDBOARD_QUEUES__SALES__RING_S=15``.

Names are matched without regard to case, first with a section's keys, then with the names that the file gives. A
mapping or a list is written as YAML in one line: ``[127.0.0.0/8, 10.1.2.3]``.
"""

import difflib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from config.document import plain_value, read_document
from config.errors import KeyPath, Problem
from config.models import Settings
from config.shape import inner, section_of

PREFIX: Final = "CORDBOARD_"
FILE: Final = "environment"
_FILE_SUFFIX: Final = "_file"


class Overrides(msgspec.Struct, frozen=True):
    """Where a variable set a value (path to variable's name), the scalars as written, and what is wrong."""

    origins: dict[KeyPath, str]
    texts: dict[KeyPath, str]
    problems: tuple[Problem, ...]


class _NoSuchSettingError(Exception):
    """The variable's name leads nowhere."""


def apply_environment(data: dict[str, Any], env: Mapping[str, str]) -> Overrides:
    """Put the variables' values into the data."""
    overrides = Overrides({}, {}, ())
    problems = []
    for name in sorted(env):
        if not _is_setting(name):
            continue
        try:
            path, annotation = _resolve(data, name.removeprefix(PREFIX).split("__"))
            _set(data, path, _value(env[name], annotation, path, overrides))
        except _NoSuchSettingError as error:
            problems.append(Problem(file=FILE, line=0, column=0, key=name, message=str(error)))
        else:
            overrides.origins[path] = name
    return msgspec.structs.replace(overrides, problems=tuple(problems))


def _is_setting(name: str) -> bool:
    key = name.removeprefix(PREFIX)
    return name.startswith(PREFIX) and ("__" in key or key.lower() in Settings.model_fields)


def _resolve(data: Any, parts: list[str]) -> tuple[KeyPath, Any]:
    """The path that a variable means, and the annotation there."""
    path: KeyPath = ()
    annotation: Any = Settings
    for part in parts:
        section, wanted = section_of(annotation), inner(annotation)
        if section is not None:
            key = _known(part, list(section.model_fields))
            annotation = section.model_fields[key].annotation
        elif wanted is not None and isinstance(data, dict | None):
            key = next((name for name in data or {} if name.casefold() == part.casefold()), part.lower())
            annotation = wanted
        else:
            raise _NoSuchSettingError(f"'{'.'.join(map(str, path))}' has no keys inside it")
        path = (*path, key)
        data = data.get(key) if isinstance(data, dict) else None
    return path, annotation


def _known(part: str, names: list[str]) -> str:
    key = part.lower()
    if key in names:
        return key
    close = difflib.get_close_matches(key, names, n=1)
    hint = f"did you mean {close[0].upper()}?" if close else f"known are {', '.join(names)}"
    raise _NoSuchSettingError(f"there is no setting '{key}' here; {hint}")


def _value(text: str, annotation: Any, path: KeyPath, overrides: Overrides) -> Any:
    if section_of(annotation) is None and inner(annotation) is None:
        overrides.texts[path] = text
        return plain_value(text)
    document = read_document(text, FILE)
    if document.problems:
        raise _NoSuchSettingError(document.problems[0].message)
    overrides.texts.update({(*path, *inside): scalar for inside, scalar in document.texts.items()})
    return document.data


def _set(data: dict[str, Any], path: KeyPath, value: Any) -> None:
    for key in path[:-1]:
        if not isinstance(data.get(str(key)), dict):
            data[str(key)] = {}
        data = data[str(key)]
    last = str(path[-1])
    data[last] = value
    data.pop(last.removesuffix(_FILE_SUFFIX) if last.endswith(_FILE_SUFFIX) else last + _FILE_SUFFIX, None)
