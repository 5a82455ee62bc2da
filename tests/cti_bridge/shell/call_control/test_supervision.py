"""Supervisors: on the line, and over the queues."""

from typing import Any

import msgspec
import pytest
from twisted.internet.defer import Deferred

from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.spies import Monitored
from facts.ids import AgentId, ContactId, QueueName
from tests.cti_bridge.shell.call_control.floor import RULES, Floor, contact_of

ANN, SUE = AgentId("ann"), AgentId("sue")


@pytest.fixture
def floor() -> Floor:
    return Floor(rules=msgspec.structs.replace(RULES, monitoring_shown=True))


class Outcome:
    def __init__(self, done: Deferred[Any]) -> None:
        self.found: list[Any] = []
        done.addBoth(self.found.append)

    @property
    def value(self) -> Monitored:
        assert self.found, "nothing has come of it yet"
        assert isinstance(self.found[0], Monitored), self.found[0]
        return self.found[0]

    @property
    def reason(self) -> str:
        assert self.found, "nothing has come of it yet"
        assert isinstance(self.found[0].value, ActRefused), self.found[0]
        return str(self.found[0].value.reason_id)


def monitor(floor: Floor, contact: ContactId, mode: Any = "listen", agent: str | None = None) -> Outcome:
    who = None if agent is None else AgentId(agent)
    outcome = Outcome(floor.control.supervision.monitor(contact, "susan", SUE, mode, who))
    floor.run(1)
    return outcome


def spied(floor: Floor) -> Any:
    """The application that the supervisor's channel runs, with its options."""
    channel = floor.phones["sue"].channel
    assert channel is not None
    assert channel.application == "ChanSpy"
    return channel.application_data.partition(",")


def test_listen_whisper_barge_and_leave(floor: Floor) -> None:
    _, contact = floor.talk()
    listening = monitor(floor, contact).value
    assert (listening.agent_id, listening.mode, listening.supervisor) == ("ann", "listen", "susan")
    leg = floor.phones["ann"].channel
    assert leg is not None
    assert spied(floor) == (leg.uniqueid, ",", "quESs")
    assert floor.contact("ann", contact).monitored_by == ("susan",)
    assert monitor(floor, contact, "whisper").value.mode == "whisper"
    assert spied(floor)[2] == "quESsw"
    assert monitor(floor, contact, "barge").value.mode == "barge"
    assert spied(floor)[2] == "quESsB"
    floor.do("ann", contact, "hold")
    floor.do("ann", contact, "retrieve")
    assert floor.phones["sue"].channel is not None
    floor.control.supervision.stop(contact, "susan")
    floor.run(0.5)
    assert floor.contact("ann", contact).monitored_by == ()
    assert not floor.phones["sue"].is_talking
    with pytest.raises(ActRefused, match="not listening"):
        floor.control.supervision.stop(contact, "susan")


@pytest.mark.parametrize("unseen", [False, True])
def test_a_page_that_is_loaded_anew_hears_the_talk_again_as_before(floor: Floor, unseen: bool) -> None:
    caller, contact = floor.talk()
    monitor(floor, contact, "whisper")
    first, absences = floor.phones["sue"].channel, floor.control.absences
    if unseen:  # a browser that crashed
        floor.phones["sue"].channel = None
    else:
        absences.phone_left(SUE, "PJSIP/1010")
        floor.run(0.5)
        assert floor.phones["sue"].channel is None
        assert floor.control.supervision.heard_at(SUE) == []
    absences.phone_came(SUE, "PJSIP/1010", talks=False)
    floor.run(1)
    assert first is not None
    assert first.gone
    (heard,) = floor.control.supervision.heard_at(SUE)
    assert (heard.contact_id, heard.agent_id, heard.mode, heard.supervisor) == (contact, "ann", "whisper", "susan")
    assert spied(floor)[2] == "quESsw"
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.kinds().count("TalkEnded") == 0


