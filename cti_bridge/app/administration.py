"""The administered settings of a running daemon: changed through it or beside it, in force without a restart.

A change is checked and kept in a thread, then everything that lives by settings follows on the reactor's thread. What
others change in the same database (the command line, another node) is seen within seconds and followed likewise.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog
from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool

from acd.engine import Engine
from acd.events import ReplacePolicy
from acd.preview import Preview
from config.administered import SECTIONS, Difference, changed
from config.errors import Problem
from config.load import read_administered
from config.models import Settings
from cti_bridge.app.policy import policy_from
from cti_bridge.app.settings_changes import (
    Edit,
    Kept,
    Proposal,
    SettingsChanges,
    SettingsRefused,
)
from cti_bridge.app.settings_present import Present
from cti_bridge.shell.clock import Clock
from storage.audit import Audited
from storage.settings_revisions import Revision

log = structlog.get_logger(__name__)

EVERY_S = 2.0
"""Between two looks whether somebody else changed something."""

T = TypeVar("T")

Follow = Callable[[Settings, str], None]
"""Told of the settings in force from now on, and by whom."""


class Administration:
    """``settings`` are those in force. ``prepare`` makes them ready (missing prompts), in the thread, before they are.

    Its coroutines are Deferred-flavoured, and raise what `SettingsChanges` raises.
    """

    def __init__(
        self,
        reactor: Any,
        clock: Clock,
        changes: SettingsChanges,
        settings: Settings,
        number: int,
        *,
        prepare: Callable[[Settings], object] = lambda _: None,
    ) -> None:
        self.settings = settings
        self._number = number
        self._reactor = reactor
        self._clock = clock
        self._changes = changes
        self._prepare = prepare
        self._followers: list[Follow] = []
        self._one_at_a_time = DeferredLock()
        self._fault = ""
        self._loop = LoopingCall(self.look)
        self._loop.clock = reactor

    @property
    def number(self) -> int:
        """The revision in force; 0: what the settings file says."""
        return self._number

    def add_follower(self, follow: Follow) -> None:
        """``follow`` is told of every change from now on, on the reactor's thread."""
        self._followers.append(follow)

    def start(self) -> None:
        """Begin to look for changes of others."""
        self._loop.start(EVERY_S, now=False)

    def stop(self) -> None:
        """Look no more."""
        if self._loop.running:
            self._loop.stop()

    # -- looking -----------------------------------------------------------------------------------------------------

    async def present(self) -> Present:
        """What leads, with its document."""
        return await self._in_thread(self._changes.present)

    async def revisions(self, *, before_number: int | None = None, most: int = 100) -> Sequence[Revision]:
        """The latest first."""
        return await self._in_thread(lambda: self._changes.revisions.revisions(before_number=before_number, most=most))

    async def revision(self, number: int) -> tuple[Revision, tuple[Difference, ...]]:
        """A revision with what it changed, without secrets; raises `NotThereError`."""
        return await self._in_thread(lambda: self._changes.revision(number))

    async def last_changes(self, section: str) -> dict[str, Audited]:
        """The latest change of each item of a section, by name."""
        return await self._in_thread(lambda: self._changes.audit.latest_of(section))

    async def preview(self, edits: Sequence[Edit], engine: Engine) -> tuple[Preview, tuple[Problem, ...]]:
        """What a change would do to who waits and who works now, and the mistakes that would refuse it."""
        now = self._clock.now()

        def propose() -> tuple[Proposal, ReplacePolicy]:
            present = self._changes.present()
            proposal = self._changes.propose(present, changed(present.document, (edit.change for edit in edits)))
            return proposal, ReplacePolicy(policy=policy_from(proposal.settings, now), by="preview")

        proposal, change = await self._in_thread(propose)
        return engine.preview(change, self._clock.now()), proposal.problems

    def leading(self) -> tuple[int, Settings]:
        """The number of the settings that the database leads in by now, and these; to be asked in a thread."""
        number, own = self._number, self.settings
        if self._changes.revisions.last_number() == number:
            return number, own
        present = self._changes.present()
        read = self._changes.settings(present)
        return present.number, own.model_copy(update={section: getattr(read, section) for section in SECTIONS})

    # -- changing ----------------------------------------------------------------------------------------------------

    async def change(self, edits: Sequence[Edit], *, by: str, comment: str = "") -> Kept:
        """Change items, all or none; in force when this is done."""
        at = self._clock.now()
        return await self._keep(lambda: self._changes.change(edits, at=at, by=by, comment=comment), by)

    async def take_in(self, text: str, file: str, *, by: str, comment: str = "") -> Kept:
        """Put the sections that a YAML text has in place of those that are there."""
        at = self._clock.now()
        return await self._keep(
            lambda: self._changes.take_in(read_administered(text, file), at=at, by=by, comment=comment), by
        )

    async def undo(self, number: int, *, by: str, comment: str = "") -> Kept:
        """Take a revision back."""
        at = self._clock.now()
        return await self._keep(lambda: self._changes.undo(number, at=at, by=by, comment=comment), by)

    async def _keep(self, change: Callable[[], Kept], by: str) -> Kept:
        await self._one_at_a_time.acquire()
        try:
            kept = await self._in_thread(lambda: self._prepared(change()))
            if kept.revision is not None:
                self._follow(kept.settings, kept.revision.number, by)
            return kept
        finally:
            self._one_at_a_time.release()

    def _prepared(self, kept: Kept) -> Kept:
        if kept.revision is not None:
            self._prepare(kept.settings)
        return kept

    # -- changes of others -------------------------------------------------------------------------------------------

    def look(self) -> "Deferred[None]":
        """Look once whether somebody else changed something, and follow."""
        return Deferred.fromCoroutine(self._look()).addErrback(self._failed)

    async def _look(self) -> None:
        if self._one_at_a_time.locked:
            return
        await self._one_at_a_time.acquire()
        try:
            found = await self._in_thread(self._news)
            self._fault = ""
            if found is not None:
                present, settings = found
                assert present.revision is not None
                self._follow(settings, present.number, present.revision.actor)
        finally:
            self._one_at_a_time.release()

    def _news(self) -> tuple[Present, Settings] | None:
        if self._changes.revisions.last_number() == self._number:
            return None
        present = self._changes.present()
        proposal = self._changes.propose(present, present.document)
        if proposal.problems:
            raise SettingsRefused(proposal.problems)
        self._prepare(proposal.settings)
        return present, proposal.settings

    # -- following ---------------------------------------------------------------------------------------------------

    def _follow(self, settings: Settings, number: int, by: str) -> None:
        changed = {section: getattr(settings, section) for section in SECTIONS}
        settings = self.settings.model_copy(update=changed)  # all else stays as it was at the start
        self.settings, self._number = settings, number
        for follow in self._followers:
            try:
                follow(settings, by)
            except Exception:
                log.exception("settings_not_followed", revision=number)
        log.info("settings_changed", revision=number)

    def _failed(self, failure: Any) -> None:
        fault = failure.getErrorMessage()
        if fault != self._fault:
            log.error("settings_not_looked_at", reason=fault)
        self._fault = fault

    def _in_thread(self, function: Callable[[], T]) -> "Deferred[T]":
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), function)
