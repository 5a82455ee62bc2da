"""The emergency switch of dialled numbers: thrown and put back by hand while the daemon runs, and kept over a restart.

While it is thrown, the flow that the settings name as ``emergency`` answers the number; calls in progress go on.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from cti_bridge.shell.agent_desk import DeskError
from cti_bridge.shell.coordinator import Coordinator
from facts.journal import EntryPointSwitched

ALL = "*"


class Numbers(Protocol):
    """What is needed of the dialled numbers."""

    thrown: dict[str, str]

    def emergency_flows(self) -> Mapping[str, str | None]:
        """Every entry point, and its emergency flow."""


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry point as a list shows it. ``flow``: what answers in an emergency; ``by``: who threw the switch."""

    entry_point: str
    emergency: bool
    flow: str | None
    by: str


class EntryDesk:
    """Throws the switches."""

    def __init__(self, coordinator: Coordinator, numbers: Numbers) -> None:
        self._coordinator = coordinator
        self._numbers = numbers

    def entries(self) -> list[EntryLine]:
        """Every entry point."""
        thrown = self._numbers.thrown
        return [
            EntryLine(
                entry_point=name,
                emergency=flow is not None and (name in thrown or ALL in thrown),
                flow=flow,
                by=thrown.get(name, thrown.get(ALL, "")) if flow is not None else "",
            )
            for name, flow in self._numbers.emergency_flows().items()
        ]

    def throw(self, entry_point: str, by: str) -> str:
        """Emergency: from the next call on its emergency flow answers the number (``*``: all that have one)."""
        self._check(entry_point)
        if entry_point in self._numbers.thrown:
            raise DeskError(f"the emergency switch of {entry_point} is thrown already")
        self._numbers.thrown[entry_point] = by
        self._coordinator.record(EntryPointSwitched(entry_point=entry_point, emergency=True, by=by))
        flows = self._numbers.emergency_flows()
        answers = {flow for name, flow in flows.items() if flow is not None and entry_point in (name, ALL)}
        return f"emergency: {entry_point} is answered by {', '.join(sorted(answers))} until the switch is put back"

    def put_back(self, entry_point: str, by: str) -> str:
        """The emergency is over."""
        if entry_point not in self._numbers.thrown:
            also = "; all are switched at once: put back *" if ALL in self._numbers.thrown else ""
            raise DeskError(f"the emergency switch of {entry_point} is not thrown{also}")
        del self._numbers.thrown[entry_point]
        self._coordinator.record(EntryPointSwitched(entry_point=entry_point, emergency=False, by=by))
        return f"{entry_point} is answered as usual"

    def _check(self, entry_point: str) -> None:
        flows = self._numbers.emergency_flows()
        if entry_point == ALL:
            if not any(flows.values()):
                raise DeskError("no entry point has an emergency flow: name it in the settings, `emergency: FLOW`")
        elif entry_point not in flows:
            raise DeskError(f"there is no entry point {entry_point!r}: they are {', '.join(flows) or 'none'}")
        elif flows[entry_point] is None:
            raise DeskError(f"{entry_point} has no emergency flow: name it in the settings, `emergency: FLOW`")
