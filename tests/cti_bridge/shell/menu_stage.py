"""A menu on a scripted switch: AGI commands and AudioSocket frames are answered by the test, whose clock it is."""

import ipaddress
import re
from typing import Any
from uuid import UUID

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock as FakeReactor
from twisted.internet.testing import StringTransport

from acd.engine import Engine
from acd.policy import AgentPolicy, Policy, QueuePolicy
from cti_bridge.shell.agi_server import AgiServer
from cti_bridge.shell.audiosocket_server import AudioSocketServer
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.errands import NoCustomers
from cti_bridge.shell.menu_script import Ears, menu_script
from cti_bridge.shell.menus import Menus, Tally
from cti_bridge.shell.recorder import Recorder
from cti_bridge.shell.recovery import Resume
from cti_bridge.shell.remembering import Past
from cti_bridge.wire.ami import AmiParser
from cti_bridge.wire.audiosocket import AudioFrame, AudioSocketParser, CallFrame, DtmfFrame, EndFrame, encode_frame
from facts.ids import AgentId, NodeName, QueueName
from facts.journal import Entry
from facts.time import SECOND
from ivr import inputs
from ivr.entry_points import Answer
from ivr.loader import load
from ivr.speech.recogniser import Overloaded
from ivr.speech.voice_activity import VoiceSettings

START = 1_800_000_000 * SECOND
PEER = IPv4Address("TCP", "127.0.0.1", 40000)
LOUD = b"\x00\x20\x00\x20\x00\xe0\x00\xe0" * 40
QUIET = bytes(320)
GREETING = b"Asterisk Call Manager/11.0.0\r\n"


class Sounds:
    """A prompt is a sound of its name, and half a second of samples."""

    def files(self, parts, language):
        return tuple(part.name or str(part.spoken_as) for part in parts)

    def samples(self, parts, language):
        return b"\x01\x00" * 4000 * len(parts)

    def refresh(self):
        pass


class Numbers:
    """One flow for all."""

    thrown: dict[str, str] = {}  # noqa: RUF012 - nobody throws it

    def answer(self, call, coordinator):
        return Answer(entry_point=call.dialled, flow="main", language=None, why="flow")

    def region_of(self, number):
        return "US"

    def emergency_flows(self):
        return {}


class Hours:
    """Only ``day`` is open."""

    def is_open(self, calendar, now):
        return {"day": True, "night": False}.get(calendar)

    def queue_is_open(self, queue, now):
        return True


class Waits:
    """A minute for each place."""

    def expected_wait_us(self, queue, now, position=None):
        return 60 * SECOND * (position or 1)


class Lookups:
    """Answers when the test says so."""

    def __init__(self):
        self.asked: list[Any] = []

    def look_up(self, effect):
        self.asked.append((effect, Deferred()))
        return self.asked[-1][1]

    def close(self):
        return succeed(None)

    def answer(self, outcome, **answer):
        effect, waiting = self.asked.pop()
        waiting.callback(inputs.LookupDone(lookup_id=effect.lookup_id, outcome=outcome, answer=answer))


class Utterance:
    def __init__(self, decided):
        self.decided = decided
        self.heard = b""
        self.finished = self.cancelled = False

    def feed(self, samples):
        self.heard += samples

    def finish(self):
        self.finished = True

    def cancel(self):
        self.cancelled = True


class FakeRecogniser:
    """Decides when the test says so."""

    def __init__(self):
        self.utterances: list[Utterance] = []
        self.overloaded = False

    def begin(self, grammar, decided):
        if self.overloaded:
            raise Overloaded("too many")
        self.utterances.append(Utterance(decided))
        return self.utterances[-1]

    def close(self):
        pass


class Switch:
    """Takes actions and remembers them."""

    def __init__(self):
        self.actions: list[tuple[str, dict[str, str]]] = []

    def action(self, name, headers, *, timeout_s=None):
        self.actions.append((name, dict(headers)))
        return succeed(None)

    def list_action(self, name, headers):
        self.actions.append((name, dict(headers)))
        return succeed([])

    def of(self, name):
        return [headers for action, headers in self.actions if action == name]


class FakeThreads:
    """The reactor's thread is the test's."""

    def callFromThread(self, function):  # noqa: N802
        function()


