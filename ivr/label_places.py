"""Where the labels of a drawing's lines stand: on their line, clear of boxes and of one another if they can. Pure."""

import itertools
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from ivr.layout import BOX_HEIGHT, BOX_WIDTH, Point

CHARACTER, LINE = 6.0, 13.0
"""What a letter is wide, and a line of a label high."""

ALONG = (0.5, 0.35, 0.65, 0.2, 0.8)
"""Where on a stretch of a line a label may stand: the first that is clear."""

SAMPLES = 12
"""So many points of each stretch are looked at to find out whether a line runs behind a label."""

STRAIGHT_SAMPLES = 6
"""The same of one that goes straight down."""

MOST_STRETCHES = 12
SQUARE = 120.0
"""As wide and high are the squares by which is found what is near a place."""

BOX_COST, LABEL_COST, LINE_COST = 50.0, 50.0, 1.0


def letters(text: str) -> int:
    """How wide a text is, in Latin letters: a Chinese one is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A label of one or more rows of text, and the points of its line."""

    rows: tuple[str, ...]
    points: tuple[Point, ...]

    @property
    def width(self) -> float:
        """How wide it is."""
        return CHARACTER * max(letters(row) for row in self.rows)

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
    surroundings = _Surroundings()
    for x, y in boxes.values():
        surroundings.add_room(_Room(x, y, x + BOX_WIDTH, y + BOX_HEIGHT), BOX_COST)
    for number, label in enumerate(labels):
        for point in _samples(label.points):
            surroundings.add_point(point, number)
    found: dict[int, Point] = {}
    for index in sorted(range(len(labels)), key=lambda i: (len(labels[i].points), -labels[i].width)):
        label = labels[index]
        best = min(_candidates(label), key=lambda at: surroundings.cost(_room(label, at), index))
        found[index] = best
        surroundings.add_room(_room(label, best), LABEL_COST)
    return [found[index] for index in range(len(labels))]


class _Surroundings:
    """What is drawn already, in squares, so that only what is near a place is looked at."""

    def __init__(self) -> None:
        self._rooms: dict[tuple[int, int], list[tuple[_Room, float]]] = {}
        self._points: dict[tuple[int, int], list[tuple[Point, int]]] = {}

    def add_room(self, room: _Room, cost: float) -> None:
        """A box or a label, and what it costs to cover a part of it."""
        for square in _squares(room):
            self._rooms.setdefault(square, []).append((room, cost))

    def add_point(self, point: Point, line: int) -> None:
        """A point of a line."""
        x, y = point
        self._points.setdefault((int(x // SQUARE), int(y // SQUARE)), []).append((point, line))

    def cost(self, room: _Room, line: int) -> float:
        """How bad it is to put a label of this line here."""
        squares = _squares(room)
        covered = {id(other): cost for at in squares for other, cost in self._rooms.get(at, ()) if room.overlaps(other)}
        points = sum(room.holds(p) for at in squares for p, number in self._points.get(at, ()) if number != line)
        return sum(covered.values()) + LINE_COST * points


def _squares(room: _Room) -> list[tuple[int, int]]:
    across = range(int(room.left // SQUARE), int(room.right // SQUARE) + 1)
    down = range(int(room.top // SQUARE), int(room.bottom // SQUARE) + 1)
    return [(x, y) for x in across for y in down]


def _candidates(label: Label) -> Iterator[Point]:
    """From the line's beginning on, then from its end; of a long one not all that is between."""
    stretches = list(itertools.pairwise(label.points))
    for start, end in (stretches[0], stretches[-1], *stretches[1 : min(len(stretches) - 1, MOST_STRETCHES)]):
        for along in ALONG:
            yield on_curve(start, end, along)


def _samples(points: tuple[Point, ...]) -> Iterator[Point]:
    for start, end in itertools.pairwise(points):
        samples = SAMPLES if start[0] != end[0] else STRAIGHT_SAMPLES
        for step in range(samples + 1):
            yield on_curve(start, end, step / samples)


def _room(label: Label, middle: Point) -> _Room:
    x, y = middle
    return _Room(x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2)
