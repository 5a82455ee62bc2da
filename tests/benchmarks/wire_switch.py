"""A virtual PBX with much traffic, which notes when it wrote what on the AMI wire.

python -m tests.benchmarks.wire_switch AGI_PORT

Prints its AMI port. ``traffic PER_SECOND`` lets callers come, ``answers FILE`` writes when each agent's leg was told to
be up: ``{contact: seconds of the monotonic clock}``. Each line is answered by one.
"""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from twisted.internet.stdio import StandardIO
from twisted.protocols.basic import LineOnlyReceiver

from cti_bridge.app.reactor import install
from cti_bridge.shell.clock import Clock
from cti_bridge.virtual_pbx import ami_server
from cti_bridge.virtual_pbx.pbx import VirtualPbx
from cti_bridge.virtual_pbx.settings import (
    AgentHabits,
    AmiAccount,
    CallerHabits,
    EntryPoint,
    PbxSettings,
    Traffic,
)
from simulation.distributions.durations import Constant, Lognormal
from tests.agent_console.virtual_switch import SECRET, TOKEN, USER

PHONES = 200
PHONE_NUMBERS = tuple(f"1{number:03}" for number in range(PHONES))
CONTACT = re.compile(rb"ACD_CALL=(\S+)")
AGENT = re.compile(rb"ACD_AGENT=\S")

ANSWERED: dict[str, float] = {}


def note(data: bytes) -> None:
    """An event that says that an agent's leg is up."""
    if data.startswith(b"Event: Newstate") and b"ChannelStateDesc: Up" in data and AGENT.search(data):
        found = CONTACT.search(data)
        if found is not None:
            ANSWERED.setdefault(found[1].decode(), time.monotonic())


class Noted(ami_server.AmiConnection):
    """Notes what it sends, at the moment at which it is written."""

    def _send(self, data: bytes) -> None:
        note(data)
        super()._send(data)


class Commands(LineOnlyReceiver):
    """What the benchmark wants."""

    delimiter = b"\n"

    def __init__(self, reactor: Any, pbx: VirtualPbx) -> None:
        self._reactor, self._pbx = reactor, pbx

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        what, *words = line.decode().split()
        print(getattr(self, f"do_{what}")(*words), flush=True)

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802 - likewise
        if self._reactor.running:
            self._reactor.stop()

    def do_traffic(self, per_second: str) -> bool:
        entry = EntryPoint(number="8000", per_hour=float(per_second) * 3600, keys={"1": 1.0})
        callers = CallerHabits(
            patience=None, thinking=Constant(mean_s=0.2), no_input=0, talk=Lognormal(mean_s=5.0, scv=0.2)
        )
        agents = AgentHabits(answer=Constant(mean_s=1.0), no_answer=0, busy=0, rejected=0)
        self._pbx.start_traffic(Traffic(entry_points=(entry,), callers=callers, agents=agents))
        return True

    def do_answers(self, path: str) -> int:
        Path(path).write_text(json.dumps(ANSWERED), encoding="utf-8")
        return len(ANSWERED)


def main(agi_port: int) -> None:
    reactor = install()
    ami_server.AmiConnection = Noted  # type: ignore[misc]  # what the server makes
    settings = PbxSettings(
        phones=PHONE_NUMBERS,
        agi_url=f"agi://127.0.0.1:{agi_port}",
        agi_token=TOKEN,
        accounts=(AmiAccount(username=USER, secret=SECRET),),
        other_sound_s=0.1,
        sound_s={},
    )
    pbx = VirtualPbx(Clock(reactor), settings, seed=1, tcp=reactor)
    print(pbx.listen(), flush=True)
    StandardIO(Commands(reactor, pbx), reactor=reactor)
    reactor.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