def test_a_page_that_comes_too_late_or_after_the_talk_hears_nothing(floor: Floor) -> None:
    caller, contact = floor.talk()
    monitor(floor, contact)
    floor.control.absences.phone_left(SUE, "PJSIP/1010")
    floor.run(31)
    floor.control.absences.phone_came(SUE, "PJSIP/1010", talks=False)
    floor.run(1)
    assert floor.phones["sue"].channel is None
    monitor(floor, contact)
    floor.control.absences.phone_left(SUE, "PJSIP/1010")
    caller.hang_up()
    floor.run(1)
    floor.control.absences.phone_came(SUE, "PJSIP/1010", talks=False)
    floor.run(1)
    assert floor.phones["sue"].channel is None
    assert floor.quiet()


@pytest.mark.parametrize("held", [False, True])
def test_a_heard_agent_whose_page_is_loaded_anew_is_heard_again_as_before(floor: Floor, held: bool) -> None:
    caller, contact = floor.talk()
    monitor(floor, contact, "whisper")
    if held:
        floor.do("ann", contact, "hold")
    spying, first, absences = floor.phones["sue"].channel, floor.phones["ann"].channel, floor.control.absences
    absences.phone_left(ANN, "PJSIP/1001")
    floor.run(1)
    assert floor.phones["sue"].channel is spying
    assert floor.hears_music(floor.phones["sue"])
    assert floor.control.monitors(contact) == ()
    (heard,) = floor.control.supervision.heard_at(SUE)
    assert (heard.mode, heard.awaits) == ("whisper", True)
    assert monitor(floor, contact, "barge").reason == "nobody_talks"
    absences.phone_came(ANN, "PJSIP/1001", talks=False)
    floor.run(1)
    leg = floor.phones["ann"].channel
    assert leg is not None
    assert leg is not first
    assert floor.phones["sue"].channel is spying
    assert spied(floor) == (leg.uniqueid, ",", "quESsw")
    assert not floor.hears_music(floor.phones["sue"])
    (heard,) = floor.control.supervision.heard_at(SUE)
    assert (heard.agent_id, heard.mode, heard.awaits) == ("ann", "whisper", False)
    assert floor.control.monitors(contact) == ("susan",)
    caller.hang_up()
    assert floor.quiet()
    assert floor.control.supervision.heard_at(SUE) == []


@pytest.mark.parametrize("left", ["ann sue", "sue ann"])
@pytest.mark.parametrize("came", ["ann sue", "sue ann"])
def test_both_pages_may_be_loaded_anew_at_once(floor: Floor, left: str, came: str) -> None:
    caller, contact = floor.talk()
    monitor(floor, contact, "whisper")
    absences, at = floor.control.absences, {"ann": (ANN, "PJSIP/1001"), "sue": (SUE, "PJSIP/1010")}
    for one in left.split():
        absences.phone_left(*at[one])
        floor.run(0.5)
    assert floor.phones["sue"].channel is None
    first, second = came.split()
    absences.phone_came(*at[first], talks=False)
    floor.run(1)
    if first == "sue":
        (heard,) = floor.control.supervision.heard_at(SUE)
        assert (heard.agent_id, heard.mode, heard.awaits) == ("ann", "whisper", True)
        assert floor.phones["sue"].channel is None
    absences.phone_came(*at[second], talks=False)
    floor.run(1)
    assert floor.hear_each_other(caller, floor.phones["ann"])
    leg = floor.phones["ann"].channel
    assert leg is not None
    assert spied(floor) == (leg.uniqueid, ",", "quESsw")
    (heard,) = floor.control.supervision.heard_at(SUE)
    assert (heard.agent_id, heard.mode, heard.awaits) == ("ann", "whisper", False)
    caller.hang_up()
    assert floor.quiet()
    assert floor.control.supervision.heard_at(SUE) == []


def test_an_agent_whose_page_goes_while_the_supervisor_s_next_one_is_rung_is_heard_all_the_same(floor: Floor) -> None:
    caller, contact = floor.talk()
    monitor(floor, contact)
    absences = floor.control.absences
    absences.phone_left(SUE, "PJSIP/1010")
    floor.run(0.5)
    absences.phone_came(SUE, "PJSIP/1010", talks=False)
    absences.phone_left(ANN, "PJSIP/1001")
    floor.run(2)
    absences.phone_came(ANN, "PJSIP/1001", talks=False)
    floor.run(1)
    leg = floor.phones["ann"].channel
    assert leg is not None
    assert spied(floor)[0] == leg.uniqueid
    assert floor.hear_each_other(caller, floor.phones["ann"])


