"""Nothing comes near the switch that is not a number which may be dialled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_bridge.shell.call_control.dial_rules import DialRules, are_keys, refusal

GERMANY = DialRules(country="DE")


@pytest.mark.parametrize(
    "number",
    [
        "",
        "+",
        "555 1234",
        "555,1234",
        "555&PJSIP/1002",
        "555@evil",
        "555\r\nAction: Originate",
        "${SHELL(id)}",
        "*21*0900123#",
        "#31#555",
        "+49+30",
        "\uff15\uff15",
        "1" * 33,
        "555;x",
        "555\x00",
        "555\n",
    ],
)
def test_what_is_no_number_is_refused(number: str) -> None:
    assert refusal(GERMANY, number) == "number_invalid"


@given(st.text(max_size=40))
def test_whatever_is_typed_only_digits_get_through(text: str) -> None:
    if refusal(GERMANY, text) == "":
        assert text.removeprefix("+").isascii()
        assert text.removeprefix("+").isdigit()


@pytest.mark.parametrize(
    ("rules", "number", "why"),
    [
        ({}, "030123456", ""),
        ({}, "+4930123456", ""),
        ({}, "1002", ""),
        ({}, "09001234567", "number_denied"),
        ({}, "+499001234567", "number_denied"),
        ({}, "00499001234567", "number_denied"),
        ({"premium": True}, "09001234567", ""),
        ({"denied": ("+1*",)}, "0015551234567", "number_denied"),
        ({"denied": ("030*",)}, "030123456", "number_denied"),
        ({"allowed": ("+49*",)}, "030123456", ""),
        ({"allowed": ("+49*",)}, "+33140000000", "number_denied"),
        ({"allowed": ("????",)}, "1002", ""),
        ({"allowed": ("????",)}, "10021", "number_denied"),
        ({"allowed": ("*",), "denied": ("1002",)}, "1002", "number_denied"),
        ({"allowed": (), "denied": ("*",)}, "112", ""),
        ({"allowed": (), "emergency": False}, "112", "number_denied"),
        ({"allowed": ("+49*",)}, "911", ""),
    ],
)
def test_patterns_fit_numbers_as_dialled_and_in_international_form(
    rules: dict[str, object], number: str, why: str
) -> None:
    assert refusal(DialRules(country="DE", **rules), number) == why  # type: ignore[arg-type]  # each its own type


@pytest.mark.parametrize(("digits", "are"), [("0123456789*#", True), ("AD", True), ("", False), ("1,2", False)])
def test_keys_are_those_of_a_telephone(digits: str, are: bool) -> None:
    assert are_keys(digits) is are
    assert not are_keys(digits + "x")
    assert not are_keys("1" * 33)
