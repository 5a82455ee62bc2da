"""Entry points: which flow answers a dialled number. Pure.

What carriers call an intelligent network: an entry point has routes; the first whose conditions all hold answers.
Conditions are opening hours, the caller's prefix and a share of the calls. Before the routes come the emergency
switch, which somebody throws by hand, and the overflow when too many calls are in progress.
"""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec
import phonenumbers

from facts.ids import ContactId

MAX_NUMBER_LENGTH = 64
EVERYWHERE = "*"
"""In the emergency switch: all entry points."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One way on. Empty conditions hold always.

    ``open``/``closed``: a calendar that has to be open, or closed. ``prefixes``: beginnings of the caller's number in
    international form (``+86755``); ``withheld`` numbers have none. ``share``: this many per cent of the calls that
    come as far as this; several routes with shares split what is left (30, 30, then the rest).
    """

    flow: str
    open: str | None = None
    closed: str | None = None
    prefixes: tuple[str, ...] = ()
    share: float | None = None
    language: str | None = None


class EntryPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A number that customers dial. A number that ends in ``*`` stands for all that begin like it.

    ``flow`` answers when no route does. ``emergency`` answers while the switch is thrown, ``overflow`` when
    ``most_calls`` are in progress already.
    """

    name: str
    numbers: tuple[str, ...]
    flow: str
    routes: tuple[Route, ...] = ()
    language: str | None = None
    emergency: str | None = None
    most_calls: int | None = None
    overflow: str | None = None


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What holds at this moment. ``lot`` is from 0 to below 100, see :func:`lot_of`.

    ``open_calendars``: those open now. ``emergencies``: entry points whose switch is thrown (``*`` for all).
    ``calls``: calls in progress by entry point. ``region``: where numbers without country code belong (ISO 3166).
    """

    caller: str = ""
    region: str | None = None
    open_calendars: frozenset[str] = frozenset()
    emergencies: frozenset[str] = frozenset()
    calls: Mapping[str, int] = {}
    lot: float = 0.0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Which flow answers, in which language to begin, and why: ``route_1``, ``emergency``, ``overflow``, ``flow``."""

    entry_point: str
    flow: str
    language: str | None
    why: str


def answer(entry_points: Iterable[EntryPoint], dialled: str, given: Circumstances) -> Answer | None:
    """The flow for a dialled number; None when nobody has that number."""
    point = find(entry_points, dialled, given.region)
    if point is None:
        return None
    if point.emergency is not None and given.emergencies & {point.name, EVERYWHERE}:
        return _answer(point, point.emergency, "emergency")
    full = point.most_calls is not None and given.calls.get(point.name, 0) >= point.most_calls
    if full and point.overflow is not None:
        return _answer(point, point.overflow, "overflow")
    return _by_route(point, given)


def find(entry_points: Iterable[EntryPoint], dialled: str, region: str | None) -> EntryPoint | None:
    """The entry point of a dialled number; the longest pattern wins."""
    forms = {plain(dialled), international(dialled, region)}
    best: tuple[int, EntryPoint] | None = None
    for point in entry_points:
        for number in point.numbers:
            fit = _fit(number, forms, region)
            if fit and (best is None or fit > best[0]):
                best = (fit, point)
    return best[1] if best else None


def _fit(number: str, forms: set[str], region: str | None) -> int:
    if number.endswith("*"):
        beginning = plain(number[:-1])
        return len(beginning) + 1 if any(form.startswith(beginning) for form in forms) else 0
    return MAX_NUMBER_LENGTH + 1 if forms & {plain(number), international(number, region)} - {""} else 0


def _answer(point: EntryPoint, flow: str, why: str, language: str | None = None) -> Answer:
    return Answer(entry_point=point.name, flow=flow, language=language or point.language, why=why)


def _by_route(point: EntryPoint, given: Circumstances) -> Answer:
    caller = international(given.caller, given.region)
    taken = 0.0
    for index, route in enumerate(point.routes):
        if not _applies(route, caller, given.open_calendars):
            continue
        taken += 100.0 if route.share is None else route.share
        if given.lot < taken:
            return _answer(point, route.flow, f"route_{index + 1}", route.language)
    return _answer(point, point.flow, "flow")


def _applies(route: Route, caller: str, open_calendars: frozenset[str]) -> bool:
    if route.open is not None and route.open not in open_calendars:
        return False
    if route.closed is not None and route.closed in open_calendars:
        return False
    return not route.prefixes or (caller != "" and caller.startswith(route.prefixes))


def lot_of(contact_id: ContactId) -> float:
    """A contact's lot, 0 to below 100: even over many contacts, the same whenever it is asked for."""
    digest = hashlib.sha256(contact_id.encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 * 100


# -- numbers --------------------------------------------------------------------------------------------------------


def plain(number: str) -> str:
    """Only what is dialled: digits, ``*``, ``#`` and a leading ``+``."""
    kept = "".join(sign for sign in number[:MAX_NUMBER_LENGTH] if (sign.isascii() and sign.isdigit()) or sign in "*#")
    return f"+{kept}" if number.lstrip().startswith("+") and kept else kept


def international(number: str, region: str | None) -> str:
    """A number in E.164 form, ``+8675512345678``; as dialled when it is none (an extension, a short number)."""
    parsed = _parsed(number, region)
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return plain(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def country_of(number: str, region: str | None) -> str:
    """The country of a caller's number (ISO 3166), empty when it cannot be told."""
    parsed = _parsed(number, region)
    return (phonenumbers.region_code_for_number(parsed) or "") if parsed is not None else ""


def _parsed(number: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number[:MAX_NUMBER_LENGTH], region)
    except phonenumbers.NumberParseException:
        return None
