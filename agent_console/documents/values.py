"""The kinds of values that documents are made of: instants, durations, figures, and the two bases of all documents."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Generic, Literal, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from facts.customer_rules import DIAL_NUMBER, LANGUAGE, LONGEST_LINE, WRITTEN
from facts.time import MILLISECOND, Instant, is_tellable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FIRST: Final = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST: Final = (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC) - _EPOCH) // _MICROSECOND


class Document(BaseModel):
    """What the server tells. Frozen; readers ignore keys that they do not know."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", use_attribute_docstrings=True, json_schema_serialization_defaults_required=True
    )


class Wish(BaseModel):
    """What a client asks for: unknown keys are refused, and errors never repeat a value."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


def moment_text(instant: Instant) -> str:
    """An instant in RFC 3339, UTC, with microseconds: ``2026-11-28T00:10:43.123456Z``.

    One that no calendar tells is told as the nearest that one does.
    """
    instant = min(max(instant, _FIRST), _LAST)
    return (_EPOCH + timedelta(microseconds=instant)).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_moment(text: str) -> Instant:
    """The instant that RFC 3339 text names; raises ValueError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("is no instant: write it as 2026-11-28T00:10:43Z") from error
    if at.tzinfo is None:
        raise ValueError("names no time zone: end it with Z or an offset like +01:00")
    instant = (at - _EPOCH) // _MICROSECOND
    if not is_tellable(instant):
        raise ValueError("is out of reach: write an instant from 1900 to 2999")
    return instant


def _as_instant(value: Any) -> Any:
    return parse_moment(value) if isinstance(value, str) else value


def _shown(instant: Instant) -> str:
    return moment_text(instant)


Moment: TypeAlias = Annotated[
    Instant,
    BeforeValidator(_as_instant),
    PlainSerializer(_shown, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-28T00:10:43.123456Z"]}),
]
"""An instant: microseconds since 1970 UTC in the program, RFC 3339 on the wire."""

DurationS: TypeAlias = float
"""A duration in seconds; names that hold one end in ``_s``."""

Number: TypeAlias = int | float


class FigureDoc(Document):
    """A key figure, with what it was made of; the same as in reports."""

    value: Number | None
    """None: no data."""
    numerator: Number | None
    denominator: Number | None
    unit: str
    formula: str
    """The id of the formula; `GET /reports/catalogue` explains it."""
    unclassified: int = 0
    """Contacts that no fact lets count in or out."""


Figures: TypeAlias = dict[str, FigureDoc]
"""Figures by their names in the catalogue."""


def _one_line(text: str) -> str:
    if any(ord(character) < ord(" ") or ord(character) == 0x7F for character in text):
        raise ValueError("control characters (line ends among them) have no place here")
    return text


Line: TypeAlias = Annotated[str, StringConstraints(max_length=LONGEST_LINE), AfterValidator(_one_line)]
"""A text of one line."""

WrittenLine: TypeAlias = Annotated[Line, StringConstraints(pattern=WRITTEN)]
"""A text of one line in which something can be seen."""

NAME: Final = r"^[^\W\d][\w-]{0,63}$"
DTMF_DIGITS: Final = r"^[0-9A-D*#]{1,32}$"

Name: TypeAlias = Annotated[str, StringConstraints(pattern=NAME)]
"""What something is called in the settings."""

DialNumber: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=DIAL_NUMBER),
    Field(examples=["+4930123456"]),
]
"""A number to dial: digits, ``*`` and ``#``, with ``+`` before an international one. Nothing that a dialplan reads."""

DtmfDigits: TypeAlias = Annotated[str, StringConstraints(pattern=DTMF_DIGITS)]
"""Keys of a telephone."""

Language: TypeAlias = Annotated[str, StringConstraints(pattern=LANGUAGE)]
"""A language tag: ``en``, ``zh-CN``."""

Place: TypeAlias = Literal[
    "menu", "waiting", "offered", "scheduled", "dialling", "connected", "parked", "wrap_up", "ended"
]
"""Where a contact is."""

T = TypeVar("T")


class Page(Document, Generic[T]):
    """A part of a list."""

    # each kind of page would look for its docstrings in the sources anew, which is half of what a start takes
    model_config = ConfigDict(use_attribute_docstrings=False)

    items: list[T]
    next_cursor: Annotated[
        str | None, Field(description="Give it as ``cursor`` to read on; None: this was the last page.")
    ] = None


def milliseconds(duration: int) -> float:
    """A duration in microseconds as seconds, to the millisecond: what people read."""
    return round(duration / MILLISECOND) / 1000
