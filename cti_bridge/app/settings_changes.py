"""Changes of the administered settings: proposed, checked like a file, kept as revisions, taken back.

The settings file leads until the first change; that change keeps what the file says as revision 1, so that it too can
be taken back, and from then on the database leads. A change that brings mistakes is refused with all of them;
mistakes that were there before (a flow file that broke meanwhile) do not stand in its way.

Everything here waits for database and files: not for the reactor's thread.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from config.administered import (
    Difference,
    Document,
    ItemChange,
    changed,
    differences,
    etag,
    files_named,
    masked_item,
    undone,
    unmasked,
)
from config.errors import Problem, key_text
from config.load import DATABASE, Said, administered_of, examine
from config.models import Settings
from cti_bridge.app.administrators import administrators
from cti_bridge.app.checking import check_examined
from cti_bridge.app.settings_present import Present, shown_differences
from facts.time import Instant
from storage.accounts import Account, Accounts
from storage.audit import AuditLog, Change
from storage.journal import Journal
from storage.settings_revisions import Origin, OvertakenError, Revision, SettingsRevisions

ATTEMPTS: Final = 5
"""How often a change is made anew when others come before it."""

USERS: Final = "users"

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


class SettingsRefused(Exception):  # noqa: N818 - says what was refused
    """The change would bring mistakes; ``problems`` has all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(["the change has mistakes:", *(f"  {problem}" for problem in problems)]))


class EditedMeanwhile(Exception):  # noqa: N818 - says what happened
    """Somebody else changed the item since it was read. ``present``: as it is now, None: it is not there.

    ``was_new``: it was to be made.
    """

    def __init__(self, section: str, name: str, present: Any, *, was_new: bool = False) -> None:
        self.section, self.name, self.present = section, name, present
        self.etag = None if present is None else etag(present)
        if was_new:
            what = "is there already: look at it and change it, or choose another name"
        elif present is None:
            what = "is not there (any more): choose one that is, or make it as a new one"
        else:
            what = "was changed by somebody else since it was read: look at it again and repeat the change"
        super().__init__(f"{section}{'.' if name else ''}{name} {what}")


class NotThereError(LookupError):
    """There is no such item or revision."""


class ChangedSinceError(Exception):
    """A change cannot be taken back: later ones stand on it."""


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A change of an item, made from what was read: ``match`` is its ETag, None: it must not be there yet.

    ``anyhow``: whatever it was, and whether or not it was there; with ``is_there`` it has to be.
    """

    change: ItemChange
    match: str | None = None
    anyhow: bool = False
    is_there: bool = False


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Settings as they would be, with every mistake that they would bring."""

    document: Document
    settings: Settings
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]
    newcomers: frozenset[str] = frozenset()
    """Users who begin: nothing of a former user of the same name is theirs."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A change that was kept; ``revision`` None: it changed nothing."""

    revision: Revision | None
    settings: Settings
    differences: tuple[Difference, ...]


