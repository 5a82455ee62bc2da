"""Administered settings as the console sees them. A section that is one entry is named like itself there."""

import asyncio
import re
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

from acd.engine import Engine
from agent_console.documents.administration import (
    ChangedItem,
    ImportedDoc,
    ItemDifference,
    RevisionDoc,
    RevisionLine,
    SettingChange,
    SettingDoc,
    SettingsChange,
)
from agent_console.documents.problems import FieldProblem
from agent_console.documents.supervision import PreviewDoc, PreviewWish
from agent_console.errors import (
    ConflictError,
    EditedMeanwhileError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from agent_console.http.etags import ANY
from config.administered import NAMED, SECTIONS, SINGLE, ItemChange
from config.errors import ConfigError, Problem
from cti_bridge.app.administration import Administration
from cti_bridge.app.console.ways_out import way_out_of
from cti_bridge.app.settings_changes import (
    ChangedSinceError,
    Edit,
    EditedMeanwhile,
    Kept,
    NotThereError,
    SettingsRefused,
)
from cti_bridge.app.settings_present import Shown
from cti_bridge.shell.flavours import to_future
from storage.audit import Audited
from storage.errors import StorageError
from storage.settings_revisions import OvertakenError, Revision

T = TypeVar("T")


class AdministeredSettings:
    """`agent_console.ports.SettingsStore` over a running daemon."""

    def __init__(self, administration: Administration, engine: Engine) -> None:
        self._administration = administration
        self._engine = engine

    async def section(self, section: str) -> Sequence[SettingDoc]:
        """All entries, in their order."""
        present = await _done(self._administration.present())
        changed = await _done(self._administration.last_changes(section))
        names = [""] if section in SINGLE else list(present.document.get(section) or {})
        shown = (present.shown(section, name) for name in names)
        return [_setting(one, changed) for one in shown if one is not None]

    async def entry(self, section: str, name: str) -> SettingDoc | None:
        """One entry."""
        if section not in SECTIONS:
            return None
        shown = (await _done(self._administration.present())).shown(section, _inner(section, name))
        changed = await _done(self._administration.last_changes(section))
        return None if shown is None else _setting(shown, changed)

    async def put(self, section: str, name: str, document: Any, *, match: str | None, by: str) -> SettingDoc:
        """Make or change one."""
        edit = _edit(SettingChange(section=_named(section), name=name, document=document, match=match))
        await _done(self._administration.change([edit], by=by))
        found = await self.entry(section, name)
        if found is None:
            raise NotFoundError(f"{section}.{name} was removed by somebody else at the same moment")
        return found

    async def remove(self, section: str, name: str, *, match: str, by: str) -> None:
        """Remove one."""
        change = SettingChange(section=_named(section), name=name, match=match)
        if match == ANY and await self.entry(section, name) is None:
            raise NotFoundError(f"there is no {name!r} among the {section}")
        await _done(self._administration.change([_edit(change)], by=by))

    async def change(self, wish: SettingsChange, by: str) -> RevisionLine:
        """Several changes, all or none."""
        _check_each_once(wish)
        edits = [_edit(change) for change in wish.changes]
        return await self._line(await _done(self._administration.change(edits, by=by, comment=wish.comment)))

    async def preview(self, wish: PreviewWish) -> PreviewDoc:
        """What a change would do."""
        document = await self._whole(wish) if wish.partial else wish.document
        first = SettingChange(section=wish.section, name=wish.name, document=document, match=ANY)
        edits = [_edit(change) for change in (first, *wish.more)]
        found, problems = await _done(self._administration.preview(edits, self._engine))
        return PreviewDoc(
            unroutable=list(found.unroutable),
            routable=list(found.routable),
            idle_agents=list(found.idle_agents),
            gone_queues=list(found.gone_queues),
            problems=field_problems(problems),
        )

    async def _whole(self, wish: PreviewWish) -> Any:
        """The entry as it is, with what differs."""
        found = await self.entry(wish.section, wish.name)
        if found is None:
            raise NotFoundError(f"there is no {wish.name!r} among the {wish.section}: it can only be looked at whole")
        if not isinstance(found.document, dict) or not isinstance(wish.document, dict):
            way_out = "send the whole entry, without partial"
            raise InvalidError([FieldProblem(field="body.document", rule="is not made of keys", way_out=way_out)])
        return {**found.document, **wish.document}

    async def revisions(self, before: int | None, limit: int) -> Sequence[RevisionLine]:
        """The latest first."""
        return [_line(one) for one in await _done(self._administration.revisions(before_number=before, most=limit))]

    async def revision(self, number: int) -> RevisionDoc:
        """A change, whole."""
        revision, differences = await _done(self._administration.revision(number))
        return RevisionDoc(
            **_line(revision).model_dump(),
            differences=[
                ItemDifference(
                    section=one.section,
                    name=_outer(one.section, one.name),
                    action=one.action,
                    before=one.before,
                    after=one.after,
                )
                for one in differences
            ],
        )

    async def undo(self, number: int, by: str) -> RevisionLine:
        """Take a change back."""
        return await self._line(await _done(self._administration.undo(number, by=by)))

    async def export(self) -> str:
        """All sections as YAML."""
        return (await _done(self._administration.present())).yaml()

    async def take_in(self, text: str, by: str) -> ImportedDoc:
        """Put what YAML says in place of what is there."""
        kept = await _done(self._administration.take_in(text, "import", by=by))
        number = None if kept.revision is None else kept.revision.number
        return ImportedDoc(changed=len(kept.differences), revision=number)

    async def _line(self, kept: Kept) -> RevisionLine:
        """What was kept; where nothing was to be changed, the revision in force."""
        if kept.revision is not None:
            return _line(kept.revision)
        present = (await _done(self._administration.present())).revision
        if present is None:
            raise ConflictError("this changes nothing, and there are no changes yet: the settings file leads")
        return _line(present)


async def _done(work: Coroutine[Deferred[Any], Any, T]) -> T:
    """Wait for the daemon's own flavour; errors in the console's words."""
    try:
        return await asyncio.shield(to_future(Deferred.fromCoroutine(work)))
    except SettingsRefused as error:
        raise InvalidError(field_problems(error.problems)) from error
    except ConfigError as error:
        raise InvalidError(field_problems(error.problems), "the settings file cannot be read") from error
    except EditedMeanwhile as error:
        raise EditedMeanwhileError(str(error), etag=error.etag, present=error.present) from error
    except NotThereError as error:
        raise NotFoundError(str(error)) from error
    except (ChangedSinceError, OvertakenError) as error:
        raise ConflictError(str(error)) from error
    except StorageError as error:
        raise UnavailableError("the database cannot be used just now; the daemon's log tells more") from error


def _check_each_once(wish: SettingsChange) -> None:
    named: set[tuple[str, str]] = set()
    for place, change in enumerate(wish.changes):
        if (change.section, change.name) in named:
            rule = f"changes {change.section}.{change.name} a second time"
            way_out = "send one change of each entry"
            raise InvalidError([FieldProblem(field=f"body.changes.{place}", rule=rule, way_out=way_out)])
        named.add((change.section, change.name))


def _edit(change: SettingChange) -> Edit:
    wanted = ItemChange(section=change.section, name=_inner(change.section, change.name), document=change.document)
    anyhow = change.match == ANY
    return Edit(change=wanted, match=None if anyhow else change.match, anyhow=anyhow, is_there=anyhow)


def _named(section: str) -> Any:
    if section not in SECTIONS:
        raise NotFoundError(f"there is no section {section!r}: there are {', '.join(SECTIONS)}")
    return section


def _inner(section: str, name: str) -> str:
    """A name as the document has it."""
    if section in NAMED:
        return name
    if name != section:
        raise NotFoundError(f"{section} is one entry: its name is {section} too")
    return ""


def _outer(section: str, name: str) -> str:
    return name if section in NAMED else section


def _setting(shown: Shown, changed: dict[str, Audited]) -> SettingDoc:
    last = changed.get(shown.name)
    return SettingDoc(
        section=shown.section,
        name=_outer(shown.section, shown.name),
        document=shown.document,
        etag=shown.etag,
        changed_at=None if last is None else last.change.at,
        changed_by=None if last is None else last.change.actor,
    )


def _line(revision: Revision) -> RevisionLine:
    return RevisionLine(
        number=revision.number,
        at=revision.at,
        by=revision.actor,
        comment=revision.comment,
        origin=revision.origin,
        undoes=revision.undoes,
        items=[ChangedItem(section=section, name=_outer(section, name)) for section, name in revision.changed],
    )


_PLACE = re.compile(r"(?:; |: (?![^(]*\)))(?=(?:[^`]*`[^`]*`)*[^`]*$)")
"""Between rule and way out; not what stands in brackets or between back quotes."""


def field_problems(problems: Iterable[Problem]) -> list[FieldProblem]:
    """Mistakes of settings as field, rule and way out."""
    return [_field_problem(problem) for problem in problems]


def _field_problem(problem: Problem) -> FieldProblem:
    rule, *rest = _PLACE.split(problem.message, maxsplit=1)
    way_out = rest[0] if rest else way_out_of(rule)
    where = f"line {problem.line}: " if problem.line else ""
    return FieldProblem(field=problem.key or problem.file, rule=where + rule, way_out=way_out)
