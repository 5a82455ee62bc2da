"""What is asked of the switch for one call, by the parties' keys; ``control`` makes AMI actions of it."""

from typing import TypeAlias

import msgspec


class TakeApart(msgspec.Struct, frozen=True):
    """Two leave their talk at once: the first to music, or to silence too (``kept``), the second to silence."""

    first: str
    second: str
    kept: bool = False


class Join(msgspec.Struct, frozen=True):
    """Two are to talk, wherever they are."""

    first: str
    second: str


class Add(msgspec.Struct, frozen=True):
    """Somebody joins the talk that another is in."""

    key: str
    to: str


class Send(msgspec.Struct, frozen=True):
    """Somebody goes elsewhere in the dialplan, with these variables set before."""

    key: str
    context: str
    exten: str = "s"
    variables: tuple[tuple[str, str], ...] = ()


class ToMenu(msgspec.Struct, frozen=True):
    """The customer goes to this flow."""

    flow: str


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """Call somebody; their party is on the call already. Once answered they are where ``context`` says."""

    key: str
    device: str
    context: str = "acd-keep"
    ring_us: int
    variables: tuple[tuple[str, str], ...] = ()
    by_itself: bool = False
    """The phone is asked to answer by itself: it is its owner who wants the call."""


class End(msgspec.Struct, frozen=True):
    """End somebody's part; ``cause`` is a Q.850 code."""

    key: str
    cause: int = 16


class PickUp(msgspec.Struct, frozen=True):
    """Tell a phone that rings to answer."""

    key: str


class Mute(msgspec.Struct, frozen=True):
    """Nobody hears this party, or everybody again."""

    key: str
    on: bool


class Press(msgspec.Struct, frozen=True):
    """Send one key to this party."""

    key: str
    digit: str


class Record(msgspec.Struct, frozen=True):
    """Begin to record the customer's channel into a file, by its name without a folder."""

    file: str


class PauseRecording(msgspec.Struct, frozen=True):
    """Silence goes into the recording, or sound again."""

    on: bool


class StopRecording(msgspec.Struct, frozen=True):
    """The recording is complete."""


Command: TypeAlias = (
    TakeApart
    | Join
    | Add
    | Send
    | ToMenu
    | Ring
    | End
    | PickUp
    | Mute
    | Press
    | Record
    | PauseRecording
    | StopRecording
)
