"""What the dialplan rings at a phone in the browser, whose page goes meanwhile: it rings on at the next page.

Such calls are the dialplan's own: a colleague's direct call, for which no daemon is needed, and the customer whom a
transfer sends to an agent. But of a page that goes Asterisk notices nothing, and the call would ring where nobody is.
So the leg to that page is ended; then the dialplan calls ``agi://…/phone?phone=PJSIP/1001`` and so on, waits until
another page is the phone, and finds in ``ACD_RING`` the seconds for which it is to ring on. Without an answer nothing
is set, and the call goes on as at any phone that cannot be reached: a direct one is over, the customer waits again.
"""

from typing import Any, Protocol

from twisted.internet.defer import Deferred

from acd.engine import Engine
from cti_bridge.shell import switch_actions, translate
from cti_bridge.shell.agi_server import AgiSession
from cti_bridge.shell.switch_actions import Headers
from facts.ids import AgentId
from facts.states import OfferOutcome
from facts.time import SECOND, Duration, Instant

SHORTEST_US = 1 * SECOND
"""A phone that would ring for less is not rung again."""

LONGEST_US = 120 * SECOND

ABSENT = 20
"""Subscriber absent, in Q.850."""


class Phones(Protocol):
    """Whether pages that went have come again."""

    def back(self, agent_id: AgentId, device: str, within_us: Duration) -> Deferred[bool]:
        """Whether another page is this phone, as soon as one is, or none is waited for any more."""


class Centre(Protocol):
    """The distributor, agents' phones, the switch."""

    engine: Engine

    @property
    def phones(self) -> Phones:
        """Agents' phones."""

    def ask(self, name: str, headers: Headers) -> Deferred[Any]:
        """Send an action to the switch; its response."""

    def now(self) -> Instant:
        """The present instant."""


class DirectCalls:
    """What the dialplan rings at agents' phones, and the FastAGI script behind it."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._ringing: dict[str, str] = {}

    def hear(self, event: translate.SwitchEvent) -> None:
        """Phones that the dialplan dials."""
        if isinstance(event, translate.DialBegun):
            if event.channel_id:
                self._ringing[event.dialled_id] = event.dialled.rpartition("-")[0]
        elif isinstance(event, translate.DialOver):
            self._ringing.pop(event.dialled_id, None)
        elif isinstance(event, translate.ChannelGone):
            self._ringing.pop(event.channel_id, None)

    def page_went(self, phone: str) -> None:
        """What rings at this phone reaches nobody any more."""
        for channel_id in [channel_id for channel_id, at in self._ringing.items() if at == phone]:
            del self._ringing[channel_id]
            self._centre.ask("Hangup", switch_actions.hang_up(channel_id, ABSENT)).addErrback(lambda _: None)

    async def run(self, session: AgiSession) -> None:
        """Set for how long the phone is to be rung again."""
        query = session.request.query
        phone = query.get("phone", "")
        agent_id = self._centre.engine.agent_of_phone(phone)
        cause, rang_s = _number(query.get("cause")), _number(query.get("now")) - _number(query.get("since"))
        left_us = min(LONGEST_US, (_number(query.get("ring")) - rang_s) * SECOND)
        if agent_id is None or translate.outcome_of(cause) is not OfferOutcome.UNREACHABLE or left_us < SHORTEST_US:
            return
        until = self._centre.now() + left_us
        if not await self._centre.phones.back(agent_id, phone, left_us - SHORTEST_US):
            return
        left_s = (until - self._centre.now()) // SECOND
        await session.command("SET VARIABLE", "ACD_RING", str(max(1, left_s)))


def _number(text: str | None) -> int:
    return int(text) if text and len(text) <= 12 and text.isascii() and text.isdigit() else 0
