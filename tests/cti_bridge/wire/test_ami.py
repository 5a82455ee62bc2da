"""The manager codec: framing, headers and limits, and what hostile values do to it (nothing)."""

import gc
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cti_bridge.wire.ami import (
    MAX_GREETING,
    MAX_MESSAGE,
    AmiMessage,
    AmiParser,
    HeaderValue,
    encode_action,
    encode_event,
    encode_greeting,
    encode_response,
)
from cti_bridge.wire.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from tests.cti_bridge.wire.chunks import chunk_sizes, cut, fed

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
BEFORE = b"Event: Newstate\r\nPrivilege: call,all\r\nChannelState: 5\r\nUniqueid: 9.1\r\n\r\n"
AFTER = b"Event: Hangup\r\nPrivilege: call,all\r\nUniqueid: 9.2\r\nCause: 16\r\n\r\n"


def block(*lines: bytes) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\n"


def one(stream: bytes) -> AmiMessage:
    [message] = AmiParser().feed(stream)
    return message


# Everything that has broken a manager client. (bytes of the message, header to ask for, values that it has)
HAZARDS = {
    "repeated ChanVariable": (
        block(b"Event: Newchannel", b"ChanVariable: A=1", b"ChanVariable: B=2", b"ChanVariable: C=x=y"),
        "ChanVariable",
        ["A=1", "B=2", "C=x=y"],
    ),
    "ChanVariable without a value": (block(b"Event: Newchannel", b"ChanVariable: A"), "ChanVariable", ["A"]),
    "repeated Variable": (block(b"Event: UserEvent", b"Variable: A=1", b"Variable: B=2"), "Variable", ["A=1", "B=2"]),
    "two headers repeated in turn": (block(b"Event: UserEvent", b"P: 1", b"Q: 2", b"P: 3", b"Q: 4"), "Q", ["2", "4"]),
    "bytes that are not UTF-8": (
        block(b"Event: Newstate", b"CallerIDName: Ren\xe9 K"),
        "CallerIDName",
        ["Ren\udce9 K"],
    ),
    "colons in the value": (block(b"Event: Newexten", b"AppData: x: y:: z"), "AppData", ["x: y:: z"]),
    "no space after the colon": (block(b"Event: Newstate", b"Key:value"), "Key", ["value"]),
    "nothing after the colon": (block(b"Event: Newstate", b"Key:"), "Key", [""]),
    "a space after the colon only": (block(b"Event: Newstate", b"Key: "), "Key", [""]),
    "spaces of the value": (block(b"Event: VarSet", b"Value:   three  "), "Value", ["  three  "]),
    "a tab after the colon": (block(b"Event: VarSet", b"Value:\tx"), "Value", ["\tx"]),
    "20 kB value": (block(b"Event: VarSet", b"Value: " + b"v" * 20_000), "Value", ["v" * 20_000]),
    "100 kB value": (block(b"Event: VarSet", b"Value: " + b"v" * 100_000), "Value", ["v" * 100_000]),
    "value speaks of what follows": (
        block(b"Event: VarSet", b"Value: list will follow"),
        "Value",
        ["list will follow"],
    ),
    "value looks like an event": (
        block(b"Event: Newexten", b"AppData: Event: Shutdown"),
        "AppData",
        ["Event: Shutdown"],
    ),
    "value looks like the end": (
        block(b"Event: Newexten", b"AppData: Response: Goodbye"),
        "AppData",
        ["Response: Goodbye"],
    ),
    "value names ActionID": (block(b"Event: Newexten", b"AppData: Z=ActionID"), "AppData", ["Z=ActionID"]),
    "value ends a command": (
        block(b"Event: VarSet", b"Value: y --END COMMAND--"),
        "Value",
        ["y --END COMMAND--"],
    ),
    "value is the end of a command": (block(b"Event: VarSet", b"Value: --END COMMAND--"), "Value", ["--END COMMAND--"]),
    "value says Response: Follows": (
        block(b"Event: VarSet", b"Value: Response: Follows"),
        "Value",
        ["Response: Follows"],
    ),
    "event is not the first header": (
        block(b"Privilege: call,all", b"Event: Newstate", b"Uniqueid: 7"),
        "Uniqueid",
        ["7"],
    ),
    "an event with a Response of its own": (
        block(b"Event: OriginateResponse", b"ActionID: 5", b"Response: Failure"),
        "Response",
        ["Failure"],
    ),
    "line and paragraph separators": (
        block(b"Event: VarSet", "Value: a\u2028b\u2029c\x0bd\x0ce\x85f".encode()),
        "Value",
        ["a\u2028b\u2029c\x0bd\x0ce\x85f"],
    ),
    "a lone LF": (block(b"Event: VarSet", b"Value: a\nEvent: b"), "Value", ["a\nEvent: b"]),
    "two lone LF": (block(b"Event: VarSet", b"Value: a\n\nb"), "Value", ["a\n\nb"]),
    "a lone CR": (block(b"Event: VarSet", b"Value: a\rb"), "Value", ["a\rb"]),
    "a CR at the end of the value": (block(b"Event: VarSet", b"Value: a\r"), "Value", ["a\r"]),
    "NUL": (block(b"Event: VarSet", b"Value: a\0b"), "Value", ["a\0b"]),
    "other case of letters": (block(b"EVENT: VarSet", b"vALUE: a", b"Value: b"), "VALUE", ["a", "b"]),
    "no name before the colon": (block(b"Event: VarSet", b":x", b"Value: b"), "Value", ["b"]),
    "a line without a colon": (block(b"Event: VarSet", b"just text", b"Value: b"), "Value", ["b"]),
    "a header whose name ends another's": (block(b"Event: VarSet", b"XValue: a", b"Value: b"), "Value", ["b"]),
}


