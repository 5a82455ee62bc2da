"""The kinds of values that settings are made of: each says what it accepts, in words that an error can repeat."""

import re
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from facts.requirement_text import parse_requirement
from facts.requirements import HIGHEST_LEVEL, LOWEST_LEVEL

_HOURS = re.compile(r"(([01]\d|2[0-3]):[0-5]\d)-(([01]\d|2[0-3]):[0-5]\d|24:00)")


class Section(BaseModel):
    """A part of the settings: frozen, strict, and unknown keys are refused; errors never repeat a value."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True
    )


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is no time zone: write it as Europe/Berlin or UTC")
    return ZoneInfo(name).key


def _requirement(text: str) -> str:
    parse_requirement(text)
    return text


def _hours(text: str) -> str:
    matched = _HOURS.fullmatch(text)
    if matched is None:
        raise ValueError(f"'{text}' is no time span: write it as 08:00-17:30 (24:00 is the end of the day)")
    if matched[1] == matched[3]:
        raise ValueError(f"'{text}' is empty: the whole day is 00:00-24:00")
    return text


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError as error:
        raise ValueError("is no IP address or network: write it as 10.1.2.3 or 10.0.0.0/8") from error


def _url(text: str) -> str:
    parts = urlsplit(text)
    if not parts.scheme:
        raise ValueError("a URL begins with its kind, e.g. postgresql://, sqlite:///, redis://")
    return text


def _one_line(text: str) -> str:
    if any(ord(character) < ord(" ") or ord(character) == 0x7F for character in text):
        raise ValueError("control characters (line ends among them) have no place here")
    return text


def _several_lines(text: str) -> str:
    if any((ord(character) < ord(" ") and character not in "\n\t") or ord(character) == 0x7F for character in text):
        raise ValueError("control characters other than line ends and tabs have no place here")
    return text


MASK: Final = "**********"
"""Stands for a secret where it is shown."""


T = TypeVar("T")

Listed = Annotated[tuple[T, ...], Field(strict=False)]
"""A list in the file, a tuple in the program."""

Line = Annotated[str, AfterValidator(_one_line), StringConstraints(max_length=1000)]
"""A text of one line."""

Name = Annotated[str, StringConstraints(pattern=r"^[^\W\d][\w-]{0,63}$")]
"""What something is called elsewhere: letters of any script, digits, _ and -, beginning with a letter."""

UserName = Annotated[str, StringConstraints(pattern=r"^[^\W\d][\w.@-]{0,63}$")]
"""What a person signs in by: letters of any script, digits, _ - . and @, beginning with a letter."""

Text = Annotated[str, AfterValidator(_several_lines), StringConstraints(max_length=20_000)]
"""A text of several lines."""

Level = Annotated[int, Field(ge=LOWEST_LEVEL, le=HIGHEST_LEVEL)]
"""A skill's level: 1 to 10, higher is better."""

Seconds = Annotated[float, Field(ge=0, le=366 * 86400, allow_inf_nan=False)]
"""A duration in seconds, not negative."""

PositiveSeconds = Annotated[float, Field(gt=0, le=366 * 86400, allow_inf_nan=False)]
"""A duration in seconds, above zero."""

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A share: 0.8 is 80 %."""

Count = Annotated[int, Field(ge=0, le=1_000_000)]
"""How many, from 0."""

Port = Annotated[int, Field(ge=1, le=65535)]
"""A TCP port."""

Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:%-]{1,255}$")]
"""A host's name or IP address."""

Network = Annotated[str, AfterValidator(_network)]
"""An IP address or a network: ``10.0.0.0/8``."""

DialString = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.+*#@/:-]{1,80}$")]
"""What the switch dials: nothing with a meaning in a dialplan (comma, &, parentheses, blanks) is accepted."""

Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$")]
"""Digits as they are dialled."""

TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""A name of the IANA time zone database."""

RequirementText = Annotated[str, AfterValidator(_requirement)]
"""Skills with minimum levels: ``english>=3 & (billing>=2 | not sales)``."""

TimeSpan = Annotated[str, AfterValidator(_hours)]
"""A part of a day: ``08:00-17:30``; when the end is before the beginning it is on the next day."""

Day = Annotated[date, Field(strict=False)]
"""A date, written 2025-12-24."""

FilePath = Annotated[Path, Field(strict=False)]
"""A file or folder, absolute or relative to the settings file."""

Url = Annotated[str, AfterValidator(_url)]
"""A URL with its scheme."""

Secret = Annotated[SecretStr, AfterValidator(lambda secret: SecretStr(_one_line(secret.get_secret_value())))]
"""A password or token; printed as ``**********``. Beside each ``X`` there is ``X_file``, a file that holds it."""
