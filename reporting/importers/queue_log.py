"""Asterisk's queue_log as facts. It is no audit trail: its holes are mended where the lines around them tell how.

* A call is followed by its id and the *number of its entry*: the same id may enter queues again and again.
* An answer or exit without an entry (the log was rotated) gets one, as long before as the line says it waited; an
  end of a talk without its beginning likewise.
* An entry after which the same call enters again left unclassified; so does what waits when the queues start anew.
* Talks of which no end was written (transfers) have no length, and are not averaged.
* An end that is written twice counts once.
* Agents' time begins with a log-in (members added, agents logged in); ringing counts as ready. An agent that appears
  both as ``Local/NNN@…`` and as ``Agent/NNN`` is one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from pathlib import Path

import msgspec

from facts.ids import AgentId, ContactId, OfferId, QueueName, ReasonCode
from facts.journal import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentStateChanged,
    AnyFact,
    ContactAbandoned,
    ContactConnected,
    ContactEnded,
    ContactLeftQueue,
    ContactOffered,
    ContactQueued,
    ContactTransferred,
    NodeStarted,
    OfferEnded,
    OfferMade,
    TalkEnded,
    WrapUpEnded,
)
from facts.states import Activity, Declared, LeftQueue, OfferOutcome, Party
from facts.time import Duration, Instant
from reporting.importers.ingest import REJECTED, Draft, Outcome, Written, import_node, not_watched, write
from reporting.importers.queue_log_known import MADE_UP, Known
from reporting.importers.queue_log_lines import NONE, LogEvent, read_events
from reporting.importers.rows import Progress, no_progress
from reporting.ports import JournalAppender


class QueueLogOutcome(Outcome, kw_only=True):
    """``unused``: how many lines of each kind say nothing about queues; ``open_calls``: entered, without an end."""

    unused: dict[str, int] = msgspec.field(default_factory=dict)
    open_calls: int = 0


def import_queue_log(
    path: Path,
    zone: tzinfo,
    journal: JournalAppender,
    *,
    name: str = "queue_log",
    progress: Progress = no_progress,
    on_written: Written = not_watched,
) -> QueueLogOutcome:
    """Read a queue_log into the journal, all or nothing; facts that are there already are not written again.

    So a log that has grown can be imported again. ``name`` tells several switches apart. Raises `ImportRefusedError`.
    """
    outcome, node = QueueLogOutcome(), import_node(name)
    events = list(read_events(path, zone, outcome, progress))
    outcome.rows = len(events) + outcome.count(REJECTED)
    story = _Story(name, events, outcome)
    for event in events:
        story.tell(event)
    story.close()
    known = Known(journal.entries(nodes=[node], personal=False))
    new = [draft for draft in story.drafts if not known.holds(draft)]
    outcome.known = len(story.drafts) - len(new)
    outcome.facts = write(journal, node, new, on_written)
    return outcome


class _Call(msgspec.Struct, kw_only=True):
    """What is known of a call: its entries so far, and where it stands. ``stage``: waiting, talking or gone.

    ``is_timed``: whether it is known when it entered.
    """

    contact_id: ContactId
    queue: str = ""
    entries: int = 0
    stage: str = "gone"
    queued_at: Instant = 0
    is_timed: bool = True
    connected_at: Instant = 0
    agent: str = ""
    offers: int = 0
    entry_point: str = ""


class _Agent(msgspec.Struct, kw_only=True):
    """An agent's queues, and in which of them they are paused."""

    queues: set[str] = set()
    paused: set[str] = set()
    reason: str = ""
    logged_in: bool = False
    talking: str = ""
    state: tuple[Declared, Activity, str] | None = None


_LEFT = {
    "EXITWITHTIMEOUT": LeftQueue.TIMED_OUT,
    "EXITWITHKEY": LeftQueue.KEY,
    "EXITEMPTY": LeftQueue.NO_AGENTS,
    "LEAVEEMPTY": LeftQueue.NO_AGENTS,
    "JOINEMPTY": LeftQueue.NO_AGENTS,
    "FULL": LeftQueue.FULL,
    "CLOSED": LeftQueue.CLOSED,
    "DIVERT_CA_RATIO": LeftQueue.OVERFLOWED,
    "DIVERT_HOLDTIME": LeftQueue.OVERFLOWED,
    "WITHDRAW": LeftQueue.WITHDRAWN,
}
_AT_THE_DOOR = frozenset({"JOINEMPTY", "FULL", "CLOSED", "DIVERT_CA_RATIO", "DIVERT_HOLDTIME"})
_TALK_ENDS = {
    "COMPLETECALLER": Party.CALLER,
    "COMPLETEAGENT": Party.AGENT,
    "TRANSFER": Party.AGENT,
    "BLINDTRANSFER": Party.AGENT,
    "ATTENDEDTRANSFER": Party.AGENT,
}
_OFFER_ENDS = {
    "RINGNOANSWER": OfferOutcome.NO_ANSWER,
    "RINGCANCELED": OfferOutcome.CALLER_LEFT,
    "AGENTDUMP": OfferOutcome.REJECTED,
}
_LOCAL = re.compile(r"Local/(\d+)@.*")


