"""A switch without sockets, with people at its phones and a distributor's hand at its AMI: to play whole calls."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from cti_bridge.virtual_pbx.ami_session import AmiSession
from cti_bridge.virtual_pbx.callers import Caller, Customer
from cti_bridge.virtual_pbx.channels import Party
from cti_bridge.virtual_pbx.phones import Phone
from cti_bridge.virtual_pbx.settings import AmiAccount, CustomerHabits, PbxSettings
from cti_bridge.virtual_pbx.switch import AgiLine, AgiPeer, Switch
from cti_bridge.wire.agi import AgiHangup, AgiParser, AgiReply, AgiRequest, encode_command
from cti_bridge.wire.ami import AmiMessage, AmiParser, encode_action
from facts.time import SECOND

START = 1_795_345_108 * SECOND
SOUNDS_S = {"vm-options": 3.0, "vm-goodbye": 1.0, "auth-thankyou": 1.0}
SETTINGS = PbxSettings(
    phones=("1001", "1002", "1003", "1010", "1011"),
    sound_s=SOUNDS_S,
    accounts=(
        AmiAccount(username="cordboard", secret="s", write=frozenset({"system", "call", "originate", "reporting"})),
        AmiAccount(username="everything", secret="s", read=frozenset({"all"}), write=frozenset({"all"})),
    ),
)

Script = Callable[[AgiRequest], Iterator[tuple[str, ...]]]


def menu(request: AgiRequest) -> Any:
    """A sentence, one key, a queue; feature codes are thanked for."""
    if request.path == "agent":
        yield ("ANSWER",)
        yield ("STREAM FILE", "auth-thankyou", "")
        return
    yield ("ANSWER",)
    spoken = yield ("STREAM FILE", "vm-options", "0123456789*#")
    if spoken.number == 0 and (yield ("WAIT FOR DIGIT", "4000")).number == -1:
        return
    yield ("SET VARIABLE", "ACD_QUEUE", "sales")


class ScriptedAgi:
    """A FastAGI server in memory: runs a generator of commands, which is sent the replies."""

    def __init__(self, switch: Switch, script: Callable[[AgiRequest], Any] = menu) -> None:
        self._switch = switch
        self._script = script
        self.heard: list[Any] = []

    def connect(self, _url: str, peer: AgiPeer) -> None:
        line = _Line(self, peer)
        self._switch.soon(lambda: peer.opened(line))

    def run(self, request: AgiRequest) -> Any:
        return self._script(request)

    def later(self, action: Callable[[], object]) -> None:
        self._switch.soon(action)


class _Line(AgiLine):
    def __init__(self, server: ScriptedAgi, peer: AgiPeer) -> None:
        self._server = server
        self._peer = peer
        self._parser = AgiParser()
        self._commands: Any = None

    def send(self, data: bytes) -> None:
        for heard in self._parser.feed(data):
            self._server.heard.append(heard)
            if isinstance(heard, AgiRequest):
                self._commands = self._server.run(heard)
                self._next(None)
            elif isinstance(heard, AgiReply):
                self._next(heard)
            else:
                assert isinstance(heard, AgiHangup)

    def _next(self, reply: AgiReply | None) -> None:
        try:
            command = self._commands.send(reply)
        except StopIteration:
            self._server.later(self._peer.closed)
            return
        self._server.later(lambda: self._peer.received(encode_command(command[0], *command[1:])))

    def close(self) -> None:
        self._server.later(self._peer.closed)


class Client:
    """One AMI client in memory."""

    def __init__(self, switch: Switch, username: str = "cordboard") -> None:
        self.switch = switch
        self.sent = b""
        self.closed = False
        self._ids = itertools.count(1)
        self._reader = AmiParser()
        self._parser = AmiParser()
        self.messages: list[AmiMessage] = []
        self.session = AmiSession(switch, switch.settings.accounts, send=self._take, close=self._close)
        if username:
            self.action("Login", Username=username, Secret="s")

    def _take(self, data: bytes) -> None:
        self.sent += data
        self.messages += self._parser.feed(data)

    def _close(self) -> None:
        self.closed = True

    def action(self, name: str, **headers: str | list[str]) -> AmiMessage | None:
        """Ask, and take the answer (None while it is not there yet)."""
        action_id = f"t{next(self._ids)}"
        [message] = self._reader.feed(encode_action(name, {"ActionID": action_id, **headers}))
        self.session.receive(message)
        self.switch.settle()
        return self.answer(action_id)

    def answer(self, action_id: str) -> AmiMessage | None:
        answers = [m for m in self.messages if m.kind == "response" and m.get("ActionID") == action_id]
        return answers[0] if answers else None

    @property
    def events(self) -> list[AmiMessage]:
        return [message for message in self.messages if message.kind == "event"]

    def named(self, name: str) -> list[AmiMessage]:
        """Events of a name; of user events by their own name."""
        return [e for e in self.events if name in (e.name, e.get("UserEvent") if e.name == "UserEvent" else None)]


class Stage:
    """Plays calls. Time stands still unless ``wait`` lets it pass."""

    def __init__(self, settings: PbxSettings = SETTINGS, *, registered: tuple[str, ...] | None = None) -> None:
        self.switch = Switch(settings, seed=1, now=START)
        self.agi = ScriptedAgi(self.switch)
        self.switch.connect_agi = self.agi.connect
        if registered is not None:
            for endpoint in self.switch.endpoints.values():
                endpoint.reachable = endpoint.name in (*registered, "trunk")
                endpoint.announced = endpoint.device_state()
        self.phones = {number: Phone(self.switch, self.switch.endpoints[number], seed=1) for number in settings.phones}
        self._callers = itertools.count(1)
        self._legs = itertools.count(1)
        self.client = Client(self.switch)

    def wait(self, seconds: float) -> None:
        self.switch.advance(self.switch.now + round(seconds * SECOND))

    def do(self, action: Callable[[], Any]) -> Any:
        """Somebody does something."""
        result = action()
        self.switch.settle()
        return result

    # -- people ------------------------------------------------------------------------------------------------------

    def call(self, number: str = "5551230001", name: str = "Ada Caller", *, dialled: str = "8123") -> Caller:
        """A caller who is played by hand."""
        caller = Caller(self.switch, name=f"caller {next(self._callers)}", habits=None)
        self.do(lambda: caller.call(dialled, Party(number, name)))
        return caller

    def waiting_caller(self, number: str = "5551230001", name: str = "Ada Caller") -> Caller:
        """A caller who has pressed a key in the menu and waits."""
        caller = self.call(number, name)
        self.do(lambda: caller.press("2"))
        self.wait(0.2)
        return caller

    def talk(self, agent: str = "1001", *, whisper: str = "") -> tuple[Caller, str, Phone]:
        """A caller who talks with an agent; the leg's channel id."""
        caller = self.waiting_caller()
        leg = self.offer(caller, agent, whisper=whisper)
        self.wait(0.4)
        self.do(self.phones[agent].answer)
        self.wait(1.5 if whisper else 0.4)
        return caller, leg, self.phones[agent]

    def answer_outside_calls(self) -> None:
        """People whom the centre calls answer after a moment."""
        habits = CustomerHabits(no_answer=0, busy=0)
        self.switch.endpoints["trunk"].pick_up = lambda number: Customer(
            self.switch, name=number, habits=None, answers=habits
        )

    # -- the distributor's hand --------------------------------------------------------------------------------------

    def offer(
        self, caller: Caller, agent: str, *, ring_s: float = 20, whisper: str = "", context: str = "acd-leg"
    ) -> str:
        assert caller.channel is not None
        leg = f"leg-{agent}-{next(self._legs)}"
        variables = [f"ACD_CALL={caller.channel.variables['ACD_CALL']}", f"ACD_AGENT={agent}"]
        if context == "acd-leg":
            variables += [f"ACD_PEER={caller.channel.name}", f"ACD_WHISPER={whisper}"]
        self.originate(leg, agent, context, variables, ring_s)
        return leg

    def originate(self, leg: str, agent: str, context: str, variables: list[str], ring_s: float = 20) -> None:
        answer = self.client.action(
            "Originate",
            Channel=f"PJSIP/{agent}",
            ChannelId=leg,
            Context=context,
            Exten="s",
            Priority="1",
            Timeout=str(round(ring_s * 1000)),
            CallerID="Queue <100>",
            Variable=variables,
            Async="true",
        )
        assert answer is not None
        assert answer.get("Message") == "Originate successfully queued"

    def take_apart(self, caller: str, leg: str) -> None:
        self.client.action(
            "Redirect",
            Channel=caller,
            Context="acd-hold",
            Exten="s",
            Priority="1",
            ExtraChannel=leg,
            ExtraContext="acd-keep",
            ExtraExten="stay",
            ExtraPriority="1",
        )

    def join(self, first: str, second: str) -> None:
        self.client.action("Bridge", Channel1=first, Channel2=second, Tone="no")

    def redirect(self, channel: str, context: str, exten: str = "s") -> None:
        self.client.action("Redirect", Channel=channel, Context=context, Exten=exten, Priority="1")

    def set(self, channel: str, name: str, value: str) -> None:
        self.client.action("Setvar", Channel=channel, Variable=name, Value=value)

    def hang_up(self, channel: str, cause: int = 16) -> None:
        self.client.action("Hangup", Channel=channel, Cause=str(cause))


def channel_of(caller: Caller) -> str:
    """The name of a caller's channel."""
    assert caller.channel is not None
    return caller.channel.name
