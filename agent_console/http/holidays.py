"""Public holidays, for who sets opening hours: what places are known, and their days."""

from typing import Annotated

from fastapi import APIRouter, Query

from agent_console.documents.administration import HolidayCountries, HolidaysDoc
from agent_console.errors import UnavailableError
from agent_console.http.guard import Daemon
from agent_console.ports import HolidayCalendars, Ports
from facts.customer_rules import LANGUAGE

router = APIRouter(tags=["settings"])


def _calendars(ports: Ports) -> HolidayCalendars:
    if ports.holidays is None:
        raise UnavailableError("this daemon knows no holidays")
    return ports.holidays


@router.get("/holidays/countries")
async def get_holiday_countries(ports: Daemon) -> HolidayCountries:
    """The countries whose public holidays are known."""
    return await _calendars(ports).countries()


@router.get("/holidays")
async def get_holidays(
    ports: Daemon,
    country: Annotated[str, Query(max_length=10, description="Two letters.", examples=["DE"])],
    subdivision: Annotated[str | None, Query(max_length=40, description="A part of it.", examples=["BY"])] = None,
    language: Annotated[
        str, Query(pattern=LANGUAGE, max_length=10, description="For the names, where they are known in it.")
    ] = "en",
) -> HolidaysDoc:
    """The public holidays of this year and the next, and the parts of the country with some of their own."""
    return await _calendars(ports).holidays(country, subdivision, language)
