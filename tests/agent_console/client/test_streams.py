"""What frames make of the streams: snapshots, deltas, gaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_console.client.streams import Change, FrameError, Streams, both
from agent_console.documents.floor import AlarmDoc
from agent_console.documents.live import Delta, Hello, ServerFrame, Snapshot

NOW = 1_800_000_000_000_000


def alarm(key: str, value: int = 0) -> dict[str, object]:
    return {
        "alarm_id": key, "alarm": "wait", "queue": None, "value": value, "threshold": 1, "text": "", "raised_at": NOW,
    }  # fmt: skip


def snapshot(n: int, *keys: str) -> ServerFrame:
    return ServerFrame(snapshot=Snapshot(topic="alarms", n=n, now=NOW, items={key: alarm(key) for key in keys}))


def delta(n: int, put: dict[str, int] | None = None, gone: tuple[str, ...] = ()) -> ServerFrame:
    items = {key: alarm(key, value) for key, value in (put or {}).items()}
    return ServerFrame(delta=Delta(topic="alarms", n=n, now=NOW + n, set=items, gone=list(gone)))


def values(streams: Streams) -> dict[str, float | None]:
    found = streams.documents("alarms")
    return {key: one.value for key, one in found.items() if isinstance(one, AlarmDoc)}


def test_deltas_continue_a_snapshot() -> None:
    streams = Streams()
    streams.take(ServerFrame(reading=["alarms"]))
    assert not streams.is_level
    began = streams.take(snapshot(4, "a", "b"))
    assert began is not None
    assert began.whole
    change = streams.take(delta(5, {"a": 7, "c": 1}, ("b",)))
    assert change is not None
    assert (set(change.put), change.gone, change.whole) == ({"a", "c"}, ("b",), False)
    assert values(streams) == {"a": 7, "c": 1}
    assert streams.now == NOW + 5
    assert streams.is_level


def test_after_a_gap_nothing_counts_until_the_snapshot() -> None:
    streams = Streams()
    streams.take(snapshot(1, "a"))
    assert streams.take(delta(3, {"a": 9})) is None
    assert streams.stale == ["alarms"]
    assert not streams.is_level
    assert streams.take(delta(4, {"a": 10})) is None
    assert streams.stale == ["alarms"], "asked for once"
    assert values(streams) == {"a": 0}, "as last known"
    streams.take(snapshot(4, "z"))
    streams.take(delta(5, {"z": 1}))
    assert values(streams) == {"z": 1}


def test_who_may_see_nothing_of_a_topic_has_all_there_is() -> None:
    streams = Streams()
    streams.take(snapshot(1, "a"))
    streams.connection_lost()
    assert values(streams) == {"a": 0}
    streams.take(ServerFrame(reading=[]))
    assert streams.is_level
    assert values(streams) == {}


def test_a_repeated_number_is_a_gap_too() -> None:
    streams = Streams()
    streams.take(snapshot(1, "a"))
    streams.take(delta(2, {"a": 1}))
    streams.take(delta(2, {"a": 5}))
    assert streams.stale == ["alarms"]


def test_what_was_unsubscribed_from_or_is_unknown_changes_nothing() -> None:
    streams = Streams()
    assert streams.take(delta(1, {"a": 1})) is None
    assert streams.stale == []
    assert streams.take(ServerFrame(hello=Hello(now=NOW, user="nora"))) is None
    assert streams.now == NOW
    later = Snapshot(topic="weather", n=1, now=NOW, items={"x": {"rain": True}})
    change = streams.take(ServerFrame(snapshot=later))
    assert change is not None
    assert change.put == {}, "of a later version of the API"


def test_a_stream_that_ends_is_no_more() -> None:
    streams = Streams()
    streams.take(snapshot(1, "a"))
    change = streams.take(ServerFrame(ended="alarms"))
    assert change is not None
    assert change.ended
    assert streams.names("alarms") == []
    assert streams.take(ServerFrame(ended="alarms")) is None


def test_a_document_that_is_none_is_an_error_and_no_state() -> None:
    with pytest.raises(FrameError):
        Streams().take(ServerFrame(snapshot=Snapshot(topic="alarms", n=1, now=NOW, items={"a": {"alarm": 1}})))


_KEYS = st.sampled_from("abcd")


@given(st.lists(st.tuples(st.dictionaries(_KEYS, st.integers(0, 9), max_size=3), st.sets(_KEYS, max_size=2))))
def test_merged_changes_come_to_what_they_come_to_one_by_one(steps: list[tuple[dict[str, int], set[str]]]) -> None:
    streams = Streams()
    merged: Change | None = streams.take(snapshot(0, "a", "b"))
    known = dict(merged.put) if merged is not None else {}
    since: Change | None = None
    for number, (put, gone) in enumerate(steps, start=1):
        change = streams.take(delta(number, put, tuple(sorted(gone - set(put)))))
        assert change is not None
        since = both(since, change)
        merged = both(merged, change)
    assert merged is not None
    if since is not None:
        known.update(since.put)
        for key in since.gone:
            known.pop(key, None)
    assert known == streams.documents("alarms")
    assert merged.whole
    assert dict(merged.put) == streams.documents("alarms")
