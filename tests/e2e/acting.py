"""``cordboard serve`` with a door for tests: acts on calls, one JSON object a line over a Unix socket.

python -m tests.e2e.acting --config FILE

``{"id": 1, "agent": "ann", "contact": "…", "act": "hold", "details": {…}}`` is answered by ``{"id": 1, "done": {…}}``
(the contact as the desk shows it) or ``{"id": 1, "refused": "reason_id"}``, in the order in which acts end.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver

from cti_bridge.app.reactor import install

reactor = install()

from cti_bridge.app import serving  # noqa: E402 - after the reactor
from cti_bridge.shell.agent_desk import AgentDesk  # noqa: E402
from cti_bridge.shell.call_control.refused import ActRefused  # noqa: E402
from cti_bridge.shell.call_control.wishes import Details  # noqa: E402
from cti_bridge.shell.coordinator import Coordinator  # noqa: E402
from facts.ids import AgentId, ContactId, QueueName  # noqa: E402

SOCKET = "acting.sock"


class Door(LineOnlyReceiver):
    """One connection."""

    delimiter = b"\n"
    MAX_LENGTH = 1 << 20

    def __init__(self, coordinator: Coordinator, desk: AgentDesk, written: Callable[[], Any]) -> None:
        self._control = coordinator.control
        self._own = _own_acts(coordinator, desk, written)

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        wish = msgspec.json.decode(line)
        done: Deferred[Any] = maybeDeferred(self._do, wish)
        done.addCallbacks(
            lambda result: {"id": wish["id"], "done": msgspec.to_builtins(result)},
            lambda failure: {"id": wish["id"], **_refusal(failure.value)},
        )
        done.addCallback(lambda answer: self.sendLine(msgspec.json.encode(answer)))

    def _do(self, wish: dict[str, Any]) -> Any:
        agent, contact = AgentId(wish.get("agent", "")), ContactId(wish.get("contact", ""))
        details, act = wish.get("details", {}), wish["act"]
        own = self._own.get(act)
        if own is not None:
            return own(agent, contact, details)
        return self._control.act(agent, contact, act, Details(**details))


def _own_acts(
    coordinator: Coordinator, desk: AgentDesk, written: Callable[[], Any]
) -> dict[str, Callable[[AgentId, ContactId, Any], Any]]:
    """What is asked besides the acts on a contact."""
    control = coordinator.control

    def dial(agent: AgentId, _: ContactId, details: Any) -> Any:
        queue = QueueName(details["queue"]) if details.get("queue") else None
        return control.dial(agent, details["number"], queue)

    return {
        "dial": dial,
        "monitor": lambda agent, contact, details: control.supervision.monitor(
            contact, "susan", agent, details["mode"]
        ),
        "send_back": lambda _, contact, __: control.parking.send_back(contact),
        "end_parked": lambda _, contact, __: control.parking.hang_up(contact),
        "stop_monitoring": lambda _, contact, __: control.supervision.stop(contact, "susan"),
        "ready": lambda agent, _, __: desk.ready(agent),
        "not_ready": lambda agent, _, __: desk.not_ready(agent, "break"),
        "contact": lambda agent, contact, _: control.desks.contact(agent, contact),
        "agent": lambda agent, _, __: coordinator.engine.agent(agent),
        "written": lambda _, __, ___: written(),
    }


def _refusal(error: BaseException) -> dict[str, Any]:
    if isinstance(error, ActRefused):
        return {"refused": error.reason_id, "words": str(error)}
    return {"refused": repr(error)}


class Doors(Factory):
    """Opens them."""

    def __init__(self, coordinator: Coordinator, desk: AgentDesk, written: Callable[[], Any]) -> None:
        self._behind = (coordinator, desk, written)

    def buildProtocol(self, addr: object) -> Door:  # noqa: N802 - Twisted's name
        del addr
        return Door(*self._behind)


class Node(serving.Node):
    """The node, with the door open."""

    def _start(self) -> None:
        super()._start()
        doors = Doors(self._daemon.coordinator, self._daemon.desk, self._daemon.written)
        path = self._home / SOCKET
        path.unlink(missing_ok=True)  # of a daemon that was killed
        reactor.listenUNIX(str(path), doors)


if __name__ == "__main__":
    serving.Node = Node  # type: ignore[misc]  # what serve builds
    raise SystemExit(serving.serve(reactor, Path(sys.argv[sys.argv.index("--config") + 1]), os.environ))
