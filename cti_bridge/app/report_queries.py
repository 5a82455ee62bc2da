"""Questions to the journal and their answers: what ``cordboard report`` prints and the console's API serves.

`ReportQueries` is the one implementation, so that command line and API cannot differ. Every question is plain data
(`cti_bridge.app.report_setup.Question`: ``by``, ``from``, ``to``, ``time_zone``, ``figures``, ``queues`` …, all
optional), every answer is plain data or bytes:

===================  ==================================================================================================
``report``           the JSON document of ``cordboard report KIND --json``: ``{"range", "by", "rows": [{"slice",
                     "figures": {name: {"value", "numerator", "denominator", "unit", "formula", "unclassified"}}}],
                     "total", "definitions"}``
``catalogue``        ``{"figures": {name: {"title", "unit", "definition", "exclusions"}}, "service_level_formulas"}``
``behind``           the contacts, or stretches of agents' time, behind one figure of one row, page by page:
                     ``{"figure", "slice", "kind": "contacts" | "stretches", "total", "offset", "rows": [{…row,
                     "numerator", "denominator"}]}``; over all rows these add up to the figure's
``contacts``         stays in queues by their outcome, page by page: ``{"total", "offset", "contacts": […]}``
``contact``          one contact's story: ``{"contact_id", "facts": [{"at", "since_s", "kind", "who", "text", "why",
                     "node", "seq", "data"}]}``
``why_missed``       ``{"missed": [{"queue", "from", "to", "goal", "service_level", "causes": [{"cause", "share",
                     "planned", "actual", "unit", "contacts", "agents"}]}]}``
``flow``             ``{"nodes": [{"flow", "node", "entered", …}]}``
``export``           a report as a file: its bytes, media type and name
===================  ==================================================================================================

Errors are `reporting.kpi.errors.ReportError` (asked wrongly), its subclasses `NothingThereError` (what it names is not
there) and `UnavailableError` (the journal cannot be read now); their texts are for people. An object may be used from
any thread; it reads by connections of its own and never writes. Questions that have to read many facts are answered
one at a time.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cti_bridge.app import report_setup
from cti_bridge.app.report_setup import Question
from facts.ids import ContactId, QueueName
from facts.languages import ReaderLanguage
from reporting.kpi import catalogue
from reporting.kpi.errors import NothingThereError, ReportError, UnavailableError
from reporting.kpi.report import Query, Report, check_known, read, read_for

if TYPE_CHECKING:
    from config.models import Settings
    from reporting.exports.story import Line
    from reporting.exports.tables import Sheet
    from reporting.kpi.drill_down import ContactRow
    from reporting.kpi.flows import NodeCount
    from reporting.kpi.forecasts import Forecast
    from reporting.kpi.schedules import Planned
    from reporting.kpi.why_missed import Miss
    from storage.journal import Journal

MOST_ROWS = 1_000
"""Rows of one page."""


class Kind(NamedTuple):
    """A report as it is usually asked for: its title, slices, and figures for people and for programs."""

    title: str
    by: str
    shown: tuple[str, ...]
    in_json: tuple[str, ...]


_AGENTS = (
    "answered", "handled", "talk_s", "hold_s", "wrap_up_s", "aht_s", "offers", "rona_rate", "transfer_rate",
    "logged_in_s", "ready_s", "talking_s", "not_ready_s", "occupancy",
)  # fmt: skip
_INTERVALS = (
    "offered", "answered", "abandoned", "left_otherwise", "in_progress", "abandon_rate", "service_level", "asa_s",
    "aht_s", "wait_p50_s", "wait_p90_s", "wait_p95_s",
)  # fmt: skip

KINDS = {
    "summary": Kind("Key figures", "queue", catalogue.STANDARD, catalogue.LIVE),
    "queues": Kind("Queues", "queue", catalogue.STANDARD, catalogue.STANDARD),
    "agents": Kind("Agents", "agent", _AGENTS, _AGENTS),
    "intervals": Kind("Intervals", "30min", _INTERVALS, _INTERVALS),
}

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}


class Export(NamedTuple):
    """A report as a file."""

    content: bytes
    media_type: str
    file_name: str


class ReportQueries:
    """Answers questions to one journal. ``open_`` opens it for reading when the first question comes.

    ``former_queues``: those that the settings do not have any more; to ask for one is no mistake.
    ``flow_titles``: what people call voice menus, by name.
    """

    def __init__(
        self,
        open_: "Callable[[], Journal]",
        settings: "Callable[[], Settings]",
        *,
        former_queues: "Callable[[], Collection[str]]" = tuple,
        flow_titles: "Callable[[], Mapping[str, str]]" = dict,
    ) -> None:
        self._open = open_
        self._settings = settings
        self._former_queues = former_queues
        self.flow_titles = flow_titles
        self._journal: Journal | None = None
        self._opening = threading.Lock()
        self._reading = threading.Lock()

    def close(self) -> None:
        """Close the connections."""
        with self._opening:
            journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()

    @contextmanager
    def _source(self) -> "Iterator[Journal]":
        from storage.errors import StorageError  # noqa: PLC0415 - SQLAlchemy takes its time

        try:
            with self._opening:
                if self._journal is None:
                    self._journal = self._open()
            yield self._journal
        except StorageError as error:
            raise UnavailableError(str(error)) from error

    # -- figures ------------------------------------------------------------------------------------------------------

    def report(self, asked: Mapping[str, Any], *, kind: str = "summary") -> dict[str, Any]:
        """Rows of figures as plain data."""
        from reporting.exports.as_json import report_json  # noqa: PLC0415 - start-up time of the others

        plain: dict[str, Any] = msgspec.to_builtins(report_json(self.figures(question_of(asked), kind)))
        return plain

    def figures(
        self, question: Question, kind: str, *, for_people: bool = False, schedule: "tuple[Planned, ...]" = ()
    ) -> Report:
        """Rows of figures as the exports take them; ``for_people``: fewer figures than programs get."""
        usual = _kind(kind)
        shown = usual.shown if for_people else usual.in_json
        query = self._asked(question, by=usual.by, figures=shown, schedule=schedule)
        with self._source() as journal:
            return report_setup.report_of(journal, query, self._reading)

    def catalogue(self) -> dict[str, Any]:
        """Every figure with its definition."""
        from reporting.exports import figures_doc  # noqa: PLC0415 - start-up time of the others

        return figures_doc.catalogue_json()

    def export(
        self, asked: Mapping[str, Any], form: str, *, kind: str = "summary", language: ReaderLanguage = "en"
    ) -> Export:
        """A report as a file: ``json``, ``csv``, ``xlsx`` or ``html``; all but the first in a language."""
        from reporting.exports.as_file import report_bytes  # noqa: PLC0415 - start-up time of the others

        if form not in MEDIA_TYPES:
            raise ReportError(f"there is no form {form!r}: there are {', '.join(MEDIA_TYPES)}", about="format")
        question = question_of(asked)
        report = self.figures(question, kind, for_people=form != "json")
        content = report_bytes(form, _kind(kind).title, report, goal=self.goal(question), language=language)
        return Export(content, MEDIA_TYPES[form], f"{kind}.{form}")

    def goal(self, question: Question) -> float | None:
        """The service level that the queues asked for aim at, the lowest of several."""
        queues = self._settings().queues
        return min((queues[name].service_level.target for name in question.queues if name in queues), default=None)

    # -- what stands behind them --------------------------------------------------------------------------------------

    def behind(
        self,
        asked: Mapping[str, Any],
        figure: str,
        names: Mapping[str, str | None],
        *,
        offset: int = 0,
        limit: int = 100,
    ) -> dict[str, Any]:
        """A page of what stands behind a figure of the row whose ``slice`` is ``names``."""
        from reporting.kpi.drill_down import ContactRow, behind  # noqa: PLC0415 - start-up time of the others

        _check_page(offset, limit)
        query = self._query(question_of(asked), figure)
        with self._source() as journal, self._reading:
            found = behind(read_for(journal, query), report_setup.seeing_merges(journal, query), figure, names)
        kind = "contacts" if not found.shares or isinstance(found.shares[0].row, ContactRow) else "stretches"
        page = found.shares[offset : offset + limit]
        sheet = _sheet(kind, [share.row for share in page], query)
        return {
            "figure": msgspec.to_builtins(found.figure),
            "slice": dict(names),
            "kind": kind,
            "total": len(found.shares),
            "offset": offset,
            "rows": [
                {**row, "numerator": share.numerator, "denominator": share.denominator}
                for row, share in zip(sheet, page, strict=True)
            ],
        }

    def contacts(
        self, asked: Mapping[str, Any], *, outcome: str = "offered", offset: int = 0, limit: int = 100
    ) -> dict[str, Any]:
        """A page of stays in queues."""
        _check_page(offset, limit)
        query, rows = self.stays(question_of(asked), outcome)
        page = _sheet("contacts", rows[offset : offset + limit], query)
        return {"total": len(rows), "offset": offset, "contacts": page}

    def stays(self, question: Question, outcome: str) -> "tuple[Query, list[ContactRow]]":
        """All stays in queues that ended so."""
        from reporting.kpi.drill_down import contacts  # noqa: PLC0415 - start-up time of the others

        query = self._query(question)
        with self._source() as journal, self._reading:
            return query, contacts(read(journal, query.start, query.end), query, outcome)

    def contact(self, contact_id: str, *, time_zone: str | None = None, with_personal: bool = True) -> dict[str, Any]:
        """A contact's story; raises `NothingThereError` for an unknown one."""
        zone = report_setup.zone_of(time_zone, self._settings())
        lines = self.story(contact_id, zone, with_personal=with_personal)
        return {"contact_id": contact_id, "facts": msgspec.to_builtins(lines)}

    def story(self, contact_id: str, zone: tzinfo, *, with_personal: bool = True) -> "list[Line]":
        """The facts of a contact in words; without ``with_personal`` numbers, names and notes are left out."""
        from reporting.exports.story import story  # noqa: PLC0415 - start-up time of the others

        with self._source() as journal:
            facts = journal.entries(contact_id=ContactId(contact_id), personal=with_personal)
            lines = story(facts, zone, self.flow_titles())
        if not lines:
            raise NothingThereError(f"there is no contact {contact_id!r} in the journal")
        return lines

    def flow(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What callers did at each node of the voice menus."""
        query, counts = self.nodes(question_of(asked))
        return {"nodes": _sheet("nodes", counts, query)}

    def nodes(self, question: Question) -> "tuple[Query, list[NodeCount]]":
        """The nodes of the voice menus."""
        from reporting.kpi.flows import nodes  # noqa: PLC0415 - start-up time of the others

        query = self._query(question)
        with self._source() as journal, self._reading:
            return query, nodes(journal.entries(query.start, query.end, personal=False), query.start, query.end)

    # -- why a target was missed --------------------------------------------------------------------------------------

    def why_missed(
        self, asked: Mapping[str, Any], queue: str, *, goal: float | None = None, interval: str = "30min"
    ) -> dict[str, Any]:
        """Every interval of the range in which a queue missed its target, with the shares of the causes."""
        from reporting.exports.missed import missed_json  # noqa: PLC0415 - start-up time of the others

        query, found = self.misses(question_of(asked), queue, goal=goal, interval=interval)
        plain: dict[str, Any] = msgspec.to_builtins(missed_json(found, query.zone))
        return plain

    def misses(
        self,
        question: Question,
        queue: str,
        *,
        goal: float | None = None,
        interval: str = "30min",
        forecasts: "tuple[Forecast, ...]" = (),
    ) -> "tuple[Query, list[Miss]]":
        """The intervals that missed their target; raises `NothingThereError` for no such queue."""
        from reporting.kpi.exceptions import Exceptions, policies  # noqa: PLC0415 - start-up time of the others
        from reporting.kpi.records import Visit  # noqa: PLC0415
        from reporting.kpi.why_missed import HISTORY, misses  # noqa: PLC0415

        query = self._query(question)
        if query.start is None or query.end is None:
            raise ReportError("why a target was missed needs a range: --from and --to", about="from")
        plan = report_setup.plan_of(query, queue, goal=goal, interval=interval, forecasts=forecasts)
        with self._source() as journal, self._reading:
            history = read(journal, query.start - HISTORY, query.end)
            exceptions = Exceptions(QueueName(queue), policies(journal, query.start - HISTORY, query.end))
        records, plan = history.records, msgspec.structs.replace(plan, as_of=max(history.as_of, query.start))
        asked_for = msgspec.structs.replace(query, queues=(queue,))
        check_known("queue", asked_for, {record.queue for record in records if isinstance(record, Visit)})
        return query, misses(records, QueueName(queue), query.start, query.end, plan, exceptions=exceptions)

    def _query(self, question: Question, *figures: str) -> Query:
        return self._asked(question, by="", figures=figures)

    def _asked(self, question: Question, **usual: Any) -> Query:
        query = report_setup.query_of(question, self._settings(), **usual)
        return msgspec.structs.replace(query, known_queues=query.known_queues.union(self._former_queues()))


def question_of(asked: Mapping[str, Any]) -> Question:
    """The question in plain data; raises `ReportError` for what is none."""
    try:
        return msgspec.convert(dict(asked), Question, strict=False)
    except msgspec.ValidationError as error:
        raise ReportError(f"the question cannot be understood: {error}") from None


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise ReportError(f"there is no report {name!r}: there are {', '.join(KINDS)}")
    return KINDS[name]


def _check_page(offset: int, limit: int) -> None:
    if offset < 0 or not 0 < limit <= MOST_ROWS:
        raise ReportError(f"a page begins at 0 or later and has 1 to {MOST_ROWS} rows")


def _sheet(title: str, rows: "list[Any]", query: Query) -> list[dict[str, Any]]:
    from reporting.exports import tables  # noqa: PLC0415 - start-up time of the others

    sheet: Sheet = tables.struct_sheet(title, rows, query.zone)
    return tables.sheet_json(sheet)