class _Story:
    """Tells a log event by event."""

    def __init__(self, name: str, events: Sequence[LogEvent], outcome: QueueLogOutcome) -> None:
        self.drafts: list[Draft] = []
        self._name = name
        self._outcome = outcome
        self._calls: dict[str, _Call] = {}
        self._agents: dict[str, _Agent] = {}
        self._unused: Counter[str] = Counter()
        self._aliases = _aliases({event.agent for event in events})
        self._last_lines = {event.callid: event.line for event in events if event.verb in _CALL_VERBS}

    def tell(self, event: LogEvent) -> None:
        """Take in one line."""
        handler = _HANDLERS.get(event.verb)
        if handler is None:
            self._unused[event.verb] += 1
            self._outcome.ignored += 1
        else:
            handler(self, event)
            self._outcome.taken += 1

    def close(self) -> None:
        """The log is over."""
        self._outcome.unused = dict(sorted(self._unused.items()))
        self._outcome.open_calls = sum(call.stage != "gone" for call in self._calls.values())

    def _put(self, at: Instant, fact: AnyFact) -> None:
        self.drafts.append(Draft(at, fact))

    # -- queue --------------------------------------------------------------------------------------------------------

    def dialled(self, event: LogEvent) -> None:
        """The dialled number, written before the entry."""
        self._call(event).entry_point = event.text

    def enter(self, event: LogEvent) -> None:
        """A call enters a queue."""
        call = self._call(event)
        if call.stage == "waiting":
            left = "it" if call.queue == event.queue else call.queue
            self._outcome.repair(event.line, f"call {event.callid} enters {event.queue} without having left {left}")
            self._put(event.at, ContactEnded(contact_id=call.contact_id))
        elif call.stage == "talking":
            self._lose_talk(call, event)
        self._join(call, event, event.at, why="import")

    def _call(self, event: LogEvent) -> _Call:
        call = self._calls.get(event.callid)
        if call is None:
            contact_id = ContactId(f"{self._name}:{event.callid}")
            call = self._calls[event.callid] = _Call(contact_id=contact_id)
        return call

    def _join(self, call: _Call, event: LogEvent, at: Instant, why: str) -> None:
        if not call.entries:
            arrival = ContactOffered(
                contact_id=call.contact_id, entry_point=call.entry_point, caller_number=event.caller
            )
            self._put(at, arrival)
        call.entries += 1
        call.queue, call.queued_at, call.stage, call.is_timed = event.queue, at, "waiting", True
        joined = ContactQueued(
            contact_id=call.contact_id,
            queue=QueueName(event.queue),
            joined_at=at,
            entered=call.entries,
            why=why,
        )
        self._put(at, joined)

    def _waiting(self, event: LogEvent, waited_us: Duration | None) -> _Call | None:
        """The call as it waits for the event; entered anew where its entry is not in the log, None if it was over."""
        call = self._call(event)
        if call.stage == "waiting" and call.queue == event.queue:
            return call
        if call.entries and call.queue == event.queue:
            self._outcome.reject(event.line, f"{event.verb} of call {event.callid}, which is not waiting any more")
            return None
        is_at_the_door = event.verb in _AT_THE_DOOR
        if not is_at_the_door:
            self._outcome.repair(event.line, f"{event.verb} of call {event.callid}, whose entry is not in the log")
        self._join(call, event, event.at - (waited_us or 0), why="import" if is_at_the_door else MADE_UP)
        call.is_timed = is_at_the_door or waited_us is not None
        return call

    def abandon(self, event: LogEvent) -> None:
        """The caller gave up."""
        call = self._waiting(event, event.hold_us)
        if call is not None:
            waited = _waited(call, event)
            fact = ContactAbandoned(
                contact_id=call.contact_id, queue=QueueName(call.queue), stage="queue", waited_us=waited
            )
            self._put(event.at, fact)
            self._gone(call, event)

    def leave(self, event: LogEvent) -> None:
        """The call left otherwise, or was turned away at the door."""
        call = self._waiting(event, event.hold_us)
        if call is not None:
            fact = ContactLeftQueue(
                contact_id=call.contact_id,
                queue=QueueName(call.queue),
                outcome=_LEFT[event.verb],
                waited_us=_waited(call, event),
                to=event.text if event.verb == "EXITWITHKEY" else "",
            )
            self._put(event.at, fact)
            self._gone(call, event)

    def _gone(self, call: _Call, event: LogEvent) -> None:
        call.stage = "gone"
        if self._last_lines.get(event.callid) == event.line:
            self._put(event.at, ContactEnded(contact_id=call.contact_id))

    # -- agents' phones and talks -------------------------------------------------------------------------------------

    def ring_in_vain(self, event: LogEvent) -> None:
        """An agent's phone rang, and nobody took the call."""
        call = self._calls.get(event.callid)
        if call is not None and call.stage == "waiting":
            self._offer(call, event, _OFFER_ENDS[event.verb])
        else:
            self._outcome.reject(event.line, f"{event.verb} of call {event.callid}, which is not waiting")

    def _offer(self, call: _Call, event: LogEvent, outcome: OfferOutcome) -> None:
        rang = min(event.ring_us or 0, max(0, event.at - call.queued_at))
        call.offers += 1
        contact_id, agent_id, queue = call.contact_id, AgentId(self._name_of(event)), QueueName(call.queue)
        offer_id = OfferId(f"{contact_id}#{call.offers}")
        made = OfferMade(
            contact_id=contact_id,
            agent_id=agent_id,
            queue=queue,
            offer_id=offer_id,
            attempt=call.offers,
            ring_us=rang,
            waited_us=event.at - rang - call.queued_at,
        )
        ended = OfferEnded(
            contact_id=contact_id, agent_id=agent_id, queue=queue, offer_id=offer_id, outcome=outcome, rang_us=rang
        )
        self._put(event.at - rang, made)
        self._put(event.at, ended)

    def connect(self, event: LogEvent) -> None:
        """An agent answered."""
        call = self._waiting(event, event.hold_us)
        if call is None:
            return
        self._offer(call, event, OfferOutcome.ANSWERED)
        agent = self._name_of(event)
        fact = ContactConnected(
            contact_id=call.contact_id,
            agent_id=AgentId(agent),
            queue=QueueName(call.queue),
            waited_us=_waited(call, event),
            rang_us=event.ring_us or 0,
        )
        self._put(event.at, fact)
        call.stage, call.agent, call.connected_at = "talking", agent, event.at
        self._talks(agent, event)

    def _talks(self, agent: str, event: LogEvent) -> None:
        """The agent talks; a call that they talked with before, and whose end was not written, is over."""
        there = self._agents.setdefault(agent, _Agent())
        before = self._calls.get(there.talking)
        if before is not None and before.stage == "talking" and before.agent == agent:
            self._lose_talk(before, event)
        there.talking = event.callid
        self._show(agent, event.at)

    def _lose_talk(self, call: _Call, event: LogEvent) -> None:
        """A talk is over of which the log does not say the end."""
        self._outcome.repair(
            event.line, f"the talk of {call.contact_id} has no end in the log: its length is not known"
        )
        self._free(call, event.at)
        self._put(event.at, ContactEnded(contact_id=call.contact_id))

    def end_talk(self, event: LogEvent) -> None:
        """The talk is over."""
        call = self._call(event)
        if call.stage != "talking":
            talked = event.talk_us or 0
            began = msgspec.structs.replace(event, at=event.at - talked, ring_us=None)
            if self._waiting(began, event.hold_us) is None:
                return
            self.connect(began)
        talk = _known(event.talk_us, event.at - call.connected_at)
        if "TRANSFER" in event.verb:
            fact = ContactTransferred(
                contact_id=call.contact_id,
                agent_id=AgentId(call.agent),
                queue=QueueName(call.queue),
                to_kind="number",
                to=event.text,
                consulted=event.verb == "ATTENDEDTRANSFER",
            )
            self._put(event.at, fact)
        self._end_talk(call, event.at, talk, _TALK_ENDS[event.verb])
        self._gone(call, event)

    def _end_talk(self, call: _Call, at: Instant, talk_us: Duration, by: Party) -> None:
        fact = TalkEnded(
            contact_id=call.contact_id,
            agent_id=AgentId(call.agent),
            queue=QueueName(call.queue),
            ended_by=by,
            talk_us=talk_us,
            hold_us=None,
            wrap_up_known=False,
        )
        self._put(at, fact)
        self._free(call, at)

    def _free(self, call: _Call, at: Instant) -> None:
        """The agent does not talk with the call any more."""
        call.stage = "gone"
        there = self._agents.setdefault(call.agent, _Agent())
        there.talking = ""
        self._show(call.agent, at)

    def wrap_up(self, event: LogEvent) -> None:
        """Wazo writes how long the wrap-up that begins will take."""
        call = self._calls.get(event.callid)
        took = _seconds(event.text)
        if call is not None and took is not None:
            fact = WrapUpEnded(contact_id=call.contact_id, agent_id=AgentId(self._name_of(event)), took_us=took)
            self._put(event.at + took, fact)

    # -- agents' time -------------------------------------------------------------------------------------------------

    def _name_of(self, event: LogEvent) -> str:
        return self._aliases.get(event.agent, event.agent)

    def log_in(self, event: LogEvent) -> None:
        """A member joins a queue, or an agent logs in."""
        name = self._name_of(event)
        there = self._agents.setdefault(name, _Agent())
        there.queues.add(event.queue)
        if event.verb == "ADDMEMBER" and event.text == "PAUSED":
            there.paused.add(event.queue)
        if not there.logged_in:
            there.logged_in, there.state = True, None
            self._put(event.at, AgentLoggedIn(agent_id=AgentId(name), phone=event.agent))
        self._show(name, event.at)

    def log_out(self, event: LogEvent) -> None:
        """A member leaves a queue, or an agent logs off; out of the last queue the log-in is over."""
        name = self._name_of(event)
        there = self._agents.setdefault(name, _Agent())
        there.queues.discard(event.queue)
        there.paused.discard(event.queue)
        if there.logged_in and not there.queues - {NONE}:
            there.logged_in, there.queues, there.paused = False, set(), set()
            self._put(event.at, AgentLoggedOut(agent_id=AgentId(name)))

    def pause(self, event: LogEvent) -> None:
        """Paused in a queue, or in all of them."""
        there = self._agents.setdefault(self._name_of(event), _Agent())
        there.paused |= there.queues if event.verb == "PAUSEALL" or event.queue == NONE else {event.queue}
        there.reason = event.text
        self._show(self._name_of(event), event.at)

    def unpause(self, event: LogEvent) -> None:
        """No longer paused."""
        there = self._agents.setdefault(self._name_of(event), _Agent())
        there.paused -= there.queues if event.verb == "UNPAUSEALL" or event.queue == NONE else {event.queue}
        self._show(self._name_of(event), event.at)

    def _show(self, name: str, at: Instant) -> None:
        """Write the agent's state where it has changed; of members that never log in nothing is known."""
        there = self._agents[name]
        if not there.logged_in:
            return
        ready = bool(there.queues - {NONE} - there.paused) or not there.paused
        declared = Declared.READY if ready else Declared.NOT_READY
        state = declared, Activity.TALKING if there.talking else Activity.IDLE, "" if ready else there.reason
        if state == there.state:
            return
        there.state = state
        reason = None if ready else ReasonCode(there.reason or "pause")
        self._put(at, AgentStateChanged(agent_id=AgentId(name), declared=declared, activity=state[1], reason=reason))

    def start(self, event: LogEvent) -> None:
        """Asterisk started: what was going on is over, unless the log takes it up again."""
        self._put(event.at, NodeStarted(version="asterisk"))


