"""Whether the phone can be reached at which an agent signs in, or which they are given: on the virtual switch."""

import msgspec
import pytest

from acd.events import DeclareReady, LogIn, LogOut, ReplacePolicy
from cti_bridge.shell.agent_desk import AgentDesk, DeskError
from cti_bridge.shell.phones import AWAY_US, SETTLED_S
from facts.ids import AgentId
from facts.states import Declared
from facts.time import SECOND
from tests.cti_bridge.shell.call_control.floor import Floor

ANN = AgentId("ann")
OWN, SUES = "PJSIP/1001", "PJSIP/1010"
AWAY_S = AWAY_US / SECOND


def unplug(floor: Floor, whose: str) -> None:
    floor.phones[whose].register(registered=False)
    floor.run(0.2)


def works_at(floor: Floor, phone: str) -> None:
    floor.coordinator.tell(LogIn(agent_id=ANN, phone=phone))
    floor.coordinator.tell(DeclareReady(agent_id=ANN))
    floor.run(0.2)


def give(floor: Floor, phone: str) -> None:
    """The settings give Ann another phone."""
    policy = floor.engine.policy
    agents = tuple(msgspec.structs.replace(one, phone=phone) if one.agent_id == ANN else one for one in policy.agents)
    floor.coordinator.tell(ReplacePolicy(policy=msgspec.structs.replace(policy, agents=agents), by="root"))
    floor.run(0.2)


def state(floor: Floor) -> tuple[str, bool, Declared]:
    ann = floor.agent("ann")
    return ann.phone, ann.phone_reachable, ann.declared


def test_who_lost_their_own_phone_works_at_another(floor: Floor) -> None:
    unplug(floor, "ann")
    works_at(floor, SUES)
    assert state(floor) == (SUES, True, Declared.READY)
    floor.call()
    assert floor.phones["sue"].is_ringing


def test_nothing_is_offered_to_a_phone_that_is_not_there(floor: Floor) -> None:
    unplug(floor, "sue")
    works_at(floor, SUES)
    assert state(floor) == (SUES, False, Declared.NOT_READY)
    assert floor.agent("ann").pending is Declared.READY
    floor.call()
    assert not floor.facts("OfferMade")
    floor.phones["sue"].register()
    floor.run(0.2)
    assert floor.phones["sue"].is_ringing


def test_back_at_the_own_phone_it_is_that_one_which_counts(floor: Floor) -> None:
    unplug(floor, "sue")
    works_at(floor, SUES)
    floor.coordinator.tell(LogOut(agent_id=ANN))
    works_at(floor, "")
    assert state(floor) == (OWN, True, Declared.READY)


def test_while_the_switch_is_lost_no_phone_can_be_reached_whichever_it_is(floor: Floor) -> None:
    floor.lose()
    works_at(floor, SUES)
    give(floor, "PJSIP/1002")
    assert state(floor) == (SUES, False, Declared.NOT_READY)
    floor.connect()
    assert state(floor) == (SUES, True, Declared.READY)


def test_a_phone_that_the_settings_give_counts_from_then_on(floor: Floor) -> None:
    unplug(floor, "sue")
    give(floor, SUES)
    assert state(floor) == (SUES, False, Declared.LOGGED_OUT)
    give(floor, OWN)
    assert state(floor) == (OWN, True, Declared.LOGGED_OUT)


def test_who_worked_elsewhere_and_went_has_the_phone_that_the_settings_give(floor: Floor) -> None:
    works_at(floor, "PJSIP/1002")
    floor.coordinator.tell(LogOut(agent_id=ANN))
    unplug(floor, "sue")
    give(floor, SUES)
    assert state(floor) == (SUES, False, Declared.LOGGED_OUT)


def test_a_page_that_came_before_the_settings_named_it_counts(floor: Floor) -> None:
    unplug(floor, "sue")
    floor.control.absences.phone_came(ANN, SUES, talks=False)
    assert state(floor) == (OWN, True, Declared.LOGGED_OUT)
    give(floor, SUES)
    works_at(floor, "")
    assert state(floor) == (SUES, True, Declared.READY)


def test_a_page_that_stays_away_does_not_take_another_phone_along(floor: Floor) -> None:
    floor.ready("ann")
    floor.control.absences.phone_left(ANN, OWN)
    unplug(floor, "ann")
    floor.coordinator.tell(LogOut(agent_id=ANN))
    works_at(floor, SUES)
    assert not floor.coordinator.phones.keeps(ANN)
    floor.run(AWAY_S + SETTLED_S)
    assert state(floor) == (SUES, True, Declared.READY)


def test_nobody_signs_in_at_a_phone_at_which_somebody_works_whatever_way_they_take(floor: Floor) -> None:
    desk = AgentDesk(floor.coordinator, {})
    works_at(floor, SUES)
    assert desk.agent_of_phone(SUES) == "ann", "who works there, whose ever it is"
    for phone in (SUES, None):
        with pytest.raises(DeskError, match="ann works at that phone"):
            desk.sign_in("sue", phone)
    assert floor.agent("sue").declared is Declared.LOGGED_OUT
    desk.sign_out("ann")
    assert (desk.agent_of_phone(SUES), desk.agent_of_phone(OWN)) == ("sue", "ann")
    desk.sign_in("sue")
