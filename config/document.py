"""YAML text to plain data that knows where it stood.

Plain scalars are read as YAML 1.2 reads them (``no`` is a text, ``18:30`` is no number) and their own text is kept,
so that a field that wants a text gets ``0049`` as it was written. The file may be hostile: size, depth and the number
of values are limited, tags are refused, and a key that is given twice is a mistake.
"""

import re
from typing import Any, Final

import msgspec
import yaml

from config.errors import KeyPath, Problem, key_text

MAX_CHARACTERS: Final = 5_000_000
MAX_DEPTH: Final = 30
MAX_VALUES: Final = 500_000

_CORE_TYPES: Final = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"(?:null|Null|NULL|~)?", lambda _: None),
        (r"true|True|TRUE", lambda _: True),
        (r"false|False|FALSE", lambda _: False),
        (r"[-+]?[0-9]{1,18}", int),
        (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?", float),
    )
)
WAYS_OUT: Final = tuple(
    (re.compile(said), way_out)
    for said, way_out in (
        (
            "cannot start any token|tab character",
            "indent with spaces and not with a tab, and put a text that begins with @ or % in quotes",
        ),
        (
            "mapping values are not allowed",
            "put a text with a colon in it in quotes, and begin keys of one level in the same column",
        ),
        ("sequence entries are not allowed", "begin each item of a list in a line of its own, with a dash and a space"),
        ("expected ',' or", "close the bracket or brace that is open, or add the comma that is missing"),
        (
            "expected key|block end|'-' indicator",
            "begin keys of one level in the same column, and each item of a list with a dash and a space",
        ),
        ("expected ':'", "write a colon and a space after the key"),
        ("unexpected end of stream", "close the quotes that are open"),
        ("escape|hexdecimal", "write two backslashes for one, or put the text in single quotes"),
        (
            "alias|anchor",
            "name the anchor with & once and before it is used, and put a text that begins with * or & in quotes",
        ),
        ("special characters|control characters", "take the control character out of the line"),
    )
)
"""What mends a mistake of YAML's syntax, by what the parser says."""
WAY_OUT: Final = "correct this line, or the one before it"
"""Where it says something else."""
_STANDARD_TAG: Final = "tag:yaml.org,2002:"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Place(msgspec.Struct, frozen=True):
    """Where a value stands; both count from 1."""

    line: int
    column: int


class Document(msgspec.Struct, frozen=True):
    """``places`` of keys and list items, the ``texts`` of scalars as written, and the mistakes found so far."""

    file: str
    data: Any
    places: dict[KeyPath, Place]
    texts: dict[KeyPath, str]
    problems: tuple[Problem, ...]

    def place(self, path: KeyPath) -> Place:
        """Where a value, or the nearest thing around it, stands."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A mistake at a key of this document."""
        place = self.place(path)
        return Problem(file=self.file, line=place.line, column=place.column, key=key_text(path), message=message)


def plain_value(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar by YAML's core schema."""
    for pattern, read in _CORE_TYPES:
        if pattern.fullmatch(text):
            return read(text)
    return text


def read_document(text: str, file: str) -> Document:
    """Read YAML; never raises for what the text says: mistakes are in ``problems``."""
    reader = _Reader(file)
    try:
        if len(text) > MAX_CHARACTERS:
            raise _TooBig(f"longer than {MAX_CHARACTERS} characters")  # noqa: TRY301 - one place tells it
        _refuse_deep(text)
        node = yaml.compose(text, Loader=_Loader)
        data = reader.value(node, ()) if node is not None else {}
    except _TooBig as error:
        problem = Problem(file=file, line=1, column=1, key="", message=f"too big: {error}")
        return Document(file, {}, {}, {}, (problem,))
    except (yaml.YAMLError, RecursionError) as error:
        return Document(file, {}, {}, {}, (_syntax_problem(error, text, file),))
    return Document(file, data, reader.places, reader.texts, tuple(reader.problems))


def _refuse_deep(text: str) -> None:
    """The composer goes down by recursion, in C without a limit: a deep text would end the whole process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _TooBig(f"more than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _TooBig(Exception):  # noqa: N818 - private signal, always caught here
    """The text is bigger than any settings file is."""


def _syntax_problem(error: Exception, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deeply"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    way_out = next((way_out for words, way_out in WAYS_OUT if words.search(said)), WAY_OUT)
    return Problem(file=file, line=line, column=column, key="", message=f"this is not YAML: {said}; {way_out}")


class _Reader:
    """Walks YAML's node tree."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[KeyPath, Place] = {}
        self.texts: dict[KeyPath, str] = {}
        self.problems: list[Problem] = []
        self._values = 0

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        self._values += 1
        if self._values > MAX_VALUES or len(path) > MAX_DEPTH:
            raise _TooBig(f"more than {MAX_VALUES} values or {MAX_DEPTH} levels (each use of an alias counts)")
        self.places.setdefault(path, _place(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        text = str(node.value)
        if not node.tag.startswith(_STANDARD_TAG):
            self._problem(node, path, f"write it in quotes: YAML reads {node.tag} as a tag, and tags have no use here")
            return text
        self.texts[path] = text
        return text if getattr(node, "style", None) else plain_value(text)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(key_node, path, "a key has to be a text")
                continue
            name = str(key_node.value)
            inner = (*path, name)
            if name in found:
                self._problem(key_node, inner, f"stands twice: already in line {self.places[inner].line}")
                continue
            self.places[inner] = _place(key_node)
            found[name] = self.value(value_node, inner)
        return found

    def _problem(self, node: yaml.Node, path: KeyPath, message: str) -> None:
        place = _place(node)
        self.problems.append(
            Problem(file=self.file, line=place.line, column=place.column, key=key_text(path), message=message)
        )


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
