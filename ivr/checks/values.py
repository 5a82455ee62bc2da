"""Mistakes of values that types alone do not show: empty menus, impossible lengths, bad bounds, addresses."""

import datetime as dt
import urllib.parse
import zoneinfo
from collections.abc import Iterator
from typing import get_args

from ivr import collecting
from ivr.checks.material import Material, near
from ivr.errors import Problem
from ivr.expressions import names_in
from ivr.flow import Branch, Collect, Lookup, Menu, Queue, QueueExit, Set, Survey, Transfer
from ivr.grammar import normalised
from ivr.located import Path

LONGEST_EXTENSION = 6
"""So many digits, keyed in by a caller, may be dialled: not enough for a number that costs."""

_ANY_DAY = dt.date(2000, 1, 1)
_FITTING_TYPES = {
    "digits": ("digits", "text"),
    "account": ("digits", "text"),
    "number": ("number", "amount", "text"),
    "amount": ("amount", "text"),
    "date": ("date", "text"),
}
"""Of which types a variable may be that takes what is collected."""


def check(material: Material) -> Iterator[Problem]:
    """All of them."""
    yield from _flow(material)
    for path, node in material.nodes():
        match node:
            case Menu():
                yield from _menu(material, path, node)
            case Collect():
                yield from _collect(material, path, node)
            case Survey():
                yield from _survey(material, path, node)
            case Lookup(source="http"):
                yield from _address(material, path, node)
            case Branch(cases=()):
                yield material.problem((*path, "cases"), "empty", "a branch without a case: add one, or use `say`")
            case Transfer():
                yield from _dialled(material, (*path, "to"), node)
            case Queue():
                yield from _exits(material, path, node)
            case Set(language=str(language)) if not names_in(language):
                yield from _language(material, (*path, "language"), language)


