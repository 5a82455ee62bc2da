"""Where the labels of a drawing's lines stand: on their line, clear of boxes and of one another if they can. Pure."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ivr.layout import BOX_HEIGHT, BOX_WIDTH, Point

CHARACTER, LINE = 6.0, 13.0
"""What a letter is wide, and a line of a label high."""

ALONG = (0.5, 0.35, 0.65, 0.2, 0.8)
"""Where on a stretch of a line a label may stand: the first that is clear."""

SAMPLES = 12
"""So many points of each stretch are looked at to find out whether a line runs behind a label."""

BOX_COST, LABEL_COST, LINE_COST = 50.0, 50.0, 1.0


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A label of one or more rows of text, and the points of its line."""

    rows: tuple[str, ...]
    points: tuple[Point, ...]

    @property
    def width(self) -> float:
        """How wide it is."""
        return CHARACTER * max(len(row) for row in self.rows)

    @property
    def height(self) -> float:
        """How high it is."""
        return LINE * len(self.rows)


class _Room(msgspec.Struct, frozen=True):
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "_Room") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, point: Point) -> bool:
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom


def on_curve(start: Point, end: Point, along: float) -> Point:
    """A point of the curve that goes down from ``start`` and arrives from above at ``end``."""
    (x, y), (to_x, to_y) = start, end
    middle, rest = (y + to_y) / 2, 1 - along
    first, second, third, last = rest**3, 3 * rest**2 * along, 3 * rest * along**2, along**3
    return (first + second) * x + (third + last) * to_x, first * y + (second + third) * middle + last * to_y


def places(labels: Sequence[Label], boxes: Mapping[str, Point]) -> list[Point]:
    """The middle of each label; those with the least choice of their own come first."""
    taken = [_Room(x, y, x + BOX_WIDTH, y + BOX_HEIGHT) for x, y in boxes.values()]
    walls = len(taken)
    lines = [list(_samples(label.points)) for label in labels]
    found: dict[int, Point] = {}
    for index in sorted(range(len(labels)), key=lambda i: (len(labels[i].points), -labels[i].width)):
        others = [point for number, line in enumerate(lines) if number != index for point in line]
        best = min(_candidates(labels[index]), key=lambda at: _cost(_room(labels[index], at), taken, walls, others))
        found[index] = best
        taken.append(_room(labels[index], best))
    return [found[index] for index in range(len(labels))]


def _candidates(label: Label) -> Iterator[Point]:
    """From the line's beginning on, then from its end."""
    stretches = list(itertools.pairwise(label.points))
    for start, end in (stretches[0], stretches[-1], *stretches[1:-1]):
        for along in ALONG:
            yield on_curve(start, end, along)


def _samples(points: tuple[Point, ...]) -> Iterator[Point]:
    for start, end in itertools.pairwise(points):
        for step in range(SAMPLES + 1):
            yield on_curve(start, end, step / SAMPLES)


def _room(label: Label, middle: Point) -> _Room:
    x, y = middle
    return _Room(x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2)


def _cost(room: _Room, taken: list[_Room], walls: int, others: list[Point]) -> float:
    covered = sum(
        BOX_COST if number < walls else LABEL_COST for number, other in enumerate(taken) if room.overlaps(other)
    )
    return covered + LINE_COST * sum(room.holds(point) for point in others)
