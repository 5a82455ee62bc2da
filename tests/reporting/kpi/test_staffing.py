"""Who worked for a queue: by skills and by what they took, and by what a supervisor said, as long as that held."""

from collections.abc import Mapping
from datetime import UTC

import msgspec
import pytest

from acd.policy import AgentPolicy, Policy
from facts.ids import AgentId, QueueName
from facts.journal import PolicyChanged
from facts.time import DAY, SECOND
from reporting.kpi.exceptions import Exceptions, policies
from reporting.kpi.report import read
from reporting.kpi.service_level import Target
from reporting.kpi.staffing import Staff, Staffing
from reporting.kpi.why_missed import Blame, Plan, misses
from tests.reporting.scenes import Scene, clock

SALES, SUPPORT = QueueName("sales"), QueueName("support")
A_DAY = DAY / SECOND


def says(
    scene: Scene, at: float, out: Mapping[str, str] | None = None, into: Mapping[str, str] | None = None, node: str = ""
) -> None:
    """A policy of ann and bob, of whom some are taken out of a queue or put into it."""
    agents = tuple(
        AgentPolicy(
            agent_id=AgentId(name),
            without_queues=tuple(QueueName(queue) for who, queue in (out or {}).items() if who == name),
            extra_queues=tuple(QueueName(queue) for who, queue in (into or {}).items() if who == name),
        )
        for name in ("ann", "bob")
    )
    scene.tell(at, PolicyChanged(policy=msgspec.to_builtins(Policy(agents=agents))), node or None)


def staff(scene: Scene, queue: QueueName = SALES, end: float = 1800) -> Staff:
    scene.list.sort(key=lambda entry: entry.at)
    found = Exceptions(queue, policies(scene, clock(0), clock(end)))
    return Staffing(read(scene, None, None).records, queue, found).of(clock(0), clock(end))


def scene_of(*agents: str) -> Scene:
    """These are ready for half an hour, and take no contacts."""
    scene = Scene()
    for name in agents:
        scene.logs_in(0, name)
        scene.turns(0, name, "READY")
        scene.logs_out(1800, name)
    return scene


def takes(scene: Scene, at: float, agent: str) -> None:
    """The agent answers a contact of the queue that requires a skill that nobody here has."""
    name = f"c{at}"
    scene.queued(at, name, requirement="en>=1")
    scene.answered(at + 5, name, agent, 5)
    scene.talk_ends(at + 65, name, agent, 60)


def test_who_is_taken_out_counts_until_then() -> None:
    scene = scene_of("ann")
    scene.call(0, "c", "ann", wait=5, talk=60)
    says(scene, 600, out={"ann": "sales"})
    assert staff(scene).logged_in == {"ann": 600}
    assert staff(scene).ready == {"ann": 600}


def test_who_is_put_in_counts_from_then_on_and_not_before() -> None:
    scene = scene_of("ann", "bob")
    says(scene, 600, into={"bob": "sales"})
    takes(scene, 700, "bob")
    assert staff(scene).logged_in == {"bob": 1200}
    says(scene, 1500)
    assert staff(scene).logged_in == {"bob": 900}, "to have helped out does not make them of the queue"


def test_what_was_taken_without_being_put_in_makes_an_agent_of_the_queue() -> None:
    scene = scene_of("ann")
    takes(scene, 60, "ann")
    says(scene, 600, into={"ann": "sales"})
    says(scene, 1200)
    assert staff(scene).logged_in == {"ann": 1800}


def test_of_several_queues_each_has_the_part_of_the_time_in_which_it_could_be_served() -> None:
    """Ten minutes of nothing but sales, then none of it: they are sales' alone, whatever came after."""
    scene = scene_of("ann")
    scene.call(0, "sold", "ann", wait=0, talk=500)
    says(scene, 600, out={"ann": "sales"})
    scene.call(700, "helped", "ann", wait=0, talk=1000, queue="support")
    assert staff(scene).logged_in[AgentId("ann")] == pytest.approx(600)
    assert staff(scene, SUPPORT).logged_in[AgentId("ann")] == pytest.approx(1800 * 1000 / 1500, rel=1e-6)


def test_an_exception_in_another_queue_changes_nothing() -> None:
    scene = scene_of("ann")
    scene.call(0, "c", "ann", wait=5, talk=60)
    says(scene, 600, out={"ann": "support"})
    assert staff(scene).logged_in == {"ann": 1800}


@pytest.mark.parametrize("days", [1, 40, 300])
def test_the_policy_that_held_at_the_beginning_is_found_however_long_it_held(days: int) -> None:
    scene = Scene()
    says(scene, -(days + 2) * A_DAY)
    says(scene, -days * A_DAY, into={"bob": "sales"})
    found = Exceptions(SALES, policies(scene, clock(0), clock(1800)))
    assert [found.at(AgentId(name), clock(0)) for name in ("ann", "bob")] == [None, "put_in"]


def test_another_nodes_policy_leaves_alone_whom_it_does_not_name() -> None:
    scene = Scene()
    says(scene, 0, out={"ann": "sales"})
    scene.tell(
        60, PolicyChanged(policy=msgspec.to_builtins(Policy(agents=(AgentPolicy(agent_id=AgentId("cy")),)))), "b"
    )
    found = Exceptions(SALES, policies(scene, clock(0), clock(1800)))
    assert found.at(AgentId("ann"), clock(120)) == "taken_out"
    stretches = list(found.stretches(AgentId("ann"), clock(-60), clock(120)))
    assert stretches == [(clock(-60), clock(0), None), (clock(0), clock(120), "taken_out")]


def test_why_a_target_was_missed_does_not_blame_it_on_who_could_not_take_the_contacts() -> None:
    """Bob sits ready and is taken out: staffing is short by him, and nothing is laid to his skills."""
    scene = scene_of("ann", "bob")
    scene.call(-3600, "before", "bob", wait=5, talk=60)
    says(scene, -1800, out={"bob": "sales"})
    for number in range(15):
        scene.call(number * 110, f"c{number}", "ann", wait=60, talk=100)
    scene.list.sort(key=lambda entry: entry.at)
    plan = Plan(target=Target(goal=0.8, threshold_us=20 * SECOND), zone=UTC)
    records, held = read(scene, None, None).records, Exceptions(SALES, policies(scene, clock(-7200), clock(1800)))

    def blamed(exceptions: Exceptions | None) -> dict[str, Blame]:
        (miss,) = misses(records, SALES, clock(0), clock(1800), plan, exceptions=exceptions)
        return {blame.cause: blame for blame in miss.blames}

    assert blamed(held)["staffing"].actual == pytest.approx(1)
    assert [name for name, _ in blamed(held)["skill_mismatch"].agents] == ["ann"]
    assert blamed(None)["staffing"].actual == pytest.approx(2)
