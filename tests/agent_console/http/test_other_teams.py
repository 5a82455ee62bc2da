"""Each operation that names somebody or something, asked about another team's: refused, and nothing happens.

The table is the OpenAPI document's: an operation that is new is in it at once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_console.http.access import ACCESS
from tests.agent_console.http.operations import OPERATIONS, Operation
from tests.agent_console.site import Browser, Site, opened

OTHERS = {
    "agent": "bruno",
    "queue": "support",
    "team": "south",
    "contact_id": "call-2",
    "recording_id": "call-2",
    "voicemail_id": "call-2",
}
"""What is of the team south only. Bruno talks with call-2, of the queue support."""

OF_NOBODY = {"customer_id", "flow", "name", "section", "token_id"}
"""Parameters that belong to no team: customers are everybody's, menus too; the rest is for administrators."""

SWITCHED = {"throw_emergency", "put_back_emergency"}


def _about_others() -> list[Operation]:
    return [
        found
        for found in OPERATIONS
        if (found.parameters & OTHERS.keys() or found.name in SWITCHED)
        and ACCESS[found.name].role in {"agent", "supervisor"}
    ]


ABOUT_OTHERS = _about_others()
ENTRY_POINTS = {"8001": {"flow": "demo", "queue": "support", "emergency": "demo"}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(tmp_path_factory.mktemp("site"), {"entry_points": ENTRY_POINTS}) as found:
        found.ready("bruno")
        found.answer(found.caller(2, "support"))
        found.daemon.desk.sign_in("anna")
        yield found


@pytest.fixture(scope="module")
def nora(site: Site) -> Browser:
    return site.signed_in("nora")


@pytest.fixture(scope="module")
def anna(site: Site) -> Browser:
    return site.signed_in("anna")


def ask(browser: Browser, about: Operation) -> Any:
    names = {**OTHERS, "number": "8001"}
    body = {"json": about.body} if about.body is not None else {}
    path = about.at({name: names[name] for name in about.parameters})
    return browser.ask(about.method, path, headers={"If-Match": "*"}, **body)


def state(site: Site) -> tuple[Any, ...]:
    """All that such a request could change."""
    engine = site.coordinator.engine
    return (
        [agent for agent in engine.agents() if agent.team == "south"],
        [contact for contact in engine.contacts() if contact.queue == "support"],
        engine.queue("support"),  # type: ignore[arg-type]  # a name
        site.console._feed._desks._messages.of("south"),  # type: ignore[union-attr]  # the site is open
        dict(site.daemon.menus.entry_points.thrown),
        len(site.switch.actions),
    )


def test_there_is_something_to_ask() -> None:
    assert len(ABOUT_OTHERS) > 40
    known = OTHERS.keys() | OF_NOBODY | {"number"}
    assert {name for found in OPERATIONS for name in found.parameters} <= known, "whose is it?"


@pytest.mark.parametrize("about", ABOUT_OTHERS, ids=lambda found: found.name)
def test_a_supervisor_does_not_reach_another_team(site: Site, nora: Browser, about: Operation) -> None:
    before = state(site)
    answer = ask(nora, about)
    assert answer.status_code in {403, 404}, answer.text
    assert answer.json()["error_id"] in {"forbidden", "not_found", "no_desk", "rights_needed"}
    assert state(site) == before


@pytest.mark.parametrize("about", ABOUT_OTHERS, ids=lambda found: found.name)
def test_an_agent_does_not_reach_another_agents_work(site: Site, anna: Browser, about: Operation) -> None:
    before = state(site)
    answer = ask(anna, about)
    assert answer.status_code in {403, 404}, answer.text
    assert "present" not in answer.json(), "the other's call is shown"
    assert state(site) == before


FILTERED = [
    found
    for found in OPERATIONS
    if found.query & {"queue", "agent", "team", "contact"} and ACCESS[found.name].role in {"agent", "supervisor"}
]


@pytest.mark.parametrize("about", FILTERED, ids=lambda found: found.name)
def test_a_filter_does_not_show_another_teams_either(nora: Browser, about: Operation) -> None:
    values = {"queue": "support", "agent": "bruno", "team": "south", "contact": "call-2"}
    more = "&format=json" if "format" in about.query else ""
    for name in sorted(about.query & values.keys()):
        answer = nora.get(f"{about.at({})}?{name}={values[name]}&figure=offered{more}")
        if answer.status_code == 200:
            found = answer.json()
            assert found.get("items", found.get("nodes")) == [], answer.text
        else:
            assert answer.status_code in {403, 422}, answer.text


LOOKED_AT = [
    *(found.at({}) for found in OPERATIONS
      if found.method == "GET" and not found.parameters and ACCESS[found.name].role in {"agent", "supervisor"}),
    "/queues/front/waiting",
    "/contacts/call-3/explanation",
    "/contacts/call-3/story",
    "/agents/anna/explanation",
    "/agents/arne/explanation",
    "/reports?by=queue&figures=all",
    "/reports?by=agent&figures=all",
    "/reports/contacts?figure=offered",
    "/reports/contacts?figure=occupancy",
    "/reports/contacts?figure=occupancy&by=agent",
    "/reports/export?format=json&figures=all",
]  # fmt: skip
"""What supervisors look at, in lists and in what is their own."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Bruno of the team south talks with call-1, and call-2 waits for one who has more English than Arne, for now."""
    support = {"title": "Support", "teams": ["south"], "requires": "english>=5",
               "relaxation": [{"after_s": 600, "lower": {"english": 3}}]}  # fmt: skip
    queues = {"support": support, "front": {"title": "Front desk"}}
    with opened(tmp_path_factory.mktemp("busy"), {"queues": queues}) as found:
        found.ready("bruno")
        found.answer(found.caller(1, "support"))
        for agent in ("anna", "arne"):
            found.daemon.desk.sign_in(agent)
        found.caller(2, "support")
        found.caller(3, "front")
        yield found


def named(text: str) -> set[str]:
    """Whom of the team south, and which of its contacts, an answer names; and zoe, who is of no team."""
    return {name for name in ("bruno", "Bruno", "zoe", "Zoe", "call-1", "call-2") if name in text}


@pytest.mark.parametrize("path", LOOKED_AT)
def test_what_a_supervisor_looks_at_names_nobody_of_other_teams(busy: Site, path: str) -> None:
    answer = busy.signed_in("nora").get(path)
    assert answer.status_code in {200, 403, 422}, answer.text
    assert named(answer.text) == set()


def test_explanations_would_name_them_and_count_them(busy: Site) -> None:
    root, nora = busy.signed_in("root"), busy.signed_in("nora")
    assert named(root.get("/contacts/call-3/explanation").text) == {"bruno", "Bruno", "zoe", "Zoe", "call-1"}
    whole = root.get("/contacts/call-3/explanation").json()
    part = nora.get("/contacts/call-3/explanation").json()
    assert (len(whole["agents"]), whole["agents_elsewhere"]) == (4, 0)
    assert ({one["agent"] for one in part["agents"]}, part["agents_elsewhere"]) == ({"anna", "arne"}, 2)
    assert (part["summary"], part["changes"]) == (whole["summary"], whole["changes"])
    whole, part = (browser.get("/agents/arne/explanation").json() for browser in (root, nora))
    assert [(one["code"], one["details"]["contact"]) for one in whole["changes"]] == [("fits", "call-2")]
    assert (part["changes"], part["obstacles"]) == ([], whole["obstacles"])


@pytest.mark.parametrize(
    ("waits_in", "other", "code"),
    [("front", "support", "overtakes_somebody"), ("support", "front", "overtakes")],
)
def test_whom_a_contact_will_go_before_is_named_to_those_who_see_them(
    tmp_path: Path, waits_in: str, other: str, code: str
) -> None:
    queues: dict[str, dict[str, Any]] = {"support": {"teams": ["south"]}, "front": {}}
    queues[waits_in]["ageing_per_minute"] = 5
    queues[other]["priority"] = 10
    with opened(tmp_path, {"queues": queues, "routing": {"contact_order": "ageing"}}) as site:
        ahead, waits = site.caller(1, other), site.caller(2, waits_in)
        sam = site.signed_in("sam")
        (row,) = sam.get(f"/queues/{waits_in}/waiting").json()["items"]
        for told in (row, sam.get(f"/contacts/{waits}/explanation").json()):
            (change,) = (one for one in told["changes"] if one["code"].startswith("overtakes"))
            is_named = code == "overtakes"
            assert (change["code"], change["details"]["queue"], ahead in str(change)) == (code, other, is_named)
        answer = site.signed_in("nora").get("/queues/front/waiting")
        assert waits_in != "front" or ahead not in answer.text
