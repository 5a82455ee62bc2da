"""A centre as a process of its own: ``python -m tests.browser.centre_process SETTINGS``.

It prints one line of JSON when the console is served: the passwords by user. Then it takes one command a line of
standard input, a method of `tests.browser.served.Served` with its arguments, answers each with a line, and ends with
its standard input.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cti_bridge.app.reactor import install


def main() -> None:
    """Serve until standard input ends."""
    reactor = install()
    from twisted.internet import stdio  # noqa: PLC0415 - after the reactor
    from twisted.internet.defer import Deferred  # noqa: PLC0415
    from twisted.protocols.basic import LineOnlyReceiver  # noqa: PLC0415

    from cti_bridge.app import logs  # noqa: PLC0415
    from tests.browser.served import Served  # noqa: PLC0415

    logs.configure("warning")
    served = Served(reactor, Path(sys.argv[1]))

    def answer(line: bytes) -> dict[str, Any]:
        asked = json.loads(line)
        try:
            return {"value": getattr(served, asked.pop("do"))(**asked)}
        except Exception as error:  # noqa: BLE001 - for the test that asked
            return {"error": f"{type(error).__name__}: {error}"}

    class Commands(LineOnlyReceiver):
        delimiter = b"\n"
        MAX_LENGTH = 1_000_000

        def lineReceived(self, line: bytes) -> None:  # noqa: N802
            print(json.dumps(answer(line)), flush=True)

        def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
            reactor.stop()

    def begin() -> None:
        print(json.dumps(served.start()), flush=True)
        stdio.StandardIO(Commands(), reactor=reactor)

    reactor.callWhenRunning(begin)
    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(served.stop()))
    reactor.run()


if __name__ == "__main__":
    main()