class Stage:
    """A caller, the menus, and everything around them."""

    def __init__(self, tmp_path, flow, *, listens=False, past=None, versions=None):
        path = tmp_path / "main.yaml"
        path.write_text(flow)
        past = past or Past()
        self.reactor = FakeReactor()
        self.clock = Clock(self.reactor, start=START, monotonic=self.reactor.seconds)
        self.entries: list[Entry] = []
        self.recorder = Recorder(NodeName("test"))
        self.recorder.add_reader(self.entries.append)
        queue = QueuePolicy(name=QueueName("sales"), ring_us=10 * SECOND)
        agents = (AgentPolicy(agent_id=AgentId("ann"), phone="PJSIP/1001"),)
        self.engine = Engine(Policy(queues=(queue,), agents=agents))
        self.coordinator = Coordinator(
            self.engine, self.clock, self.recorder, queue_of_entry={"": QueueName("sales")}, resume=Resume(past)
        )
        self.switch = Switch()
        self.coordinator.use_switch(self.switch)
        self.lookups = Lookups()
        self.counts = Tally()
        self.menus = Menus(
            load([path]), Sounds(), Numbers(), hours=Hours(), lookups=self.lookups, customers=NoCustomers(),
            waits=Waits(), counts=self.counts, versions=versions,
        )  # fmt: skip
        self.menus.attach(self.coordinator, self.clock)
        self.menus.resting.remember(past.rested())
        self.recorder.add_reader(self.menus.resting.read)
        self.audio = AudioSocketServer(self.reactor, "127.0.0.1:4580")
        self.recogniser = FakeRecogniser()
        self.voice: Any = Ears(FakeThreads(), self.clock, self.audio, {"en": self.recogniser}, VoiceSettings())  # type: ignore[arg-type]
        script = menu_script(self.menus, self.coordinator, self.voice if listens else None)
        self.server = AgiServer(
            {"ivr": script}, token="t", allowed=(ipaddress.ip_network("127.0.0.0/8"),), clock=self.reactor
        )
        self.number = "5551230001"
        self.agi: Any = None
        self.transport = StringTransport()
        self.line: Any = None
        self.line_transport = StringTransport()

    # -- AGI ---------------------------------------------------------------------------------------------------------

    def arrive(self, more=""):
        """Asterisk connects."""
        self.agi = self.server.buildProtocol(PEER)
        self.transport = StringTransport()
        self.agi.makeConnection(self.transport)
        url = f"agi://127.0.0.1:4573/ivr?token=t&call=1.1&dnis=8123{more}"
        lines = {
            "network": "yes", "request": url, "channel": "PJSIP/trunk-1", "uniqueid": "1.1", "callerid": self.number,
        }  # fmt: skip
        self.agi.dataReceived("".join(f"agi_{k}: {v}\n" for k, v in lines.items()).encode() + b"\n")
        return self

    def command(self):
        """The command that waits for its reply; empty when the script is over."""
        return self.transport.value().decode().strip()

    def reply(self, text="200 result=0"):
        """Answer it."""
        self.transport.clear()
        self.agi.dataReceived(text.encode() + b"\n")
        return self

    def expect(self, beginning, reply="200 result=0"):
        """The next command has to begin so; answer it."""
        assert self.command().startswith(beginning), self.command()
        return self.reply(reply)

    def press(self, key):
        """The key that ends the command."""
        return self.reply(f"200 result={ord(key)} endpos=100")

    def hang_up(self):
        """The caller is gone."""
        self.reply("HANGUP\n200 result=-1 (hangup)")

    @property
    def over(self):
        return self.transport.disconnecting

    # -- AudioSocket -------------------------------------------------------------------------------------------------

    def open_line(self):
        """Asterisk connects the audio that the menu asked for."""
        match = re.search(r"AudioSocket\"? \"?([0-9a-f-]{36}),127.0.0.1:4580", self.command())
        assert match is not None, self.command()
        self.line = self.audio.buildProtocol(PEER)
        self.line_transport = StringTransport()
        self.line.makeConnection(self.line_transport)
        self.line.dataReceived(encode_frame(CallFrame(UUID(match[1]))))
        return self

    def sent(self):
        """The frames that came since the last look."""
        frames = AudioSocketParser(expect_call=False).feed(self.line_transport.value())
        self.line_transport.clear()
        return frames

    def hear(self, samples, frames):
        """The caller's audio, paced."""
        for _ in range(frames):
            self.line.dataReceived(encode_frame(AudioFrame(samples)))
            self.pass_s(0.02)

    def digit(self, key):
        self.line.dataReceived(encode_frame(DtmfFrame(key)))

    def close_line(self):
        """Asterisk has seen the end."""
        assert self.sent()[-1] == EndFrame()
        self.line.connectionLost()
        return self.reply()

    # -- the rest ----------------------------------------------------------------------------------------------------

    def pass_s(self, seconds):
        self.reactor.pump([0.01] * round(seconds * 100))

    def says(self, name, *headers):
        """An AMI event."""
        parser = AmiParser()
        parser.feed(GREETING)
        (message,) = parser.feed("\r\n".join([f"Event: {name}", *headers]).encode() + b"\r\n\r\n")
        self.coordinator.switch_event(message)

    def waits(self):
        self.says("UserEvent", "Channel: PJSIP/trunk-1", "Uniqueid: 1.1", "UserEvent: AcdWaiting", "Call: 1.1")

    def queue_key(self, key):
        self.says(
            "UserEvent", "Channel: PJSIP/trunk-1", "Uniqueid: 1.1", "UserEvent: AcdKey", "Call: 1.1", f"Key: {key}"
        )

    def gone(self):
        self.says("Hangup", "Channel: PJSIP/trunk-1", "Uniqueid: 1.1", "Cause: 16")

    def facts(self, kind=""):
        return [entry.fact for entry in self.entries if not kind or entry.fact.kind == kind]

    def nodes(self):
        return [fact.node for fact in self.facts("MenuNodeEntered")]