def _flow(material: Material) -> Iterator[Problem]:
    try:
        zoneinfo.ZoneInfo(material.file.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        said = f"there is no time zone {material.file.time_zone!r}: use a name such as Asia/Shanghai"
        yield material.problem(("time_zone",), "time_zone", said)
    if not material.file.languages:
        yield material.problem(("languages",), "empty", "name at least one language")
    for name, by_language in material.file.prompts.items():
        for language in by_language:
            yield from _language(material, ("prompts", name, language), language)


def _language(material: Material, place: Path, language: str) -> Iterator[Problem]:
    if language not in material.file.languages:
        said = f"language {language!r} is not among the flow's `languages`{near(language, material.file.languages)}"
        yield material.problem(place, "language", said)


def _menu(material: Material, path: Path, node: Menu) -> Iterator[Problem]:
    if not node.choices:
        yield material.problem((*path, "choices"), "empty", "a menu without choices")
    first: set[str] = set()
    for index, choice in enumerate(node.choices):
        place = (*path, "choices", index)
        if choice.name in first:
            yield material.problem((*place, "name"), "name_twice", f"{choice.name!r} is already a choice of this menu")
        first.add(choice.name)
        if choice.key is None and not choice.say:
            yield material.problem(place, "no_way", "a choice without `key` and without `say` cannot be chosen")
        if node.input == "keys" and choice.key is None:
            yield material.problem(place, "no_way", "cannot be chosen: this menu takes keys only, and it has no `key`")
        if node.input == "speech" and not choice.say:
            yield material.problem(
                place, "no_way", "cannot be chosen: this menu takes speech only, and it has no `say`"
            )
        yield from _words(material, (*place, "say"), choice.say)
    yield from _said_twice(material, path, node)


def _said_twice(material: Material, path: Path, node: Menu) -> Iterator[Problem]:
    """The same words for two choices: the first would always win."""
    first: dict[tuple[str, str], str] = {}
    escape = material.file.escape
    said = [((*path, "choices", at, "say"), choice.name, choice.say) for at, choice in enumerate(node.choices)]
    said += [((*path, "choices"), "escape", escape.say)] if escape is not None else []
    for place, name, by_language in said:
        for language, texts in by_language.items():
            for text in texts:
                other = first.setdefault((language, normalised(text)), name)
                if other != name:
                    message = f"words used twice: {text!r} already means {other!r}"
                    yield material.problem((*place, language), "words_twice", message)


def _words(material: Material, place: Path, say: dict[str, tuple[str, ...]]) -> Iterator[Problem]:
    for language in say:
        yield from _language(material, (*place, language), language)
    for language in material.file.languages if say else ():
        if not say.get(language):
            said = f"has no words for language {language!r}: callers who speak it could not say this"
            yield material.problem(place, "missing_words", said)


def _collect(material: Material, path: Path, node: Collect) -> Iterator[Problem]:
    if node.min_length > node.max_length:
        yield material.problem((*path, "min_length"), "bounds", "should not be more than `max_length`")
    if node.check != "none" and node.kind != "account":
        said = f"check {node.check!r} is a rule of `kind: account`"
        yield material.problem((*path, "check"), "check_rule", said)
    yield from _collected_type(material, path, node)
    yield from _terminator(material, path, node)
    for field in ("least", "most"):
        try:
            collecting.bound(node.kind, getattr(node, field), _ANY_DAY)
        except ValueError:
            wanted = "a date such as 2026-01-31, or today" if node.kind == "date" else "a number"
            yield material.problem((*path, field), "bounds", f"should be {wanted}, is {getattr(node, field)!r}")
        if getattr(node, field) is not None and node.kind in ("digits", "account"):
            yield material.problem((*path, field), "bounds", f"has no meaning for `kind: {node.kind}`")


def _survey(material: Material, path: Path, node: Survey) -> Iterator[Problem]:
    if node.lowest >= node.highest:
        yield material.problem((*path, "highest"), "bounds", "should be more than `lowest`")
    variable = material.file.variables.get(node.variable) if node.variable is not None else None
    if variable is not None and variable.type not in _FITTING_TYPES["number"]:
        said = f"a score is a number: variable {node.variable!r} should be of type number"
        yield material.problem((*path, "variable"), "type", said)


def _collected_type(material: Material, path: Path, node: Collect) -> Iterator[Problem]:
    variable = material.file.variables.get(node.variable)
    if variable is not None and variable.type not in _FITTING_TYPES[node.kind]:
        said = f"`kind: {node.kind}` gives no {variable.type}: variable {node.variable!r} should be of type "
        yield material.problem((*path, "kind"), "type", said + " or ".join(_FITTING_TYPES[node.kind]))


def _terminator(material: Material, path: Path, node: Collect) -> Iterator[Problem]:
    used = "0123456789" + ("*" if node.kind == "amount" or node.check == "mod11_2" else "")
    taken = sorted(set(node.terminator) & set(used))
    if taken:
        said = f"{taken[0]!r} is part of what is keyed in here; end it with another key"
        yield material.problem((*path, "terminator"), "key", said)
    escape = material.file.escape
    if escape is not None and node.terminator in escape.entry_key:
        said = f"key used twice: {node.terminator!r} ends the entry, and is in `escape.entry_key` {escape.entry_key!r}"
        yield material.problem((*path, "terminator"), "key_twice", said)


def _address(material: Material, path: Path, node: Lookup) -> Iterator[Problem]:
    place = (*path, "url")
    try:
        parts = urllib.parse.urlsplit(node.url)
        host = parts.hostname
    except ValueError:
        host = None
        parts = urllib.parse.urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        yield material.problem(
            place, "url", f"should be an address such as https://crm.example/customers, is {node.url!r}"
        )
    elif "{" in parts.netloc:
        yield material.problem(place, "url", "the host may not hold a variable: a caller must not choose whom we ask")


def _dialled(material: Material, place: Path, node: Transfer) -> Iterator[Problem]:
    keyed_in = {
        other.variable: collecting.longest(other) for _, other in material.nodes() if isinstance(other, Collect)
    }
    for name in names_in(node.to):
        if keyed_in.get(name, 0) > LONGEST_EXTENSION:
            said = (
                f"callers would choose with {name!r} what the centre dials and pays for: let a branch or a lookup "
                f"choose, or ask for an extension of at most {LONGEST_EXTENSION} digits (`max_length`)"
            )
            yield material.problem(place, "dialled", said)


def _exits(material: Material, path: Path, node: Queue) -> Iterator[Problem]:
    known = get_args(QueueExit)
    for name in node.exits:
        if name not in known:
            said = f"is no exit of a queue{near(name, known)}"
            yield material.problem((*path, "exits", name), "unknown_exit", said)
    for field in ("leave", "callback"):
        option = getattr(node, field)
        if option is not None and len(option.key) != 1:
            yield material.problem((*path, field, "key"), "key", "should be a single key")
