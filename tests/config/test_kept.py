"""Places are told as written, whatever was taken out of lists before."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from config.kept import Kept


@given(st.lists(st.sets(st.integers(0, 7), max_size=3), max_size=4))
def test_what_is_left_knows_where_it_stood(rounds: list[set[int]]) -> None:
    data: dict[str, Any] = {"rows": [{"was": ("rows", index, "was")} for index in range(8)]}
    kept = Kept()
    for wanted in rounds:
        kept.take_out(data, {("rows", index) for index in wanted if index < len(data["rows"])})
    for index, row in enumerate(data["rows"]):
        assert kept.written(("rows", index, "was")) == row["was"]


def test_a_part_and_the_whole_that_it_is_of_are_taken_out_together() -> None:
    data: dict[str, Any] = {"rows": [{"a": 1}, {"a": 2, "b": [5, 6, 7]}, {"a": 3}]}
    kept = Kept()
    kept.take_out(data, {("rows", 1, "b", 1), ("rows", 0), ("rows", 0, "a")})
    assert data == {"rows": [{"a": 2, "b": [5, 7]}, {"a": 3}]}
    assert kept.written(("rows", 0, "b", 1)) == ("rows", 1, "b", 2)
    assert kept.written(("rows", 1, "a")) == ("rows", 2, "a")
