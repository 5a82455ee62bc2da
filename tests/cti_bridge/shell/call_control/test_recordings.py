"""What phones do by themselves, in a real switch's own words: transfers keep owners and times right."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock as FakeReactor

from acd.engine import Engine
from acd.events import DeclareReady, LogIn
from cti_bridge.shell.ami_client import Snapshot
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.recorder import Recorder
from cti_bridge.shell.recovery import Resume
from cti_bridge.shell.remembering import Past
from cti_bridge.wire.ami import AmiMessage, AmiParser
from facts.ids import AgentId, NodeName, QueueName
from facts.journal import Entry
from facts.time import SECOND
from tests.cti_bridge.shell.call_control.floor import RULES, START, close, policy

TRANSCRIPTS = Path(__file__).parents[3] / "transcripts"


def completed_in_the_moment_of_the_answer(recorded: bytes) -> bytes:
    """The transfer is told before who is asked and who asks are in their bridge, of which it knows nothing then."""
    before, _, after = recorded.partition(b"Event: AttendedTransfer\r\n")
    transfer, end, after = after.partition(b"\r\n\r\n")
    kept = [line for line in transfer.split(b"\r\n") if not line.startswith(b"SecondBridge")]
    told = b"Event: AttendedTransfer\r\n" + b"\r\n".join(kept) + end
    bridged = before.rindex(b"Event: BridgeCreate")  # the second one's; all of it comes after
    return before[:bridged] + told + before[bridged:] + after


class Replay:
    """A coordinator that hears a recording; the recorded leg is taken for the one that it asked for."""

    def __init__(self, name: str, changed: Callable[[bytes], bytes] = bytes) -> None:
        self.data = changed((TRANSCRIPTS / f"{name}.ami").read_bytes())
        self.reactor = FakeReactor()
        self.clock = Clock(self.reactor, start=START, monotonic=self.reactor.seconds)
        self.entries: list[Entry] = []
        recorder = Recorder(NodeName("test"))
        recorder.add_reader(self.entries.append)
        self.engine = Engine(policy(0))
        resume = Resume(Past(contacts={}, agents={}, closed={}, callbacks_noted=[]))
        self.coordinator = Coordinator(
            self.engine, self.clock, recorder, queue_of_entry={"": QueueName("sales")}, resume=resume, rules=RULES
        )
        self.coordinator.use_switch(self)
        self.coordinator.switch_connected(Snapshot(channels=(), devices=()))

    def action(self, name: str, headers: list[tuple[str, str]], *, timeout_s: float | None = None) -> Deferred[Any]:
        del timeout_s
        asked = dict(headers)
        if name == "Originate" and asked["Channel"].endswith("1001"):
            self.data = re.sub(rb"leg-1001-\d+", asked["ChannelId"].encode(), self.data)
        return succeed(AmiMessage.of("response", "Success"))

    def list_action(self, name: str, headers: list[tuple[str, str]]) -> Deferred[Any]:
        del name, headers
        return succeed([])

    def run(self) -> "Replay":
        """To its end; time passes as it did."""
        for agent in ("ann", "bob"):
            self.coordinator.tell(LogIn(agent_id=AgentId(agent)))
        self.coordinator.tell(DeclareReady(agent_id=AgentId("ann")))
        parser, began = AmiParser(), 0.0
        banner, _, self.data = self.data.partition(b"\r\n")
        parser.feed(banner + b"\r\n")
        while self.data:
            block, end, self.data = self.data.partition(b"\r\n\r\n")
            for message in parser.feed(block + end):
                stamp = float(message.get("Timestamp") or 0)
                began = began or stamp
                self.reactor.advance(max(0.0, stamp - began - self.reactor.seconds()))
                self.coordinator.switch_event(message)
        self.reactor.advance(1)
        return self

    def facts(self, *kinds: str) -> list[Any]:
        return [entry.fact for entry in self.entries if entry.fact.kind in kinds]


def test_an_attended_transfer_that_is_completed_in_the_moment_of_the_answer() -> None:
    replay = Replay("attended-transfer-masqueraded", completed_in_the_moment_of_the_answer).run()
    (passed,) = replay.facts("ContactTransferred")
    assert (passed.agent_id, passed.to_kind, passed.to, passed.consulted) == ("ann", "agent", "bob", True)
    ended = [(fact.agent_id, fact.ended_by) for fact in replay.facts("TalkEnded")]
    assert ended == [("ann", "agent"), ("bob", "caller")]
    assert replay.facts("TalkEnded")[1].talk_us / SECOND == close(0.4)
    assert len(replay.facts("ContactEnded")) == 1
    assert all(not agent.works for agent in replay.engine.agents())


@pytest.mark.parametrize(
    "name", ["blind-transfer-by-phone", "attended-transfer-by-phone", "attended-transfer-masqueraded"]
)
def test_a_transfer_at_the_phone(name: str) -> None:
    replay = Replay(name).run()
    (passed,) = replay.facts("ContactTransferred")
    assert (passed.agent_id, passed.to_kind, passed.to) == ("ann", "agent", "bob")
    assert [fact.agent_id for fact in replay.facts("ContactConnected")] == ["ann", "bob"]
    assert len(replay.facts("ContactEnded")) == 1
    assert [(fact.agent_id, fact.ended_by) for fact in replay.facts("TalkEnded")] == [
        ("ann", "agent"),
        ("bob", "caller"),
    ]
    talks = [(fact.talk_us / SECOND, fact.hold_us / SECOND) for fact in replay.facts("TalkEnded")]
    held = 0 if name.startswith("blind") else 0.31
    assert talks == [(close(0.4), close(held)), (close(0.4), 0)]
    assert all(not agent.works for agent in replay.engine.agents())
