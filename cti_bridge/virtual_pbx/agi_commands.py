"""FastAGI commands as Asterisk runs them: with time passing, keys interrupting, and its own words in the replies."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from cti_bridge.virtual_pbx.channels import Channel, Party
from cti_bridge.virtual_pbx.dialplan import Location
from cti_bridge.virtual_pbx.errors import Interruption, Redirected
from cti_bridge.virtual_pbx.expressions import expand, function, variable
from cti_bridge.virtual_pbx.scheduler import Step
from cti_bridge.wire.agi import COMMANDS, AgiCommand, AgiReply
from facts.time import MILLISECOND, SECOND, Duration, Instant

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.switch import Switch

_SAMPLES_PER_MS = 8
_GET_DATA_FIRST_US = 6 * SECOND
_GET_DATA_NEXT_US = 2 * SECOND
_SPOKEN_SIGN_US = 700 * MILLISECOND
_DEAD = AgiReply(code=511, text="Command Not Permitted on a dead channel or intercept routine")
_UNKNOWN = AgiReply(code=510, text="Invalid or unknown command")
_ALLOWED_WHEN_DEAD = frozenset(
    {
        "ASYNCAGI BREAK",
        "DATABASE DEL",
        "DATABASE DELTREE",
        "DATABASE GET",
        "DATABASE PUT",
        "EXEC",
        "GET FULL VARIABLE",
        "GET VARIABLE",
        "NOOP",
        "SET VARIABLE",
        "VERBOSE",
    }
)


class AgiAnswer(msgspec.Struct, frozen=True):
    """A reply, and whether the command was cut short by the end of the call."""

    reply: AgiReply
    failed: bool = False


Words: TypeAlias = tuple[str, ...]
Run: TypeAlias = Callable[["Switch", Channel, Words], Step[AgiReply]]
Plain: TypeAlias = Callable[["Switch", Channel, Words], AgiReply]


def run_command(switch: "Switch", channel: Channel, command: AgiCommand, *, dead: bool) -> Step[AgiAnswer]:
    """Obey one command. ``dead``: the server has been told of the hang-up."""
    name = command.name
    found = _COMMANDS.get(name)
    if found is None:
        return AgiAnswer(AgiReply(code=200, result="0") if name in COMMANDS else _UNKNOWN)
    if dead and name not in _ALLOWED_WHEN_DEAD:
        return AgiAnswer(_DEAD)
    fewest, usage, run = found
    if len(command.arguments) < fewest:
        return AgiAnswer(_wrong(usage))
    try:
        return AgiAnswer((yield from run(switch, channel, command.arguments)))
    except _Usage:
        return AgiAnswer(_wrong(usage))
    except Redirected as redirected:
        channel.goto = redirected.location  # still to be done, once the server lets go
    except Interruption:
        pass
    return AgiAnswer(AgiReply(code=200, result="-1"), failed=True)


class _Usage(Exception):  # noqa: N818 - asks for the usage text
    """The arguments are wrong."""


def _wrong(usage: str) -> AgiReply:
    return AgiReply(code=520, text=f"Invalid command syntax.  Proper usage follows:\n{usage}")


def _at_once(plain: Plain) -> Run:
    def run(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
        yield from ()
        return plain(switch, channel, words)

    return run


def _done(result: str = "0", data: str | None = None, endpos: int | None = None) -> AgiReply:
    return AgiReply(code=200, result=result, data=data, endpos=endpos)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _Usage from None


# -- sound and keys --------------------------------------------------------------------------------------------------


def _key_within(switch: "Switch", channel: Channel, keys: str, until: Instant | None) -> Step[str]:
    """The first of these keys that is pressed until then; empty when none is. Other keys are taken and lost."""
    if keys:
        channel.far_end.prompted(channel)
    while True:
        if not (yield from switch.pause(channel, lambda: bool(channel.digits), until)):
            return ""
        digit = channel.digits.popleft()
        if digit in keys:
            return digit


def _ascii(digit: str) -> str:
    return str(ord(digit)) if digit else "0"


def _stream_file(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    length = switch.sound(words[0])
    if length is None:
        return _done("-1", endpos=0)
    began = switch.now
    digit = yield from _key_within(switch, channel, words[1] if len(words) > 1 else "", began + length)
    return _done(_ascii(digit), endpos=_samples(switch.now - began))


def _samples(played: Duration) -> int:
    return played // MILLISECOND * _SAMPLES_PER_MS


def _control_stream_file(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    reply = yield from _stream_file(switch, channel, words)
    return _done(reply.result or "0", endpos=-1 if reply.result == "0" else reply.endpos)


def _wait_for_digit(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    milliseconds = _number(words[0])
    until = None if milliseconds < 0 else switch.now + milliseconds * MILLISECOND
    return _done(_ascii((yield from _key_within(switch, channel, "0123456789*#", until))))


def _get_option(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    keys = words[1] if len(words) > 1 else ""
    played = yield from _stream_file(switch, channel, (words[0], keys))
    if played.result != "0":
        return played
    timeout = _number(words[2]) * MILLISECOND if len(words) > 2 else 5 * SECOND
    digit = yield from _key_within(switch, channel, keys, switch.now + timeout)
    return _done(_ascii(digit), endpos=played.endpos)


def _get_data(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    """Play, then gather digits until ``#``, the most digits, or a pause. A key stops the sound."""
    asked = _number(words[1]) * MILLISECOND if len(words) > 1 else 0
    most = _number(words[2]) if len(words) > 2 else 1024
    every = "0123456789*#"
    digits = yield from _key_within(switch, channel, every, switch.now + (switch.sound(words[0]) or 0))
    if not digits:
        digits = yield from _key_within(switch, channel, every, switch.now + (asked or _GET_DATA_FIRST_US))
    if not digits:
        return _done("", "timeout")
    while "#" not in digits and len(digits) < most:
        more = yield from _key_within(switch, channel, every, switch.now + (asked or _GET_DATA_NEXT_US))
        if not more:
            return _done(digits, "timeout")
        digits += more
    return _done(digits.removesuffix("#"))


