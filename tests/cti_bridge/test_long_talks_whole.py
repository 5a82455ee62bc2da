"""Talks and waits of more than a day, over restarts: the whole daemon on the virtual switch."""

from pathlib import Path

import pytest

from acd.contact_state import Place
from facts.journal import ContactConnected, TalkEnded
from facts.states import Activity, Declared
from facts.time import HOUR, SECOND
from tests.cti_bridge.whole_centre import WholeCentre

DAYS_H = 31
"""Longer than the journal is read back."""


def pass_hours(centre: WholeCentre, hours: int) -> None:
    for _ in range(hours):
        centre.pass_s(HOUR / SECOND)


def test_a_talk_of_more_than_a_day_is_found_with_its_beginning(tmp_path: Path) -> None:
    centre = WholeCentre(tmp_path)
    centre.work("ann")
    caller, contact_id = centre.call()
    centre.answer("1001")
    centre.pass_s(1)
    (connected,) = [e for e in centre.entries() if isinstance(e.fact, ContactConnected)]
    pass_hours(centre, DAYS_H)
    centre.restart(after_s=5)
    centre.pass_s(1)
    agent = centre.agent("ann")
    assert (agent.declared, agent.activity) == (Declared.READY, Activity.TALKING)
    caller.hang_up()
    centre.pass_s(1)
    (ended,) = [e for e in centre.entries() if isinstance(e.fact, TalkEnded)]
    (told,) = centre.facts("TalkEnded", contact_id)
    assert told.talk_us == pytest.approx(ended.at - connected.at, abs=SECOND // 10)
    centre.close()


def test_a_caller_who_waits_for_more_than_a_day_keeps_the_place(tmp_path: Path) -> None:
    centre = WholeCentre(tmp_path)
    _, contact_id = centre.call()
    before = centre.contact(contact_id)
    assert before.place is Place.WAITING
    pass_hours(centre, DAYS_H)
    centre.restart(after_s=5)
    centre.pass_s(1)
    after = centre.contact(contact_id)
    assert (after.place, after.joined_at, after.queue) == (Place.WAITING, before.joined_at, before.queue)
    centre.close()
