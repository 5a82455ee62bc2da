"""Agent time: every second of every log-in in exactly one state.

A log-in is a chain of stretches without gap or overlap: one ends where the next begins. What a fact does not change
goes on. A daemon's restart (``NodeStarted``) ends the log-ins of its agents at its last fact before, unless a later
fact takes the agent over; then the log-in went on all the time.
"""

from collections.abc import Callable, Iterator

import msgspec

from facts.ids import AgentId
from facts.journal import AgentLoggedIn, AgentLoggedOut, AgentStateChanged, AnyFact, Entry, SkillsChanged
from facts.states import Activity, Declared
from facts.time import Instant
from reporting.kpi.records import Span

NOT_READY = "NOT_READY"
LOGIN_REASON = "login"


class Session(msgspec.Struct, kw_only=True):
    """An open log-in and its present state. ``orphaned_at``: the last fact of the daemon that died under it."""

    agent_id: AgentId
    team: str | None
    skills: tuple[str, ...]
    writer: str
    state: str
    since: Instant
    logged_in_at: Instant
    orphaned_at: Instant | None = None

    def span(self, end: Instant) -> Span:
        """The present stretch, as if it ended at ``end``."""
        return Span(
            at=self.since,
            end=end,
            agent_id=self.agent_id,
            team=self.team,
            skills=self.skills,
            state=self.state,
        )


def state_of(fact: AgentStateChanged) -> str:
    """The one state in which a second with these two axes counts."""
    if fact.activity is not Activity.IDLE:
        return fact.activity.value
    return fact.declared.value if fact.declared is Declared.READY else f"{NOT_READY}:{fact.reason or ''}"


class AgentFold:
    """The open log-ins. ``ended`` is told of every finished stretch."""

    def __init__(self, ended: Callable[[Span], None]) -> None:
        self.sessions: dict[AgentId, Session] = {}
        self._ended = ended
        self._teams: dict[AgentId, str | None] = {}
        self._skills: dict[AgentId, tuple[str, ...]] = {}

    def team(self, agent_id: AgentId | None) -> str | None:
        """The agent's team as their last log-in said."""
        return None if agent_id is None else self._teams.get(agent_id)

    def open_spans(self, now: Instant) -> Iterator[Span]:
        """The stretches that are not over, up to ``now``."""
        for session in self.sessions.values():
            end = now if session.orphaned_at is None else session.orphaned_at
            if end > session.since:
                yield session.span(end)

    def log_in(self, entry: Entry, fact: AgentLoggedIn) -> None:
        """A log-in begins; one that was open ends, at the latest now."""
        if fact.agent_id is None:
            return
        self._close(fact.agent_id, entry.at)
        self._teams[fact.agent_id] = fact.team or None
        self._skills[fact.agent_id] = tuple(sorted(fact.skills))
        self._open(fact.agent_id, entry, f"{NOT_READY}:{LOGIN_REASON}")

    def change_state(self, entry: Entry, fact: AgentStateChanged) -> None:
        """The agent is in another state; of an agent of whom nothing was known the log-in begins here."""
        if fact.agent_id is None:
            return
        if fact.declared is Declared.LOGGED_OUT and fact.activity is Activity.IDLE:
            self._close(fact.agent_id, entry.at)
            return
        session, state = self.sessions.get(fact.agent_id), state_of(fact)
        if session is None:
            self._open(fact.agent_id, entry, state)
            return
        session.orphaned_at, session.writer = None, entry.node
        if state != session.state:
            self._turn(session, entry.at)
            session.state = state

    def log_out(self, entry: Entry, fact: AgentLoggedOut) -> None:
        """The log-in ends."""
        if fact.agent_id is not None:
            self._close(fact.agent_id, entry.at)

    def change_skills(self, entry: Entry, fact: SkillsChanged) -> None:
        """From now on the agent's time counts for other skills."""
        if fact.agent_id is None:
            return
        self._skills[fact.agent_id] = tuple(sorted(fact.skills))
        session = self.sessions.get(fact.agent_id)
        if session is not None:
            self._turn(session, entry.at)
            session.skills = self._skills[fact.agent_id]

    def orphan(self, writer: str, last_at: Instant) -> None:
        """The daemon ``writer`` begins anew; what it knew of ended at ``last_at`` unless it is taken over."""
        for session in self.sessions.values():
            if session.writer == writer and session.orphaned_at is None:
                session.orphaned_at = max(last_at, session.since)

    def _open(self, agent_id: AgentId, entry: Entry, state: str) -> None:
        self.sessions[agent_id] = Session(
            agent_id=agent_id,
            team=self._teams.get(agent_id),
            skills=self._skills.get(agent_id, ()),
            writer=entry.node,
            state=state,
            since=entry.at,
            logged_in_at=entry.at,
        )

    def _turn(self, session: Session, at: Instant) -> None:
        """End the present stretch, and begin the next where it ends."""
        if at > session.since:
            self._ended(session.span(at))
            session.since = at

    def _close(self, agent_id: AgentId, at: Instant) -> None:
        session = self.sessions.pop(agent_id, None)
        if session is not None:
            self._turn(session, at if session.orphaned_at is None else session.orphaned_at)


HANDLERS: dict[type[AnyFact], Callable[..., None]] = {
    AgentLoggedIn: AgentFold.log_in,
    AgentStateChanged: AgentFold.change_state,
    AgentLoggedOut: AgentFold.log_out,
    SkillsChanged: AgentFold.change_skills,
}
