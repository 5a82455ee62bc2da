"""What reports for people say besides their numbers, in each language. Machine names stay in JSON.

The Chinese is in two files beside this one: ``chinese_figures.json`` has the words of the catalogue, of which the
console's own file is a copy, and ``chinese_phrases.json`` all the rest.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

import msgspec

from facts.languages import ReaderLanguage
from reporting.kpi.catalogue import CATALOGUE
from reporting.kpi.figures import Context, Definition
from reporting.kpi.report import Report
from reporting.kpi.service_level import FORMULAS

_THRESHOLD = re.compile(r"\b([ts]) = ([\d.]+) s\b")


class Phrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of a language; ``{holes}`` are filled in. A word that a mapping lacks is shown as programs spell it."""

    tag: str = "en"
    """The language as browsers know it."""
    titles: Mapping[str, str] = {}
    """Of the usual reports."""
    dimensions: Mapping[str, str] = {}
    values: Mapping[str, Mapping[str, str]] = {}
    """Codes that slices have as their values, by dimension."""
    units: Mapping[str, str] = {}
    ids_of_figures: bool = True
    """Whether a figure's name is told where it stands for the formula; the ids of service levels always are."""
    all: str = "all"
    none: str = "none"
    seconds: str = "{seconds} s"
    first_fact: str = "first fact"
    last_fact: str = "last fact"
    span: str = "{start} to {end}"
    facts_up_to: str = "facts up to {at}"
    nothing: str = "No contacts and no agents in this range."
    figures: str = "Figures"
    reckoned: str = "How they are reckoned"
    too_many_for_a_chart: str = "{count} rows are too many for a chart: ask for longer intervals or fewer queues."
    rows_more: str = "{count} rows more; .csv, .xlsx and .json have every row."
    rows_more_here: str = "{count} rows more; the last line is of all. --json and --output have every row."
    contacts: str = "Contacts"
    level: str = "Service level ({formula})"
    tip: str = "{title}: {text}"
    tip_with_id: str = "{title}: {text} [{formula}]"
    join: str = "; "
    said: str = "{text}."
    said_with_id: str = "[{formula}] {text}."
    left_out: str = " Left out: {what}."
    not_classified: str = "{count} not classified"
    parts: str = "parts"
    definitions: str = "definitions"
    numerator: str = "{title} numerator"
    denominator: str = "{title} denominator"
    unclassified: str = "{title} unclassified"
    figure: str = "figure"
    title: str = "title"
    unit: str = "unit"
    formula: str = "formula"
    definition: str = "definition"
    exclusions: str = "left out"
    headed: str = "{title}, {span}"
    range: str = "{start} {end}, {zone}"
    from_moment: str = "from {at}"
    from_first: str = "from the first fact"
    to_moment: str = "to {at}"
    to_last: str = "to the last ({at})"
    no_moment: str = "none"
    attached: str = "{name}, the {period} that began on {day}, is attached."
    periods: Mapping[str, str] = {}
    sheets: Mapping[str, str] = {}
    """Of lists, by their names in JSON."""
    columns: Mapping[str, str] = {}
    """Of lists."""
    none_of: str = "no {title} in this range"
    count_of: str = "{count} {title}{more}; --json and --output have every row and column"
    not_shown: str = ", {count} of them not shown"
    name: str = "name"
    left_out_of_it: str = " (not: {what})"
    causes: Mapping[str, str] = {}
    """Of a missed target."""
    target_reached: str = "{queue} reached its target in every interval of this range that had contacts."
    target_missed: str = (
        "{queue}, {at}: service level {observed}, goal {goal} ([{formula}] {definition}). "
        "As planned ({agents} agents; forecast: {forecast}): {planned}."
    )
    forecast_none: str = "none, so the actual volume is taken as planned"
    forecast_weeks: str = "mean of {weeks} weeks before"
    forecast_given: str = "given"
    cause: str = "cause"
    share: str = "share"
    planned: str = "planned"
    actual: str = "actual"
    points: str = "{points} points"
    behind: str = "  {cause}: {who}"
    agents_behind: str = "agents {names}"
    contacts_behind: str = "contacts {names}"
    nobody_behind: str = "nobody by name"
    facts: Mapping[str, str] = {}
    """Kinds of facts in a contact's story."""
    story_of: str = "Contact {contact}"
    at: str = "at"
    after: str = "after"
    what: str = "what happened"
    happened: str = "{kind}: {said}"

    def id_of(self, formula: str) -> str:
        """A formula's id where it is told, else nothing."""
        return formula if self.ids_of_figures else level_id(formula)

    def head(self, definition: Definition) -> str:
        """What stands over a figure's column in a table for spreadsheets: programs' name where people read that."""
        return definition.name if self.ids_of_figures else definition.title

    def value(self, dimension: str, value: str) -> str:
        """What a slice is called."""
        return self.values.get(dimension, {}).get(value, value)

    def named(self, table: Mapping[str, str], name: str) -> str:
        """A word of one of the mappings."""
        return table.get(name, name)


