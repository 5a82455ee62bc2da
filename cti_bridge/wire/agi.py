"""Asterisk Gateway Interface over TCP (FastAGI): bytes to typed messages and back, without any I/O.

Asterisk is the client: it connects, sends the *environment* (lines `agi_name: value`, ended by an empty line),
then obeys one command a line and answers each with one reply (`res/res_agi.c` of Asterisk 22;
https://docs.asterisk.org, "Asterisk Gateway Interface").  Replies:

    200 result=1 (value) endpos=320        done; value and end position only where the command has them
    510 Invalid or unknown command
    511 Command Not Permitted on a dead channel or intercept routine
    520 Invalid command syntax.  Proper usage not available.
    520-Invalid command syntax.  Proper usage follows:
    ...lines of usage...
    520 End of proper usage.

When the caller hangs up, a bare line `HANGUP` comes between two replies.  It is no reply: it is delivered as
`AgiHangup`, so the replies after it stay with their commands.

`AgiParser` and `encode_command` serve the server side (the voice menu); `AgiCommandParser`,
`encode_environment` and `encode_reply` the client side (a PBX).  Lines end with LF.  Bytes that are not UTF-8
come through as lone surrogates (PEP 383).  Asterisk 22 cuts what `GET VARIABLE` gives after 1023 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NoReturn, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from cti_bridge.wire.errors import LocalProtocolError, RemoteProtocolError, excerpt

MAX_ENVIRONMENT = 65_536
"""Bytes of a request environment; Asterisk sends about 600, a hostile caller name makes it longer."""

MAX_ENVIRONMENT_LINES = 512
"""Lines of a request environment; Asterisk sends about 22 and one for each argument, 127 at most."""

MAX_REPLY = 262_144
"""Bytes of one reply: the value of a channel variable, or the usage of a command."""

MAX_COMMAND = 2047
"""Bytes of one command with its line end that Asterisk 22 reads whole (`AGI_BUF_LEN` 2048); it cuts a longer one."""

MAX_WORDS = 127
"""Words of one command that Asterisk 22 reads (`MAX_ARGS` 128, the last stays empty)."""

_ENCODING = "utf-8"
_ERRORS = "surrogateescape"
_VARIABLE = re.compile(r"agi_[A-Za-z0-9_]+")
_COMMAND_NAME = re.compile(r"[A-Za-z0-9_-]+(?: [A-Za-z0-9_-]+)*")
_REPLY = re.compile(r"([1-9][0-9]{2})([ -])(.*)", re.DOTALL)
_ATTRIBUTE = re.compile(r'([A-Za-z]\w*)=("[^"]*"|\S*)')
_ATTRIBUTES = re.compile(r"(?: [A-Za-z]\w*=\S*)*")
_SPEECH = "(speech) "
_END_OF_USAGE = "520 End of proper usage."
_USUAL = frozenset(
    f"agi_{name}"
    for name in (
        *("network", "network_script", "request", "channel", "language", "type", "uniqueid", "version"),
        *("callerid", "calleridname", "callingpres", "callingani2", "callington", "callingtns", "dnid", "rdnis"),
        *("context", "extension", "priority", "enhanced", "accountcode", "threadid"),
        *(f"arg_{number}" for number in range(1, 128)),
    )
)
_USUAL_URL = re.compile(r"agi://[\w.:-]+/([\w/-]*)\?([\w.*-]+=[\w.*-]*(?:&[\w.*-]+=[\w.*-]*)*)", re.ASCII)
"""A URL in which nothing is escaped: taken apart in a quarter of the time."""
_UNKNOWN = frozenset({"", "unknown"})

Word: TypeAlias = str | int
Variables: TypeAlias = Mapping[str, Word] | Iterable[tuple[str, Word]]


class AgiRequest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What Asterisk says of the call when it connects: the environment, in order."""

    variables: Mapping[str, str]
    """Such as "agi_channel" to "PJSIP/trunk-00000002"; of a repeated name the first."""

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of a variable, named with or without its `agi_`."""
        return self.variables.get(name if name.startswith("agi_") else f"agi_{name}", default)

    def __repr__(self) -> str:
        # No values: callers' names and numbers are among them, and a repr ends in logs.
        return f"<AGI request, {len(self.variables)} variables>"

    @property
    def url(self) -> str:
        """What the dialplan called, as `agi://127.0.0.1:4573/ivr?token=...`."""
        return self.get("request") or ""

    @property
    def path(self) -> str:
        """The path of the URL without slashes at its ends: names the flow or script; "" if there is none."""
        return _read_url(self.url)[0]

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the URL; of a repeated one the last."""
        return dict(_read_url(self.url)[1])

    @property
    def channel(self) -> str:
        """The caller's channel, "" if Asterisk did not say."""
        return self.get("channel") or ""

    @property
    def uniqueid(self) -> str:
        """The channel's Uniqueid, "" if Asterisk did not say."""
        return self.get("uniqueid") or ""

    @property
    def caller_number(self) -> str | None:
        """The caller's number; None where Asterisk knows none."""
        return self._known("callerid")

    @property
    def caller_name(self) -> str | None:
        """The caller's name, whatever the caller put there; None where Asterisk knows none."""
        return self._known("calleridname")

    @property
    def dialled_number(self) -> str | None:
        """The number that the caller dialled; None where Asterisk knows none."""
        return self._known("dnid")

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of the dialplan's `AGI(url,first,second)`."""
        prefix = "agi_arg_"
        return tuple(value for name, value in self.variables.items() if name.startswith(prefix))

    def _known(self, name: str) -> str | None:
        value = self.get(name)
        return None if value is None or value in _UNKNOWN else value


