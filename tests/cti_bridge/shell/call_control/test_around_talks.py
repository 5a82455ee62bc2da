"""What goes with a talk: recordings, wrap-up and outcome, what desks are told; and agents who are signed out of it."""

import msgspec
import pytest

from acd.events import LogOut
from cti_bridge.shell.call_control.lines import Outcome
from cti_bridge.shell.call_control.refused import ActRefused
from cti_bridge.shell.call_control.topology import Kind, Seen, Sign, Topology, Where, see
from cti_bridge.shell.call_control.topology import Party as Caller
from facts.ids import AgentId, ContactId
from facts.states import Declared, Party
from tests.cti_bridge.shell.call_control.floor import RULES, Floor, close, contact_of

ANN, BOB = AgentId("ann"), AgentId("bob")


# -- recordings ------------------------------------------------------------------------------------------------------


def test_recording_on_demand(floor: Floor) -> None:
    caller, contact = floor.talk()
    assert floor.do("ann", contact, "record_start").recording == "on"
    assert floor.refused("ann", contact, "record_start") == "already_recording"
    assert floor.do("ann", contact, "record_pause").recording == "paused"
    assert floor.do("ann", contact, "record_resume").recording == "on"
    assert floor.do("ann", contact, "record_stop").recording == "off"
    assert floor.do("ann", contact, "record_start").recording == "on"
    caller.hang_up()
    assert floor.quiet()
    told = [(fact.kind.removeprefix("Recording"), fact.file) for fact in floor.facts() if "Recording" in fact.kind]
    first, second = f"{contact}.wav", f"{contact}-2.wav"
    assert told == [
        ("Started", first),
        ("Paused", first),
        ("Resumed", first),
        ("Stopped", first),
        ("Started", second),
        ("Stopped", second),
    ]
    assert floor.facts("RecordingStarted")[0].by == "agent"


def test_recording_by_the_queue_s_rule_goes_on_through_hold_and_transfer() -> None:
    floor = Floor(queue="support")
    caller, contact = floor.talk()
    assert floor.contact("ann", contact).recording == "on"
    assert floor.refused("ann", contact, "record_stop") == "recording_always"
    floor.do("ann", contact, "hold")
    floor.sign_in("bob")
    floor.do("ann", contact, "transfer", to_kind="agent", to="bob")
    floor.do("bob", contact, "answer")
    assert floor.contact("bob", contact).recording == "on"
    floor.do("bob", contact, "transfer", to_kind="queue", to="support")
    floor.run(0.5)
    assert floor.kinds().count("RecordingStopped") == 1
    floor.phones["ann"].answer()
    floor.run(0.5)
    assert floor.contact("ann", contact).recording == "on"
    assert [fact.file for fact in floor.facts("RecordingStarted")] == [f"{contact}.wav", f"{contact}-2.wav"]
    caller.hang_up()
    assert floor.quiet()
    assert floor.kinds().count("RecordingStopped") == 2


def test_what_may_not_be_recorded_is_not() -> None:
    floor = Floor(queue="private")
    _, contact = floor.talk()
    assert floor.refused("ann", contact, "record_start") == "recording_never"
    assert "MixMonitor" not in [name for name, _ in floor.actions]


# -- wrap-up ---------------------------------------------------------------------------------------------------------


def test_wrap_up_is_ended_or_extended() -> None:
    floor = Floor(wrap_up_s=10)
    _, contact = floor.talk()
    floor.do("ann", contact, "hang_up")
    wrapping = floor.contact("ann", contact)
    assert wrapping.state == "wrap_up"
    assert wrapping.wrap_up_until == pytest.approx(floor.clock.now() + 9_900_000, abs=300_000)
    extended = floor.do("ann", contact, "extend_wrap_up", by_s=30)
    assert extended.wrap_up_until == wrapping.wrap_up_until + 30_000_000  # type: ignore[operator]  # it has an end
    assert floor.refused("ann", contact, "hold") == "in_wrap_up"
    floor.run(20)
    assert floor.do("ann", contact, "end_wrap_up").state == "over"
    assert floor.state("ann", contact) == "over"
    assert floor.refused("ann", contact, "end_wrap_up") in {"over", "not_at_this_desk"}


# -- who sees what ---------------------------------------------------------------------------------------------------


def test_desks_are_told_of_every_change_and_of_the_end(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "hold")
    caller.hang_up()
    floor.run(1)
    mine = [told for agent, told_of, told in floor.told if (agent, told_of) == ("ann", contact)]
    states = [told.state if told is not None else "gone" for told in mine]
    assert [state for i, state in enumerate(states) if state != states[i - 1]] == [
        "ringing",
        "talking",
        "held",
        "over",
        "gone",
    ]
    assert floor.control.desks.desk(ANN) == []


