"""Draw the state machines of the distributor from the tables that it works by.

    .venv/bin/python docs/state-diagrams/draw.py

writes the Markdown files beside this one; a test asks that they are fresh.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from acd.agent_state import DECLARED_TABLE, PRECEDENCE, SLOT_TABLE
from acd.contact_state import CONTACT_TABLE
from acd.offer_state import CONSEQUENCES, REFUSALS
from facts.states import OfferOutcome

Event = TypeVar("Event", bound=StrEnum)
State = TypeVar("State", bound=StrEnum)

HERE = Path(__file__).parent
HEAD = "<!-- drawn by docs/state-diagrams/draw.py from the tables of acd; do not edit -->\n\n"


def diagram(table: Mapping[Event, Mapping[State, State]], start: StrEnum | None = None) -> str:
    """A table of {event: {before: after}} as a Mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2"]
    if start is not None:
        lines.append(f"    [*] --> {start.name}")
    for event, moves in table.items():
        lines += [f"    {before.name} --> {after.name}: {event.value}" for before, after in moves.items()]
    return "\n".join([*lines, "```", ""])


def agent() -> str:
    """Both axes of an agent."""
    order = sorted(PRECEDENCE, key=PRECEDENCE.__getitem__, reverse=True)
    first = next(iter(next(iter(DECLARED_TABLE.values()))))
    return (
        f"{HEAD}# An agent\n\n"
        "What the person declared. During a contact or its wrap-up the wish is *pending* and happens afterwards; a\n"
        "lost phone makes a READY agent NOT_READY (`phone_lost`) with READY pending.\n\n"
        f"{diagram(DECLARED_TABLE, first)}\n"
        "What the system is doing with one slot. With several slots the agent is shown as the first of\n"
        f"{' > '.join(activity.name for activity in order)}.\n\n"
        f"{diagram(SLOT_TABLE)}"
    )


def contact() -> str:
    """The places of a contact."""
    return (
        f"{HEAD}# A contact\n\n"
        "A contact is in exactly one place. NOWHERE: the distributor does not know it (yet, or any more).\n\n"
        f"{diagram(CONTACT_TABLE)}"
    )


def offer() -> str:
    """How an offer ends, and what follows."""
    ends = [f"    RINGING --> {outcome.name}: {_by(outcome)}" for outcome in CONSEQUENCES]
    rows = [
        f"| {outcome.value} | {_yes(rule.miss)} | {rule.reason if rule.miss else ''} | {_yes(rule.pause)} "
        f"| {_yes(rule.keep_idle_time)} |"
        for outcome, rule in CONSEQUENCES.items()
    ]
    drawn = "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> RINGING", *ends, "```", ""])
    table = "\n".join(
        [
            "| outcome | counts as a miss | then NOT_READY for | the agent rests a moment | idle time is kept |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ]
    )
    return f"{HEAD}# An offer\n\nOne contact presented to one agent ends in exactly one way.\n\n{drawn}\n{table}\n"


def _by(outcome: OfferOutcome) -> str:
    if outcome is OfferOutcome.ANSWERED:
        return "the agent answers first"
    return "the phone, or the ring time" if outcome in REFUSALS else "through nobody's fault"


def _yes(value: bool) -> str:
    return "yes" if value else ""


def pages() -> Iterator[tuple[Path, str]]:
    """Every file, with what belongs into it."""
    yield HERE / "agent.md", agent()
    yield HERE / "contact.md", contact()
    yield HERE / "offer.md", offer()


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
