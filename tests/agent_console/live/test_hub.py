"""Streams of the live channel: numbering, change detection, bounded readers."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from agent_console.live.frames import Message
from agent_console.live.hub import MOST_BYTES, MOST_FRAMES, Hub, Reader


class Doc(BaseModel):
    value: str


class Rows:
    """A source that the test changes; it is only ever asked for streams that exist."""

    def __init__(self, **streams: dict[str, str]) -> None:
        self.streams = streams

    def items(self, stream: str) -> Mapping[str, BaseModel] | None:
        rows = self.streams.get(stream)
        return None if rows is None else {key: Doc(value=value) for key, value in rows.items()}


class Bell:
    """A sink that takes nothing at once, unless it is open, and counts how often it was woken."""

    def __init__(self, *, is_open: bool = False) -> None:
        self.rung = 0
        self.is_open = is_open
        self.sent: list[dict[str, Any]] = []

    def send_now(self, message: Message) -> bool:
        if self.is_open:
            self.sent.append(json.loads(message.text))
        return self.is_open

    def wake(self) -> None:
        self.rung += 1


def a_hub(**streams: dict[str, str]) -> tuple[Hub, Rows]:
    rows = Rows(**streams)
    return Hub(rows, lambda: 1_500_000), rows


def taken(reader: Reader) -> list[dict[str, Any]]:
    return [json.loads(message.text) for message in reader.take(2_000_000)]


def test_a_subscription_begins_with_a_snapshot_of_what_is_there() -> None:
    hub, _ = a_hub(agents={"anna": "ready"})
    reader = Reader(bell := Bell())
    assert hub.subscribe(reader, "agents")
    assert bell.rung
    assert taken(reader) == [
        {
            "snapshot": {
                "topic": "agents",
                "n": 0,
                "now": "1970-01-01T00:00:02.000000Z",
                "items": {"anna": {"value": "ready"}},
            }
        }
    ]


def test_deltas_are_numbered_one_after_the_other_and_hold_only_what_changed() -> None:
    hub, _ = a_hub(agents={"anna": "ready", "bruno": "ready"})
    reader = Reader(Bell())
    hub.subscribe(reader, "agents")
    taken(reader)
    hub.tell("agents", {"anna": Doc(value="talking"), "bruno": Doc(value="ready")})
    hub.tell("agents", {"anna": Doc(value="talking")})
    hub.tell("agents", {"bruno": None, "nobody": None})
    deltas = [frame["delta"] for frame in taken(reader)]
    assert [(delta["n"], delta["set"], delta["gone"]) for delta in deltas] == [
        (1, {"anna": {"value": "talking"}}, []),
        (2, {}, ["bruno"]),
    ]


def test_all_readers_of_a_stream_share_the_bytes_of_a_frame() -> None:
    hub, _ = a_hub(agents={})
    readers = [Reader(Bell()) for _ in range(3)]
    for reader in readers:
        hub.subscribe(reader, "agents")
        reader.take(0)
    hub.tell("agents", {"anna": Doc(value="ready")})
    frames = [reader.take(0)[0] for reader in readers]
    assert frames[0] is frames[1] is frames[2]


def test_a_stream_that_nobody_reads_costs_nothing_and_begins_anew_with_what_is_there_then() -> None:
    hub, rows = a_hub(agents={"anna": "ready"})
    reader = Reader(Bell())
    hub.subscribe(reader, "agents")
    hub.unsubscribe(reader, "agents")
    assert not hub.is_read("agents")
    hub.tell("agents", {"anna": Doc(value="talking")})
    rows.streams["agents"] = {"anna": "wrap_up"}
    reader.take(0)
    hub.subscribe(reader, "agents")
    assert taken(reader)[0]["snapshot"]["items"] == {"anna": {"value": "wrap_up"}}


def test_there_is_no_subscription_to_what_does_not_exist() -> None:
    hub, _ = a_hub()
    reader = Reader(Bell())
    assert not hub.subscribe(reader, "agents/none")
    assert not hub.resync(reader, "agents/none")
    assert reader.take(0) == []


@pytest.mark.parametrize(
    ("size", "number"), [(10, MOST_FRAMES + 1), (MOST_BYTES // 4, 5)], ids=["too many frames", "too many bytes"]
)
def test_a_reader_who_does_not_keep_up_gets_a_snapshot_in_place_of_the_backlog(size: int, number: int) -> None:
    hub, _ = a_hub(agents={}, queues={"sales": "open"})
    slow, quick = Reader(Bell()), Reader(Bell())
    for reader in (slow, quick):
        hub.subscribe(reader, "agents")
        hub.subscribe(reader, "queues")
        reader.take(0)
    for turn in range(number):
        hub.tell("agents", {"anna": Doc(value=str(turn) * size)})
        quick.take(0)
    frames = taken(slow)
    assert slow.lost == 1
    assert quick.lost == 0
    assert sorted(frame["snapshot"]["topic"] for frame in frames) == ["agents", "queues"]
    latest = next(frame["snapshot"] for frame in frames if frame["snapshot"]["topic"] == "agents")
    assert latest["n"] == number
    assert latest["items"]["anna"]["value"] == str(number - 1) * size
    hub.tell("agents", {"anna": Doc(value="now")})
    assert taken(slow)[0]["delta"]["n"] == number + 1


def test_a_stream_that_is_no_more_is_told_to_its_readers() -> None:
    hub, _ = a_hub(agents={"anna": "ready"})
    reader = Reader(Bell())
    hub.subscribe(reader, "agents")
    hub.end("agents")
    assert taken(reader) == [{"ended": "agents"}]
    assert not hub.is_read("agents")


def test_who_keeps_up_gets_each_frame_at_once_and_nothing_overtakes_what_waits() -> None:
    hub, _ = a_hub(agents={})
    reader = Reader(bell := Bell(is_open=True))
    hub.subscribe(reader, "agents")
    hub.tell("agents", {"anna": Doc(value="1")})
    assert bell.sent == [], "a delta before its snapshot"
    waiting = taken(reader)
    assert [list(frame) for frame in waiting] == [["snapshot"]]
    hub.tell("agents", {"anna": Doc(value="2")})
    assert bell.sent == [], "a delta while the snapshot is on its way"
    assert [frame["delta"]["n"] for frame in taken(reader)] == [2]
    assert taken(reader) == []
    hub.tell("agents", {"anna": Doc(value="3")})
    assert [frame["delta"]["n"] for frame in bell.sent] == [3]
    bell.is_open = False
    hub.tell("agents", {"anna": Doc(value="4")})
    bell.is_open = True
    hub.tell("agents", {"anna": Doc(value="5")})
    assert [frame["delta"]["n"] for frame in bell.sent] == [3]
    assert [frame["delta"]["n"] for frame in taken(reader)] == [4, 5]


class Client:
    """What a client does with frames: follows the numbers, and asks anew after a gap."""

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}
        self.number: int | None = None

    def takes(self, frame: dict[str, Any]) -> None:
        if "snapshot" in frame:
            self.items, self.number = frame["snapshot"]["items"], frame["snapshot"]["n"]
            return
        delta = frame["delta"]
        assert self.number is not None
        assert delta["n"] == self.number + 1, "a gap that the server made"
        self.number = delta["n"]
        self.items = {key: value for key, value in self.items.items() if key not in delta["gone"]} | delta["set"]


_KEYS = st.sampled_from("abc")
_STEPS = st.one_of(
    st.tuples(st.just("set"), _KEYS, st.text(max_size=3)),
    st.tuples(st.just("gone"), _KEYS),
    st.tuples(st.just("take")),
    st.tuples(st.just("resync")),
    st.tuples(st.just("burst"), st.integers(1, 2 * MOST_FRAMES)),
)


@given(st.lists(_STEPS, max_size=30))
def test_whatever_happens_a_client_that_follows_the_numbers_ends_with_the_truth(steps: list[tuple[Any, ...]]) -> None:
    hub, _ = a_hub(agents={})
    reader, client, truth = Reader(Bell()), Client(), dict[str, Any]()
    hub.subscribe(reader, "agents")
    for step in steps:
        match step:
            case ("set", key, value):
                truth[key] = {"value": value}
                hub.tell("agents", {key: Doc(value=value)})
            case ("gone", key):
                truth.pop(key, None)
                hub.tell("agents", {key: None})
            case ("take",):
                for frame in taken(reader):
                    client.takes(frame)
            case ("resync",):
                hub.resync(reader, "agents")
            case ("burst", times):
                for turn in range(times):
                    truth["a"] = {"value": f"burst {turn}"}
                    hub.tell("agents", {"a": Doc(value=f"burst {turn}")})
    for frame in taken(reader):
        client.takes(frame)
    assert client.items == truth
