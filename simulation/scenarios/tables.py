"""The figures of a run as tables for a terminal."""

from rich.table import Table

from simulation.scenarios.estimates import Estimate
from simulation.scenarios.run import Result


def call_type_table(result: Result) -> Table:
    """One column for each call type."""
    table = Table(title="Calls")
    table.add_column("")
    for name in result.call_types:
        table.add_column(name, justify="right")
    figures = list(result.call_types.values())
    for count in ("offered", "blocked", "abandoned", "answered"):
        table.add_row(count, *(f"{getattr(figure, count)}" for figure in figures))
    for name, words in _SHARES.items():
        table.add_row(words, *(_percent(getattr(figure, name)) for figure in figures))
    for name, words in _MEANS.items():
        table.add_row(words, *(_seconds(getattr(figure, name)) for figure in figures))
    return table


_SHARES = {
    "p_wait": "waits (of admitted)",
    "p_block": "blocked (of offered)",
    "p_abandon": "abandons (of offered)",
    "sl_of_offered": "service level of offered",
    "sl_of_answered": "service level of answered",
}
_MEANS = {"mean_wait_all_s": "mean wait, all admitted", "mean_wait_answered_s": "mean wait, answered"}


def pool_table(result: Result) -> Table:
    """One column for each pool."""
    table = Table(title="Agents")
    table.add_column("")
    for name in result.pools:
        table.add_column(name, justify="right")
    pools = list(result.pools.values())
    table.add_row("utilisation", *(_percent(pool.utilisation) for pool in pools))
    for name in result.call_types:
        table.add_row(f"share of answered {name}", *(_percent(pool.share_of_type_answered[name]) for pool in pools))
    return table


def _percent(estimate: Estimate) -> str:
    if estimate.value is None:
        return "–"  # noqa: RUF001 - a dash for people
    width = "" if estimate.half_width_95 is None else f" ± {100 * estimate.half_width_95:.2f}"
    return f"{100 * estimate.value:.2f}{width} %"


def _seconds(estimate: Estimate) -> str:
    if estimate.value is None:
        return "–"  # noqa: RUF001 - a dash for people
    width = "" if estimate.half_width_95 is None else f" ± {estimate.half_width_95:.2f}"
    return f"{estimate.value:.2f}{width} s"
