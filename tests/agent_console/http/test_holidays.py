"""Public holidays over HTTP: which places are known, their days by name, and queues that are closed for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent_console.site import Browser, Site, opened


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as found:
        yield found


def days(root: Browser, **query: str) -> dict[str, str]:
    answer = root.get("/holidays", params=query)
    assert answer.status_code == 200, answer.text
    return {one["day"]: one["name"] for one in answer.json()["days"]}


def test_the_days_of_this_year_and_the_next_by_name(site: Site) -> None:
    root = site.signed_in("root")
    countries = root.get("/holidays/countries").json()["countries"]
    assert {"CN", "DE", "US"} <= set(countries)
    assert countries == sorted(countries)
    assert all(len(code) == 2 for code in countries)
    country = days(root, country="DE")
    assert country["2027-10-03"] == "German Unity Day"
    assert {day[:4] for day in country} == {"2027", "2028"}
    assert "2027-01-06" not in country
    assert days(root, country="DE", subdivision="BY")["2027-01-06"] == "Epiphany"
    assert days(root, country="CN", language="zh-Hans")["2027-10-01"].startswith("国庆节")
    assert days(root, country="DE", language="zh")["2027-10-03"] == "Tag der Deutschen Einheit", "as people there say"
    parts = root.get("/holidays", params={"country": "DE"}).json()["subdivisions"]
    assert {"subdivision": "BY", "title": "Bayern"} in parts
    assert [part["title"] for part in parts] == sorted(part["title"] for part in parts)


@pytest.mark.parametrize(
    ("query", "field"),
    [({"country": "XX"}, "query.country"), ({"country": "DE", "subdivision": "ZZ"}, "query.subdivision")],
)
def test_a_place_that_is_not_known_is_told_by_its_field(site: Site, query: dict[str, str], field: str) -> None:
    refused = site.signed_in("root").get("/holidays", params=query)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["field"] == field
    assert "are not known" in error["rule"]


def test_a_queue_says_for_which_holiday_it_is_closed(site: Site) -> None:
    """It is the 15th of January of 2027: a Friday, and a holiday in Malawi."""
    root = site.signed_in("root")
    office = "/settings/opening_hours/office"
    weekly = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}

    def closed(**more: object) -> tuple[bool, str | None, str | None]:
        answer = root.put(office, {"weekly": weekly, **more}, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        site.passes(1)
        row = root.get("/queues/support").json()
        return row["open"], row["closed_for"], row["holiday"]

    assert closed() == (True, None, None)
    assert closed(holidays={"country": "MW"}) == (False, "holiday", "John Chilembwe Day")
    assert closed(holidays={"country": "MW"}, special={"2027-01-15": []}) == (False, "special_day", None)
    assert closed(holidays={"country": "MW"}, special={"2027-01-15": ["08:00-18:00"]}) == (True, None, None)
    assert closed(weekly={}) == (False, "hours", None)
    assert root.post("/queues/support/close").status_code == 200
    row = root.get("/queues/support").json()
    assert (row["closed_by_hand"], row["closed_for"]) == (True, None)