def level_id(formula: str) -> str:
    """The id of a service level's formula, which a target chooses; nothing for others, which are figures' names."""
    return formula if formula in FORMULAS else ""


ENGLISH = Phrases(
    causes={
        "volume": "more contacts than forecast",
        "handling_time": "longer handling than planned",
        "staffing": "fewer agents logged in than required",
        "not_ready": "agents not ready",
        "left_otherwise": "contacts that left otherwise",
        "skill_mismatch": "skills, order of service, chance",
    }
)


class CatalogueWords(msgspec.Struct, frozen=True, kw_only=True):
    """The catalogue in another language: words by the names of figures and the ids of formulas."""

    title: Mapping[str, str]
    definition: Mapping[str, str]
    exclusions: Mapping[str, str]
    formula: Mapping[str, str]
    threshold: Mapping[str, str]

    def told(self, definition: Definition, text: str, formula: str) -> tuple[Definition, str]:
        """A definition, and what it says with the thresholds in force."""
        name = definition.name
        words = msgspec.structs.replace(
            definition,
            title=self.title.get(name, definition.title),
            exclusions=self.exclusions.get(name, definition.exclusions),
        )
        if formula not in self.formula:
            return words, self.definition.get(name, text)
        return words, self.told_formula(formula, text)

    def told_formula(self, formula: str, text: str) -> str:
        """A service level's formula with the thresholds that ``text`` names."""
        thresholds = [
            self.threshold[symbol].replace("{{seconds}}", seconds) for symbol, seconds in _THRESHOLD.findall(text)
        ]
        return ", ".join([self.formula[formula], *thresholds])


def phrases(language: ReaderLanguage) -> Phrases:
    """The words of a language."""
    return ENGLISH if language == "en" else _chinese()


def catalogue_in(language: ReaderLanguage) -> Iterator[tuple[Definition, str]]:
    """Every figure with its title and exclusions in a language, and what it says by the usual thresholds."""
    for one in CATALOGUE.values():
        text = one.text if one.name == "service_level" else one.described(Context())
        yield (one, text) if language == "en" else _chinese_catalogue().told(one, text, one.name)


def formula_in(language: ReaderLanguage, formula: str, text: str) -> str:
    """A service level's formula, as ``text`` has it, in a language."""
    return text if language == "en" else _chinese_catalogue().told_formula(formula, text)


def in_words_of(report: Report, language: ReaderLanguage) -> Report:
    """The report with its figures' titles, definitions and exclusions in a language."""
    if language == "en":
        return report
    words, figures = _chinese_catalogue(), report.total.figures
    told = tuple(words.told(one, text, figures[one.name].formula) for one, text in report.definitions)
    return msgspec.structs.replace(report, definitions=told)


@cache
def _chinese() -> Phrases:
    return msgspec.json.decode(_file("chinese_phrases.json"), type=Phrases)


@cache
def _chinese_catalogue() -> CatalogueWords:
    return msgspec.json.decode(_file("chinese_figures.json"), type=CatalogueWords)


def _file(name: str) -> bytes:
    return resources.files("reporting.exports").joinpath(name).read_bytes()
