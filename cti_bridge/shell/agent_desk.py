"""What a person may ask for an agent, from whatever place: feature codes, the command line, later the console.

One class, so that all of them are answered alike. It asks the distributor and says in words what came of it.
"""

from collections.abc import Mapping

import msgspec

from acd.engine import Engine
from acd.events import DeclareNotReady, DeclareReady, LogIn, LogOut
from cti_bridge.shell.coordinator import Coordinator
from facts.ids import AgentId, ReasonCode
from facts.states import SYSTEM_REASONS, Declared, Party


class DeskError(Exception):
    """The wish cannot be met; the text says why and what to do."""


class AgentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One agent as a list shows them; ``since_s``: seconds in the state; None for who never signed in."""

    agent: str
    phone: str
    declared: str
    activity: str
    reason: str | None
    pending: str | None
    since_s: float | None


class AgentDesk:
    """Signs agents in and out and changes what they declare. ``reasons``: a person's not-ready reasons by digits."""

    def __init__(self, coordinator: Coordinator, reasons: Mapping[str, ReasonCode]) -> None:
        self._coordinator = coordinator
        self._reasons = reasons

    @property
    def _engine(self) -> Engine:
        return self._coordinator.engine

    def agent_of_phone(self, phone: str) -> AgentId:
        """The agent whose phone this is (``PJSIP/1001``)."""
        agent = self._engine.agent_of_phone(phone)
        if agent is None:
            raise DeskError(f"no agent has the phone {phone!r}: give it to one in the settings (agents: … phone)")
        return agent

    def reason_of_digits(self, digits: str) -> ReasonCode:
        """The reason that these keys mean; without any, the first."""
        if not digits and self._reasons:
            return next(iter(self._reasons.values()))
        if digits not in self._reasons:
            raise DeskError(f"no not-ready reason has the key {digits!r}: {', '.join(self._reasons) or 'none has one'}")
        return self._reasons[digits]

    def sign_in(self, agent_id: str, phone: str | None = None) -> str:
        """Begin a shift: NOT_READY until they say otherwise."""
        agent = self._known(agent_id)
        if self._engine_state(agent) is not Declared.LOGGED_OUT:
            raise DeskError(f"{agent} is signed in already")
        other = self._engine.who_else_is_at(agent, phone or "")
        if other is not None:
            raise DeskError(f"{other} works at that phone: let them sign out first, or name another phone")
        self._tell(LogIn(agent_id=agent, phone=phone or ""), f"{agent} cannot sign in")
        return f"{agent} is signed in, not ready"

    def ready(self, agent_id: str) -> str:
        """Want contacts."""
        agent = self._signed_in(agent_id)
        self._tell(DeclareReady(agent_id=agent), f"{agent} cannot become ready")
        return self._told(agent, Declared.READY)

    def not_ready(self, agent_id: str, reason: str = "") -> str:
        """Want no contacts, for a reason: its code, or the digits that mean it."""
        agent = self._signed_in(agent_id)
        code = ReasonCode(reason) if reason in self._reasons.values() else self.reason_of_digits(reason)
        if code in SYSTEM_REASONS:
            raise DeskError(f"the reason {code!r} belongs to the system")
        self._tell(DeclareNotReady(agent_id=agent, reason=code), f"{agent} cannot become not ready")
        return self._told(agent, Declared.NOT_READY)

    def sign_out(self, agent_id: str) -> str:
        """End the shift; during a contact, after it."""
        agent = self._signed_in(agent_id)
        self._tell(LogOut(agent_id=agent, by=Party.AGENT), f"{agent} cannot sign out")
        return self._told(agent, Declared.LOGGED_OUT)

    def agents(self) -> list[AgentLine]:
        """Everybody, signed in or not."""
        now = self._coordinator.now()
        return [
            AgentLine(
                agent=view.agent_id,
                phone=view.phone,
                declared=view.declared.value,
                activity=view.activity.value,
                reason=view.reason,
                pending=view.pending.value if view.pending is not None else None,
                since_s=round((now - view.since) / 1e6, 1) if view.since else None,
            )
            for view in self._engine.agents()
        ]

    def _known(self, agent_id: str) -> AgentId:
        if self._engine.agent(AgentId(agent_id)) is None:
            raise DeskError(f"there is no agent {agent_id!r}: agents are named in the settings")
        return AgentId(agent_id)

    def _signed_in(self, agent_id: str) -> AgentId:
        agent = self._known(agent_id)
        if self._engine_state(agent) is Declared.LOGGED_OUT:
            raise DeskError(f"{agent} is not signed in: sign in first")
        return agent

    def _engine_state(self, agent_id: AgentId) -> Declared:
        view = self._engine.agent(agent_id)
        assert view is not None
        return view.declared

    def _tell(self, event: LogIn | LogOut | DeclareReady | DeclareNotReady, refusal: str) -> None:
        if not self._coordinator.tell(event):
            raise DeskError(f"{refusal} now; see the log")

    def _told(self, agent: AgentId, wanted: Declared) -> str:
        pending = "" if self._engine_state(agent) is wanted else " after the present contact"
        return f"{agent} is {wanted.value.lower().replace('_', ' ')}{pending}"
