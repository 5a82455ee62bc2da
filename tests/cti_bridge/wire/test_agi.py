"""The FastAGI codec, both ends: what one writes the other reads, and a caller can say what they like."""

import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cti_bridge.wire.agi import (
    COMMANDS,
    MAX_COMMAND,
    MAX_ENVIRONMENT,
    MAX_ENVIRONMENT_LINES,
    MAX_REPLY,
    MAX_WORDS,
    AgiCommand,
    AgiCommandParser,
    AgiHangup,
    AgiParser,
    AgiReply,
    AgiRequest,
    AgiServerInput,
    encode_command,
    encode_environment,
    encode_hangup,
    encode_reply,
    split_words,
)
from cti_bridge.wire.errors import LocalProtocolError, RemoteProtocolError
from tests.cti_bridge.wire.chunks import chunk_sizes, cut, fed

ENVIRONMENT = (
    "agi_network: yes\nagi_network_script: flow/main?token=s3cr%2Ft&language=en\n"
    "agi_request: agi://127.0.0.1:4573/flow/main?token=s3cr%2Ft&language=en\nagi_channel: PJSIP/carrier-0000002c\n"
    "agi_language: en\nagi_type: PJSIP\nagi_uniqueid: west-1801526400.52\nagi_version: 22.10.1\n"
    "agi_callerid: 6045550147\nagi_calleridname: Zoë  K. \nagi_callingpres: 0\nagi_callingani2: 0\n"
    "agi_callington: 0\nagi_callingtns: 0\nagi_dnid: 8400\nagi_rdnis: unknown\nagi_context: from-carrier\n"
    "agi_extension: 8400\nagi_priority: 2\nagi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 140000000\n"
    "agi_arg_1: sales\nagi_arg_2: two words\n\n"
).encode()


def replies(stream: bytes, sizes: list[int] | None = None) -> list[AgiServerInput]:
    parser = AgiParser()
    [request] = parser.feed(b"agi_network: yes\n\n")
    assert isinstance(request, AgiRequest)
    return fed(parser.feed, stream, sizes or [len(stream)])


def reply(line: bytes) -> AgiReply:
    [only] = replies(line)
    assert isinstance(only, AgiReply)
    return only


# ------------------------------------------------------------------ the request


@pytest.mark.parametrize("sizes", [[1], [2, 9], [10_000]])
def test_the_environment_is_the_request(sizes: list[int]) -> None:
    [request] = fed(AgiParser().feed, ENVIRONMENT, sizes)
    assert isinstance(request, AgiRequest)
    assert request.path == "flow/main"
    assert request.query == {"token": "s3cr/t", "language": "en"}
    assert request.channel == "PJSIP/carrier-0000002c"
    assert request.uniqueid == "west-1801526400.52"
    assert request.caller_number == "6045550147"
    assert request.caller_name == "Zoë  K. "
    assert request.dialled_number == "8400"
    assert request.arguments == ("sales", "two words")
    assert request.get("accountcode") == ""
    assert request.get("agi_context") == "from-carrier"
    assert request.get("rdnis") == "unknown"
    assert request.get("nothing", "else") == "else"
    assert next(iter(request.variables.items())) == ("agi_network", "yes")
    assert len(request.variables) == 24


def test_what_asterisk_does_not_know_is_none() -> None:
    [request] = AgiParser().feed(b"agi_callerid: unknown\nagi_calleridname: \n\n")
    assert isinstance(request, AgiRequest)
    assert (request.caller_number, request.caller_name, request.dialled_number) == (None, None, None)
    assert (request.url, request.path, request.query, request.channel, request.arguments) == ("", "", {}, "", ())


def test_a_url_that_is_none_harms_nobody() -> None:
    [request] = AgiParser().feed(b"agi_request: agi://[x/flow?token=1\n\n")
    assert isinstance(request, AgiRequest)
    assert request.query == {"token": "1"}


