"""The ways out of each node, by name: what checks, drawing, coverage and the interpreter agree on."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from ivr.flow import Branch, FlowFile, Menu, Node, Queue, Subflow

ANYWHERE = "*"
"""The pseudo node from which escape and maximum errors lead away."""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A way out of a node. ``path`` leads to its place in the file, counted from the node (from the file for ``*``)."""

    name: str
    target: str
    path: tuple[str | int, ...]


def edges_of(node: Node) -> Iterator[Edge]:
    """Every edge that leaves the node."""
    lists = _LISTS.get(type(node))
    if lists is not None:
        yield from lists(node)
    for field in ("no_input", "no_match", "leave", "callback"):
        part = getattr(node, field, None)
        if part is not None:
            yield Edge(name=field, target=part.next, path=(field, "next"))
    callback = getattr(node, "callback", None)
    if callback is not None and callback.ask is not None:
        yield Edge(name="ask", target=callback.ask, path=("callback", "ask"))
    for field in ("yes", "no", "otherwise", "not_found", "fallback", "failed", "after_talk", "next"):
        target = getattr(node, field, None)
        if target is not None:
            yield Edge(name=field, target=target, path=(field,))


def edges_from_anywhere(flow: FlowFile) -> Iterator[Edge]:
    """The edges that belong to the flow as a whole: escape and maximum errors."""
    for field in ("escape", "max_errors"):
        part = getattr(flow, field)
        if part is not None:
            yield Edge(name=field, target=part.next, path=(field, "next"))


def _choices(node: Menu) -> Iterator[Edge]:
    for index, choice in enumerate(node.choices):
        yield Edge(name=choice.name, target=choice.next, path=("choices", index, "next"))


def _cases(node: Branch) -> Iterator[Edge]:
    for index, case in enumerate(node.cases):
        yield Edge(name=f"case_{index + 1}", target=case.next, path=("cases", index, "next"))


def _results(node: Subflow) -> Iterator[Edge]:
    for name, target in node.results.items():
        yield Edge(name=name, target=target, path=("results", name))


def _exits(node: Queue) -> Iterator[Edge]:
    for name, target in node.exits.items():
        yield Edge(name=name, target=target, path=("exits", name))


_LISTS: Mapping[type, Callable[..., Iterator[Edge]]] = {
    Menu: _choices,
    Branch: _cases,
    Subflow: _results,
    Queue: _exits,
}
