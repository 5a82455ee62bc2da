"""Slices by every dimension, ranges, opening hours, and the rule of where a contact counts."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts.ids import AgentId, ContactId
from facts.journal import DispositionSet, MenuNodeEntered
from reporting.kpi.cells import Cell
from reporting.kpi.errors import NothingThereError, ReportError
from reporting.kpi.intervals import parse_opening_hours
from reporting.kpi.report import Query, Report, answer
from reporting.kpi.slices import parse_dimensions
from tests.reporting.scenes import Scene, clock


def scene() -> Scene:
    made = Scene()
    made.logs_in(0, "ann", team="north")
    made.logs_in(0, "bob", team="south")
    made.arrives(10, "a", "8001", region="Jura")
    made.tell(11, MenuNodeEntered(contact_id=ContactId("a"), flow="main", node="orders"))
    made.queued(12, "a", requirement="english>=3 & billing", attributes={"customer_tier": "gold"})
    made.answered(20, "a", "ann", 8)
    made.talk_ends(80, "a", "ann", 60)
    made.tell(81, DispositionSet(contact_id=ContactId("a"), agent_id=AgentId("ann"), disposition="sold"))
    made.arrives(1000, "b", "8002")
    made.queued(1000, "b", "billing", requirement="billing")
    made.answered(2000, "b", "bob", 1000)
    made.talk_ends(2050, "b", "bob", 50)
    made.queued(1100, "c")
    made.abandons(1110, "c", 10)
    made.list.sort(key=lambda entry: entry.at)
    return made


def offered(*by: str, **query: object) -> dict[tuple[str | None, ...], float | None]:
    report: Report = answer(scene(), Query(by=by, figures=("offered",), **query))  # type: ignore[arg-type]
    return {
        tuple(row.slice.values()): row.figures["offered"].value for row in report.rows if row.figures["offered"].value
    }


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("queue", {"sales": 2, "billing": 1}),
        ("agent", {"ann": 1, "bob": 1, None: 1}),
        ("team", {"north": 1, "south": 1, None: 1}),
        ("skill", {"english": 1, "billing": 2, None: 1}),
        ("entry_point", {"8001": 1, "8002": 1, None: 1}),
        ("node", {"orders": 1, None: 2}),
        ("disposition", {"sold": 1, None: 2}),
        ("customer_tier", {"gold": 1, None: 2}),
        ("region", {"Jura": 1, None: 2}),
        ("channel", {"call": 3}),
        ("direction", {"inbound": 3}),
        ("weekday", {"1": 3}),
        ("hour_of_day", {"09": 3}),
        ("month", {"2026-03": 3}),
        ("week", {"2026-03-02": 3}),
        ("15min", {"2026-03-02T09:00+00:00": 1, "2026-03-02T09:15+00:00": 2}),
    ],
)
def test_every_dimension(by: str, rows: dict[str | None, int]) -> None:
    assert offered(by) == {(value,): count for value, count in rows.items()}


def test_several_dimensions_at_once() -> None:
    assert offered("queue", "agent") == {("sales", "ann"): 1, ("sales", None): 1, ("billing", "bob"): 1}


def test_a_range_is_closed_at_its_beginning_and_open_at_its_end() -> None:
    assert offered(start=clock(12), end=clock(1000)) == {(): 1}
    assert offered(start=clock(13), end=clock(1001)) == {(): 1}


def test_a_contact_counts_where_it_was_offered_or_where_it_left() -> None:
    quarters = {label[0]: count for label, count in offered("15min", counted_at="closed").items()}
    assert quarters == {"2026-03-02T09:00+00:00": 1, "2026-03-02T09:15+00:00": 1, "2026-03-02T09:30+00:00": 1}


def test_what_becomes_of_a_contact_after_the_range_counts_for_it() -> None:
    report = answer(scene(), Query(start=clock(0), end=clock(1001), figures=("answered", "handled")))
    assert [figure.value for figure in report.total.figures.values()] == [2, 2]


def test_opening_hours_keep_what_is_outside_out() -> None:
    assert offered(hours=parse_opening_hours("09:15-10:00")) == {(): 2}
    assert offered(hours=parse_opening_hours("Tue 00:00-24:00")) == {}


def test_only_a_queue_or_an_agent() -> None:
    assert offered(queues=("sales",)) == {(): 2}
    assert offered(agents=("bob",)) == {(): 1}
    for unknown in ({"queues": ("nowhere",)}, {"agents": ("nobody",)}):
        with pytest.raises(NothingThereError, match="does not occur"):
            offered(**unknown)


def test_dimensions_as_people_write_them() -> None:
    assert parse_dimensions("queue, hour") == ("queue", "hour")
    assert parse_dimensions("quarter,queue") == ("15min", "queue")
    assert parse_dimensions("") == ()
    for wrong in ("colour", "queue,queue", "hour,60min"):
        with pytest.raises(ReportError):
            parse_dimensions(wrong)


counts = st.integers(-5, 50)
histograms = st.dictionaries(st.integers(0, 900), st.integers(1, 9), max_size=4)
kinds = st.dictionaries(st.sampled_from(["x", "y"]), st.integers(1, 9), max_size=2)


def filled(draw: st.DataObject) -> Cell:
    """A cell with something in every field."""
    cell = Cell()
    for name in Cell.__struct_fields__:
        is_dict = isinstance(getattr(cell, name), dict)
        source = counts if not is_dict else histograms if name.endswith(("waits", "talks")) else kinds
        setattr(cell, name, draw.draw(source))
    return cell


@given(st.data())
def test_cells_add_up_in_every_field(data: st.DataObject) -> None:
    one, other = filled(data), filled(data)
    total = Cell()
    total.add(one)
    total.add(other)
    for name in Cell.__struct_fields__:
        mine, theirs, both = (getattr(cell, name) for cell in (one, other, total))
        if isinstance(both, dict):
            assert both == {key: mine.get(key, 0) + theirs.get(key, 0) for key in {**mine, **theirs}}, name
        else:
            assert both == (max(mine, theirs, 0) if name == "longest_us" else mine + theirs), name


def test_the_zone_of_a_query_is_utc_unless_said() -> None:
    assert Query().zone is UTC
