"""Which flow answers a dialled number."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts.ids import ContactId
from ivr.entry_points import (
    Circumstances,
    EntryPoint,
    Route,
    answer,
    country_of,
    find,
    international,
    lot_of,
    plain,
)

MAIN = EntryPoint(
    name="main",
    numbers=("8123", "+86 755 8888 6666"),
    flow="main",
    routes=(
        Route(flow="night", closed="office"),
        Route(flow="hong_kong", prefixes=("+852",), language="en"),
        Route(flow="trial", share=10, open="office"),
        Route(flow="trial_2", share=20),
    ),
    emergency="sorry",
    most_calls=2,
    overflow="busy",
)
POINTS = (
    MAIN,
    EntryPoint(name="rest", numbers=("8*",), flow="rest"),
    EntryPoint(name="ext", numbers=("81*",), flow="e"),
)
DAY = Circumstances(open_calendars=frozenset({"office"}), region="CN", lot=50)


def chosen(dialled: str = "8123", **given_: object) -> tuple[str, str]:
    fields = {name: getattr(DAY, name) for name in DAY.__struct_fields__} | given_
    found = answer(POINTS, dialled, Circumstances(**fields))
    assert found is not None
    return found.flow, found.why


def test_routes_are_tried_in_order() -> None:
    assert chosen() == ("main", "flow")
    assert chosen(open_calendars=frozenset()) == ("night", "route_1")
    assert chosen(caller="+85221234567") == ("hong_kong", "route_2")
    assert chosen(caller="+85221234567", open_calendars=frozenset()) == ("night", "route_1")


@pytest.mark.parametrize(
    ("lot", "flow"), [(0, "trial"), (9.99, "trial"), (10, "trial_2"), (29.9, "trial_2"), (30, "main")]
)
def test_shares_split_what_is_left(lot: float, flow: str) -> None:
    assert chosen(lot=lot)[0] == flow


def test_the_emergency_switch_comes_before_everything() -> None:
    assert chosen(emergencies=frozenset({"main"}), calls={"main": 9}) == ("sorry", "emergency")
    assert chosen(emergencies=frozenset({"*"})) == ("sorry", "emergency")
    assert chosen(emergencies=frozenset({"other"})) == ("main", "flow")


def test_overflow_when_as_many_calls_as_allowed_are_in_progress() -> None:
    assert chosen(calls={"main": 1}) == ("main", "flow")
    assert chosen(calls={"main": 2}) == ("busy", "overflow")


@pytest.mark.parametrize("dialled", ["8123", "+8675588886666", "075588886666", "0755-8888 6666", "+86 (755) 88886666"])
def test_a_number_is_known_in_every_form(dialled: str) -> None:
    found = find(POINTS, dialled, "CN")
    assert found is MAIN


def test_the_longest_pattern_wins() -> None:
    assert [getattr(find(POINTS, dialled, None), "name", None) for dialled in ("8199", "8299", "9", "")] == [
        "ext",
        "rest",
        None,
        None,
    ]


def test_a_withheld_number_has_no_prefix() -> None:
    assert chosen(caller="") == ("main", "flow")


def test_local_callers_match_by_their_international_number() -> None:
    point = EntryPoint(name="p", numbers=("1",), flow="f", routes=(Route(flow="local", prefixes=("+86755",)),))
    found = answer([point], "1", Circumstances(caller="0755 8888 6666", region="CN"))
    assert found is not None
    assert found.flow == "local"


def test_lots_are_even_and_stay() -> None:
    lots = [lot_of(ContactId(f"pbx-{n}")) for n in range(4000)]
    assert lots == [lot_of(ContactId(f"pbx-{n}")) for n in range(4000)]
    tenths = Counter(int(lot // 10) for lot in lots)
    assert set(tenths) == set(range(10))
    assert all(320 < count < 480 for count in tenths.values())


def test_countries() -> None:
    assert country_of("+85221234567", "CN") == "HK"
    assert country_of("13800138000", "CN") == "CN"
    assert country_of("anonymous", "CN") == ""


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=100)
def test_whatever_a_caller_id_holds_it_is_only_a_number(text: str) -> None:
    assert set(plain(text)) <= set("+0123456789*#")
    assert set(international(text, "CN")) <= set("+0123456789*#")
    country_of(text, None)