class AgiReply(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to one command."""

    code: int
    """200 done, 510 unknown command, 511 not on a dead channel, 520 wrong syntax."""

    result: str | None = None
    """What follows `result=`: a number, or the digits that the caller pressed (perhaps none: "")."""

    data: str | None = None
    """What stands in parentheses: the value of a variable, "timeout", "hangup", "speech"."""

    endpos: int | None = None
    """Where playing or recording ended, in samples."""

    attributes: tuple[tuple[str, str], ...] = ()
    """All other `name=value` of the reply, in order."""

    text: str = ""
    """What an error reply says; the usage with it, lines joined by LF."""

    @property
    def done(self) -> bool:
        """Whether Asterisk understood and ran the command; its result may still say that it failed."""
        return self.code == 200

    @property
    def number(self) -> int | None:
        """The result as a whole number; None where it is none."""
        return _whole_number(self.result)

    @property
    def hung_up(self) -> bool:
        """Whether the reply says that the channel is gone.  A bare -1 can also be a missing file."""
        return self.code == 511 or (self.result == "-1" and self.data == "hangup")

    def __repr__(self) -> str:
        # No result, no data: they may be a PIN, and a repr ends in logs.
        return f"<AGI reply {self.code}>"


class AgiHangup(msgspec.Struct, frozen=True, gc=False):
    """The caller hung up.  Commands are still answered, by 511 where they need a live channel."""


class AgiCommand(msgspec.Struct, frozen=True, gc=False):
    """One command as its reader understands it: words, their quoting undone."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """The command in upper case: the longest known name that the words begin with, else the first word."""
        for length in range(min(_LONGEST_NAME, len(self.words)), 0, -1):
            name = " ".join(self.words[:length]).upper()
            if name in COMMANDS:
                return name
        return self.words[0].upper() if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words after the name."""
        return self.words[self.name.count(" ") + 1 :]


COMMANDS = frozenset(
    """ANSWER|ASYNCAGI BREAK|CHANNEL STATUS|CONTROL STREAM FILE|DATABASE DEL|DATABASE DELTREE|DATABASE GET
    |DATABASE PUT|EXEC|GET DATA|GET FULL VARIABLE|GET OPTION|GET VARIABLE|GOSUB|HANGUP|NOOP|RECEIVE CHAR
    |RECEIVE TEXT|RECORD FILE|SAY ALPHA|SAY DATE|SAY DATETIME|SAY DIGITS|SAY NUMBER|SAY PHONETIC|SAY TIME
    |SEND IMAGE|SEND TEXT|SET AUTOHANGUP|SET CALLERID|SET CONTEXT|SET EXTENSION|SET MUSIC|SET PRIORITY
    |SET VARIABLE|SPEECH ACTIVATE GRAMMAR|SPEECH CREATE|SPEECH DEACTIVATE GRAMMAR|SPEECH DESTROY
    |SPEECH LOAD GRAMMAR|SPEECH RECOGNIZE|SPEECH SET|SPEECH UNLOAD GRAMMAR|STREAM FILE|TDD MODE|VERBOSE
    |WAIT FOR DIGIT""".replace("\n    ", "").split("|")
)
"""The commands of Asterisk 22."""

_LONGEST_NAME = max(name.count(" ") for name in COMMANDS) + 1

_COMMONEST = {b"200 result=%d" % number: AgiReply(code=200, result=str(number)) for number in (-1, 0, 1)}

AgiServerInput: TypeAlias = AgiRequest | AgiReply | AgiHangup


class AgiParser:
    """What a FastAGI server receives on one connection: one request, then replies and perhaps a hang-up."""

    __slots__ = ("_failure", "_open", "_open_size", "_tail", "_terminator")

    def __init__(self) -> None:
        self._tail = bytearray()  # holds no terminator: it is searched once, only where it grows
        self._terminator = b"\n\n"
        self._open: list[str] | None = None  # the lines of a reply that goes on
        self._open_size = 0
        self._failure: str | None = None

    @property
    def has_request(self) -> bool:
        """Whether the whole environment has come."""
        return self._terminator == b"\n"

    def feed(self, data: bytes) -> list[AgiServerInput]:
        """Take the next bytes; what they complete, in order.

        Raises RemoteProtocolError when the peer is no Asterisk or sends more than the limits allow; the
        parser refuses everything after that.
        """
        if self._failure is not None:
            raise RemoteProtocolError(self._failure)
        unread = self._gather(data)
        if unread is None:
            return []
        found: list[AgiServerInput] = []
        if not self.has_request:
            block, _, unread = unread.partition(self._terminator)
            found.append(self._read_environment(block))
            self._terminator = b"\n"
        lines = unread.split(b"\n")
        self._tail += lines.pop()
        for line in lines:
            self._read_line(line, found)
        self._check_tail()
        return found

    def _gather(self, data: bytes) -> bytes | None:
        """All bytes not yet read, if they hold the end of what is awaited; else they are kept."""
        tail, terminator = self._tail, self._terminator
        if not tail and terminator in data:
            return data
        searched = max(0, len(tail) - len(terminator) + 1)
        tail += data
        if tail.find(terminator, searched) < 0:
            self._check_tail()
            return None
        self._tail = bytearray()
        return bytes(tail)

    def _check_tail(self) -> None:
        tail = self._tail
        if self.has_request:
            if len(tail) + self._open_size > MAX_REPLY:
                self._fail(f"an AGI reply is longer than {MAX_REPLY} bytes: {excerpt(tail)}")
            return
        if not tail.startswith(b"agi_"[: len(tail)]):
            self._fail(f"this is no AGI environment: {excerpt(tail)}")
        if len(tail) > MAX_ENVIRONMENT + 1:
            self._fail(f"an AGI environment is longer than {MAX_ENVIRONMENT} bytes: {excerpt(tail)}")

    def _fail(self, reason: str) -> NoReturn:
        self._failure = reason
        self._tail = bytearray()
        self._open = None
        raise RemoteProtocolError(reason)

    def _read_environment(self, block: bytes) -> AgiRequest:
        if not block.startswith(b"agi_"):
            self._fail(f"this is no AGI environment: {excerpt(block)}")
        if len(block) > MAX_ENVIRONMENT:
            self._fail(f"an AGI environment is longer than {MAX_ENVIRONMENT} bytes: {excerpt(block)}")
        lines = block.decode(_ENCODING, _ERRORS).split("\n")
        if len(lines) > MAX_ENVIRONMENT_LINES:
            self._fail(f"an AGI environment has more than {MAX_ENVIRONMENT_LINES} lines: {excerpt(block)}")
        return AgiRequest(variables=_usual_variables(lines) or self._read_variables(lines, block))

    def _read_variables(self, lines: list[str], block: bytes) -> dict[str, str]:
        """Names and values of any environment, with unusual names, line ends in values, repeated names."""
        variables: dict[str, str] = {}
        current = ""
        for line in lines:
            name, colon, value = line.partition(":")
            if colon and _VARIABLE.fullmatch(name):
                current = name
                # The first wins: a second one can only come out of a value that holds line ends.
                variables.setdefault(name, value.removeprefix(" "))
            elif not current:
                self._fail(f"this is no AGI environment: {excerpt(block)}")
            else:
                variables[current] += f"\n{line}"
        return variables

    def _read_line(self, line: bytes, found: list[AgiServerInput]) -> None:
        if self._open is not None:
            self._continue_reply(line, self._open, found)
        elif (reply := _COMMONEST.get(line)) is not None:
            found.append(reply)
        elif line == b"HANGUP":
            found.append(AgiHangup())
        else:
            self._begin_reply(line, found)

    def _begin_reply(self, line: bytes, found: list[AgiServerInput]) -> None:
        text = line.decode(_ENCODING, _ERRORS)
        if len(line) > MAX_REPLY or (parts := _REPLY.fullmatch(text)) is None:
            self._fail(f"this is no AGI reply: {excerpt(line)}")
        code, mark, rest = int(parts[1]), parts[2], parts[3]
        if mark == "-" or (code == 200 and _is_cut(rest)):
            self._open, self._open_size = [text], len(line)
            return
        found.append(_parse_reply(code, rest))

    def _continue_reply(self, line: bytes, lines: list[str], found: list[AgiServerInput]) -> None:
        """One more line of a usage, or of a value that holds line ends."""
        text = line.decode(_ENCODING, _ERRORS)
        lines.append(text)
        self._open_size += len(line) + 1
        if self._open_size > MAX_REPLY:
            self._fail(f"an AGI reply is longer than {MAX_REPLY} bytes: {excerpt(line)}")
        first = lines[0]
        code = int(first[:3])
        if first[3] == "-":
            # A usage need not end its last line: the end mark may follow in the same line.
            if not (text.startswith(f"{code} ") or text.endswith(_END_OF_USAGE)):
                return
            usage = "\n".join(lines)[4:]
            reply = AgiReply(code=code, text=usage.removesuffix(_END_OF_USAGE).removesuffix("\n"))
        elif _ends_value(text):
            reply = _parse_reply(code, "\n".join(lines)[4:])
        else:
            return
        self._open, self._open_size = None, 0
        found.append(reply)


def _usual_variables(lines: list[str]) -> dict[str, str] | None:
    """Names and values, if all are as Asterisk sends them nearly always; this takes a third of the time."""
    try:
        variables = dict([line.split(": ", 1) for line in lines])
    except ValueError:
        return None
    if len(variables) == len(lines) and _USUAL.issuperset(variables):
        return variables
    return None


@lru_cache(maxsize=64)
def _read_url(url: str) -> tuple[str, Mapping[str, str]]:
    """Path and parameters of a URL. Asked for several times in a session, so the last ones are remembered."""
    usual = _USUAL_URL.fullmatch(url)
    if usual is not None:
        return usual[1].strip("/"), dict([pair.split("=") for pair in usual[2].split("&")])
    path, query = _split_url(url)
    return unquote(path).strip("/"), dict(parse_qsl(query, keep_blank_values=True, max_num_fields=None))


def _split_url(url: str) -> tuple[str, str]:
    """Path and query of a URL; of what is no URL, what stands before and after the question mark."""
    try:
        parts = urlsplit(url)
    except ValueError:
        path, _, query = url.partition("?")
        return path, query
    return parts.path, parts.query


def _is_cut(rest: str) -> bool:
    """Whether a reply's value is still open at the end of the line: then a line end is part of it."""
    _, _, after = rest.partition(" ")
    return after.startswith("(") and not after.startswith(_SPEECH) and not _ends_value(after)


def _ends_value(text: str) -> bool:
    _, closed, after = text.rpartition(")")
    return bool(closed) and _ATTRIBUTES.fullmatch(after) is not None


def _parse_reply(code: int, rest: str) -> AgiReply:
    if code != 200 or not rest.startswith("result="):
        return AgiReply(code=code, text=rest)
    result, _, after = rest.removeprefix("result=").partition(" ")
    data, after = _parse_data(after)
    endpos = None
    attributes = []
    for name, value in _ATTRIBUTE.findall(after):
        if name == "endpos" and endpos is None and (position := _whole_number(value)) is not None:
            endpos = position
        else:
            attributes.append((name, value.removeprefix('"').removesuffix('"')))
    return AgiReply(code=code, result=result, data=data, endpos=endpos, attributes=tuple(attributes))


def _parse_data(after: str) -> tuple[str | None, str]:
    """The value in parentheses and what follows it.

    A value may hold parentheses itself.  If the reply ends with one, that closes the value; else attributes
    follow, and only recognised speech has more parentheses there, in quotes.
    """
    if not after.startswith("("):
        return None, after
    if after.endswith(")"):
        return after[1:-1], ""
    if after.startswith(_SPEECH):
        return "speech", after[len(_SPEECH) :]
    data, _, attributes = after[1:].rpartition(")")
    return data, attributes


def _whole_number(text: str | None) -> int | None:
    if text is None or len(text) > 18 or not text.removeprefix("-").isdecimal() or not text.isascii():
        return None
    return int(text)


def encode_command(name: str, *arguments: Word) -> bytes:
    """One command with its arguments, each quoted, as bytes to send.

    Raises LocalProtocolError for CR, LF or NUL in an argument, a name that is none, or a line longer than
    Asterisk reads whole (`MAX_COMMAND`): each of these would make it run something else than was meant.
    """
    if not _COMMAND_NAME.fullmatch(name):
        raise LocalProtocolError(f"{name!r} is no name of an AGI command: words of letters, parted by a space")
    if name.count(" ") + 1 + len(arguments) > MAX_WORDS:
        raise LocalProtocolError(f"AGI {name}: more than {MAX_WORDS} words")
    words = [name]
    words += [_quoted(_checked(value, f"AGI {name}")) for value in arguments]
    line = _encoded(" ".join(words) + "\n", f"AGI {name}")
    if len(line) > MAX_COMMAND:
        raise LocalProtocolError(f"AGI {name}: {len(line)} bytes, Asterisk reads {MAX_COMMAND}; shorten the values")
    return line


def _quoted(value: str) -> str:
    """The value in quotes, so that Asterisk's `parse_args` gives it back whole, be it empty or full of spaces."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _checked(value: Word, where: str) -> str:
    text = str(value)
    for sign in "\r\n\0":
        if sign in text:
            raise LocalProtocolError(f"{where}: {sign!r} is not allowed in a value; remove or replace it first")
    return text


def _encoded(text: str, where: str) -> bytes:
    try:
        return text.encode(_ENCODING, _ERRORS)
    except UnicodeEncodeError as error:
        raise LocalProtocolError(f"{where}: the lone surrogate {text[error.start]!r} stands for no byte") from None


class AgiCommandParser:
    """What an AGI client (a PBX) receives on one connection: commands, one a line."""

    def __init__(self) -> None:
        self._tail = bytearray()
        self._failure: str | None = None

    def feed(self, data: bytes) -> list[AgiCommand]:
        """Take the next bytes; the commands that they complete.  Empty lines are no commands.

        Raises RemoteProtocolError for a line over `MAX_COMMAND` bytes; the parser refuses all after that.
        """
        if self._failure is not None:
            raise RemoteProtocolError(self._failure)
        if b"\n" not in data:
            self._tail += data
            lines: list[bytes] = []
        else:
            lines = (bytes(self._tail) + data).split(b"\n")
            self._tail = bytearray(lines.pop())
        longest = max((*lines, bytes(self._tail)), key=len)
        if len(longest) >= MAX_COMMAND:
            self._failure = f"an AGI command is longer than {MAX_COMMAND} bytes: {excerpt(longest)}"
            raise RemoteProtocolError(self._failure)
        commands = (AgiCommand(split_words(line.decode(_ENCODING, _ERRORS))) for line in lines)
        return [command for command in commands if command.words]


def split_words(line: str) -> tuple[str, ...]:
    """The words of a command line, as Asterisk's `parse_args` reads it.

    Blanks part words; a quotation mark begins or ends a stretch in which they do not; a backslash takes away
    the meaning of what follows it, inside quotes and outside.
    """
    words: list[str] = []
    between = True
    quoted = escaped = False
    for sign in line.rstrip("\r"):
        if sign == "\\" and not escaped:
            escaped = True
            continue
        if sign in " \t" and not quoted and not escaped:
            between = True
            continue
        mark = sign == '"' and not escaped
        if mark:
            quoted = not quoted
        if between and (quoted or not mark):
            words.append("")
            between = False
        if not mark:
            words[-1] += sign
        escaped = False
    return tuple(words)


def encode_environment(variables: Variables) -> bytes:
    """A request environment: pairs such as ("agi_channel", "PJSIP/1001-1"), then the empty line.

    Raises LocalProtocolError for a name without `agi_` and for CR, LF or NUL in a value.
    """
    return _encoded("".join(_environment_lines(variables)) + "\n", "AGI environment")


def _environment_lines(variables: Variables) -> Iterator[str]:
    for name, value in variables.items() if isinstance(variables, Mapping) else variables:
        if not _VARIABLE.fullmatch(name):
            raise LocalProtocolError(f"{name!r} is no name of an AGI variable: agi_, letters, digits, underscores")
        yield f"{name}: {_checked(value, name)}\n"


def encode_reply(reply: AgiReply) -> bytes:
    """One reply as Asterisk writes it; an error whose text has several lines in the form `520-...`.

    Raises LocalProtocolError for what would be read as something else: CR, LF or NUL in a value, a blank in
    the result, quotation marks in an attribute, the end of the usage within the usage.
    """
    if reply.code != 200:
        return _encoded(_error_lines(reply), f"AGI reply {reply.code}")
    where = "AGI reply 200"
    result = _checked(reply.result if reply.result is not None else "0", where)
    if " " in result:
        raise LocalProtocolError(f"{where}: the result {result!r} holds a blank")
    parts = [f"200 result={result}"]
    if reply.data is not None:
        parts.append(f"({_checked(reply.data, where)})")
    if reply.endpos is not None:
        parts.append(f"endpos={reply.endpos}")
    for name, value in reply.attributes:
        if '"' in value:
            raise LocalProtocolError(f"{where}: the attribute {name} holds a quotation mark")
        parts.append(f'{name}="{_checked(value, where)}"' if " " in value else f"{name}={_checked(value, where)}")
    return _encoded(" ".join(parts) + "\n", where)


def _error_lines(reply: AgiReply) -> str:
    lines = reply.text.split("\n")
    for line in lines:
        _checked(line, f"AGI reply {reply.code}")
    if len(lines) == 1:
        return f"{reply.code} {reply.text}\n"
    if any(line.startswith(f"{reply.code} ") or line.endswith(_END_OF_USAGE) for line in lines[1:]):
        raise LocalProtocolError(f"AGI reply {reply.code}: a line of its usage looks like the end of it")
    return f"{reply.code}-{reply.text}\n{_END_OF_USAGE}\n"


def encode_hangup() -> bytes:
    """The line by which Asterisk tells that the caller hung up."""
    return b"HANGUP\n"
