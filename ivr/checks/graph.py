"""Mistakes of the graph: edges to nowhere, unreachable nodes, loops without exit, missing branches, keys used twice."""

from collections.abc import Callable, Iterator, Mapping

from ivr.checks.material import Material, near
from ivr.edges import edges_from_anywhere, edges_of
from ivr.errors import Problem
from ivr.flow import (
    Branch,
    Collect,
    Confirm,
    HangUp,
    Menu,
    Node,
    Queue,
    Return,
    Set,
    Subflow,
    Survey,
    Transfer,
    Voicemail,
)
from ivr.located import Path

ASKING = (Menu, Collect, Confirm, Survey)
ENDING = (HangUp, Return, Queue, Transfer, Voicemail)
WAITLESS = (Set, Branch, Subflow)
"""Nodes that are left at once: a loop of nothing else would spin."""


def check(material: Material) -> Iterator[Problem]:
    """All of them."""
    yield from _edges_to_nowhere(material)
    yield from _missing_branches(material)
    yield from _keys_used_twice(material)
    if material.whole and material.file.start in material.file.nodes:
        yield from _unreachable(material)
        yield from _loops(material)


# -- edges ----------------------------------------------------------------------------------------------------------


def _edges_to_nowhere(material: Material) -> Iterator[Problem]:
    wanted: list[tuple[Path, str]] = [(("start",), material.file.start)]
    wanted += [(edge.path, edge.target) for edge in edges_from_anywhere(material.file)]
    wanted += [((*path, *edge.path), edge.target) for path, node in material.nodes() for edge in edges_of(node)]
    for path, target in wanted:
        if target not in material.written:
            said = f"edge to nowhere: there is no node {target!r}{near(target, material.written)}"
            yield material.problem(path, "edge_to_nowhere", said)


def _missing_branches(material: Material) -> Iterator[Problem]:
    for path, node in material.nodes():
        if not isinstance(node, ASKING):
            continue
        kind = str(node.__struct_config__.tag)
        for field, words in (("no_input", "no-input"), ("no_match", "no-match")):
            if getattr(node, field) is None:
                said = f"{kind} without {words} branch: add `{field}: {{next: NODE}}` for a caller who "
                said += "stays silent" if field == "no_input" else "gives an answer that fits nothing"
                yield material.problem((*path, field), f"no_{field}", said)


def _keys_used_twice(material: Material) -> Iterator[Problem]:
    for path, node in material.nodes():
        first: dict[str, str] = {}
        for where, key, target in _keys(material, node):
            if key in first and not (where == ("escape",) and first[key] == target):
                said = f"key used twice: {key!r} already leads to {first[key]!r}"
                yield material.problem((*path, *where), "key_twice", said)
            first.setdefault(key, target)


def _keys(material: Material, node: Node) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    match node:
        case Menu():
            for index, choice in enumerate(node.choices):
                if choice.key is not None:
                    yield ("choices", index, "key"), choice.key, choice.next
        case Confirm():
            yield ("yes_key",), node.yes_key, node.yes
            yield ("no_key",), node.no_key, node.no
        case Queue():
            for field in ("leave", "callback"):
                option = getattr(node, field)
                if option is not None:
                    yield (field, "key"), option.key, option.next
    escape = material.file.escape
    if escape is not None and isinstance(node, Menu | Confirm):
        yield ("escape",), escape.key, escape.next


# -- reachability ---------------------------------------------------------------------------------------------------


def _unreachable(material: Material) -> Iterator[Problem]:
    reached = _reach(material, {material.file.start})
    if any(isinstance(material.file.nodes.get(name), ASKING) for name in reached):
        reached = _reach(material, reached | {edge.target for edge in edges_from_anywhere(material.file)})
    for path, _ in material.nodes():
        if path[1] not in reached:
            said = (
                f"unreachable node: no way leads from {material.file.start!r} to {path[1]!r}; remove it or lead to it"
            )
            yield material.problem(path, "unreachable", said)


def _reach(material: Material, start: set[str]) -> set[str]:
    reached: set[str] = set()
    todo = list(start)
    while todo:
        name = todo.pop()
        node = material.file.nodes.get(name)
        if node is None or name in reached:
            continue
        reached.add(name)
        todo += [edge.target for edge in edges_of(node)]
    return reached


# -- loops ----------------------------------------------------------------------------------------------------------


def _loops(material: Material) -> Iterator[Problem]:
    by_rule: list[tuple[str, Callable[[Node], set[str]], str]] = [
        ("endless_loop", _all_ways, "loop without exit: from here no way leads to an end of the call"),
    ]
    if material.file.max_errors is None:
        said = (
            "loop without exit for a silent caller: without input no way leads to an end; let a no_input branch end, "
        )
        by_rule.append(("endless_silence", _silent_ways, said + "or add `max_errors` to the flow"))
    found: set[str] = set()
    for rule, ways, said in by_rule:
        stuck = _stuck(material, ways) - found
        found |= stuck
        yield from _once_per_loop(material, stuck, ways, rule, said)
    spinning = _spinning(material)
    said = "loop without exit: these nodes never wait for anything, so the call would go round for ever"
    yield from _once_per_loop(material, spinning - found, _all_ways, "spinning_loop", said)


def _all_ways(node: Node) -> set[str]:
    return {edge.target for edge in edges_of(node)}


def _silent_ways(node: Node) -> set[str]:
    """The ways of a caller who never presses a key nor says a word."""
    if not isinstance(node, ASKING):
        return _all_ways(node)
    return {node.no_input.next} if node.no_input is not None else set()


def _stuck(material: Material, ways: Callable[[Node], set[str]]) -> set[str]:
    """Nodes from which no end can be reached."""
    nodes = material.file.nodes
    free = {name for name, node in nodes.items() if isinstance(node, ENDING)}
    before: dict[str, set[str]] = {name: set() for name in nodes}
    for name, node in nodes.items():
        for target in ways(node) & before.keys():
            before[target].add(name)
        if ways(node) - before.keys():
            free.add(name)  # an edge to nowhere is told by its own rule
    todo = list(free)
    while todo:
        for name in before[todo.pop()] - free:
            free.add(name)
            todo.append(name)
    return set(nodes) - free


def _spinning(material: Material) -> set[str]:
    """Nodes of cycles that consist only of nodes that are left at once."""
    ways = {name: _all_ways(node) for name, node in material.file.nodes.items() if isinstance(node, WAITLESS)}
    return {name for name in ways if name in _walk_within(ways, name)}


def _walk_within(ways: Mapping[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    todo = list(ways[start])
    while todo:
        name = todo.pop()
        if name in ways and name not in reached:
            reached.add(name)
            todo += ways[name]
    return reached


def _once_per_loop(
    material: Material, stuck: set[str], ways: Callable[[Node], set[str]], rule: str, said: str
) -> Iterator[Problem]:
    """One problem for each loop, at its first node in the file, naming the others."""
    told: set[str] = set()
    inside = {name: ways(material.file.nodes[name]) & stuck for name in stuck}
    for name in material.file.nodes:
        if name not in stuck or name in told:
            continue
        loop = {other for other in _walk_within(inside, name) if name in _walk_within(inside, other)} or {name}
        told |= loop | _leading_to(inside, loop)
        others = ", ".join(other for other in material.file.nodes if other in loop)
        yield material.problem(("nodes", name), rule, f"{said} ({others})")


def _leading_to(ways: Mapping[str, set[str]], loop: set[str]) -> set[str]:
    return {name for name in ways if loop & _walk_within(ways, name)}
