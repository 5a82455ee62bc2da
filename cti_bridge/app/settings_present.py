"""What leads in the administered settings at a moment, as it may be shown."""

from collections.abc import Sequence
from typing import Any

import msgspec

from config.administered import Difference, Document, differences, etag, item, masked, masked_item, unmasked
from storage.settings_revisions import Revision


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An item as it may be shown, without its secrets."""

    section: str
    name: str
    document: Any
    etag: str


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """What leads: a revision of the database, or (None) the settings file."""

    revision: Revision | None
    document: Document

    @property
    def number(self) -> int:
        """The revision's number; 0 while the file leads."""
        return 0 if self.revision is None else self.revision.number

    def shown(self, section: str, name: str = "") -> Shown | None:
        """One item."""
        found = masked_item(section, name, item(self.document, section, name))
        return None if found is None else Shown(section=section, name=name, document=found, etag=etag(found))

    def news(self, said: Document, known: Document) -> tuple[Difference, ...]:
        """What a settings file says and the database does not, in items changed since the file was taken in.

        ``said``: what the file says; ``known``: what it said when it was taken in.
        """
        if self.revision is None:
            return ()
        known = {section: value for section, value in known.items() if section in said}
        changed = shown_differences(differences(known, said))
        return tuple(one for one in changed if masked_item(*one.item, item(self.document, *one.item)) != one.after)

    def against(self, said: Document) -> tuple[Difference, ...]:
        """What would be changed by putting the sections of ``said`` in place of these; without secrets."""
        wanted = unmasked({**self.document, **said}, self.document)
        return shown_differences(differences(self.document, wanted))

    def yaml(self) -> str:
        """The document as a settings file has it; stars stand for secrets."""
        import yaml  # noqa: PLC0415 - only an export needs it

        led = "the settings file" if self.revision is None else f"revision {self.revision.number}"
        head = f"# What the console changes, by {led}. Rows of stars stand for secrets and mean: as they are.\n"
        return head + yaml.safe_dump(masked(self.document), allow_unicode=True, sort_keys=False, width=110)


def shown_differences(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Differences without secrets."""
    return tuple(
        msgspec.structs.replace(
            one,
            before=masked_item(one.section, one.name, one.before),
            after=masked_item(one.section, one.name, one.after),
        )
        for one in found
    )
