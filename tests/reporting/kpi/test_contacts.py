"""What the fold makes of contacts: the rules of counting, one by one."""

import pytest

from facts.ids import ContactId
from facts.journal import CallbackEnded, CallbackRequested, ContactTransferred, ExpectedWaitTold, SurveyAnswered
from facts.states import LeftQueue, OfferOutcome
from facts.time import from_seconds
from reporting.kpi.figures import Figure
from reporting.kpi.report import Query, build, read
from reporting.kpi.service_level import Target, Targets
from tests.reporting.scenes import Scene


def figures(scene: Scene, *by: str, **query: object) -> dict[tuple[str | None, ...], dict[str, Figure]]:
    report = build(read(scene, None, None), Query(by=by, **query))  # type: ignore[arg-type]
    return {tuple(row.slice.values()): row.figures for row in report.rows}


def values(row: dict[str, Figure], *names: str) -> list[float | None]:
    return [row[name].value for name in names]


BALANCE = ("offered", "answered", "abandoned", "left_otherwise", "in_progress")


def test_a_contact_moves_from_in_progress_to_answered() -> None:
    scene = Scene()
    scene.arrives(0, "a")
    scene.queued(0, "a")
    assert values(figures(scene)[()], *BALANCE, "asa_s") == [1, 0, 0, 0, 1, None]
    scene.answered(12, "a", "ann", 12)
    assert values(figures(scene)[()], *BALANCE, "asa_s", "talk_s") == [1, 1, 0, 0, 0, 12.0, None]
    scene.talk_ends(72, "a", "ann", 50, 10)
    scene.wrapped_up(80, "a", "ann", 8)
    row = figures(scene)[()]
    assert values(row, "talk_s", "hold_s", "wrap_up_s", "aht_s", "handled") == [50, 10, 8, 68, 1]


def test_a_contact_that_changes_queue_is_offered_to_both_and_left_in_the_first() -> None:
    scene = Scene()
    scene.arrives(0, "a")
    scene.queued(0, "a", "sales")
    scene.leaves(30, "a", LeftQueue.OVERFLOWED, 30)
    scene.queued(30, "a", "backup", entered=2, joined_at=scene.list[0].at)
    scene.answered(40, "a", "ann", 40)
    rows = figures(scene, "queue")
    assert values(rows["sales",], *BALANCE, "left_overflowed") == [1, 0, 0, 1, 0, 1]
    assert values(rows["backup",], *BALANCE, "asa_s") == [1, 1, 0, 0, 0, 40]


def test_joining_another_queue_without_a_word_leaves_the_first() -> None:
    scene = Scene()
    scene.queued(0, "a", "sales")
    scene.queued(10, "a", "backup", entered=2)
    rows = figures(scene, "queue")
    assert values(rows["sales",], *BALANCE, "left_transferred") == [1, 0, 0, 1, 0, 1]
    assert rows["sales",]["mean_wait_s"].unclassified == 1, "how long it waited there, no fact says"


def test_coming_back_to_ones_place_is_no_second_offer() -> None:
    scene = Scene()
    scene.queued(0, "a")
    scene.leaves(20, "a", LeftQueue.KEY, 20)
    scene.queued(60, "a", returned=True)
    assert values(figures(scene)[()], *BALANCE, "left_key") == [1, 0, 0, 0, 1, 0]
    scene.answered(90, "a", "ann", 90)
    assert values(figures(scene)[()], *BALANCE, "asa_s", "mean_wait_s") == [1, 1, 0, 0, 0, 90, 90]


def test_a_restart_closes_what_waited_until_somebody_takes_it_over() -> None:
    scene = Scene()
    scene.queued(0, "kept")
    scene.queued(1, "lost")
    scene.restarts(10)
    row = figures(scene)[()]
    assert values(row, *BALANCE, "left_unclassified") == [2, 0, 0, 2, 0, 2]
    assert row["service_level"].unclassified == 2
    scene.queued(11, "kept", returned=True, joined_at=scene.list[0].at)
    assert values(figures(scene)[()], *BALANCE) == [2, 0, 0, 1, 1]
    scene.answered(15, "kept", "ann", 15)
    assert values(figures(scene)[()], *BALANCE, "mean_wait_s") == [2, 1, 0, 1, 0, 15]


def test_another_nodes_restart_touches_nothing() -> None:
    scene = Scene()
    scene.queued(0, "a")
    other = Scene("node-2")
    other.restarts(5)
    scene.list += other.list
    assert values(figures(scene)[()], *BALANCE) == [1, 0, 0, 0, 1]


def test_a_talk_through_a_restart_is_handled_when_its_end_is_seen() -> None:
    scene = Scene()
    scene.queued(0, "a")
    scene.answered(5, "a", "ann", 5)
    scene.restarts(10)
    row = figures(scene)[()]
    assert row["aht_s"].value is None
    assert row["aht_s"].unclassified == 1
    scene.talk_ends(65, "a", "ann", 60)
    assert figures(scene)[()]["aht_s"].value == 60
    assert figures(scene)[()]["aht_s"].unclassified == 0


def test_a_contact_that_ended_without_a_word_is_unclassified() -> None:
    scene = Scene()
    scene.queued(0, "a")
    scene.ends(9, "a")
    assert values(figures(scene)[()], *BALANCE, "left_unclassified") == [1, 0, 0, 1, 0, 1]


