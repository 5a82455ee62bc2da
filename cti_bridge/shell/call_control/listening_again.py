"""Supervisors whose page goes while they hear a talk: the page that comes hears it again.

Their leg ends with the page. The next page is rung as soon as it is there; but while the heard agent's own phone is
lost there is nothing to hear, and it is rung once that agent has a leg again.
"""

from typing import Any, Protocol

import msgspec
import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from cti_bridge.shell.call_control.lines import Line, Lines
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.spies import Monitored, MonitorMode
from facts.ids import AgentId, ContactId
from facts.time import SECOND, Instant

log = structlog.get_logger(__name__)

COMES_BACK_US = 30 * SECOND
"""So long after a page is gone the next one hears again what was heard there."""


class Control(Protocol):
    """The calls."""

    lines: Lines


class Supervision(Protocol):
    """What lets somebody hear a talk."""

    def monitor(
        self,
        contact_id: ContactId,
        supervisor: str,
        phone_of: AgentId,
        mode: MonitorMode,
        agent_id: AgentId | None = None,
    ) -> Deferred[Monitored]:
        """The supervisor hears the talk, at the phone of ``phone_of``."""


class ListeningAgain:
    """What was heard at pages that went."""

    def __init__(self, control: Control, supervision: Supervision) -> None:
        self._control = control
        self._supervision = supervision
        self._left: dict[AgentId, list[tuple[Instant, Monitored]]] = {}
        self._waiting: dict[tuple[ContactId, str], tuple[AgentId, Monitored]] = {}

    def at(self, phone_of: AgentId) -> list[Monitored]:
        """What the page at this phone is to hear, once the heard agents' phones are back."""
        return [heard for at, heard in self._waiting.values() if at == phone_of]

    def forget(self, contact_id: ContactId, supervisor: str) -> AgentId | None:
        """It is not to be heard any more; at whose phone it was to be, None: nowhere."""
        found = self._waiting.pop((contact_id, supervisor), None)
        return None if found is None else found[0]

    def page_left(self, phone_of: AgentId, heard: list[Monitored], now: Instant) -> None:
        """The page at which this was heard is gone, and with it what was to be heard there."""
        waited = self.at(phone_of)
        for one in waited:
            self.forget(one.contact_id, one.supervisor)
        self._left.setdefault(phone_of, []).extend((now, one) for one in (*heard, *waited))

    def page_came(self, phone_of: AgentId, now: Instant) -> None:
        """A page is this agent's phone."""
        for since, heard in self._left.pop(phone_of, ()):
            if now - since <= COMES_BACK_US:
                self._hear(phone_of, heard)

    def agent_back(self, line: Line, agent_id: str) -> list[AgentId]:
        """The heard agent has a leg again, or no part in the call any more; at whose phones they are waited for."""
        party, phones = line.call.party(agent_id), []
        for phone_of, heard in list(self._waiting.values()):
            if (heard.contact_id, heard.agent_id) == (line.contact_id, agent_id):
                self.forget(heard.contact_id, heard.supervisor)
                phones.append(phone_of)
                if party is not None and party.lives:
                    self._hear(phone_of, heard)
        return phones

    def _hear(self, phone_of: AgentId, heard: Monitored) -> None:
        line = self._control.lines.get(heard.contact_id)
        if line is not None and line.absence is not None and line.absence.agent_id == heard.agent_id:
            awaits = msgspec.structs.replace(heard, awaits=True)
            self._waiting[heard.contact_id, heard.supervisor] = phone_of, awaits
            return
        aimed_at = _leg(line, heard.agent_id)

        def not_again(failure: Failure) -> None:
            failure.trap(ActRefused)  # type: ignore[no-untyped-call]  # Twisted has no types here
            if aimed_at and self._is_elsewhere(heard, aimed_at):
                self._hear(phone_of, heard)
            else:
                log.info("supervision_not_resumed", reason=failure.getErrorMessage())

        again: Deferred[Any] = self._supervision.monitor(
            heard.contact_id, heard.supervisor, phone_of, heard.mode, heard.agent_id
        )
        again.addErrback(not_again)

    def _is_elsewhere(self, heard: Monitored, leg: str) -> bool:
        """Whether the agent's phone was lost while the supervisor's rang: they have another leg, or will."""
        line = self._control.lines.get(heard.contact_id)
        if line is None:
            return False
        lost = line.absence is not None and line.absence.agent_id == heard.agent_id
        return lost or _leg(line, heard.agent_id) not in ("", leg)


def _leg(line: Line | None, agent_id: AgentId) -> str:
    party = None if line is None else line.call.party(agent_id)
    return party.channel_id if party is not None and party.lives else ""
