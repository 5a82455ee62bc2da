"""Why a target was missed: how much is due to volume, handling time, staffing, not-ready time, and the rest.

For one queue and one interval below its target, Erlang A (`reporting.kpi.erlang`) says what service level a pool
reaches. *As planned* are the forecast volume and handling time, served by the agents that the goal requires; *as it
was* are the actual ones. Each of the four causes is put from planned to actual; because the effect of one depends on
the others, a cause's share is its mean effect over all orders of doing so (Shapley value), and the shares add up to
the fall exactly. What the model does not explain, the observed level against the model's, is laid to skills and order
of service: agents who were ready but could not take the contacts that waited, and chance. The level is reckoned by
the queue's own formula, of what was and of what the model gives alike. The model knows neither contacts that leave
otherwise nor callbacks: what they do to a level that counts them (SL7, SL8) is a part of its own.

Who was there to serve the queue, and with what part of their time, is said by `reporting.kpi.staffing`. Where no
agent's time is known (imported calls), staffing and not-ready time have no data, and are part of the rest; where
nothing was forecast and no week before tells, neither volume nor handling time has a plan or a share.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import permutations
from typing import TypeVar

import msgspec

from facts.ids import AgentId, ContactId, QueueName
from facts.time import DAY, SECOND, Duration, Instant
from reporting.kpi.cells import Cell, steps_of
from reporting.kpi.erlang import Pool, required_agents, serve
from reporting.kpi.exceptions import Exceptions
from reporting.kpi.forecasts import WEEKS, Expectation, Forecast, from_history, given
from reporting.kpi.intervals import QUARTER, Calendar
from reporting.kpi.records import Leg, Record, Visit
from reporting.kpi.service_level import FORMULAS, Target, service_level
from reporting.kpi.staffing import Staff, Staffing

HISTORY: Duration = WEEKS * 7 * DAY
CAUSES = ("volume", "handling_time", "staffing", "not_ready")
SKILLS, LEFT = "skill_mismatch", "left_otherwise"
_SHOWN = 10
"""Contacts and agents shown with each share: those with the greatest part in it."""


class Blame(msgspec.Struct, frozen=True, kw_only=True):
    """One cause: its share of the fall (of 1; below 0: it helped), planned and actual, and what stands behind it.

    ``contacts`` and ``agents``: those with the greatest part in it, with seconds.
    """

    cause: str
    share: float
    planned: float | None
    actual: float | None
    unit: str
    contacts: tuple[tuple[ContactId, float], ...] = ()
    agents: tuple[tuple[AgentId, float], ...] = ()


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """An interval below target. ``planned``: the level that the plan would have reached; the fall is from there.

    ``formula``: the id of the queue's own, by which all levels are; ``definition``: in words, with its thresholds.
    """

    queue: QueueName
    start: Instant
    end: Instant
    goal: float
    formula: str
    definition: str
    observed: float
    planned: float
    modelled: float
    required_agents: int
    patience_s: float | None
    forecast_weeks: int | None
    blames: tuple[Blame, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is known besides the facts: the target with its goal, given forecasts, interval and zone.

    ``as_of``: how far the facts reach, so that a running interval is judged by what has passed of it; None: to the end.
    """

    target: Target
    interval: str = "30min"
    zone: tzinfo
    forecasts: tuple[Forecast, ...] = ()
    as_of: Instant | None = None


def misses(
    records: Sequence[Record],
    queue: QueueName,
    start: Instant,
    end: Instant,
    plan: Plan,
    *,
    exceptions: Exceptions | None = None,
) -> list[Miss]:
    """The intervals of a range in which a queue missed its goal, in order; ``records`` reach `HISTORY` back.

    ``exceptions``: who was taken out of the queue or put into it, as far back; None: nobody.
    """
    goal = plan.target.goal
    if goal is None:
        return []
    scene = _Scene(records, queue, plan, exceptions or Exceptions(queue))
    found = []
    at = start
    while at < end:
        stop = min(end, _next(at, plan))
        if stop == at:
            break
        miss = scene.miss(at, stop, goal)
        if miss is not None:
            found.append(miss)
        at = stop
    return found


