"""Cells: the counts and sums behind every figure, for one slice and one interval; they add up.

A *step* is what one fact changes in a cell. The live board applies steps as facts arrive; a report applies all steps
that a record has passed (`steps_of`) at once. Both are the same functions, so both give the same cell.
"""

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec

from facts.time import MILLISECOND, Duration, Instant
from reporting.kpi import histogram
from reporting.kpi.histogram import Histogram
from reporting.kpi.records import Arrival, Leg, Offer, Record, Scheduled, Span, Visit


class Cell(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """Counts, and sums in microseconds (``_us``). Every field adds up over cells, but ``longest_us``: the maximum.

    ``answered_unmeasured``, ``abandoned_unmeasured``: those of them whose wait is not known.
    ``longest_lost``: how many contacts were taken out again that may have had the longest wait.
    ``unknown``, ``unknown_by_agent``: of the handled, those whose `HOLD` or `WRAP_UP` is not known, or `EITHER`.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    answered_unmeasured: int = 0
    abandoned_unmeasured: int = 0
    left: dict[str, int] = {}
    answered_wait_us: int = 0
    abandoned_wait_us: int = 0
    left_wait_us: int = 0
    left_waits: int = 0
    longest_us: int = 0
    longest_lost: int = 0
    answered_waits: Histogram = {}
    abandoned_waits: Histogram = {}
    callback_waits: Histogram = {}
    callback_closed_waits: Histogram = {}
    callbacks: int = 0
    callback_outcomes: dict[str, int] = {}
    estimates: int = 0
    estimate_error_us: int = 0
    estimate_bias_us: int = 0
    resolved: int = 0
    unresolved: int = 0
    surveys: int = 0
    survey_points: int = 0
    surveys_satisfied: int = 0
    survey_resolved: int = 0
    survey_unresolved: int = 0
    repeats_judged: int = 0
    not_repeated: int = 0

    handled: int = 0
    handled_by_agent: int = 0
    talk_us: int = 0
    talk_ms_squared: int = 0
    talks: Histogram = {}
    hold_us: int = 0
    held: int = 0
    wrap_up_us: int = 0
    wrap_ups: int = 0
    legs: int = 0
    legs_unmeasured: int = 0
    unknown: dict[str, int] = {}
    unknown_by_agent: dict[str, int] = {}
    transfers: dict[str, int] = {}

    offers: dict[str, int] = {}
    offers_rang_us: int = 0

    states_us: dict[str, int] = {}
    scheduled_us: int = 0
    adherent_us: int = 0

    contacts: int = 0
    in_menu: int = 0
    contained: int = 0
    menu_outcomes: dict[str, int] = {}

    def add(self, other: "Cell") -> None:
        """Add what another cell counted."""
        for name, value in zip(_SUMS, _sums_of(other), strict=True):
            if value:
                setattr(self, name, getattr(self, name) + value)
        for name, counts in zip(DICTS, _dicts_of(other), strict=True):
            if counts:
                histogram.merge(getattr(self, name), counts)
        self.longest_us = max(self.longest_us, other.longest_us)


HOLD, WRAP_UP, EITHER = "hold", "wrap_up", "either"
DICTS = tuple(field.name for field in msgspec.structs.fields(Cell) if field.default_factory is dict)
HISTOGRAMS = tuple(field.name for field in msgspec.structs.fields(Cell) if field.type == Histogram)
NUMBERS = tuple(name for name in Cell.__struct_fields__ if name not in DICTS)
_SUMS = tuple(name for name in NUMBERS if name != "longest_us")
_dicts_of, _sums_of = attrgetter(*DICTS), attrgetter(*_SUMS)

Step: TypeAlias = Callable[[Cell, Any, int], None]
"""``step(cell, record, sign)``: sign 1 counts, sign -1 takes the same out again."""


def _count(counts: dict[str, int], key: str, sign: int) -> None:
    there = counts.get(key, 0) + sign
    if there:
        counts[key] = there
    else:
        del counts[key]


def _see_longest(cell: Cell, visit: Visit, sign: int) -> None:
    """A longest wait that was seen stays, and what is taken out is no longer seen."""
    if sign > 0 and visit.longest_us > cell.longest_us:
        cell.longest_us = visit.longest_us


# -- a contact's stay in a queue -------------------------------------------------------------------------------------


def visit_offered(cell: Cell, visit: Visit, sign: int) -> None:
    """The contact joined the queue. It may have waited before and come back: that wait stays the longest."""
    cell.offered += sign
    _see_longest(cell, visit, sign)


def visit_answered(cell: Cell, visit: Visit, sign: int) -> None:
    """An agent answered."""
    cell.answered += sign
    if visit.waited_us is None:
        cell.answered_unmeasured += sign
    else:
        cell.answered_wait_us += sign * visit.waited_us
        _count_wait(cell, visit, cell.answered_waits, visit.waited_us, sign)
    if visit.told is not None and visit.closed_at is not None:
        _compare_estimate(cell, visit.told, visit.closed_at, sign)


def _count_wait(cell: Cell, visit: Visit, waits: Histogram, waited: Duration, sign: int) -> None:
    _see_longest(cell, visit, sign)
    histogram.add(waits, waited, sign)
    if visit.callback_us is not None:
        histogram.add(cell.callback_closed_waits, waited, sign)


def _compare_estimate(cell: Cell, told: tuple[Instant, Duration], answered_at: Instant, sign: int) -> None:
    bias = told[1] - (answered_at - told[0])
    cell.estimates += sign
    cell.estimate_bias_us += sign * bias
    cell.estimate_error_us += sign * abs(bias)


def visit_abandoned(cell: Cell, visit: Visit, sign: int) -> None:
    """The customer gave up."""
    cell.abandoned += sign
    if visit.waited_us is None:
        cell.abandoned_unmeasured += sign
    else:
        cell.abandoned_wait_us += sign * visit.waited_us
        _count_wait(cell, visit, cell.abandoned_waits, visit.waited_us, sign)


def visit_left(cell: Cell, visit: Visit, sign: int) -> None:
    """The contact left the queue neither answered nor abandoned."""
    _count(cell.left, visit.left_as, sign)
    if visit.waited_us is not None:
        cell.left_waits += sign
        cell.left_wait_us += sign * visit.waited_us
        _see_longest(cell, visit, sign)


def callback_requested(cell: Cell, visit: Visit, sign: int) -> None:
    """The customer asked to be called back and kept the place."""
    cell.callbacks += sign
    histogram.add(cell.callback_waits, visit.callback_us or 0, sign)


def callback_ended(cell: Cell, visit: Visit, sign: int) -> None:
    """The callback came to its end."""
    _count(cell.callback_outcomes, visit.callback_outcome, sign)


def resolution_set(cell: Cell, visit: Visit, sign: int) -> None:
    """An agent's code said whether the matter was resolved."""
    cell.resolved += sign * (visit.resolved is True)
    cell.unresolved += sign * (visit.resolved is False)


def outcome_corrected(_cell: Cell, _visit: Visit, _sign: int) -> None:
    """What a contact was about was told anew; what counts by it, other steps have counted."""


FULL_SCORE = 1_000_000
"""A survey's best answer; the worst is 0. Whole numbers, because sums of fractions depend on their order."""

SATISFIED_FROM = FULL_SCORE * 3 // 4
"""From here a customer counts as satisfied: 4 on a scale of 1 to 5."""


def survey_answered(cell: Cell, visit: Visit, sign: int) -> None:
    """The customer answered a survey."""
    if visit.score is not None:
        cell.surveys += sign
        cell.survey_points += sign * visit.score
        cell.surveys_satisfied += sign * (visit.score >= SATISFIED_FROM)
    cell.survey_resolved += sign * (visit.survey_resolved is True)
    cell.survey_unresolved += sign * (visit.survey_resolved is False)


def repeat_judged(cell: Cell, visit: Visit, sign: int) -> None:
    """It is known whether the customer came again."""
    cell.repeats_judged += sign
    cell.not_repeated += sign * (visit.repeated is False)


_OUTCOMES: dict[str, Step] = {"answered": visit_answered, "abandoned": visit_abandoned, "left": visit_left}


def closing_step(visit: Visit) -> Step | None:
    """The step of the visit's outcome; None while it waits."""
    return _OUTCOMES.get(visit.outcome)


# -- an agent's part -------------------------------------------------------------------------------------------------


def leg_began(cell: Cell, _leg: Leg, sign: int) -> None:
    """An agent began to talk with the customer."""
    cell.legs += sign


def leg_ended(cell: Cell, leg: Leg, sign: int) -> None:
    """The agent's part is over."""
    cell.handled += sign * leg.handles_contact
    cell.handled_by_agent += sign * leg.handles_for_agent
    cell.talk_us += sign * leg.talk_us
    cell.talk_ms_squared += sign * (leg.talk_us // MILLISECOND) ** 2
    histogram.add(cell.talks, leg.talk_us, sign)
    if leg.hold_us is None:
        _count_unknown(cell, leg, HOLD, sign)
    elif leg.hold_us:
        cell.hold_us += sign * leg.hold_us
        cell.held += sign
    if not leg.wrap_up_known:
        _count_unknown(cell, leg, WRAP_UP, sign)
    if leg.hold_us is None or not leg.wrap_up_known:
        _count_unknown(cell, leg, EITHER, sign)


def _count_unknown(cell: Cell, leg: Leg, part: str, sign: int) -> None:
    if leg.handles_contact:
        _count(cell.unknown, part, sign)
    if leg.handles_for_agent:
        _count(cell.unknown_by_agent, part, sign)


def leg_lost(cell: Cell, _leg: Leg, sign: int) -> None:
    """The end of the agent's part was not seen."""
    cell.legs_unmeasured += sign


def leg_wrapped_up(cell: Cell, leg: Leg, sign: int) -> None:
    """The after-contact work is over, and known after all."""
    cell.wrap_ups += sign
    cell.wrap_up_us += sign * (leg.wrap_up_us or 0)
    if not leg.wrap_up_known:
        _count_unknown(cell, leg, WRAP_UP, -sign)
        if leg.hold_us is not None:
            _count_unknown(cell, leg, EITHER, -sign)


def leg_transferred(cell: Cell, leg: Leg, sign: int) -> None:
    """The agent passed the contact on."""
    _count(cell.transfers, leg.transferred_to, sign)


# -- offers, agents, menus -------------------------------------------------------------------------------------------


def offer_ended(cell: Cell, offer: Offer, sign: int) -> None:
    """An offer to one agent is over."""
    _count(cell.offers, offer.outcome, sign)
    cell.offers_rang_us += sign * offer.rang_us


def span_ended(cell: Cell, span: Span, sign: int) -> None:
    """A stretch of agent time, or the part of one that lies in the cell's interval."""
    _count(cell.states_us, span.state, sign * (span.end - span.at))


def schedule_kept(cell: Cell, scheduled: Scheduled, sign: int) -> None:
    """A part of a schedule, kept or not."""
    cell.scheduled_us += sign * scheduled.scheduled_us
    cell.adherent_us += sign * scheduled.adherent_us


def arrival_began(cell: Cell, _arrival: Arrival, sign: int) -> None:
    """A customer reached the centre."""
    cell.contacts += sign


def menu_began(cell: Cell, _arrival: Arrival, sign: int) -> None:
    """The customer came into a menu."""
    cell.in_menu += sign


def menu_ended(cell: Cell, arrival: Arrival, sign: int) -> None:
    """The menu is over."""
    _count(cell.menu_outcomes, arrival.menu_outcome, sign)
    cell.contained += sign * arrival.contained


def steps_of(record: Record) -> Iterator[Step]:
    """The steps that a record has passed. Their sum is what the board counted for it, fact by fact."""
    match record:
        case Visit():
            yield from _visit_steps(record)
        case Leg():
            yield from _leg_steps(record)
        case Offer():
            if record.outcome:
                yield offer_ended
        case Span():
            yield span_ended
        case Scheduled():
            yield schedule_kept
        case Arrival():
            yield from _arrival_steps(record)


def _visit_steps(visit: Visit) -> Iterator[Step]:
    yield visit_offered
    step = closing_step(visit)
    if step is not None:
        yield step
    if visit.callback_us is not None:
        yield callback_requested
    if visit.callback_outcome:
        yield callback_ended
    if visit.resolved is not None:
        yield resolution_set
    if visit.score is not None or visit.survey_resolved is not None:
        yield survey_answered
    if visit.repeated is not None:
        yield repeat_judged


def _leg_steps(leg: Leg) -> Iterator[Step]:
    yield leg_began
    if leg.ended_at is not None:
        yield leg_ended
    elif leg.lost:
        yield leg_lost
    if leg.wrap_up_us is not None:
        yield leg_wrapped_up
    if leg.transferred_to:
        yield leg_transferred


def _arrival_steps(arrival: Arrival) -> Iterator[Step]:
    yield arrival_began
    if arrival.in_menu:
        yield menu_began
    if arrival.menu_outcome:
        yield menu_ended