def test_a_caller_name_changes_nothing_but_itself() -> None:
    name = b'" \\" agi_channel: x \xff\xe9 \x01\x7f \xe2\x80\xa8 ' + b"n" * 10_000
    stream = ENVIRONMENT.replace("Zoë  K. ".encode(), name)
    [request] = fed(AgiParser().feed, stream, [11])
    [before] = AgiParser().feed(ENVIRONMENT)
    assert isinstance(request, AgiRequest)
    assert isinstance(before, AgiRequest)
    assert request.caller_name == name.decode("utf-8", "surrogateescape")
    assert dict(request.variables) == dict(before.variables) | {"agi_calleridname": request.caller_name}
    assert list(request.variables) == list(before.variables)


def test_a_line_end_in_a_name_stays_in_the_name_and_cannot_replace_what_came_before() -> None:
    stream = ENVIRONMENT.replace("Zoë  K. ".encode(), b"A\nB\nagi_channel: PJSIP/other")
    [request] = AgiParser().feed(stream)
    assert isinstance(request, AgiRequest)
    assert request.caller_name == "A\nB"
    assert request.channel == "PJSIP/carrier-0000002c"


def test_of_a_repeated_name_the_first_counts() -> None:
    [request] = AgiParser().feed(b"agi_channel: PJSIP/a\nagi_calleridname: A\nagi_channel: PJSIP/b\n\n")
    assert isinstance(request, AgiRequest)
    assert dict(request.variables) == {"agi_channel": "PJSIP/a", "agi_calleridname": "A"}


def test_reprs_show_nothing_of_a_caller() -> None:
    [request] = AgiParser().feed(ENVIRONMENT)
    assert "Zoë" not in repr(request)
    assert "4711" not in repr(reply(b"200 result=4711\n"))


@pytest.mark.parametrize(
    "nonsense",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\n\n",
        b"\n",
        b"agi\n\n",
        b"agi_\n\n",
        b"agi_x\nagi_y: 1\n\n",
        b"agi_ x: 1\n\n",
        b"\x00" * 50,
        b"agi_x: " + b"v" * MAX_ENVIRONMENT,
        b"agi_x: " + b"v" * MAX_ENVIRONMENT + b"\n\n",
        b"agi_x: 1\n" * (MAX_ENVIRONMENT_LINES + 1) + b"\n",
    ],
)
@pytest.mark.parametrize("sizes", [[1], [100_000]])
def test_a_peer_that_sends_no_environment_is_refused(nonsense: bytes, sizes: list[int]) -> None:
    parser = AgiParser()
    with pytest.raises(RemoteProtocolError, match="AGI environment"):
        fed(parser.feed, nonsense, sizes)
    with pytest.raises(RemoteProtocolError):
        parser.feed(b"200 result=0\n")


def test_the_first_wrong_byte_is_enough() -> None:
    with pytest.raises(RemoteProtocolError):
        AgiParser().feed(b"G")


def test_an_environment_as_long_as_allowed_passes() -> None:
    stream = b"agi_x: " + b"v" * (MAX_ENVIRONMENT - 7) + b"\n\n"
    assert len(fed(AgiParser().feed, stream, [1000])) == 1
    many = b"agi_x: 1\n" * MAX_ENVIRONMENT_LINES + b"\n"
    assert len(fed(AgiParser().feed, many, [1000])) == 1


# ------------------------------------------------------------------ replies