def _next(at: Instant, plan: Plan) -> Instant:
    """The beginning of the next interval."""
    calendar = Calendar(plan.zone)
    begin = calendar.begin(plan.interval, at)
    step = at
    while calendar.begin(plan.interval, step) == begin:
        step += QUARTER
    return calendar.begin(plan.interval, step)


class _Scene:
    """The records of one queue."""

    def __init__(self, records: Sequence[Record], queue: QueueName, plan: Plan, exceptions: Exceptions) -> None:
        self._queue = queue
        self._plan = plan
        self._calendar = Calendar(plan.zone)
        self._visits = [record for record in records if isinstance(record, Visit) and record.queue == queue]
        self._legs = [record for record in records if isinstance(record, Leg)]
        self._staffing = Staffing(records, queue, exceptions)
        self._past = self._cells([*self._visits, *(leg for leg in self._legs if leg.queue == queue)])
        self._patience_s = _patience(self._visits)

    def _cells(self, records: Iterable[Visit | Leg]) -> Mapping[Instant, Cell]:
        cells: dict[Instant, Cell] = {}
        for record in records:
            begin = self._calendar.begin(self._plan.interval, record.at)
            cell = cells.setdefault(begin, Cell())
            for step in steps_of(record):
                step(cell, record, 1)
        return cells

    def miss(self, start: Instant, end: Instant, goal: float) -> Miss | None:
        """The interval, if it fell below the goal."""
        visits = [visit for visit in self._visits if start <= visit.at < end]
        legs = [leg for leg in self._legs if leg.queue == self._queue and start <= leg.at < end]
        cell = _cell([*visits, *legs])
        observed = _level(cell, self._plan.target)
        if observed is None or observed >= goal:
            return None
        return self._explained(_Interval(start, end, goal, observed, cell), visits, legs)

    def _expected(self, start: Instant, end: Instant) -> Expectation | None:
        return given(self._plan.forecasts, self._queue, start, end) or from_history(
            start, self._plan.interval, self._plan.zone, self._past
        )

    def _passed_s(self, interval: "_Interval") -> float:
        """How much of an interval the facts tell of, in seconds; a second at least."""
        known = interval.end if self._plan.as_of is None else min(interval.end, self._plan.as_of)
        return max(1.0, (known - interval.start) / SECOND)

    def _explained(self, interval: "_Interval", visits: list[Visit], legs: list[Leg]) -> Miss:
        seconds = (interval.end - interval.start) / SECOND
        passed = self._passed_s(interval)
        staff = self._staffing.of(interval.start, interval.end)
        expected = self._expected(interval.start, interval.end)
        actual_aht = _aht_s(interval.cell)
        known_aht = expected.aht_us / SECOND if expected and expected.aht_us else actual_aht
        known = frozenset(_known_plans(expected))
        planned = _Conditions(
            rate=expected.offered / seconds if expected else interval.cell.offered / passed,
            aht_s=known_aht or actual_aht or 0.0,
            logged_in=0.0,
            not_ready=0.0,
        )
        required = required_agents(self._pool(planned), self._modelled, interval.goal)
        planned = msgspec.structs.replace(planned, logged_in=float(required))
        actual = _Conditions(
            rate=interval.cell.offered / passed,
            aht_s=actual_aht or planned.aht_s,
            logged_in=sum(staff.logged_in.values()) / passed if staff.logged_in else planned.logged_in,
            not_ready=sum(staff.not_ready.values()) / passed,
        )
        shares, before, after = self._shares(planned, actual)
        shares |= _unmodelled(interval, after, self._plan.target)
        evidence = _Evidence(visits, legs, staff, self._plan.target, planned.aht_s)
        return Miss(
            queue=self._queue,
            start=interval.start,
            end=interval.end,
            goal=interval.goal,
            formula=self._plan.target.formula,
            definition=self._plan.target.definition,
            observed=interval.observed,
            planned=before,
            modelled=after,
            required_agents=required,
            patience_s=self._patience_s,
            forecast_weeks=None if expected is None else expected.weeks,
            blames=tuple(
                _blame(cause, share, planned if cause in known else None, actual, evidence)
                for cause, share in shares.items()
            ),
        )

    def _modelled(self, pool: Pool) -> float:
        """The level that a pool reaches, by the queue's formula."""
        formula, served = FORMULAS[self._plan.target.formula], _Served(pool, self._plan.target)
        denominator = formula.denominator(served)
        return formula.numerator(served) / denominator if denominator > 0 else 0.0

    def _pool(self, conditions: "_Conditions") -> Pool:
        return Pool(
            rate=conditions.rate,
            aht_s=conditions.aht_s,
            agents=max(0.0, conditions.logged_in - conditions.not_ready),
            patience_s=self._patience_s,
        )

    def _shares(self, planned: "_Conditions", actual: "_Conditions") -> tuple[dict[str, float], float, float]:
        """Each cause's mean effect over all orders, and the model's level as planned and as it was."""
        levels: dict[frozenset[str], float] = {}

        def level(changed: frozenset[str]) -> float:
            if changed not in levels:
                levels[changed] = self._modelled(self._pool(_mixed(planned, actual, changed)))
            return levels[changed]

        totals = dict.fromkeys(CAUSES, 0.0)
        orders = list(permutations(CAUSES))
        for order in orders:
            changed: frozenset[str] = frozenset()
            for cause in order:
                totals[cause] += level(changed) - level(changed | {cause})
                changed |= {cause}
        shares = {cause: total / len(orders) for cause, total in totals.items()}
        return shares, level(frozenset()), level(frozenset(CAUSES))


