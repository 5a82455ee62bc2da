"""A daemon that dies and starts anew in the middle of an agent's work: what the desk shows, and what can be done."""

from typing import Any

import pytest

from cti_bridge.shell.call_control.lines import Outcome
from cti_bridge.shell.call_control.spies import Monitored, MonitorMode
from facts.ids import AgentId, ContactId
from facts.states import Activity, Declared
from tests.cti_bridge.shell.call_control.floor import Floor, close, contact_of

ANN = AgentId("ann")


NAME = "susan, the boss; 100% ${EXTEN}"
"""A supervisor whose name holds whatever the switch could take amiss."""


def supervise(floor: Floor, contact: ContactId, mode: MonitorMode) -> Monitored:
    found: list[Monitored] = []
    floor.control.supervision.monitor(contact, NAME, AgentId("sue"), mode).addCallback(found.append)
    floor.run(1)
    return found[0]


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


@pytest.mark.parametrize("by_s", [60, None])
def test_a_wrap_up_that_was_made_longer_keeps_its_new_end(slow: Floor, by_s: float | None) -> None:
    caller, contact = slow.talk()
    caller.hang_up()
    slow.run(1)
    until = slow.do("ann", contact, "extend_wrap_up", by_s=by_s).wrap_up_until
    again = slow.restart().restart(away_s=40)
    shown = again.contact("ann", contact)
    assert (shown.state, shown.wrap_up_until) == ("wrap_up", until)
    assert (until is None) is (by_s is None)
    again.run(55)
    assert again.state("ann", contact) == ("wrap_up" if by_s is None else "over")


def test_everything_that_an_agent_with_several_slots_was_at_is_taken_up() -> None:
    floor = Floor(wrap_up_s=60, slots=3)
    first, one = floor.talk()
    first.hang_up()
    floor.run(1)
    second, two = floor.talk()
    second.hang_up()
    floor.run(1)
    floor.do("ann", two, "extend_wrap_up", by_s=100)
    third, three = floor.talk()
    again = floor.restart()
    assert [again.state("ann", contact) for contact in (one, two, three)] == ["wrap_up", "wrap_up", "talking"]
    assert again.agent("ann").activity is Activity.TALKING
    again.do("ann", one, "end_wrap_up")
    last = again.restart(away_s=60)
    assert [last.state("ann", contact) for contact in (one, two, three)] == ["over", "wrap_up", "talking"]
    third.hang_up()
    last.run(1)
    assert [last.state("ann", contact) for contact in (one, two, three)] == ["over", "wrap_up", "wrap_up"]
    last.do("ann", two, "end_wrap_up")
    last.do("ann", three, "end_wrap_up")
    assert last.quiet()


def test_a_wrap_up_that_is_over_is_not_taken_up_again(slow: Floor) -> None:
    caller, contact = slow.talk()
    caller.hang_up()
    slow.run(1)
    slow.do("ann", contact, "end_wrap_up")
    again = slow.restart()
    assert again.state("ann", contact) == "over"
    assert again.agent("ann").activity is Activity.IDLE


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
def test_a_supervisor_on_the_line_is_known_again(floor: Floor, mode: Any) -> None:
    caller, contact = floor.talk()
    supervise(floor, contact, mode)
    again = floor.restart()
    again.run(0.5)
    (heard,) = again.control.supervision.monitored()
    assert (heard.contact_id, heard.agent_id, heard.mode, heard.supervisor) == (contact, "ann", mode, NAME)
    assert again.control.monitors(contact) == (NAME,)
    third = again.restart()
    third.run(0.5)
    leg = third.phones["sue"].channel
    assert supervise(third, contact, "whisper").mode == "whisper"
    assert third.phones["sue"].channel is leg, "the same leg in another mode"
    third.do("ann", contact, "hold")
    third.do("ann", contact, "retrieve")
    third.control.supervision.stop(contact, NAME)
    third.run(0.5)
    assert not third.control.monitors(contact)
    assert third.phones["sue"].channel is None
    caller.hang_up()
    assert third.quiet()


def test_a_supervisor_who_was_only_rung_is_let_go(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, contact = floor.talk()
    monkeypatch.setattr(floor.phones["sue"], "asked_to_answer", lambda *_, **__: None)
    floor.control.supervision.monitor(contact, NAME, AgentId("sue"), "listen").addErrback(lambda _: None)
    floor.run(0.3)
    again = floor.restart()
    again.run(0.5)
    assert again.phones["sue"].channel is None
    assert not again.control.monitors(contact)
    caller.hang_up()
    assert again.quiet()


@pytest.mark.parametrize(
    ("name", "value"), [("ACD_SUPERVISOR", ""), ("ACD_SPYEE", "leg-of-nobody"), ("ACD_SPYMODE", "louder")]
)
def test_a_supervisor_s_leg_of_which_nobody_knows_enough_is_ended(floor: Floor, name: str, value: str) -> None:
    caller, contact = floor.talk()
    supervise(floor, contact, "listen")
    leg = floor.phones["sue"].channel
    assert leg is not None
    leg.variables[name] = value
    again = floor.restart()
    again.run(0.5)
    assert again.phones["sue"].channel is None
    assert not again.control.monitors(contact)
    caller.hang_up()
    assert again.quiet()


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