REPLIES = {
    b"200 result=0\n": AgiReply(code=200, result="0"),
    b"200 result=-1\n": AgiReply(code=200, result="-1"),
    b"200 result=1 (sales)\n": AgiReply(code=200, result="1", data="sales"),
    b"200 result=1 ()\n": AgiReply(code=200, result="1", data=""),
    b"200 result=1 (a) b (c)\n": AgiReply(code=200, result="1", data="a) b (c"),
    b"200 result=1 (x) endpos=9)\n": AgiReply(code=200, result="1", data="x) endpos=9"),
    b"200 result=1 (200 result=0)\n": AgiReply(code=200, result="1", data="200 result=0"),
    b"200 result=1 (Ren\xe9)\n": AgiReply(code=200, result="1", data="Ren\udce9"),
    b"200 result= (timeout)\n": AgiReply(code=200, result="", data="timeout"),
    b"200 result=12*# (timeout)\n": AgiReply(code=200, result="12*#", data="timeout"),
    b"200 result=0042\n": AgiReply(code=200, result="0042"),
    b"200 result=0 endpos=16480\n": AgiReply(code=200, result="0", endpos=16480),
    b"200 result=49 (dtmf) endpos=8000\n": AgiReply(code=200, result="49", data="dtmf", endpos=8000),
    b"200 result=-1 (hangup) endpos=0\n": AgiReply(code=200, result="-1", data="hangup", endpos=0),
    b"200 result=1 endpos=many\n": AgiReply(code=200, result="1", attributes=(("endpos", "many"),)),
    b'200 result=1 (speech) endpos=5 results=1 score0=870 text0="yes (I) do) it" grammar0=yesno\n': AgiReply(
        code=200,
        result="1",
        data="speech",
        endpos=5,
        attributes=(("results", "1"), ("score0", "870"), ("text0", "yes (I) do) it"), ("grammar0", "yesno")),
    ),
    b"510 Invalid or unknown command\n": AgiReply(code=510, text="Invalid or unknown command"),
    b"511 Command Not Permitted on a dead channel or intercept routine\n": AgiReply(
        code=511, text="Command Not Permitted on a dead channel or intercept routine"
    ),
    b"520 Invalid command syntax.  Proper usage not available.\n": AgiReply(
        code=520, text="Invalid command syntax.  Proper usage not available."
    ),
    b"520-Invalid command syntax.  Proper usage follows:\nUsage: NOOP\n\nDoes nothing.\n520 End of proper usage.\n": (
        AgiReply(code=520, text="Invalid command syntax.  Proper usage follows:\nUsage: NOOP\n\nDoes nothing.")
    ),
    b"520-Invalid command syntax.  Proper usage follows:\nDoes nothing.520 End of proper usage.\n": (
        AgiReply(code=520, text="Invalid command syntax.  Proper usage follows:\nDoes nothing.")
    ),
    b"520-Proper usage follows:\nHANGUP\n200 result=0\n520 End of proper usage.\n": (
        AgiReply(code=520, text="Proper usage follows:\nHANGUP\n200 result=0")
    ),
    b"200 result=1 (first\nsecond\n\nlast)\n": AgiReply(code=200, result="1", data="first\nsecond\n\nlast"),
    b"200 result=1 (a (b\nc) d\ne)\n": AgiReply(code=200, result="1", data="a (b\nc) d\ne"),
    b"200\x20\n": AgiReply(code=200),
}


@pytest.mark.parametrize("sizes", [[1], [7], [1000]])
@pytest.mark.parametrize("line", REPLIES)
def test_every_form_of_reply(line: bytes, sizes: list[int]) -> None:
    for _ in range(2):
        assert replies(line * 2 + b"200 result=7\n", sizes) == [REPLIES[line]] * 2 + [AgiReply(code=200, result="7")]


def test_what_a_reply_means() -> None:
    assert reply(b"200 result=1 (x)\n").done
    assert not reply(b"511 dead\n").done
    assert reply(b"200 result=-1\n").number == -1
    assert [reply(b"200 result=%b\n" % text).number for text in (b"", b"1*", b"--1", b"-", b"9" * 30)] == [None] * 5
    assert reply("200 result=٣\n".encode()).number is None
    assert reply(b"510 x\n").number is None
    assert reply(b"511 dead\n").hung_up
    assert reply(b"200 result=-1 (hangup) endpos=3\n").hung_up
    assert not reply(b"200 result=-1\n").hung_up


