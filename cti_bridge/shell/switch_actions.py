"""What the daemon asks of the switch, as AMI actions: header lists only, nothing is sent here.

The contexts are those of ``deploy/asterisk/extensions.conf``. Whatever comes from a caller is cleaned first: a
caller's name may hold quotes, control characters or ten kilobytes, and must change nothing but itself.
"""

import re

import msgspec

from cti_bridge.shell.calls import Call, Leg
from facts.time import SECOND, Duration

Headers = list[tuple[str, str]]

_DIALLED = 40
_SHOWN = 60
"""Characters of a caller's name or number that a phone is shown."""


def presentable(text: str) -> str:
    """Text of a caller as a phone may be shown it: no control characters, no quotes, no angle brackets, short."""
    kept = "".join(c if c.isprintable() and c not in '"<>\\' else " " for c in text[: 4 * _SHOWN])
    return " ".join(kept.encode("utf-8", "replace").decode().split())[:_SHOWN]


def diallable(number: str) -> str:
    """What can be dialled of a number: digits, ``*``, ``#``, and a leading ``+``."""
    kept = "".join(sign for sign in number[:_DIALLED] if (sign.isascii() and sign.isdigit()) or sign in "*#")
    return f"+{kept}" if kept and number.lstrip().startswith("+") else kept


def used_by(phone: str) -> tuple[str, str]:
    """Tells the channels that an agent's leg begins by keys whose doing they are."""
    return "__ACD_BY", phone


class Caller(msgspec.Struct, frozen=True):
    """Whom an agent's phone shows. ``channel``: the line on which they wait; empty for a callback, who has none."""

    number: str
    name: str
    channel: str = ""

    def __repr__(self) -> str:
        return "Caller()"


def caller_on_the_line(call: Call) -> Caller:
    """The caller of a call."""
    return Caller(call.caller_number, call.caller_name, call.channel)


def ring(leg: Leg, caller: Caller, phone: str, ring_us: Duration, whisper: str = "") -> Headers:
    """Originate the agent's leg into ``acd-leg``, which fetches the waiting caller once the agent answers.

    Without a line to fetch the leg is kept. Whom it dials then inherits the contact's name. The time-out is longer
    than the offer's: the distributor ends offers, this is for the case that it died.
    """
    number, name = presentable(caller.number), presentable(caller.name)
    contact = "ACD_CALL" if caller.channel else "__ACD_CALL"
    return [
        ("Channel", phone),
        ("ChannelId", leg.leg_id),
        ("Context", "acd-leg"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("Timeout", str((ring_us + 5 * SECOND) // 1000)),
        ("CallerID", f'"{name or number}" <{number}>'),
        ("Async", "true"),
        ("Variable", f"{contact}={leg.contact_id}"),
        ("Variable", f"ACD_AGENT={leg.agent_id}"),
        ("Variable", f"ACD_PEER={caller.channel}"),
        ("Variable", f"ACD_WHISPER={whisper}"),
        ("Variable", "=".join(used_by(phone))),
    ]


def hang_up(channel: str, cause: int = 16) -> Headers:
    """End a channel by its name or by the id that we gave it."""
    return [("Channel", channel), ("Cause", str(cause))]


def redirect(channel: str, context: str, exten: str = "s") -> Headers:
    """Send a channel elsewhere in the dialplan."""
    return [("Channel", channel), ("Context", context), ("Exten", exten), ("Priority", "1")]


def mute_recording(channel: str, *, on: bool) -> Headers:
    """Write silence into the recordings of a channel, or sound again."""
    return [("Channel", channel), ("Direction", "both"), ("State", "1" if on else "0")]


def file_name(text: str) -> str:
    """Text as the name of a file: letters, digits, dot, dash and underscore, and no way out of its folder."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)[:120].lstrip(".") or "_"


def get_variable(channel: str, name: str) -> Headers:
    """Ask for a channel variable."""
    return [("Channel", channel), ("Variable", name)]


def set_variable(channel: str, name: str, value: str) -> Headers:
    """Set a channel variable."""
    return [("Channel", channel), ("Variable", name), ("Value", value)]
