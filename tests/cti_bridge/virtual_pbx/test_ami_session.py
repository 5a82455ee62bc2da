"""AMI as a server: log-in, rights, filters, answers and errors as Asterisk words them."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_bridge.virtual_pbx.ami_calls import caller_id
from cti_bridge.virtual_pbx.channels import Party
from cti_bridge.wire.ami import AmiMessage
from tests.cti_bridge.virtual_pbx.stage import START, Client, Stage, channel_of


@pytest.fixture
def stage() -> Stage:
    return Stage()


def told(answer: AmiMessage | None) -> tuple[str, str | None]:
    assert answer is not None
    return answer.name, answer.get("Message")


# -- who may -----------------------------------------------------------------------------------------------------------


def test_a_client_is_greeted_and_has_to_log_in(stage: Stage) -> None:
    client = Client(stage.switch, username="")
    assert client.sent == b"Asterisk Call Manager/11.0.0\r\n"
    assert told(client.action("Ping")) == ("Error", "Permission denied")
    assert told(client.action("Nonsense")) == ("Error", "Permission denied")
    stage.call()
    assert client.events == []
    assert told(client.action("Login", Username="cordboard", Secret="s")) == ("Success", "Authentication accepted")
    assert [event.name for event in client.events] == ["FullyBooted"]
    assert told(client.action("Login", Username="cordboard", Secret="s")) == ("Success", "Already authenticated")


@pytest.mark.parametrize(
    "headers", [{"Username": "cordboard", "Secret": "wrong"}, {"Username": "x", "Secret": "s"}, {}]
)
def test_a_wrong_secret_is_refused_a_second_later(stage: Stage, headers: dict[str, str]) -> None:
    client = Client(stage.switch, username="")
    assert client.action("Login", **headers) is None
    stage.wait(0.9)
    assert client.answer("t1") is None
    stage.wait(0.2)
    assert client.closed
    assert told(client.answer("t1")) == ("Error", "Authentication failed")
    stage.call()
    assert client.events == []


def test_who_does_not_log_in_is_cut_off(stage: Stage) -> None:
    client = Client(stage.switch, username="")
    stage.wait(29.9)
    client.action("Ping")
    stage.wait(0.2)
    assert client.closed
    stage.wait(60)
    assert not stage.client.closed


def test_log_in_by_challenge(stage: Stage) -> None:
    client = Client(stage.switch, username="")
    assert told(client.action("Challenge", AuthType="SHA")) == ("Error", "Must specify AuthType")
    challenge = client.action("Challenge", AuthType="MD5")
    assert challenge is not None
    key = hashlib.md5(f"{challenge.get('Challenge')}s".encode()).hexdigest()
    done = client.action("Login", AuthType="MD5", Username="cordboard", Key=key)
    assert told(done) == ("Success", "Authentication accepted")


def test_a_key_without_a_challenge_is_worth_nothing(stage: Stage) -> None:
    client = Client(stage.switch, username="")
    client.action("Login", AuthType="MD5", Username="cordboard", Key=hashlib.md5(b"s").hexdigest())
    stage.wait(1.1)
    assert client.closed


def test_rights_filters_and_masks(stage: Stage) -> None:
    everything = Client(stage.switch, "everything")
    assert told(stage.client.action("Command", Command="core show version")) == ("Error", "Permission denied")
    silent = Client(stage.switch, username="")
    silent.action("Login", Username="everything", Secret="s", Events="off")
    masked = Client(stage.switch)
    masked.action("Events", EventMask="user")
    stage.waiting_caller()
    assert {event.name for event in stage.client.events} >= {"Newchannel", "UserEvent", "DeviceStateChange"}
    assert not {event.name for event in stage.client.events} & {"Newexten", "DTMFBegin", "AGIExecStart"}
    assert {event.name for event in everything.events} >= {"Newexten", "DTMFBegin", "AGIExecStart", "AGIExecEnd"}
    assert silent.events == []
    assert {event.name for event in masked.events} == {"FullyBooted", "UserEvent"}


def test_log_off_and_silence_afterwards(stage: Stage) -> None:
    assert told(stage.client.action("Logoff")) == ("Goodbye", "Thanks for all the fish.")
    assert stage.client.closed
    before = len(stage.client.messages)
    stage.call()
    assert len(stage.client.messages) == before


# -- errors, word for word ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "headers", "message"),
    [
        ("Foo", {}, "Invalid/unknown command: Foo. Use Action: ListCommands to show available commands."),
        ("Hangup", {}, "No channel specified"),
        ("Hangup", {"Channel": "gone"}, "No such channel"),
        ("Redirect", {"Channel": "gone"}, "Context not specified"),
        ("Redirect", {"Channel": "gone", "Context": "c"}, "Exten not specified"),
        ("Redirect", {"Channel": "gone", "Context": "c", "Exten": "s", "Priority": "x"}, "Priority is invalid"),
        ("Redirect", {"Channel": "gone", "Context": "c", "Exten": "s"}, "Channel does not exist: gone"),
        ("Bridge", {"Channel1": "a"}, "Missing channel parameter in request"),
        ("Bridge", {"Channel1": "gone", "Channel2": "gone"}, "Channel1 does not exist: gone"),
        ("Getvar", {"Channel": "gone", "Variable": "X"}, "No such channel"),
        ("Getvar", {}, "No variable specified"),
        ("Setvar", {"Channel": "gone", "Variable": "X"}, "No such channel"),
        ("Status", {"Channel": "gone"}, "No such channel"),
        ("Events", {}, "Invalid event mask"),
        ("PlayDTMF", {"Channel": "gone", "Digit": "1"}, "Channel not found"),
        ("MuteAudio", {"Channel": "gone", "Direction": "in"}, "State not specified"),
        ("MuteAudio", {"Channel": "gone", "Direction": "in", "State": "on"}, "No such channel"),
        ("MixMonitor", {"Channel": "gone", "File": "x"}, "No such channel"),
        ("StopMixMonitor", {"Channel": "gone"}, "No such channel"),
        ("MixMonitorMute", {"Channel": "gone", "State": "1"}, "No such channel"),
        ("Originate", {}, "Channel not specified"),
        ("Originate", {"Channel": "nochannel", "Context": "c", "Exten": "s", "Priority": "1"}, "Invalid channel"),
        ("Originate", {"Channel": "PJSIP/1001", "Priority": "x"}, "Invalid priority"),
        ("Originate", {"Channel": "PJSIP/1001", "Timeout": "abc"}, "Invalid timeout"),
        ("ModuleCheck", {"Module": "nope.so"}, "Module not loaded"),
        ("BlindTransfer", {"Channel": "gone", "Exten": "1"}, "Channel specified does not exist"),
        ("BridgeInfo", {"BridgeUniqueid": "x"}, "Bridge not found"),
    ],
)
def test_errors(stage: Stage, action: str, headers: dict[str, str], message: str) -> None:
    assert told(stage.client.action(action, **headers)) == ("Error", message)


def test_errors_of_channels_that_are_there(stage: Stage) -> None:
    caller = stage.waiting_caller()
    name = channel_of(caller)
    act = stage.client.action
    extra = {"ExtraChannel": "gone", "ExtraContext": "acd-keep", "ExtraExten": "s", "ExtraPriority": "1"}
    refused = act("Redirect", Channel=name, Context="acd-hold", Exten="s", Priority="1", **extra)
    assert told(refused) == ("Error", "ExtraChannel does not exist: gone")
    assert caller.channel is not None
    assert caller.channel.location.context == "acd-wait"
    assert told(act("Bridge", Channel1=name, Channel2="gone")) == ("Error", "Channel2 does not exist: gone")
    same = act("Bridge", Channel1=name, Channel2=name)
    assert told(same) == ("Error", f"Unable to add Channel1 to bridge: {name}")
    assert told(act("MixMonitorMute", Channel=name, State="1")) == ("Error", "Cannot set mute flag")
    assert told(act("StopMixMonitor", Channel=name)) == ("Error", "Could not stop monitoring channel")
    assert told(act("PlayDTMF", Channel=name)) == ("Error", "No digit specified")
    assert told(act("BlindTransfer", Channel=name, Context="c", Exten="1")) == ("Error", "Transfer invalid")
    up = act("MuteAudio", Channel=name, Direction="up", State="on")
    assert told(up) == ("Error", "Failed to mute/unmute stream")
    stage.offer(caller, "1001")
    ringing = act("Bridge", Channel1="leg-1001-1", Channel2=name)
    assert told(ringing) == ("Error", f"Unable to add Channel1 to bridge: {stage.phones['1001'].channel.name}")  # type: ignore[union-attr]  # it rings
    early = act("Redirect", Channel="leg-1001-1", Context="acd-keep", Exten="s", Priority="1")
    assert told(early) == ("Error", "Redirect failed, channel not up.")
    again = act("Originate", Channel="PJSIP/1002", ChannelId="leg-1001-1", Context="c", Exten="s", Priority="1")
    assert told(again) == ("Error", "Uniqueid already exists.")


# -- lists and answers -------------------------------------------------------------------------------------------------


def test_channels_are_listed_with_their_place_and_bridge(stage: Stage) -> None:
    _, leg, _ = stage.talk()
    stage.waiting_caller("5551230002")
    answer = stage.client.action("CoreShowChannels")
    assert answer is not None
    assert (answer.get("EventList"), answer.get("Message")) == ("start", "Channels will follow")
    listed = stage.client.named("CoreShowChannel")
    by_id = {event.get("Uniqueid"): event for event in listed}
    assert len(listed) == 3
    assert by_id[leg].get("Context") == "acd-leg"
    assert by_id[leg].get("Application") == "Bridge"
    waiting = [event for event in listed if event.get("Context") == "acd-wait" and not event.get("BridgeId")]
    assert [event.get("CallerIDNum") for event in waiting] == ["5551230002"]
    assert all(event.get("Application") for event in waiting)
    talking = [event for event in listed if event.get("BridgeId")]
    assert len({event.get("BridgeId") for event in talking}) == 1
    assert all(event.get("ActionID") == answer.get("ActionID") for event in listed)
    assert [e.get("ListItems") for e in stage.client.named("CoreShowChannelsComplete")] == ["3"]
    assert f"ACD_CALL={by_id[leg].get('Linkedid')}" in by_id[leg].get_all("ChanVariable")


def test_status_tells_the_variables_that_are_asked_for(stage: Stage) -> None:
    caller = stage.waiting_caller()
    stage.client.action("Status", Channel=channel_of(caller), Variables="ACD_QUEUE,NOPE,CALLERID(num)")
    [status] = stage.client.named("Status")
    assert status.get_all("Variable") == ["ACD_QUEUE=sales", "NOPE=(null)", "CALLERID(num)=5551230001"]
    assert (status.get("Context"), status.get("DNID")) == ("acd-wait", "8123")


def test_devices_endpoints_contacts_bridges(stage: Stage) -> None:
    act, named = stage.client.action, stage.client.named
    stage.phones["1002"].register(registered=False)
    stage.talk()
    act("DeviceStateList")
    states = {event.get("Device"): event.get("State") for event in named("DeviceStateChange") if event.get("ActionID")}
    assert states["PJSIP/1001"] == "INUSE"
    assert states["PJSIP/1002"] == "UNAVAILABLE"
    act("PJSIPShowEndpoints")
    shown = {event.get("ObjectName"): event.get("DeviceState") for event in named("EndpointList")}
    assert shown["1002"] == "Unavailable"
    act("PJSIPShowContacts")
    assert "1002" not in {event.get("Endpoint") for event in named("ContactList")}
    act("BridgeList")
    [bridge] = named("BridgeListItem")
    assert bridge.get("BridgeNumChannels") == "2"
    act("BridgeInfo", BridgeUniqueid=bridge.get("BridgeUniqueid") or "")
    assert len(named("BridgeInfoChannel")) == 2


def test_the_switch_tells_of_itself(stage: Stage) -> None:
    status, known = stage.client.action("CoreStatus"), stage.client.action("CoreSettings")
    assert status is not None
    assert known is not None
    assert (status.get("CoreStartupDate"), status.get("CoreCurrentCalls")) == ("2026-11-22", "0")
    assert known.get("SystemName") == "virtual"
    ping = stage.client.action("Ping")
    assert ping is not None
    assert (ping.get("Ping"), ping.get("Timestamp")) == ("Pong", f"{START // 1_000_000}.000000")
    everything = Client(stage.switch, "everything")
    version = everything.action("Command", Command="core show version")
    assert version is not None
    assert version.output == "Asterisk 22.10.1"
    assert told(everything.action("Command", Command="nonsense")) == ("Error", "Command output follows")


def test_keys_sent_by_the_daemon_keep_its_later_actions_waiting(stage: Stage) -> None:
    caller = stage.waiting_caller()
    everything = Client(stage.switch, "everything")
    assert (
        stage.client.action("PlayDTMF", Channel=channel_of(caller), Digit="5", Duration="120", Receive="true") is None
    )
    assert stage.client.action("Ping") is None
    stage.wait(0.2)
    words = [m.get("Message") or m.get("Ping") for m in stage.client.messages if m.kind == "response"]
    assert words[-2:] == ["DTMF successfully queued", "Pong"]
    assert [event.get("Digit") for event in everything.named("DTMFEnd")] == ["5"]


def test_variables_are_set_and_read(stage: Stage) -> None:
    caller = stage.waiting_caller()
    name = channel_of(caller)
    assert told(stage.client.action("Setvar", Channel=name, Variable="ACD_TO", Value="x=y")) == (
        "Success",
        "Variable Set",
    )
    read = stage.client.action("Getvar", Channel=name, Variable="ACD_TO")
    assert read is not None
    assert (read.get("Variable"), read.get("Value")) == ("ACD_TO", "x=y")
    stage.client.action("Setvar", Variable="EVERYWHERE", Value="1")
    everywhere = stage.client.action("Getvar", Variable="EVERYWHERE")
    assert everywhere is not None
    assert everywhere.get("Value") == "1"


def test_originate_that_waits_is_answered_when_it_is_known(stage: Stage) -> None:
    action = {"Channel": "PJSIP/1001", "Context": "acd-keep", "Exten": "s", "Priority": "1"}
    assert stage.client.action("Originate", **action) is None
    stage.wait(0.5)
    stage.do(stage.phones["1001"].answer)
    stage.wait(0.2)
    assert told(stage.client.answer("t2")) == ("Success", "Originate successfully queued")


def test_originate_into_an_application(stage: Stage) -> None:
    stage.client.action(
        "Originate", Channel="PJSIP/1001", ChannelId="spy", Application="Playback", Data="vm-goodbye", Async="yes"
    )
    stage.do(stage.phones["1001"].answer)
    [response] = stage.client.named("OriginateResponse")
    assert (response.get("Application"), response.get("Data")) == ("Playback", "vm-goodbye")
    stage.wait(1.1)
    assert stage.switch.find("spy") is None


def test_a_user_event_goes_to_everybody(stage: Stage) -> None:
    other = Client(stage.switch)
    stage.client.session.account = other.session.account
    everything = Client(stage.switch, "everything")
    assert told(everything.action("UserEvent", UserEvent="Hello", A="b")) == ("Success", "Event Sent")
    [event] = other.named("Hello")
    assert event.get("A") == "b"


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ('"Ada Caller" <5551>', Party("5551", "Ada Caller")),
        ("Ada <5551>", Party("5551", "Ada")),
        ("<5551>", Party("5551", "")),
        ("5551", Party("5551", "")),
        ("", None),
        ("  ", None),
        ('"a <b>" <1>', Party("1", "a <b>")),
    ],
)
def test_caller_ids(text: str, party: Party | None) -> None:
    assert caller_id(text) == party


NAMES = st.text(alphabet=st.characters(exclude_characters="\r\n\0"), max_size=40)


@settings(max_examples=30)
@given(NAMES, st.text(max_size=30))
def test_what_clients_and_callers_say_never_breaks_the_stream(value: str, name: str) -> None:
    stage = Stage()
    stage.call(name=name)
    everything = Client(stage.switch, "everything")
    for action in ("Setvar", "Getvar", "Redirect", "Originate", "Command", "UserEvent", "Hangup"):
        everything.action(action, Channel=value, Variable=value, Context=value, Exten=value, Command=value, Value=value)
    stage.wait(40)
    assert all(message.kind in ("event", "response", "greeting") for message in everything.messages)


def test_bytes_that_are_no_text_come_back_as_they_went(stage: Stage) -> None:
    odd: Any = "\udcff\udc80"
    caller = stage.call(name=odd)
    answer = stage.client.action("Getvar", Channel=channel_of(caller), Variable="CALLERID(name)")
    assert answer is not None
    assert answer.get("Value") == odd
