"""The forms that AMI answers have: done, refused, a list; and the channel that an action names."""

from cti_bridge.virtual_pbx.ami_session import AmiSession
from cti_bridge.virtual_pbx.channels import Channel, Header
from cti_bridge.virtual_pbx.expressions import function, variable
from cti_bridge.wire.ami import AmiMessage


def error(session: AmiSession, message: AmiMessage, text: str) -> None:
    """Refused, and why."""
    session.answer(message, "Error", [("Message", text)])


def success(session: AmiSession, message: AmiMessage, text: str | None = None) -> None:
    """Done."""
    session.answer(message, "Success", [("Message", text)] if text is not None else [])


def listing(
    session: AmiSession,
    message: AmiMessage,
    text: str,
    items: list[tuple[str, list[Header]]],
    end: tuple[str, ...],
) -> None:
    """A list: response, one event each, and the event that ends it; ``end`` is its name and its extra headers."""
    session.answer(message, "Success", [("EventList", "start"), ("Message", text)])
    for name, headers in items:
        session.tell(message, name, headers)
    count = str(len(items))
    more = [(extra, count) for extra in end[1:]]
    session.tell(message, end[0], [("EventList", "Complete"), ("ListItems", count), *more])


def channel_of(session: AmiSession, message: AmiMessage, missing: str = "No such channel") -> Channel | None:
    """The channel that an action names; None when the error has been sent."""
    name = message.get("Channel") or ""
    if not name:
        error(session, message, "No channel specified")
        return None
    found = session.switch.find(name)
    if found is None:
        error(session, message, missing)
    return found


def value_of(session: AmiSession, name: str, channel: Channel | None) -> str:
    """A variable's or a function's value, as Getvar gives it."""
    around = session.switch.surroundings
    call, open_, data = name.partition("(")
    return function(call, data.removesuffix(")"), channel, around) if open_ else variable(name, channel, around)
