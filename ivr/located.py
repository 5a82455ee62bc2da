"""YAML text to frozen structs, with every mistake at once and the line of every value.

The types of the structs are the grammar of the file: what :func:`read` accepts, what the JSON schema for editors says
and what the program sees are one thing. A scalar is read by the type that is wanted and not by YAML's guess, so that
``key: 1``, ``language: no`` and ``yes: next`` mean what they look like. The text may be hostile: size, depth and the
number of values are limited, tags of YAML are never obeyed, and a key that is given twice is a mistake.

Pure: takes text, gives values.
"""

import difflib
import functools
import re
import types
import typing
from typing import Any, TypeVar

import msgspec
import yaml

from ivr.errors import FlowError, Problem

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 40
MAX_VALUES = 200_000

Path: typing.TypeAlias = tuple[str | int, ...]
T = TypeVar("T")

_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})
_WANTED = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a mapping",
    tuple: "a list",
}
_HINTS = (
    (("alias", "anchor", "alphabetic or numeric"), ' (a key such as * or # needs quotes: key: "*")'),
    (("'\\t'",), " (indent with spaces, not with tabs)"),
    (
        ("expected ',' or", "mapping values", "did not find expected"),
        ' (a text with : , { or [ in it needs quotes: "…")',
    ),
)
_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BAD = object()
_PLAIN_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_PLAIN_TAG}merge"
_PLAIN_TAGS = frozenset({"str", "int", "float", "bool", "null", "timestamp", "value", "merge", "seq", "map"})
"""Kinds that YAML gives to values by itself; every other tag somebody wrote."""


class Located(msgspec.Struct, frozen=True):
    """What a file says (None when it cannot be used), the line of each value, and all mistakes found."""

    value: Any
    lines: dict[Path, int]
    problems: tuple[Problem, ...]


