"""A virtual PBX in a process of its own, worked by lines of its standard input; ends with it.

python -m tests.agent_console.virtual_switch AGI_PORT

Prints its AMI port. ``call DNIS NUMBER KEYS`` lets somebody call who presses these keys when the menu asks,
``hang_up NUMBER`` ends that call, ``phone PHONE WHAT`` works a phone (answer, hang_up), ``state PHONE`` tells what it
does. Each line is answered by one.
"""

import sys
from typing import Any

from twisted.internet.stdio import StandardIO
from twisted.protocols.basic import LineOnlyReceiver

from cti_bridge.app.reactor import install
from cti_bridge.shell.clock import Clock
from cti_bridge.virtual_pbx.pbx import CallerInHand, VirtualPbx
from cti_bridge.virtual_pbx.settings import AmiAccount, CallerHabits, PbxSettings
from simulation.distributions.durations import Constant

USER, SECRET, TOKEN = "cordboard", "virtual-secret", "virtual-token"
PHONES = tuple(str(1001 + turn) for turn in range(40))

PATIENT = CallerHabits(
    patience=None,
    thinking=Constant(mean_s=0.1),
    menu_patience=None,
    no_input=0,
    talk=Constant(mean_s=3600),
)


class Commands(LineOnlyReceiver):
    """What the tests want."""

    delimiter = b"\n"

    def __init__(self, reactor: Any, pbx: VirtualPbx) -> None:
        self._reactor = reactor
        self._pbx = pbx
        self._callers: dict[str, CallerInHand] = {}

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        what, *words = line.decode().split()
        print(getattr(self, f"do_{what}")(*words), flush=True)

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802 - likewise
        if self._reactor.running:
            self._reactor.stop()

    def do_call(self, number: str, caller: str, keys: str = "") -> bool:
        self._callers[caller] = self._pbx.call_in(number, caller, "Caller", habits=PATIENT, keys=keys)
        return self._callers[caller].on_the_line

    def do_hang_up(self, caller: str) -> bool:
        known = self._callers.pop(caller, None)
        if known is not None:
            known.hang_up()
        return known is not None

    def do_phone(self, number: str, what: str) -> object:
        return getattr(self._pbx.phone(number), what)()

    def do_state(self, number: str) -> str:
        return self._pbx.phone(number).state


def main(agi_port: int) -> None:
    reactor = install()
    account = AmiAccount(username=USER, secret=SECRET)
    settings = PbxSettings(
        phones=PHONES,
        agi_url=f"agi://127.0.0.1:{agi_port}",
        agi_token=TOKEN,
        accounts=(account,),
        other_sound_s=0.1,
        sound_s={},
    )
    pbx = VirtualPbx(Clock(reactor), settings, seed=1, tcp=reactor)
    print(pbx.listen(), flush=True)
    StandardIO(Commands(reactor, pbx), reactor=reactor)
    reactor.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
