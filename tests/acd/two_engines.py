"""One history told to two engines: with the index, and with the scan; they must do the same."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from acd.effects import Effect
from acd.engine import Engine
from acd.errors import IllegalEvent
from acd.events import DeclareReady, Event, LogIn, ReplacePolicy, ReplaceSkills, Tick
from acd.preview import Preview
from facts.ids import AgentId, ContactId
from facts.journal import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentStateChanged,
    ContactAbandoned,
    ContactConnected,
    ContactLeftQueue,
    ContactQueued,
    Fact,
    OfferMade,
)
from facts.states import Declared
from tests.acd.oracle import is_fit, obviously
from tests.acd.snapshots import snapshot
from tests.acd.stories import with_exceptions
from tests.acd.worlds import AGENTS, START, exceptions, policies


def decided(effects: list[Effect]) -> list[Effect]:
    """What was decided: all effects, without the words that tell why."""
    return [msgspec.structs.replace(one, why={}) if isinstance(one, OfferMade) else one for one in effects]


class TwoEngines(RuleBasedStateMachine):
    """A centre in two engines; what came out of them, counted."""

    full = True

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        policy = data.draw(policies(full=self.full))
        self.engine = Engine(policy)
        with obviously():
            self.slow = Engine(policy)
        self.now = START
        self.facts: list[Fact] = []
        self.queued: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.declared: dict[AgentId, Declared] = {}
        self.callbacks: set[ContactId] = set()
        self.cancelled: set[ContactId] = set()
        self.tell(Tick())
        for agent in policy.agents:
            self.tell(LogIn(agent_id=agent.agent_id))
            if data.draw(st.booleans()):
                self.tell(DeclareReady(agent_id=agent.agent_id))

    @rule(agent_id=st.sampled_from(AGENTS), without=exceptions, extra=exceptions)
    def take_out_and_put_in(self, agent_id: AgentId, without: Any, extra: Any) -> None:
        """One agent's queues change, and nothing else does."""
        policy = with_exceptions(self.engine.policy, agent_id, without=without, extra=extra)
        self.tell(ReplacePolicy(policy=policy))

    # -- telling -----------------------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Both engines do the same; an illegal event raises in both and changes nothing."""
        before = snapshot(self.engine)
        change = event if isinstance(event, ReplacePolicy | ReplaceSkills) else None
        foreseen = None if change is None else self.engine.preview(change, self.now)
        could = self.could_be_served()
        assert snapshot(self.engine) == before
        try:
            effects = self.engine.handle(event, self.now)
        except IllegalEvent:
            assert snapshot(self.engine) == before
            with obviously(), pytest.raises(IllegalEvent):
                self.slow.handle(event, self.now)
            return
        with obviously():
            assert decided(self.slow.handle(event, self.now)) == decided(effects)
        self.take(effects)
        if foreseen is not None:
            self.it_came_as_foreseen(foreseen, could)

    def could_be_served(self) -> dict[ContactId, tuple[bool, object]]:
        """Of all who are in a queue: whether anybody logged in may take them; the queue, and who helps it."""
        centre = self.engine._centre
        people = [a for a in centre.agents.values() if a.declared is not Declared.LOGGED_OUT and not a.retired]
        return {
            contact.contact_id: (any(is_fit(agent, contact) for agent in people), (queue.policy.name, queue.helped_by))
            for contact in centre.contacts.values()
            if (queue := contact.queue) is not None and contact.contact_id in queue.waiting
        }

    def it_came_as_foreseen(self, foreseen: Preview, before: dict[ContactId, tuple[bool, object]]) -> None:
        """Of those who still wait where they did, helped by the same: nobody is served by the change itself."""
        for contact_id, (now, where) in self.could_be_served().items():
            was, where_before = before[contact_id]
            if where == where_before:
                assert (contact_id in foreseen.unroutable) is (was and not now)
                assert (contact_id in foreseen.routable) is (now and not was)

    def take(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Fact):
                self.facts.append(effect)
                self.fold(effect)

    def fold(self, fact: Fact) -> None:
        """Count what design says must add up; follow what agents have declared."""
        match fact:
            case ContactQueued():
                self.queued[str(fact.queue)] += 1
            case ContactAbandoned() | ContactLeftQueue():
                self.ended[str(fact.queue)] += 1
            case ContactConnected() if fact.direction == "inbound":
                self.ended[str(fact.queue)] += 1
            case AgentLoggedIn():
                assert fact.agent_id is not None
                assert self.declared.get(fact.agent_id, Declared.LOGGED_OUT) is Declared.LOGGED_OUT
                self.declared[fact.agent_id] = Declared.NOT_READY
            case AgentLoggedOut():
                assert fact.agent_id is not None
                self.declared[fact.agent_id] = Declared.LOGGED_OUT
            case AgentStateChanged():
                assert fact.agent_id is not None
                self.declared[fact.agent_id] = fact.declared
            case OfferMade():
                assert fact.agent_id is not None
                assert self.declared[fact.agent_id] is Declared.READY
                assert fact.why
