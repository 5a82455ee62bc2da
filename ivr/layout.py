"""Where the nodes of a drawing stand, and by which points its lines go. Pure.

Layered layout: lines that would close a circle are turned round, every node stands one layer below the lowest that
leads to it, a line over several layers gets a narrow place of its own in each of them, and each layer is ordered by
the middle of its neighbours, down and up a few times. No line runs through a box.
"""

import itertools
from collections.abc import Iterable, Mapping

import msgspec

BOX_WIDTH, BOX_HEIGHT = 168.0, 52.0
LANE_WIDTH = 26.0
GAP_X, GAP_Y = 30.0, 78.0
SWEEPS = 12

Way = tuple[str, str]
"""From one node to another."""
Point = tuple[float, float]


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """``boxes``: the upper left corner of each node. ``lines``: the points of each way, from box to box."""

    boxes: Mapping[str, Point]
    lines: Mapping[Way, tuple[Point, ...]]
    width: float
    height: float


class _Stop(msgspec.Struct, frozen=True):
    """A place in a layer: a node, or (``way``) where a long line passes."""

    name: str
    way: Way | None = None

    @property
    def width(self) -> float:
        return BOX_WIDTH if self.way is None else LANE_WIDTH


def arrange(nodes: Iterable[str], ways: Iterable[Way], starts: Iterable[str]) -> Layout:
    """Lay out the graph; ``starts`` go to the top. Ways from a node to itself have no points."""
    names = list(nodes)
    wanted = [way for way in dict.fromkeys(ways) if way[0] != way[1]]
    turned = _circle_closers(names, wanted, starts)
    down = [(b, a) if (a, b) in turned else (a, b) for a, b in wanted]
    layer = _layers(names, down)
    chains = {way: _chain(one, layer) for way, one in zip(wanted, down, strict=True)}
    rows = _ordered(names, layer, chains.values())
    middles = _middles(rows)
    boxes = {name: (middles[_Stop(name)] - BOX_WIDTH / 2, layer[name] * (BOX_HEIGHT + GAP_Y)) for name in names}
    lines = {way: _points(chain, middles, layer, turned=way in turned) for way, chain in chains.items()}
    right = max((x + BOX_WIDTH for x, _ in boxes.values()), default=0.0)
    right = max([right, *(x for line in lines.values() for x, _ in line)])
    bottom = max((y for _, y in boxes.values()), default=0.0) + BOX_HEIGHT
    return Layout(boxes=boxes, lines=lines, width=right, height=bottom)


def _circle_closers(names: list[str], ways: list[Way], starts: Iterable[str]) -> set[Way]:
    """The ways that lead back to a node from which one came, in a walk into the depth."""
    after: dict[str, list[str]] = {name: [] for name in names}
    for source, target in ways:
        after[source].append(target)
    closers: set[Way] = set()
    done: set[str] = set()
    for start in [*starts, *names]:
        stack = [(start, iter(after[start]))] if start not in done else []
        open_ = {start}
        done.add(start)
        while stack:
            name, rest = stack[-1]
            target = next(rest, "")
            if not target:
                open_.discard(name)
                stack.pop()
            elif target in open_:
                closers.add((name, target))
            elif target not in done:
                done.add(target)
                open_.add(target)
                stack.append((target, iter(after[target])))
    return closers


def _layers(names: list[str], down: list[Way]) -> dict[str, int]:
    """One below the lowest of those that lead here."""
    before: dict[str, set[str]] = {name: set() for name in names}
    after: dict[str, set[str]] = {name: set() for name in names}
    for source, target in down:
        before[target].add(source)
        after[source].add(target)
    layer: dict[str, int] = {}
    todo = [name for name in names if not before[name]]
    waiting = {name: len(before[name]) for name in names}
    while todo:
        name = todo.pop()
        layer[name] = max((layer[source] + 1 for source in before[name]), default=0)
        for target in after[name]:
            waiting[target] -= 1
            if waiting[target] == 0:
                todo.append(target)
    return layer


def _chain(way: Way, layer: Mapping[str, int]) -> tuple[_Stop, ...]:
    """The stops of a way, downwards."""
    source, target = way
    lanes = [_Stop(f"{row}", way) for row in range(layer[source] + 1, layer[target])]
    return (_Stop(source), *lanes, _Stop(target))


def _ordered(names: list[str], layer: Mapping[str, int], chains: Iterable[tuple[_Stop, ...]]) -> list[list[_Stop]]:
    rows: list[list[_Stop]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for name in names:
        rows[layer[name]].append(_Stop(name))
    above: dict[_Stop, list[_Stop]] = {}
    below: dict[_Stop, list[_Stop]] = {}
    for chain in chains:
        for stop in chain[1:-1]:
            rows[int(stop.name)].append(stop)
        for one, other in itertools.pairwise(chain):
            above.setdefault(other, []).append(one)
            below.setdefault(one, []).append(other)
    for sweep in range(SWEEPS):
        upwards = sweep % 2 == 1
        place = _middles(rows)
        for row in reversed(rows) if upwards else rows:
            neighbours = below if upwards else above
            row.sort(key=lambda stop: _mean([place[n] for n in neighbours.get(stop, ())], place[stop]))
            place |= _middles([row])
    return rows


def _middles(rows: list[list[_Stop]]) -> dict[_Stop, float]:
    """The middle of each stop, rows centred on one another."""
    widths = [sum(stop.width + GAP_X for stop in row) for row in rows]
    widest = max(widths, default=0.0) if len(rows) > 1 else 0.0
    middles = {}
    for row, width in zip(rows, widths, strict=True):
        x = (widest - width) / 2
        for stop in row:
            middles[stop] = x + stop.width / 2
            x += stop.width + GAP_X
    left = min((middle - stop.width / 2 for stop, middle in middles.items()), default=0.0)
    return {stop: middle - left for stop, middle in middles.items()} if len(rows) > 1 else middles


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _points(
    chain: tuple[_Stop, ...], middles: Mapping[_Stop, float], layer: Mapping[str, int], *, turned: bool
) -> tuple[Point, ...]:
    """From the bottom of the upper box through the lanes to the top of the lower; turned lines the other way."""
    pitch = BOX_HEIGHT + GAP_Y
    first, last = chain[0], chain[-1]
    points: list[Point] = [(middles[first] + _aside(turned), layer[first.name] * pitch + BOX_HEIGHT)]
    for stop in chain[1:-1]:
        top = int(stop.name) * pitch
        points += [(middles[stop], top), (middles[stop], top + BOX_HEIGHT)]
    points.append((middles[last] + _aside(turned), layer[last.name] * pitch))
    return tuple(reversed(points)) if turned else tuple(points)


def _aside(turned: bool) -> float:
    """Lines that lead back keep apart from those that lead on."""
    return BOX_WIDTH / 3 if turned else 0.0
