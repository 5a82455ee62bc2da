"""A flow as an SVG picture, with the numbers of calls on nodes and edges when there are any. Pure.

Nodes stand in layers by their distance from the start; within a layer they are ordered so that edges cross little.
Edges that lead back, or within a layer, go round by the side.
"""

from collections.abc import Iterable, Mapping
from html import escape

import msgspec

from ivr.edges import ANYWHERE, edges_from_anywhere, edges_of
from ivr.flow import Flow
from ivr.traffic import EdgeKey, Traffic

BOX_WIDTH, BOX_HEIGHT = 168, 52
GAP_X, GAP_Y = 64, 84
MARGIN = 32
ANY_NODE_LABEL = "from anywhere"

_COLOURS: Mapping[str, tuple[str, str]] = {
    "say": ("#eef4fb", "#5b84b1"),
    "menu": ("#fdf3dc", "#b8862b"),
    "collect": ("#fdf3dc", "#b8862b"),
    "confirm": ("#fdf3dc", "#b8862b"),
    "survey": ("#fdf3dc", "#b8862b"),
    "branch": ("#f3eefb", "#7a5bb1"),
    "set": ("#f5f5f5", "#888888"),
    "lookup": ("#e6f5f3", "#2b8a7c"),
    "subflow": ("#f5f5f5", "#555555"),
    "return": ("#f5f5f5", "#555555"),
    "queue": ("#e7f6e7", "#3a8a3a"),
    "transfer": ("#e7f6e7", "#3a8a3a"),
    "voicemail": ("#e7f6e7", "#3a8a3a"),
    "hang_up": ("#fbeaea", "#b14a4a"),
    ANYWHERE: ("#ffffff", "#999999"),
}


class _Line(msgspec.Struct, frozen=True):
    """All edges between two nodes: drawn as one line."""

    source: str
    target: str
    names: tuple[str, ...]
    count: int


class _Place(msgspec.Struct, frozen=True):
    """The upper left corner of a box."""

    x: float
    y: float


def draw(flow: Flow, traffic: Traffic | None = None) -> str:
    """The picture as SVG text. With ``traffic``, numbers of calls, drop-off and containment are written in."""
    lines = _lines(flow, traffic)
    places = _places(flow, lines)
    width = max(place.x for place in places.values()) + BOX_WIDTH + 3 * MARGIN
    height = max(place.y for place in places.values()) + BOX_HEIGHT + MARGIN
    boxes = [_box(flow, name, place, traffic) for name, place in places.items()]
    paths = [_path(line, places, index) for index, line in enumerate(lines)]
    title = escape(flow.file.title or flow.name)
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
                f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="system-ui, sans-serif" font-size="12">'
            ),
            f"<title>{title}</title>",
            (
                '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
                'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>'
            ),
            f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
            (
                f'<text x="{MARGIN}" y="20" font-size="15" font-weight="600" fill="#223">{title}'
                f'<tspan font-size="11" font-weight="400" fill="#889">  version {escape(flow.version)}'
                f"{_calls(traffic)}</tspan></text>"
            ),
            *paths,
            *boxes,
            "</svg>\n",
        ]
    )


def _calls(traffic: Traffic | None) -> str:
    return "" if traffic is None else f" · {traffic.calls} calls"


# -- what is drawn --------------------------------------------------------------------------------------------------


def _lines(flow: Flow, traffic: Traffic | None) -> list[_Line]:
    between: dict[tuple[str, str], list[str]] = {}
    sources = [(name, edges_of(node)) for name, node in flow.file.nodes.items()]
    for source, edges in [*sources, (ANYWHERE, edges_from_anywhere(flow.file))]:
        for edge in edges:
            names = between.setdefault((source, edge.target), [])
            if edge.name not in names:
                names.append(edge.name)
    return [
        _Line(source, target, tuple(names), _count(traffic, [(flow.name, source, name) for name in names]))
        for (source, target), names in between.items()
        if target in flow.file.nodes
    ]


def _count(traffic: Traffic | None, keys: Iterable[EdgeKey]) -> int:
    return -1 if traffic is None else sum(traffic.edges[key] for key in keys)


# -- where it stands ------------------------------------------------------------------------------------------------


def _places(flow: Flow, lines: list[_Line]) -> dict[str, _Place]:
    depth = _depths(flow, lines)
    layers: dict[int, list[str]] = {}
    for name in _names(flow):
        layers.setdefault(depth[name], []).append(name)
    ordered = _ordered(layers, lines)
    widest = max(len(layer) for layer in ordered)
    places = {}
    for row, layer in enumerate(ordered):
        indent = (widest - len(layer)) * (BOX_WIDTH + GAP_X) / 2
        for column, name in enumerate(layer):
            x = 2 * MARGIN + indent + column * (BOX_WIDTH + GAP_X)
            places[name] = _Place(x, MARGIN + 12 + row * (BOX_HEIGHT + GAP_Y))
    return places


def _names(flow: Flow) -> list[str]:
    return [*flow.file.nodes, *([ANYWHERE] if any(edges_from_anywhere(flow.file)) else [])]


def _depths(flow: Flow, lines: list[_Line]) -> dict[str, int]:
    """Layers by the shortest way from the start; what is reached only from anywhere, or not at all, follows."""
    ways: dict[str, list[str]] = {}
    for line in lines:
        ways.setdefault(line.source, []).append(line.target)
    depth = {ANYWHERE: 0}
    for start in (flow.file.start, ANYWHERE, *flow.file.nodes):
        layer = [start] if start not in depth or start == ANYWHERE else []
        depth.setdefault(start, 0)
        while layer:
            found = [target for name in layer for target in ways.get(name, ()) if target not in depth]
            for target in found:
                depth[target] = min(depth[source] for source in layer if target in ways.get(source, ())) + 1
            layer = list(dict.fromkeys(found))
    return depth