class _Served:
    """The symbols of the formulas, as shares of what a pool is offered."""

    offered = 1.0
    left = callbacks_within = callbacks_closed_within = 0.0

    def __init__(self, pool: Pool, target: Target) -> None:
        within = serve(pool, target.threshold_us / SECOND)
        self.abandoned = within.p_abandon
        self.answered = 1 - within.p_abandon
        self.answered_within = within.answered_within
        self.abandoned_within = within.abandoned_within
        is_asked = "_s" in FORMULAS[target.formula].text
        self.short = serve(pool, target.short_abandon_us / SECOND).abandoned_within if is_asked else 0.0


def _cell(records: Iterable[Record]) -> Cell:
    cell = Cell()
    for record in records:
        for step in steps_of(record):
            step(cell, record, 1)
    return cell


def _level(cell: Cell, target: Target) -> float | None:
    numerator, denominator = service_level(cell, target)
    return numerator / denominator if denominator else None


def _unmodelled(interval: "_Interval", modelled: float, target: Target) -> dict[str, float]:
    """What lies between the model's level and what was: what the model does not know, and the rest."""
    if target.formula not in _COUNTING_OTHERS:
        return {SKILLS: modelled - interval.observed}
    cell = interval.cell
    alone = msgspec.structs.replace(
        cell, offered=cell.answered + cell.abandoned, left={}, callback_waits={}, callback_closed_waits={}
    )
    served = _level(alone, target)
    if served is None:  # all left otherwise
        served = modelled
    return {LEFT: served - interval.observed, SKILLS: modelled - served}


_COUNTING_OTHERS = {"SL7", "SL8"}
"""Formulas in which contacts count that were neither answered nor abandoned."""


class _Interval(msgspec.Struct, frozen=True):
    """One interval below its goal."""

    start: Instant
    end: Instant
    goal: float
    observed: float
    cell: Cell


