"""What the checks look at, and how they say where something is wrong."""

import difflib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ivr.errors import Problem
from ivr.flow import FlowFile, Node, Recording
from ivr.located import Path, key_of, line_of


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Names that exist outside the flow file; None: not known here, so not checked."""

    flows: Mapping[str, FlowFile] | None = None
    queues: frozenset[str] | None = None
    calendars: frozenset[str] | None = None
    mailboxes: frozenset[str] | None = None


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """A flow file as it was read.

    ``written`` are all node names of the file, also of nodes that could not be read; ``whole``: everything could be
    read, so that the graph can be judged. ``catalogue``: all prompts that the flow may use.
    """

    name: str
    file: FlowFile
    lines: dict[Path, int]
    written: frozenset[str]
    whole: bool
    catalogue: Mapping[str, Mapping[str, Recording]]
    known: Known = Known()

    def problem(self, path: Path, rule: str, message: str) -> Problem:
        """A problem at a place in the file."""
        line = line_of(self.lines, path)
        return Problem(file=self.name, line=line, key=key_of(path), rule=rule, message=message)

    def nodes(self) -> Iterator[tuple[Path, Node]]:
        """Each node and the path to it."""
        for name, node in self.file.nodes.items():
            yield ("nodes", name), node


def near(name: str, known: Iterable[str]) -> str:
    """A hint at what was meant."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(names[:20])}" if names else "; there are none"
