"""Loops without exit: for everybody, for a caller who stays silent, and those that never wait for anything."""

from collections.abc import Callable, Iterable, Iterator

from ivr.checks.cycles import cycles, last_cycles
from ivr.checks.graph import ASKING
from ivr.checks.material import Material
from ivr.edges import edges_of
from ivr.errors import Problem
from ivr.flow import Branch, CallBack, HangUp, Lookup, Node, Queue, Return, Say, Set, Subflow, Transfer, Voicemail

ENDING = (HangUp, Return, Queue, Transfer, Voicemail)
FAST_EXITS = ("closed", "full", "no_agents")
"""Exits of a queue that a caller may take in the moment of coming to it."""

MOST_NAMED = 20
"""So many nodes of a loop are named."""


def check(material: Material) -> Iterator[Problem]:
    """All of them, where the whole graph could be read."""
    if material.whole and material.file.start in material.file.nodes:
        yield from _loops(material)


def _loops(material: Material) -> Iterator[Problem]:
    by_rule: list[tuple[str, Callable[[Node], set[str]], str]] = [
        ("endless_loop", _all_ways, "loop without exit: from here no way leads to an end of the call"),
    ]
    if material.file.max_errors is None:
        said = (
            "loop without exit for a silent caller: without input no way leads to an end; let a no_input branch end, "
        )
        by_rule.append(("endless_silence", _silent_ways, said + "or add `max_errors` to the flow"))
    else:
        yield from _after_too_many_errors(material, material.file.max_errors.next)
    found: set[str] = set()
    for rule, ways, said in by_rule:
        stuck = _stuck(material, ways) - found
        found |= stuck
        inside = {name: ways(material.file.nodes[name]) & stuck for name in stuck}
        yield from _told(material, last_cycles(inside), rule, said)
    silent = {name: _ways_at_once(material, node) for name, node in material.file.nodes.items() if name not in found}
    said = "loop without exit: these nodes ask nothing and say nothing, so the call could go round for ever"
    yield from _told(material, cycles(silent), "spinning_loop", said)


def _all_ways(node: Node) -> set[str]:
    return {edge.target for edge in edges_of(node)}


def _silent_ways(node: Node) -> set[str]:
    """The ways of a caller who never presses a key nor says a word."""
    if not isinstance(node, ASKING) or node.no_input is None:  # a branch that is missing is told by its own rule
        return _all_ways(node)
    return {node.no_input.next}


def _stuck(material: Material, ways: Callable[[Node], set[str]]) -> set[str]:
    """Nodes from which no end can be reached."""
    nodes = material.file.nodes
    free = {name for name, node in nodes.items() if isinstance(node, ENDING)}
    before: dict[str, set[str]] = {name: set() for name in nodes}
    for name, node in nodes.items():
        for target in ways(node):
            if target in before:
                before[target].add(name)
            else:
                free.add(name)  # an edge to nowhere is told by its own rule
    todo = list(free)
    while todo:
        for name in before[todo.pop()] - free:
            free.add(name)
            todo.append(name)
    return set(nodes) - free


def _ways_at_once(material: Material, node: Node) -> set[str]:
    """The ways out that may be taken without the caller having heard a word."""
    match node:
        case Set() | Branch() | CallBack():
            return _all_ways(node)
        case Subflow():
            return _all_ways(node) if _is_silent(material, node.flow) else set()
        case Lookup(prompts=()):
            return {node.fallback} | ({node.not_found} if node.not_found is not None else set())
        case Transfer(prompts=()):
            return {node.failed}
        case Queue(prompts=()):
            return {target for name, target in node.exits.items() if name in FAST_EXITS}
        case _:
            return set()


def _is_silent(material: Material, flow: str) -> bool:
    """Whether a flow is known to ask and say nothing anywhere."""
    file = (material.known.flows or {}).get(flow)
    return file is not None and not any(isinstance(node, (*ASKING, Say)) for node in file.nodes.values())


def _after_too_many_errors(material: Material, first: str) -> Iterator[Problem]:
    """From ``max_errors`` on every further error leads there again: an end has to come without an answer."""

    def ways(node: Node) -> set[str]:
        return {first} if isinstance(node, ASKING) else _all_ways(node)

    if first in _stuck(material, ways):
        said = "loop without exit: every further error leads here again; lead to a queue, a message or the end"
        yield material.problem(("max_errors", "next"), "endless_silence", said)


def _told(material: Material, loops: Iterable[frozenset[str]], rule: str, said: str) -> Iterator[Problem]:
    """One problem for each loop, at its first node in the file, naming the others."""
    loop_of = {name: number for number, loop in enumerate(loops) for name in loop}
    by_loop: dict[int, list[str]] = {}
    for name in material.file.nodes:
        if name in loop_of:
            by_loop.setdefault(loop_of[name], []).append(name)
    for names in by_loop.values():
        others = ", ".join(names[:MOST_NAMED]) + (
            f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        )
        yield material.problem(("nodes", names[0]), rule, f"{said} ({others})")
