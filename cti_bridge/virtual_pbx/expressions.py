"""Dialplan expressions: ``${variable:offset:length}``, ``${FUNCTION(arguments)}`` and ``$[comparison]``."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cti_bridge.virtual_pbx.channels import STATE_NAMES, Channel
from facts.time import SECOND, Instant

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.channels import Party
    from cti_bridge.virtual_pbx.dialplan import Location

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|!=|>=|<=|[=<>|&!()+*/-]|[^\s"=<>|&!()]+)')


class Surroundings:
    """What expressions may refer to besides the channel: global variables and the time."""

    def __init__(self, global_variables: Mapping[str, str], now: Callable[[], Instant]) -> None:
        self.globals = dict(global_variables)
        self.now = now


def expand(text: str, channel: Channel | None, around: Surroundings) -> str:
    """The text with every expression replaced by its value; what is not set is empty."""
    out, position = [], 0
    while (start := _next_opening(text, position)) >= 0:
        out.append(text[position:start])
        end = _closing(text, start + 1)
        inner = expand(text[start + 2 : end], channel, around)
        out.append(_value(inner, channel, around) if text[start + 1] == "{" else evaluate(inner))
        position = end + 1
    return "".join([*out, text[position:]])


def _next_opening(text: str, position: int) -> int:
    found = [i for i in (text.find("${", position), text.find("$[", position)) if i >= 0]
    return min(found, default=-1)


def _closing(text: str, opening: int) -> int:
    """The index of the bracket that closes the one at ``opening``; the text's end when none does."""
    left, right = text[opening], {"{": "}", "[": "]"}[text[opening]]
    depth = 0
    for index in range(opening, len(text)):
        depth += (text[index] == left) - (text[index] == right)
        if depth == 0:
            return index
    return len(text)


def _value(inner: str, channel: Channel | None, around: Surroundings) -> str:
    name, offset, length = _sliced(inner)
    call = re.fullmatch(r"([A-Za-z_0-9]+)\((.*)\)", name, re.DOTALL)
    value = function(call[1], call[2], channel, around) if call else variable(name, channel, around)
    return _slice(value, offset, length)


def _sliced(inner: str) -> tuple[str, int, int | None]:
    """Name, offset and length of ``name:offset:length``; colons within parentheses belong to the name."""
    head = inner.rfind(")") + 1
    name, *cut = inner[head:].split(":")
    numbers = [int(part) if re.fullmatch(r"-?\d+", part) else 0 for part in cut]
    return inner[:head] + name, numbers[0] if numbers else 0, numbers[1] if len(numbers) > 1 else None


def _slice(value: str, offset: int, length: int | None) -> str:
    start = max(0, len(value) + offset) if offset < 0 else offset
    end = len(value) if length is None else (start + length if length >= 0 else len(value) + length)
    return value[start:end]