def test_a_hangup_shifts_no_reply() -> None:
    stream = b"200 result=1\nHANGUP\n200 result=2\n511 dead\nHANGUP\nHANGUP\n511 again\n"
    for sizes in ([1], [4], [100]):
        found = replies(stream, sizes)
        assert [type(item) for item in found] == [
            AgiReply,
            AgiHangup,
            AgiReply,
            AgiReply,
            AgiHangup,
            AgiHangup,
            AgiReply,
        ]
        assert [item.result or item.text for item in found if isinstance(item, AgiReply)] == ["1", "2", "dead", "again"]


@pytest.mark.parametrize(
    "nonsense",
    [b"\n", b"hangup\n", b"HANGUP \n", b"200\n", b"20 x\n", b"2000 x\n", b"abc\n", b"\xff\n", b"099 x\n", b" 200 x\n"],
)
def test_what_is_no_reply_is_refused(nonsense: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="no AGI reply"):
        replies(nonsense)


@pytest.mark.parametrize("start", [b"200 result=1 (", b"520-", b"200 result=1 (\n", b"520-x\n", b""])
@pytest.mark.parametrize("sizes", [[999], [MAX_REPLY * 2]])
@pytest.mark.parametrize("filler", [b"x", b"x\n"])
def test_a_reply_without_end_is_refused(start: bytes, sizes: list[int], filler: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        replies(start + filler * (MAX_REPLY + 1), sizes)


def test_a_value_of_100_kilobytes_passes() -> None:
    value = "v" * 100_000
    assert replies(f"200 result=1 ({value})\n".encode(), [1500]) == [AgiReply(code=200, result="1", data=value)]


def test_one_byte_at_a_time_costs_no_more_for_long_replies() -> None:
    def cost(size: int) -> float:
        start = time.process_time()
        replies(b"200 result=1 (" + b"v" * size + b")\n", [1])
        return (time.process_time() - start) / size

    assert min(cost(200_000) for _ in range(2)) < 6 * min(cost(10_000) for _ in range(3))


def test_lines_that_look_like_much_are_read_in_time() -> None:
    start = time.process_time()
    for line in (
        b"200 result=1 (" + b") a=b" * 40_000,
        b"200 result=1 (speech) " + b'a="' * 60_000,
        b"200 " + b"(" * 200_000,
    ):
        with pytest.raises(RemoteProtocolError):
            replies(line + b"\nx\n" + b"y" * MAX_REPLY)
    assert time.process_time() - start < 2


# ------------------------------------------------------------------ commands


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("ANSWER",), b"ANSWER\n"),
        (("SET VARIABLE", "X", "1"), b'SET VARIABLE "X" "1"\n'),
        (("STREAM FILE", "welcome", ""), b'STREAM FILE "welcome" ""\n'),
        (("GET DATA", "menu", 5000, 1), b'GET DATA "menu" "5000" "1"\n'),
        (("SET VARIABLE", "X", 'say "hi" \\ there'), b'SET VARIABLE "X" "say \\"hi\\" \\\\ there"\n'),
        (("VERBOSE", "Ren\udce9 山"), b'VERBOSE "Ren\xe9 \xe5\xb1\xb1"\n'),
    ],
)
def test_commands_are_quoted(words: tuple[str, ...], line: bytes) -> None:
    assert encode_command(*words) == line


@pytest.mark.parametrize("sign", ["\r", "\n", "\0"])
def test_nothing_can_be_smuggled_into_a_command(sign: str) -> None:
    with pytest.raises(LocalProtocolError, match="not allowed"):
        encode_command("SET VARIABLE", "X", f"1{sign}HANGUP")
    for name in (f"NOOP{sign}HANGUP", "NOOP ", "", 'NOOP "', "SET  VARIABLE"):
        with pytest.raises(LocalProtocolError, match="no name"):
            encode_command(name)


