"""Live equals history: after any facts whatever, what the board counted is what a report over them counts."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from facts.ids import AgentId, ContactId, OfferId, QueueName, SkillName
from facts.journal import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentStateChanged,
    AnyFact,
    CallbackEnded,
    CallbackRequested,
    ContactAbandoned,
    ContactConnected,
    ContactEnded,
    ContactLeftQueue,
    ContactOffered,
    ContactQueued,
    ContactTransferred,
    DispositionSet,
    Entry,
    ExpectedWaitTold,
    MenuEnded,
    MenuNodeEntered,
    NodeStarted,
    OfferEnded,
    OfferMade,
    SkillsChanged,
    SurveyAnswered,
    TalkEnded,
    WrapUpEnded,
)
from facts.states import Activity, Declared, LeftQueue, OfferOutcome, Party
from facts.time import DAY, HOUR, MINUTE, SECOND
from reporting.kpi.catalogue import LIVE
from reporting.kpi.cells import Cell
from reporting.kpi.columns import merged, part_of
from reporting.kpi.fold import Fold, Records
from reporting.kpi.from_cells import Grain, Stored, UndecidedError, build_from_cells, can_answer
from reporting.kpi.intervals import Calendar, parse_opening_hours, quarter_of, to_instant
from reporting.kpi.live import AGENT, ENTRY_POINT, QUEUE, Cells
from reporting.kpi.records import Span, Visit
from reporting.kpi.report import History, Query, build, read
from reporting.kpi.service_level import Target, Targets
from reporting.kpi.slices import Slicer
from storage.sheets import pack, unpack
from tests.reporting.scenes import NINE, Scene

UNLIKE = Targets(
    by_queue={
        QueueName("sales"): Target(formula="SL8", threshold_us=60 * SECOND),
        QueueName("billing"): Target(formula="SL4", threshold_us=20 * SECOND, short_abandon_us=10 * SECOND),
    }
)
BALANCE = ("offered", "answered", "abandoned", "left_otherwise", "in_progress")

contacts = st.sampled_from([ContactId(name) for name in "abc"])
agents = st.sampled_from([AgentId(name) for name in ("ann", "bob")])
queues = st.sampled_from([QueueName(name) for name in ("sales", "billing")])
waits = st.integers(0, 90 * SECOND)


def of(kind: type, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[AnyFact]:
    return st.builds(kind, **fields)


facts: st.SearchStrategy[AnyFact] = st.one_of(
    of(ContactOffered, contact_id=contacts, entry_point=st.sampled_from(["1", "2"])),
    of(MenuNodeEntered, contact_id=contacts, flow=st.just("main"), node=st.sampled_from(["hello", "menu"])),
    of(
        MenuEnded,
        contact_id=contacts,
        flow=st.just("main"),
        outcome=st.sampled_from(["queued", "hung_up"]),
        contained=st.booleans(),
    ),
    of(
        ContactQueued,
        contact_id=contacts,
        queue=queues,
        joined_at=st.just(NINE),
        entered=st.integers(1, 2),
        returned=st.booleans(),
    ),
    of(OfferMade, contact_id=contacts, agent_id=agents, offer_id=st.just(OfferId("o")), ring_us=waits, waited_us=waits),
    of(
        OfferEnded,
        contact_id=contacts,
        agent_id=agents,
        offer_id=st.just(OfferId("o")),
        outcome=st.sampled_from(OfferOutcome),
        rang_us=waits,
    ),
    of(ContactConnected, contact_id=contacts, agent_id=st.none() | agents, waited_us=waits),
    of(ContactTransferred, contact_id=contacts, agent_id=agents, to_kind=st.just("agent"), to=st.just("bob")),
    of(
        TalkEnded,
        contact_id=contacts,
        agent_id=agents,
        ended_by=st.just(Party.CALLER),
        talk_us=waits,
        hold_us=st.none() | waits,
        wrap_up_known=st.booleans(),
    ),
    of(WrapUpEnded, contact_id=contacts, agent_id=agents, took_us=waits),
    of(
        ContactLeftQueue,
        contact_id=contacts,
        queue=queues,
        outcome=st.sampled_from(LeftQueue),
        waited_us=waits,
    ),
    of(ContactAbandoned, contact_id=contacts, stage=st.sampled_from(["menu", "queue", "ringing"]), waited_us=waits),
    of(ContactEnded, contact_id=contacts),
    of(ExpectedWaitTold, contact_id=contacts, position=st.just(1), expected_wait_us=waits),
    of(CallbackRequested, contact_id=contacts, number=st.just("1")),
    of(CallbackEnded, contact_id=contacts, outcome=st.sampled_from(["connected", "expired"]), attempts=st.just(1)),
    of(DispositionSet, contact_id=contacts, agent_id=agents, disposition=st.just("sale"), resolved=st.booleans()),
    of(SurveyAnswered, contact_id=contacts, score=st.integers(0, 6), resolved=st.none() | st.booleans()),
    of(AgentLoggedIn, agent_id=agents, team=st.just("north"), skills=st.just({SkillName("english"): 3})),
    of(AgentLoggedOut, agent_id=agents),
    of(
        AgentStateChanged,
        agent_id=agents,
        declared=st.sampled_from(Declared),
        activity=st.sampled_from(Activity),
        reason=st.sampled_from([None, "break"]),
    ),
    of(SkillsChanged, agent_id=agents, skills=st.just({})),
    st.just(NodeStarted(version="1")),
)

noise = st.lists(facts, max_size=25)
"""Facts in any order whatever: what a hole in the journal leaves."""


def life(contact: ContactId) -> list[st.SearchStrategy[AnyFact]]:
    """The facts of a contact in the order in which they usually come."""
    me = st.just(contact)
    return [
        of(ContactOffered, contact_id=me),
        of(ContactQueued, contact_id=me, queue=queues, joined_at=st.just(NINE)),
        of(ExpectedWaitTold, contact_id=me, position=st.just(1), expected_wait_us=waits),
        of(CallbackRequested, contact_id=me, number=st.just("1")),
        st.just(NodeStarted(version="1")),
        of(ContactQueued, contact_id=me, queue=queues, joined_at=st.just(NINE), returned=st.booleans()),
        of(ContactConnected, contact_id=me, agent_id=agents, waited_us=waits),
        of(
            TalkEnded,
            contact_id=me,
            agent_id=agents,
            ended_by=st.just(Party.CALLER),
            talk_us=waits,
            hold_us=st.none() | waits,
            wrap_up_known=st.booleans(),
        ),
        of(CallbackEnded, contact_id=me, outcome=st.just("connected"), attempts=st.just(1)),
        of(DispositionSet, contact_id=me, agent_id=agents, disposition=st.just("sale"), resolved=st.booleans()),
        of(SurveyAnswered, contact_id=me, score=st.integers(1, 5), resolved=st.booleans()),
        of(WrapUpEnded, contact_id=me, agent_id=agents, took_us=waits),
        of(ContactEnded, contact_id=me),
    ]


@st.composite
def lives(draw: st.DrawFn) -> list[AnyFact]:
    """Two contacts' lives, each with some facts missing, told across each other."""
    told: list[AnyFact] = []
    for contact in (ContactId("a"), ContactId("b")):
        present = draw(st.lists(st.booleans(), min_size=13, max_size=13))
        mine = [draw(fact) for fact, there in zip(life(contact), present, strict=True) if there]
        place = 0
        for fact in mine:
            place = draw(st.integers(place, len(told)))
            told.insert(place, fact)
            place += 1
    return told


