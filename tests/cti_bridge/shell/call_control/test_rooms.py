"""Who hears whom: bridges, and the pairs of Local channels between them."""

from cti_bridge.shell.call_control.rooms import Rooms


def test_who_is_in_one_bridge_is_in_one_room() -> None:
    rooms = Rooms()
    rooms.enter("c", "PJSIP/trunk-1", "b1")
    rooms.enter("a", "PJSIP/1001-1", "b1")
    assert rooms.room("c") == rooms.room("a") != ""
    assert rooms.people("c") == ["a", "c"]
    rooms.leave("a", "another")
    assert rooms.people("c") == ["a", "c"]
    rooms.leave("a", "b1")
    assert (rooms.room("a"), rooms.people("c")) == ("", ["c"])


def test_a_pair_of_local_channels_makes_two_bridges_one_room_and_is_nobody() -> None:
    rooms = Rooms()
    for channel_id, name, bridge in (
        ("c", "PJSIP/trunk-1", "b1"),
        ("l1", "Local/1002@acd-transfer-00000001;1", "b1"),
        ("l2", "Local/1002@acd-transfer-00000001;2", "b2"),
        ("b", "PJSIP/1002-1", "b2"),
    ):
        rooms.enter(channel_id, name, bridge)
    assert rooms.people("c") == ["b", "c"]
    assert rooms.room("c") == rooms.room("b")
    rooms.leave("l1")
    assert rooms.people("c") == ["c"]
    assert rooms.room("c") != rooms.room("b")


def test_a_channel_may_take_anothers_place_without_a_word() -> None:
    rooms = Rooms()
    rooms.enter("s", "PJSIP/1001-2", "b1")
    rooms.enter("b", "PJSIP/1002-1", "b1")
    rooms.take_place("c", "PJSIP/trunk-1", of="s")
    assert rooms.people("c") == ["b", "c"]
    rooms.take_place("c", "PJSIP/trunk-1", of="s")
    assert rooms.people("c") == ["b", "c"]


def test_coming_into_another_bridge_is_leaving_the_first() -> None:
    rooms = Rooms()
    rooms.enter("c", "PJSIP/trunk-1", "b1")
    rooms.enter("c", "PJSIP/trunk-1", "b2")
    rooms.leave("c", "b1")
    assert rooms.people("c") == ["c"]
    assert rooms.room("c") == "b2"
    rooms.clear()
    assert rooms.room("c") == ""