def _ordered(layers: dict[int, list[str]], lines: list[_Line]) -> list[list[str]]:
    """Each layer sorted by the mean place of what leads to it (twice down, which is enough for a menu)."""
    ordered = [layers[row] for row in sorted(layers)]
    before: dict[str, list[str]] = {}
    for line in lines:
        before.setdefault(line.target, []).append(line.source)
    for _ in range(2):
        place = {name: index / max(1, len(layer) - 1) for layer in ordered for index, name in enumerate(layer)}
        for layer in ordered[1:]:
            layer.sort(key=lambda name: _mean([place[source] for source in before.get(name, ())], place[name]))
            place |= {name: index / max(1, len(layer) - 1) for index, name in enumerate(layer)}
    return ordered


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


# -- how it looks ---------------------------------------------------------------------------------------------------


def _box(flow: Flow, name: str, place: _Place, traffic: Traffic | None) -> str:
    kind = ANYWHERE if name == ANYWHERE else str(flow.file.nodes[name].__struct_config__.tag)
    fill, stroke = _COLOURS[kind]
    title = ANY_NODE_LABEL if name == ANYWHERE else name
    under = _numbers(flow, name, kind, traffic)
    middle = place.x + BOX_WIDTH / 2
    weight = 3 if name == flow.file.start else 1.2
    return (
        f'<g data-node="{escape(name)}"><rect x="{place.x:.0f}" y="{place.y:.0f}" width="{BOX_WIDTH}" '
        f'height="{BOX_HEIGHT}" rx="7" fill="{fill}" stroke="{stroke}" stroke-width="{weight}"/>'
        f'<text x="{middle:.0f}" y="{place.y + 21:.0f}" text-anchor="middle" font-weight="600" fill="#223">'
        f"{escape(_short(title, 22))}</text>"
        f'<text x="{middle:.0f}" y="{place.y + 39:.0f}" text-anchor="middle" font-size="10.5" fill="#556">'
        f"{escape(under)}</text></g>"
    )


def _numbers(flow: Flow, name: str, kind: str, traffic: Traffic | None) -> str:
    """The kind of node; with traffic: callers who came, who hung up here, who were served by the menu alone."""
    if name == ANYWHERE:
        return "escape, too many errors"
    words = kind.replace("_", " ")
    if traffic is None:
        return words
    key = (flow.name, name)
    came = traffic.nodes[key]
    text = f"{words} · {came}"
    if traffic.left[key]:
        text += f" · left {_share(traffic.left[key], came)}"
    if traffic.contained[key]:
        text += f" · served {_share(traffic.contained[key], came)}"
    return text


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.0f} %)" if whole else str(part)


def _path(line: _Line, places: Mapping[str, _Place], index: int) -> str:
    one, other = places[line.source], places[line.target]
    label = ", ".join(line.names[:3]) + (" …" if len(line.names) > 3 else "")
    if line.count >= 0:
        label += f" · {line.count}"
    taken = line.count > 0
    weight = 1.2 if line.count <= 0 else min(1.2 + line.count**0.5 / 4, 6)
    colour = "#667" if taken or line.count < 0 else "#c3c8d0"
    curve, x, y = _down(one, other, index) if other.y > one.y else _back(one, other, index)
    names = " ".join(line.names)
    return (
        f'<g data-edge="{escape(f"{line.source} {names}")}"><path d="{curve}" fill="none" stroke="{colour}" '
        f'stroke-width="{weight:.1f}" marker-end="url(#arrow)"/>'
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" font-size="10.5" fill="#445" stroke="#fff" '
        f'stroke-width="3" paint-order="stroke">{escape(label)}</text></g>'
    )


def _down(one: _Place, other: _Place, index: int) -> tuple[str, float, float]:
    """From the bottom of one box to the top of one below."""
    x1, y1 = one.x + BOX_WIDTH / 2, one.y + BOX_HEIGHT
    x2, y2 = other.x + BOX_WIDTH / 2, other.y
    bend = (y2 - y1) / 2
    where = 0.35 + 0.1 * (index % 4)
    return f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}", *_at(
        where, (x1, y1), (x1, y1 + bend), (x2, y2 - bend), (x2, y2)
    )


def _back(one: _Place, other: _Place, index: int) -> tuple[str, float, float]:
    """From the right side of one box round to the right side of one above, beside, or itself."""
    x1, y1 = one.x + BOX_WIDTH, one.y + BOX_HEIGHT * 0.6
    x2, y2 = other.x + BOX_WIDTH, other.y + BOX_HEIGHT * 0.35
    out = max(x1, x2) + 26 + 9 * (index % 5)
    curve = f"M{x1:.0f} {y1:.0f}C{out:.0f} {y1:.0f} {out:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return curve, *_at(0.5, (x1, y1), (out, y1), (out, y2), (x2, y2))


def _at(share: float, *points: tuple[float, float]) -> tuple[float, float]:
    """A point of a cubic Bézier curve."""
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    x = sum(weight * point[0] for weight, point in zip(weights, points, strict=True))
    y = sum(weight * point[1] for weight, point in zip(weights, points, strict=True))
    return x, y - 3


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
