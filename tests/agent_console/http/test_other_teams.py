"""Each operation that names somebody or something, asked about another team's: refused, and nothing happens.

The table is the OpenAPI document's: an operation that is new is in it at once.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acd.events import EndTalk, JoinQueue, RefuseOffer
from agent_console.http.access import ACCESS
from facts.ids import AgentId, ContactId, QueueName
from facts.states import OfferOutcome, Party
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
    assert (part["contacts_elsewhere"], part["changes_elsewhere"]) == (1, 1)
    assert (whole["contacts_elsewhere"], whole["changes_elsewhere"]) == (0, 0)


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


# -- agents of other teams in what waits in a queue that several see --------------------------------------------------


def changed(told: dict[str, Any]) -> set[str]:
    return {one["code"] for one in told["changes"]}


def shared(tmp_path: Path, **queue: Any) -> Any:
    """A site in which the queue front is everybody's, and only Bruno of the team south can take its contacts."""
    front = {"title": "Front desk", "requires": "english>=5", "wrap_up_s": 60, "ring_s": 20, **queue}
    return opened(tmp_path, {"queues": {"front": front}, "entry_points": {}})


def told_of(site: Site, contact: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What waits, as nora reads it: as a row if it is in the line, and why; each with what root reads of why."""
    root, nora = (site.signed_in(who).get(f"/contacts/{contact}/explanation").json() for who in ("root", "nora"))
    rows = site.signed_in("nora").get("/queues/front/waiting").json()["items"]
    live = site.console._feed.items("waiting/front")  # type: ignore[union-attr]  # the site is open
    assert live is not None
    assert [row.model_dump(mode="json")["changes"] for row in live.values()] == [row["changes"] for row in rows]
    return ((one, root) for one in (*(row for row in rows if row["contact_id"] == contact), nora))


def test_who_has_or_is_offered_a_contact_is_named_to_all_who_see_its_queue(tmp_path: Path) -> None:
    with shared(tmp_path) as site:
        site.ready("bruno")
        contact = site.caller(1)
        (row, _), (why, _) = told_of(site, contact)
        assert (row["offered_to"], row["details"], why["details"]) == (["bruno"], *([{"agents": ["bruno"]}] * 2))
        assert why["summary"] == "rings at bruno"
        assert (why["agents"], why["agents_elsewhere"]) != ([], 0)
        assert "bruno" not in str(why["agents"])
        site.answer(contact)
        why = site.signed_in("nora").get(f"/contacts/{contact}/explanation").json()
        assert (why["summary"], why["details"]) == ("talks with bruno", {"agents": ["bruno"]})
        assert "bruno" not in str(why["agents"])


def test_whose_wrap_up_ends_is_told_without_the_name(tmp_path: Path) -> None:
    with shared(tmp_path) as site:
        site.ready("bruno")
        first = site.caller(1)
        site.answer(first)
        assert site.coordinator.tell(EndTalk(contact_id=first, agent_id=AgentId("bruno"), ended_by=Party.CALLER))
        waits = site.caller(2)
        for told, whole in told_of(site, waits):
            assert "bruno" in str([one for one in whole["changes"] if one["code"] == "wrap_up_ends"])
            assert changed(told) == {"wrap_up_ends_somebody"}
            assert named(str(told)) == {"call-2"}


def refused_by_bruno(site: Site) -> ContactId:
    """A caller waits whom Bruno, who alone is ready, has just not taken."""
    site.ready("bruno")
    waits = site.caller(1)
    view = site.coordinator.engine.contact(waits)
    assert view is not None
    assert view.offer_id is not None
    refused = RefuseOffer(offer_id=view.offer_id, agent_id=AgentId("bruno"), outcome=OfferOutcome.BUSY)
    assert site.coordinator.tell(refused)
    return waits


def test_who_refused_and_when_they_are_asked_again_is_told_without_the_name(tmp_path: Path) -> None:
    with shared(tmp_path) as site:
        waits = refused_by_bruno(site)
        for told, whole in told_of(site, waits):
            assert changed(whole) == {"again", "pause_ends"}
            assert changed(told) == {"again_somebody", "pause_ends_somebody"}
            assert named(str(told)) == {"call-1"}


def test_who_is_free_and_did_not_take_it_is_told_without_the_name(tmp_path: Path) -> None:
    with shared(tmp_path, retry_s=600) as site:
        waits = refused_by_bruno(site)
        site.passes(120)
        for told, whole in told_of(site, waits):
            assert (whole["code"], whole["details"]["agents"]) == ("asked", ["bruno"])
            assert (told["code"], "agents" in told["details"]) == ("asked_somebody", False)
            assert told["summary"].endswith("who is free did not take it just now")
            assert named(str(told)) == {"call-1"}


def test_whom_a_contact_prefers_is_told_without_the_name(tmp_path: Path) -> None:
    with shared(tmp_path, requires="english>=1", preferred_wait_s=600) as site:
        site.ready("bruno", "anna")
        first = site.caller(1, "support")
        site.answer(first)
        waits = ContactId("call-3")
        join = JoinQueue(contact_id=waits, queue=QueueName("front"), preferred_agent=AgentId("bruno"))
        assert site.coordinator.tell(join)
        for told, whole in told_of(site, waits):
            assert (whole["code"], whole["details"]) == ("preferred", {"agent": "bruno"})
            assert (told["code"], told["details"]) == ("preferred_somebody", {})
            assert changed(told) == {"anybody"}
            assert named(str(told)) == set()
        why = site.signed_in("nora").get(f"/contacts/{waits}/explanation").json()
        (anna,) = (one for one in why["agents"] if one["agent"] == "anna")
        assert "alone_for_somebody" in {one["code"] for one in anna["ruled_out_by"]}
        whole, part = (site.signed_in(who).get("/agents/anna/explanation").json() for who in ("root", "nora"))
        assert ("anybody_for" in changed(whole), "anybody_for_somebody" in changed(part)) == (True, True)
        assert ("bruno" in str(whole), "bruno" in str(part)) == (True, False)


def test_agents_of_the_one_team_that_sees_a_queue_are_named_in_its_rows(tmp_path: Path) -> None:
    with shared(tmp_path, requires="english>=1", teams=["north"]) as site:
        site.ready("anna")
        first = site.caller(1)
        site.answer(first)
        assert site.coordinator.tell(EndTalk(contact_id=first, agent_id=AgentId("anna"), ended_by=Party.CALLER))
        for told, _ in told_of(site, site.caller(2)):
            assert "anna" in str([one for one in told["changes"] if one["code"] == "wrap_up_ends"])


# -- previews ----------------------------------------------------------------------------------------------------------


ANNA: dict[str, Any] = {"phone": "1001", "team": "north", "skills": {"english": 5}}


@pytest.mark.parametrize(
    ("wish", "own", "untold"),
    [
        ({"section": "agents", "name": "anna", "document": {**ANNA, "phone": "1002"}}, set(), 1),
        ({"section": "teams", "name": "south"}, set(), None),
        ({"section": "skills", "name": "english"}, {"agents.anna", "agents.arne"}, None),
    ],
    ids=lambda found: found["name"] if isinstance(found, dict) else "",
)
def test_problems_of_entries_that_a_supervisor_does_not_see_are_counted(
    busy: Site, wish: dict[str, Any], own: set[str], untold: int | None
) -> None:
    whole, part = (busy.signed_in(who).post("/preview", wish).json()["problems"] for who in ("root", "nora"))
    *told, counted = part
    assert (counted["field"], counted["way_out"]) == (
        f"{wish['section']}.{wish['name']}",
        "ask an administrator, who sees what they are",
    )
    count = len(whole) - len(told)
    assert counted["rule"] == f"breaks {count} of the settings that you may not see"
    assert count > 0
    assert untold in {None, count}
    assert own <= {".".join(one["field"].split(".")[:2]) for one in told}
    assert not {"bruno", "sam", "zoe", "support"} & set(str(part).replace(".", " ").replace("'", " ").split())


def test_a_mistake_in_the_entry_itself_is_told(busy: Site) -> None:
    wish = {"section": "agents", "name": "anna", "document": {**ANNA, "skills": {"english": 11}}}
    whole, part = (busy.signed_in(who).post("/preview", wish).json()["problems"] for who in ("root", "nora"))
    assert part == whole != []


def test_agents_and_queues_of_other_teams_that_a_change_would_idle_or_end_are_counted(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        site.ready("bruno")
        site.answer(site.caller(1, "support"))
        site.caller(2, "support")
        root, nora = site.signed_in("root"), site.signed_in("nora")
        parts = ("idle_agents", "idle_agents_elsewhere", "gone_queues", "gone_queues_elsewhere")
        for wish, whole, part in (
            ({"section": "agents", "name": "bruno"}, (["bruno"], 0, [], 0), ([], 1, [], 0)),
            ({"section": "queues", "name": "support"}, ([], 0, ["support"], 0), ([], 0, [], 1)),
        ):
            found = [browser.post("/preview", wish).json() for browser in (root, nora)]
            assert [tuple(one[name] for name in parts) for one in found] == [whole, part]
