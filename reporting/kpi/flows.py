"""Voice menus: what callers did at each node."""

from collections.abc import Iterable

import msgspec

from facts.ids import ContactId
from facts.journal import ContactAbandoned, Entry, MenuEnded, MenuInputGiven, MenuNodeEntered
from facts.time import Instant


class NodeCount(msgspec.Struct, kw_only=True):
    """One node of one flow. ``customers``: how many came to it at all; ``choices``: by edge; ``ends``: by outcome."""

    flow: str
    node: str
    entered: int = 0
    customers: int = 0
    no_input: int = 0
    no_match: int = 0
    gave_up: int = 0
    choices: dict[str, int] = {}
    ends: dict[str, int] = {}
    contained: int = 0


def nodes(entries: Iterable[Entry], start: Instant | None, end: Instant | None) -> list[NodeCount]:
    """The nodes that callers came to in a range, in the order in which they were first entered."""
    counts: dict[tuple[str, str], NodeCount] = {}
    seen: set[tuple[ContactId | None, str, str]] = set()
    places: dict[ContactId | None, tuple[str, str]] = {}
    for entry in entries:
        if (start is not None and entry.at < start) or (end is not None and entry.at >= end):
            continue
        match entry.fact:
            case MenuNodeEntered(contact_id=contact_id, flow=flow, node=node):
                places[contact_id] = (flow, node)
                count = _at(counts, flow, node)
                count.entered += 1
                count.customers += (contact_id, flow, node) not in seen
                seen.add((contact_id, flow, node))
            case MenuInputGiven():
                _take_input(_at(counts, entry.fact.flow, entry.fact.node), entry.fact)
            case ContactAbandoned(contact_id=contact_id, stage="menu") if contact_id in places:
                _at(counts, *places[contact_id]).gave_up += 1
            case MenuEnded(contact_id=contact_id, flow=flow, node=node):
                count = _at(counts, flow, node or places.get(contact_id, (flow, ""))[1])
                count.ends[entry.fact.outcome] = count.ends.get(entry.fact.outcome, 0) + 1
                count.contained += entry.fact.contained
            case _:
                pass
    return list(counts.values())


def _at(counts: dict[tuple[str, str], NodeCount], flow: str, node: str) -> NodeCount:
    return counts.setdefault((flow, node), NodeCount(flow=flow, node=node))


def _take_input(count: NodeCount, fact: MenuInputGiven) -> None:
    match fact.outcome:
        case "no_input":
            count.no_input += 1
        case "no_match":
            count.no_match += 1
        case "match":
            count.choices[fact.choice] = count.choices.get(fact.choice, 0) + 1
