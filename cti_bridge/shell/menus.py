"""What voice menus are made of while the daemon runs: flows, sounds, entry points, errands, runs at rest."""

from collections.abc import Mapping
from typing import Protocol

from cti_bridge.shell.calls import Call
from cti_bridge.shell.clock import Clock
from cti_bridge.shell.coordinator import Coordinator
from cti_bridge.shell.errands import Customers, EngineWaits, Errands, Hours, Lookups, WaitEstimate
from cti_bridge.shell.resting_runs import RestingRuns
from cti_bridge.shell.run_memory import FlowVersions, NoVersions, RunMemory
from facts.time import SECOND, Duration
from ivr import effects, inputs
from ivr.entry_points import Answer
from ivr.flow import Flow


class Sounds(Protocol):
    """Turns prompt parts into sounds."""

    def files(self, parts: tuple[effects.PromptPart, ...], language: str) -> tuple[str, ...]:
        """One sound of the switch after the other, without extension."""

    def samples(self, parts: tuple[effects.PromptPart, ...], language: str) -> bytes:
        """The same as 8 kHz 16-bit mono samples; sounds that only the switch has are left out."""

    def refresh(self) -> None:
        """Sounds were made: look again at what is there."""


class EntryPoints(Protocol):
    """Which flow answers a dialled number. ``thrown``: whose emergency switch is thrown (``*``: all), and by whom."""

    thrown: dict[str, str]

    def answer(self, call: Call, coordinator: Coordinator) -> Answer:
        """The flow, and the entry point that the dialled number belongs to (the number itself when to none)."""

    def emergency_flows(self) -> Mapping[str, str | None]:
        """Every entry point, and the flow that answers while its switch is thrown (None: it has none)."""

    def region_of(self, number: str) -> str:
        """The country of a caller's number (ISO 3166); empty when it cannot be told."""


DECISION_LIMITS_S = (0.1, 0.2, 0.3, 0.5, 1.0, 2.0, float("inf"))


class Tally:
    """Counts in memory, for metrics. ``decisions``: how many decisions on speech took so many seconds, or less."""

    def __init__(self) -> None:
        self.counted: dict[str, int] = {}
        self.decisions: dict[float, int] = dict.fromkeys(DECISION_LIMITS_S, 0)
        self.decisions_s = 0.0

    def count(self, what: str) -> None:
        """Once more."""
        self.counted[what] = self.counted.get(what, 0) + 1

    def decided(self, took_us: Duration) -> None:
        """A recogniser needed so long, from the end of the speech as it was found to the decision."""
        took_s = took_us / SECOND
        self.decisions_s += took_s
        self.decisions[next(limit for limit in DECISION_LIMITS_S if took_s <= limit)] += 1


class Menus:
    """All of it. ``flows`` may be replaced: calls finish on what they began. ``versions`` has flows of before.

    ``waits``: who knows expected waits; None: the distributor.
    ``attach`` gives it the coordinator, which there is only when the daemon is built.
    """

    errands: Errands
    resting: RestingRuns

    def __init__(
        self,
        flows: Mapping[str, Flow],
        sounds: Sounds,
        entry_points: EntryPoints,
        *,
        hours: Hours,
        lookups: Lookups,
        customers: Customers,
        waits: WaitEstimate | None = None,
        counts: Tally,
        versions: FlowVersions | None = None,
    ) -> None:
        self.flows = flows
        self.sounds = sounds
        self.entry_points = entry_points
        self.hours = hours
        self.lookups = lookups
        self.customers = customers
        self.waits = waits
        self.counts = counts
        self.versions = versions or NoVersions()

    def attach(self, coordinator: Coordinator, clock: Clock) -> None:
        """Join the menus to a node's coordinator."""
        waits = self.waits or EngineWaits(coordinator.engine)
        self.errands = Errands(coordinator.engine, self.hours, waits, self.lookups, self.customers)
        self.resting = RestingRuns(
            coordinator,
            clock,
            self.sounds,
            self,
            self.counts,
            memory=RunMemory(coordinator, self.versions),
        )
        coordinator.use_flows(self.resting)

    def about(self, call: Call, language: str | None, data: Mapping[str, str] | None = None) -> inputs.Call:
        """What a new run is told of its caller."""
        return inputs.Call(
            contact_id=call.contact_id,
            entry_point=call.entry_point,
            dialled=call.dialled,
            number=call.caller_number,
            name=call.caller_name,
            region=self.entry_points.region_of(call.caller_number),
            language=language,
            data=dict(data or {}),
        )
