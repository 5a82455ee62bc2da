"""Which parts of a node are ready, beside journal and switch: recognisers, interval tables, Redis.

Calls go on without these; who supervises the node should know all the same.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from config.models import Settings
from ivr.speech.recogniser import Recogniser

MOST_BEHIND = 50_000
"""Facts that interval tables may lack; reports read the facts themselves meanwhile, which takes longer."""


class PartState(msgspec.Struct, frozen=True, kw_only=True):
    """A part; ``reason``: why it is not ready, empty when it is. ``needed``: whether calls depend on it."""

    part: str
    reason: str = ""
    needed: bool = False


class Readiness:
    """Asks the parts."""

    def __init__(self) -> None:
        self._parts: dict[str, Callable[[], str]] = {}

    def add(self, part: str, why_not: Callable[[], str]) -> None:
        """``why_not`` says why the part is not ready; nothing when it is."""
        self._parts[part] = why_not

    def parts(self) -> Iterator[PartState]:
        """Every part."""
        for part, why_not in self._parts.items():
            yield PartState(part=part, reason=why_not())


def recognisers_missing(settings: Settings, recognisers: Mapping[str, Recogniser]) -> str:
    """Why not every language that is to be understood is."""
    missing = sorted(set(settings.speech.recognisers) - set(recognisers))
    return f"no recogniser for {', '.join(missing)}: menus listen for keys there; cordboard doctor tells why" * bool(
        missing
    )


def tables_behind(behind: int | None, *, in_trouble: bool) -> str:
    """Why the interval tables do not answer reports at once."""
    if in_trouble:
        return "the interval tables cannot be filled; see the log"
    if behind is not None and behind > MOST_BEHIND:
        return f"the interval tables lack {behind} facts: reports read the facts, and take longer"
    return ""