def _say(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    length = max(1, len(words[0])) * _SPOKEN_SIGN_US
    digit = yield from _key_within(switch, channel, words[1] if len(words) > 1 else "", switch.now + length)
    return _done(_ascii(digit))


def _say_digits(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    _number(words[0])
    return (yield from _say(switch, channel, words))


def _record_file(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    """Record until one of the keys is pressed or the time is over."""
    milliseconds = _number(words[3])
    began = switch.now
    until = None if milliseconds < 0 else began + milliseconds * MILLISECOND
    digit = yield from _key_within(switch, channel, words[2], until)
    endpos = _samples(switch.now - began)
    return _done(_ascii(digit), "dtmf", endpos) if digit else _done("0", "timeout", endpos)


# -- at once ---------------------------------------------------------------------------------------------------------


def _answer(switch: "Switch", channel: Channel, _words: Words) -> AgiReply:
    switch.check(channel)
    switch.up(channel)
    return _done()


def _get_variable(switch: "Switch", channel: Channel, words: Words) -> AgiReply:
    name, open_, rest = words[0].partition("(")
    if open_:
        value = function(name, rest.removesuffix(")"), channel, switch.surroundings)
    else:
        value = variable(name, channel, switch.surroundings)
    return _done("1", value) if value else _done("0")


def _get_full_variable(switch: "Switch", channel: Channel, words: Words) -> AgiReply:
    of = channel if len(words) < 2 else switch.find(words[1])
    value = expand(words[0], of, switch.surroundings) if of is not None else ""
    return _done("1", value) if value else _done("0")


def _set_variable(switch: "Switch", channel: Channel, words: Words) -> AgiReply:
    from cti_bridge.virtual_pbx.assignments import assign  # noqa: PLC0415 - that module imports this one

    assign(switch, channel, words[0], words[1])
    return _done("1")


def _set_caller_id(_switch: "Switch", channel: Channel, words: Words) -> AgiReply:
    channel.caller = Party(words[0], channel.caller.name)
    return _done("1")


def _set_place(switch: "Switch", channel: Channel, words: Words, which: str) -> AgiReply:
    del switch
    here = channel.location
    if which == "context":
        channel.location = Location(words[0], here.extension, here.priority)
    elif which == "extension":
        channel.location = Location(here.context, words[0], here.priority)
    else:
        channel.location = Location(here.context, here.extension, _number(words[0]))
    return _done()


def _channel_status(switch: "Switch", channel: Channel, words: Words) -> AgiReply:
    of = switch.find(words[0]) if words else channel
    return _done("-1" if of is None else str(of.state))


def _hang_up(switch: "Switch", channel: Channel, words: Words) -> AgiReply:
    of = switch.find(words[0]) if words else channel
    if of is None:
        return _done("-1")
    switch.request_hangup(of)
    return _done("1")


def _database(switch: "Switch", _channel: Channel, words: Words, what: str) -> AgiReply:
    key = (words[0], words[1])
    if what == "put":
        switch.database[key] = words[2]
    elif what == "del":
        switch.database.pop(key, None)
    else:
        value = switch.database.get(key)
        return _done("0") if value is None else _done("1", value)
    return _done("1")


def _exec(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    """Run a dialplan application; -2 for one that is not known."""
    from cti_bridge.virtual_pbx.applications import APPLICATIONS  # noqa: PLC0415 - that module imports this one

    run = APPLICATIONS.get(words[0].lower())
    if run is None:
        return _done("-2" if words[0].lower() != "audiosocket" else "-1")
    target = yield from run(switch, channel, ",".join(words[1:]))
    if target is not None:
        channel.location = target
    return _done()


def _set_music(switch: "Switch", channel: Channel, words: Words) -> AgiReply:
    if words[0].lower() == "on":
        if not channel.music:
            switch.start_music(channel)
    else:
        switch.stop_music(channel)
    return _done()


def _receive_char(switch: "Switch", channel: Channel, words: Words) -> Step[AgiReply]:
    yield from switch.pause(channel, lambda: False, switch.now + _number(words[0]) * MILLISECOND)
    return _done("0")


_COMMANDS: Mapping[str, tuple[int, str, Run]] = {
    "ANSWER": (0, "Answers the channel if it is not already up.", _at_once(_answer)),
    "CHANNEL STATUS": (0, "Returns the status of a channel.", _at_once(_channel_status)),
    "CONTROL STREAM FILE": (2, "Plays a file that keys can wind.", _control_stream_file),
    "DATABASE DEL": (2, "Deletes an entry.", _at_once(lambda s, c, w: _database(s, c, w, "del"))),
    "DATABASE GET": (2, "Reads an entry.", _at_once(lambda s, c, w: _database(s, c, w, "get"))),
    "DATABASE PUT": (3, "Writes an entry.", _at_once(lambda s, c, w: _database(s, c, w, "put"))),
    "EXEC": (1, "Executes an application.", _exec),
    "GET DATA": (1, "Plays a file and gathers digits.", _get_data),
    "GET FULL VARIABLE": (1, "Evaluates an expression.", _at_once(_get_full_variable)),
    "GET OPTION": (1, "Plays a file and waits for one of some keys.", _get_option),
    "GET VARIABLE": (1, "Reads a variable.", _at_once(_get_variable)),
    "HANGUP": (0, "Hangs up a channel.", _at_once(_hang_up)),
    "NOOP": (0, "Does nothing.", _at_once(lambda _s, _c, _w: _done())),
    "RECEIVE CHAR": (1, "Receives a character.", _receive_char),
    "RECORD FILE": (4, "Records to a file.", _record_file),
    "SAY ALPHA": (2, "Spells a text.", _say),
    "SAY DATE": (2, "Says a date.", _say),
    "SAY DATETIME": (2, "Says a time.", _say),
    "SAY DIGITS": (2, "Says digits.", _say_digits),
    "SAY NUMBER": (2, "Says a number.", _say_digits),
    "SAY PHONETIC": (2, "Spells a text with words.", _say),
    "SAY TIME": (2, "Says a time.", _say),
    "SET CALLERID": (1, "Sets the caller's number.", _at_once(_set_caller_id)),
    "SET CONTEXT": (1, "Sets where the dialplan goes on.", _at_once(lambda s, c, w: _set_place(s, c, w, "context"))),
    "SET EXTENSION": (1, "Sets where to go on.", _at_once(lambda s, c, w: _set_place(s, c, w, "extension"))),
    "SET MUSIC": (1, "Switches music on hold.", _at_once(_set_music)),
    "SET PRIORITY": (1, "Sets where to go on.", _at_once(lambda s, c, w: _set_place(s, c, w, "priority"))),
    "SET VARIABLE": (2, "Sets a variable to the current channel.", _at_once(_set_variable)),
    "STREAM FILE": (1, "Plays a file until a key is pressed.", _stream_file),
    "VERBOSE": (1, "Writes to the log.", _at_once(lambda _s, _c, _w: _done("1"))),
    "WAIT FOR DIGIT": (1, "Waits for a key.", _wait_for_digit),
}
"""Fewest arguments, usage and what to do, by name; commands of Asterisk that are not here are answered by 0."""
