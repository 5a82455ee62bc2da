"""Corrections as the console asks for them: worked out in threads, recorded on the loop, one after the other."""

import asyncio
from collections.abc import Awaitable, Callable

from agent_console.documents.contacts import ContactLine
from agent_console.documents.corrections import (
    AgentTimes,
    CorrectOutcome,
    CorrectTime,
    OutcomeCorrected,
    TimeCorrected,
    TimeCorrectionDoc,
    TimePieceDoc,
)
from agent_console.documents.problems import FieldProblem
from agent_console.errors import EditedMeanwhileError, InvalidError, NotFoundError
from agent_console.http.etags import ANY, number_in
from cti_bridge.app.console.audit import DaemonAudit
from cti_bridge.app.console.state_rules import check_all_go_with
from cti_bridge.app.console.threads import Threads
from cti_bridge.app.correcting import (
    LONGEST_TIME,
    CorrectedMeanwhileError,
    Correcting,
    CorrectionError,
    NothingToCorrectError,
    OutcomeWish,
    TimeWish,
    outcome_version,
    version,
)
from cti_bridge.shell.coordinator import Coordinator
from facts.ids import AgentId, ContactId
from facts.journal import AgentTimeCorrected, DispositionCorrected, TimePiece
from facts.states import Declared
from facts.time import Instant
from reporting.kpi.corrections import NOT_READY


