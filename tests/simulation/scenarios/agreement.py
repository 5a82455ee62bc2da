"""Whether a simulated centre comes to what theory says: at four standard errors, figure by figure."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulation.scenarios.estimates import Estimate
from simulation.scenarios.run import Result, simulate
from simulation.scenarios.scenario_file import parse_scenario

NORMAL_975 = 1.96


def agrees(estimate: Estimate, expected: float) -> bool:
    """Within four standard errors, as the half width tells them."""
    assert estimate.value is not None
    assert estimate.half_width_95 is not None
    return abs(estimate.value - expected) <= 4 * estimate.half_width_95 / NORMAL_975 + 1e-9


@dataclass(frozen=True)
class Case:
    """A scenario without its ``calls``, and what must come out: by ``TYPE.figure``, ``POOL.utilisation`` or
    ``POOL.share.TYPE``."""

    name: str
    text: str
    expected: Mapping[str, float]

    def run(self, calls: int, seed: int = 1) -> Result:
        return simulate(parse_scenario(f"seed: {seed}\ncalls: {calls}\n{self.text}", self.name))

    def misses(self, calls: int, seed: int = 1) -> list[str]:
        """Every figure that is not where it has to be."""
        result = self.run(calls, seed)
        found = {name: figure(result, name) for name in self.expected}
        return [
            f"{self.name}: {name} is {found[name].value} +- {found[name].half_width_95}, not {expected:.5f}"
            for name, expected in self.expected.items()
            if not agrees(found[name], expected)
        ]


def figure(result: Result, name: str) -> Estimate:
    """One figure of a result."""
    owner, *path = name.split(".")
    if path[0] == "share":
        return result.pools[owner].share_of_type_answered[path[1]]
    found: Estimate = getattr(result.pools[owner] if owner in result.pools else result.call_types[owner], path[0])
    return found
