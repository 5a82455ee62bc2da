"""Keys against speech, by the table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.arbiter import TABLE, Ear, Event, Verdict, arbitrate


def test_every_event_has_an_answer_in_every_state() -> None:
    assert {ear: set(row) for ear, row in TABLE.items()} == {ear: set(Event) for ear in Ear}


@pytest.mark.parametrize("before", [Ear.HEARING, Ear.DECIDING])
def test_a_key_drops_what_is_being_said_or_decided(before: Ear) -> None:
    ear, verdict = arbitrate(before, Event.KEY)
    assert (ear, verdict) == (Ear.KEYED, Verdict.CANCEL)
    assert arbitrate(ear, Event.DECIDED) == (Ear.KEYED, Verdict.DROP)


def test_a_decision_counts_when_no_key_came_before_it() -> None:
    assert arbitrate(Ear.DECIDING, Event.DECIDED) == (Ear.SHUT, Verdict.TELL)
    assert arbitrate(Ear.SHUT, Event.KEY) == (Ear.SHUT, Verdict.NOTHING)


@given(st.lists(st.sampled_from(Event), max_size=30))
def test_between_two_questions_one_answer_at_most_counts_and_none_after_a_key(events: list[Event]) -> None:
    ear, told, keyed = Ear.SHUT, 0, False
    for event in events:
        ear, verdict = arbitrate(ear, event)
        if event is Event.LISTEN:
            told, keyed = 0, False
        told += verdict is Verdict.TELL
        assert told <= 1
        assert not (keyed and verdict is Verdict.TELL)
        keyed = keyed or event is Event.KEY
