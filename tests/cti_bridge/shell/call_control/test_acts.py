"""Every act on the virtual switch, with the deployed dialplan: who hears whom, what the desk shows, what facts say."""

import pytest

from facts.states import Activity
from tests.cti_bridge.shell.call_control.floor import Floor


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_hold_and_retrieve(floor: Floor) -> None:
    caller, contact = floor.talk()
    for _ in range(2):
        held = floor.do("ann", contact, "hold")
        assert held.state == "held"
        assert floor.hears_music(caller)
        assert floor.agent("ann").activity is Activity.HOLD
        floor.run(1.7)
        assert floor.do("ann", contact, "retrieve").state == "talking"
        assert floor.hear_each_other(caller, floor.phones["ann"])
        assert floor.agent("ann").activity is Activity.TALKING
        floor.run(0.7)
    caller.hang_up()
    assert floor.quiet()
    assert floor.talk_s("ann") == pytest.approx((2.98, 4.0), abs=0.1)
    assert floor.last("TalkEnded").ended_by == "caller"
    assert floor.kinds().count("ContactEnded") == 1


def test_hang_up_ends_the_call(floor: Floor) -> None:
    _, contact = floor.talk()
    assert floor.do("ann", contact, "hang_up").state == "over"
    assert floor.quiet()
    assert floor.last("TalkEnded").ended_by == "agent"
    assert floor.last("ContactEnded").ended_by == "agent"
