"""Traffic: callers who arrive by chance at each entry point, for as long as it is asked for."""

import random
from typing import TYPE_CHECKING

from cti_bridge.virtual_pbx.callers import Caller, Customer
from cti_bridge.virtual_pbx.channels import Party
from cti_bridge.virtual_pbx.scheduler import Timer
from cti_bridge.virtual_pbx.settings import EntryPoint, Traffic
from simulation.distributions.arrivals import poisson_gaps
from simulation.distributions.durations import Sampler

if TYPE_CHECKING:
    from cti_bridge.virtual_pbx.switch import Switch


class ArrivingCallers:
    """Lets callers arrive; each has a chance of its own, so that the daemon's pace changes nobody's habits."""

    def __init__(self, switch: "Switch", traffic: Traffic, *, seed: int) -> None:
        self._switch = switch
        self._traffic = traffic
        self._seed = seed
        self._gaps: dict[str, Sampler] = {}
        self._next: dict[str, Timer] = {}
        self._first: list[Timer] = []
        self._customers = 0
        self.arrived: dict[str, int] = {}
        self.turned_away = 0

    def start(self) -> None:
        """Callers come from now on; numbers that are dialled outside are answered by virtual customers."""
        self._switch.endpoints["trunk"].pick_up = self._customer
        for entry in self._traffic.entry_points:
            lots = random.Random(f"{self._seed}/arrivals/{entry.number}")  # noqa: S311 - arrivals, no secrets
            self.arrived[entry.number] = 0
            if entry.per_hour > 0:
                self._gaps[entry.number] = poisson_gaps(entry.per_hour, lots.random)
                self._schedule(entry)
            self._begin(entry, self._traffic.already)

    def stop(self) -> None:
        """Nobody new comes."""
        for timer in self._next.values():
            timer.cancel()
        self._next.clear()
        for timer in self._first:
            timer.cancel()
        self._first.clear()

    def _begin(self, entry: EntryPoint, callers: int) -> None:
        """So many come one after the other."""
        for place in range(1, callers + 1):
            self._first.append(self._switch.after(place * self._traffic.already_every, lambda: self._come(entry)))

    def _schedule(self, entry: EntryPoint) -> None:
        gap = self._gaps[entry.number]()
        self._next[entry.number] = self._switch.after(gap, lambda: self._arrive(entry))

    def _arrive(self, entry: EntryPoint) -> None:
        self._schedule(entry)
        self._come(entry)

    def _come(self, entry: EntryPoint) -> None:
        self.arrived[entry.number] += 1
        name = f"{self._seed}/caller/{entry.number}/{self.arrived[entry.number]}"
        if len(self._switch.endpoints["trunk"].channels) >= self._traffic.most_lines:
            self.turned_away += 1
            return
        lots = random.Random(f"{name}/who")  # noqa: S311 - numbers of nobody, no secrets
        keys = lots.choices(list(entry.keys), weights=list(entry.keys.values()))[0] if entry.keys else ""
        caller = Caller(self._switch, name=name, habits=self._traffic.callers, keys=keys)
        caller.call(entry.number, self._who(lots))

    def _who(self, lots: random.Random) -> Party:
        """One of the regulars who does not talk already, or somebody of whom nobody knows."""
        stranger = Party(f"555{lots.randrange(10_000_000):07}")
        if not self._traffic.regulars or lots.random() >= self._traffic.regular_share:
            return stranger
        number, name = lots.choice(self._traffic.regulars)
        calling = {channel.caller.number for channel in self._switch.endpoints["trunk"].channels}
        return stranger if number in calling else Party(number, name)

    def _customer(self, number: str) -> Customer:
        self._customers += 1
        name = f"{self._seed}/customer/{number}/{self._customers}"
        return Customer(self._switch, name=name, habits=self._traffic.callers, answers=self._traffic.customers)