@pytest.mark.parametrize("how", ["nobody comes", "the caller leaves", "the supervisor stops", "they come too late"])
def test_who_is_to_hear_an_agent_again_may_hear_nobody(floor: Floor, how: str) -> None:
    caller, contact = floor.talk()
    monitor(floor, contact)
    absences, supervision, seen = floor.control.absences, floor.control.supervision, []
    supervision.watch(lambda agent: seen.append([one.awaits for one in supervision.heard_at(agent)]))
    absences.phone_left(ANN, "PJSIP/1001")
    absences.phone_left(SUE, "PJSIP/1010")
    floor.run(0.5)
    absences.phone_came(SUE, "PJSIP/1010", talks=False)
    assert seen[-1] == [True]
    match how:
        case "nobody comes":
            floor.phones["ann"].busy = True
            floor.run(30)
        case "the caller leaves":
            caller.hang_up()
            floor.run(1)
        case "the supervisor stops":
            supervision.stop(contact, "susan")
        case _:
            absences.phone_left(SUE, "PJSIP/1010")
            floor.run(31)
            absences.phone_came(SUE, "PJSIP/1010", talks=False)
    assert seen[-1] == []
    assert supervision.heard_at(SUE) == []
    absences.phone_came(ANN, "PJSIP/1001", talks=False)
    floor.run(1)
    assert floor.phones["sue"].channel is None
    with pytest.raises(ActRefused, match="not listening"):
        supervision.stop(contact, "susan")


@pytest.mark.parametrize("how", ["nobody comes", "the caller leaves", "the supervisor leaves", "the daemon dies"])
def test_who_hears_an_agent_that_does_not_come_back_hears_no_more(floor: Floor, how: str) -> None:
    caller, contact = floor.talk()
    monitor(floor, contact)
    floor.control.absences.phone_left(ANN, "PJSIP/1001")
    floor.run(1)
    match how:
        case "nobody comes":
            floor.phones["ann"].busy = True
            floor.run(30)
            assert floor.last("ContactQueued").returned
        case "the caller leaves":
            caller.hang_up()
            floor.run(1)
        case "the supervisor leaves":
            floor.control.supervision.stop(contact, "susan")
            floor.run(1)
        case _:
            floor = floor.restart()
            floor.run(1)
    assert floor.phones["sue"].channel is None
    assert floor.control.supervision.heard_at(SUE) == []
    if how == "the supervisor leaves":
        floor.control.absences.phone_came(ANN, "PJSIP/1001", talks=False)
        floor.run(1)
        assert floor.hear_each_other(caller, floor.phones["ann"])
        assert floor.phones["sue"].channel is None


def test_another_way_of_hearing_is_shown_once_it_is_so(floor: Floor) -> None:
    _, contact = floor.talk()
    monitor(floor, contact, "whisper")
    supervision, seen = floor.control.supervision, []
    supervision.watch(lambda agent: seen.append([one.mode for one in supervision.heard_at(agent)]))
    asked = Outcome(supervision.monitor(contact, "susan", SUE, "barge"))
    assert [one.mode for one in supervision.heard_at(SUE)] == ["whisper"]
    floor.run(1)
    assert asked.value.mode == "barge"
    assert seen[-1] == ["barge"]
    assert all(modes in (["whisper"], ["barge"]) for modes in seen)


def test_agents_do_not_see_it_unless_they_may() -> None:
    floor = Floor()
    _, contact = floor.talk()
    monitor(floor, contact)
    assert floor.control.monitors(contact) == ("susan",)
    assert floor.contact("ann", contact).monitored_by == ()


