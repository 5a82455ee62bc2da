"""Numbers that the centre dials because a caller said so: checked, for a caller may say anything. Pure.

A caller chooses the number by showing it or by keying it in, and the centre pays for the call. So only numbers of the
countries that the site names are dialled, and none that cost their caller more than a call.
"""

from collections.abc import Collection
from typing import Literal, TypeAlias

import phonenumbers

from ivr.entry_points import MAX_NUMBER_LENGTH, plain

Form: TypeAlias = Literal["as_given", "international", "national"]
"""How a trunk wants numbers: as the caller's was shown or keyed in, ``+8675512345678``, or ``075512345678``."""

EVERY_COUNTRY = "*"

_COSTLY = frozenset({phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST})


def diallable(number: str, region: str, countries: Collection[str] = (), form: Form = "as_given") -> str | None:
    """The number as it is dialled; None when it is none, or may not be dialled.

    ``region``: where numbers without country code belong (ISO 3166), and the only country allowed unless ``countries``
    names others.
    """
    try:
        parsed = phonenumbers.parse(plain(number[:MAX_NUMBER_LENGTH]), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed) or phonenumbers.number_type(parsed) in _COSTLY:
        return None
    if not _allowed(parsed, region, countries):
        return None
    if form == "international":
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if form == "national":
        return plain(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))
    return plain(number)


def _allowed(parsed: phonenumbers.PhoneNumber, region: str, countries: Collection[str]) -> bool:
    """A country code may belong to several countries; then the number itself tells which, where it can."""
    allowed = set(countries or (region,))
    if EVERY_COUNTRY in allowed:
        return True
    country = phonenumbers.region_code_for_number(parsed)
    return country in allowed or (
        country is None and any(parsed.country_code == phonenumbers.country_code_for_region(one) for one in allowed)
    )
