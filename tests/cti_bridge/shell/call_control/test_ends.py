"""However a talk ends, its end is neither a hold nor a taking back: facts tell only what an agent asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from cti_bridge.shell.translate import DIED
from facts.ids import AgentId, ContactId
from facts.states import Party
from tests.cti_bridge.shell.call_control.floor import Floor

Start = Callable[[Floor], tuple[Any, ContactId]]
End = Callable[[Floor, Any, ContactId], object]


def fresh(floor: Floor) -> tuple[Any, ContactId]:
    return floor.talk()


def retrieved(floor: Floor) -> tuple[Any, ContactId]:
    caller, contact = floor.talk()
    floor.do("ann", contact, "hold")
    floor.do("ann", contact, "retrieve")
    return caller, contact


def held(floor: Floor) -> tuple[Any, ContactId]:
    caller, contact = floor.talk()
    floor.do("ann", contact, "hold")
    return caller, contact


def held_at_the_phone(floor: Floor) -> tuple[Any, ContactId]:
    caller, contact = floor.talk()
    floor.phones["ann"].hold()
    floor.run(0.5)
    return caller, contact


def consulting(floor: Floor) -> tuple[Any, ContactId]:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "consult", to_kind="agent", to="bob")
    floor.do("bob", contact, "answer")
    return caller, contact


def conference(floor: Floor) -> tuple[Any, ContactId]:
    caller, contact = consulting(floor)
    floor.do("ann", contact, "conference")
    return caller, contact


def left_conference(floor: Floor) -> tuple[Any, ContactId]:
    """The asked agent is alone with the customer."""
    caller, contact = conference(floor)
    floor.do("ann", contact, "leave")
    return caller, contact


def dropped_conference(floor: Floor) -> tuple[Any, ContactId]:
    """The first agent is alone with the customer again."""
    caller, contact = conference(floor)
    floor.do("ann", contact, "drop", party="bob")
    return caller, contact


def completed(floor: Floor) -> tuple[Any, ContactId]:
    caller, contact = consulting(floor)
    floor.do("ann", contact, "complete")
    return caller, contact


def dialled(floor: Floor) -> tuple[Any, ContactId]:
    floor.sign_in("ann")
    floor.control.dial(AgentId("ann"), "5557001")
    floor.run(0.1)
    floor.phones["ann"].answer()
    floor.run(1)
    (line,) = floor.control.lines
    return floor.outsiders[0], line.contact_id


def by_desk(floor: Floor, _caller: Any, contact: ContactId) -> object:
    for agent in ("ann", "bob"):
        acts = floor.control.desks.contact(AgentId(agent), contact)
        if acts is not None and acts.acts["hang_up"] is None:
            return floor.do(agent, contact, "hang_up")
    raise AssertionError("nobody can hang up")


def by_phone(floor: Floor, _caller: Any, _contact: ContactId) -> object:
    return [floor.phones[agent].hang_up() for agent in ("ann", "bob")]


def by_the_other_phone(floor: Floor, _caller: Any, _contact: ContactId) -> object:
    return [floor.phones[agent].hang_up() for agent in ("bob", "ann")]


def by_customer(_floor: Floor, caller: Any, _contact: ContactId) -> object:
    return caller.hang_up()


ANN_HELD, ANN_BACK = ("ContactHeld", "ann"), ("ContactRetrieved", "ann")


@pytest.mark.parametrize("end", [by_desk, by_phone, by_the_other_phone, by_customer])
@pytest.mark.parametrize(
    ("start", "asked_for"),
    [
        (fresh, []),
        (retrieved, [ANN_HELD, ANN_BACK]),
        (held, [ANN_HELD]),
        (held_at_the_phone, [ANN_HELD]),
        (consulting, [ANN_HELD]),
        (conference, [ANN_HELD, ANN_BACK]),
        (left_conference, [ANN_HELD, ANN_BACK]),
        (dropped_conference, [ANN_HELD, ANN_BACK]),
        (completed, [ANN_HELD]),
        (dialled, []),
    ],
)
def test_an_end_is_no_hold(floor: Floor, start: Start, asked_for: list[tuple[str, str]], end: End) -> None:
    caller, contact = start(floor)
    end(floor, caller, contact)
    floor.run(0.5)
    for phone in floor.phones.values():
        phone.hang_up()
    caller.hang_up()
    assert floor.quiet()
    told = [(fact.kind, fact.agent_id) for fact in floor.facts("ContactHeld", "ContactRetrieved")]
    if start is consulting and end is by_customer:
        assert told.pop() == ANN_BACK, "the agents talk on, and nobody is on hold"
    assert told == asked_for
    never_held = {"ann", "bob"} - {agent for _, agent in asked_for}
    assert all(fact.hold_us == 0 for fact in floor.facts("TalkEnded") if fact.agent_id in never_held)


@pytest.mark.parametrize("held", [False, True])
def test_a_customer_whose_agent_s_phone_dies_waits_again_at_the_old_place(floor: Floor, held: bool) -> None:
    caller, contact = floor.talk()
    joined = floor.last("ContactQueued").joined_at
    if held:
        floor.do("ann", contact, "hold")
    channel = floor.phones["ann"].channel
    assert channel is not None
    floor.phones["ann"].register(registered=False)
    floor.switch.request_hangup(channel, DIED)
    floor.run(1)
    queued = floor.last("ContactQueued")
    assert (queued.contact_id, queued.joined_at, queued.returned) == (contact, joined, True)
    assert floor.hears_music(caller)
    floor.ready("bob")
    floor.run(1)
    floor.phones["bob"].answer()
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["bob"])
    ended = floor.last("TalkEnded")
    assert (ended.agent_id, ended.ended_by) == ("ann", Party.SYSTEM)
    caller.hang_up()
    assert floor.quiet()