class _Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What the model is told: contacts a second, handling time, agents logged in, and not ready of them."""

    rate: float
    aht_s: float
    logged_in: float
    not_ready: float


_FIELDS = {"volume": "rate", "handling_time": "aht_s", "staffing": "logged_in", "not_ready": "not_ready"}
_UNITS = {"volume": "contacts an hour", "handling_time": "s", "staffing": "agents", "not_ready": "agents"}


def _known_plans(expected: Expectation | None) -> Iterator[str]:
    """The causes of which it is known what was planned."""
    yield from ("staffing", "not_ready")
    if expected is not None:
        yield "volume"
    if expected is not None and expected.aht_us:
        yield "handling_time"


def _mixed(planned: _Conditions, actual: _Conditions, changed: frozenset[str]) -> _Conditions:
    """The conditions as planned, but for the causes that are put as they were."""
    changes = {_FIELDS[cause]: getattr(actual, _FIELDS[cause]) for cause in changed}
    return msgspec.structs.replace(planned, **changes)


def _patience(visits: Iterable[Visit]) -> float | None:
    """Mean patience in seconds as Erlang A has it: all waiting / abandons; None where nobody abandoned."""
    waited = abandoned = 0
    for visit in visits:
        if visit.outcome in {"answered", "abandoned"}:
            waited += visit.waited_us or 0
            abandoned += visit.outcome == "abandoned"
    return waited / abandoned / SECOND if abandoned and waited else None


def _aht_s(cell: Cell) -> float | None:
    return (cell.talk_us + cell.hold_us + cell.wrap_up_us) / cell.handled / SECOND if cell.handled else None


class _Evidence(msgspec.Struct, frozen=True):
    """What stands behind the shares."""

    visits: list[Visit]
    legs: list[Leg]
    staff: Staff
    target: Target
    planned_aht_s: float

    def late(self) -> dict[ContactId, float]:
        """Contacts that count against the level, such as those not answered in time, by how long they waited."""
        return self._against(("answered", "abandoned"))

    def left(self) -> dict[ContactId, float]:
        """Those of them that left otherwise."""
        return self._against(("left",))

    def _against(self, outcomes: Container[str]) -> dict[ContactId, float]:
        waits: dict[ContactId, float] = {}
        for visit in self.visits:
            if visit.outcome not in outcomes or visit.waited_us is None:
                continue
            good, counted = service_level(_cell([visit]), self.target)
            if good < counted:
                waits[visit.contact_id] = visit.waited_us / SECOND
        return waits

    def long(self) -> tuple[dict[ContactId, float], dict[AgentId, float]]:
        """Contacts and agents by how much longer than planned their handling took."""
        contacts: dict[ContactId, float] = {}
        agents: dict[AgentId, float] = {}
        for leg in self.legs:
            if leg.ended_at is None:
                continue
            more = leg.handling_us / SECOND - self.planned_aht_s
            contacts[leg.contact_id] = contacts.get(leg.contact_id, 0.0) + more
            if leg.agent_id is not None:
                agents[leg.agent_id] = agents.get(leg.agent_id, 0.0) + more
        return contacts, agents


def _blame(cause: str, share: float, planned: _Conditions | None, actual: _Conditions, evidence: _Evidence) -> Blame:
    contacts: Mapping[ContactId, float] = {}
    agents: Mapping[AgentId, float] = {}
    match cause:
        case "volume":
            contacts = evidence.late()
        case "handling_time":
            contacts, agents = evidence.long()
        case "staffing":
            contacts, agents = evidence.late(), evidence.staff.logged_in
        case "not_ready":
            contacts, agents = evidence.late(), evidence.staff.not_ready
        case "left_otherwise":
            contacts = evidence.left()
        case _:
            contacts, agents = evidence.late(), evidence.staff.ready
    field = _FIELDS.get(cause)
    factor = 3600 if cause == "volume" else 1
    unknown = cause in {"staffing", "not_ready"} and not evidence.staff.logged_in
    return Blame(
        cause=cause,
        share=share,
        planned=None if field is None or planned is None else getattr(planned, field) * factor,
        actual=None if field is None or unknown else getattr(actual, field) * factor,
        unit=_UNITS.get(cause, ""),
        contacts=_greatest(contacts),
        agents=_greatest(agents),
    )


_Name = TypeVar("_Name", bound=str)


def _greatest(amounts: Mapping[_Name, float]) -> tuple[tuple[_Name, float], ...]:
    ordered = sorted(amounts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((name, round(amount, 3)) for name, amount in ordered[:_SHOWN] if amount > 0)