@st.composite
def days(draw: st.DrawFn) -> list[tuple[int, AnyFact]]:
    """Facts with the pauses between them."""
    told = draw(noise | lives())
    pauses = draw(st.lists(st.integers(0, 20 * MINUTE), min_size=len(told), max_size=len(told)))
    return list(zip(pauses, told, strict=True))


steps = days()


def entries_of(drawn: list[tuple[int, AnyFact]]) -> list[Entry]:
    at, entries = NINE, []
    for seq, (pause, fact) in enumerate(drawn, 1):
        at += pause
        entries.append(Entry(node="n", seq=seq, at=at, fact=fact))  # type: ignore[arg-type]
    return entries


def scanned(entries: list[Entry], dimension: str) -> dict[tuple[int, str | None], Cell]:
    """The cells by a plain scan of the records, agents' open time included."""
    records = Records()
    fold = Fold(records)
    fold.apply_all(entries)
    slicer = Slicer(("15min", dimension), Calendar(UTC))
    slicer.add_all([*records.records, *fold.agents.open_spans(fold.now)])
    found = {}
    for key, cell in slicer.cells.items():
        assert key[0] is not None
        found[_instant(key[0]), key[1]] = cell
    return found


def lived(entries: list[Entry], family: str) -> dict[tuple[int, str | None], Cell]:
    """The cells as they were filled fact by fact."""
    cells = Cells()
    fold = Fold(cells)
    fold.apply_all(entries)
    for span in fold.agents.open_spans(fold.now):
        cells.add_span(span)
    return {(quarter, key): cell for quarter, key, cell in cells.of(family)}


@settings(max_examples=150)
@given(steps)
def test_cells_filled_live_equal_a_scan_of_the_records(drawn: list[tuple[int, AnyFact]]) -> None:
    entries = entries_of(drawn)
    assert {key: cell for key, cell in lived(entries, QUEUE).items() if key[1]} == scanned(entries, "queue")
    by_entry_point = lived(entries, ENTRY_POINT)
    assert by_entry_point == scanned(entries, "entry_point")
    by_agent = {key: cell for key, cell in lived(entries, AGENT).items() if key[1] or cell.offered}
    doubtful = {key for key, cell in by_agent.items() if cell.longest_lost}
    scan = scanned(entries, "agent")
    assert by_agent.keys() == scan.keys()
    for key, cell in by_agent.items():
        longest = scan[key].longest_us if key in doubtful else cell.longest_us
        assert msgspec.structs.replace(cell, longest_lost=0, longest_us=longest) == scan[key]


