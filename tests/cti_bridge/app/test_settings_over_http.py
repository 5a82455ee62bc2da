"""Settings over the API: entries with their ETags, several at once, revisions, preview, export and import."""

from pathlib import Path
from typing import Any

import pytest

from tests.cti_bridge.app.console_stage import play

SETTINGS = """
home: {home}
flows: [straight.yaml]
skills: {{sales: "", english: ""}}
queues: {{orders: {{requires: sales>=2}}, help: {{}}}}
agents:
  ann: {{phone: "1001", skills: {{sales: 5, english: 1}}, pin: "4711"}}
  bob: {{phone: "1002", skills: {{sales: 5}}}}
entry_points: {{"8000": {{flow: straight}}}}
"""
FLOW = """
flow: straight
title: Straight into the queue
languages: [en]
start: to_orders
nodes:
  to_orders: {type: queue, queue: orders}
"""
ASK = """
async def ask(http):
    tell(JoinQueue(contact_id=ContactId("c1"), queue=QueueName("orders")))
    tell(LogIn(agent_id=AgentId("bob"), phone=""))

    def note(name, answer):
        is_json = answer.content and "json" in answer.headers.get("content-type", "")
        seen[name] = answer.status_code, answer.json() if is_json else answer.text, answer.headers.get("etag")
        return answer

    note("none yet", await http.get("/settings/revisions"))
    note("list", await http.get("/settings/queues"))
    first = note("one", await http.get("/settings/queues/orders"))
    etag = first.headers["etag"]
    url = "/settings/queues/orders"
    wanted = {"requires": "sales>=3", "title": "Orders"}
    note("without match", await http.put(url, json=wanted))
    note("put", await http.put(url, json=wanted, headers={"If-Match": etag}))
    seen["in force"] = engine.policy.queues[0].requires.level, [c.contact_id for c in engine.contacts()]
    note("overtaken", await http.put(url, json=wanted, headers={"If-Match": etag}))
    note("there already", await http.put(url, json={}, headers={"If-None-Match": "*"}))
    note("wrong", await http.put(url, json={"requires": "klingon", "ring_s": -1}, headers={"If-Match": "*"}))
    note("null", await http.put(url, content=b"null", headers={"If-Match": "*"}))
    for name, absent in (("agents/eve", {"phone": "1003"}), ("routing/routing", {"seed": 7})):
        note(f"any of no {name}", await http.put(f"/settings/{name}", json=absent, headers={"If-Match": "*"}))
        section, _, name = name.partition("/")
        for document in (absent, None):
            one = {"section": section, "name": name, "document": document, "match": "*"}
            note(f"{name} among several: {document}", await http.post("/settings/changes", json={"changes": [one]}))
    note("new", await http.put("/settings/agents/eve", json={"phone": "1003"}, headers={"If-None-Match": "*"}))
    note("gone", await http.delete("/settings/queues/help", headers={"If-Match": "*"}))
    note("gone already", await http.delete("/settings/queues/help", headers={"If-Match": "*"}))
    note("single", await http.put("/settings/routing/routing", json={"seed": 7}, headers={"If-None-Match": "*"}))
    note("single misnamed", await http.put("/settings/routing/x", json={}, headers={"If-Match": "*"}))
    note("no such section", await http.get("/settings/database"))
    skills = [{"section": "agents", "name": name, "match": "*",
               "document": {"phone": phone, "pin": "**********", "skills": {"sales": 9}}}
              for name, phone in (("ann", "1001"), ("bob", "1002"))]
    matrix = note("matrix", await http.post("/settings/changes", json={"changes": skills, "comment": "all experts"}))
    note("revisions", await http.get("/settings/revisions?limit=2"))
    page = seen["revisions"][1]
    note("older", await http.get("/settings/revisions", params={"limit": 2, "cursor": page["next_cursor"]}))
    note("bad cursor", await http.get("/settings/revisions?cursor=eA"))
    note("revision", await http.get("/settings/revisions/2"))
    note("no revision", await http.get("/settings/revisions/99"))
    note("undo", await http.post(f"/settings/revisions/{matrix.json()['number']}/undo"))
    seen["pin kept"] = administration.settings.agents["ann"].pin.get_secret_value()
    note("undo blocked", await http.post(f"/settings/revisions/{matrix.json()['number']}/undo"))
    note("export", await http.get("/settings/export"))
    text = seen["export"][1].replace("Orders", "Bestellungen")
    note("import", await http.post("/settings/import", content=text.encode()))
    broken = b"queues:\\n  orders: {ring_s: 0}\\n"
    note("import refused", await http.post("/settings/import", content=broken))
    note("import no text", await http.post("/settings/import", content=b"\\xff\\xfe"))
    wish = {"section": "agents", "name": "bob", "document": None}
    note("preview", await http.post("/preview", json=wish))
    for what, name, part in (("queues", "orders", {"ring_s": -1}), ("queues", "nowhere", {"title": "x"}),
                             ("queues", "orders", "a text"), ("skills", "sales", {"title": "x"})):
        part_of = {"section": what, "name": name, "document": part, "partial": True}
        note(f"preview of {part!r} of {name}", await http.post("/preview", json=part_of))
    other = await http.post("/preview", json=wish, headers={"Authorization": "Bearer supervisor+south"})
    note("preview of another team", other)
    for role in ("supervisor", "agent"):
        answer = await http.get("/settings/queues", headers={"Authorization": f"Bearer {role}"})
        seen[f"as {role}"] = answer.status_code
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home: Path = tmp_path_factory.mktemp("settings")
    (home / "straight.yaml").write_text(FLOW)
    return play(home, SETTINGS.format(home=home), ASK)


def status(seen: dict[str, Any], name: str) -> int:
    found: int = seen[name][0]
    return found


def test_entries_are_read_with_their_etags(seen: dict[str, Any]) -> None:
    assert seen["none yet"][:2] == [200, {"items": [], "next_cursor": None}]
    code, page, _ = seen["list"]
    assert (code, [item["name"] for item in page["items"]]) == (200, ["orders", "help"])
    code, one, etag = seen["one"]
    assert (code, one["document"], etag) == (200, {"requires": "sales>=2"}, f'"{one["etag"]}"')
    assert one["changed_by"] is None


def test_a_change_needs_the_version_that_was_read_and_is_in_force_at_once(seen: dict[str, Any]) -> None:
    assert status(seen, "without match") == 428
    code, one, etag = seen["put"]
    assert (code, one["changed_by"], etag) == (200, "dana", f'"{one["etag"]}"')
    assert seen["in force"] == [3, ["c1"]]
    code, problem, etag = seen["overtaken"]
    assert (code, problem["error_id"], problem["present"]) == (412, "edited_meanwhile", one["document"])
    assert problem["etag"] == one["etag"]
    assert status(seen, "there already") == 412


def test_every_mistake_is_told_with_field_rule_and_way_out(seen: dict[str, Any]) -> None:
    code, problem, _ = seen["wrong"]
    assert code == 422
    assert problem["errors"] == [
        {
            "field": "queues.orders.requires",
            "rule": "there is no skill 'klingon'",
            "way_out": "add it to skills, or use one of: english, sales",
        },
        {
            "field": "queues.orders.ring_s",
            "rule": "has to be above 0",
            "way_out": "send more than 0",
        },
    ]
    assert status(seen, "null") == 422


def test_entries_come_and_go(seen: dict[str, Any]) -> None:
    assert status(seen, "new") == 200
    assert status(seen, "gone") == 204
    assert status(seen, "gone already") == 404
    assert seen["single"][1]["document"] == {"seed": 7}
    assert status(seen, "single misnamed") == 404
    assert status(seen, "no such section") == 422


def test_any_version_of_what_is_not_there_is_none(seen: dict[str, Any]) -> None:
    for name, document in (("agents/eve", {"phone": "1003"}), ("routing/routing", {"seed": 7})):
        inner = name.partition("/")[2]
        for asked in (f"any of no {name}", f"{inner} among several: {document}", f"{inner} among several: None"):
            code, problem, etag = seen[asked]
            assert (code, problem["error_id"], etag) == (412, "edited_meanwhile", None), asked
            assert "is not there (any more): choose one that is, or make it as a new one" in problem["detail"]
    assert status(seen, "single") == 200, "it was not made before"


def test_several_changes_are_one_revision_that_can_be_undone(seen: dict[str, Any]) -> None:
    code, line, _ = seen["matrix"]
    assert code == 200
    assert line["comment"] == "all experts"
    assert [item["name"] for item in line["items"]] == ["ann", "bob"]
    code, page, _ = seen["revisions"]
    numbers = [one["number"] for one in page["items"]]
    assert numbers == [line["number"], line["number"] - 1]
    assert [one["number"] for one in seen["older"][1]["items"]] == [numbers[1] - 1, numbers[1] - 2]
    assert status(seen, "bad cursor") == 422
    assert seen["undo"][1]["undoes"] == line["number"]
    assert seen["pin kept"] == "4711"
    assert (status(seen, "undo blocked"), seen["undo blocked"][1]["error_id"]) == (409, "conflict")


def test_a_revision_tells_before_and_after(seen: dict[str, Any]) -> None:
    code, revision, _ = seen["revision"]
    assert code == 200
    assert revision["differences"] == [
        {
            "section": "queues",
            "name": "orders",
            "action": "changed",
            "before": {"requires": "sales>=2"},
            "after": {"requires": "sales>=3", "title": "Orders"},
        }
    ]
    assert status(seen, "no revision") == 404


def test_export_and_import(seen: dict[str, Any]) -> None:
    code, text, _ = seen["export"]
    assert code == 200
    assert "4711" not in text
    assert seen["import"][:2] == [200, {"changed": 1, "revision": seen["undo"][1]["number"] + 1, "problems": []}]
    (problem,) = seen["import refused"][1]["errors"]
    assert (problem["field"], problem["rule"]) == ("queues.orders.ring_s", "line 2: has to be above 0")
    assert status(seen, "import no text") == 422


def test_a_preview_tells_what_would_be(seen: dict[str, Any]) -> None:
    code, found, _ = seen["preview"]
    assert (code, found["unroutable"], found["idle_agents"]) == (200, ["c1"], ["bob"])
    assert found["problems"] == []
    others = seen["preview of another team"][1]
    assert (others["idle_agents"], others["unroutable"]) == ([], []), "who is not seen is not named"
    assert (others["unroutable_elsewhere"], others["routable_elsewhere"]) == (1, 0), "but counted"
    assert others["idle_agents_elsewhere"] == 1


def test_a_part_is_looked_at_with_the_rest_of_the_entry(seen: dict[str, Any]) -> None:
    code, found, _ = seen["preview of {'ring_s': -1} of orders"]
    assert (code, [problem["field"] for problem in found["problems"]]) == (200, ["queues.orders.ring_s"])


def test_a_part_of_nothing_or_of_what_has_no_parts_is_refused(seen: dict[str, Any]) -> None:
    code, found, _ = seen["preview of {'title': 'x'} of nowhere"]
    assert (code, found["error_id"]) == (404, "not_found")
    assert "it can only be looked at whole" in found["detail"]
    for asked in ("preview of 'a text' of orders", "preview of {'title': 'x'} of sales"):
        code, found, _ = seen[asked]
        (problem,) = found["errors"]
        assert (code, problem["field"], problem["way_out"]) == (
            422,
            "body.document",
            "send the whole entry, without partial",
        )


def test_settings_are_for_administrators(seen: dict[str, Any]) -> None:
    assert (seen["as supervisor"], seen["as agent"]) == (403, 403)