def test_a_command_that_asterisk_would_cut_is_refused() -> None:
    longest = "v" * (MAX_COMMAND - len('VERBOSE ""\n'))
    assert len(encode_command("VERBOSE", longest)) == MAX_COMMAND
    assert fed(AgiCommandParser().feed, encode_command("VERBOSE", longest), [500])[0].arguments == (longest,)
    with pytest.raises(LocalProtocolError, match="2048 bytes"):
        encode_command("VERBOSE", longest + "v")
    with pytest.raises(LocalProtocolError, match="more than 127 words"):
        encode_command("EXEC", *["x"] * MAX_WORDS)
    with pytest.raises(LocalProtocolError, match="stands for no byte"):
        encode_command("VERBOSE", "\ud800")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("EXEC Playback hello,world", ("EXEC", "Playback", "hello,world")),
        ("  a \t b  ", ("a", "b")),
        ('a "b c" d', ("a", "b c", "d")),
        ('a "" b', ("a", "", "b")),
        ('a b"c d"e', ("a", "bc de")),
        (r"a b\ c", ("a", "b c")),
        (r"a \"b\"", ("a", '"b"')),
        (r'a "b \" c"', ("a", 'b " c')),
        (r'a "b \\"', ("a", "b \\")),
        ("a\r", ("a",)),
        ("", ()),
        ('a "b', ("a", "b")),
        ('a ""b', ("a", "b")),
    ],
)
def test_words_are_split_as_asterisk_does(line: str, words: tuple[str, ...]) -> None:
    assert split_words(line) == words


def test_commands_know_their_name() -> None:
    assert AgiCommand(("get", "full", "variable", "${X}")).name == "GET FULL VARIABLE"
    assert AgiCommand(("get", "full", "variable", "${X}")).arguments == ("${X}",)
    assert AgiCommand(("Exec", "Playback")).name == "EXEC"
    assert AgiCommand(("FROB", "x")).name == "FROB"
    assert AgiCommand(("GET",)).name == "GET"
    assert {"ANSWER", "WAIT FOR DIGIT", "SPEECH ACTIVATE GRAMMAR", "GOSUB", "RECEIVE CHAR"} <= COMMANDS
    assert all(name == name.strip() and "\n" not in name for name in COMMANDS)


@pytest.mark.parametrize("sizes", [[1], [600], [10_000]])
def test_a_command_without_end_is_refused(sizes: list[int]) -> None:
    for stream in (b"x" * MAX_COMMAND, b"x" * MAX_COMMAND + b"\n", b"NOOP\n" + b"x" * 3 * MAX_COMMAND):
        parser = AgiCommandParser()
        with pytest.raises(RemoteProtocolError):
            fed(parser.feed, stream, sizes)
        with pytest.raises(RemoteProtocolError):
            parser.feed(b"NOOP\n")


# ------------------------------------------------------------------ both ends

texts = st.builds(bytes.decode, st.binary(max_size=20), st.just("utf-8"), st.just("surrogateescape")).filter(
    lambda text: not set(text) & set("\r\n\0")
)
tricky = st.one_of(texts, st.text('"\\ \t()=a', max_size=12))
keys = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=8)


@given(st.sampled_from(sorted(COMMANDS)), st.lists(tricky, max_size=5), chunk_sizes)
@example("SET VARIABLE", ["X", '"\\" \\'], [1])
def test_a_command_arrives_as_it_was_meant(name: str, arguments: list[str], sizes: list[int]) -> None:
    line = encode_command(name, *arguments)
    commands = fed(AgiCommandParser().feed, line * 2, sizes)
    assert [command.words for command in commands] == [(*name.split(" "), *arguments)] * 2
    if not arguments:
        assert commands[0].name == name


@given(st.dictionaries(keys, tricky, min_size=1, max_size=6), chunk_sizes)
def test_an_environment_arrives_as_it_was_sent(variables: dict[str, str], sizes: list[int]) -> None:
    named = {f"agi_{key}": value for key, value in variables.items()}
    [request] = fed(AgiParser().feed, encode_environment(named), sizes)
    assert isinstance(request, AgiRequest)
    assert list(request.variables.items()) == list(named.items())
    for key, value in variables.items():
        assert request.get(f"agi_{key}") == value


