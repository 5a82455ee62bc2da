"""Whole calls through the manager codec: nothing is lost, made up or changed, however the bytes are cut."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_bridge.wire.ami import AmiMessage, AmiParser, encode_event
from tests.cti_bridge.wire.ami_calls import Switch, encode
from tests.cti_bridge.wire.chunks import fed

TRANSCRIPTS = sorted((Path(__file__).parents[2] / "transcripts").glob("*.ami"))
GREETING = b"Asterisk Call Manager/11.0.0\r\n"

sizes_of_segments = st.lists(st.integers(1, 1500), min_size=1, max_size=8)


def keys(messages: list[AmiMessage], event: str, *headers: str) -> Counter[tuple[str | None, ...]]:
    return Counter(tuple(m.get(header) for header in headers) for m in messages if m.name == event)


def assert_conserved(messages: list[AmiMessage]) -> None:
    """What holds of every recording that begins before its first call and ends after the last."""
    assert keys(messages, "Newchannel", "Uniqueid") == keys(messages, "Hangup", "Uniqueid")
    assert keys(messages, "BridgeEnter", "BridgeUniqueid", "Uniqueid") == keys(
        messages, "BridgeLeave", "BridgeUniqueid", "Uniqueid"
    )
    # a phone that is not there gets an answer and no channel, and a caller who gives up ends a dial without a word
    assert keys(messages, "DialEnd", "DestUniqueid") <= keys(messages, "DialBegin", "DestUniqueid")
    asked = keys(messages, "CoreShowChannelsComplete", "ActionID", "ListItems")
    listed = keys(messages, "CoreShowChannel", "ActionID")
    assert Counter({action: int(items or 0) for action, items in asked}) == Counter(
        {action: count for (action,), count in listed.items()}
    )


@pytest.mark.parametrize("channel_variables", [0, 2])
@given(sizes=sizes_of_segments, seed=st.integers(0, 99))
@settings(max_examples=12)
def test_calls_come_through_whole(channel_variables: int, sizes: list[int], seed: int) -> None:
    events = list(Switch(seed, channel_variables).whole_calls(6))
    messages = fed(AmiParser().feed, GREETING + b"".join(map(encode, events)), sizes)[1:]
    assert [message.headers for message in messages] == [tuple(headers) for headers in events]
    assert [message.name for message in messages] == [headers[0][1] for headers in events]
    assert keys(messages, "Newchannel", "Uniqueid")
    assert_conserved(messages)


def test_calls_side_by_side_in_segments_of_the_network() -> None:
    events = list(Switch(5, 1).stream(4000))
    wanted = {"Newchannel", "Hangup", "BridgeEnter", "BridgeLeave", "UserEvent"}
    stream = b"".join(map(encode, events))
    everything = fed(AmiParser().feed, stream, [1448, 1448, 2896, 65_536])
    some = fed(AmiParser(wanted).feed, stream, [1448, 7])
    assert len(everything) == len(events)
    assert some == [message for message in everything if message.name in wanted]
    assert [m.get_all("ChanVariable") for m in some] == [
        [value for key, value in headers if key == "ChanVariable"] for headers in events if headers[0][1] in wanted
    ]


def test_the_encoder_writes_what_the_switch_writes() -> None:
    for headers in Switch(8, 2).whole_calls(5):
        assert encode_event(headers[0][1], headers[1:]) == encode(headers)


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 2


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_transcript_reads_the_same_in_any_chunks(path: Path) -> None:
    stream = path.read_bytes()
    whole = AmiParser().feed(stream)
    for sizes in ([1], [2], [3, 5, 7], [511], [1448], [65_536]):
        assert fed(AmiParser().feed, stream, sizes) == whole


# Asterisk itself leaves an event out there: tests/transcripts/README.md
WHOLE = [path for path in TRANSCRIPTS if path.stem != "attended-transfer-masqueraded"]


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_a_transcript_is_conserved(path: Path) -> None:
    stream = path.read_bytes()
    greeting, *messages = AmiParser().feed(stream)
    assert greeting.kind == "greeting"
    assert {message.kind for message in messages} <= {"event", "response"}
    assert_conserved(messages)
    # every line is a header, nothing is made up; some events end with an empty line too many
    assert [f"{key}: {value}" for message in messages for key, value in message.headers] == [
        line for line in stream.decode("utf-8", "surrogateescape").split("\r\n")[1:] if line
    ]
