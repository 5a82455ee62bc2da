"""Mistakes of the graph: edges to nowhere, unreachable nodes, missing branches, keys used twice."""

from collections.abc import Iterator

from ivr.checks.material import Material, near
from ivr.edges import edges_from_anywhere, edges_of
from ivr.errors import Problem
from ivr.flow import Collect, Confirm, Menu, Node, Queue, Survey
from ivr.located import Path

ASKING = (Menu, Collect, Confirm, Survey)


def check(material: Material) -> Iterator[Problem]:
    """All of them."""
    yield from _edges_to_nowhere(material)
    yield from _missing_branches(material)
    yield from _keys_used_twice(material)
    if material.whole and material.file.start in material.file.nodes:
        yield from _unreachable(material)


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