def test_turned_away_at_the_door_counts_as_offered_and_left() -> None:
    scene = Scene()
    scene.arrives(0, "a")
    scene.leaves(0, "a", LeftQueue.FULL, 0, queue="sales")
    row = figures(scene, "queue")["sales",]
    assert values(row, *BALANCE, "left_full", "blockage") == [1, 0, 0, 1, 0, 1, 1.0]


def test_hanging_up_in_the_menu_is_no_queues_abandon() -> None:
    scene = Scene()
    scene.arrives(0, "a")
    scene.abandons(5, "a", 0, stage="menu")
    scene.ends(5, "a")
    assert values(figures(scene)[()], "contacts", *BALANCE) == [1, 0, 0, 0, 0, 0]


def test_a_second_agent_adds_handling_time_but_no_second_answer() -> None:
    scene = Scene()
    scene.queued(0, "a")
    scene.answered(10, "a", "ann", 10)
    scene.tell(70, ContactTransferred(contact_id=ContactId("a"), agent_id="ann", to_kind="agent", to="bob"))  # type: ignore[arg-type]
    scene.talk_ends(70, "a", "ann", 60)
    scene.answered(75, "a", "bob", 0)
    scene.talk_ends(105, "a", "bob", 30)
    row = figures(scene, "queue")["sales",]
    assert values(row, "answered", "asa_s", "handled", "aht_s", "transfer_rate") == [1, 10, 1, 90, 1.0]
    agents = figures(scene, "agent")
    assert values(agents["ann",], "answered", "handled", "talk_s") == [1, 1, 60]
    assert values(agents["bob",], "answered", "handled", "talk_s") == [0, 1, 30]


def test_a_talk_without_recorded_length_is_answered_but_not_averaged() -> None:
    scene = Scene()
    scene.call(0, "a", "ann", wait=5, talk=100)
    scene.call(0, "b", "ann", wait=5, talk=0)
    scene.queued(0, "c")
    scene.answered(5, "c", "bob", 5)
    scene.ends(60, "c")
    row = figures(scene)[()]
    assert values(row, "answered", "handled", "talk_s") == [3, 2, 50]
    assert row["talk_s"].unclassified == 1


def test_offers_are_counted_for_whom_they_were_made_to() -> None:
    scene = Scene()
    scene.queued(0, "a")
    scene.offered_to(1, "a", "ann")
    scene.offer_ends(21, "a", "ann", OfferOutcome.NO_ANSWER, 20)
    scene.offered_to(21, "a", "bob")
    scene.offer_ends(25, "a", "bob", OfferOutcome.CALLER_LEFT, 4)
    scene.abandons(25, "a", 25, stage="ringing")
    rows = figures(scene, "agent")
    assert values(rows["ann",], "offers", "rona_rate") == [1, 1.0]
    assert values(rows["bob",], "offers", "rona_rate") == [1, 0.0], "the caller left: not the agent's fault"
    assert values(figures(scene, "queue")["sales",], "abandoned", "rona_rate") == [1, 0.5]


def test_a_callback_is_no_abandon_and_counts_where_it_was_asked_for() -> None:
    scene = Scene()
    scene.queued(0, "a")
    scene.tell(15, CallbackRequested(contact_id=ContactId("a"), number="1"))
    scene.ends(15, "a")
    assert values(figures(scene)[()], *BALANCE, "callbacks") == [1, 0, 0, 0, 1, 1]
    scene.queued(600, "a", returned=True)
    scene.answered(700, "a", "ann", 700)
    scene.tell(700, CallbackEnded(contact_id=ContactId("a"), outcome="connected", attempts=1))
    removals = Targets(default=Target(formula="SL8"))
    row = figures(scene, targets=removals)[()]
    assert values(row, *BALANCE, "callback_success") == [1, 1, 0, 0, 0, 1.0]
    assert row["service_level"].numerator == 1, "the customer was off the line after 15 s"


def test_an_estimate_is_compared_with_what_came() -> None:
    scene = Scene()
    scene.queued(0, "a")
    scene.tell(10, ExpectedWaitTold(contact_id=ContactId("a"), position=2, expected_wait_us=from_seconds(60)))
    scene.answered(50, "a", "ann", 50)
    assert values(figures(scene)[()], "ewt_error_s", "ewt_bias_s") == [20, 20]


@pytest.mark.parametrize(("score", "csat", "satisfied"), [(1, 1.0, 0.0), (4, 4.0, 1.0), (5, 5.0, 1.0)])
def test_surveys_speak_on_one_scale(score: int, csat: float, satisfied: float) -> None:
    scene = Scene()
    scene.call(0, "a", "ann", wait=5, talk=100)
    scene.tell(300, SurveyAnswered(contact_id=ContactId("a"), score=1, resolved=False))
    scene.tell(301, SurveyAnswered(contact_id=ContactId("a"), score=score, resolved=True))
    assert values(figures(scene)[()], "csat", "csat_satisfied", "fcr_survey") == [csat, satisfied, 1.0]


def test_facts_of_a_contact_whose_beginning_is_unknown_change_nothing() -> None:
    scene = Scene()
    scene.answered(5, "a", "ann", 5)
    scene.talk_ends(50, "a", "ann", 45)
    scene.wrapped_up(55, "a", "ann", 5)
    scene.ends(55, "a")
    assert values(figures(scene)[()], *BALANCE, "handled") == [0, 0, 0, 0, 0, 0]
