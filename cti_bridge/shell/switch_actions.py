"""What the daemon asks of the switch, as AMI actions: header lists only, nothing is sent here.

The contexts are those of ``deploy/asterisk/extensions.conf``. Whatever comes from a caller is cleaned first: a
caller's name may hold quotes, control characters or ten kilobytes, and must change nothing but itself.
"""

import re

from cti_bridge.shell.calls import Call, Leg
from facts.time import SECOND, Duration

Headers = list[tuple[str, str]]

_SHOWN = 60
"""Characters of a caller's name or number that a phone is shown."""


def presentable(text: str) -> str:
    """Text of a caller as a phone may be shown it: no control characters, no quotes, no angle brackets, short."""
    kept = "".join(c if c.isprintable() and c not in '"<>\\' else " " for c in text[: 4 * _SHOWN])
    return " ".join(kept.encode("utf-8", "replace").decode().split())[:_SHOWN]


def ring(leg: Leg, call: Call, phone: str, ring_us: Duration, whisper: str = "") -> Headers:
    """Originate the agent's leg into ``acd-leg``, which fetches the waiting caller once the agent answers.

    The time-out is longer than the offer's: the distributor ends offers, this is for the case that it died.
    """
    number, name = presentable(call.caller_number), presentable(call.caller_name)
    return [
        ("Channel", phone),
        ("ChannelId", leg.leg_id),
        ("Context", "acd-leg"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("Timeout", str((ring_us + 5 * SECOND) // 1000)),
        ("CallerID", f'"{name or number}" <{number}>'),
        ("Async", "true"),
        ("Variable", f"ACD_CALL={call.contact_id}"),
        ("Variable", f"ACD_AGENT={leg.agent_id}"),
        ("Variable", f"ACD_PEER={call.channel}"),
        ("Variable", f"ACD_WHISPER={whisper}"),
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


def set_variable(channel: str, name: str, value: str) -> Headers:
    """Set a channel variable."""
    return [("Channel", channel), ("Variable", name), ("Value", value)]
