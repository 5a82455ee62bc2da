"""Customers who are parked, or come back to an agent, while that agent still wraps the talk up."""

import pytest

from facts.states import Activity
from tests.cti_bridge.shell.call_control.floor import Floor

WRAP_UP = {"end_wrap_up", "extend_wrap_up"}


@pytest.fixture
def floor() -> Floor:
    return Floor(wrap_up_s=30)


def possible(floor: Floor, agent: str, contact: str) -> set[str]:
    return {act for act, refusal in floor.contact(agent, contact).acts.items() if refusal is None}  # type: ignore[arg-type]  # an id


def test_who_parks_sees_the_customer_parked_beside_the_wrap_up(floor: Floor) -> None:
    caller, contact = floor.talk()
    parked = floor.do("ann", contact, "park")
    assert parked.state == "parked"
    assert floor.agent("ann").activity is Activity.WRAP_UP
    floor.run(1)
    assert possible(floor, "ann", contact) == {"pick_up"} | WRAP_UP
    shown = floor.contact("ann", contact)
    assert shown.wrap_up_until == pytest.approx(floor.clock.now() + 29_000_000, abs=700_000)
    assert shown.since == pytest.approx(floor.clock.now() - 1_200_000, abs=300_000)
    assert floor.do("ann", contact, "extend_wrap_up", by_s=30).state == "parked"
    assert floor.do("ann", contact, "end_wrap_up").state == "parked", "that is no end of the call"
    assert floor.agent("ann").activity is Activity.IDLE
    assert possible(floor, "ann", contact) == {"pick_up"}
    assert floor.hears_music(caller)


def test_the_wrap_up_ends_when_its_customer_is_picked_up_again(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "park")
    floor.run(2)
    picked = floor.begin("ann", contact, "pick_up")
    floor.run(1)
    assert picked.result().state == "ringing", "her phone rings first"
    assert floor.state("ann", contact) == "talking"
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert {"hold", "mute", "transfer", "hang_up", "park"} <= possible(floor, "ann", contact)
    assert not WRAP_UP & possible(floor, "ann", contact)
    ended = floor.last("WrapUpEnded")
    assert (ended.agent_id, ended.contact_id, ended.how) == ("ann", contact, "talk")
    assert [work.activity for work in floor.agent("ann").works] == [Activity.TALKING]
    floor.run(40)
    assert floor.state("ann", contact) == "talking", "an old wrap-up ends no talk"
    floor.do("ann", contact, "hang_up")
    assert floor.state("ann", contact) == "wrap_up"
    assert floor.do("ann", contact, "end_wrap_up").state == "over"
    assert [fact.how for fact in floor.facts("WrapUpEnded")] == ["talk", "agent"]
    assert floor.quiet()


def test_a_transfer_back_rings_and_is_taken_in_the_wrap_up(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "transfer", to_kind="agent", to="bob")
    floor.do("bob", contact, "answer")
    floor.run(1)
    assert floor.state("ann", contact) == "wrap_up", "the customer is with another"
    floor.do("bob", contact, "transfer", to_kind="agent", to="ann")
    floor.run(0.5)
    assert floor.phones["ann"].is_ringing
    assert floor.state("ann", contact) == "ringing"
    assert possible(floor, "ann", contact) >= {"answer", "reject"} | WRAP_UP
    answered = floor.begin("ann", contact, "answer")
    floor.run(1)
    assert answered.result().state == "talking"
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.state("bob", contact) == "wrap_up"
    assert {"hold", "transfer", "hang_up"} <= possible(floor, "ann", contact)
    caller.hang_up()
    floor.run(1)
    assert [work.activity for work in floor.agent("ann").works] == [Activity.WRAP_UP]


def test_a_transfer_back_that_is_rejected_leaves_the_wrap_up(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "transfer", to_kind="agent", to="bob")
    floor.do("bob", contact, "answer")
    floor.run(1)
    floor.do("bob", contact, "transfer", to_kind="agent", to="ann")
    floor.run(0.5)
    floor.begin("ann", contact, "reject")
    floor.run(1)
    assert floor.state("ann", contact) == "wrap_up"
    assert possible(floor, "ann", contact) >= WRAP_UP


def test_who_has_another_slot_is_offered_again_whom_they_wrap_up() -> None:
    floor = Floor(wrap_up_s=30, slots=2)
    _, contact = floor.talk()
    floor.do("ann", contact, "transfer", to_kind="queue", to="support")
    floor.run(0.5)
    assert floor.state("ann", contact) == "ringing"
    floor.phones["ann"].answer()
    floor.run(1)
    assert floor.state("ann", contact) == "talking"
    assert [work.activity for work in floor.agent("ann").works] == [Activity.TALKING]
    assert floor.last("WrapUpEnded").how == "talk"
    before = floor.kinds().count("OfferMade")
    floor.call("5551230002")
    assert floor.kinds().count("OfferMade") == before + 1, "the slot of the wrap-up is free again"


def test_a_daemon_that_finds_the_talk_again_takes_the_wrap_up_for_over(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "park")
    floor.run(1)
    again = floor.restart()
    assert again.state("ann", contact) == "parked"
    assert again.agent("ann").activity is Activity.WRAP_UP
    picked = again.begin("ann", contact, "pick_up")
    again.run(1)
    assert picked.is_over
    assert again.state("ann", contact) == "talking"
    third = again.restart()
    assert third.state("ann", contact) == "talking"
    assert [work.activity for work in third.agent("ann").works] == [Activity.TALKING]
    caller.hang_up()
    third.run(1)
    assert third.state("ann", contact) == "wrap_up"
