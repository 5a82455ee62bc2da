"""The recordings are whole and tell what their names promise: read here without the product's parser."""

from pathlib import Path

import pytest

from tests.transcripts.record import RARE, SCENARIOS

HERE = Path(__file__).parent
NAMES = sorted(SCENARIOS)


def messages(name: str) -> list[dict[str, str]]:
    """Every message of a recording, first values only."""
    data = (HERE / f"{name}.ami").read_bytes()
    banner, _, rest = data.partition(b"\r\n")
    assert banner.startswith(b"Asterisk Call Manager/")
    assert rest.endswith(b"\r\n\r\n")
    found = []
    for block in rest.decode(errors="surrogateescape").removesuffix("\r\n\r\n").split("\r\n\r\n"):
        headers = [line.partition(": ") for line in block.split("\r\n")]
        found.append({key: value for key, _, value in reversed(headers)})
    return found


def channels(name: str, event: str) -> list[str]:
    return sorted(message["Uniqueid"] for message in messages(name) if message.get("Event") == event)


@pytest.mark.parametrize("name", NAMES)
def test_every_channel_that_begins_ends(name: str) -> None:
    if name == "reload-and-shutdown":
        assert len(channels(name, "Hangup")) <= len(channels(name, "Newchannel")) == 1
    else:
        assert channels(name, "Hangup") == channels(name, "Newchannel")
        assert messages(name)[-1]["Response"] == "Goodbye"


@pytest.mark.parametrize("name", NAMES)
def test_who_enters_a_bridge_leaves_it(name: str) -> None:
    if name in RARE:
        assert len(set(channels(name, "BridgeEnter")) - set(channels(name, "BridgeLeave"))) == 1
        return
    assert channels(name, "BridgeEnter") == channels(name, "BridgeLeave")


@pytest.mark.parametrize("name", NAMES)
def test_every_event_has_the_switchs_time(name: str) -> None:
    stamps = [float(m["Timestamp"]) for m in messages(name) if "Event" in m and "Channel" in m and "Timestamp" in m]
    listed = {"CoreShowChannel", "Status", "BridgeListItem"}
    bare = [
        m["Event"]
        for m in messages(name)
        if "Channel" in m and "Event" in m and "Timestamp" not in m and m["Event"] not in listed
    ]
    assert bare == []
    assert stamps == sorted(stamps) or max(abs(a - b) for a, b in zip(stamps, sorted(stamps), strict=True)) < 0.1


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_recording_machine_is_in_it(name: str) -> None:
    data = (HERE / f"{name}.ami").read_bytes()
    assert b"/.work/" not in data
    assert b"/root/" not in data


def test_the_readme_names_them_all() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"| {name} |" not in text] == []