@pytest.mark.parametrize("warm", [False, True], ids=["first of its kind", "kind well known"])
@pytest.mark.parametrize("name", HAZARDS)
def test_no_value_harms_its_message_or_the_next(name: str, warm: bool) -> None:
    hazard, key, values = HAZARDS[name]
    parser = AmiParser()
    parser.feed(GREETING)
    if warm:  # the parser has learnt how events of these kinds look
        for kind in ("Newchannel", "Newstate", "Newexten", "VarSet", "UserEvent", "OriginateResponse"):
            for message in parser.feed(encode_event(kind, {"Value": "x", key: "y", "Uniqueid": "1"}) * 5):
                assert message.get_all("Uniqueid") == ["1"]
    messages = parser.feed(BEFORE + hazard + AFTER)
    assert [message.kind for message in messages] == ["event"] * 3
    assert [message.get("Uniqueid") for message in (messages[0], messages[2])] == ["9.1", "9.2"]
    hit = messages[1]
    assert hit.get(key) == values[0]
    assert hit.get_all(key) == values
    assert hit.get(key.lower()) == values[0]
    assert hit.get_all(key.upper()) == values


@pytest.mark.parametrize("name", HAZARDS)
@pytest.mark.parametrize("sizes", [[1], [2, 3], [7], [4096]])
def test_hazards_read_the_same_in_any_chunks(name: str, sizes: list[int]) -> None:
    stream = GREETING + BEFORE + HAZARDS[name][0][:3000] + b"x: " + HAZARDS[name][0][-3000:] + AFTER
    assert fed(AmiParser().feed, stream, sizes) == AmiParser().feed(stream)


def test_a_character_cut_in_two_stays_whole() -> None:
    stream = block(b"Event: Newstate", "CallerIDName: Åse 山田 🙂".encode())
    [message] = fed(AmiParser().feed, stream, [1])
    assert message.get("CallerIDName") == "Åse 山田 🙂"


def test_headers_keep_order_spelling_and_repetition() -> None:
    message = one(block(b"Event: E", b"b: 1", b"A: 2", b"B: 3", b"a:4"))
    pairs = (("Event", "E"), ("b", "1"), ("A", "2"), ("B", "3"), ("a", "4"))
    assert message.headers == pairs
    assert tuple(message) == pairs
    assert message.first_values() == {"Event": "E", "b": "1", "A": "2", "B": "3", "a": "4"}
    assert message.get_all("B") == ["1", "3"]
    assert message.get("none") is None
    assert message.get("none", "else") == "else"
    assert message.get_all("none") == []
    assert "EVENT" in message
    assert "none" not in message


