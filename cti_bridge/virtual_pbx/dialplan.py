"""Reading ``extensions.conf``: contexts, extensions with patterns, priorities and their labels."""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

DEPLOYED = Path(__file__).with_name("extensions.conf")
"""The dialplan that is deployed on a real Asterisk, before its site's values are filled in."""

_PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]*)@")
_SECTION = re.compile(r"\[([^\]]+)\]")
_PRIORITY = re.compile(r"(n|\d+)(?:\(([^)]*)\))?")
_DIGIT_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]"}


class DialplanError(Exception):
    """A line of the dialplan that cannot be read; names the line."""


class Location(msgspec.Struct, frozen=True):
    """Where a channel is in the dialplan."""

    context: str
    extension: str
    priority: int = 1


class Application(msgspec.Struct, frozen=True):
    """One step: an application and its data, before variables are put in."""

    name: str
    data: str


class Extension:
    """The steps of one extension or pattern."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: dict[int, Application] = {}
        self.labels: dict[str, int] = {}
        self.pattern = _compile(name[1:]) if name.startswith("_") else None
        self.rank = _rank(name[1:]) if name.startswith("_") else ()

    def add(self, priority: str, step: Application) -> None:
        """Append a step at ``n`` or a number, perhaps with a label."""
        found = _PRIORITY.fullmatch(priority)
        if found is None:
            raise DialplanError(f"{priority!r} is no priority")
        number = max(self.steps, default=0) + 1 if found[1] == "n" else int(found[1])
        self.steps[number] = step
        if found[2]:
            self.labels[found[2]] = number


class Dialplan:
    """All contexts. Reads once, never changes."""

    def __init__(self, text: str) -> None:
        self.contexts: dict[str, list[Extension]] = {}
        self.globals: dict[str, str] = {}
        section, current = "", None
        for number, line in enumerate(text.splitlines(), 1):
            plain = _without_comment(line)
            if not plain:
                continue
            if header := _SECTION.fullmatch(plain):
                section, current = header[1], None
                self.contexts.setdefault(section, [])
            elif section in ("globals", "general"):
                name, _, value = plain.partition("=")
                self.globals[name.strip()] = value.lstrip(">").strip()
            else:
                current = self._read(section, current, plain, number)

    def _read(self, section: str, current: Extension | None, plain: str, number: int) -> Extension:
        keyword, _, rest = plain.partition("=")
        rest = rest.removeprefix(">").strip()
        if keyword.strip() == "exten":
            name, _, rest = rest.partition(",")
            current = self._extension(section, name.strip())
        elif keyword.strip() != "same" or current is None:
            raise DialplanError(f"line {number}: neither exten nor same: {plain!r}")
        priority, _, call = rest.partition(",")
        application, _, data = call.strip().partition("(")
        current.add(priority.strip(), Application(application.strip(), data.rstrip().removesuffix(")")))
        return current

    def _extension(self, section: str, name: str) -> Extension:
        extensions = self.contexts.setdefault(section, [])
        for known in extensions:
            if known.name == name:
                return known
        extensions.append(Extension(name))
        return extensions[-1]

    def find(self, context: str, extension: str) -> Extension | None:
        """The extension by its name, else by the pattern that fits it most closely; None when none does."""
        found: Extension | None = None
        for candidate in self.contexts.get(context, ()):
            if candidate.name == extension and candidate.pattern is None:
                return candidate
            fits = candidate.pattern is not None and candidate.pattern.fullmatch(extension)
            if fits and (found is None or candidate.rank < found.rank):
                found = candidate
        return found

    def step(self, location: Location) -> Application | None:
        """What is to be done at a location; None at the end of an extension."""
        extension = self.find(location.context, location.extension)
        return None if extension is None else extension.steps.get(location.priority)

    def resolve(self, target: str, here: Location) -> Location | None:
        """The location that ``Goto`` names: ``label``, ``exten,label`` or ``context,exten,label``."""
        parts = [part.strip() for part in target.split(",")]
        context = parts[-3] if len(parts) >= 3 else here.context
        extension = parts[-2] if len(parts) >= 2 else here.extension
        label = parts[-1]
        if label.isdecimal():
            return Location(context, extension, int(label))
        found = self.find(context, extension)
        if found is None or label not in found.labels:
            return None
        return Location(context, extension, found.labels[label])


def deployed(values: Mapping[str, str]) -> Dialplan:
    """The deployed dialplan with these values in place of its ``@NAME@``."""
    return Dialplan(_PLACEHOLDER.sub(lambda found: values[found[1]], DEPLOYED.read_text(encoding="utf-8")))


def _without_comment(line: str) -> str:
    return re.split(r"(?<!\\);", line, maxsplit=1)[0].replace("\\;", ";").strip()


def _places(pattern: str) -> list[str]:
    return re.findall(r"\[[^\]]*\]|.", pattern.replace("-", "") if "[" not in pattern else pattern)


def _compile(pattern: str) -> re.Pattern[str]:
    parts = []
    for place in _places(pattern):
        if place.startswith("[") and len(place) > 1:
            parts.append(f"[{re.escape(place[1:-1]).replace(re.escape('-'), '-')}]")
        elif place in ".!":
            parts.append(".+" if place == "." else ".*")
        else:
            parts.append(_DIGIT_CLASSES.get(place.upper(), f"{re.escape(place)}-*"))
    return re.compile("".join(parts))


def _rank(pattern: str) -> tuple[int, ...]:
    """Closer patterns first: by the number of characters that each place admits."""
    return tuple(_admitted(place) for place in _places(pattern))


def _admitted(place: str) -> int:
    if place.startswith("[") and len(place) > 1:
        return len(place)
    return {".": 1000, "!": 2000, "X": 10, "Z": 9, "N": 8}.get(place.upper(), 1)
