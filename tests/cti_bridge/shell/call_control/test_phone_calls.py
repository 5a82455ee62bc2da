"""Calls that agents dial at their phones: which are contacts, and what becomes of those of which nothing is heard."""

from facts.ids import AgentId
from facts.states import Activity
from tests.cti_bridge.shell.call_control.floor import Floor

ANN = AgentId("ann")
CHANNEL = ("1800000000.99", "PJSIP/1001-00000099")


def test_a_phone_that_hung_up_before_its_call_was_known_is_missed_two_seconds_later(floor: Floor) -> None:
    """Of its end nothing is said any more: there is no such channel."""
    floor.ready("ann")
    own = floor.control.phone_calls.begin(ANN, "5557001", *CHANNEL)
    assert own is not None
    assert floor.state("ann", own.contact_id) == "dialling"
    assert [work.activity for work in floor.agent("ann").works] == [Activity.TALKING]
    floor.run(1.5)
    assert "ContactEnded" not in floor.kinds()
    floor.run(1)
    assert floor.last("CustomerDialled").outcome == "given_up"
    assert floor.last("ContactEnded").contact_id == own.contact_id
    assert floor.quiet()


def test_nobody_at_work_and_whoever_is_with_somebody_has_no_contact_of_their_own(floor: Floor) -> None:
    assert floor.control.phone_calls.begin(ANN, "5557001", *CHANNEL) is None, "she is not signed in"
    assert floor.control.phone_calls.begin(AgentId("nobody"), "5557001", *CHANNEL) is None
    caller, _ = floor.talk("ann")
    assert floor.control.phone_calls.begin(ANN, "5557001", *CHANNEL) is None, "it is a consultation"
    caller.hang_up()
    assert floor.quiet()
    assert [fact.direction for fact in floor.facts("ContactOffered")] == ["inbound"]


def test_a_second_slot_makes_a_consultation_no_contact_either() -> None:
    floor = Floor(slots=2)
    caller, _ = floor.talk("ann")
    assert floor.control.phone_calls.begin(ANN, "5557001", *CHANNEL) is None
    caller.hang_up()
    assert floor.quiet()


def test_without_the_switch_nothing_begins(floor: Floor) -> None:
    floor.ready("ann")
    floor.lose()
    assert floor.control.phone_calls.begin(ANN, "5557001", *CHANNEL) is None
