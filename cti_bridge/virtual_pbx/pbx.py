"""The virtual PBX itself: the switch, driven by a clock, with AMI and FastAGI over loopback TCP."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from cti_bridge.virtual_pbx.agi_client import AgiClient
from cti_bridge.virtual_pbx.ami_server import AmiServer
from cti_bridge.virtual_pbx.callers import Caller
from cti_bridge.virtual_pbx.channels import Party
from cti_bridge.virtual_pbx.phones import Phone
from cti_bridge.virtual_pbx.settings import CallerHabits, PbxSettings, Traffic
from cti_bridge.virtual_pbx.switch import Switch
from cti_bridge.virtual_pbx.traffic import ArrivingCallers
from facts.time import Instant, from_seconds, to_seconds


class VirtualPbx:
    """A telephone switch in this process. ``clock`` tells the time and wakes it; ``tcp`` listens and connects."""

    def __init__(self, clock: IReactorTime, settings: PbxSettings, *, seed: int, tcp: Any = None) -> None:
        self._clock = clock
        self._tcp: Any = tcp if tcp is not None else clock
        self._origin = clock.seconds()
        self._start = settings.started_at if settings.started_at is not None else from_seconds(self._origin)
        self._seed = seed
        self._wake_up: IDelayedCall | None = None
        self._port: Any = None
        self._stopped = False
        self.switch = Switch(settings, seed=seed, now=self._start)
        self._agi = AgiClient(self._tcp, self.told)
        self.switch.connect_agi = self._agi.connect
        self._server = AmiServer(self.switch, self.told)
        self._phones = {number: _phone(self.switch, number, seed) for number in settings.phones}
        self._callers_by_hand = 0
        self.arriving: ArrivingCallers | None = None

    def now(self) -> Instant:
        """The switch's own clock."""
        return self._start + from_seconds(self._clock.seconds() - self._origin)

    # -- time --------------------------------------------------------------------------------------------------------

    def told(self, what: Callable[[], object]) -> None:
        """Something came from outside: bring the switch up to now, let it happen, and see when to wake next."""
        if self._stopped:
            return
        self.switch.advance(self.now())
        what()
        self.switch.settle()
        self._set_alarm()

    def _set_alarm(self) -> None:
        due = self.switch.next_due()
        if self._wake_up is not None and self._wake_up.active():
            self._wake_up.cancel()
        self._wake_up = None
        if due is not None:
            self._wake_up = self._clock.callLater(max(0.0, to_seconds(due - self.now())), self._awake)

    def _awake(self) -> None:
        self._wake_up = None
        self.told(lambda: None)

    # -- sockets -----------------------------------------------------------------------------------------------------

    def listen(self, ami_port: int = 0) -> int:
        """Answer AMI on a loopback port, 0 for any that is free; returns the port."""
        self._port = self._tcp.listenTCP(ami_port, self._server, interface="127.0.0.1")
        return int(self._port.getHost().port)

    def stop(self) -> Deferred[None]:
        """Close everything, at once; fires when the port is free again."""
        self._stopped = True
        if self._wake_up is not None and self._wake_up.active():
            self._wake_up.cancel()
        for connection in tuple(self._server.connections):
            connection.close()
        for line in tuple(self._agi.connections):
            line.close()
        port, self._port = self._port, None
        return maybeDeferred(port.stopListening) if port is not None else succeed(None)

    # -- people ------------------------------------------------------------------------------------------------------

    def phone(self, number: str) -> "PhoneInHand":
        """An agent's phone, to be worked from here."""
        return PhoneInHand(self, self._phones[number])

    @property
    def phones(self) -> dict[str, Phone]:
        """All agents' phones by number, to look at."""
        return self._phones

    def call_in(
        self, number: str, caller: str = "", name: str = "", *, habits: CallerHabits | None = None, keys: str = ""
    ) -> "CallerInHand":
        """One caller dials an entry point; without habits everything they do is done from here."""
        self._callers_by_hand += 1
        label = f"{self._seed}/by-hand/{self._callers_by_hand}"
        one = Caller(self.switch, name=label, habits=habits, keys=keys)
        self.told(lambda: one.call(number, Party(caller, name)))
        return CallerInHand(self, one)

    def start_traffic(self, traffic: Traffic) -> None:
        """Callers begin to arrive; phones that no person works are answered by habit."""
        self.arriving = ArrivingCallers(self.switch, traffic, seed=self._seed)
        for number, phone in self._phones.items():
            phone.manual = False
            phone.take_habits(traffic.agent_habits.get(number, traffic.agents))
        self.told(self.arriving.start)

    def stop_traffic(self) -> None:
        """Nobody new arrives; calls that are on go on."""
        if self.arriving is not None:
            self.told(self.arriving.stop)


def _phone(switch: Switch, number: str, seed: int) -> Phone:
    return Phone(switch, switch.endpoints[number], seed=seed)


class PhoneInHand:
    """A phone, as somebody outside the switch works it; every method says whether it could be done."""

    def __init__(self, pbx: VirtualPbx, phone: Phone) -> None:
        self._pbx = pbx
        self._phone = phone

    @property
    def manual(self) -> bool:
        """Whether a person works it."""
        return self._phone.manual

    @manual.setter
    def manual(self, by_hand: bool) -> None:
        self._phone.manual = by_hand

    @property
    def state(self) -> str:
        """``unregistered``, ``idle``, ``ringing``, ``talking`` or ``calling``."""
        phone = self._phone
        if not phone.endpoint.reachable:
            return "unregistered"
        if phone.channel is None:
            return "idle"
        return "ringing" if phone.is_ringing else "talking" if phone.is_talking else "calling"

    def _do(self, action: Callable[[], bool]) -> bool:
        done: list[bool] = []
        self._pbx.told(lambda: done.append(action()))
        return bool(done and done[0])

    def answer(self) -> bool:
        """Take the call that rings."""
        return self._do(self._phone.answer)

    def hang_up(self) -> bool:
        """End the call, or refuse the one that rings."""
        return self._do(self._phone.hang_up)

    def hold(self, *, held: bool = True) -> bool:
        """Put the other side on hold, or take it back."""
        return self._do(lambda: self._phone.hold(held=held))

    def transfer(self, number: str) -> bool:
        """Pass on whom it talks to."""
        return self._do(lambda: self._phone.transfer(number))

    def press(self, keys: str) -> bool:
        """Press keys during a call."""
        return self._do(lambda: self._phone.press(keys))

    def dial(self, number: str) -> bool:
        """Pick up and dial, a feature code for example."""
        return self._do(lambda: self._phone.dial(number))

    def register(self, *, registered: bool = True) -> None:
        """Plug it in, or pull the plug."""
        self._pbx.told(lambda: self._phone.register(registered=registered))


class CallerInHand:
    """A caller, as somebody outside the switch plays them."""

    def __init__(self, pbx: VirtualPbx, caller: Caller) -> None:
        self._pbx = pbx
        self.caller = caller

    @property
    def on_the_line(self) -> bool:
        """Whether the call is on."""
        return self.caller.channel is not None

    def press(self, keys: str) -> None:
        """Press keys, one after the other."""
        self._pbx.told(lambda: self.caller.press(keys))

    def hang_up(self) -> None:
        """End the call."""
        self._pbx.told(self.caller.hang_up)