def test_first_values_keeps_the_first_of_a_repeated_name() -> None:
    message = one(block(b"Event: E", b"V: 1", b"W: x", b"V: 2"))
    assert list(message.first_values().items()) == [("Event", "E"), ("V", "1"), ("W", "x")]


def test_get_is_the_same_before_and_after_all_headers_were_read() -> None:
    odd = block(b"Event: E", b"junk: no: yes", b"text", b"Key:v", b"KEY: w", "Ñ: 1".encode(), b"k\rx: 2")
    for key in ("Event", "junk", "junk: no", "text", "key", "Ñ", "ñ", "", "k\rx", "K", "\udcff", "Key:", "\r\nKey"):
        fresh, read = one(odd), one(odd)
        assert read.headers
        assert fresh.get(key) == read.get(key), key
        assert fresh.get(key) == next(iter(read.get_all(key)), None), key


def test_a_line_without_a_colon_is_kept() -> None:
    assert one(block(b"Event: E", b"text alone")).headers == (("Event", "E"), ("", "text alone"))


def test_the_greeting_is_a_message() -> None:
    greeting, event = AmiParser().feed(GREETING + BEFORE)
    assert (greeting.kind, greeting.name, greeting.headers) == ("greeting", "Asterisk Call Manager/11.0.0", ())
    assert (event.kind, event.name) == ("event", "Newstate")


def test_a_stream_without_greeting_is_read() -> None:
    assert [m.name for m in fed(AmiParser().feed, BEFORE + AFTER, [3])] == ["Newstate", "Hangup"]


def test_responses_are_named_by_their_word() -> None:
    message = one(block(b"Response: Error", b"ActionID: 12", b"Message: No such channel"))
    assert (message.kind, message.name, message.get("actionid")) == ("response", "Error", "12")
    assert one(block(b"ActionID: 12", b"Response: Success")).name == "Success"


def test_empty_lines_between_messages_are_nothing() -> None:
    # Asterisk 22 itself ends some of its test events with an empty line too many.
    stream = b"\r\n\r\n" + BEFORE + b"\r\n\r\n\r\n" + AFTER
    for sizes in ([1], [5], [500]):
        assert [m.name for m in fed(AmiParser().feed, stream, sizes)] == ["Newstate", "Hangup"]


def test_command_output_as_headers() -> None:
    message = one(
        block(b"Response: Success", b"ActionID: 3", b"Message: Command output follows")[:-2]
        + block(b"Output: Name  Host", b"Output: ", b"Output:   1 peer: ok")
    )
    assert (message.kind, message.name) == ("response", "Success")
    assert message.get_all("Output") == ["Name  Host", "", "  1 peer: ok"]
    assert message.output == "Name  Host\n\n  1 peer: ok"


OLD_COMMAND = (
    b"Response: Follows\r\nPrivilege: Command\r\nActionID: 44\r\n"
    b"Channel   Location\nEvent: not one\n\r\n\r\nResponse: nor this\n2 lines\n--END COMMAND--\r\n\r\n"
)


@pytest.mark.parametrize("sizes", [[1], [3, 8], [1000]])
def test_raw_command_output_of_old_versions(sizes: list[int]) -> None:
    messages = fed(AmiParser().feed, GREETING + BEFORE + OLD_COMMAND + AFTER, sizes)
    assert [(m.kind, m.name) for m in messages[1:]] == [
        ("event", "Newstate"),
        ("response", "Follows"),
        ("event", "Hangup"),
    ]
    follows = messages[2]
    assert follows.get("ActionID") == "44"
    assert follows.output == "Channel   Location\nEvent: not one\n\n\nResponse: nor this\n2 lines"
    assert [name for name, _ in follows.headers[:3]] == ["Response", "Privilege", "ActionID"]


def test_raw_command_without_output() -> None:
    message = one(b"Response: Follows\r\nPrivilege: Command\r\n--END COMMAND--\r\n\r\n")
    assert message.headers == (("Response", "Follows"), ("Privilege", "Command"))


def test_unwanted_events_are_dropped_and_responses_never() -> None:
    parser = AmiParser(wanted={"Hangup"})
    late = block(b"Privilege: x", b"Event: Hangup", b"Uniqueid: 3")
    other = block(b"Privilege: x", b"Event: Newstate")
    done = block(b"Response: Success", b"ActionID: 1")
    messages = parser.feed(GREETING + (BEFORE + AFTER + late + other) * 2 + done)
    assert [m.name for m in messages] == ["Asterisk Call Manager/11.0.0", *["Hangup"] * 4, "Success"]


