"""A virtual PBX in a process of its own, with traffic: prints its AMI port, ends when its standard input does.

python -m tests.cti_bridge.virtual_pbx.served [VARIABLE...]

The variables ride along in every channel event.
"""

import sys

import msgspec
from twisted.internet import reactor  # noqa: TID251 - a process of its own
from twisted.internet.protocol import Protocol
from twisted.internet.stdio import StandardIO

from cti_bridge.shell.clock import Clock
from cti_bridge.virtual_pbx.pbx import VirtualPbx
from cti_bridge.virtual_pbx.settings import AmiAccount, EntryPoint, PbxSettings, Traffic

SPEED = 20


class UntilEnd(Protocol):
    """Stops the process when nobody holds the other end of its input."""

    def connectionLost(self, reason=None):  # noqa: N802 - Twisted's name
        if reactor.running:
            reactor.stop()


def main(variables):
    everything = AmiAccount(username="acd", secret="acd-secret", read=frozenset({"all"}), write=frozenset({"all"}))
    settings = PbxSettings(phones=("1001", "1002"), accounts=(everything,), agi_url="agi://127.0.0.1:9")
    settings = msgspec.structs.replace(settings, channel_variables=tuple(variables))
    pbx = VirtualPbx(Clock(reactor, speed=SPEED), settings, seed=1, tcp=reactor)
    print(pbx.listen(), flush=True)
    pbx.start_traffic(Traffic(entry_points=(EntryPoint(number="8001", per_hour=900),)))
    StandardIO(UntilEnd())
    reactor.run()


if __name__ == "__main__":
    main(sys.argv[1:])
