"""A flow as an SVG picture, with the numbers of calls on nodes and edges when there are any. Pure.

All edges between two nodes share one line, which is as thick as it is used.
"""

from collections.abc import Iterable, Mapping
from html import escape

import msgspec

from ivr.drawing_words import ENGLISH, DrawingWords
from ivr.edges import ANYWHERE, edges_from_anywhere, edges_of
from ivr.flow import Flow
from ivr.label_places import CHARACTER, LINE, Label, letters, places
from ivr.layout import BOX_HEIGHT, BOX_WIDTH, Layout, Point, arrange
from ivr.traffic import EdgeKey, Traffic

MARGIN, HEAD = 32.0, 44.0
MOST_ROWS = 5
"""So many edges of one line are named, one a row, when there are numbers of calls; more are told as such."""
TITLE_CHARACTER = 7.5
"""What a letter of the flow's title is wide."""
BOX_LETTERS = 22
"""So many letters of a node's name are drawn."""
BOX_ROOM = BOX_WIDTH - 16
"""What lies under a node's name is drawn no wider."""

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
    "callback": ("#e7f6e7", "#3a8a3a"),
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
    words: tuple[str, ...]
    """What each is called."""
    counts: tuple[int, ...]
    """Of each edge; none without traffic."""

    @property
    def count(self) -> int:
        """Of all together."""
        return sum(self.counts)


def draw(flow: Flow, traffic: Traffic | None = None, words: DrawingWords = ENGLISH) -> str:
    """The picture as SVG text. With ``traffic``, numbers of calls, drop-off and containment are written in."""
    lines = _lines(flow, traffic, words)
    names = [*([ANYWHERE] if any(edges_from_anywhere(flow.file)) else []), *flow.file.nodes]
    layout = _moved(arrange(names, [(line.source, line.target) for line in lines], [flow.file.start, *names[:1]]))
    title, under = words.title(flow.file.title or flow.name), _under_title(flow, traffic, words)
    head = TITLE_CHARACTER * letters(title) + 12 + CHARACTER * letters(under)
    width, height = max(layout.width, head) + 2 * MARGIN, layout.height + MARGIN
    boxes = [_box(flow, name, place, traffic, words) for name, place in layout.boxes.items()]
    labels = [Label(rows=_rows(line, words), points=_points(line, layout)) for line in lines]
    paths = [_path(line, label) for line, label in zip(lines, labels, strict=True)]
    paths += [_label(label, at) for label, at in zip(labels, places(labels, layout.boxes), strict=True)]
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" lang="{words.tag}" width="{width:.0f}" height="{height:.0f}" '
                f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="system-ui, sans-serif" font-size="12">'
            ),
            f"<title>{escape(title)}</title>",
            (
                '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" '
                'markerWidth="10" markerHeight="10" '
                'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>'
            ),
            f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
            (
                f'<text x="{MARGIN}" y="20" font-size="15" font-weight="600" fill="#223">{escape(title)}'
                f'<tspan dx="12" font-size="11" font-weight="400" fill="#889">{escape(under)}</tspan></text>'
            ),
            *paths,
            *boxes,
            "</svg>\n",
        ]
    )


def _under_title(flow: Flow, traffic: Traffic | None, words: DrawingWords) -> str:
    version = words.version.format(version=flow.version)
    return version if traffic is None else f"{version} · {words.calls.format(count=traffic.begun[flow.name])}"


def _moved(layout: Layout) -> Layout:
    """Inside the margins, below the title."""
    boxes = {name: (x + MARGIN, y + HEAD) for name, (x, y) in layout.boxes.items()}
    lines = {way: tuple((x + MARGIN, y + HEAD) for x, y in points) for way, points in layout.lines.items()}
    return Layout(boxes=boxes, lines=lines, width=layout.width, height=layout.height + HEAD)


# -- what is drawn --------------------------------------------------------------------------------------------------


def _lines(flow: Flow, traffic: Traffic | None, words: DrawingWords) -> list[_Line]:
    between: dict[tuple[str, str], dict[str, str]] = {}
    sources = [(name, edges_of(node)) for name, node in flow.file.nodes.items()]
    for source, edges in [*sources, (ANYWHERE, edges_from_anywhere(flow.file))]:
        for edge in edges:
            between.setdefault((source, edge.target), {}).setdefault(edge.name, words.edge(edge))
    return [
        _Line(
            source,
            target,
            tuple(names),
            tuple(names.values()),
            _counts(traffic, [(flow.name, source, name) for name in names]),
        )
        for (source, target), names in between.items()
        if target in flow.file.nodes
    ]


def _counts(traffic: Traffic | None, keys: Iterable[EdgeKey]) -> tuple[int, ...]:
    return () if traffic is None else tuple(traffic.edges[key] for key in keys)


# -- how it looks ---------------------------------------------------------------------------------------------------


