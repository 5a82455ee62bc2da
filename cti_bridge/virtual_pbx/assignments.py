"""What ``Set``, AMI and Originate assign: variables, and what functions such as ``CALLERID(num)`` stand for."""

import re
from typing import TYPE_CHECKING

from cti_bridge.virtual_pbx.channels import Channel, Party

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.switch import Switch

_ASSIGNED_FUNCTION = re.compile(r"([A-Z_]+)\((.*)\)")


def assign(switch: "Switch", channel: Channel, name: str, value: str) -> None:
    """Set a variable, or what a function such as ``CALLERID(num)`` stands for."""
    function = _ASSIGNED_FUNCTION.fullmatch(name)
    if function is None:
        channel.set_variable(name, value)
    elif function[1] == "CALLERID":
        number, shown = channel.caller.number, channel.caller.name
        channel.caller = Party(value, shown) if function[2].lower() in ("num", "number") else Party(number, value)
    elif function[1] == "PJSIP_HEADER" and function[2].lower().startswith("add,"):
        channel.sip_headers[function[2][4:].strip().lower()] = value
    elif function[1] == "CHANNEL" and function[2].lower() == "after_bridge_goto":
        channel.after_bridge = switch.dialplan.resolve(value, channel.location) if value else None
    elif function[1] == "GLOBAL":
        switch.surroundings.globals[function[2]] = value
