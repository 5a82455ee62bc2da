"""Any history of acts, of phones worked by hand and of time on the virtual switch: nobody is left behind on a line."""

import os
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cti_bridge.shell.call_control.desk_contact import DeskContact
from cti_bridge.shell.call_control.situations import ACTS, REASONS
from cti_bridge.shell.call_control.topology import engaged
from cti_bridge.virtual_pbx.channels import UP
from facts.ids import AgentId
from facts.states import Activity
from tests.cti_bridge.shell.call_control.floor import Act, Floor

EXAMPLES = int(os.environ.get("CORDBOARD_EXAMPLES", "25"))
AGENTS = ("ann", "bob", "cyd")
agents = st.sampled_from(AGENTS)
acts = st.sampled_from(ACTS)
targets = st.sampled_from(
    [("agent", "ann"), ("agent", "bob"), ("agent", "cyd"), ("number", "5557001"), ("queue", "private"), ("queue", "x")]
)
pauses = st.sampled_from([0.0, 0.0, 0.01, 0.05, 0.4, 2.5, 25.0])


class History(RuleBasedStateMachine):
    """Two callers, three agents, a supervisor; everybody does anything at any time."""

    @initialize(does=st.sampled_from(["answers", "busy", "rings"]), wrap_up=st.sampled_from([0, 5]))
    def begin(self, does: str, wrap_up: int) -> None:
        self.floor = Floor(wrap_up_s=wrap_up, queue="support")
        self.floor.outside_does = does
        self.floor.ready(*AGENTS)
        self.callers = [self.floor.call("5551"), self.floor.call("5552")]
        self.acts: list[Act] = []

    def teardown(self) -> None:
        """Everybody hangs up: then nobody is on a line, nobody is at work, every contact has ended once."""
        if not hasattr(self, "floor"):
            return
        floor = self.floor
        if not floor.up:
            floor.connect()
        floor.run(3)
        for _ in range(6):
            far_ends: list[Any] = [*self.callers, *floor.outsiders, *floor.phones.values()]
            for far_end in far_ends:
                far_end.hang_up()
            floor.run(3)
        floor.run(40)
        for agent in AGENTS:
            for contact in floor.control.desks.desk(AgentId(agent)):
                floor.begin(agent, contact.contact_id, "end_wrap_up")
        floor.run(1)
        assert floor.switch.channels == {}
        assert [agent.works for agent in floor.engine.agents() if agent.works] == []
        assert list(floor.engine.contacts()) == []
        assert len(floor.control.lines) == 0
        assert all(act.is_over for act in self.acts)
        offered = [fact.contact_id for fact in floor.facts("ContactOffered")]
        assert sorted(fact.contact_id for fact in floor.facts("ContactEnded")) == sorted(offered)
        # who answered while nobody listened was not seen to
        connected, ended = floor.kinds().count("ContactConnected"), floor.kinds().count("TalkEnded")
        assert connected <= ended if "SwitchLost" in floor.kinds() else connected == ended
        assert floor.kinds().count("RecordingStarted") == floor.kinds().count("RecordingStopped")

    # -- people ------------------------------------------------------------------------------------------------------

    @rule(agent=agents, act=acts, to=targets, which=st.integers(0, 3), pause=pauses)
    def act(self, agent: str, act: Any, to: tuple[Any, str], which: int, pause: float) -> None:
        desk = self.floor.control.desks.desk(AgentId(agent))
        contacts = [contact.contact_id for contact in desk] or [line.contact_id for line in self.floor.control.lines]
        if contacts:
            details = {"to_kind": to[0], "to": to[1], "party": to[1], "digits": "1"}
            self.acts.append(self.floor.begin(agent, contacts[which % len(contacts)], act, **details))
        self.floor.run(pause)

    @rule(agent=agents, pause=pauses)
    def pick_up_the_phone(self, agent: str, pause: float) -> None:
        self.floor.phones[agent].answer()
        self.floor.run(pause)

    @rule(agent=agents, pause=pauses)
    def possible_act(self, agent: str, pause: float) -> None:
        """One that the desk says can be done."""
        for contact in self.floor.control.desks.desk(AgentId(agent)):
            possible = [act for act, why in contact.acts.items() if why is None and act not in ("transfer", "drop")]
            if possible:
                act = possible[len(self.acts) % len(possible)]
                details = {"to_kind": "agent", "to": "bob" if agent != "bob" else "cyd", "digits": "5"}
                self.acts.append(self.floor.begin(agent, contact.contact_id, act, **details))
        self.floor.run(pause)

    @rule(agent=agents, what=st.sampled_from(["hang_up", "hold", "resume", "transfer"]), pause=pauses)
    def at_the_phone(self, agent: str, what: str, pause: float) -> None:
        phone = self.floor.phones[agent]
        if what == "hang_up":
            phone.hang_up()
        elif what == "transfer":
            phone.transfer("1003")
        else:
            phone.hold(held=what == "hold")
        self.floor.run(pause)

    @rule(which=st.integers(0, 1), pause=pauses)
    def caller(self, which: int, pause: float) -> None:
        caller = self.callers[which]
        if caller.channel is None:
            self.callers[which] = self.floor.call(f"555{which}")
        else:
            caller.hang_up()
        self.floor.run(pause)

    @rule(pause=pauses)
    def outsider(self, pause: float) -> None:
        for outsider in self.floor.outsiders:
            outsider.hang_up()
        self.floor.run(pause)

    @rule(agent=agents, pause=pauses)
    def dial(self, agent: str, pause: float) -> None:
        self.acts.append(Act(self.floor.control.dial(AgentId(agent), "5557001")))
        self.floor.run(pause)

    @rule(mode=st.sampled_from(["listen", "whisper", "barge"]), pause=pauses)
    def monitor(self, mode: Any, pause: float) -> None:
        for line in self.floor.control.lines:
            done = self.floor.control.supervision.monitor(line.contact_id, "susan", AgentId("sue"), mode)
            done.addErrback(lambda _: None)
            break
        self.floor.run(pause)

    @rule(pause=pauses)
    def connection(self, pause: float) -> None:
        if self.floor.up:
            self.floor.lose()
        else:
            self.floor.connect()
        self.floor.run(pause)

    @rule()
    def settle(self) -> None:
        self.floor.run(3)

    # -- promises ----------------------------------------------------------------------------------------------------

    @invariant()
    def desks_say_what_can_be_done(self) -> None:
        if not hasattr(self, "floor"):
            return
        for agent in AGENTS:
            for contact in self.floor.control.desks.desk(AgentId(agent)):
                assert isinstance(contact, DeskContact)
                assert all(why is None or why.reason_id in REASONS for why in contact.acts.values())

    @rule()
    def what_is_told_is_what_is_so(self) -> None:
        """Once it is quiet: who is at work is who is on a call, and the phone of who talks is off the hook."""
        floor = self.floor
        if not floor.up:
            floor.connect()
        floor.run(6)
        busy = {agent_id for line in floor.control.lines for agent_id in engaged(line.call)}
        for agent in AGENTS:
            view = floor.agent(agent)
            talking = {work.contact_id for work in view.works if work.activity in (Activity.TALKING, Activity.HOLD)}
            phone = floor.phones[agent]
            assert bool(talking) == (agent in busy), (agent, view, busy)
            if talking:
                assert phone.channel is not None, (agent, view)
            elif phone.channel is not None and phone.channel.state == UP:
                raise AssertionError(f"{agent}'s phone is off the hook, and nobody knows why: {floor.kinds()[-15:]}")


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    # a history takes a second: shrinking one would take half an hour
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
