"""A story told to an engine, event by event, and what can be asked about it."""

from typing import Any

import msgspec

from acd.effects import Effect, RingAgent
from acd.engine import Engine
from acd.events import AnswerOffer, DeclareReady, EndTalk, Event, JoinQueue, LeaveQueue, LogIn, Tick
from acd.policy import AgentPolicy, Policy, QueuePolicy
from acd.views import AgentView, ContactView
from facts.ids import AgentId, ContactId, OfferId, QueueName, SkillName
from facts.requirement_text import parse_requirement
from facts.states import LeftQueue, Party
from facts.time import SECOND

START = 1_700_000_000 * SECOND
Q = QueueName("q")


def queue(name: str = "q", requires: str = "", **rules: Any) -> QueuePolicy:
    """A queue by its rules; fields in seconds are given as ``ring_s`` and so on."""
    in_us = {f"{key[:-2]}_us": round(value * SECOND) for key, value in rules.items() if key.endswith("_s")}
    rest = {key: value for key, value in rules.items() if not key.endswith("_s")}
    return QueuePolicy(name=QueueName(name), requires=parse_requirement(requires), **in_us, **rest)


def agent(name: str, skills: str = "", **more: Any) -> AgentPolicy:
    """An agent with skills written ``en 5, fr 2``."""
    levels = dict(part.split() for part in skills.split(",") if part.strip())
    return AgentPolicy(
        agent_id=AgentId(name), skills={SkillName(skill): int(level) for skill, level in levels.items()}, **more
    )


def with_exceptions(
    policy: Policy, name: str, *, without: tuple[QueueName, ...] = (), extra: tuple[QueueName, ...] = ()
) -> Policy:
    """The policy with other exceptions of one agent."""
    agents = tuple(
        msgspec.structs.replace(one, without_queues=without, extra_queues=extra) if one.agent_id == name else one
        for one in policy.agents
    )
    return msgspec.structs.replace(policy, agents=agents)


class Story:
    """An engine and its clock; all that it said is in ``said``."""

    def __init__(self, *rules: QueuePolicy | AgentPolicy, **centre: Any) -> None:
        queues = tuple(rule for rule in rules if isinstance(rule, QueuePolicy)) or (queue(),)
        agents = tuple(rule for rule in rules if isinstance(rule, AgentPolicy))
        self.engine = Engine(Policy(queues=queues, agents=agents, **centre))
        self.now = START
        self.said: list[Effect] = []
        self.tell(Tick())

    def tell(self, event: Event, after_s: float = 0) -> list[Effect]:
        """What comes of an event, so long after the one before."""
        self.now += round(after_s * SECOND)
        effects = list(self.engine.handle(event, self.now))
        self.said += effects
        return effects

    def wait(self, seconds: float) -> list[Effect]:
        return self.tell(Tick(), seconds)

    def ready(self, *names: str, after_s: float = 1) -> None:
        """They log in and want contacts, one after the other."""
        for name in names:
            self.tell(LogIn(agent_id=AgentId(name)), after_s)
            self.tell(DeclareReady(agent_id=AgentId(name)))

    def join(
        self, contact: str, into: str = "q", needs: str | None = None, after_s: float = 0, **more: Any
    ) -> list[Effect]:
        own = None if needs is None else parse_requirement(needs)
        event = JoinQueue(contact_id=ContactId(contact), queue=QueueName(into), requirement=own, **more)
        return self.tell(event, after_s)

    def leave(self, contact: str, cause: LeftQueue | None = None, after_s: float = 0) -> list[Effect]:
        return self.tell(LeaveQueue(contact_id=ContactId(contact), cause=cause), after_s)

    def answer(self, contact: str, by: str | None = None, after_s: float = 0) -> list[Effect]:
        agent_id = self.contact(contact).agents[0] if by is None else AgentId(by)
        return self.tell(AnswerOffer(offer_id=self.offer(contact), agent_id=agent_id), after_s)

    def end(self, contact: str, after_s: float = 0, **more: Any) -> list[Effect]:
        agent_id = self.contact(contact).agent_id
        assert agent_id is not None
        event = EndTalk(contact_id=ContactId(contact), agent_id=agent_id, ended_by=Party.CALLER, **more)
        return self.tell(event, after_s)

    def contact(self, name: str) -> ContactView:
        view = self.engine.contact(ContactId(name))
        assert view is not None, f"{name} is not here"
        return view

    def gone(self, name: str) -> bool:
        return self.engine.contact(ContactId(name)) is None

    def agent(self, name: str) -> AgentView:
        view = self.engine.agent(AgentId(name))
        assert view is not None
        return view

    def offer(self, contact: str) -> OfferId:
        offer_id = self.contact(contact).offer_id
        assert offer_id is not None, f"nobody is rung for {contact}"
        return offer_id

    def rung_for(self, contact: str) -> list[str]:
        """Whose phones ring for the contact."""
        return list(self.contact(contact).agents)


def kinds(effects: list[Effect], *wanted: type) -> list[Any]:
    """Those of the effects that are of these kinds."""
    return [effect for effect in effects if isinstance(effect, wanted)]


def rung(effects: list[Effect]) -> list[tuple[str, str]]:
    """Who is rung for whom by these effects."""
    return [(ring.agent_id, ring.contact_id) for ring in kinds(effects, RingAgent)]