def _aliases(names: Iterable[str]) -> dict[str, str]:
    """Members whose interface stands for an agent that the log knows by number."""
    known = set(names)
    found = {name: match[1] for name in known if (match := _LOCAL.fullmatch(name))}
    return {name: f"Agent/{number}" for name, number in found.items() if f"Agent/{number}" in known}


def _waited(call: _Call, event: LogEvent) -> Duration | None:
    """How long the call has waited: as the line says, else since its entry; None where neither is known."""
    return _known(event.hold_us, event.at - call.queued_at) if call.is_timed or event.hold_us is not None else None


def _known(said: Duration | None, reckoned: Duration) -> Duration:
    return max(0, reckoned) if said is None else said


def _seconds(text: str) -> Duration | None:
    return int(text) * 1_000_000 if text.isascii() and text.isdigit() and len(text) < 9 else None


_HANDLERS: dict[str, Callable[[_Story, LogEvent], None]] = {
    "DID": _Story.dialled,
    "ENTERQUEUE": _Story.enter,
    "ABANDON": _Story.abandon,
    "CONNECT": _Story.connect,
    "WRAPUPSTART": _Story.wrap_up,
    "QUEUESTART": _Story.start,
    "PAUSE": _Story.pause,
    "PAUSEALL": _Story.pause,
    "UNPAUSE": _Story.unpause,
    "UNPAUSEALL": _Story.unpause,
    **dict.fromkeys(_LEFT, _Story.leave),
    **dict.fromkeys(_TALK_ENDS, _Story.end_talk),
    **dict.fromkeys(_OFFER_ENDS, _Story.ring_in_vain),
    **dict.fromkeys(("ADDMEMBER", "AGENTLOGIN", "AGENTCALLBACKLOGIN"), _Story.log_in),
    **dict.fromkeys(("REMOVEMEMBER", "AGENTLOGOFF", "AGENTCALLBACKLOGOFF"), _Story.log_out),
}
_CALL_VERBS = frozenset({"ENTERQUEUE", "ABANDON", "CONNECT", *_LEFT, *_TALK_ENDS, *_OFFER_ENDS})