def test_event_names_are_told_apart_by_all_their_letters() -> None:
    parser = AmiParser(wanted={"Hang"})
    assert [
        m.name
        for m in parser.feed(b"Event: Hang\r\n\r\nEvent: Hangup\r\n\r\nEvent: Hangu\r\n\r\nEvent: Hang\r\nA: 1\r\n\r\n")
    ] == [
        "Hang",
        "Hang",
    ]


def test_messages_are_equal_when_they_say_the_same() -> None:
    first, second = one(block(b"Event: E", b"K: v")), one(block(b"Event: E", b"K:v"))
    assert first == second == AmiMessage.of("event", "E", [("Event", "E"), ("K", "v")])
    assert hash(first) == hash(second)
    assert first != one(block(b"Event: E", b"k: v"))
    assert first != one(block(b"Event: E", b"K: v", b"K: v"))
    assert first != "E"


def test_a_message_shows_nothing_of_a_caller() -> None:
    assert "Berta" not in repr(one(block(b"Event: Newstate", b"CallerIDName: Berta")))


def test_a_block_that_is_nothing_known_is_passed_over_once_the_peer_is_trusted() -> None:
    stray, event = AmiParser().feed(GREETING + block(b"rest of a value", b"Uniqueid: 1") + AFTER)[1:]
    assert (stray.kind, stray.name, stray.get("uniqueid")) == ("unknown", "", "1")
    assert event.name == "Hangup"


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"Host: a\r\nAccept: b\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01" * 400,
        b"+OK ready\r\n",
    ],
)
@pytest.mark.parametrize("sizes", [[1], [10_000]])
def test_a_peer_that_does_not_speak_the_protocol_is_refused(nonsense: bytes, sizes: list[int]) -> None:
    parser = AmiParser()
    with pytest.raises(RemoteProtocolError, match="of the peer"):
        fed(parser.feed, nonsense, sizes)
    with pytest.raises(RemoteProtocolError):  # and stays refused
        parser.feed(BEFORE)


def test_an_error_shows_no_more_than_the_beginning_escaped() -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        AmiParser().feed(b"\x1b[31m" + b"\n" * 5000 + b"\r\n")
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 400
    assert isinstance(refused.value, ProtocolError)


@pytest.mark.parametrize("sizes", [[1 << 14], [65_536, 100_003], [4 << 20]])
@pytest.mark.parametrize("over", [0, 1])
def test_the_limit_of_a_message(sizes: list[int], over: int) -> None:
    head = b"Event: VarSet\r\nValue: "
    stream = GREETING + head + b"v" * (MAX_MESSAGE - len(head) + over) + b"\r\n\r\n" + AFTER
    if over:
        with pytest.raises(RemoteProtocolError, match="longer than the 1048576 bytes"):
            fed(AmiParser().feed, stream, sizes)
    else:
        assert [m.name for m in fed(AmiParser().feed, stream, sizes)][1:] == ["VarSet", "Hangup"]


@pytest.mark.parametrize("sizes", [[1], [3], [2], [500]])
@pytest.mark.parametrize("over", [0, 1])
def test_a_smaller_limit_at_every_cut(sizes: list[int], over: int) -> None:
    stream = b"Event: A\r\nV: " + b"v" * (87 + over) + b"\r\n\r\n"
    parser = AmiParser(max_message=100)
    if over:
        with pytest.raises(RemoteProtocolError):
            fed(parser.feed, stream + AFTER, sizes)
    else:
        assert len(fed(parser.feed, stream + AFTER, sizes)) == 2


def test_endless_messages_are_refused_before_they_end() -> None:
    for start in (GREETING + b"Event: A\r\n", GREETING + b"Response: Follows\r\n\r\n", b"Event: ", GREETING):
        parser = AmiParser(max_message=10_000)
        with pytest.raises(RemoteProtocolError):
            fed(parser.feed, start + b"x" * 30_000, [700])
    with pytest.raises(RemoteProtocolError):
        AmiParser(max_message=10_000).feed(GREETING + AFTER + b"Event: A\r\n" + b"x" * 30_000)
    parser = AmiParser(max_message=10_000)
    with pytest.raises(RemoteProtocolError):
        fed(parser.feed, GREETING + b"Response: Follows\r\n" + b"line\r\n\r\n" * 3000, [700])