SIZES = {"15min": 15 * MINUTE, "30min": 30 * MINUTE, "hour": HOUR, "day": DAY}


class Tables:
    """Interval tables in memory: half of the cells in the grain, in days of UTC, the others still quarters."""

    def __init__(self, entries: list[Entry]) -> None:
        self._cells = Cells()
        fold = Fold(self._cells)
        fold.apply_all(entries)
        for span in fold.agents.open_spans(fold.now):
            self._cells.add_span(span)

    def parts(self, family: str, from_at: int | None, to_at: int | None, grain: Grain) -> Stored:
        cells = list(self._cells.of(family))
        coarse = part_of(cells[::2])
        coarse = merged([coarse], coarse.at - coarse.at % SIZES[grain])
        there = (unpack(pack(coarse)), part_of(cells[1::2]))
        return Stored(*([part] if len(part := one.between(from_at, to_at)) else [] for one in there))


queries = st.builds(
    Query,
    by=st.sampled_from(
        [
            *((), ("queue",), ("hour", "queue"), ("day",), ("queue", "week"), ("hour_of_day",), ("agent",)),
            *(("entry_point",), ("30min", "agent", "day"), ("15min", "entry_point"), ("queue", "30min")),
            *(("agent", "month"), ("15min",)),
        ]
    ),
    start=st.sampled_from([None, NINE - 9 * HOUR, NINE + HOUR]),
    end=st.sampled_from([None, NINE + 15 * HOUR, NINE + 3 * HOUR]),
    zone=st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")]),
    hours=st.sampled_from([None, parse_opening_hours("09:00-10:30")]),
    targets=st.sampled_from([Targets(), UNLIKE]),
    figures=st.sampled_from([(name,) for name in LIVE]),
)


@settings(max_examples=250)
@given(days(), queries, st.sampled_from(["", "queues", "agents"]))
def test_interval_tables_equal_a_scan_of_the_journal(drawn: list[tuple[int, AnyFact]], query: Query, only: str) -> None:
    filters = {"queues": ("sales", "billing"), "agents": ("ann", "bob")}
    if only and can_answer(msgspec.structs.replace(query, **{only: filters[only]})):
        known = {f"known_{only}": frozenset(filters[only])}
        query = msgspec.structs.replace(query, **{only: filters[only][: 1 + len(drawn) % 2], **known})
    scene = Scene()
    scene.list = entries_of(drawn)
    by_scan = build(read(scene, query.start, query.end), query)
    assert can_answer(query)
    last = scene.list[-1].at if scene.list else 0
    try:
        by_tables = build_from_cells(Tables(scene.list), query, as_of=last, days_of="UTC")
    except UndecidedError:
        assert query.figures == ("longest_wait_s",)
        return
    assert list(by_tables.rows) == list(by_scan.rows)
    assert by_tables.total == by_scan.total
    assert list(by_tables.rows) == [by_tables.rows[place] for place in range(len(by_tables.rows))]


@settings(max_examples=60)
@given(steps)
def test_nothing_is_lost_at_any_moment(drawn: list[tuple[int, AnyFact]]) -> None:
    records = Records()
    fold = Fold(records)
    for entry in entries_of(drawn):
        fold.apply(entry)
        report = build(History(records=list(records.records), as_of=fold.now), Query(by=("queue",), figures=BALANCE))
        for row in (*report.rows, report.total):
            offered, *parts = (row.figures[name].value for name in BALANCE)
            assert offered == sum(part or 0 for part in parts)
        waiting = [visit for visit in records.records if isinstance(visit, Visit) and not visit.outcome]
        assert {id(visit) for visit in waiting} == {id(visit) for visit in fold.contacts.waiting.values()}


@settings(max_examples=80)
@given(steps)
def test_every_microsecond_of_a_log_in_is_in_exactly_one_state(drawn: list[tuple[int, AnyFact]]) -> None:
    records = Records()
    fold = Fold(records)
    fold.apply_all(entries_of(drawn))
    spans = [span for span in records.records if isinstance(span, Span)]
    spans += fold.agents.open_spans(fold.now)
    for agent in ("ann", "bob"):
        mine = sorted((span.at, span.end) for span in spans if span.agent_id == agent)
        assert all(end <= begin for (_, end), (begin, _) in pairwise(mine)), "no overlap"
        assert all(begin < end for begin, end in mine)


def _instant(label: str) -> int:
    return quarter_of(to_instant(datetime.fromisoformat(label)))
