"""How an agent gets to work before there is a console: codes dialled from the agent's own phone.

The dialplan calls ``agi://…/agent?action=…&endpoint=…&reason=…``. Who dials is the endpoint that the phone has proved
to be, taken from the channel's name; caller-IDs and URL parameters are never believed for that.
"""

import re

import structlog

from cti_bridge.shell.agent_desk import AgentDesk, DeskError
from cti_bridge.shell.agi_server import AgiSession
from facts.ids import AgentId

log = structlog.get_logger(__name__)

_PHONE_OF_CHANNEL = re.compile(r"(?P<phone>[A-Za-z]+/[^/]+)-[0-9a-f]+\Z")

CONFIRMATIONS = {
    "sign-in": "agent-loginok",
    "ready": "activated",
    "not-ready": "de-activated",
    "sign-out": "agent-loggedoff",
}
"""What the agent hears, by action; sounds of Asterisk's core set."""

REFUSED = "beeperr"


def phone_of_channel(channel: str) -> str:
    """``PJSIP/1001-0000002a`` is a channel of the phone ``PJSIP/1001``; "" when it is none."""
    match = _PHONE_OF_CHANNEL.match(channel)
    return match["phone"] if match else ""


class FeatureCodes:
    """The FastAGI script behind the codes."""

    def __init__(self, desk: AgentDesk) -> None:
        self._desk = desk

    async def run(self, session: AgiSession) -> None:
        """Do what was dialled and let the agent hear what came of it."""
        query = session.request.query
        action = query.get("action", "")
        await session.command("ANSWER")
        sound = self._act(action, phone_of_channel(session.request.channel), query.get("reason", ""))
        await session.command("STREAM FILE", sound, "")

    def _act(self, action: str, phone: str, digits: str) -> str:
        try:
            told = self._carry_out(action, self._desk.agent_of_phone(phone), phone, digits)
        except DeskError as error:
            log.info("feature_code_refused", action=action, phone=phone, reason=str(error))
            return REFUSED
        log.info("feature_code_done", action=action, phone=phone, told=told)
        return CONFIRMATIONS[action]

    def _carry_out(self, action: str, agent: AgentId, phone: str, digits: str) -> str:
        match action:
            case "sign-in":
                return self._desk.sign_in(agent, phone)
            case "ready":
                return self._desk.ready(agent)
            case "not-ready":
                return self._desk.not_ready(agent, digits)
            case "sign-out":
                return self._desk.sign_out(agent)
            case _:
                raise DeskError(f"no feature code means {action!r}")