def test_what_is_no_environment_is_not_sent() -> None:
    for variables in ({"channel": "x"}, {"agi_a b": "x"}, {"agi_": "x"}):
        with pytest.raises(LocalProtocolError, match="no name of an AGI variable"):
            encode_environment(variables)
    with pytest.raises(LocalProtocolError, match="not allowed"):
        encode_environment([("agi_calleridname", "a\n\nb")])
    assert encode_environment([("agi_priority", 1)]) == b"agi_priority: 1\n\n"


ok_replies = st.builds(
    AgiReply,
    code=st.just(200),
    result=st.text("0123456789*#", max_size=4),
    data=st.one_of(st.none(), tricky.filter(lambda text: not text.startswith("speech) "))),
    endpos=st.one_of(st.none(), st.integers(0, 10**9)),
)
error_replies = st.builds(
    AgiReply, code=st.sampled_from([510, 511, 520]), text=st.lists(texts, min_size=1, max_size=4).map("\n".join)
)


@given(st.lists(st.one_of(ok_replies, error_replies, st.just(AgiHangup())), max_size=6), chunk_sizes)
def test_replies_arrive_as_they_were_sent(sent: list[AgiReply | AgiHangup], sizes: list[int]) -> None:
    stream = b""
    for item in sent:
        if isinstance(item, AgiHangup):
            stream += encode_hangup()
            continue
        lines = item.text.split("\n")
        assume(not any(line.startswith("5") or line.endswith("usage.") for line in lines[1:]))
        stream += encode_reply(item)
    assert replies(stream, sizes) == sent


def test_attributes_arrive_as_they_were_sent() -> None:
    sent = AgiReply(code=200, result="1", data="speech", endpos=4, attributes=(("results", "1"), ("text0", "a) b (c")))
    assert reply(encode_reply(sent)) == sent


def test_what_would_be_read_as_something_else_is_not_sent() -> None:
    for bad in (
        AgiReply(code=200, result="1 2"),
        AgiReply(code=200, result="1\n"),
        AgiReply(code=200, result="1", data="a\nb"),
        AgiReply(code=200, result="1", attributes=(("text0", 'a"b'),)),
        AgiReply(code=520, text="a\r"),
        AgiReply(code=520, text="usage\n520 more"),
        AgiReply(code=520, text="usage\nmore 520 End of proper usage."),
    ):
        with pytest.raises(LocalProtocolError):
            encode_reply(bad)


pieces = st.sampled_from(
    [
        b"\n",
        b"agi_",
        b"agi_x: y\n",
        b"\n\n",
        b"200 result=",
        b"1 (",
        b")",
        b"HANGUP\n",
        b"520-",
        b"520 ",
        b" endpos=",
        b'"',
    ]
)
noise = st.lists(st.one_of(pieces, st.binary(max_size=4)), max_size=30).map(b"".join)


def outcome(stream: bytes, sizes: list[int]) -> tuple[list[AgiServerInput], bool]:
    parser = AgiParser()
    found: list[AgiServerInput] = []
    for chunk in cut(stream, sizes):
        try:
            found += parser.feed(chunk)
        except RemoteProtocolError:
            return found, True
    return found, False


@given(noise, chunk_sizes, st.booleans())
def test_noise_is_refused_or_read_alike_in_any_chunks(stream: bytes, sizes: list[int], begun: bool) -> None:
    stream = b"agi_a: b\n\n" + stream if begun else stream
    whole, refused = outcome(stream, [1])
    cut_items, cut_refused = outcome(stream, sizes)
    assert cut_refused == refused
    if not refused:
        assert cut_items == whole


@given(noise, chunk_sizes)
def test_noise_for_commands_is_read_alike_in_any_chunks(stream: bytes, sizes: list[int]) -> None:
    assert fed(AgiCommandParser().feed, stream, sizes) == AgiCommandParser().feed(stream)
