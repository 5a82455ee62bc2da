"""From drafts to the journal: in the order of time, each once, all in one transaction."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from facts.ids import ContactId, NodeName
from facts.journal import AnyFact, Entry
from facts.time import Instant
from reporting.ports import JournalAppender


class Draft(msgspec.Struct, frozen=True):
    """A fact and when it happened, before it has a number."""

    at: Instant
    fact: AnyFact


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was rejected, or taken in after a repair."""

    line: int
    what: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}: {self.reason}"


REJECTED, REPAIRED = "rejected", "repaired"


class Outcome(msgspec.Struct, kw_only=True):
    """What an import did, in rows and facts."""

    rows: int = 0
    taken: int = 0
    known: int = 0
    ignored: int = 0
    facts: int = 0
    problems: list[Problem] = []

    def reject(self, line: int, reason: str) -> None:
        """Say that a row was not taken in, and why."""
        self.problems.append(Problem(line=line, what=REJECTED, reason=reason))

    def repair(self, line: int, reason: str) -> None:
        """Say what was mended in a row."""
        self.problems.append(Problem(line=line, what=REPAIRED, reason=reason))

    def count(self, what: str) -> int:
        """How many rows were rejected, or repaired."""
        return len({problem.line for problem in self.problems if problem.what == what})


def import_node(name: str) -> NodeName:
    """Who signs imported facts."""
    return NodeName(f"import:{name}")


def known_contacts(journal: JournalAppender, node: NodeName) -> set[ContactId]:
    """The contacts that were imported before."""
    entries = journal.entries(nodes=[node], kinds=["ContactOffered"], personal=False)
    return {entry.fact.contact_id for entry in entries if entry.fact.contact_id is not None}


Written = Callable[[int, int], object]
"""Told how many facts have been written so far, and of how many."""

TOLD_EVERY = 1_000


def not_watched(_done: int, _total: int) -> None:
    """Nobody watches."""


def write(journal: JournalAppender, node: NodeName, drafts: Iterable[Draft], on_written: Written = not_watched) -> int:
    """Append the drafts in the order of time; drafts of one instant keep theirs. Says how many there were."""
    seq = journal.last_seq(node)
    ordered = sorted(drafts, key=lambda draft: draft.at)

    def entries() -> Iterator[Entry]:
        for done, draft in enumerate(ordered, 1):
            if done % TOLD_EVERY == 0:
                on_written(done, len(ordered))
            yield Entry(node=node, seq=seq + done, at=draft.at, fact=draft.fact)

    journal.append(entries())
    return len(ordered)