def key_of(path: Path) -> str:
    """The path as people write it: ``nodes.main.choices[1].next``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a value, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def read(text: str, kind: type, file: str) -> Located:
    """Read YAML text as a value of ``kind`` (a struct); never raises for what the text says."""
    try:
        root = _compose(text)
    except yaml.YAMLError as error:
        return Located(None, {}, (_syntax_problem(error, text, file),))
    except (_TooMuch, RecursionError) as error:
        said = str(error) if isinstance(error, _TooMuch) else "nested too deeply"
        problem = Problem(file=file, line=1, key="", rule="too_big", message=said)
        return Located(None, {}, (problem,))
    reader = _Reader(file)
    try:
        value = reader.value(root, kind, ())
    except _TooMuch as error:
        reader.problem(root, (), "too_big", str(error))
        value = _BAD
    return Located(None if value is _BAD else value, reader.lines, tuple(reader.problems))


def read_or_raise(text: str, kind: type[T], file: str) -> tuple[T, dict[Path, int]]:
    """As :func:`read`; raises :class:`FlowError` with all mistakes."""
    located = read(text, kind, file)
    if located.problems:
        raise FlowError(located.problems)
    return typing.cast("T", located.value), located.lines


class _TooMuch(Exception):  # noqa: N818 - private signal, always caught here
    """The text is bigger than any flow is."""


def _compose(text: str) -> yaml.Node:
    if len(text) > MAX_CHARACTERS:
        raise _TooMuch(f"more than {MAX_CHARACTERS} characters: no flow is that long")
    root = _composed(text)
    if root is None:
        raise yaml.MarkedYAMLError(problem="the file is empty", problem_mark=yaml.Mark("", 0, 0, 0, "", 0))
    return root


def _composed(text: str) -> yaml.Node | None:
    """By the reader in C, which is six times as fast; what it refuses is told by the one in Python, which says more."""
    try:
        _refuse_deep(text)
        return yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _refuse_deep(text: str) -> None:
    """The composer goes down by recursion, in C without a limit: a deep text would end the whole process."""
    depth = 0
    for event in yaml.parse(text, Loader=_FAST):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _TooMuch(f"more than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    hint = next((hint for words, hint in _HINTS if any(word in said for word in words)), "")
    return Problem(file=file, line=line, key="", rule="yaml", message=f"not YAML: {said}{hint}")


class _Reader:
    """Walks YAML's node tree by the wanted types, noting lines and mistakes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._seen = 0

    def problem(self, node: yaml.Node, path: Path, rule: str, message: str) -> object:
        line = node.start_mark.line + 1
        if _is_null(node) and path and isinstance(path[-1], str) and not path[-1].isidentifier():
            message += '; is it part of a text? One with a comma in it needs quotes: "…"'
        self.problems.append(Problem(file=self.file, line=line, key=key_of(path), rule=rule, message=message))
        return _BAD

    def value(self, node: yaml.Node, kind: Any, path: Path) -> Any:
        self._seen += 1
        if self._seen > MAX_VALUES or len(path) > MAX_DEPTH:
            raise _TooMuch(f"more than {MAX_VALUES} values or {MAX_DEPTH} levels (aliases count each time)")
        self.lines.setdefault(path, node.start_mark.line + 1)
        if not node.tag.startswith(_PLAIN_TAG) or node.tag.removeprefix(_PLAIN_TAG) not in _PLAIN_TAGS:
            tag = node.tag.replace(_PLAIN_TAG, "!!")
            said = f"the tag {tag} is not obeyed here: write what is meant without it"
            return self.problem(node, path, "yaml_tag", said)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(node, kind, path)
        by_origin = {
            typing.Annotated: self._annotated,
            typing.Union: self._union,
            types.UnionType: self._union,
            typing.Literal: self._literal,
            tuple: self._list,
            dict: self._dict,
        }
        return by_origin.get(typing.get_origin(kind), self._scalar)(node, kind, path)

    def _annotated(self, node: yaml.Node, kind: Any, path: Path) -> Any:
        inner, *notes = typing.get_args(kind)
        value = self.value(node, inner, path)
        if value is _BAD:
            return _BAD
        try:
            return msgspec.convert(value, kind, strict=True)
        except msgspec.ValidationError as error:
            meaning = next((n.description for n in notes if isinstance(n, msgspec.Meta) and n.description), None)
            return self.problem(node, path, "value", f"should be {meaning or _reason(error)}, is {node.value!r}")

    def _union(self, node: yaml.Node, kind: Any, path: Path) -> Any:
        kinds = typing.get_args(kind)
        if type(None) in kinds and _is_null(node):
            return None
        structs = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
        if isinstance(node, yaml.MappingNode) and structs:
            return self._one_of(node, structs, path)
        fitting = [kind for kind in kinds if kind is not type(None) and _fits(node, kind)]
        if not fitting:
            wanted = " or ".join(dict.fromkeys(_wanted(kind) for kind in kinds if kind is not type(None)))
            return self.problem(node, path, "type", f"should be {wanted}, is {_found(node)}")
        return self.value(node, fitting[0], path)

    def _one_of(self, node: yaml.MappingNode, structs: list[type[msgspec.Struct]], path: Path) -> Any:
        if len(structs) == 1:
            return self._struct(node, structs[0], path)
        tags = {str(struct.__struct_config__.tag): struct for struct in structs if struct.__struct_config__.tag}
        field = structs[0].__struct_config__.tag_field
        if not tags or field is None:
            return self._by_keys(node, structs, path)
        tag_node = next((value for key, value in self._merged(node, path) if key.value == field), None)
        if tag_node is None:
            return self.problem(node, path, "missing", f"has no {field!r}: one of {', '.join(tags)}")
        tag = str(tag_node.value)
        if tag not in tags:
            return self.problem(tag_node, (*path, field), "value", f"{tag!r} is not known{_near(tag, tags)}")
        return self._struct(node, tags[tag], path)

    def _by_keys(self, node: yaml.MappingNode, structs: list[type[msgspec.Struct]], path: Path) -> Any:
        """The struct that shares the most keys with the mapping."""
        keys = {key.value for key, _ in self._merged(node, path) if isinstance(key, yaml.ScalarNode)}
        best = max(structs, key=lambda struct: len(keys & set(struct.__struct_encode_fields__)))
        return self._struct(node, best, path)

    def _struct(self, node: yaml.Node, kind: type[msgspec.Struct], path: Path) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return self.problem(node, path, "type", f"should be a mapping, is {_found(node)}")
        hints, fields = _hints_of(kind), _fields_of(kind)
        given: dict[str, Any] = {}
        bad = False
        for name, key_node, value_node in self._items(node, path):
            if name == kind.__struct_config__.tag_field:
                self.lines[(*path, name)] = key_node.start_mark.line + 1
            elif name not in fields:
                self.problem(key_node, (*path, name), "unknown_key", f"is not known here{_near(name, fields)}")
            else:
                self.lines[(*path, name)] = key_node.start_mark.line + 1
                value = self.value(value_node, hints[fields[name].name], (*path, name))
                bad = bad or (value is _BAD and fields[name].required)
                given[fields[name].name] = value
        for name, field in fields.items():
            if field.required and field.name not in given:
                self.problem(node, (*path, name), "missing", "is missing")
                bad = True
        # What has a default goes on with it: the mistake is noted, and the rest can still be checked.
        return _BAD if bad else kind(**{name: value for name, value in given.items() if value is not _BAD})

    def _dict(self, node: yaml.Node, kind: Any, path: Path) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return self.problem(node, path, "type", f"should be a mapping, is {_found(node)}")
        kind = typing.get_args(kind)[1]
        read: dict[str, Any] = {}
        for name, key_node, value_node in self._items(node, path):
            self.lines[(*path, name)] = key_node.start_mark.line + 1
            read[name] = self.value(value_node, kind, (*path, name))
        return {name: value for name, value in read.items() if value is not _BAD}

    def _items(self, node: yaml.MappingNode, path: Path) -> list[tuple[str, yaml.Node, yaml.Node]]:
        first: dict[str, int] = {}
        items: list[tuple[str, yaml.Node, yaml.Node]] = []
        for key_node, value_node in self._merged(node, path):
            if not isinstance(key_node, yaml.ScalarNode):
                self.problem(key_node, path, "type", "a key should be a text")
                continue
            name, line = str(key_node.value), key_node.start_mark.line + 1
            if name in first:
                said = f"key used twice: {name!r} is already at line {first[name]}"
                self.problem(key_node, (*path, name), "key_twice", said)
                continue
            first[name] = line
            items.append((name, key_node, value_node))
        return items

    def _merged(self, node: yaml.MappingNode, path: Path, depth: int = 0) -> list[tuple[yaml.Node, yaml.Node]]:
        """The mapping's own keys, then those that it takes from others by YAML's merge key (``<<``)."""
        self._seen += 1
        if depth > MAX_DEPTH or self._seen > MAX_VALUES:
            raise _TooMuch(f"more than {MAX_DEPTH} mappings merged into one another, or {MAX_VALUES} values")
        own = [(key, value) for key, value in node.value if key.tag != _MERGE]
        names = {key.value for key, _ in own if isinstance(key, yaml.ScalarNode)}
        for key, value in node.value:
            for other in _mappings(value) if key.tag == _MERGE else ():
                if not isinstance(other, yaml.MappingNode):
                    said = f"<< takes a mapping, or a list of mappings, not {_found(other)}"
                    self.problem(other, (*path, "<<"), "yaml_merge", said)
                    continue
                more = [pair for pair in self._merged(other, path, depth + 1) if pair[0].value not in names]
                own += more
                names |= {more_key.value for more_key, _ in more if isinstance(more_key, yaml.ScalarNode)}
        return own

    def _list(self, node: yaml.Node, kind: Any, path: Path) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return self.problem(node, path, "type", f"should be a list, is {_found(node)}")
        kind = typing.get_args(kind)[0]
        values = [self.value(item, kind, (*path, index)) for index, item in enumerate(node.value)]
        return tuple(value for value in values if value is not _BAD)

    def _literal(self, node: yaml.Node, kind: Any, path: Path) -> Any:
        by_text = {str(value): value for value in typing.get_args(kind)}
        if isinstance(node, yaml.ScalarNode) and node.value in by_text:
            return by_text[node.value]
        said = f"should be one of {', '.join(by_text)}, is {_found(node)}"
        return self.problem(node, path, "value", said)

    def _scalar(self, node: yaml.Node, kind: Any, path: Path) -> Any:
        if not _fits(node, kind):
            return self.problem(node, path, "type", f"should be {_wanted(kind)}, is {_found(node)}")
        text = str(node.value)
        if kind is bool:
            return text.lower() in _TRUE
        return text if kind is str else kind(text)


