"""Chance that a replay repeats: a small generator (SplitMix64) whose state is a number in the engine's state."""

from typing import Final

_MASK: Final = (1 << 64) - 1
_STEP: Final = 0x9E3779B97F4A7C15


class Chance:
    """Draws numbers. SplitMix64 after Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014."""

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        self.state = seed & _MASK

    def below(self, limit: int) -> int:
        """A number from 0 to ``limit - 1``, each equally likely."""
        reach = (1 << 64) - (1 << 64) % limit
        while (number := self._next()) >= reach:
            pass
        return number % limit

    def _next(self) -> int:
        self.state = (self.state + _STEP) & _MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)
