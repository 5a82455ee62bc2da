"""Reading a mapping of a scenario field by field; every mistake is noted with its place, and reading goes on."""

import difflib
import math
from collections.abc import Iterator
from typing import Any

from config.document import Document
from config.errors import KeyPath, Problem

MISSING: Any = object()


class Fields:
    """One mapping of the file. Each method returns a usable value, also after a mistake."""

    def __init__(self, document: Document, path: KeyPath, problems: list[Problem]) -> None:
        self._document = document
        self.path = path
        self._problems = problems
        self._asked: list[str] = []
        self._values: dict[str, Any] = {}
        found = _at(document.data, path)
        if isinstance(found, dict):
            self._values = found
        else:
            self.wrong("", "has to be a mapping (key: value)")

    def wrong(self, key: str, message: str, *inner: str | int) -> None:
        """Note a mistake at a key, or (without one) at the mapping itself."""
        path = (*self.path, key, *inner) if key else (*self.path, *inner)
        self._problems.append(self._document.problem(path, message))

    @property
    def sound(self) -> bool:
        """Whether nothing in the whole file was wrong so far: what else is wrong would only follow from it."""
        return not self._problems

    def has(self, key: str) -> bool:
        """Whether the key is given, and not as null."""
        self._asked.append(key)
        return self._values.get(key) is not None

    def number(
        self, key: str, default: float = MISSING, *, above: float | None = None, at_least: float | None = None
    ) -> float:
        """A finite number."""
        value = self._get(key, default)
        if value is default and value is not MISSING:
            return float(default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._wrong_type(key, value, "has to be a number")
            return above + 1.0 if above is not None else 1.0
        if above is not None and value <= above:
            self.wrong(key, f"has to be above {above:g}")
        if at_least is not None and value < at_least:
            self.wrong(key, f"has to be {at_least:g} or more")
        return float(value)

    def whole(
        self, key: str, default: Any = MISSING, *, at_least: int | None = None, at_most: int | None = None
    ) -> Any:
        """A whole number; the default, which may be None, when the key is not given."""
        value = self._get(key, default)
        if value is default and value is not MISSING:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong_type(key, value, "has to be a whole number")
            return at_least or 1
        if at_least is not None and value < at_least:
            self.wrong(key, f"has to be {at_least} or more")
        if at_most is not None and value > at_most:
            self.wrong(key, f"has to be {at_most} or less")
        return value

    def choice(self, key: str, known: tuple[str, ...], default: Any = MISSING) -> str:
        """One of these words."""
        value = self._get(key, default)
        if value is default and value is not MISSING:
            return str(default)
        if value not in known:
            self._wrong_type(key, value, _not_known(value, known))
            return known[0]
        return str(value)

    def name(self, key: str) -> str:
        """A name: some text."""
        value = self._get(key, MISSING)
        text = self._document.texts.get((*self.path, key), "")
        if value is MISSING or isinstance(value, dict | list) or not text.strip():
            self._wrong_type(key, value, "has to be a text")
            return ""
        return text

    def levels(self, key: str) -> dict[str, int]:
        """Skills with levels of 1 to 10; a list of skills stands for level 1 each."""
        value = self._get(key, MISSING)
        if isinstance(value, list) and all(isinstance(skill, str) for skill in value):
            return dict.fromkeys(value, 1)
        if not isinstance(value, dict):
            self._wrong_type(key, value, "has to be a mapping of skills to levels, as {A: 1}")
            return {}
        for skill, level in value.items():
            if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= 10:
                self.wrong(key, "a level is a whole number of 1 to 10", skill)
        return {skill: level for skill, level in value.items() if isinstance(level, int)}

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names; empty when the key is not given."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.wrong(key, "has to be a list of names")
            return ()
        return tuple(value)

    def raw(self, key: str, default: Any = None) -> Any:
        """Whatever stands there."""
        return self._get(key, default)

    def section(self, key: str) -> "Fields":
        """A mapping within this one."""
        self._asked.append(key)
        return Fields(self._document, (*self.path, key), self._problems)

    def items(self, key: str) -> Iterator["Fields"]:
        """The mappings of a list that must not be empty."""
        value = self._get(key, MISSING)
        if not isinstance(value, list) or not value:
            self._wrong_type(key, value, "has to be a list of one or more")
            return
        for index in range(len(value)):
            yield Fields(self._document, (*self.path, key, index), self._problems)

    def done(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                self.wrong(key, _unknown_key(key, self._asked))

    def _get(self, key: str, default: Any) -> Any:
        self._asked.append(key)
        value = self._values.get(key, MISSING)
        return default if value is MISSING or (value is None and default is not MISSING) else value

    def _wrong_type(self, key: str, value: Any, message: str) -> None:
        if value is MISSING:
            self.wrong(key, "is missing")
        else:
            self.wrong(key, message)


def _at(data: Any, path: KeyPath) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _not_known(value: Any, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(str(value), known, n=1)
    return f"has to be one of {', '.join(known)}" + (f"; did you mean {close[0]}?" if close else "")


def _unknown_key(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    names = list(dict.fromkeys(known))
    return f"is not known; did you mean {close[0]}?" if close else f"is not known; known are {', '.join(names)}"
