"""Public holidays as the console shows them; the library that knows them is slow to load, so in a thread."""

from collections.abc import Callable
from datetime import UTC, datetime

from agent_console.documents.administration import HolidayCountries, HolidayDoc, HolidaysDoc, Subdivision
from agent_console.documents.problems import FieldProblem
from agent_console.errors import InvalidError
from config.services import Holidays
from cti_bridge.app.calendar import UnknownHolidays, countries, public_holidays, subdivisions
from cti_bridge.app.console.threads import Threads
from facts.time import SECOND, Instant


class KnownHolidays:
    """`agent_console.ports.HolidayCalendars`."""

    def __init__(self, threads: Threads, now: Callable[[], Instant]) -> None:
        self._threads = threads
        self._now = now

    async def countries(self) -> HolidayCountries:
        """Whose holidays are known."""
        return HolidayCountries(countries=list(await self._threads.run(countries)))

    async def holidays(self, country: str, subdivision: str | None, language: str) -> HolidaysDoc:
        """The days of this year and the next."""
        return await self._threads.run(self._holidays, country, subdivision, language)

    def _holidays(self, country: str, subdivision: str | None, language: str) -> HolidaysDoc:
        year = datetime.fromtimestamp(self._now() // SECOND, UTC).year
        try:
            parts = subdivisions(country)
        except UnknownHolidays as error:
            raise _unknown("query.country", country, "GET /api/v1/holidays/countries lists those that are") from error
        try:
            days = public_holidays(Holidays(country=country, subdivision=subdivision), (year, year + 1), language)
        except UnknownHolidays as error:
            known = ", ".join(code for code, _ in parts) or "none"
            raise _unknown("query.subdivision", subdivision or "", f"choose one of these: {known}") from error
        return HolidaysDoc(
            country=country,
            subdivision=subdivision,
            subdivisions=[Subdivision(subdivision=code, title=title) for code, title in parts],
            days=[HolidayDoc(day=day, name=name) for day, name in days],
        )


def _unknown(field: str, place: str, way_out: str) -> InvalidError:
    return InvalidError([FieldProblem(field=field, rule=f"the holidays of {place!r} are not known", way_out=way_out)])