def test_a_long_first_line_is_a_header_only_if_it_soon_has_a_colon() -> None:
    assert AmiParser().feed(b"Event: " + b"n" * (2 * MAX_GREETING) + b"\r\n\r\n")[0].kind == "event"
    late = b"n" * (2 * MAX_GREETING) + b": x\r\n\r\n"
    for sizes in ([10_000], [1]):
        with pytest.raises(RemoteProtocolError):
            fed(AmiParser().feed, late, sizes)


def test_one_byte_at_a_time_costs_no_more_for_long_messages() -> None:
    def cost(size: int) -> float:
        parser = AmiParser()
        stream = GREETING + b"Event: VarSet\r\nValue: " + b"v" * size + b"\r\n\r\n"
        gc.collect()
        start = time.process_time()
        assert len(fed(parser.feed, stream, [1])) == 2
        return (time.process_time() - start) / size

    # Twenty times the length: a parser that searches or copies anew for each byte takes twenty times as long.
    assert min(cost(200_000) for _ in range(2)) < 6 * min(cost(10_000) for _ in range(3))


def test_what_a_parser_remembers_is_bounded() -> None:
    parser = AmiParser()
    for number in range(3000):
        event = encode_event(f"Kind{number}", {f"Header{number}": "1", "Uniqueid": str(number)})
        again = encode_event("UserEvent", {f"Header{number}": "1", "Uniqueid": str(number)})
        for message in parser.feed(event + again * 2):
            assert message.get_all("Uniqueid") == [str(number)]
    assert len(parser._heads) <= 512
    assert max(len(head.shapes) for head in parser._heads.values()) <= 6


# ------------------------------------------------------------------ writing


def test_an_action_is_written_header_by_header() -> None:
    headers: list[tuple[str, HeaderValue]] = [
        ("ActionID", "7"),
        ("Priority", 1),
        ("Variable", "A=1"),
        ("Variable", "B=Ж"),
    ]
    expected = "Action: Originate\r\nActionID: 7\r\nPriority: 1\r\nVariable: A=1\r\nVariable: B=Ж\r\n\r\n"
    assert encode_action("Originate", headers) == expected.encode()
    mapped: dict[str, HeaderValue] = {"ActionID": "7", "Priority": 1, "Variable": ["A=1", "B=Ж"]}
    assert encode_action("Originate", mapped) == expected.encode()
    assert encode_action("Ping", {}) == encode_action("Ping") == b"Action: Ping\r\n\r\n"


def test_bytes_that_are_not_utf_8_go_out_as_they_came() -> None:
    name = one(block(b"Event: E", b"CallerIDName: \xff\xe9")).get("CallerIDName")
    assert name is not None
    assert encode_action("Setvar", {"Value": name}) == b"Action: Setvar\r\nValue: \xff\xe9\r\n\r\n"


@pytest.mark.parametrize("sign", ["\r", "\n", "\0", "\r\n", "\r\n\r\nAction: Originate\r\n"])
def test_nothing_can_be_smuggled_into_an_action(sign: str) -> None:
    for name, headers in (
        (f"Pi{sign}ng", {}),
        ("Ping", {"Value": f"a{sign}b"}),
        ("Ping", {f"a{sign}b": "v"}),
        ("Ping", {"Variable": ["ok", f"a{sign}"]}),
    ):
        with pytest.raises(LocalProtocolError, match="not allowed"):
            encode_action(name, headers)


def test_what_is_no_header_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="no header name"):
        encode_action("Ping", {"": "x"})
    with pytest.raises(LocalProtocolError, match="no header name"):
        encode_action("Ping", {"A: b": "x"})
    with pytest.raises(LocalProtocolError, match="not NoneType"):
        encode_action("Ping", {"A": None})  # type: ignore[arg-type]  # what a careless caller does
    with pytest.raises(LocalProtocolError, match="stands for no byte"):
        encode_action("Ping", {"A": "\ud800"})
    with pytest.raises(LocalProtocolError, match="not allowed"):
        encode_greeting("11\r\n")
    with pytest.raises(LocalProtocolError, match="no colon"):
        encode_greeting("11:0")


