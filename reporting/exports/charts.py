"""Charts as inline SVG: no scripts, no files beside, readable in print and by screen readers."""

from collections.abc import Sequence
from html import escape

import msgspec

WIDTH, HEIGHT = 960, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 14, 56
_PLOT_WIDTH, _PLOT_HEIGHT = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
_MOST_LABELS = 24
NARROW = "\u202f"


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One value for each label; ``style`` is a class of the page's style sheet. None: no data, nothing is drawn."""

    name: str
    style: str
    values: tuple[float | None, ...]


def stacked_bars(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Bars on top of each other, one stack for each label."""
    totals = [sum(one.values[place] or 0 for one in series) for place in range(len(labels))]
    top = _nice(max(totals, default=0))
    parts = [_axis(top, "{:,.0f}" if top >= 10 else "{:g}")]
    step = _PLOT_WIDTH / max(1, len(labels))
    bar = max(1.0, step * 0.78)
    for place, label in enumerate(labels):
        base = 0.0
        for one in series:
            value = one.values[place] or 0
            if value:
                tip = f"{label}: {one.name} {value:g}"
                at = _LEFT + place * step + (step - bar) / 2
                parts.append(_bar((at, bar), (base / top, (base + value) / top), one.style, tip))
            base += value
    parts.append(_labels(labels))
    return _figure(title, parts, series)


def _bar(across: tuple[float, float], up: tuple[float, float], style: str, tip: str) -> str:
    """A bar from ``across[0]``, ``across[1]`` wide, between two parts of the plot's height."""
    low, high = (_PLOT_HEIGHT * part for part in up)
    return (
        f'<rect class="{style}" x="{across[0]:.1f}" y="{_TOP + _PLOT_HEIGHT - high:.1f}" width="{across[1]:.1f}" '
        f'height="{max(0.5, high - low):.1f}"><title>{escape(tip)}</title></rect>'
    )


def ratio_bars(title: str, labels: Sequence[str], one: Series, target: float | None) -> str:
    """Ratios from 0 to 100 % side by side with the target as a line; where there is no data there is no bar."""
    step = _PLOT_WIDTH / max(1, len(labels))
    bar = step * 0.5
    bars = [
        _bar((_LEFT + place * step + (step - bar) / 2, bar), (0, value), one.style, f"{labels[place]}: {value:.1%}")
        for place, value in enumerate(one.values)
        if value is not None
    ]
    return _figure(title, [_axis(1.0, "{:.0%}"), *bars, *_target(target), _labels(labels)], [one])


def _target(target: float | None) -> list[str]:
    if target is None:
        return []
    y = _y(target, 1.0)
    return [
        f'<line class="target" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>',
        f'<text class="target" x="{WIDTH - _RIGHT}" y="{y - 4:.1f}" text-anchor="end">{target:.0%}</text>',
    ]


def ratio_line(title: str, labels: Sequence[str], one: Series, target: float | None) -> str:
    """Ratios from 0 to 100 % over time with the target as a line; where there is no data the line is broken."""
    step = _PLOT_WIDTH / max(1, len(labels))
    parts = [_axis(1.0, "{:.0%}"), *_target(target)]
    for stretch in _stretches(one.values):
        points = " ".join(f"{_LEFT + (place + 0.5) * step:.1f},{_y(value, 1.0):.1f}" for place, value in stretch)
        parts.append(f'<polyline class="{one.style}" points="{points}"/>')
        parts += [
            f'<circle class="{one.style}" cx="{_LEFT + (place + 0.5) * step:.1f}" cy="{_y(value, 1.0):.1f}" r="2.5">'
            f"<title>{escape(f'{labels[place]}: {value:.1%}')}</title></circle>"
            for place, value in stretch
        ]
    parts.append(_labels(labels))
    return _figure(title, parts, [one])


def _stretches(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    found: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is not None:
            found[-1].append((place, value))
        elif found[-1]:
            found.append([])
    return [stretch for stretch in found if stretch]


def _y(value: float, top: float) -> float:
    return _TOP + _PLOT_HEIGHT * (1 - value / top)


def _nice(value: float) -> float:
    """A round number above the greatest value, for the axis."""
    if value <= 0:
        return 1.0
    size = 1.0
    while value > size * 10:
        size *= 10
    return next(size * part for part in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10) if value <= size * part)


def _axis(top: float, form: str) -> str:
    lines = []
    for part in range(5):
        value = top * part / 4
        y = _y(value, top)
        lines.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{form.format(value).replace(",", NARROW)}</text>'
        )
    return "".join(lines)


def _labels(labels: Sequence[str]) -> str:
    step = _PLOT_WIDTH / max(1, len(labels))
    every = -(-len(labels) // _MOST_LABELS)
    y = HEIGHT - _BOTTOM + 14
    return "".join(
        f'<text class="label" transform="translate({_LEFT + (place + 0.5) * step:.1f},{y}) rotate(-30)" '
        f'text-anchor="end">{escape(label)}</text>'
        for place, label in enumerate(labels)
        if place % every == 0
    )


def _figure(title: str, parts: Sequence[str], series: Sequence[Series]) -> str:
    legend = "".join(f'<span class="key"><i class="{one.style}"></i>{escape(one.name)}</span>' for one in series)
    return (
        f"<figure><figcaption>{escape(title)} {legend}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg></figure>'
    )
