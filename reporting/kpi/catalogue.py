"""The catalogue: every key figure with its definition. The names are the keys of the JSON reports.

Symbols and rules are those of `reporting.kpi.contacts` and `reporting.kpi.service_level`. Ratios are fractions of 1,
durations are seconds. A figure without anything to reckon from is "no data" (None), never 0 or 1.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from facts.states import LeftQueue, OfferOutcome
from facts.time import SECOND
from reporting.kpi import histogram
from reporting.kpi.cells import EITHER, FULL_SCORE, HOLD, WRAP_UP, Cell
from reporting.kpi.errors import ReportError
from reporting.kpi.figures import Context, Definition, Parts, having, root
from reporting.kpi.records import UNCLASSIFIED
from reporting.kpi.service_level import FORMULAS, service_level

CONTACTS, SECONDS, RATIO, OFFERS, SCALE = "contacts", "s", "ratio", "offers", "1 to 5"

_NOT_TAKEN = (OfferOutcome.NO_ANSWER, OfferOutcome.REJECTED, OfferOutcome.BUSY, OfferOutcome.UNREACHABLE)
UNKNOWN_WAITS = "unclassified: those whose wait is not known"
_TURNED_AWAY = (LeftQueue.FULL, LeftQueue.NO_AGENTS)
_BUSY = ("TALKING", "HOLD", "WRAP_UP")
_CLOSED_CALLBACKS = "connected", "exhausted", "cancelled", "expired"


def _seconds(microseconds: float) -> float:
    return microseconds / SECOND


# -- counts ----------------------------------------------------------------------------------------------------------


def _count(name: str, title: str, text: str, of: Callable[[Cell], int], unit: str = CONTACTS) -> Definition:
    return Definition(
        name=name, title=title, unit=unit, text=text, is_count=True, parts=lambda cell, _context: Parts(of(cell))
    )


def _in_progress(cell: Cell) -> int:
    return cell.offered - cell.answered - cell.abandoned - sum(cell.left.values())


def _unclassified(cell: Cell) -> int:
    return cell.left.get(UNCLASSIFIED, 0)


def _left(kind: str) -> Definition:
    words = kind.replace("_", " ")
    return _count(
        f"left_{kind}",
        f"Left: {words}",
        f"contacts that left the queue otherwise: {words}",
        lambda cell: cell.left.get(kind, 0),
    )


def _unmeasured(cell: Cell) -> int:
    return cell.answered_unmeasured + cell.abandoned_unmeasured


def _delayed(cell: Cell) -> int:
    waits = cell.answered + cell.abandoned - _unmeasured(cell)
    return waits - cell.answered_waits.get(0, 0) - cell.abandoned_waits.get(0, 0)


_COUNTS = (
    _count("offered", "Offered", "contacts that joined the queue; coming back to one's place is no second offer",
           lambda cell: cell.offered),
    _count("answered", "Answered", "contacts that an agent answered", lambda cell: cell.answered),
    _count("abandoned", "Abandoned", "contacts whose customer gave up in the queue or while an agent's phone rang",
           lambda cell: cell.abandoned),
    Definition(
        name="short_abandoned", title="Short abandons", unit=CONTACTS, is_count=True,
        text="abandoned contacts that waited at most the short-abandon threshold",
        parts=lambda cell, context: Parts(
            histogram.count_within(cell.abandoned_waits, context.target.short_abandon_us),
            unclassified=cell.abandoned_unmeasured,
        ),
    ),
    Definition(
        name="left_otherwise", title="Left otherwise", unit=CONTACTS, is_count=True,
        text="contacts that left the queue neither answered nor abandoned; each kind has its own count",
        parts=lambda cell, _context: Parts(sum(cell.left.values()), unclassified=_unclassified(cell)),
    ),
    *(_left(kind) for kind in (*(kind.value for kind in LeftQueue), UNCLASSIFIED)),
    _count("in_progress", "In progress", "offered - answered - abandoned - left otherwise: still waiting",
           _in_progress),
    Definition(
        name="delayed", title="Had to wait", unit=CONTACTS, is_count=True,
        text="answered or abandoned contacts that waited at all",
        parts=lambda cell, _context: Parts(_delayed(cell), unclassified=_unmeasured(cell)),
    ),
    Definition(
        name="answered_within", title="Answered in time", unit=CONTACTS, is_count=True,
        text="contacts answered within the service-level threshold, the threshold itself included",
        parts=lambda cell, context: Parts(
            histogram.count_within(cell.answered_waits, context.target.threshold_us),
            unclassified=cell.answered_unmeasured,
        ),
    ),
)  # fmt: skip

# -- rates and waits -------------------------------------------------------------------------------------------------


def _service_level(cell: Cell, context: Context) -> Parts:
    numerator, denominator = service_level(cell, context.target)
    return Parts(numerator, denominator, _unclassified(cell) + _unmeasured(cell))


def _all_waits(cell: Cell) -> Parts:
    total = cell.answered_wait_us + cell.abandoned_wait_us + cell.left_wait_us
    known = cell.answered + cell.abandoned - _unmeasured(cell) + cell.left_waits
    return Parts(_seconds(total), known, sum(cell.left.values()) - cell.left_waits + _unmeasured(cell))


def _longest(cell: Cell) -> Parts:
    known = cell.answered + cell.abandoned - _unmeasured(cell) + cell.left_waits + cell.longest_us
    longest = having(known, _seconds(cell.longest_us))
    return Parts(longest, None, value=longest)


def _percentile(name: str, title: str, share: float, of: Callable[[Cell], histogram.Histogram]) -> Definition:
    text = f"from a histogram: {histogram.ERROR_TEXT}"
    return Definition(name=name, title=title, unit=SECONDS, text=text, percentile_of=(of, share))


def _waits_of_answered(cell: Cell) -> histogram.Histogram:
    return cell.answered_waits


def _waits_of_abandoned(cell: Cell) -> histogram.Histogram:
    return cell.abandoned_waits


def _talks(cell: Cell) -> histogram.Histogram:
    return cell.talks


_PERCENTILES = ((0.5, "50"), (0.9, "90"), (0.95, "95"))

_WAITS = (
    Definition(
        name="abandon_rate", title="Abandonment", unit=RATIO, text="abandoned / (answered + abandoned)",
        exclusions="contacts left otherwise or in progress; hanging up in the menu",
        parts=lambda cell, _context: Parts(cell.abandoned, cell.answered + cell.abandoned, _unclassified(cell)),
    ),
    Definition(
        name="service_level", title="Service level", unit=RATIO,
        text="; ".join(f"{name}: {formula.text}" for name, formula in FORMULAS.items()),
        exclusions="as the formula says; B short abandons, F left otherwise, C callbacks asked for, O offered; "
        "unclassified: left without a word how, or after an unknown wait",
        parts=_service_level,
        formula_of=lambda context: context.target.formula,
        text_of=lambda context: context.target.definition,
    ),
    Definition(
        name="asa_s", title="Average speed of answer", unit=SECONDS,
        text="wait of answered contacts, from joining the queue to the answer, ringing included / answered",
        exclusions=UNKNOWN_WAITS,
        parts=lambda cell, _context: Parts(
            _seconds(cell.answered_wait_us), cell.answered - cell.answered_unmeasured, cell.answered_unmeasured
        ),
    ),
    Definition(
        name="mean_wait_s", title="Average queue time", unit=SECONDS,
        text="wait of all that left the queue / those that left it, answered, abandoned or otherwise",
        exclusions="contacts in progress; unclassified: left without a known wait",
        parts=lambda cell, _context: _all_waits(cell),
    ),
    Definition(
        name="mean_abandon_wait_s", title="Average abandon time", unit=SECONDS,
        text="wait of abandoned contacts / abandoned",
        exclusions=UNKNOWN_WAITS,
        parts=lambda cell, _context: Parts(
            _seconds(cell.abandoned_wait_us), cell.abandoned - cell.abandoned_unmeasured, cell.abandoned_unmeasured
        ),
    ),
    Definition(
        name="mean_delay_s", title="Average wait of those who waited", unit=SECONDS,
        text="wait of answered and abandoned contacts / those of them that waited at all",
        parts=lambda cell, _context: Parts(
            _seconds(cell.answered_wait_us + cell.abandoned_wait_us), _delayed(cell), _unmeasured(cell)
        ),
    ),
    Definition(
        name="longest_wait_s", title="Longest wait", unit=SECONDS,
        text="the longest wait of any contact that left the queue, abandoned included",
        parts=lambda cell, _context: _longest(cell),
    ),
    *(_percentile(f"wait_p{label}_s", f"Wait of answered, {label} %", share, _waits_of_answered)
      for share, label in _PERCENTILES),
    *(_percentile(f"abandon_wait_p{label}_s", f"Wait of abandoned, {label} %", share, _waits_of_abandoned)
      for share, label in _PERCENTILES),
)  # fmt: skip

# -- handling --------------------------------------------------------------------------------------------------------


def _handled(cell: Cell, context: Context) -> int:
    return cell.handled_by_agent if context.by_agent else cell.handled


def _unknown(cell: Cell, context: Context, part: str) -> int:
    return (cell.unknown_by_agent if context.by_agent else cell.unknown).get(part, 0)


def _per_handled(name: str, title: str, text: str, of: Callable[[Cell], int]) -> Definition:
    return Definition(
        name=name, title=title, unit=SECONDS, text=f"{text} / handled",
        exclusions="talks that go on; unclassified: answered contacts whose talk has no recorded length",
        parts=lambda cell, context: Parts(_seconds(of(cell)), _handled(cell, context), cell.legs_unmeasured),
    )  # fmt: skip


def _per_known(name: str, title: str, text: str, part: str, of: Callable[[Cell], int]) -> Definition:
    """A part of handling that some tables do not tell: of the contacts of which it is known."""

    def parts(cell: Cell, context: Context) -> Parts:
        unknown = _unknown(cell, context, part)
        return Parts(_seconds(of(cell)), _handled(cell, context) - unknown, cell.legs_unmeasured + unknown)

    return Definition(
        name=name, title=title, unit=SECONDS, text=f"{text} / handled contacts of which it is known",
        exclusions=f"talks that go on; unclassified: answered contacts whose talk or {text} has no recorded length",
        parts=parts,
    )  # fmt: skip


def _handling(cell: Cell, context: Context) -> Parts:
    total = cell.talk_us + cell.hold_us + cell.wrap_up_us
    unclassified = cell.legs_unmeasured + _unknown(cell, context, EITHER)
    return Parts(_seconds(total), _handled(cell, context), unclassified)


def _talk_deviation(cell: Cell) -> Parts:
    talks: Any = sum(cell.talks.values())  # a column of them, where there are many cells
    if isinstance(talks, int) and talks < 2:
        return Parts(None, talks)
    mean = cell.talk_us / talks / 1000
    variance = (cell.talk_ms_squared - talks * mean * mean) / (talks - 1)
    not_below_0 = (variance + abs(variance)) / 2
    return Parts(None, talks, value=having(talks > 1, root(not_below_0) / 1000))


_HANDLING = (
    Definition(
        name="handled", title="Handled", unit=CONTACTS, is_count=True,
        text="answered contacts of which a talk has ended; by agent: contacts of which this agent's talk has ended",
        exclusions="unclassified: talks whose length was not recorded",
        parts=lambda cell, context: Parts(_handled(cell, context), unclassified=cell.legs_unmeasured),
    ),
    _per_handled("talk_s", "Average talk", "talk", lambda cell: cell.talk_us),
    _per_known("hold_s", "Average hold", "hold", HOLD, lambda cell: cell.hold_us),
    _per_known("wrap_up_s", "Average wrap-up", "after-contact work", WRAP_UP, lambda cell: cell.wrap_up_us),
    Definition(
        name="aht_s", title="Average handling time", unit=SECONDS,
        text="(talk + hold + wrap-up, as far as they are known) / handled",
        exclusions="talks that go on; unclassified: answered contacts whose talk has no recorded length, and handled "
        "ones whose hold or wrap-up is not known, which count with what is",
        parts=_handling,
    ),
    Definition(
        name="mean_hold_of_held_s", title="Average hold of held contacts", unit=SECONDS,
        text="hold / agents' parts in which the customer was held",
        exclusions="unclassified: handled contacts whose hold is not known",
        parts=lambda cell, context: Parts(_seconds(cell.hold_us), cell.held, _unknown(cell, context, HOLD)),
    ),
    *(_percentile(f"talk_p{label}_s", f"Talk, {label} %", share, _talks) for share, label in _PERCENTILES),
    Definition(
        name="talk_sd_s", title="Deviation of talk", unit=SECONDS,
        text="standard deviation of talk over agents' parts (of a sample: n - 1)",
        parts=lambda cell, _context: _talk_deviation(cell),
    ),
    Definition(
        name="transfer_rate", title="Transfers", unit=RATIO, text="agents' parts that ended in a transfer / handled",
        parts=lambda cell, context: Parts(sum(cell.transfers.values()), _handled(cell, context)),
    ),
)  # fmt: skip

# -- agents ----------------------------------------------------------------------------------------------------------


def _time_in(cell: Cell, states: Iterable[str]) -> float:
    return _seconds(sum(cell.states_us.get(state, 0) for state in states))


def _not_ready(cell: Cell) -> list[str]:
    return [state for state in cell.states_us if state.startswith("NOT_READY")]


def _state_time(name: str, title: str, text: str, of: Callable[[Cell], Iterable[str]]) -> Definition:
    def parts(cell: Cell, _context: Context) -> Parts:
        return Parts(having(sum(cell.states_us.values()), _time_in(cell, of(cell))))

    return Definition(name=name, title=title, unit=SECONDS, text=text, is_count=True, parts=parts)


def _occupancy(cell: Cell, _context: Context) -> Parts:
    busy = _time_in(cell, _BUSY)
    return Parts(busy, busy + _time_in(cell, ("READY",)))


def _utilisation(cell: Cell, context: Context) -> Parts:
    productive = [state for state in _not_ready(cell) if state.partition(":")[2] in context.productive]
    return Parts(_time_in(cell, (*_BUSY, *productive)), _seconds(cell.scheduled_us))


def _offers_that(ended: str, cell: Cell) -> int:
    return cell.offers.get(ended, 0)


_AGENTS = (
    Definition(
        name="occupancy", title="Occupancy", unit=RATIO,
        text="(talking + hold + wrap-up) / (talking + hold + wrap-up + ready), of agents' time",
        exclusions="ringing and not-ready time are in neither; not divided among queues, so no data by queue",
        parts=_occupancy,
    ),
    Definition(
        name="utilisation", title="Utilisation", unit=RATIO,
        text="(talking + hold + wrap-up + productive not-ready) / scheduled time",
        exclusions="needs schedules", parts=_utilisation,
    ),
    Definition(
        name="adherence", title="Adherence", unit=RATIO,
        text="scheduled time in which the agent did what was scheduled / scheduled time",
        exclusions="needs schedules",
        parts=lambda cell, _context: Parts(_seconds(cell.adherent_us), _seconds(cell.scheduled_us)),
    ),
    _state_time("logged_in_s", "Logged in", "time between log-in and log-out", lambda cell: cell.states_us),
    _state_time("ready_s", "Ready", "time ready and free", lambda _cell: ("READY",)),
    _state_time("reserved_s", "Ringing", "time in which a contact was offered", lambda _cell: ("RESERVED",)),
    _state_time("talking_s", "Talking", "time talking", lambda _cell: ("TALKING",)),
    _state_time("holding_s", "Holding", "time with the customer on hold", lambda _cell: ("HOLD",)),
    _state_time("wrapping_up_s", "Wrapping up", "time in after-contact work", lambda _cell: ("WRAP_UP",)),
    _state_time("not_ready_s", "Not ready", "time not ready, all reasons", _not_ready),
    _count("offers", "Offers", "contacts presented to agents that ended in any way",
           lambda cell: sum(cell.offers.values()), OFFERS),
    *(
        _count(f"offers_{kind.value}", f"Offers: {kind.value.replace('_', ' ')}",
               f"offers that ended: {kind.value.replace('_', ' ')}",
               partial(_offers_that, kind.value), OFFERS)
        for kind in OfferOutcome
    ),
    Definition(
        name="rona_rate", title="RONA", unit=RATIO,
        text="offers that ended with no answer, rejected, busy or unreachable while the customer stayed / offers",
        exclusions="offers that ended because the customer left or another agent answered are nobody's fault",
        parts=lambda cell, _context: Parts(
            sum(cell.offers.get(kind.value, 0) for kind in _NOT_TAKEN), sum(cell.offers.values())
        ),
    ),
)  # fmt: skip

# -- queue entry, callbacks, menus -----------------------------------------------------------------------------------


def _callbacks_that(ended: str, cell: Cell) -> int:
    return cell.callback_outcomes.get(ended, 0)


_SERVICE = (
    Definition(
        name="blockage", title="Blockage", unit=RATIO,
        text="contacts turned away because the queue was full or nobody served it / offered",
        parts=lambda cell, _context: Parts(
            sum(cell.left.get(kind.value, 0) for kind in _TURNED_AWAY), cell.offered
        ),
    ),
    _count("callbacks", "Callbacks", "contacts that asked to be called back", lambda cell: cell.callbacks),
    *(
        _count(f"callbacks_{kind}", f"Callbacks {kind}", f"callbacks that ended: {kind}",
               partial(_callbacks_that, kind))
        for kind in _CLOSED_CALLBACKS
    ),
    Definition(
        name="callback_success", title="Callback success", unit=RATIO,
        text="callbacks connected / callbacks asked for",
        parts=lambda cell, _context: Parts(cell.callback_outcomes.get("connected", 0), cell.callbacks),
    ),
    Definition(
        name="ewt_error_s", title="Error of expected wait", unit=SECONDS,
        text="mean distance between the wait first told and the wait that came / answered contacts told one",
        parts=lambda cell, _context: Parts(_seconds(cell.estimate_error_us), cell.estimates),
    ),
    Definition(
        name="ewt_bias_s", title="Bias of expected wait", unit=SECONDS,
        text="mean of the wait first told less the wait that came: above 0, too long was told",
        parts=lambda cell, _context: Parts(_seconds(cell.estimate_bias_us), cell.estimates),
    ),
    _count("contacts", "Contacts", "customers that reached the centre", lambda cell: cell.contacts),
    _count("menu_contacts", "In the menu", "customers that came into a menu", lambda cell: cell.in_menu),
    Definition(
        name="containment", title="IVR containment", unit=RATIO,
        text="customers whom the menu alone served / customers whose menu is over",
        parts=lambda cell, _context: Parts(cell.contained, sum(cell.menu_outcomes.values())),
    ),
)  # fmt: skip

# -- quality ---------------------------------------------------------------------------------------------------------


def _coverage(name: str, title: str, of: Callable[[Cell], int]) -> Definition:
    return Definition(
        name=name, title=title, unit=RATIO, text="answered contacts that the figure could judge / answered",
        parts=lambda cell, _context: Parts(of(cell), cell.answered),
    )  # fmt: skip


_QUALITY = (
    Definition(
        name="fcr_repeat", title="First-contact resolution (no repeat)", unit=RATIO, formula="FCR1",
        text="answered contacts whose customer did not come again within the window / those judged",
        exclusions="customers not known; contacts whose window is not over yet",
        parts=lambda cell, _context: Parts(
            cell.not_repeated, cell.repeats_judged, cell.answered - cell.repeats_judged
        ),
    ),
    _coverage("fcr_repeat_coverage", "Coverage of no-repeat resolution", lambda cell: cell.repeats_judged),
    Definition(
        name="fcr_code", title="First-contact resolution (agent's code)", unit=RATIO, formula="FCR2",
        text="contacts that the agent coded as resolved / contacts so coded either way",
        parts=lambda cell, _context: Parts(
            cell.resolved, cell.resolved + cell.unresolved, cell.answered - cell.resolved - cell.unresolved
        ),
    ),
    _coverage("fcr_code_coverage", "Coverage of coded resolution", lambda cell: cell.resolved + cell.unresolved),
    Definition(
        name="fcr_survey", title="First-contact resolution (survey)", unit=RATIO, formula="FCR3",
        text="customers who said it was resolved / customers who said either",
        parts=lambda cell, _context: Parts(
            cell.survey_resolved, cell.survey_resolved + cell.survey_unresolved,
            cell.answered - cell.survey_resolved - cell.survey_unresolved,
        ),
    ),
    _coverage("fcr_survey_coverage", "Coverage of surveyed resolution",
              lambda cell: cell.survey_resolved + cell.survey_unresolved),
    Definition(
        name="csat", title="Satisfaction", unit=SCALE,
        text="mean score of surveys, brought to a scale of 1 to 5",
        parts=lambda cell, _context: Parts(
            having(cell.surveys, cell.surveys + 4 * cell.survey_points / FULL_SCORE), cell.surveys
        ),
    ),
    Definition(
        name="csat_satisfied", title="Satisfied", unit=RATIO,
        text="surveys in the upper quarter of their scale (4 or 5 of 5) / surveys",
        parts=lambda cell, _context: Parts(cell.surveys_satisfied, cell.surveys),
    ),
)  # fmt: skip

CATALOGUE: dict[str, Definition] = {
    definition.name: definition for definition in (*_COUNTS, *_WAITS, *_HANDLING, *_AGENTS, *_SERVICE, *_QUALITY)
}
"""All key figures by name."""

NEED_RECORDS = frozenset({"fcr_repeat", "fcr_repeat_coverage", "adherence", "utilisation"})
"""Figures that need plans, or a look at what came later: they are reckoned only when they are asked for."""

OF_AGENT_TIME = frozenset(
    {
        "occupancy", "utilisation", "logged_in_s", "ready_s", "reserved_s", "talking_s", "holding_s", "wrapping_up_s",
        "not_ready_s",
    }
)  # fmt: skip
"""Figures of agents' time, which belongs to no queue."""

OF_ARRIVALS = frozenset({"contacts", "menu_contacts", "containment"})
"""Figures of what happens before a queue."""

LIVE = tuple(name for name in CATALOGUE if name not in NEED_RECORDS)
"""Figures that are known at once, from the facts so far."""

STANDARD = (
    "offered", "answered", "abandoned", "abandon_rate", "left_otherwise", "in_progress", "service_level", "asa_s",
    "mean_wait_s", "longest_wait_s", "wait_p50_s", "wait_p90_s", "wait_p95_s", "handled", "talk_s", "hold_s",
    "wrap_up_s", "aht_s", "occupancy",
)  # fmt: skip
"""What tables show unless other figures are asked for."""


def definitions(names: Iterable[str]) -> list[Definition]:
    """The definitions of these names; raises `ReportError` for one that is not in the catalogue."""
    found = []
    for name in names:
        if name not in CATALOGUE:
            raise ReportError(
                f"there is no key figure {name!r}; cordboard report catalogue lists them", about="figures"
            )
        found.append(CATALOGUE[name])
    return found
