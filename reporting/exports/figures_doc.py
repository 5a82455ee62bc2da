"""The catalogue for people: as a table, as JSON, and as the page ``docs/figures.md``."""

from typing import Any

from rich.table import Table
from rich.text import Text

from facts.languages import ReaderLanguage
from reporting.exports.as_json import definition_json
from reporting.exports.phrases import catalogue_in, phrases
from reporting.kpi.catalogue import CATALOGUE
from reporting.kpi.service_level import FORMULAS

_INTRODUCTION = """# Key figures

Every figure that Cordboard shows, on the live board, as a metric and in reports, is reckoned by the same code from
the same facts, so the three cannot differ. The names are the keys of `cordboard report … --json`. Ratios are
fractions of 1, durations are seconds. Where there is nothing to reckon from, a figure is *no data* (`null`), never 0
or 100 %.

Each figure comes with its numerator, its denominator, the id of its formula and the number of contacts that could not
be *classified*: no fact says whether they count.

## How contacts are counted

* A contact is *offered* to a queue when it joins it, and counts, with all that becomes of it, in the interval in
  which it was offered. `--counted-at closed` counts it where it left the queue.
* *offered = answered + abandoned + left otherwise + in progress*, in every queue, entry point and interval.
* A contact that changes queue is offered to both and *left otherwise* in the first. Coming back to its place, after a
  restart or for a callback, is no second offer.
* The wait is counted from the original join time to the answer, ringing included. Exactly at a threshold is within.
* When a daemon starts anew, contacts that it had waiting are left otherwise, *unclassified*, until a later fact takes
  them over.
* Agents' time counts where it was spent; every second of a log-in is in exactly one state.

This page is generated from the catalogue; a test compares them.
"""


def catalogue_json() -> dict[str, Any]:
    """Every definition by name, and the service-level formulas by id."""
    return {
        "figures": {name: definition_json(definition, definition.text) for name, definition in CATALOGUE.items()},
        "service_level_formulas": {
            name: {"definition": formula.text, "used_by": formula.used_by} for name, formula in FORMULAS.items()
        },
    }


def catalogue_table(language: ReaderLanguage = "en") -> Table:
    """Names, units and definitions for the terminal; in other languages what people call a figure, too."""
    words = phrases(language)
    titles = () if words.ids_of_figures else (words.title,)
    table = Table(words.name, *titles, words.unit, words.definition)
    for definition, text in catalogue_in(language):
        left_out = words.left_out_of_it.format(what=definition.exclusions) if definition.exclusions else ""
        title = (definition.title,) if titles else ()
        table.add_row(definition.name, *title, words.named(words.units, definition.unit), Text(f"{text}{left_out}"))
    return table


def figures_page() -> str:
    """The text of ``docs/figures.md``."""
    lines = [_INTRODUCTION, "## Service level\n", "| id | formula | reckoned so by |", "| --- | --- | --- |"]
    lines += [f"| {name} | {formula.text} | {formula.used_by} |" for name, formula in FORMULAS.items()]
    lines += [
        "",
        "A answered, B abandoned, A_t and B_t within the threshold t, B_s short abandons, F left otherwise,",
        "C_t callbacks asked for within t, O offered.",
        "",
        "## The catalogue\n",
        "| name | figure | unit | definition | left out |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{one.name}` | {one.title} | {one.unit} | {one.text} | {one.exclusions} |" for one in CATALOGUE.values()
    ]
    return "\n".join(lines) + "\n"
