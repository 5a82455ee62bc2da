"""First-contact resolution by repeat contact."""

import pytest

from facts.ids import ContactId, CustomerId, QueueName
from facts.journal import ContactConnected, ContactEnded, ContactQueued, DispositionSet
from facts.time import DAY, HOUR
from reporting.kpi.figures import Figure
from reporting.kpi.report import Query, answer
from reporting.kpi.resolution import RepeatRule, Scope
from tests.reporting.scenes import Scene, clock

DAY_S = 86_400


def call(scene: Scene, at: float, contact: str, customer: str | None, *, queue: str = "sales", code: str = "") -> None:
    """An answered call of a customer, ten seconds long."""
    contact_id, who = ContactId(contact), CustomerId(customer) if customer else None
    name = QueueName(queue)
    scene.tell(at, ContactQueued(contact_id=contact_id, queue=name, customer_id=who, joined_at=clock(at)))
    scene.tell(at, ContactConnected(contact_id=contact_id, waited_us=0))
    if code:
        scene.tell(at + 9, DispositionSet(contact_id=contact_id, disposition=code))
    scene.tell(at + 10, ContactEnded(contact_id=contact_id))


def resolution(scene: Scene, *, end_s: float | None = None, window: int = DAY, scope: Scope = "any") -> Figure:
    end = None if end_s is None else clock(end_s)
    rule = RepeatRule(window_us=window, scope=scope)
    report = answer(scene, Query(start=clock(-1), end=end, repeat=rule, figures=("fcr_repeat", "fcr_repeat_coverage")))
    return report.total.figures["fcr_repeat"]


def test_coming_again_within_the_window_is_a_repeat() -> None:
    scene = Scene()
    call(scene, 0, "a", "kim")
    call(scene, 3600, "b", "kim")
    call(scene, 3600, "c", "lee")
    scene.arrives(3 * DAY_S, "later")
    figure = resolution(scene)
    assert (figure.numerator, figure.denominator) == (2, 3), "kim's first call was repeated, the second was not"


def test_the_window_is_counted_from_the_end_of_the_contact() -> None:
    for pause, repeated in ((HOUR, 1), (HOUR + 1, 0)):
        scene = Scene()
        call(scene, 0, "a", "kim")
        call(scene, 10 + pause / 1e6, "b", "kim")
        scene.arrives(DAY_S, "later")
        figure = resolution(scene, window=HOUR)
        assert figure.denominator is not None
        assert figure.numerator == figure.denominator - repeated


def test_what_cannot_be_judged_is_not_counted() -> None:
    scene = Scene()
    call(scene, 0, "a", "kim")
    call(scene, 5, "b", None)
    figure = resolution(scene)
    assert (figure.value, figure.denominator, figure.unclassified) == (None, 0, 2), "the window is not over"


def test_repeats_after_the_range_count_for_contacts_in_it() -> None:
    scene = Scene()
    call(scene, 0, "a", "kim")
    call(scene, 7200, "b", "kim")
    scene.arrives(3 * DAY_S, "later")
    figure = resolution(scene, end_s=3600)
    assert (figure.numerator, figure.denominator) == (0, 1)


@pytest.mark.parametrize(("scope", "resolved"), [("any", 1), ("queue", 2), ("disposition", 2)])
def test_the_scope_says_what_counts_as_the_same_matter(scope: Scope, resolved: int) -> None:
    scene = Scene()
    call(scene, 0, "a", "kim", queue="sales", code="order")
    call(scene, 3600, "b", "kim", queue="billing", code="invoice")
    scene.arrives(3 * DAY_S, "later")
    assert resolution(scene, scope=scope).numerator == resolved


def test_two_records_of_one_person_are_one_customer_while_they_are_merged() -> None:
    scene = Scene()
    call(scene, 0, "a", "kim")
    call(scene, 3600, "b", "kim-again")
    scene.arrives(3 * DAY_S, "later")
    assert resolution(scene).numerator == 2
    rule = RepeatRule(window_us=DAY, merged={"kim-again": "kim"})
    report = answer(scene, Query(start=clock(-1), repeat=rule, figures=("fcr_repeat",)))
    assert report.total.figures["fcr_repeat"].numerator == 1
