"""A daemon that dies and starts anew in the middle of an agent's work: what the desk shows, and what can be done."""

import pytest

from cti_bridge.shell.call_control.lines import Outcome
from facts.ids import AgentId, ContactId
from facts.states import Activity, Declared
from tests.cti_bridge.shell.call_control.floor import Floor, close, contact_of

ANN = AgentId("ann")


@pytest.fixture
def slow() -> Floor:
    """Agents wrap up for half a minute."""
    return Floor(wrap_up_s=30)


def test_who_wraps_up_goes_on_with_it(slow: Floor) -> None:
    caller, contact = slow.talk()
    slow.control.set_outcome(ANN, contact, Outcome(notes="wants a call"))
    caller.hang_up()
    slow.run(5)
    again = slow.restart(away_s=2)
    shown = again.contact("ann", contact)
    assert (shown.state, shown.caller_number, shown.outcome.notes) == ("wrap_up", "5551230001", "wants a call")
    assert shown.wrap_up_until == pytest.approx(again.clock.now() + 23_000_000, abs=500_000)
    assert (again.agent("ann").activity, again.agent("ann").declared) == (Activity.WRAP_UP, Declared.READY)
    again.call()
    assert not again.phones["ann"].is_ringing
    again.control.set_outcome(ANN, contact, Outcome(notes="was called"))
    assert again.do("ann", contact, "end_wrap_up").state == "over"
    assert again.last("WrapUpEnded").took_us / 1e6 == close(7.2)
    assert again.phones["ann"].is_ringing


def test_a_second_restart_knows_the_wrap_up_still(slow: Floor) -> None:
    caller, contact = slow.talk()
    caller.hang_up()
    slow.run(1)
    third = slow.restart().restart()
    assert third.state("ann", contact) == "wrap_up"
    third.run(30)
    assert third.agent("ann").activity is Activity.IDLE
    assert third.restart().agent("ann").activity is Activity.IDLE


def test_a_wrap_up_that_is_over_is_not_taken_up_again(slow: Floor) -> None:
    caller, contact = slow.talk()
    caller.hang_up()
    slow.run(1)
    slow.do("ann", contact, "end_wrap_up")
    again = slow.restart()
    assert again.state("ann", contact) == "over"
    assert again.agent("ann").activity is Activity.IDLE


def test_what_was_said_of_a_contact_is_on_the_desk_again(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.control.set_outcome(ANN, contact, Outcome(notes="half of it"))
    again = floor.restart()
    assert again.contact("ann", contact).outcome.notes == "half of it"
    again.control.set_outcome(ANN, contact, Outcome(notes="all of it"))
    assert again.contact("ann", contact).outcome.notes == "all of it"


@pytest.mark.parametrize("paused", [False, True])
def test_a_recording_goes_on(floor: Floor, paused: bool) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "record_start")
    if paused:
        floor.do("ann", contact, "record_pause")
    floor.run(2)
    again = floor.restart()
    assert again.contact("ann", contact).recording == ("paused" if paused else "on")
    if paused:
        assert again.do("ann", contact, "record_resume").recording == "on"
    again.run(1)
    again.do("ann", contact, "record_stop")
    stopped = again.last("RecordingStopped")
    assert stopped.file == f"{contact}.wav"
    assert stopped.length_us / 1e6 == pytest.approx(5, abs=1)
    assert "RecordingStarted" not in again.kinds()
    again.do("ann", contact, "record_start")
    assert again.last("RecordingStarted").file == f"{contact}-2.wav"
    caller.hang_up()
    assert again.quiet()


def test_what_a_queue_records_always_is_not_begun_over_again() -> None:
    floor = Floor(queue="support")
    _, contact = floor.talk()
    assert floor.contact("ann", contact).recording == "on"
    again = floor.restart()
    again.run(1)
    assert again.contact("ann", contact).recording == "on"
    assert [name for name, _ in again.actions if name == "MixMonitor"] == []
    assert again.state("ann", ContactId(contact)) == "talking"


def test_the_one_who_was_asked_may_say_what_came_of_it_after_a_restart(floor: Floor) -> None:
    floor.ready("ann")
    contact = contact_of(floor.call())
    floor.phones["ann"].answer()
    floor.run(1)
    again = floor.restart()
    assert again.control.set_outcome(ANN, contact, Outcome(resolved=True)).outcome.resolved is True
