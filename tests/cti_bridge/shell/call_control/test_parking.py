"""Parked customers as everybody sees them: who they are, until when, who fetches them; sent back, or hung up on."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from acd.events import CloseQueue
from cti_bridge.shell.call_control.parking import ParkedCustomer
from cti_bridge.shell.call_control.refused import ActRefused
from facts.ids import AgentId, ContactId, QueueName
from facts.states import Party
from facts.time import SECOND
from tests.cti_bridge.shell.call_control.floor import Floor

ANN, BOB = AgentId("ann"), AgentId("bob")


def parked(floor: Floor) -> list[ParkedCustomer]:
    return list(floor.control.parking)


def outcome(floor: Floor, done: "Deferred[None]", seconds: float = 2) -> Any:
    """What became of a supervisor's act: None, or the reason why not."""
    found: list[Any] = []
    done.addBoth(found.append)
    floor.run(seconds)
    assert found, "the act is not over"
    error = getattr(found[0], "value", None)
    assert error is None or isinstance(error, ActRefused), found
    return None if error is None else error.reason_id


def refusal(floor: Floor, contact: ContactId, queue: str | None = None) -> str:
    with pytest.raises(ActRefused) as refused:
        floor.control.parking.send_back(contact, None if queue is None else QueueName(queue))
    return refused.value.reason_id


def test_who_is_parked_by_whom_since_when_and_until_when(floor: Floor) -> None:
    changes: list[int] = []
    floor.control.parking.watch(lambda: changes.append(len(parked(floor))))
    caller, contact = floor.talk()
    assert not changes, "of other calls nobody is told"
    floor.do("ann", contact, "park")
    (found,) = parked(floor)
    assert (found.contact_id, found.by, found.queue, found.fetched_by) == (contact, ANN, "sales", None)
    assert found.dossier.caller_number == "5551230001"
    assert found.at == [entry.at for entry in floor.entries if entry.fact.kind == "ContactParked"][-1]
    assert found.returns_at == found.at + 180 * SECOND
    assert floor.control.parking.get(contact) == found
    assert changes[-1] == 1
    caller.hang_up()
    floor.run(1)
    assert parked(floor) == []
    assert floor.control.parking.get(contact) is None
    assert changes[-1] == 0


def test_while_a_phone_rings_it_is_told_whose_and_nobody_else_gets_the_customer(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob", "cyd")
    floor.do("ann", contact, "park")
    floor.phones["bob"].asked_to_answer = lambda *_, **__: None  # type: ignore[method-assign]  # it only rings
    picking = floor.begin("bob", contact, "pick_up")
    floor.run(0.3)
    (found,) = parked(floor)
    assert found.fetched_by == BOB
    second = floor.begin("cyd", contact, "pick_up")
    floor.run(0)
    assert second.refusal().reason_id == "being_picked_up"
    assert refusal(floor, contact) == "being_picked_up"
    with pytest.raises(ActRefused):
        floor.control.parking.hang_up(contact)
    floor.phones["bob"].answer()
    floor.run(1)
    picking.result()
    assert parked(floor) == []
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.refused("cyd", contact, "pick_up") == "picked_up_already"


def test_who_is_sent_back_has_the_old_place_before_their_time(floor: Floor) -> None:
    caller, contact = floor.talk()
    joined = floor.last("ContactQueued").joined_at
    floor.do("ann", contact, "park")
    floor.run(5)
    later = floor.call("5551230002")
    assert outcome(floor, floor.control.parking.send_back(contact)) is None
    back = floor.last("ContactQueued")
    assert (back.contact_id, back.queue, back.joined_at, back.returned) == (contact, "sales", joined, True)
    view = floor.engine.contact(contact)
    assert view is not None
    assert view.position == 1 or view.agents, "before who came later"
    floor.run(200)
    assert floor.kinds().count("ContactQueued") == 3, "and not once more when the time is up"
    caller.hang_up()
    later.hang_up()


def test_who_is_moved_waits_in_the_other_queue_with_the_time_waited(floor: Floor) -> None:
    caller, contact = floor.talk()
    joined = floor.last("ContactQueued").joined_at
    floor.do("ann", contact, "park")
    assert outcome(floor, floor.control.parking.send_back(contact, QueueName("private"))) is None
    moved = floor.last("ContactQueued")
    assert (moved.queue, moved.joined_at, moved.why) == ("private", joined, "moved")
    assert floor.facts("ContactTransferred") == [], "no agent passed them on"
    caller.hang_up()
    assert floor.quiet()


def test_what_is_not_possible_with_a_parked_customer(floor: Floor) -> None:
    _, contact = floor.talk()
    assert refusal(floor, contact) == "not_parked"
    floor.do("ann", contact, "park")
    assert refusal(floor, contact, "none") == "unknown_queue"
    floor.coordinator.tell(CloseQueue(queue=QueueName("private"), by="susan"))
    assert refusal(floor, contact, "private") == "closed"
    assert len(parked(floor)) == 1, "they stay parked"


def test_a_caller_who_hangs_up_on_the_way_back_is_told_to_who_sent_them(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "park")
    caller.hang_up()
    done = floor.control.parking.send_back(contact)
    assert outcome(floor, done, 6) == "over"
    assert floor.quiet()


def test_a_supervisor_hangs_up_on_a_parked_customer(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "park")
    assert outcome(floor, floor.control.parking.hang_up(contact)) is None
    assert caller.channel is None
    assert floor.last("ContactEnded").ended_by is Party.SUPERVISOR
    assert floor.kinds().count("ContactEnded") == 1
    assert floor.quiet()


def test_after_a_restart_they_are_parked_since_when_they_were_and_go_back_in_time(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "park")
    (before,) = parked(floor)
    floor.run(100)
    again = floor.restart()
    (found,) = parked(again)
    assert (found.by, found.at, found.returns_at) == (ANN, before.at, before.returns_at)
    assert again.control.parking.parker(contact) == ANN
    assert again.facts("ContactParked") == [], "that was said already"
    again.run(70)
    assert len(parked(again)) == 1
    again.run(12)
    assert parked(again) == []
    assert again.last("ContactQueued").returned
    caller.hang_up()


def test_who_parked_is_known_after_the_customer_was_picked_up(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    assert floor.control.parking.parker(contact) is None
    floor.do("ann", contact, "park")
    floor.begin("bob", contact, "pick_up")
    floor.run(1)
    assert floor.control.parking.parker(contact) == ANN
    caller.hang_up()
    assert floor.quiet()
    assert floor.control.parking.parker(contact) == ANN


def rings_late(floor: Floor) -> Any:
    """Bob's phone rings, and only rings, to pick a customer up whose time is nearly over."""
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "park")
    floor.phones["bob"].asked_to_answer = lambda *_, **__: None  # type: ignore[method-assign]  # it only rings
    floor.run(175)
    floor.begin("bob", contact, "pick_up")
    return caller


def test_whose_time_is_up_while_a_phone_rings_for_them_is_left_to_who_comes(floor: Floor) -> None:
    caller = rings_late(floor)
    floor.run(8)
    assert [one.fetched_by for one in parked(floor)] == [BOB]
    floor.phones["bob"].answer()
    floor.run(3)
    assert floor.hear_each_other(caller, floor.phones["bob"])
    assert floor.kinds().count("ContactQueued") == 1
    caller.hang_up()
    assert floor.quiet()


def test_whose_time_is_up_waits_again_when_the_phone_that_rang_was_not_answered(floor: Floor) -> None:
    caller = rings_late(floor)
    floor.run(30)
    assert parked(floor) == []
    assert floor.last("ContactQueued").returned
    caller.hang_up()
