"""Recordings of talks: begun by the queue's rule or by an agent, one file after the other, named by the contact.

The customer's channel is recorded, so that a recording goes on through hold, consultation and transfer. When the
customer waits again, or is in a menu, it is over; the next talk has a file of its own. Silence is written while a menu
asks for something private, whoever wants that.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from cti_bridge.shell.call_control import telling
from cti_bridge.shell.call_control.commands import Record, StopRecording
from cti_bridge.shell.call_control.desk_contact import why_not_recording
from cti_bridge.shell.call_control.lines import Dossier, Line, RecordedBy
from cti_bridge.shell.call_control.plans import ActIllegalError, RecordTo, Wish
from cti_bridge.shell.call_control.rules import Rules
from cti_bridge.shell.call_control.situations import ActName
from cti_bridge.shell.call_control.topology import Kind, Party, Recording, Topology, Where
from cti_bridge.shell.switch_actions import file_name
from facts.ids import AgentId, ContactId
from facts.journal import Fact, RecordingPaused, RecordingResumed, RecordingStarted, RecordingStopped
from facts.time import Instant

if TYPE_CHECKING:
    from cti_bridge.shell.call_control.commands import Command

log = structlog.get_logger(__name__)


class Control(Protocol):
    """What recordings need of call control."""

    rules: Rules

    def dossier(self, contact_id: ContactId) -> Dossier:
        """What is known of a contact."""

    def send(self, line: Line, command: "Command") -> Deferred[Any]:
        """Give a command outside of any act."""


class Recorded(Protocol):
    """What was recorded of a call before the daemon started: how many files, and of the last what became of it."""

    file: str
    at: Instant
    by: RecordedBy
    state: Recording
    files: int


class Recordings:
    """Begins and ends recordings by rule, and tells the facts of all."""

    def __init__(self, centre: telling.Centre, control: Control) -> None:
        self._centre = centre
        self._control = control

    def rule(self, line: Line) -> str:
        """The rule of the contact's queue."""
        return self._control.rules.queue(line.queue or self._control.dossier(line.contact_id).queue).recording

    def make(self, line: Line, act: ActName) -> Callable[[Topology], Wish]:
        """The wish to begin, pause, resume or stop, as far as the rule allows."""

        def wish(call: Topology) -> Wish:
            reason = why_not_recording(call.recording, act, self.rule(line))
            if reason:
                raise ActIllegalError(reason)
            if act != "record_start":
                return Wish(act=act)
            line.recorded_by = "agent"
            return RecordTo(act=act, file=self._next_file(line))

        return wish

    def _next_file(self, line: Line) -> str:
        """Named by the contact; its second part ``-2``, and so on."""
        part = f"-{line.files + 1}" if line.files else ""
        line.next_file = file_name(f"{line.contact_id}{part}.wav")
        return line.next_file

    def recall(self, line: Line, recorded: Recorded | None) -> None:
        """A recording goes on by itself when the daemon is gone."""
        if recorded is None:
            return
        line.file, line.recorded_at, line.recorded_by = recorded.file, recorded.at, recorded.by
        line.files, line.recording, line.recording_asked = recorded.files, recorded.state, recorded.state != "off"
        line.machine = msgspec.structs.replace(
            line.machine, call=msgspec.structs.replace(line.call, recording=recorded.state)
        )

    def settle(self, line: Line, switch_at: Instant | None) -> None:
        """After every change of the call: tell what became of the recording, begin and end it by rule."""
        call = line.call
        if call.recording != line.recording:
            self._tell(line, switch_at)
        customer = call.customer
        if customer is None or not customer.lives:
            return
        if call.recording == "off":
            line.recording_stops = False
            self._begin_by_rule(line, talks=customer.where is Where.TALK and bool(call.holder))
        elif _talk_is_over(call, customer) and not line.recording_stops:
            line.recording_stops = True
            self._control.send(line, StopRecording()).addErrback(lambda _: None)

    def _begin_by_rule(self, line: Line, *, talks: bool) -> None:
        if not talks:
            line.recording_asked = False
        elif not line.recording_asked and self.rule(line) == "always":
            line.recording_asked, line.recorded_by = True, "queue"
            self._control.send(line, Record(self._next_file(line))).addErrback(self._failed, line)

    def _failed(self, failure: Failure, line: Line) -> None:
        log.warning("recording_failed", contact_id=line.contact_id, reason=failure.getErrorMessage())

    def _tell(self, line: Line, switch_at: Instant | None) -> None:
        before, now = line.recording, line.call.recording
        line.recording = now
        if before == "off":
            line.file = line.next_file or line.file
            line.files += 1
            line.recorded_at = self._centre.now()
            self._record(line, RecordingStarted, switch_at, by=line.recorded_by)
        elif now == "off":
            length = max(0, self._centre.now() - line.recorded_at)
            self._record(line, RecordingStopped, switch_at, length_us=length)
        else:
            by = "agent" if line.call.holder else "menu"
            self._record(line, RecordingPaused if now == "paused" else RecordingResumed, switch_at, by=by)

    def _record(self, line: Line, kind: Callable[..., Fact], switch_at: Instant | None, **more: Any) -> None:
        holder = AgentId(line.call.holder) if line.call.holder else None
        dossier = self._control.dossier(line.contact_id)
        fact = kind(
            contact_id=line.contact_id,
            agent_id=holder,
            customer_id=dossier.customer_id,
            queue=line.queue or dossier.queue,
            file=line.file,
            **more,
        )
        self._centre.record(fact, switch_at)


def _talk_is_over(call: Topology, customer: Party) -> bool:
    """Whether no agent has the customer any more, nor is one being called for them."""
    if any(call.living(Kind.AGENT)):
        return False
    return customer.where is Where.TALK or (customer.where is Where.AWAY and not customer.sent)
