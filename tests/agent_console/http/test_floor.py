"""The floor over HTTP: rows, pages, explanations, what supervisors do, and the trail of it."""

from pathlib import Path
from typing import Any

import pytest

from cti_bridge.shell.recovery import forget_gone
from tests.agent_console.site import Browser, Site, opened


def test_a_queue_row_tells_who_waits_who_works_and_what_was_promised(site: Site) -> None:
    site.ready("anna")
    first = site.caller(1, "front")
    site.passes(3)
    site.caller(2, "front")
    site.answer(first)
    row = site.signed_in("root").get("/queues/front").json()
    assert (row["waiting"], row["ringing"], row["talking"]) == (1, 0, 1)
    assert (row["open"], row["closed_by_hand"]) == (True, False)
    assert row["oldest_joined_at"] == "2027-01-15T08:00:03.000000Z"
    assert row["agents"] == {
        "logged_in": 1, "ready": 0, "reserved": 0, "talking": 1, "wrap_up": 0, "not_ready": 0,
    }  # fmt: skip
    assert row["targets"]["threshold_s"] == 20
    assert row["today"]["offered"]["value"] == 2
    assert row["today"]["answered"]["value"] == 1
    assert [point["offered"] for point in row["trend"]] == [2]


def test_an_agent_row_tells_both_axes_and_the_contact(site: Site) -> None:
    root = site.signed_in("root")
    assert root.get("/agents/anna").json()["declared"] == "LOGGED_OUT"
    site.ready("anna")
    contact = site.caller(1, "sales")
    row = root.get("/agents/anna").json()
    assert (row["declared"], row["activity"]) == ("READY", "RESERVED")
    site.passes(4)
    site.answer(contact)
    site.daemon.desk.not_ready("anna", "break")
    row = root.get("/agents/anna").json()
    assert (row["declared"], row["activity"], row["pending"]) == ("READY", "TALKING", "NOT_READY")
    assert row["contacts"][0]["contact_id"] == contact
    assert row["contacts"][0]["caller"] == "+49301234001"
    assert row["since"] == "2027-01-15T08:00:04.000000Z"