def test_what_is_not_on_the_desk_cannot_be_touched(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.sign_in("bob")
    for act in ("hold", "hang_up", "leave"):
        assert floor.refused("bob", contact, act) in {"over", "not_at_this_desk"}
    assert floor.refused("ann", ContactId("nothing"), "hold") == "over"
    assert floor.state("ann", contact) == "talking"


def test_a_refusal_says_how_things_are(floor: Floor) -> None:
    _, contact = floor.talk()
    with pytest.raises(ActRefused) as refused:
        floor.do("ann", contact, "retrieve")
    assert refused.value.present.state == "talking"
    assert refused.value.words == "the customer is not on hold"


# -- outcome ---------------------------------------------------------------------------------------------------------


def test_the_last_outcome_counts_also_after_the_end() -> None:
    floor = Floor(rules=msgspec.structs.replace(RULES, dispositions={"sold": True, "asked": None}))
    _, contact = floor.talk()
    said = floor.control.set_outcome(ANN, contact, Outcome("asked", None, "wants a blue one"))
    assert (said.state, said.outcome) == ("talking", Outcome("asked", None, "wants a blue one"))
    floor.control.set_outcome(ANN, contact, Outcome("asked", None, "wants a blue one"))
    with pytest.raises(ActRefused, match="no such disposition") as refused:
        floor.control.set_outcome(ANN, contact, Outcome("stolen"))
    assert refused.value.reason_id == "unknown_disposition"
    floor.do("ann", contact, "hang_up")
    assert floor.quiet()
    assert floor.control.set_outcome(ANN, contact, Outcome("sold")).outcome == Outcome("sold", True)
    told = [(fact.disposition, fact.resolved, fact.notes, fact.queue) for fact in floor.facts("DispositionSet")]
    assert told == [("asked", None, "wants a blue one", "sales"), ("sold", True, "", "sales")]


def test_only_who_talked_says_what_came_of_it(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.sign_in("bob")
    for agent, which in ((BOB, contact), (ANN, ContactId("nothing"))):
        with pytest.raises(ActRefused, match="not at this desk"):
            floor.control.set_outcome(agent, which, Outcome("sold"))
    assert floor.facts("DispositionSet") == []


def test_nothing_came_yet_of_what_still_rings(floor: Floor) -> None:
    floor.ready("ann")
    contact = contact_of(floor.call())
    with pytest.raises(ActRefused, match="your phone rings: answer first") as refused:
        floor.control.set_outcome(ANN, contact, Outcome("sold"))
    assert (refused.value.reason_id, refused.value.present.state) == ("still_ringing", "ringing")
    assert floor.facts("DispositionSet") == []


# -- signed out ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["caller", "agent"])
def test_who_is_signed_out_by_force_talks_on_and_is_not_counted_any_more(floor: Floor, who: str) -> None:
    caller, _ = floor.talk()
    floor.coordinator.tell(LogOut(agent_id=ANN, by=Party.SUPERVISOR, force=True))
    floor.run(2)
    assert floor.agent("ann").declared is Declared.LOGGED_OUT
    assert floor.hear_each_other(caller, floor.phones["ann"]), "nobody hangs up on a customer"
    assert floor.talk_s("ann") == (close(1), 0)
    (caller if who == "caller" else floor.phones["ann"]).hang_up()
    assert floor.quiet()
    assert len([fact for fact in floor.facts("TalkEnded") if fact.agent_id == "ann"]) == 1
    assert floor.kinds().count("ContactEnded") == 1


@pytest.mark.parametrize("late", [Seen.RECORDING_PAUSED, Seen.RECORDED_AGAIN])
def test_silence_asked_of_a_recording_that_has_just_ended_begins_none(late: Seen) -> None:
    """A menu after the talk asks for a secret and silences what there may be: the switch tells it of what is ending."""
    customer = Caller(key="customer", kind=Kind.CUSTOMER, channel_id="c", where=Where.AWAY, since=0)
    call = Topology(contact_id=ContactId("c"), parties=(customer,))
    assert see(call, Sign(seen=late, channel_id="c", at=1)).recording == "off"
    recorded = see(call, Sign(seen=Seen.RECORDED, channel_id="c", at=1))
    paused = see(recorded, Sign(seen=Seen.RECORDING_PAUSED, channel_id="c", at=2))
    assert (recorded.recording, paused.recording) == ("on", "paused")
    assert see(paused, Sign(seen=Seen.RECORDED_AGAIN, channel_id="c", at=3)).recording == "on"


def test_of_an_erased_person_s_contact_that_is_over_a_desk_tells_nothing_more() -> None:
    floor = Floor(wrap_up_s=60)
    caller, contact = floor.talk()
    floor.control.set_outcome(AgentId("ann"), contact, Outcome("solved", True, "wants tea"))
    floor.control.desks.forget_person(contact, floor.clock.now())
    live = floor.contact("ann", contact)
    assert (live.caller_name, live.outcome.notes) == ("Ada Caller", ""), "they talk still: only what was noted goes"
    assert live.erased_at is not None
    floor.control.set_outcome(AgentId("ann"), contact, Outcome("solved", True, "wants coffee"))
    caller.hang_up()
    floor.run(0.5)
    floor.control.desks.forget_person(contact, floor.clock.now())
    floor.run(0.1)
    (_, _, shown) = floor.told[-1]
    assert shown is not None
    assert shown == floor.contact("ann", contact)
    assert (shown.state, shown.caller_name, shown.caller_number, shown.customer_id) == ("wrap_up", "", "", None)
    assert (shown.outcome.disposition, shown.outcome.resolved, shown.outcome.notes) == ("solved", True, "")
    floor.do("ann", contact, "end_wrap_up")
    kept = floor.control.desks.known(contact)
    assert kept is not None
    assert (kept.caller_number, kept.outcome.notes, kept.menu) == ("", "", {})
