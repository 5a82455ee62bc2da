"""What administrators change while the daemon runs: sections of the settings, as one document of plain data.

A document holds what a settings file says under these keys, and nothing else. An *item* is one entry of a section
that maps names to entries (a queue, an agent); ``routing`` and ``alarms`` are single: each is one item without a name.
Nothing here does I/O or knows where documents are kept.
"""

import copy
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec
from pydantic import SecretStr

from config.errors import KeyPath
from config.fields import MASK
from config.models import Settings
from config.shape import bare, slots

NAMED: Final = (
    "skills",
    "teams",
    "agents",
    "users",
    "queues",
    "opening_hours",
    "reasons",
    "dispositions",
    "phone_book",
    "entry_points",
)
SINGLE: Final = ("routing", "alarms")
SECTIONS: Final = (*NAMED, *SINGLE)

Document: TypeAlias = dict[str, Any]


class UnknownSection(LookupError):  # noqa: N818 - says what is unknown
    """There is no such section, or it cannot be changed while the daemon runs."""

    exit_code = 2


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """What one item is to be; ``document`` None: it goes. ``name`` is empty for a single section."""

    section: str
    name: str = ""
    document: Any = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One item in two documents; None: it is not there."""

    section: str
    name: str
    before: Any
    after: Any

    @property
    def action(self) -> Literal["made", "changed", "removed"]:
        """What happened to the item."""
        return "made" if self.before is None else "removed" if self.after is None else "changed"

    @property
    def item(self) -> tuple[str, str]:
        """Section and name."""
        return self.section, self.name

    @property
    def key(self) -> str:
        """The item as people write it: ``queues.sales``."""
        return f"{self.section}.{self.name}" if self.name else self.section


def sections_of(data: Mapping[str, Any]) -> Document:
    """A copy of what plain settings data says under these keys."""
    return {name: copy.deepcopy(data[name]) for name in SECTIONS if data.get(name) is not None}


def item(document: Mapping[str, Any], section: str, name: str = "") -> Any:
    """One item; None when it is not there. Raises :class:`UnknownSection`."""
    _known(section)
    found = document.get(section)
    return found if section in SINGLE else (found or {}).get(name)


def changed(document: Document, changes: Iterable[ItemChange]) -> Document:
    """The document after the changes: what is changed keeps its place, what is new comes last."""
    after = copy.deepcopy(document)
    for change in changes:
        _known(change.section)
        holder, key = (after, change.section) if change.section in SINGLE else _place(after, change)
        if change.document is None:
            holder.pop(key, None)
        else:
            holder[key] = copy.deepcopy(change.document)
    return after


def _place(document: Document, change: ItemChange) -> tuple[Document, str]:
    return document.setdefault(change.section, {}), change.name


def _known(section: str) -> None:
    if section not in SECTIONS:
        raise UnknownSection(
            f"'{section}' cannot be changed while the daemon runs; there are {', '.join(SECTIONS)}; "
            "the others are in the settings file"
        )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every item in which two documents differ."""
    return tuple(_differences(before, after))


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for section in SECTIONS:
        names = [""] if section in SINGLE else list({**(before.get(section) or {}), **(after.get(section) or {})})
        for name in names:
            old, new = item(before, section, name), item(after, section, name)
            if old != new:
                yield Difference(section=section, name=name, before=old, after=new)


def undone(document: Document, before: Document, after: Document) -> tuple[Document, tuple[Difference, ...]]:
    """The document without the change from ``before`` to ``after``, and what stands in the way of that.

    What stands in the way are items that were changed again since.
    """
    if document == after:
        return copy.deepcopy(before), ()
    wanted = differences(before, after)
    again = tuple(change for change in wanted if item(document, change.section, change.name) != change.after)
    back = (ItemChange(section=one.section, name=one.name, document=one.before) for one in wanted)
    return changed(document, back), again


def etag(shown: Any) -> str:
    """A short text that changes whenever a shown item does."""
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


# -- secrets ---------------------------------------------------------------------------------------------------------


def masked(document: Mapping[str, Any]) -> Document:
    """The document as it may be shown: each secret is a row of stars, which in what is taken in means: as it was."""
    shown = copy.deepcopy(dict(document))
    for slot in slots(shown, Settings):
        if bare(slot.annotation) is SecretStr and slot.container[slot.key] is not None:
            slot.container[slot.key] = MASK
    return shown


def masked_item(section: str, name: str, value: Any) -> Any:
    """One item as it may be shown."""
    if value is None:
        return None
    document = {section: value if section in SINGLE else {name: value}}
    return item(masked(document), section, name)


def unmasked(document: Document, before: Mapping[str, Any]) -> Document:
    """The document with the secrets of ``before`` where it has rows of stars; stars without a secret are dropped."""
    found = copy.deepcopy(document)
    for slot in slots(found, Settings):
        if bare(slot.annotation) is SecretStr and slot.container[slot.key] == MASK:
            secret = _at(before, slot.path)
            if secret is None:
                del slot.container[slot.key]
            else:
                slot.container[slot.key] = secret
    return found


def files_named(document: Mapping[str, Any]) -> dict[KeyPath, str]:
    """The files that a document names, by their keys."""
    found = copy.deepcopy(dict(document))
    return {
        slot.path: str(slot.container[slot.key])
        for slot in slots(found, Settings)
        if bare(slot.annotation) is Path and slot.container[slot.key] is not None
    }


def _at(data: Any, path: Iterable[str | int]) -> Any:
    for key in path:
        if not isinstance(data, Mapping) or key not in data:
            return None
        data = data[key]
    return data
