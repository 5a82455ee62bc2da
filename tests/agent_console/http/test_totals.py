"""Totals are of what one sees: of the whole centre, or of a supervisor's queues and agents, on the page and live."""

from collections.abc import Iterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from agent_console.live.topics import teams_of_totals, totals_of
from facts.ids import ContactId
from tests.agent_console.live.test_channel import read, snapshots, talk
from tests.agent_console.site import SETTINGS, Browser, Site, opened

QUEUES = {
    "sales": {**SETTINGS["queues"]["sales"], "service_level": {"target": 0.9, "abandon_rate": 0.1}},
    "support": {**SETTINGS["queues"]["support"], "service_level": {"target": 0.5, "abandon_rate": 0.3}},
    "front": {**SETTINGS["queues"]["front"], "alarms": {"abandon_rate_above": 0.04}},
}
SEEN = {"root": {"sales", "support", "front"}, "nora": {"sales", "front"}, "sam": {"support", "front"}}


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(tmp_path_factory.mktemp("site"), {"queues": QUEUES}) as found:
        yield found


def at_work(site: Site) -> None:
    """Anna answers one of three who call sales, Bruno the one who calls support, and one waits at the front desk."""
    site.ready("anna", "bruno")
    for number, queue in ((1, "sales"), (2, "support"), (3, "sales"), (4, "sales")):
        site.caller(number, queue)
    site.passes(3)
    for number in (1, 2):
        site.answer(ContactId(f"call-{number}"))
    site.caller(5, "front")
    site.passes(30)


def all_of(browser: Browser, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.get(path).json()["items"]
    return found


@pytest.mark.parametrize("user", SEEN)
def test_they_are_the_sums_of_the_queues_and_agents_that_one_sees(site: Site, user: str) -> None:
    at_work(site)
    browser = site.signed_in(user)
    totals, queues, agents = browser.get("/totals").json(), all_of(browser, "/queues"), all_of(browser, "/agents")
    assert {row["queue"] for row in queues} == SEEN[user]
    for name in ("waiting", "talking"):
        assert totals[name] == sum(row[name] for row in queues), name
    assert totals["agents"]["logged_in"] == sum(row["declared"] != "LOGGED_OUT" for row in agents)
    assert totals["longest_joined_at"] == min(row["oldest_joined_at"] for row in queues if row["oldest_joined_at"])
    for of in ("today", "interval"):
        for figure in ("offered", "answered"):
            assert totals[of][figure]["value"] == sum(row[of][figure]["value"] for row in queues), (of, figure)
    for count in ("offered", "answered"):
        assert sum(point[count] for point in totals["trend"]) == totals["today"][count]["value"]


@pytest.mark.parametrize("user", SEEN)
def test_they_are_those_of_the_report_and_of_what_stands_behind_them(site: Site, user: str) -> None:
    at_work(site)
    site.daemon.written()
    browser = site.signed_in(user)
    totals = browser.get("/totals").json()
    for figure, by in (("offered", "queue"), ("service_level", "queue"), ("abandon_rate", "queue")):
        report = browser.get(f"/reports?by={by}&figures={figure}&from={totals['day']}").json()
        told = totals["today"][figure]
        for part in ("value", "numerator", "denominator"):
            assert report["total"]["figures"][figure][part] == told[part], (figure, part)
        behind = browser.get(f"/reports/contacts?figure={figure}&from={totals['day']}").json()
        assert (behind["numerator"], behind["denominator"]) == (told["numerator"], told["denominator"]), figure


def test_targets_weigh_as_much_as_the_contacts_that_were_promised_them(site: Site) -> None:
    root = site.signed_in("root")
    assert root.get("/totals").json()["targets"] == {
        "service_level": pytest.approx((0.9 + 0.5 + 0.8) / 3, abs=1e-6),
        "abandon_rate": pytest.approx((0.1 + 0.3 + 0.04) / 3, abs=1e-6),
    }, "as long as nobody called"
    at_work(site)
    for user in SEEN:
        browser = site.signed_in(user)
        targets = browser.get("/totals").json()["targets"]
        for figure in ("service_level", "abandon_rate"):
            parts = [
                (row["targets"][figure], row["today"][figure]["denominator"]) for row in all_of(browser, "/queues")
            ]
            whole = sum(weight for _, weight in parts)
            assert whole > 0
            expected = sum(target * weight for target, weight in parts) / whole
            assert targets[figure] == pytest.approx(expected, abs=1e-6), (user, figure)


def test_they_come_live_for_each_as_they_see(site: Site) -> None:
    at_work(site)

    async def north(socket: ClientConnection) -> None:
        await read(socket)
        [(stream, found)] = (await snapshots(socket, "totals")).items()
        assert stream == "totals/teams:north"
        assert found["items"]["today"]["waiting"] == 3
        site.caller(6, "support")
        site.caller(7, "sales")
        while "delta" not in (frame := await read(socket)):
            assert "hello" in frame, frame
        assert frame["delta"]["topic"] == stream
        assert frame["delta"]["set"]["today"]["waiting"] == 4

    async def everything(socket: ClientConnection) -> None:
        await read(socket)
        [(stream, found)] = (await snapshots(socket, "totals")).items()
        assert stream == "totals"
        assert found["items"]["today"]["waiting"] == 5

    talk(site.signed_in("nora"), north)
    talk(site.signed_in("root"), everything)


@pytest.mark.parametrize("teams", [frozenset(), frozenset({"north"}), frozenset({"south", "north"})], ids=len)
def test_a_stream_says_whose_teams_it_is_of(teams: frozenset[str]) -> None:
    family, _, of = totals_of(teams).partition("/")
    assert family == "totals"
    assert teams_of_totals(of) == teams, "of no teams is not of the whole centre"
    assert teams_of_totals("") is None
