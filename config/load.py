"""Settings from a YAML file and the environment, with every mistake at once.

A scalar is read by what is wanted of it: ``phone: 0049`` is the text that stands there, ``enabled: yes`` is true.
After a mistake the rest is examined all the same: what is wrong is taken out and what remains is checked again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec
from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from config.administered import SECTIONS, sections_of
from config.administered import Document as Administered
from config.document import Document, read_document
from config.environment import FILE as ENVIRONMENT
from config.environment import Overrides, apply_environment
from config.errors import ConfigError, KeyPath, Problem, UnreadableSettings, key_text
from config.fields import MASK
from config.home import data_home
from config.kept import Kept
from config.messages import wording
from config.models import Settings
from config.references import Declared, lost_ways, missing_secrets, reference_problems
from config.shape import Slot, bare, slots

MAX_SECRET_BYTES: Final = 65_536
_TRUTH: Final = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


DATABASE: Final = "database"
"""Stands for a file's name where administered settings, not a file, have a mistake."""


class Source(msgspec.Struct, frozen=True):
    """Where settings came from: says of any key path in which line, or by which variable, it was set.

    ``administered``: whether the sections that administrators change come from elsewhere: the database, or, as far as
    it has them, ``said``. ``kept``: what was taken out of lists before settings were made.
    """

    document: Document
    overrides: Overrides
    administered: bool = False
    said: Document | None = None
    kept: Kept = Kept()

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A mistake at a key path of the settings that were made."""
        return self.written_problem(self.kept.written(path), message)

    def written_problem(self, path: KeyPath, message: str) -> Problem:
        """A mistake at a key path of what was written."""
        for length in range(len(path), 0, -1):
            variable = self.overrides.origins.get(path[:length])
            if variable:
                return Problem(file=ENVIRONMENT, line=0, column=0, key=variable, message=message)
        if self.administered and path and path[0] in SECTIONS:
            if self.said is not None and path[0] in self.said.data:
                return self.said.problem(path, message)
            return Problem(file=DATABASE, line=0, column=0, key=key_text(path), message=message)
        return self.document.problem(path, message)


class Examination(msgspec.Struct, frozen=True):
    """What could be made of settings, and every mistake.

    ``settings`` lacks what was wrong; ``declared`` has the names of all that the file gives, right or not.
    """

    settings: Settings
    problems: tuple[Problem, ...]
    source: Source
    declared: Declared


def load(path: Path | None, env: Mapping[str, str], administered: Mapping[str, Any] | None = None) -> Settings:
    """The settings of a file (None: the embedded default) and environment; raises :class:`ConfigError`."""
    examination = examine(path, env, administered)
    if examination.problems:
        raise ConfigError(examination.problems)
    return examination.settings


def examine(
    path: Path | None,
    env: Mapping[str, str],
    administered: Mapping[str, Any] | None = None,
    said: Document | None = None,
) -> Examination:
    """Read settings and tell all mistakes; raises only :class:`UnreadableSettings`.

    ``administered``: a document of :mod:`config.administered`, which then stands for those sections of the file;
    ``said``: the text that brought some of it, for the places of mistakes.
    """
    document = _document(path)
    data = document.data if isinstance(document.data, dict) else {}
    is_mapping = document.data is data
    if administered is not None:
        document = _without_sections(document)
        data = {name: value for name, value in data.items() if name not in SECTIONS} | sections_of(administered)
    overrides = apply_environment(data, env)
    source = Source(document, overrides, administered=administered is not None, said=said)
    problems = [*document.problems, *overrides.problems]
    if not is_mapping:
        problems.append(document.problem((), "has to be a mapping (key: value)"))
    found = _resolve_files(data, (path.parent if path else Path()).absolute())
    data["home"] = str(data_home({**env, "CORDBOARD_HOME": str(data.get("home") or "")}))
    declared = Declared.of(data)
    found += [*missing_secrets(data), *_stars(data), *lost_ways(declared)]
    settings, mistakes, kept = _validated(data, {**document.texts, **_texts(said), **overrides.texts})
    problems += [source.written_problem(where, message) for where, message in (*found, *mistakes)]
    source = msgspec.structs.replace(source, kept=kept)
    problems += [source.problem(where, message) for where, message in reference_problems(settings, declared)]
    return Examination(settings, tuple(sorted(set(problems))), source, declared)


class Said(msgspec.Struct, frozen=True):
    """What a text says under the keys that administrators change, as it would be kept; what is wrong is left out."""

    administered: Administered
    source: Document
    problems: tuple[Problem, ...]

    @property
    def whole(self) -> Administered:
        """The same with what is wrong."""
        return sections_of(self.source.data)


def administered_of(path: Path | None) -> Said:
    """What a settings file (None: the embedded default) says; raises :class:`UnreadableSettings`."""
    return read_administered(_text(path), str(path) if path else "embedded default")


def read_administered(text: str, file: str) -> Said:
    """What a text says, a whole settings file or only these sections."""
    source = read_document(text, file)
    problems = list(source.problems)
    if not isinstance(source.data, dict):
        problems.append(source.problem((), "has to be a mapping (key: value)"))
        source = msgspec.structs.replace(source, data={})
    administered = sections_of(source.data)
    _, mistakes, _ = _validated(administered, source.texts)
    problems += [source.problem(path, message) for path, message in mistakes]
    return Said(administered, source, tuple(sorted(set(problems))))


def _texts(said: Document | None) -> Mapping[KeyPath, str]:
    """The scalars of what a text says under the keys that administrators change, as they are written there."""
    if said is None:
        return {}
    return {path: text for path, text in said.texts.items() if path and path[0] in SECTIONS}


def _document(path: Path | None) -> Document:
    return read_document(_text(path), str(path) if path else "embedded default")


def _without_sections(document: Document) -> Document:
    """The file without the places, texts and mistakes of what does not come from it."""
    return msgspec.structs.replace(
        document,
        places={path: place for path, place in document.places.items() if not path or path[0] not in SECTIONS},
        texts={path: text for path, text in document.texts.items() if not path or path[0] not in SECTIONS},
        problems=tuple(one for one in document.problems if re.split(r"[.\[]", one.key)[0] not in SECTIONS),
    )


def _text(path: Path | None) -> str:
    if path is None:
        return resources.files("config").joinpath("default.yaml").read_text(encoding="utf-8")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problem = Problem(file=str(path), line=0, column=0, key="", message=f"cannot be read: {reason}")
        raise UnreadableSettings([problem]) from error


# -- files named in the settings ------------------------------------------------------------------------------------


def _resolve_files(data: dict[str, Any], folder: Path) -> list[tuple[KeyPath, str]]:
    """Make paths absolute, put the contents of secret files in their places; returns what went wrong."""
    found = []
    for slot in slots(data, Settings):
        value = slot.container[slot.key]
        if bare(slot.annotation) is not Path or not isinstance(value, str):
            continue
        slot.container[slot.key] = str(folder / Path(value).expanduser())
        if str(slot.key).endswith("_file"):
            found += _read_secret(slot) if _holds_secret(slot) else _unreadable(slot)
    return found


def _holds_secret(slot: Slot) -> bool:
    """Whether the file holds the secret beside it; others, such as certificates, are read where they are used."""
    return slot.section is not None and str(slot.key).removesuffix("_file") in slot.section.model_fields


def _unreadable(slot: Slot) -> list[tuple[KeyPath, str]]:
    file = Path(slot.container[slot.key])
    try:
        file.open("rb").close()
    except OSError as error:
        return [(slot.path, f"{file} cannot be read: {error.strerror}")]
    return []


def _stars(data: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    for slot in slots(data, Settings):
        if bare(slot.annotation) is SecretStr and slot.container[slot.key] == MASK:
            yield slot.path, "a row of stars only stands for a secret that is not shown: give the secret itself"


def _read_secret(slot: Slot) -> list[tuple[KeyPath, str]]:
    name = str(slot.key).removesuffix("_file")
    file = Path(slot.container[slot.key])
    if slot.container.get(name) is not None:
        return [(slot.path, f"give {name} or {slot.key}, not both")]
    slot.container[name] = ""
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_SECRET_BYTES + 1)
        if len(content) > MAX_SECRET_BYTES:
            return [(slot.path, f"{file} is too long for a secret")]
        slot.container[name] = content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        return [(slot.path, f"{file} is not UTF-8 text")]
    except OSError as error:
        return [(slot.path, f"{file} cannot be read: {error.strerror}")]
    return [] if slot.container[name] else [(slot.path, f"{file} is empty")]


# -- validation ------------------------------------------------------------------------------------------------------


def _validated(data: dict[str, Any], texts: Mapping[KeyPath, str]) -> tuple[Settings, list[tuple[KeyPath, str]], Kept]:
    """The settings without what is wrong, what is, by its path as written, and what is left of lists."""
    found: list[tuple[KeyPath, str]] = []
    gone: set[KeyPath] = set()
    kept = Kept()
    while True:
        try:
            return Settings.model_validate(data), found, kept
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=False)
        if any([_corrected(data, texts, each, kept) for each in errors]):  # noqa: C419 - every one has to be tried
            continue
        placed = [(kept.written(_path(each)), each) for each in errors]
        found += [(path, wording(each)) for path, each in placed if not _follows(path, each, gone)]
        wrong = {path for each in errors if (path := _smallest_part(data, each))}
        gone |= {kept.written(path) for path in wrong}
        kept.take_out(data, wrong)


def _follows(path: KeyPath, error: ErrorDetails, gone: set[KeyPath]) -> bool:
    """Whether an error only says that what was taken out is not there."""
    if error["type"] in {"value_error", "too_short"}:
        return any(taken[: len(path)] == path for taken in gone)
    return path in gone


def _path(error: ErrorDetails) -> KeyPath:
    return tuple(part for part in error["loc"] if part != "[key]")


def _corrected(data: dict[str, Any], texts: Mapping[KeyPath, str], error: ErrorDetails, kept: Kept) -> bool:
    """Read a scalar as the text, or the truth value, that is wanted; whether that was possible."""
    path = _path(error)
    text = texts.get(kept.written(path))
    if text is None or not _is_there(data, path):
        return False
    holder = _at(data, path[:-1])
    if error["type"] == "string_type" and holder[path[-1]] is not None:
        holder[path[-1]] = text
        return True
    if error["type"] == "bool_type" and text.lower() in _TRUTH:
        holder[path[-1]] = _TRUTH[text.lower()]
        return True
    return False


def _smallest_part(data: dict[str, Any], error: ErrorDetails) -> KeyPath:
    """The least that has to be taken out, so that the rest can be examined."""
    path = _path(error)
    if error["type"] == "missing":
        path = path[:-1]
    while path and not _is_there(data, path):
        path = path[:-1]
    return path


def _at(data: Any, path: Iterable[str | int]) -> Any:
    for key in path:
        data = data[key]
    return data


def _is_there(data: Any, path: KeyPath) -> bool:
    try:
        _at(data, path)
    except (KeyError, IndexError, TypeError):
        return False
    return bool(path)