def test_the_supervisor_goes_along_with_a_completed_consultation(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "consult", to_kind="agent", to="bob")
    floor.phones["bob"].answer()
    floor.run(0.5)
    monitor(floor, contact, "whisper")
    floor.do("ann", contact, "complete")
    floor.run(1)
    leg = floor.phones["bob"].channel
    assert leg is not None
    assert spied(floor) == (leg.uniqueid, ",", "quESsw")
    assert [one.agent_id for one in floor.control.supervision.monitored()] == ["bob"]
    caller.hang_up()
    floor.run(1)
    assert floor.phones["sue"].channel is None
    assert list(floor.control.supervision.monitored()) == []
    assert floor.quiet()


def test_a_change_of_mode_while_a_transfer_completes(floor: Floor) -> None:
    _, contact = floor.talk()
    monitor(floor, contact)
    changing = Outcome(floor.control.supervision.monitor(contact, "susan", SUE, "whisper"))
    floor.do("ann", contact, "transfer", to_kind="queue", to="private")
    floor.run(3)
    assert changing.reason in {"nobody_talks", "switch_refused", "not_confirmed"}
    assert floor.phones["sue"].channel is None


def test_whose_side_is_heard_may_be_chosen(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "consult", to_kind="agent", to="bob")
    floor.phones["bob"].answer()
    floor.run(0.5)
    assert monitor(floor, contact, agent="bob").value.agent_id == "bob"
    assert monitor(floor, contact, agent="ann").value.agent_id == "ann"


def test_nobody_to_hear(floor: Floor) -> None:
    contact = contact_of(floor.call())
    assert monitor(floor, contact).reason == "nobody_talks"
    assert monitor(floor, ContactId("nothing")).reason == "nobody_talks"


@pytest.mark.parametrize(("how", "why"), [("busy", "phone_unreachable"), ("unplugged", "phone_unreachable")])
def test_a_supervisor_whose_phone_does_not_take_it(floor: Floor, how: str, why: str) -> None:
    _, contact = floor.talk()
    phone = floor.phones["sue"]
    phone.busy = how == "busy"
    phone.register(registered=how != "unplugged")
    floor.run(0.1)
    assert monitor(floor, contact).reason == why
    assert list(floor.control.supervision.monitored()) == []


def test_the_agent_hangs_up_while_the_supervisor_s_phone_rings(floor: Floor) -> None:
    _, contact = floor.talk()
    waits = Outcome(floor.control.supervision.monitor(contact, "susan", SUE, "listen"))
    floor.phones["ann"].hang_up()
    floor.run(3)
    assert waits.reason == "nobody_talks"
    assert floor.quiet()


# -- who waits -------------------------------------------------------------------------------------------------------


def test_raise_move_and_withdraw(floor: Floor) -> None:
    first, second = floor.call("5551"), floor.call("5552")
    contact = contact_of(second)
    supervision = floor.control.supervision
    supervision.set_priority(contact, 9, "susan")
    assert floor.engine.contact(contact).position == 1  # type: ignore[union-attr]  # it waits
    supervision.move(contact, QueueName("private"), "susan")
    view = floor.engine.contact(contact)
    assert view is not None
    assert (view.queue, view.priority) == ("private", 9)
    supervision.withdraw(contact, "susan")
    floor.run(3)
    assert floor.last("ContactLeftQueue").outcome == "withdrawn"
    assert second.channel is None
    assert first.channel is not None
    assert floor.kinds().count("ContactEnded") == 1


@pytest.mark.parametrize(("queue", "why"), [("none", "unknown_queue"), ("sales", "not_waiting")])
def test_a_move_that_cannot_be(floor: Floor, queue: str, why: str) -> None:
    contact = contact_of(floor.call())
    with pytest.raises(ActRefused) as refused:
        floor.control.supervision.move(contact, QueueName(queue), "susan")
    assert refused.value.reason_id == why


def test_who_talks_is_not_raised_moved_or_withdrawn(floor: Floor) -> None:
    _, contact = floor.talk()
    supervision = floor.control.supervision
    for change in (
        lambda: supervision.set_priority(contact, 1, "susan"),
        lambda: supervision.move(contact, QueueName("private"), "susan"),
        lambda: supervision.withdraw(contact, "susan"),
    ):
        with pytest.raises(ActRefused, match="does not wait"):
            change()