def variable(name: str, channel: Channel | None, around: Surroundings) -> str:
    """A variable's value: one of Asterisk's own, the channel's, a global one; empty when not set."""
    if name == "EPOCH":
        return str(around.now() // SECOND)
    if channel is not None:
        own = _OWN_VARIABLES.get(name)
        if own is not None:
            return own(channel)
        if name in channel.variables:
            return channel.variables[name]
    return around.globals.get(name, "")


_OWN_VARIABLES: Mapping[str, Callable[[Channel], str]] = {
    "CHANNEL": lambda channel: channel.name,
    "UNIQUEID": lambda channel: channel.uniqueid,
    "CONTEXT": lambda channel: channel.location.context,
    "EXTEN": lambda channel: channel.location.extension,
    "PRIORITY": lambda channel: str(channel.location.priority),
    "HANGUPCAUSE": lambda channel: str(channel.cause),
    "CALLERIDNUM": lambda channel: channel.caller.number,
}


def function(name: str, data: str, channel: Channel | None, around: Surroundings) -> str:
    """The value of a dialplan function; empty for one that is not known."""
    found = _FUNCTIONS.get(name.upper())
    return "" if found is None else found(data, channel, around)


def _if(data: str, _channel: Channel | None, _around: Surroundings) -> str:
    condition, _, branches = data.partition("?")
    yes, _, no = branches.partition(":")
    return yes if is_true(condition) else no


def _filter(data: str, _channel: Channel | None, _around: Surroundings) -> str:
    allowed, _, text = data.partition(",")
    ranges = re.escape(allowed).replace(re.escape("-"), "-")
    ranges = ranges if re.search(r".-.", allowed) else re.escape(allowed)
    return "".join(re.findall(f"[{ranges}]", text)) if allowed else ""


def _strftime(data: str, _channel: Channel | None, around: Surroundings) -> str:
    epoch, _, rest = data.partition(",")
    zone, _, layout = rest.partition(",")
    del zone  # the dialplan asks for UTC
    now = int(float(epoch) * SECOND) if epoch else around.now()
    layout = re.sub(r"%(\d)q", lambda digits: f"{now % SECOND:06}"[: int(digits[1])], layout)
    return datetime.fromtimestamp(now // SECOND, UTC).strftime(layout.replace("%s", str(now // SECOND)))


def _channel(data: str, channel: Channel | None, _around: Surroundings) -> str:
    if channel is None:
        return ""
    known = {
        "name": channel.name,
        "state": STATE_NAMES[channel.state],
        "language": channel.language,
        "endpoint": channel.endpoint.name,
        "after_bridge_goto": _place(channel.after_bridge),
        "uniqueid": channel.uniqueid,
        "linkedid": channel.linkedid,
        "channeltype": "PJSIP",
    }
    return known.get(data.lower(), "")


def _place(location: "Location | None") -> str:
    return "" if location is None else f"{location.context},{location.extension},{location.priority}"


def _party(party: "Party", which: str) -> str:
    whole = f'"{party.name}" <{party.number}>' if party.name else party.number
    return {"num": party.number, "number": party.number, "name": party.name, "all": whole}.get(which.lower(), "")


def _caller_id(data: str, channel: Channel | None, _around: Surroundings) -> str:
    if channel is None:
        return ""
    return channel.dialled_number if data.lower() == "dnid" else _party(channel.caller, data)


def _connected_line(data: str, channel: Channel | None, _around: Surroundings) -> str:
    return "" if channel is None else _party(channel.connected, data)


_FUNCTIONS: Mapping[str, Callable[[str, Channel | None, Surroundings], str]] = {
    "IF": _if,
    "FILTER": _filter,
    "STRFTIME": _strftime,
    "CHANNEL": _channel,
    "CALLERID": _caller_id,
    "CONNECTEDLINE": _connected_line,
    "LEN": lambda data, _channel, _around: str(len(data)),
    "TOUPPER": lambda data, _channel, _around: data.upper(),
    "TOLOWER": lambda data, _channel, _around: data.lower(),
    "URIENCODE": lambda data, _channel, _around: _uri_encoded(data),
    "GLOBAL": lambda data, _channel, around: around.globals.get(data, ""),
    "ISNULL": lambda data, _channel, _around: str(int(not data)),
    "EXISTS": lambda data, _channel, _around: str(int(bool(data))),
}


def _uri_encoded(text: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - of one function only

    return quote(text, safe="-_.!~*'()", errors="surrogateescape")


def is_true(text: str) -> bool:
    """Asterisk's truth: not empty and not a zero."""
    stripped = text.strip()
    return bool(stripped) and not re.fullmatch(r"[+-]?0+", stripped)


def evaluate(text: str) -> str:
    """The value of what stands in ``$[...]``; an expression that cannot be read is empty."""
    tokens = _TOKEN.findall(text)
    value, rest = _either(tokens)
    return "" if rest else value


def _either(tokens: list[str]) -> tuple[str, list[str]]:
    left, tokens = _both(tokens)
    while tokens and tokens[0] == "|":
        right, tokens = _both(tokens[1:])
        left = left if is_true(left) else right
    return left, tokens


def _both(tokens: list[str]) -> tuple[str, list[str]]:
    left, tokens = _comparison(tokens)
    while tokens and tokens[0] == "&":
        right, tokens = _comparison(tokens[1:])
        left = left if is_true(left) and is_true(right) else "0"
    return left, tokens


def _comparison(tokens: list[str]) -> tuple[str, list[str]]:
    left, tokens = _operand(tokens)
    while tokens and tokens[0] in _COMPARE:
        operator = tokens[0]
        right, tokens = _operand(tokens[1:])
        left = str(int(_COMPARE[operator](*_comparable(left, right))))
    return left, tokens


def _operand(tokens: list[str]) -> tuple[str, list[str]]:
    if not tokens or tokens[0] in (")", "|", "&", *_COMPARE):
        return "", tokens
    if tokens[0] == "!":
        value, rest = _operand(tokens[1:])
        return str(int(not is_true(value))), rest
    if tokens[0] == "(":
        value, rest = _either(tokens[1:])
        return value, rest[1:]
    return tokens[0], tokens[1:]


def _comparable(left: str, right: str) -> tuple[float, float] | tuple[str, str]:
    try:
        return float(left), float(right)
    except ValueError:
        return left, right


_COMPARE: Mapping[str, Callable[..., bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
