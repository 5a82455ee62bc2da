"""How figures are written for people: seconds as clocks, ratios in per cent, and a dash where there is no data."""

from reporting.exports.phrases import ENGLISH, Phrases
from reporting.kpi.figures import Figure, Number

NO_DATA = "\u2013"


def value_text(value: Number | None, unit: str, words: Phrases = ENGLISH) -> str:
    """A value with its unit."""
    if value is None:
        return NO_DATA
    match unit:
        case "ratio":
            return f"{100 * value:.1f} %"
        case "s":
            return duration_text(value, words)
        case "1 to 5":
            return f"{value:.2f}"
        case _:
            return f"{value:,.0f}".replace(",", "\u202f")


def figure_text(figure: Figure, words: Phrases = ENGLISH) -> str:
    """A figure's value."""
    return value_text(figure.value, figure.unit, words)


def not_classified(total: Figure, words: Phrases = ENGLISH) -> str:
    """What is said beside a formula of the contacts that it could not count; empty where it counts all."""
    if not total.unclassified:
        return ""
    return words.join + words.not_classified.format(count=f"{total.unclassified:,}")


def duration_text(seconds: float, words: Phrases = ENGLISH) -> str:
    """``0:42``, ``1:02:42``; below ten seconds with a tenth."""
    if abs(seconds) < 10:
        return words.seconds.format(seconds=f"{seconds:.1f}")
    sign = "-" if seconds < 0 else ""
    whole = round(abs(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{sign}{hours}:{minutes:02d}:{rest:02d}" if hours else f"{sign}{minutes}:{rest:02d}"
