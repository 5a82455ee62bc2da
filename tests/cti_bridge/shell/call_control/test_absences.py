"""A phone in the browser that is lost out of a talk, on the virtual switch with the deployed dialplan."""

import msgspec
import pytest

from cti_bridge.shell.call_control.absences import CUT_S
from cti_bridge.shell.call_control.phone_troubles import MOST_TOLD
from facts.ids import AgentId
from facts.states import Activity, Declared, Party
from facts.time import SECOND
from tests.cti_bridge.shell.call_control.floor import RULES, Floor, close

ANN = AgentId("ann")
AT = "PJSIP/1001"
BACK_S = 30


def left(floor: Floor, device: str = AT) -> None:
    floor.control.absences.phone_left(ANN, device)
    floor.run(0.5)


def came(floor: Floor, *, talks: bool = False) -> None:
    floor.control.absences.phone_came(ANN, AT, talks=talks)
    floor.run(1)


def test_a_page_that_is_loaded_anew_has_its_talk_again(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.run(2)
    left(floor)
    assert floor.phones["ann"].channel is None
    assert floor.hears_music(caller)
    shown = floor.contact("ann", contact)
    assert shown.state == "held"
    assert shown.phone_back_until == pytest.approx(floor.clock.now() + BACK_S * SECOND, abs=SECOND)
    assert floor.refused("ann", contact, "retrieve") == "phone_awaited"
    assert floor.agent("ann").activity is Activity.HOLD
    came(floor)
    assert floor.hear_each_other(caller, floor.phones["ann"])
    shown = floor.contact("ann", contact)
    assert (shown.state, shown.phone_back_until) == ("talking", None)
    floor.run(2)
    caller.hang_up()
    assert floor.quiet()
    talk_s, hold_s = floor.talk_s("ann")
    assert (talk_s, hold_s) == (close(5.9), close(3.6))
    assert floor.last("TalkEnded").ended_by is Party.CALLER
    for kind in ("OfferMade", "ContactConnected", "ContactHeld", "ContactRetrieved", "TalkEnded", "ContactEnded"):
        assert floor.kinds().count(kind) == 1, kind
    assert floor.last("PhoneTroubled").trouble == "page_left"
    assert floor.last("PhoneRecovered").after_us / SECOND == close(hold_s)


def test_of_a_page_that_went_unseen_the_next_one_tells(floor: Floor) -> None:
    caller, _ = floor.talk()
    came(floor)
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.kinds().count("PhoneRecovered") == 1


def test_a_page_that_still_has_its_call_changes_nothing(floor: Floor) -> None:
    caller, _ = floor.talk()
    channel = floor.phones["ann"].channel
    floor.control.absences.phone_cut(ANN, AT)
    floor.run(CUT_S - 1)
    came(floor, talks=True)
    floor.run(CUT_S + 1)
    assert floor.phones["ann"].channel is channel
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert "PhoneTroubled" not in floor.kinds()


def test_a_connection_that_stays_away_is_a_lost_phone(floor: Floor) -> None:
    caller, _ = floor.talk()
    floor.control.absences.phone_cut(ANN, AT)
    floor.run(CUT_S + 0.5)
    assert floor.hears_music(caller)
    came(floor, talks=True)
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.last("PhoneRecovered").trouble == "cut_off"


def test_who_does_not_come_back_has_lost_the_customer_who_waits_at_the_old_place(floor: Floor) -> None:
    caller, contact = floor.talk()
    joined = floor.last("ContactQueued").joined_at
    left(floor)
    floor.run(BACK_S - 1)
    assert floor.hears_music(caller)
    assert floor.agent("ann").activity is Activity.HOLD
    floor.phones["ann"].busy = True
    floor.sign_in("bob")
    floor.run(1)
    queued = floor.last("ContactQueued")
    assert (queued.contact_id, queued.joined_at, queued.returned) == (contact, joined, True)
    ended = floor.last("TalkEnded")
    assert (ended.agent_id, ended.ended_by) == (ANN, Party.SYSTEM)
    assert floor.talk_s("ann") == (close(1), close(BACK_S))
    assert floor.kinds().count("ContactConnected") == 1
    assert "PhoneRecovered" not in floor.kinds()


def test_who_had_the_customer_on_hold_and_was_muted_has_and_is_so_again(floor: Floor) -> None:
    caller, contact = floor.talk()
    floor.do("ann", contact, "mute")
    floor.do("ann", contact, "hold")
    left(floor)
    came(floor)
    shown = floor.contact("ann", contact)
    assert (shown.state, shown.muted, shown.phone_back_until) == ("held", True, None)
    assert floor.hears_music(caller)
    assert floor.do("ann", contact, "retrieve").state == "talking"
    assert floor.hear_each_other(caller, floor.phones["ann"])
    assert floor.kinds().count("ContactHeld") == 1


def test_a_phone_that_does_not_answer_is_rung_again(floor: Floor) -> None:
    caller, _ = floor.talk()
    left(floor)
    floor.phones["ann"].busy = True
    came(floor)
    assert floor.hears_music(caller)
    floor.phones["ann"].busy = False
    floor.run(3)
    assert floor.hear_each_other(caller, floor.phones["ann"])


def test_loaded_anew_twice(floor: Floor) -> None:
    caller, _ = floor.talk()
    for _ in range(2):
        left(floor)
        floor.control.absences.phone_came(ANN, AT, talks=False)
        floor.run(0.05)
    came(floor)
    assert floor.hear_each_other(caller, floor.phones["ann"])
    floor.phones["ann"].hang_up()
    assert floor.quiet()
    assert floor.last("TalkEnded").ended_by is Party.AGENT


def test_the_caller_may_hang_up_meanwhile(floor: Floor) -> None:
    caller, contact = floor.talk()
    left(floor)
    caller.hang_up()
    assert floor.quiet()
    assert floor.state("ann", contact) == "over"
    assert floor.last("TalkEnded").ended_by is Party.CALLER
    came(floor)
    assert floor.phones["ann"].channel is None


def test_another_phone_that_goes_is_no_matter(floor: Floor) -> None:
    caller, _ = floor.talk()
    left(floor, "PJSIP/1101")
    assert floor.hear_each_other(caller, floor.phones["ann"])


def test_where_nobody_waits_for_phones_the_talk_ends_as_before(floor: Floor) -> None:
    floor.control.use_rules(msgspec.structs.replace(RULES, phone_back_us=0))
    floor.talk()
    left(floor)
    assert floor.quiet()
    assert floor.last("TalkEnded").agent_id == ANN


def test_of_a_consultation_the_part_ends_as_at_any_phone(floor: Floor) -> None:
    _, contact = floor.talk()
    floor.sign_in("bob")
    floor.do("ann", contact, "consult", to_kind="agent", to="bob")
    floor.phones["bob"].answer()
    floor.run(0.5)
    left(floor)
    floor.run(1)
    assert floor.last("ContactQueued").returned
    assert floor.phones["bob"].channel is None


def test_a_daemon_that_dies_meanwhile_lets_the_customer_wait_again(floor: Floor) -> None:
    caller, _ = floor.talk()
    left(floor)
    again = floor.restart()
    again.run(1)
    assert again.last("ContactQueued").returned
    assert caller.channel is not None
    assert again.agent("ann").declared is not Declared.LOGGED_OUT


# -- what pages say of the sound -------------------------------------------------------------------------------------


def test_a_talk_without_sound_is_known_until_it_is_well_or_over(floor: Floor) -> None:
    troubles = floor.control.absences.troubles
    caller, contact = floor.talk()
    assert troubles.of(ANN) is None
    for _ in range(2):
        troubles.page_tells(ANN, "no_sound")
    assert troubles.of(ANN) == "no_sound"
    floor.run(2)
    floor.do("ann", contact, "hold")
    troubles.page_tells(ANN, None)
    troubles.page_tells(ANN, None)
    assert troubles.of(ANN) is None
    assert floor.last("PhoneRecovered").after_us / SECOND == close(2.3)
    floor.do("ann", contact, "retrieve")
    troubles.page_tells(ANN, "silent_microphone")
    caller.hang_up()
    assert floor.quiet()
    assert troubles.of(ANN) is None
    told = [(fact.contact_id, fact.trouble) for fact in floor.facts("PhoneTroubled")]
    assert told == [(contact, "no_sound"), (contact, "silent_microphone")]
    assert floor.kinds().count("PhoneRecovered") == 1


def test_a_page_cannot_say_that_a_lost_phone_is_well_nor_fill_the_journal(floor: Floor) -> None:
    troubles = floor.control.absences.troubles
    floor.talk()
    left(floor)
    troubles.page_tells(ANN, None)
    troubles.page_tells(ANN, "no_sound")
    assert troubles.of(ANN) == "page_left"
    came(floor)
    for _ in range(100):
        troubles.page_tells(ANN, "no_sound")
        troubles.page_tells(ANN, None)
    assert floor.kinds().count("PhoneTroubled") == MOST_TOLD


def test_without_a_talk_nothing_is_noted(floor: Floor) -> None:
    floor.ready("ann")
    floor.control.absences.troubles.page_tells(ANN, "no_sound")
    assert "PhoneTroubled" not in floor.kinds()
