"""Queues and reasons for an operator: over the real distributor."""

import json
from typing import Any

import pytest

from acd.events import StartTalk
from acd.policy import AgentPolicy, Exit, Limit, Policy, QueuePolicy, RelaxationStep
from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.control_socket import Desks, ExplainContact, answer, encode_request
from cti_bridge.shell.floor_desk import FloorDesk
from cti_bridge.shell.remembering import remember
from facts.ids import AgentId, ContactId, QueueName, SkillName
from facts.requirement_text import parse_requirement
from facts.time import SECOND
from tests.cti_bridge.shell.test_coordinator import Centre, snapshot

SALES = QueuePolicy(
    name=QueueName("sales"),
    requires=parse_requirement("en >= 3"),
    ring_us=10 * SECOND,
    limits=(Limit(what="wait", value=60 * SECOND, then=Exit()),),
    relaxation=(RelaxationStep(after_us=30 * SECOND, lower={SkillName("en"): 1}),),
)
AGENTS = tuple(
    AgentPolicy(agent_id=AgentId(name), phone=f"PJSIP/{number}", skills={SkillName("en"): level})
    for name, number, level in [("ann", 1001, 5), ("bob", 1002, 1)]
)
POLICY = Policy(queues=(SALES,), agents=AGENTS, estimates=True)


@pytest.fixture
def centre() -> Any:
    return Centre(policy=POLICY)


@pytest.fixture
def desk(centre: Any) -> FloorDesk:
    def policy_of(path: str) -> Policy:
        if path != "without-ann.yaml":
            raise DeskError(f"{path}: no such file")
        return Policy(queues=(SALES,), agents=AGENTS[1:])

    return FloorDesk(centre.coordinator, policy_of)


def test_a_queue_as_it_stands(centre: Any, desk: FloorDesk) -> None:
    centre.ready("bob")
    centre.waits("1.1")
    centre.pass_s(12)
    (line,) = desk.queues()
    assert (line.state, line.waiting, line.longest_wait_s, line.expected_wait_s) == ("open", 1, 12.0, None)
    assert (line.agents_ready, line.agents_signed_in) == (0, 0), "nobody who meets what the queue requires"


def test_an_emergency_closing_sends_away_who_waits_and_lasts_over_a_restart(centre: Any, desk: FloorDesk) -> None:
    centre.waits("1.1")
    assert desk.close("sales", "eve") == "sales is closed by hand until it is opened; 1 who waited were sent away"
    assert centre.last("ContactLeftQueue").outcome == "closed"
    with pytest.raises(DeskError, match="closed by hand already, by eve"):
        desk.close("sales", "eve")
    again: Any = Centre(remember(centre.entries), policy=POLICY)
    again.coordinator._resume.begin(again.coordinator)
    again.coordinator.switch_connected(snapshot())
    restarted = FloorDesk(again.coordinator, lambda _: POLICY)
    assert (restarted.queues()[0].state, restarted.queues()[0].by) == ("closed by hand", "eve")
    assert "QueueClosed" not in again.kinds(), "it was closed once"
    assert restarted.open("sales", "eve") == "sales is open"
    assert not remember([*centre.entries, *again.entries]).closed
    with pytest.raises(DeskError, match="sales is not closed by hand"):
        restarted.open("sales", "eve")


def test_an_emergency_that_ends_outside_the_hours(centre: Any) -> None:
    closed = Policy(queues=(QueuePolicy(name=QueueName("sales"), open=()),))
    shut: Any = Centre(policy=closed)
    desk = FloorDesk(shut.coordinator, lambda _: closed)
    desk.close("sales", "eve")
    assert desk.open("sales", "eve") == "sales goes by its hours again, and they are over"
    assert desk.queues()[0].state == "closed"
    assert not remember(shut.entries).closed


def test_what_is_not_there_is_named(desk: FloorDesk) -> None:
    with pytest.raises(DeskError, match="there is no queue 'nowhere'"):
        desk.close("nowhere", "eve")
    with pytest.raises(DeskError, match=r"no contact '9\.9'"):
        desk.explain_contact("9.9")
    with pytest.raises(DeskError, match="there is no agent 'nobody'"):
        desk.explain_agent("nobody")


def test_why_a_contact_waits(centre: Any, desk: FloorDesk) -> None:
    centre.ready("bob")
    centre.waits("1.1")
    centre.pass_s(10)
    line = answer(encode_request(ExplainContact("1.1")), Desks(None, desk, None))  # type: ignore[arg-type]  # nobody asks them
    why = json.loads(line)["why"]
    assert (why["waited_s"], why["position"], why["requirement"]) == (10.0, 1, "en>=3")
    assert why["changes"] == [
        {"in_s": 20.0, "what": "step 1: en 1 is enough"},
        {"in_s": 50.0, "what": "goes to exit"},
    ]
    by_agent = {found["agent_id"]: found["ruled_out_by"] for found in why["agents"]}
    assert by_agent == {"ann": ["not logged in"], "bob": ["en 3 needed, has 1"]}


def test_why_an_agent_idles(centre: Any, desk: FloorDesk) -> None:
    centre.ready("bob")
    centre.waits("1.1")
    why = desk.explain_agent("bob")
    assert why["summary"] == "free: 1 wait, 0 for whom the skills would do"
    assert why["contacts"][0]["ruled_out_by"] == ["en 3 needed, has 1"]


def test_what_other_settings_would_do(centre: Any, desk: FloorDesk) -> None:
    centre.ready("ann")
    centre.coordinator.tell(StartTalk(contact_id=ContactId("own"), agent_id=AgentId("ann")))
    centre.waits("1.1")
    assert desk.preview("without-ann.yaml") == {
        "unroutable": ["1.1"],
        "routable": [],
        "idle_agents": ["ann"],
        "gone_queues": [],
    }
    assert centre.engine.agent(AgentId("ann")) is not None
    with pytest.raises(DeskError, match="no such file"):
        desk.preview("elsewhere.yaml")