def _box(flow: Flow, name: str, place: Point, traffic: Traffic | None, words: DrawingWords) -> str:
    kind = ANYWHERE if name == ANYWHERE else str(flow.file.nodes[name].__struct_config__.tag)
    fill, stroke = _COLOURS[kind]
    title = words.anywhere if name == ANYWHERE else name
    under = _numbers(flow, name, kind, traffic, words)
    fitted = f' textLength="{BOX_ROOM:.0f}" lengthAdjust="spacingAndGlyphs"' if _too_wide(under) else ""
    left, top = place
    middle = left + BOX_WIDTH / 2
    weight = 3 if name == flow.file.start else 1.2
    return (
        f'<g data-node="{escape(name)}"><rect x="{left:.0f}" y="{top:.0f}" width="{BOX_WIDTH:.0f}" '
        f'height="{BOX_HEIGHT:.0f}" rx="7" fill="{fill}" stroke="{stroke}" stroke-width="{weight}"/>'
        f'<text x="{middle:.0f}" y="{top + 21:.0f}" text-anchor="middle" font-weight="600" fill="#223">'
        f"{escape(_short(title, BOX_LETTERS))}</text>"
        f'<text x="{middle:.0f}" y="{top + 39:.0f}" text-anchor="middle" font-size="10.5" fill="#556"{fitted}>'
        f"{escape(under)}</text></g>"
    )


def _too_wide(under: str) -> bool:
    return CHARACTER * letters(under) > BOX_ROOM


def _numbers(flow: Flow, name: str, kind: str, traffic: Traffic | None, words: DrawingWords) -> str:
    """The kind of node; with traffic: callers who came, who hung up here, who were served by the menu alone."""
    if name == ANYWHERE:
        return words.from_anywhere
    if traffic is None:
        return words.kind(kind)
    key = (flow.name, name)
    came = traffic.nodes[key]
    text = f"{words.kind(kind)} · {came}"
    if traffic.left[key]:
        text += f" · {words.left.format(share=_share(traffic.left[key], came))}"
    if traffic.contained[key]:
        text += f" · {words.served.format(share=_share(traffic.contained[key], came))}"
    return text


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.0f} %)" if whole else str(part)


def _rows(line: _Line, words: DrawingWords) -> tuple[str, ...]:
    """The edges in one row; with numbers of calls each in its own."""
    if not line.counts:
        return (words.join.join(line.words[:3]) + (" …" if len(line.words) > 3 else ""),)
    rows = [f"{word} · {count}" for word, count in zip(line.words, line.counts, strict=True)]
    if len(rows) <= MOST_ROWS:
        return tuple(rows)
    rest = line.counts[MOST_ROWS - 1 :]
    return (*rows[: MOST_ROWS - 1], words.others.format(edges=len(rest), count=sum(rest)))


def _points(line: _Line, layout: Layout) -> tuple[Point, ...]:
    return layout.lines.get((line.source, line.target)) or _loop(layout.boxes[line.source])


def _path(line: _Line, label: Label) -> str:
    unused = bool(line.counts) and line.count == 0
    weight = min(1.2 + line.count**0.5 / 4, 5)
    colour = "#c3c8d0" if unused else "#667"
    names = escape(f"{line.source} {' '.join(line.names)}")
    return (
        f'<g data-edge="{names}"><path d="{_curve(label.points)}" fill="none" stroke="{colour}" '
        f'stroke-width="{weight:.1f}" marker-end="url(#arrow)"/></g>'
    )


def _label(label: Label, at: Point) -> str:
    """The text on a white ground, over all lines."""
    x, top = at[0], at[1] - label.height / 2
    rows = "".join(
        f'<tspan x="{x:.0f}" y="{top + LINE * (index + 0.75):.0f}">{escape(row)}</tspan>'
        for index, row in enumerate(label.rows)
    )
    return (
        f'<g><rect x="{x - label.width / 2:.0f}" y="{top:.0f}" width="{label.width:.0f}" height="{label.height:.0f}" '
        f'rx="3" fill="#fff" fill-opacity="0.9"/>'
        f'<text text-anchor="middle" font-size="10.5" fill="#445">{rows}</text></g>'
    )


def _curve(points: tuple[Point, ...]) -> str:
    """Straight through lanes, bent between layers."""
    (x, y), *rest = points
    path = f"M{x:.0f} {y:.0f}"
    for to_x, to_y in rest:
        middle = (y + to_y) / 2
        path += (
            f"L{to_x:.0f} {to_y:.0f}"
            if to_x == x
            else f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}"
        )
        x, y = to_x, to_y
    return path


def _loop(box: Point) -> tuple[Point, ...]:
    """A node that leads to itself."""
    right, top = box[0] + BOX_WIDTH, box[1]
    return ((right, top + 38), (right + 22, top + 38), (right + 22, top + 14), (right, top + 14))


def _short(text: str, length: int) -> str:
    """As much of it as ``length`` letters take, of which a Chinese one takes two."""
    if letters(text) <= length:
        return text
    while letters(text) >= length:
        text = text[:-1]
    return f"{text}…"
