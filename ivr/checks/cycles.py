"""Cycles of a graph, found in time that grows with the graph and not with its square. Pure."""

from collections.abc import Collection, Iterator, Mapping

Ways = Mapping[str, Collection[str]]
"""Where each name leads; a name that is no key itself leads out of the graph."""


def cycles(ways: Ways) -> list[frozenset[str]]:
    """Names that can be left and come back to, in groups that reach one another."""
    return [group for group in _groups(ways) if _is_cycle(ways, group)]


def last_cycles(ways: Ways) -> list[frozenset[str]]:
    """Those of :func:`cycles` that lead to no other."""
    told: list[frozenset[str]] = []
    leads_to_one: set[str] = set()
    for group in _groups(ways):
        after = {target for name in group for target in ways[name]} - group
        is_cycle = _is_cycle(ways, group)
        if is_cycle and not after & leads_to_one:
            told.append(group)
        if is_cycle or after & leads_to_one:
            leads_to_one |= group
    return told


def _is_cycle(ways: Ways, group: frozenset[str]) -> bool:
    return len(group) > 1 or any(name in ways[name] for name in group)


def _groups(ways: Ways) -> Iterator[frozenset[str]]:
    """All names by what they reach and are reached from; a group comes after those to which it leads (Kosaraju)."""
    inward: dict[str, list[str]] = {name: [] for name in ways}
    for name, targets in ways.items():
        for target in targets:
            if target in inward:
                inward[target].append(name)
    seen: set[str] = set()
    for name in reversed(list(_as_left(inward))):
        group = frozenset(_reached(ways, name, seen))
        if group:
            yield group


def _reached(ways: Ways, start: str, seen: set[str]) -> Iterator[str]:
    """What is reached from here through names that were not seen before."""
    todo = [start]
    while todo:
        name = todo.pop()
        if name in ways and name not in seen:
            seen.add(name)
            yield name
            todo += ways[name]


def _as_left(ways: Ways) -> Iterator[str]:
    """Each name once, when a walk in depth leaves it for good."""
    seen: set[str] = set()
    for start in ways:
        walk = [(start, iter(ways[start]))] if start not in seen else []
        seen.add(start)
        while walk:
            name, ahead = walk[-1]
            target = next((target for target in ahead if target not in seen), None)
            if target is None:
                walk.pop()
                yield name
            else:
                seen.add(target)
                walk.append((target, iter(ways[target])))
