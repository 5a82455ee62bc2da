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
from ivr.flow import Branch, Collect, Lookup, Menu, Queue, QueueExit, Set, Survey
from ivr.located import Path

_ANY_DAY = dt.date(2000, 1, 1)


def check(material: Material) -> Iterator[Problem]:
    """All of them."""
    yield from _flow(material)
    for path, node in material.nodes():
        match node:
            case Menu():
                yield from _menu(material, path, node)
            case Collect():
                yield from _collect(material, path, node)
            case Survey(lowest=lowest, highest=highest) if lowest >= highest:
                yield material.problem((*path, "highest"), "bounds", "should be more than `lowest`")
            case Lookup(source="http"):
                yield from _address(material, path, node)
            case Branch(cases=()):
                yield material.problem((*path, "cases"), "empty", "a branch without a case: add one, or use `say`")
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
        yield from _words(material, (*place, "say"), choice.say)


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
    for field in ("least", "most"):
        try:
            collecting.bound(node.kind, getattr(node, field), _ANY_DAY)
        except ValueError:
            wanted = "a date such as 2026-01-31, or today" if node.kind == "date" else "a number"
            yield material.problem((*path, field), "bounds", f"should be {wanted}, is {getattr(node, field)!r}")
        if getattr(node, field) is not None and node.kind in ("digits", "account"):
            yield material.problem((*path, field), "bounds", f"has no meaning for `kind: {node.kind}`")


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
