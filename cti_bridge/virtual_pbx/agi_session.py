"""One FastAGI call as the switch makes it: connect, send the environment, obey commands until the server closes."""

from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cti_bridge.virtual_pbx.agi_commands import AgiAnswer, run_command
from cti_bridge.virtual_pbx.channels import Channel
from cti_bridge.virtual_pbx.dialplan import Location
from cti_bridge.virtual_pbx.scheduler import Step
from cti_bridge.wire.agi import (
    AgiCommand,
    AgiCommandParser,
    encode_environment,
    encode_hangup,
    encode_reply,
)
from cti_bridge.wire.errors import ProtocolError

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.switch import AgiLine, Switch

_RESULT_NAMES = {True: "Success", False: "Failure"}


class AgiSession:
    """The switch's end of one connection."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._parser = AgiCommandParser()
        self.commands: deque[AgiCommand] = deque()
        self.line: AgiLine | None = None
        self.over = False

    def opened(self, line: "AgiLine") -> None:
        """The connection stands."""
        self.line = line
        self._channel.changed()

    def received(self, data: bytes) -> None:
        """Bytes from the server; what is no AGI command at all ends the connection."""
        try:
            self.commands.extend(self._parser.feed(data))
        except ProtocolError:
            self.close()
        self._channel.changed()

    def closed(self) -> None:
        """The connection is gone, or could not be made."""
        self.over = True
        self._channel.changed()

    def send(self, data: bytes) -> None:
        """To the server, if it is still there."""
        if self.line is not None and not self.over:
            self.line.send(data)

    def close(self) -> None:
        """End the connection from here."""
        self.over = True
        if self.line is not None:
            self.line.close()


def agi(switch: "Switch", channel: Channel, data: str) -> Step[Location | None]:
    """Run a FastAGI script; AGISTATUS is SUCCESS, FAILURE or HANGUP."""
    url, *arguments = data.split(",")
    session = AgiSession(channel)
    switch.connect_agi(url, session)
    while session.line is None and not session.over:
        yield None
    if session.line is None:
        channel.set_variable("AGISTATUS", "FAILURE")
        return None
    session.send(encode_environment(_environment(switch, channel, url, arguments)))
    yield from _obey(switch, channel, session)
    session.close()
    channel.set_variable("AGISTATUS", "HANGUP" if channel.hanging_up else "SUCCESS")
    return None


def _obey(switch: "Switch", channel: Channel, session: AgiSession) -> Step[None]:
    """One command after the other. The hang-up is told once; the server goes on until it closes."""
    told = False
    while True:
        while not session.commands and not session.over:
            if _interrupted(channel) and not told:
                told = True
                session.send(encode_hangup())
            yield None
        if not session.commands:
            return
        command = session.commands.popleft()
        answer = yield from _told(switch, channel, command, dead=told)
        session.send(encode_reply(answer.reply))


def _interrupted(channel: Channel) -> bool:
    return channel.hanging_up or channel.goto is not None or channel.wanted_in is not None


def _told(switch: "Switch", channel: Channel, command: AgiCommand, *, dead: bool) -> Step[AgiAnswer]:
    """Run a command between its two events."""
    about = (("CommandId", str(switch.lot(2**31))), ("Command", _as_written(command)))
    switch.emit_channel("AGIExecStart", channel, *about, right="agi")
    answer = yield from run_command(switch, channel, command, dead=dead)
    code = "-1" if answer.failed else str(answer.reply.code)
    result = answer.reply.text or _RESULT_NAMES[not answer.failed]
    switch.emit_channel("AGIExecEnd", channel, *about, ("ResultCode", code), ("Result", result), right="agi")
    return answer


def _as_written(command: AgiCommand) -> str:
    return " ".join(word if word and " " not in word else f'"{word}"' for word in command.words)


def _environment(switch: "Switch", channel: Channel, url: str, arguments: list[str]) -> list[tuple[str, str]]:
    split = urlsplit(url)
    script = split.path.removeprefix("/") + (f"?{split.query}" if split.query else "")
    values = {
        "network": "yes",
        "network_script": script,
        "request": url,
        "channel": channel.name,
        "language": channel.language,
        "type": "PJSIP",
        "uniqueid": channel.uniqueid,
        "version": switch.settings.version,
        "callerid": channel.caller.number or "unknown",
        "calleridname": channel.caller.name or "unknown",
        "callingpres": "0",
        "callingani2": "0",
        "callington": "0",
        "callingtns": "0",
        "dnid": channel.dialled_number or "unknown",
        "rdnis": "unknown",
        "context": channel.location.context,
        "extension": channel.location.extension,
        "priority": str(channel.location.priority),
        "enhanced": "0.0",
        "accountcode": channel.account,
        "threadid": str(140_000_000_000_000 + switch.lot(2**32)),
    }
    pairs = [(f"agi_{name}", _one_line(value)) for name, value in values.items()]
    return pairs + [(f"agi_arg_{number}", _one_line(text)) for number, text in enumerate(arguments, 1)]


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ").replace("\0", " ")