@functools.cache
def _hints_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


@functools.cache
def _fields_of(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _mappings(node: yaml.Node) -> list[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else [node]


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _fits(node: yaml.Node, kind: Any) -> bool:
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return _fits(node, typing.get_args(kind)[0])
    if origin is tuple:
        return isinstance(node, yaml.SequenceNode)
    if origin is dict or (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return isinstance(node, yaml.MappingNode)
    if not isinstance(node, yaml.ScalarNode) or _is_null(node):
        return False
    return _scalar_fits(node, kind)


def _scalar_fits(node: yaml.ScalarNode, kind: Any) -> bool:
    if kind is bool:
        return not node.style and node.value.lower() in _TRUE | _FALSE
    if kind in (int, float):
        return not node.style and _is_number(node.value, kind)
    return True


_TEXT_OF_DIGITS = re.compile(r"[+-]?0[0-9]|.*_|\+")
"""What Python would take for a number, and people do not: ``0755``, ``1_000``, ``+86``."""


def _is_number(text: str, kind: type) -> bool:
    if _TEXT_OF_DIGITS.match(text):
        return False
    try:
        value = kind(text)
    except ValueError:
        return False
    return bool(value == value and abs(value) != float("inf"))  # noqa: PLR0124 - NaN is the one that differs


def _wanted(kind: Any) -> str:
    origin = typing.get_origin(kind) or kind
    if origin is typing.Annotated:
        return _wanted(typing.get_args(kind)[0])
    return _WANTED.get(origin, "a mapping")


def _found(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "nothing" if _is_null(node) else repr(node.value[:80])


def _near(name: str, known: typing.Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(names)}"


def _reason(error: msgspec.ValidationError) -> str:
    return str(error).split(" - at ", maxsplit=1)[0]
