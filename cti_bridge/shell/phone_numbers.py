"""Whether a phone may dial a number outside: the dialplan asks, and dials what it is answered.

Agents dial ``9`` and a number, or transfer to it, at the phone itself, where no console checks anything. So the
dialplan calls ``agi://…/number?wish=call`` (or ``transfer``), with what was wanted in the channel's variable
``number``, and finds in ``ACD_ALLOWED`` the number in the carrier's form, or nothing. Without an answer nothing is set,
and so nothing dialled.

A call that an agent dials at work is a contact of theirs: the channel then has ``ACD_CALL``, its name, and what
``acd-dial`` needs.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog

from cti_bridge.shell.agent_desk import AgentDesk, DeskError
from cti_bridge.shell.agi_server import AgiSession
from cti_bridge.shell.call_control.dial_rules import DialRules, as_dialled, refusal
from cti_bridge.shell.call_control.phone_calls import OwnCall
from cti_bridge.shell.feature_codes import phone_of_channel
from cti_bridge.shell.switch_actions import used_by
from facts.ids import AgentId
from facts.time import SECOND

log = structlog.get_logger(__name__)

UNKNOWN = "unknown"
"""Stands for a phone that Asterisk does not tell, and for the agent of a phone that is nobody's."""

WISHES = frozenset({"call", "transfer"})


class PhoneRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """A phone was refused a number. The number itself is a person's, and is not told."""

    agent: str
    """Whose phone it is."""
    phone: str
    """As ``PJSIP/1001``."""
    wish: str
    """``call`` or ``transfer``."""
    reason: str
    """As call control names it: ``number_denied``, ``number_invalid``."""


class Calls(Protocol):
    """Calls that agents dial at their phones."""

    def begin(self, agent_id: AgentId, number: str, channel_id: str, channel: str) -> OwnCall | None:
        """One is a contact from now on; None: it is not."""


class PhoneNumbers:
    """The FastAGI script behind what phones dial outside.

    ``rules``: those of now; ``calls`` makes a contact of what is dialled; ``refused`` keeps a refusal.
    """

    def __init__(
        self,
        desk: AgentDesk,
        rules: Callable[[], DialRules],
        calls: Callable[[], Calls],
        refused: Callable[[PhoneRefusal], None],
    ) -> None:
        self._desk = desk
        self._rules = rules
        self._calls = calls
        self._refused = refused

    async def run(self, session: AgiSession) -> None:
        """Set the number that may be dialled, or keep that it may not."""
        wish = session.request.query.get("wish", "")
        number = await session.variable("number")
        rules = self._rules()
        reason = refusal(rules, number) if wish in WISHES else "number_invalid"
        if not reason:
            allowed = as_dialled(rules, number)
            if wish == "call":
                await self._begin(session, allowed)
            await session.command("SET VARIABLE", "ACD_ALLOWED", allowed)
            return
        phone = await self._phone(session, wish)
        told = PhoneRefusal(agent=self._agent(phone), phone=phone, wish=wish, reason=reason)
        log.warning("phone_number_refused", phone=phone, agent=told.agent, wish=wish, reason=reason)
        self._refused(told)

    async def _begin(self, session: AgiSession, number: str) -> None:
        """Make the call a contact, if somebody is at work at this phone; ``acd-dial`` goes on with it then."""
        request = session.request
        phone = phone_of_channel(request.channel)
        agent = self._agent(phone) if phone else UNKNOWN
        own = None
        if agent != UNKNOWN:
            own = self._calls().begin(AgentId(agent), number, request.uniqueid, request.channel)
        if own is None:
            return
        values = [
            ("__ACD_CALL", own.contact_id),
            ("ACD_AGENT", own.agent_id),
            ("ACD_NUMBER", number),
            ("ACD_RING", str(max(1, own.ring_us // SECOND))),
            used_by(phone),
        ]
        if own.shown:  # as for what the console dials: the centre's number, and nobody's name
            values += [("CALLERID(num)", own.shown), ("CALLERID(name)", "")]
        for name, value in values:
            await session.command("SET VARIABLE", name, value)

    async def _phone(self, session: AgiSession, wish: str) -> str:
        """Who dials is the channel's phone; who transfers is the one that Asterisk notes at the customer's channel.

        Who asks the number first, by keys, is whose leg began the channel.
        """
        if wish != "transfer":
            return phone_of_channel(session.request.channel) or UNKNOWN
        blind = phone_of_channel(await session.variable("BLINDTRANSFER"))
        return blind or await session.variable("ACD_BY") or UNKNOWN

    def _agent(self, phone: str) -> str:
        try:
            return self._desk.agent_of_phone(phone)
        except DeskError:
            return UNKNOWN
