"""Numbers that callers give: what is dialled, and what is not."""

import pytest

from ivr.dialling import diallable


@pytest.mark.parametrize(
    ("number", "region", "countries", "form", "dialled"),
    [
        ("5551230001", "US", (), "as_given", "5551230001"),
        ("(415) 555-0132", "US", (), "as_given", "4155550132"),
        ("+14155550132", "US", (), "national", "4155550132"),
        ("13800138000", "CN", (), "international", "+8613800138000"),
        ("+86 755 8888 6666", "CN", (), "national", "075588886666"),
        ("+86 755 8888 6666", "CN", (), "as_given", "+8675588886666"),
        ("+442079460018", "CN", ("CN", "GB"), "international", "+442079460018"),
        ("+442079460018", "CN", ("*",), "as_given", "+442079460018"),
    ],
)
def test_what_is_dialled(number, region, countries, form, dialled):
    assert diallable(number, region, countries, form) == dialled


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("", "US"),
        ("anonymous", "US"),
        ("911", "US"),
        ("1002", "US"),
        ("5551230001&PJSIP/1002@evil", "US"),
        ("+442079460018", "US"),
        ("0119005551234", "US"),
        ("9005551234", "US"),
        ("+79161234567", "KZ"),
        ("9" * 5000, "US"),
    ],
)
def test_what_is_not(number, region):
    assert diallable(number, region) is None