def test_lists_come_in_pages_that_join(site: Site) -> None:
    root = site.signed_in("root")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = root.get(f"/agents?limit=1{cursor and f'&cursor={cursor}'}").json()
        seen += [row["agent"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["anna", "arne", "bruno", "zoe"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=!", "cursor=" + "x" * 600])
def test_a_page_that_cannot_be_is_refused_with_its_field(site: Site, query: str) -> None:
    answer = site.signed_in("root").get(f"/agents?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == f"query.{query.partition('=')[0]}"


def test_why_a_contact_waits_names_everybody_with_code_and_words(site: Site) -> None:
    site.ready("bruno")
    site.caller(1, "front")  # rings at bruno
    site.caller(2, "sales")
    why = site.signed_in("root").get("/contacts/call-2/explanation").json()
    assert why["requirement"] == "english>=1"
    assert why["summary"]
    by_name = {one["agent"]: one for one in why["agents"]}
    assert by_name["bruno"]["qualified"] is True
    assert by_name["bruno"]["ruled_out_by"][0]["code"]
    assert by_name["zoe"]["qualified"] is False


def test_a_waiting_contact_is_raised_and_moved_with_its_place_and_a_trail(site: Site) -> None:
    root = site.signed_in("root")
    site.caller(1, "sales")
    site.passes(5)
    site.caller(2, "sales")
    raised = root.post("/contacts/call-2/priority", {"priority": 7}).json()
    assert (raised["priority"], raised["position"]) == (7, 1)
    moved = root.post("/contacts/call-1/move", {"queue": "front"}).json()
    assert (moved["queue"], moved["joined_at"]) == ("front", "2027-01-15T08:00:00.000000Z")
    assert root.post("/contacts/call-1/move", {"queue": "none"}).status_code == 404
    assert root.post("/contacts/none/move", {"queue": "sales"}).status_code == 404
    trail = root.get("/audit?resource=contact").json()["items"]
    assert [(one["actor"], one["action"], one["key"]) for one in trail] == [
        ("root", "moved", "call-1"),
        ("root", "priority", "call-2"),
    ]
    assert (trail[1]["before"], trail[1]["after"]) == ({"priority": 0}, {"priority": 7})


def test_a_contact_that_talks_cannot_be_raised_and_is_shown_as_it_is(site: Site) -> None:
    site.ready("anna")
    contact = site.caller(1, "front")
    site.answer(contact)
    answer = site.signed_in("root").post(f"/contacts/{contact}/priority", {"priority": 7})
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["error_id"] == "state_changed"
    assert (problem["present"]["place"], problem["present"]["agents"]) == ("connected", ["anna"])


def test_a_supervisor_gives_no_reason_that_is_unknown_or_the_systems_and_nobody_is_signed_in_by_that(
    site: Site,
) -> None:
    nora = site.signed_in("nora")
    for reason in ("gone_fishing", "phone_lost"):
        refused = nora.post("/agents/anna/state", {"declared": "NOT_READY", "reason": reason})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "body.reason"
        assert nora.get("/agents/anna").json()["declared"] == "LOGGED_OUT"


def test_a_supervisor_changes_an_agents_state(site: Site) -> None:
    nora = site.signed_in("nora")
    assert nora.post("/agents/anna/state", {"declared": "READY"}).json()["declared"] == "READY"
    row = nora.post("/agents/anna/state", {"declared": "NOT_READY"}).json()
    assert (row["declared"], row["reason"]) == ("NOT_READY", "supervisor")
    row = nora.post("/agents/anna/state", {"declared": "NOT_READY", "reason": "training"}).json()
    assert (row["reason"], row["reason_title"]) == ("training", "Training")
    assert nora.post("/agents/anna/state", {"declared": "LOGGED_OUT"}).json()["declared"] == "LOGGED_OUT"
    assert nora.post("/agents/anna/state", {"declared": "LOGGED_OUT"}).status_code == 409
    assert nora.post("/agents/anna/state", {"declared": "AWAY"}).json()["errors"][0]["field"] == "body.declared"


def test_a_supervisor_changes_skills_and_that_can_be_undone(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    row = nora.put("/agents/anna/skills", {"skills": {"english": 9}}).json()
    assert row["skills"] == {"english": 9}
    refused = nora.put("/agents/anna/skills", {"skills": {"klingon": 3}})
    assert refused.status_code == 422
    assert "klingon" in refused.text
    assert nora.put("/agents/anna/skills", {"skills": {"english": 11}}).status_code == 422
    latest = root.get("/settings/revisions").json()["items"][0]
    assert latest["by"] == "nora"
    assert root.post(f"/settings/revisions/{latest['number']}/undo").status_code == 200
    assert root.get("/agents/anna").json()["skills"] == {"english": 5}


def test_an_emergency_closes_a_queue_until_it_is_opened(site: Site) -> None:
    nora = site.signed_in("nora")
    assert nora.post("/queues/sales/close").json()["closed_by_hand"] is True
    again = nora.post("/queues/sales/close")
    assert again.status_code == 409
    assert again.json()["present"]["closed_by_hand"] is True
    row = nora.post("/queues/sales/open").json()
    assert (row["open"], row["closed_by_hand"]) == (True, False)
    assert nora.post("/queues/sales/open").status_code == 409


def test_a_message_appears_on_the_desks_of_its_team(site: Site) -> None:
    nora, anna, bruno = (site.signed_in(name) for name in ("nora", "anna", "bruno"))
    assert nora.post("/teams/north/messages", {"text": "Fire drill at ten"}).json()["sender"] == "nora"
    assert [one["text"] for one in anna.get("/desk").json()["messages"]] == ["Fire drill at ten"]
    assert bruno.get("/desk").json()["messages"] == []
    assert nora.post("/teams/north/messages", {"text": ""}).status_code == 422


def test_the_words_of_the_settings_are_there_for_every_desk(site: Site) -> None:
    anna = site.signed_in("anna")
    reasons = {one["reason"]: one for one in anna.get("/reasons").json()["items"]}
    assert reasons["training"]["productive"] is True
    assert reasons["no_answer"]["system"] is True
    assert {one["disposition"]: one["resolved"] for one in anna.get("/dispositions").json()["items"]} == {
        "solved": True,
        "follow_up": None,
    }
    assert anna.get("/entry-points").json()["items"][0]["number"] == "8000"
    [hours] = anna.get("/opening-hours").json()["items"]
    assert hours["open"] is True  # Friday 15 January 2027, 9:00 in Berlin
    assert hours["spans"][0]["closes"] == "2027-01-15T17:00:00.000000Z"


def test_reasons_and_dispositions_come_in_the_order_of_the_settings(tmp_path: Path) -> None:
    """Agents learn their places, and the keys of the first nine: most usual first, whatever their codes."""
    chosen = ["zebra", "lunch", "apple"]
    more: dict[str, Any] = {"reasons": {code: {} for code in chosen}, "dispositions": {code: {} for code in chosen}}
    with opened(tmp_path, more) as site:
        anna = site.signed_in("anna")
        own = [one["reason"] for one in pages(anna, "/reasons") if not one["system"]]
        assert own == chosen
        assert [one["disposition"] for one in pages(anna, "/dispositions")] == chosen


def pages(browser: Browser, path: str) -> list[dict[str, Any]]:
    """All of a list, two at a time."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        part = browser.get(f"{path}?limit=2{cursor}").json()
        found += part["items"]
        if part["next_cursor"] is None:
            return found
        cursor = f"&cursor={part['next_cursor']}"


def test_totals_and_health(site: Site) -> None:
    root = site.signed_in("root")
    site.caller(1, "front")
    totals = root.get("/totals").json()
    assert totals["waiting"] == 1
    assert totals["longest_joined_at"] == "2027-01-15T08:00:00.000000Z"
    assert totals["day"] == "2027-01-14T23:00:00.000000Z"
    ready = site.visitor().get("//readyz")
    assert ready.status_code == 503  # the switch of this site is not connected
    parts = {part["part"]: part for part in ready.json()["parts"]}
    assert parts["journal"]["ready"] is True
    assert "doctor" in parts["switch"]["reason"]
    assert site.visitor().get("//healthz").json()["status"] == "alive"


def test_contacts_are_found_and_told(site: Site) -> None:
    site.ready("anna")
    first = site.caller(1, "front")
    site.passes(7)
    site.answer(first)
    site.passes(1)
    site.caller(2, "sales")
    root = site.signed_in("root")
    found = root.get("/contacts").json()["items"]
    assert [line["contact_id"] for line in found] == ["call-2", "call-1"]
    line = root.get("/contacts/call-1").json()
    assert (line["place"], line["agents"], line["queues"], line["wait_s"]) == ("connected", ["anna"], ["front"], 7.0)
    assert (line["caller_number"], line["result"]) == ("+49301234001", "answered")
    assert [one["contact_id"] for one in root.get("/contacts?place=connected").json()["items"]] == ["call-1"]
    assert [one["contact_id"] for one in root.get("/contacts?agent=anna").json()["items"]] == ["call-1"]
    assert [one["contact_id"] for one in root.get("/contacts?number=%2B49301234002").json()["items"]] == ["call-2"]
    late = root.get("/contacts?from=2027-01-15T08:00:08Z").json()["items"]
    assert [one["contact_id"] for one in late] == ["call-2"]
    page = root.get("/contacts?limit=1").json()
    rest = root.get(f"/contacts?limit=1&cursor={page['next_cursor']}").json()
    assert [one["contact_id"] for one in rest["items"]] == ["call-1"]
    kinds = [one["kind"] for one in root.get("/contacts/call-1/story").json()["lines"]]
    assert kinds[:2] == ["ContactOffered", "ContactQueued"]
    assert root.get("/contacts?from=yesterday").json()["errors"][0]["field"] == "query.from"


def queues_of(browser: Browser, agent: str) -> dict[str, tuple[bool, str | None, bool]]:
    """What an agent is in each queue that one sees: by skills, as an exception, and whether they serve it."""
    items = browser.get(f"/agents/{agent}/queues").json()["items"]
    return {one["queue"]: (one["by_skills"], one["exception"], one["serves"]) for one in items}


def test_a_supervisor_takes_an_agent_out_of_a_queue_while_somebody_waits_and_that_is_undone(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    assert queues_of(nora, "anna") == {"front": (True, None, True), "sales": (True, None, True)}
    site.ready("anna")
    site.answer(site.caller(1, "sales"))
    waits = site.caller(2, "sales")
    wish = {"without_queues": ["sales"], "extra_queues": []}
    change = {"section": "agents", "name": "anna", "document": wish, "partial": True}
    foreseen = nora.post("/preview", change).json()
    assert (foreseen["unroutable"], foreseen["problems"]) == ([waits], [])
    row = nora.put("/agents/anna/queues", wish).json()
    assert (row["without_queues"], row["extra_queues"]) == (["sales"], [])
    assert queues_of(nora, "anna") == {"front": (True, None, True), "sales": (True, "taken_out", False)}
    why = nora.get(f"/contacts/{waits}/explanation").json()
    (of_anna,) = (one for one in why["agents"] if one["agent"] == "anna")
    assert (of_anna["qualified"], of_anna["ruled_out_by"][0]["text"]) == (False, "taken out of the queue sales")
    (waiting,) = nora.get("/queues/sales/waiting").json()["items"]
    assert (waiting["code"], waiting["qualified"]["taken_out"]) == ("nobody_in", 1)
    assert nora.get("/agents/anna").json()["contacts"][0]["contact_id"] == "call-1", "the talk goes on"
    latest = root.get("/settings/revisions").json()["items"][0]
    assert latest["by"] == "nora"
    assert root.post(f"/settings/revisions/{latest['number']}/undo").status_code == 200
    assert queues_of(nora, "anna")["sales"] == (True, None, True)
    assert nora.get("/agents/anna").json()["without_queues"] == []


def test_who_is_put_in_without_the_skill_is_offered_who_waits(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    assert nora.put("/agents/arne/skills", {"skills": {}}).status_code == 200
    site.ready("arne")
    waits = site.caller(1, "sales")
    assert queues_of(nora, "arne")["sales"] == (False, None, False)
    wish = {"without_queues": [], "extra_queues": ["sales"]}
    change = {"section": "agents", "name": "arne", "document": wish, "partial": True}
    assert root.post("/preview", change).json()["routable"] == [waits]
    nora.put("/agents/arne/queues", wish)
    assert queues_of(nora, "arne")["sales"] == (False, "put_in", True)
    assert nora.get("/queues/sales/waiting").json()["items"][0]["offered_to"] == ["arne"]
    assert nora.get("/queues/sales").json()["agents"]["logged_in"] == 1
    assert queues_of(site.signed_in("anna"), "anna")["sales"] == (True, None, True), "agents see their own"


def test_a_preview_counts_contacts_of_other_teams_and_does_not_name_them(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    site.ready("anna")
    site.answer(site.caller(1, "sales"))
    own, others = site.caller(2, "sales"), site.caller(3, "support")
    parts = ("unroutable", "unroutable_elsewhere", "routable", "routable_elsewhere")

    def foreseen(browser: Browser, document: object) -> list[object]:
        found = browser.post("/preview", {"section": "agents", "name": "anna", "document": document}).json()
        return [found[part] for part in parts]

    assert foreseen(root, None) == [[own, others], 0, [], 0]
    assert foreseen(nora, None) == [[own], 1, [], 0]
    assert foreseen(site.signed_in("sam"), None) == [[others], 1, [], 0]
    out = {"without_queues": ["sales", "support"], "extra_queues": []}
    assert root.put("/agents/anna/queues", out).status_code == 200
    anna = {"phone": "1001", "team": "north", "skills": {"english": 5}}
    assert foreseen(root, anna) == [[], 0, [own, others], 0]
    assert foreseen(nora, anna) == [[], 0, [own], 1]


def test_a_supervisor_leaves_alone_what_an_agent_is_in_queues_of_other_teams(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    root.put("/agents/anna/queues", {"without_queues": ["support"], "extra_queues": ["sales"]})
    assert set(queues_of(nora, "anna")) == {"front", "sales"}
    row = nora.put("/agents/anna/queues", {"without_queues": ["front"], "extra_queues": []}).json()
    assert (row["without_queues"], row["extra_queues"]) == (["front"], []), "that there is another one is not told"
    row = nora.put("/agents/anna/queues", {"without_queues": ["support"], "extra_queues": []}).json()
    assert row["without_queues"] == []
    moved = nora.put("/agents/anna/queues", {"without_queues": [], "extra_queues": ["support"]})
    assert (moved.status_code, moved.json()["error_id"]) == (403, "forbidden")
    document = root.get("/settings/agents/anna").json()["document"]
    assert (document["without_queues"], "extra_queues" in document) == (["support"], False)
    assert root.delete("/settings/queues/support", headers={"If-Match": "*"}).status_code == 422


def test_no_row_names_a_queue_that_its_reader_does_not_see(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    wish = {"without_queues": ["support", "front"], "extra_queues": ["sales"]}
    assert root.put("/agents/anna/queues", wish).json()["without_queues"] == ["support", "front"]
    etag = nora.get("/agents/anna").headers["etag"]
    site.daemon.desk.sign_in("anna")
    (listed,) = (row for row in nora.get("/agents").json()["items"] if row["agent"] == "anna")
    shown = {
        "listed": listed,
        "alone": nora.get("/agents/anna").json(),
        "to herself": site.signed_in("anna").get("/agents/anna").json(),
        "changed": nora.post("/agents/anna/state", {"declared": "READY"}).json(),
        "out": nora.post("/agents/anna/state", {"declared": "LOGGED_OUT"}).json(),
        "out already": nora.post("/agents/anna/state", {"declared": "LOGGED_OUT"}).json()["present"],
    }
    assert nora.put("/agents/anna/skills", {"skills": {"english": 4}}).status_code == 200
    late = nora.put("/agents/anna/skills", {"skills": {}}, headers={"If-Match": etag})
    assert late.status_code == 412
    shown["overtaken"] = late.json()["present"]
    assert shown["overtaken"]["skills"] == {"english": 4}
    for how, row in shown.items():
        assert (row["without_queues"], row["extra_queues"]) == (["front"], ["sales"]), how
    assert root.get("/agents/anna").json()["without_queues"] == ["support", "front"]
    assert "support" not in late.text


def test_looking_at_a_change_leaves_alone_what_one_does_not_see(site: Site) -> None:
    """Taken out of the only other queue in a team's sight, an agent would be idle unless a hidden one were theirs."""
    nora, root = site.signed_in("nora"), site.signed_in("root")
    root.put("/agents/arne/queues", {"without_queues": ["front"], "extra_queues": ["support"]})
    wish = {"without_queues": ["front", "sales"], "extra_queues": []}
    change = {"section": "agents", "name": "arne", "document": wish, "partial": True}
    site.ready("arne")
    assert nora.post("/preview", change).json()["idle_agents"] == []
    assert root.post("/preview", change).json()["idle_agents"] == [], "support requires nothing"
    root.put("/agents/arne/queues", {"without_queues": ["front", "support"], "extra_queues": []})
    assert nora.post("/preview", change).json()["idle_agents"] == ["arne"]


def test_two_who_change_an_agents_queues_at_once_do_not_overwrite_each_other(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    etag = nora.get("/agents/anna/queues").headers["etag"]
    out: dict[str, list[str]] = {"without_queues": ["sales"], "extra_queues": []}
    none: dict[str, list[str]] = {"without_queues": [], "extra_queues": []}
    assert root.put("/agents/anna/queues", out, headers={"If-Match": etag}).status_code == 200
    late = nora.put("/agents/anna/queues", none, headers={"If-Match": etag})
    assert (late.status_code, late.json()["error_id"]) == (412, "edited_meanwhile")
    assert nora.put("/agents/nobody/queues", none).status_code == 404
    assert "etag" not in site.signed_in("anna").get("/agents/anna/queues").headers


def test_two_who_change_an_agents_skills_at_once_do_not_overwrite_each_other(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    etag = nora.get("/agents/anna").headers["etag"]
    assert root.put("/agents/anna/skills", {"skills": {"english": 7}}).json()["skills"] == {"english": 7}
    late = nora.put("/agents/anna/skills", {"skills": {"english": 2}}, headers={"If-Match": etag})
    assert (late.status_code, late.json()["error_id"]) == (412, "edited_meanwhile")
    assert root.get("/agents/anna").json()["skills"] == {"english": 7}
    again = nora.get("/agents/anna").headers["etag"]
    changed = nora.put("/agents/anna/skills", {"skills": {"english": 2}}, headers={"If-Match": again})
    assert changed.json()["skills"] == {"english": 2}
    assert "etag" not in site.signed_in("anna").get("/agents/anna").headers


def test_what_a_contact_that_has_just_gone_cannot_do_is_told_with_how_it_is(site: Site) -> None:
    nora, sam = site.signed_in("nora"), site.signed_in("sam")
    contact = site.caller(1, "sales")
    forget_gone(site.coordinator, set())
    acts: dict[str, dict[str, Any]] = {"priority": {"priority": 1}, "move": {"queue": "front"}, "withdraw": {}}
    for act, wish in {**acts, "monitor": {"mode": "listen"}}.items():
        late = nora.post(f"/contacts/{contact}/{act}", wish)
        assert (late.status_code, late.json()["error_id"]) == (409, "state_changed"), act
        assert (late.json()["reason_id"], late.json()["detail"]) == ("over", "the contact is over")
        assert (late.json()["present"]["contact_id"], late.json()["present"]["place"]) == (contact, "ended")
        assert sam.post(f"/contacts/{contact}/{act}", wish).status_code == 404, "others learn nothing of it"


def test_a_contact_is_not_moved_to_where_it_is(site: Site) -> None:
    root, contact = site.signed_in("root"), site.caller(1, "sales")
    refused = root.post(f"/contacts/{contact}/move", {"queue": "sales"})
    assert (refused.status_code, refused.json()["detail"]) == (409, f"{contact} waits in sales already")
    assert refused.json()["present"]["queue"] == "sales"
    assert root.get("/audit?resource=contact").json()["items"] == []
