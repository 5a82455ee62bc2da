"""The flows of a site while it runs: read at the start, read again when a file has changed.

A call keeps the flows with which it began, because ``flows`` is never changed but replaced. A reading that finds
mistakes replaces nothing: callers go on with the flows of before, and the mistakes are told.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from ivr.checks import Known
from ivr.errors import FlowError, Problem
from ivr.flow import Flow
from ivr.loader import check_files, flow_files


class FlowLibrary:
    """Flows from files and folders. ``places`` that are folders are searched for flow files at every reading."""

    def __init__(self, places: tuple[Path, ...], known: Known | None = None) -> None:
        self._places = places
        self._known = known
        self._state: object = None
        self.flows: Mapping[str, Flow] = MappingProxyType({})
        problems = self.reload()
        if problems:
            raise FlowError(problems)

    def files(self) -> list[Path]:
        """The flow files as they are now."""
        return [file for place in self._places for file in (flow_files(place) if place.is_dir() else [place])]

    def changed(self) -> bool:
        """Whether a file was added, removed or written since the last reading. Cheap: looks at time and size."""
        return self._look() != self._state

    def reload(self, known: Known | None = None, needed: Collection[str] = ()) -> list[Problem]:
        """Read all files again; gives the mistakes, in which case the flows stay as they were.

        ``known``: instead of what was known at first. ``needed``: flows that have to be there.
        """
        self._state = self._look()
        known = known or self._known or Known()
        flows, problems = check_files(self.files(), known)
        if not problems:
            problems = self._missing(set(needed) - flows.keys() - (known.flows or {}).keys())
        if not problems:
            self.flows = MappingProxyType(flows)
        return problems

    def _missing(self, names: set[str]) -> list[Problem]:
        said = "there is no flow {!r} any more, to which the settings lead"
        return [
            Problem(file=str(place), line=1, key="flow", rule="unknown_flow", message=said.format(name))
            for place in self._places[:1]
            for name in sorted(names)
        ]

    def _look(self) -> tuple[tuple[str, int, int], ...]:
        """Every YAML file beside the flows too: prompt files belong to the flows that name them."""
        found: set[Path] = set()
        for place in self._places:
            found |= set((place if place.is_dir() else place.parent).glob("*.y*ml"))
        return tuple(_state(path) for path in sorted(found))


def _state(path: Path) -> tuple[str, int, int]:
    try:
        state = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), state.st_mtime_ns, state.st_size
