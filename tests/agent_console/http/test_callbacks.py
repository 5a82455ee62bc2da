"""Callbacks: the list and the live channel tell an agent the same, by one rule; supervisors see their queues'."""

import pytest
from websockets.asyncio.client import ClientConnection

from acd.events import JoinAsCallback, JoinQueue, LeaveQueue
from facts.ids import AgentId, ContactId, QueueName
from facts.states import LeftQueue
from tests.agent_console.live.test_channel import talk
from tests.agent_console.live.test_kept_streams import Told
from tests.agent_console.site import Browser, Site

FULL = {"sales", "support", "front", "for anna", "for bruno"}


@pytest.fixture
def waiting(site: Site) -> Site:
    """One for each queue, and two for agents who do not serve their queue."""
    for name in ("sales", "support", "front"):
        ask(site, name, name)
    ask(site, "for anna", "support", "anna")
    ask(site, "for bruno", "sales", "bruno")
    return site


def ask(site: Site, contact: str, queue: str, prefers: str | None = None) -> None:
    agent = None if prefers is None else AgentId(prefers)
    join = JoinQueue(contact_id=ContactId(contact), queue=QueueName(queue), preferred_agent=agent)
    assert site.coordinator.tell(JoinAsCallback(join=join, number="+4930555"))


def listed(browser: Browser) -> set[str]:
    return {row["contact_id"] for row in browser.get("/callbacks").json()["items"]}


def on_desk(told: Told) -> set[str]:
    return {row["contact_id"] for key, row in told.rows("desk").items() if key.startswith("callback:")}


@pytest.mark.parametrize("agent", ["anna", "bruno"])
def test_an_agent_is_listed_what_stands_on_their_desk_and_nothing_else(waiting: Site, agent: str) -> None:
    root = waiting.signed_in("root")
    taken_out = {"anna": "front", "bruno": "sales"}[agent]
    wish = {"without_queues": [taken_out], "extra_queues": []}
    assert root.put(f"/agents/{agent}/queues", wish).status_code == 200
    browser = waiting.signed_in(agent)
    desk = {row["contact_id"] for row in browser.get("/desk").json()["callbacks"]}
    assert desk == {*FULL} - {taken_out}, "those of their queues, and those that prefer them, whatever the queue"
    assert listed(browser) == desk

    async def script(socket: ClientConnection) -> None:
        told = Told(socket)
        await told.subscribe("desk")
        await told.until(lambda: on_desk(told) == desk)
        ask(waiting, "new", "support")
        await told.until(lambda: on_desk(told) == {*desk, "new"})
        ask(waiting, "not theirs", taken_out)
        waiting.coordinator.tell(LeaveQueue(contact_id=ContactId("new"), cause=LeftQueue.WITHDRAWN))
        await told.until(lambda: on_desk(told) == desk)

    talk(browser, script)
    assert listed(browser) == desk


def test_supervisors_are_listed_those_of_queues_that_they_see(waiting: Site) -> None:
    assert listed(waiting.signed_in("nora")) == {"sales", "front", "for bruno"}
    assert listed(waiting.signed_in("sam")) == {"support", "front", "for anna"}
    assert listed(waiting.signed_in("root")) == FULL


def test_a_supervisor_with_a_desk_is_listed_what_stands_on_it_besides(waiting: Site) -> None:
    root = waiting.signed_in("root")
    document = {"title": "Nora", "role": "supervisor", "teams": ["north"], "agent": "zoe"}
    assert root.put("/settings/users/nora", document, headers={"If-Match": "*"}).status_code == 200
    nora = waiting.signed_in("nora")
    assert {row["contact_id"] for row in nora.get("/desk").json()["callbacks"]} <= listed(nora)
    assert "support" in listed(nora), "zoe may take it"


def test_who_has_no_desk_and_leads_nobody_is_listed_nothing(waiting: Site) -> None:
    document = {"title": "Eve", "role": "agent", "teams": ["north"]}
    root = waiting.signed_in("root")
    assert root.put("/settings/users/eve", document, headers={"If-None-Match": "*"}).status_code == 200
    assert listed(waiting.signed_in("eve")) == set()