class SettingsChanges:
    """The administered settings of one settings file and one database.

    ``may_name_files``: whether a change may name files of this machine; who sits elsewhere may not.
    """

    def __init__(
        self, journal: Journal, path: Path | None, env: Mapping[str, str], *, may_name_files: bool = False
    ) -> None:
        self.revisions = SettingsRevisions(journal)
        self.audit = AuditLog(journal)
        self._accounts = Accounts(journal)
        self._path = path
        self._env = dict(env)
        self._may_name_files = may_name_files

    def present(self) -> Present:
        """What leads now."""
        latest = self.revisions.latest()
        if latest is None:
            return Present(revision=None, document=administered_of(self._path).administered)
        revision, document = latest
        return Present(revision=revision, document=document)

    def settings(self, present: Present) -> Settings:
        """All settings with what leads; what is wrong with them is left out."""
        return examine(self._path, self._env, present.document).settings

    def revision(self, number: int) -> tuple[Revision, tuple[Difference, ...]]:
        """A revision with what it changed, without secrets; raises `NotThereError`."""
        after, before = self.revisions.revision(number), self.revisions.revision(number - 1)
        if after is None:
            raise NotThereError(f"there is no revision {number}: `cordboard config revisions` lists them")
        return after[0], shown_differences(differences(before[1] if before is not None else {}, after[1]))

    def propose(
        self, present: Present, document: Document, said: Said | None = None, *, goes_back: bool = False
    ) -> Proposal:
        """Check a document as a file is checked; ``said``: the text that brought it, for the lines of mistakes.

        ``goes_back``: it takes a change back, so that users who come are those who were.
        """
        wanted = unmasked(document, present.document)
        settings, problems = self._checked(wanted, said)
        if not self._may_name_files:
            problems = (*_new_files(present.document, wanted), *problems)
        if problems:
            before = {_mistake(problem) for problem in self._checked(present.document)[1]}
            problems = tuple(problem for problem in problems if _mistake(problem) not in before)
        found = differences(present.document, wanted)
        proposal = Proposal(
            document=wanted,
            settings=settings,
            differences=found,
            problems=problems,
            newcomers=frozenset() if goes_back else _newcomers(found),
        )
        return msgspec.structs.replace(proposal, problems=(*problems, *self._nobody_left(present, proposal)))

    def _nobody_left(self, present: Present, proposal: Proposal) -> Iterator[Problem]:
        """Those who may change everything now, where nobody who can sign in could with the new settings."""
        if _leaves_users(proposal) or any(problem.key.startswith(USERS) for problem in proposal.problems):
            return
        yield from self._left_by(self._accounts.accounts(time.time_ns() // 1_000), present, proposal)

    def _left_by(self, accounts: Sequence[Account], present: Present, proposal: Proposal) -> Iterator[Problem]:
        now = time.time_ns() // 1_000
        kept = [one for one in accounts if one.profile is not None or one.name not in proposal.newcomers]
        if administrators(proposal.settings, kept, now):
            return
        last = administrators(self.settings(present), accounts, now)
        for one in (one for one in proposal.differences if one.section == USERS and one.name in last):
            path = (USERS, one.name) if one.after is None else (USERS, one.name, "role")
            message = (
                "nobody who can sign in could change everything any more; make somebody else administrator and give "
                "them a password first"
            )
            yield Problem(file=DATABASE, line=0, column=0, key=key_text(path), message=message)

    def _checked(self, document: Document, said: Said | None = None) -> tuple[Settings, tuple[Problem, ...]]:
        examination = examine(self._path, self._env, document, None if said is None else said.source)
        problems = check_examined(examination).problems
        if not examination.settings.queues and not any(problem.key.startswith("queues") for problem in problems):
            message = "the last queue cannot go: callers wait in the first one when no menu sent them anywhere"
            problems = (Problem(file=DATABASE, line=0, column=0, key="queues", message=message), *problems)
        return examination.settings, problems

    # -- changing ----------------------------------------------------------------------------------------------------

    def change(self, edits: Sequence[Edit], *, at: Instant, by: str, comment: str = "") -> Kept:
        """Change items, all or none. Raises `SettingsRefused`, `EditedMeanwhile` and `config`'s `UnknownSection`."""
        return self._keep(lambda present: _edited(present, edits), at=at, by=by, comment=comment)

    def _all_mistakes(self, said: Said) -> tuple[Problem, ...]:
        """What is wrong with a text in itself, and with what it names besides: all at once, as for a file."""
        present = self.present()
        brought = self.propose(present, {**present.document, **said.whole}, said).problems
        return tuple(sorted({*said.problems, *brought}))

    def take_in(self, said: Said, *, at: Instant, by: str, comment: str = "", origin: Origin = "change") -> Kept:
        """Put the sections that a text has in place of those that are there. Raises `SettingsRefused`."""
        if said.problems:
            raise SettingsRefused(self._all_mistakes(said))
        return self._keep(
            lambda present: {**present.document, **said.administered},
            at=at, by=by, comment=comment, origin=origin, said=said,
        )  # fmt: skip

    def undo(self, number: int, *, at: Instant, by: str, comment: str = "") -> Kept:
        """Take a revision back by a new one. Raises `NotThereError`, `ChangedSinceError`, `SettingsRefused`."""
        before, after = self.revisions.revision(number - 1), self.revisions.revision(number)
        if after is None or before is None:
            why = "is where the database took over from the file" if after is not None else "is not there"
            raise NotThereError(f"revision {number} {why}: `cordboard config revisions` lists what can be undone")
        from_, to = before[1], after[1]

        def back(present: Present) -> Document:
            document, again = undone(present.document, from_, to)
            if again:
                listed = ", ".join(one.key for one in again)
                raise ChangedSinceError(
                    f"{listed}: changed again after revision {number}; undo the later changes first"
                )
            return document

        return self._keep(back, at=at, by=by, comment=comment, undoes=number)

    def _keep(
        self,
        wanted: Callable[[Present], Document],
        *,
        at: Instant,
        by: str,
        comment: str,
        origin: Origin = "change",
        undoes: int | None = None,
        said: Said | None = None,
    ) -> Kept:
        revision = Revision(
            number=0,
            at=at,
            actor=_CONTROL.sub(" ", by),
            comment=_CONTROL.sub(" ", comment),
            origin=origin,
            undoes=undoes,
        )
        for _ in range(ATTEMPTS):
            present = self.present()
            proposal = self.propose(present, wanted(present), said, goes_back=undoes is not None)
            if proposal.problems:
                raise SettingsRefused(proposal.problems)
            if not proposal.differences:
                return Kept(revision=None, settings=proposal.settings, differences=())
            try:
                return self._add(present, revision, proposal)
            except OvertakenError as error:
                overtaken = error
        raise overtaken

    def _add(self, present: Present, revision: Revision, proposal: Proposal) -> Kept:
        new = msgspec.structs.replace(
            revision,
            number=max(present.number, 1) + 1,
            changed=tuple((one.section, one.name) for one in proposal.differences),
        )
        kept = [(new, proposal.document)]
        if present.revision is None:
            comment = "what the settings file said"
            seed = Revision(number=1, at=new.at, actor=new.actor, comment=comment, origin="file")
            kept.insert(0, (seed, present.document))
        self.revisions.add(
            kept,
            [_record(new, one) for one in proposal.differences],
            suits=self._suiting(present, proposal),
            newcomers=proposal.newcomers,
        )
        return Kept(revision=new, settings=proposal.settings, differences=proposal.differences)

    def _suiting(self, present: Present, proposal: Proposal) -> Callable[[Sequence[Account]], bool] | None:
        """For a change of users, whether it leaves somebody with the accounts as they are when it is kept."""
        if _leaves_users(proposal):
            return None
        return lambda accounts: not any(self._left_by(accounts, present, proposal))


def _leaves_users(proposal: Proposal) -> bool:
    return all(one.section != USERS for one in proposal.differences)


def _newcomers(found: Sequence[Difference]) -> frozenset[str]:
    return frozenset(one.name for one in found if one.section == USERS and one.before is None)


def _mistake(problem: Problem) -> tuple[str, str, str]:
    """What makes it the same mistake as before; the way out, which may list what there is now, does not."""
    return problem.file, problem.key, problem.message.partition("; ")[0]


def _new_files(before: Document, after: Document) -> Iterator[Problem]:
    known = files_named(before)
    for path, file in files_named(after).items():
        if known.get(path) != file:
            said = (
                "names a file of the daemon's machine: only the settings file and the command line may; give the value"
            )
            yield Problem(file=DATABASE, line=0, column=0, key=key_text(path), message=said)


def _edited(present: Present, edits: Sequence[Edit]) -> Document:
    for edit in edits:
        section, name = edit.change.section, edit.change.name
        shown = present.shown(section, name)
        is_as_read = edit.anyhow or edit.match == (None if shown is None else shown.etag)
        if not is_as_read or (edit.is_there and shown is None):
            present_one = None if shown is None else shown.document
            raise EditedMeanwhile(section, name, present_one, was_new=edit.match is None and not edit.anyhow)
    return changed(present.document, (edit.change for edit in edits))


def _record(revision: Revision, one: Difference) -> Change:
    return Change(
        at=revision.at,
        actor=revision.actor,
        action=one.action if revision.undoes is None else f"{one.action} (undo of {revision.undoes})",
        resource=one.section,
        key=one.name,
        before=masked_item(one.section, one.name, one.before),
        after=masked_item(one.section, one.name, one.after),
    )
