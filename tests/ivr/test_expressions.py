"""Conditions and texts with variables."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import ExpressionError
from ivr.expressions import as_text, condition, fill, names_in

SCOPE: dict[str, Any] = {
    "tier": "gold",
    "count": 3,
    "amount": Decimal("12.50"),
    "known": True,
    "caller.number": "+861380",
    "queue.sales.expected_wait_s": 59.9,
    "nothing": None,
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('tier == "gold"', True),
        ('tier in ["silver", "gold"] and count >= 3', True),
        ("count > 3 or not known", False),
        ("1 < count <= 3", True),
        ("amount > 12", True),
        ("amount == 12.5", True),
        ("count == -3", False),
        ("queue.sales.expected_wait_s < 60", True),
        ('starts_with(caller.number, "+86")', True),
        ("starts_with(count, 3)", False),
        ("known", True),
        ("known == true", True),
        ("nothing == none", True),
        ("missing > 5", False),
        ("missing == none", True),
        ("not missing", True),
        ("tier > 5", False),
        ('tier != "gold"', False),
        ('"gold" in missing', False),
        ("not (count == 3 and known)", False),
        ('tier not in ["x"]', True),
    ],
)
def test_conditions(text: str, holds: bool) -> None:
    assert condition(text).holds(SCOPE) is holds


def test_the_names_of_a_condition_are_known() -> None:
    found = condition('hours.office and (a == b.c or not starts_with(d, "x")) and true').names
    assert found == {"hours.office", "a", "b.c", "d"}


@pytest.mark.parametrize(
    "text",
    ["", "a ==", "a = 3", "open('x')", "a.b()", "a + 1", "a[0]", "lambda: 1", "a if b else c", "f'{a}'", "a is b",
     "().__class__", "starts_with(a)", "x" * 501, "(" * 400 + ")" * 400, "a\x00b", "{1: 2}", "a == b'x'"],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        condition(text)


def test_texts_are_filled_and_quoted() -> None:
    assert fill("{tier}/{amount}/{known}/{missing}/{not a name}", SCOPE) == "gold/12.50/true//{not a name}"
    assert fill("{caller.number}", SCOPE, quote=lambda text: text.replace("+", "%2B")) == "%2B861380"
    assert fill("{tier}", {"tier": "{count}"}) == "{count}"
    assert names_in("a {b} {c.d}") == ("b", "c.d")
    assert as_text(False) == "false"


@given(st.text(alphabet="ab.()[]'\"=<>!, notandorin123", max_size=60))
def test_any_text_is_a_condition_or_is_refused(text: str) -> None:
    try:
        found = condition(text)
    except ExpressionError:
        return
    assert found.holds({}) in (True, False)
