"""FastAGI as a client: the environment, every command's reply and time, keys, and what a hang-up does."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from cti_bridge.virtual_pbx.callers import Caller
from cti_bridge.virtual_pbx.settings import PbxSettings
from cti_bridge.wire.agi import AgiHangup, AgiReply, AgiRequest
from tests.cti_bridge.virtual_pbx.stage import SETTINGS, Client, ScriptedAgi, Stage

Commands = list[tuple[str, ...]]


class Play:
    """A call whose menu runs these commands; what came back, and when."""

    def __init__(self, *commands: tuple[str, ...], name: str = "Ada", settings: PbxSettings = SETTINGS) -> None:
        self.stage = Stage(settings)
        self.replies: list[AgiReply] = []
        self.took: list[float] = []
        self.commands = commands
        self.agi = ScriptedAgi(self.stage.switch, self._script)
        self.stage.switch.connect_agi = self.agi.connect
        self.caller: Caller = self.stage.call(name=name)

    def _script(self, request: AgiRequest) -> Any:
        self.request = request
        for command in self.commands:
            began = self.stage.switch.now
            reply = yield command
            self.replies.append(reply)
            self.took.append((self.stage.switch.now - began) / 1_000_000)

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        self.stage.switch.after(round(seconds * 1_000_000), action)

    def run(self, seconds: float = 60) -> "Play":
        self.stage.wait(seconds)
        return self

    @property
    def results(self) -> list[str | None]:
        return [reply.result for reply in self.replies]


def test_the_environment() -> None:
    request = Play(name='Ada "A" \n Caller').run().request
    channel = request.channel
    assert (request.path, request.query["dnis"]) == ("ivr", "8123")
    assert channel.startswith("PJSIP/trunk-")
    assert (request.caller_number, request.caller_name) == ("5551230001", 'Ada "A"   Caller')
    assert (request.dialled_number, request.get("context"), request.get("priority")) == ("8123", "acd-entry", "1")
    assert request.query["call"] == request.uniqueid
    assert request.get("version") == "22.10.1"


@pytest.mark.parametrize(
    ("command", "code", "result", "data", "seconds"),
    [
        (("ANSWER",), 200, "0", None, 0),
        (("NOOP",), 200, "0", None, 0),
        (("STREAM FILE", "vm-options", "123"), 200, "0", None, 3),
        (("WAIT FOR DIGIT", "300"), 200, "0", None, 0.3),
        (("GET DATA", "vm-goodbye", "300", "3"), 200, "", "timeout", 1.3),
        (("GET DATA", "vm-goodbye"), 200, "", "timeout", 7),
        (("GET OPTION", "vm-goodbye", "12", "300"), 200, "0", None, 1.3),
        (("CONTROL STREAM FILE", "vm-goodbye", ""), 200, "0", None, 1),
        (("GET VARIABLE", "ACD_DNIS"), 200, "1", "8123", 0),
        (("GET VARIABLE", "NOPE"), 200, "0", None, 0),
        (("GET VARIABLE", "CALLERID(num)"), 200, "1", "5551230001", 0),
        (("GET FULL VARIABLE", "${ACD_DNIS}-x"), 200, "1", "8123-x", 0),
        (("GET FULL VARIABLE", "${ACD_DNIS}", "nosuch"), 200, "0", None, 0),
        (("SET VARIABLE", "FOO", "a b"), 200, "1", None, 0),
        (("EXEC", "NoOp", "hi"), 200, "0", None, 0),
        (("EXEC", "NoSuchApp", "x"), 200, "-2", None, 0),
        (("EXEC", "Playback", "vm-goodbye"), 200, "0", None, 1),
        (("VERBOSE", "hi there", "1"), 200, "1", None, 0),
        (("CHANNEL STATUS",), 200, "4", None, 0),
        (("CHANNEL STATUS", "nope"), 200, "-1", None, 0),
        (("SAY DIGITS", "12", ""), 200, "0", None, 1.4),
        (("SAY ALPHA", "ab", ""), 200, "0", None, 1.4),
        (("SET MUSIC", "ON"), 200, "0", None, 0),
        (("SET CALLERID", "123"), 200, "1", None, 0),
        (("SET AUTOHANGUP", "0"), 200, "0", None, 0),
        (("DATABASE GET", "a", "b"), 200, "0", None, 0),
        (("RECORD FILE", "/tmp/x", "wav", "#", "500"), 200, "0", "timeout", 0.5),
        (("HANGUP",), 200, "1", None, 0),
        (("HANGUP", "nope"), 200, "-1", None, 0),
        (("FOO",), 510, None, None, 0),
        (("SAY",), 510, None, None, 0),
        (("SET VARIABLE", "X"), 520, None, None, 0),
        (("SAY DIGITS", "xx", ""), 520, None, None, 0),
        (("WAIT FOR DIGIT", "soon"), 520, None, None, 0),
        (("set variable", "x", "y"), 200, "1", None, 0),
    ],
)
def test_replies(command: tuple[str, ...], code: int, result: str | None, data: str | None, seconds: float) -> None:
    play = Play(command).run()
    [reply], [took] = play.replies, play.took
    assert (reply.code, reply.result, reply.data) == (code, result, data)
    assert took == pytest.approx(seconds)


def test_a_sound_that_is_not_there() -> None:
    play = Play(("STREAM FILE", "nosuch", "1"), settings=msgspec.structs.replace(SETTINGS, missing_sounds={"nosuch"}))
    [reply] = play.run().replies
    assert (reply.result, reply.endpos) == ("-1", 0)


def test_a_key_ends_the_sound_and_says_where() -> None:
    play = Play(("STREAM FILE", "vm-options", "123"))
    play.after(1, lambda: play.caller.press("2"))
    [reply] = play.run().replies
    assert (reply.result, reply.endpos) == (str(ord("2")), 1120 * 8)


def test_a_key_that_does_not_count_is_lost() -> None:
    play = Play(("STREAM FILE", "vm-options", "12"), ("WAIT FOR DIGIT", "500"))
    play.after(1, lambda: play.caller.press("9"))
    assert play.run().results == ["0", "0"]


@pytest.mark.parametrize(
    ("keys", "result", "data"),
    [("1234", "123", None), ("12#", "12", None), ("12", "12", "timeout"), ("#", "", None)],
)
def test_gathering_digits(keys: str, result: str, data: str | None) -> None:
    play = Play(("GET DATA", "vm-options", "1000", "3"))
    play.after(1, lambda: play.caller.press(keys))
    [reply] = play.run().replies
    assert (reply.result, reply.data) == (result, data)


def test_variables_of_the_menu_are_the_dialplans() -> None:
    play = Play(("ANSWER",), ("SET VARIABLE", "__ACD_QUEUE", "sales")).run()
    [waiting] = play.stage.client.named("AcdWaiting")
    assert waiting.get("Queue") == "sales"
    assert "ACD_QUEUE=sales" in waiting.get_all("ChanVariable")


def test_the_hang_up_is_told_once_and_the_server_goes_on_as_long_as_it_likes() -> None:
    everything = ("STREAM FILE", "vm-options", "1"), ("GET VARIABLE", "ACD_DNIS"), ("WAIT FOR DIGIT", "1000"), ("NOOP",)
    play = Play(*everything)
    play.after(1, play.caller.hang_up)
    play.run()
    assert [reply.code for reply in play.replies] == [200, 200, 511, 200]
    assert play.results == ["-1", "1", None, "0"]
    assert len([heard for heard in play.agi.heard if isinstance(heard, AgiHangup)]) == 1
    [ended] = play.stage.client.named("Hangup")
    assert ended.get("Context") == "acd-entry"
    assert play.stage.client.named("AcdWaiting") == []


def test_what_fails_is_told_in_events() -> None:
    play = Play(("STREAM FILE", "vm-options", "1"))
    client = Client(play.stage.switch, "everything")
    play.after(1, play.caller.hang_up)
    play.run()
    [end] = client.named("AGIExecEnd")
    assert (end.get("ResultCode"), end.get("Result")) == ("-1", "Failure")


def test_nobody_listens_and_the_caller_waits_all_the_same() -> None:
    stage = Stage()
    stage.switch.connect_agi = lambda _url, peer: stage.switch.soon(peer.closed)
    stage.call()
    stage.wait(1)
    assert len(stage.client.named("AcdWaiting")) == 1


def test_nonsense_from_the_server_ends_the_connection_not_the_call() -> None:
    stage = Stage()
    lines: list[Any] = []

    class Line:
        def send(self, data: bytes) -> None:
            lines.append(data)

        def close(self) -> None:
            lines.append("closed")

    def connect(_url: str, peer: Any) -> None:
        def opened() -> None:
            peer.opened(Line())
            stage.switch.soon(lambda: peer.received(b"\0" * 100_000))

        stage.switch.soon(opened)

    stage.switch.connect_agi = connect
    stage.call()
    stage.wait(1)
    assert lines[-1] == "closed"
    assert len(stage.client.named("AcdWaiting")) == 1


def test_redirected_out_of_the_menu() -> None:
    play = Play(("ANSWER",), ("STREAM FILE", "vm-options", "1"), ("STREAM FILE", "vm-options", "1"))
    channel = play.caller.channel
    assert channel is not None
    play.after(1, lambda: play.stage.redirect(channel.name, "acd-exit"))
    play.run(2)
    assert play.replies[1].result == "-1"
    assert channel.location.context == "acd-exit" or channel.gone