any_bytes = st.binary(max_size=30)
values = st.builds(bytes.decode, any_bytes, st.just("utf-8"), st.just("surrogateescape")).filter(
    lambda text: not set(text) & set("\r\n\0")
)
names = values.filter(lambda text: bool(text) and ":" not in text)
header_lists = st.lists(st.tuples(names, values), max_size=6)


@given(names, header_lists, chunk_sizes)
@example("E", [("K", " v "), ("K", ""), ("k", "\udcff")], [1])
def test_what_is_written_is_read_again(name: str, headers: list[tuple[str, str]], sizes: list[int]) -> None:
    stream = (
        encode_greeting("11.0.0")
        + encode_action(name, headers)
        + encode_event(name, headers)
        + encode_response(name, headers)
    )
    _, action, event, response = fed(AmiParser().feed, stream, sizes)
    for message, kind, first in (
        (action, "action", "Action"),
        (event, "event", "Event"),
        (response, "response", "Response"),
    ):
        assert (message.kind, message.name) == (kind, name)
        assert message.headers == ((first, name), *headers)


pieces = st.sampled_from(
    [
        b"\r\n",
        b"\r",
        b"\n",
        b"\r\n\r\n",
        b":",
        b": ",
        b"Event: E",
        b"Response: ",
        b"Follows",
        b"--END COMMAND--",
        b"Output: ",
    ]
)
noise = st.lists(st.one_of(pieces, st.binary(max_size=5)), max_size=40).map(b"".join)


def outcome(stream: bytes, sizes: list[int], wanted: frozenset[str] | None = None) -> tuple[list[AmiMessage], bool]:
    """What a parser makes of a stream, and whether it refused the peer."""
    parser = AmiParser(wanted, max_message=120)
    found = []
    for chunk in cut(stream, sizes):
        try:
            found += parser.feed(chunk)
        except RemoteProtocolError:
            return found, True
    return found, False


@given(noise, chunk_sizes)
@example(b"Response: Follows\r\n\r\n--END COMMAND--", [1])
@example(b"\r\n\r\r\n\r\n", [1])
def test_noise_is_refused_or_read_alike_in_any_chunks(stream: bytes, sizes: list[int]) -> None:
    stream = GREETING + stream
    whole, refused = outcome(stream, [1])
    cut_messages, cut_refused = outcome(stream, sizes)
    assert cut_refused == refused
    if not refused:
        assert cut_messages == whole
        assert all(message.get_all("Uniqueid") == [] or message.headers for message in whole)


@given(noise)
def test_noise_from_the_first_byte_raises_nothing_else(stream: bytes) -> None:
    outcome(stream, [1])
    outcome(stream, [1000], frozenset({"E"}))


def reference_headers(text: str) -> tuple[tuple[str, str], ...]:
    """How one message is to be read, written down once more in the plainest way."""
    lines = []
    for line in text.split("\r\n"):
        key, colon, value = line.partition(":")
        lines.append((key, value[1:] if value[:1] == " " else value) if colon else ("", line))
    return tuple(lines)


lines = st.one_of(
    st.sampled_from(["Uniqueid: 1", "UNIQUEID: 2", "Uniqueid:3", "Key:", "Key: ", ": x", "text", "V: a\rb", "V:  a"]),
    st.builds("{}: {}".format, st.sampled_from(["A", "B", "a"]), st.text("ab \r\n:", max_size=4)),
).filter(lambda line: "\r\n" not in line and not line.endswith("\r"))


@given(st.lists(st.tuples(st.sampled_from(["X", "Y"]), st.lists(lines, max_size=4)), min_size=1, max_size=25))
def test_learnt_shapes_read_as_the_plain_way_does(events: list[tuple[str, list[str]]]) -> None:
    texts = ["\r\n".join((f"Event: {name}", *rest)) for name, rest in events]
    stream = "".join(f"{text}\r\n\r\n" for text in texts * 2).encode()
    for message, text in zip(AmiParser().feed(stream), texts * 2, strict=True):
        expected = reference_headers(text)
        first = next((value for key, value in expected if key.lower() == "uniqueid"), None)
        assert message.get("uniqueId") == first
        assert message.headers == expected
        assert message.get("UniqueID") == first