class DaemonCorrections:
    """`agent_console.ports.Corrections`.

    ``contact`` finds a contact's line; ``written`` returns when all facts so far are in the journal; ``erasures``: how
    many there were of persons since the start.
    """

    def __init__(
        self,
        correcting: Correcting,
        coordinator: Coordinator,
        audit: DaemonAudit,
        threads: Threads,
        *,
        contact: Callable[[str], Awaitable[ContactLine | None]],
        written: Callable[[], object],
        erasures: Callable[[], int],
    ) -> None:
        self._correcting = correcting
        self._coordinator = coordinator
        self._audit = audit
        self._threads = threads
        self._contact = contact
        self._written = written
        self._erasures = erasures
        self._one_at_a_time = asyncio.Lock()

    async def times(self, agent: str, start: Instant, end: Instant) -> AgentTimes:
        """An agent's time as it counts."""
        if not 0 < end - start <= LONGEST_TIME:
            way_out = "name an instant after `from`, at most 31 days later"
            problem = FieldProblem(field="query.to", rule="is not within 31 days after from", way_out=way_out)
            raise InvalidError([problem])
        await self._threads.run(self._written)
        return await self._times(agent, start, end)

    async def _times(self, agent: str, start: Instant, end: Instant) -> AgentTimes:
        pieces = await self._threads.run(self._correcting.times, AgentId(agent), start, end)
        told = await self._threads.run(self._correcting.corrections, AgentId(agent), start, end)
        return AgentTimes(
            agent=agent,
            etag=str(version(told)),
            pieces=[_doc(piece) for piece in pieces],
            corrections=[_correction(at, fact) for at, fact in told],
        )

    async def correct_time(self, agent: str, wish: CorrectTime, *, match: str, by: str) -> TimeCorrected:
        """Count an agent's time anew."""
        check_all_go_with({} if wish.reason is None else {"reason": Declared.NOT_READY}, wish.declared)
        state = wish.declared if wish.declared != NOT_READY else f"{NOT_READY}:{wish.reason or ''}"
        asked = TimeWish(
            agent_id=AgentId(agent),
            start=wish.start,
            end=wish.end,
            state=state,
            by=by,
            why=wish.why,
            seen=number_in(match),
        )
        async with self._one_at_a_time:
            fact = await self._time_told(asked)
            told = await self._threads.run(self._correcting.corrections, asked.agent_id, wish.start, wish.end)
        replaced = [_doc(piece) for piece in fact.replaced]
        await self._audit.note(
            by,
            "corrected",
            "agent_time",
            agent,
            before=[piece.model_dump(mode="json") for piece in replaced],
            after={"start": wish.start, "end": wish.end, "state": state},
        )
        shown, _, reason = state.partition(":")
        return TimeCorrected(
            agent=agent, etag=str(version(told)), state=shown, reason=reason or None, replaced=replaced
        )

    async def _time_told(self, asked: TimeWish) -> AgentTimeCorrected:
        """Work out and record one correction of time."""
        await self._threads.run(self._written)
        present_since = self._present_since(asked.agent_id)
        try:
            fact = await self._threads.run(self._correcting.time, asked, self._coordinator.now(), present_since)
        except CorrectedMeanwhileError as error:
            present = await self._times(asked.agent_id, asked.start, asked.end)
            raise EditedMeanwhileError(str(error), etag=present.etag, present=present) from error
        except CorrectionError as error:
            raise _refused(error) from error
        self._coordinator.record(fact)
        await self._threads.run(self._written)
        return fact

    def _present_since(self, agent: str) -> Instant | None:
        view = self._coordinator.engine.agent(AgentId(agent))
        return None if view is None or view.declared is Declared.LOGGED_OUT else view.since

    async def correct_outcome(self, contact_id: str, wish: CorrectOutcome, *, match: str, by: str) -> OutcomeCorrected:
        """Count a contact's outcome anew."""
        asked = OutcomeWish(
            contact_id=ContactId(contact_id),
            disposition=wish.disposition or "",
            resolved=wish.resolved,
            is_resolved_said="resolved" in wish.model_fields_set,
            notes=wish.notes,
            by=by,
            why=wish.why,
            seen=None if match == ANY else match,
        )
        async with self._one_at_a_time:
            fact = await self._outcome_told(asked)
        erased_at = await self._threads.run(self._correcting.erased_at, asked.contact_id)
        await self._audit.note(
            by,
            "corrected",
            "contact",
            contact_id,
            before={"disposition": fact.was, "resolved": fact.was_resolved},
            after={"disposition": fact.disposition, "resolved": fact.resolved},
        )
        return OutcomeCorrected(
            contact_id=contact_id,
            disposition=fact.disposition or None,
            resolved=fact.resolved,
            was=fact.was or None,
            was_resolved=fact.was_resolved,
            by=by,
            etag=outcome_version(fact.disposition, fact.notes, resolved=fact.resolved, erased_at=erased_at),
        )

    async def _outcome_told(self, asked: OutcomeWish) -> DispositionCorrected:
        """Work out and record one correction of an outcome."""
        await self._threads.run(self._written)
        try:
            fact = await self._worked_out(asked)
        except CorrectedMeanwhileError as error:
            present = await self._contact(asked.contact_id)
            tag = None if present is None else present.outcome_etag
            raise EditedMeanwhileError(str(error), etag=tag, present=present) from error
        except CorrectionError as error:
            raise _refused(error) from error
        self._coordinator.record(fact)
        await self._threads.run(self._written)
        return fact

    async def _worked_out(self, asked: OutcomeWish) -> DispositionCorrected:
        """Anew where somebody was erased meanwhile: of what was read of them before, nothing may come back."""
        while True:
            erasures = self._erasures()
            fact = await self._threads.run(self._correcting.outcome, asked, self._coordinator.now())
            if self._erasures() == erasures:
                return fact


def _refused(error: CorrectionError) -> Exception:
    if isinstance(error, NothingToCorrectError):
        return NotFoundError(str(error))
    rule, _, way_out = str(error).partition(": ")
    field = f"body.{error.about}" if error.about else "body"
    return InvalidError([FieldProblem(field=field, rule=rule, way_out=way_out or "correct it as the rule says")])


def _correction(at: Instant, fact: AgentTimeCorrected) -> TimeCorrectionDoc:
    state, _, reason = fact.state.partition(":")
    return TimeCorrectionDoc(
        at=at,
        by=fact.by,
        start=fact.from_at,
        end=fact.to_at,
        state=state,
        reason=reason or None,
        why=fact.why,
        replaced=[_doc(piece) for piece in fact.replaced],
    )


def _doc(piece: TimePiece) -> TimePieceDoc:
    state, _, reason = piece.state.partition(":")
    return TimePieceDoc(start=piece.at, end=piece.end, state=state, reason=reason or None)
