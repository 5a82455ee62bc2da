"""What is wrong with a request is told by its field, with the rule and the way out, in words and not in patterns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from agent_console.errors import ConsoleError
from config.load import examine
from cti_bridge.app.checking import check_examined
from tests.agent_console.site import Site, opened
from tests.architecture.sources import ROOT

REFUSED: Final[tuple[tuple[str, str, str, Any, str, str, str], ...]] = (
    # who, method, path, body; field, words of the rule, words of the way out
    ("root", "POST", "/customers", {"name": "x", "numbers": ["12, Hangup()"]}, "body.numbers.0", "digits", "+49"),
    ("root", "POST", "/customers", {"name": "", "language": "klingon"}, "body.name", "is empty", "write something"),
    ("root", "POST", "/customers", {"name": "x", "language": "klingon"}, "body.language", "no language", "zh-CN"),
    ("root", "POST", "/customers", {"name": "x", "customer_id": "a b"}, "body.customer_id", "no key", "leave it out"),
    ("root", "POST", "/customers", {"name": "x", "notes": "n" * 10_001}, "body.notes", "10000", "shorten it to 10000"),
    ("root", "POST", "/customers", {"nme": "x", "name": "x"}, "body.nme", "not permitted", "leave it out"),
    ("root", "POST", "/customers/import", b"\xff\xfd,;;", "body", "no column tells", "header line"),
    ("root", "POST", "/contacts/call-1/priority", {"priority": 5000}, "body.priority", "1000", "send 1000 or less"),
    ("root", "POST", "/contacts/call-1/priority", {"priority": "high"}, "body.priority", "integer", "whole number"),
    ("root", "POST", "/contacts/call-1/monitor", {"mode": "scream"}, "body.mode", "'barge'", "choose"),
    ("root", "PUT", "/agents/anna/skills", {"skills": {"english": 11}}, "body.skills.english", "10", "10 or less"),
    ("root", "PUT", "/agents/anna/skills", {"skills": {"klingon": 1}}, "agents.anna.skills.klingon", "no skill", "add"),
    ("root", "PUT", "/agents/anna/queues", {"without_queues": ["sails"], "extra_queues": []},
     "agents.anna.without_queues[0]", "no queue 'sails'", "did you mean sales"),
    ("root", "PUT", "/agents/anna/queues", {"without_queues": ["sales"], "extra_queues": ["front", "sales"]},
     "agents.anna.extra_queues[1]", "among without_queues too", "either put into a queue or taken out"),
    ("root", "PUT", "/agents/anna/queues", {"without_queues": ["a\nb"], "extra_queues": []}, "body.without_queues.0",
     "name", ""),
    ("root", "PUT", "/agents/anna/queues", {"extra_queues": []}, "body.without_queues", "required", "add it"),
    ("root", "POST", "/agents/anna/state", {"declared": "ASLEEP"}, "body.declared", "'READY'", "choose"),
    *(("root", "POST", "/agents/anna/state", {"declared": declared, "reason": "break"}, "body.reason",
       "goes with NOT_READY only", "leave it out, or declare NOT_READY") for declared in ("READY", "LOGGED_OUT")),
    *(("root", "POST", "/agents/anna/state", {"declared": declared, "force": True}, "body.force",
       "goes with LOGGED_OUT only", "leave it out, or declare LOGGED_OUT") for declared in ("READY", "NOT_READY")),
    ("root", "POST", "/agents/anna/corrections", {"start": "2027-01-15T07:00:00Z", "end": "2027-01-15T07:30:00Z",
     "declared": "READY", "reason": "break"}, "body.reason", "goes with NOT_READY only", "or declare NOT_READY"),
    ("root", "POST", "/teams/north/messages", {"text": ""}, "body.text", "is empty", "write something"),
    ("root", "POST", "/tokens", {"name": "x", "scopes": []}, "body.scopes", "is empty", "at least one"),
    ("root", "PUT", "/settings/queues/sales", {"ring_s": -1}, "queues.sales.ring_s", "above 0", "send more than 0"),
    ("root", "PUT", "/settings/queues/sales", {"wrapup_s": 1}, "queues.sales.wrapup_s", "not known", "wrap_up_s"),
    ("root", "PUT", "/settings/queues/sales", {"limits": ["x"]}, "queues.sales.limits[0]", "(key: value)",
     "keys with"),
    ("root", "PUT", "/settings/agents/anna", {"name": "X"}, "agents.anna.phone", "is missing", "add it"),
    ("root", "PUT", "/settings/queues/sales", {"title": 7}, "queues.sales.title", "a text", "send a text in quotes"),
    ("root", "PUT", "/settings/queues/sales", {"wrap_up_s": -1}, "queues.sales.wrap_up_s", "0 or more",
     "send 0 or more"),
    ("root", "GET", "/reports?time_zone=Mars/Base", None, "query.time_zone", "no time zone", "correct it"),
    ("root", "GET", "/reports?formula=nope", None, "query.formula", "no service-level formula", "correct it"),
    ("root", "GET", "/reports?figures=,", None, "query.figures", "names no key figure", "catalogue"),
    ("root", "GET", "/reports?fcr_scope=moon&fcr_days=7", None, "query.fcr_scope", "moon", "correct it"),
    ("root", "POST", "/agents/anna/corrections", {"start": "2027-01-15T09:00:00Z", "end": "2027-01-15T08:00:00Z",
     "declared": "READY"}, "body.end", "ends before it begins", "after it begins"),
    ("root", "POST", "/agents/anna/corrections", {"start": "2001-01-15T09:00:00Z", "end": "2001-01-15T10:00:00Z",
     "declared": "READY"}, "body.start", "a year ago", "a later time"),
    ("root", "POST", "/agents/anna/corrections", {"start": "2027-01-15T07:00:00Z", "end": "2030-01-15T10:00:00Z",
     "declared": "READY"}, "body.end", "not over yet", "cannot be corrected"),
    ("root", "POST", "/agents/anna/corrections", {"start": "2027-01-15T07:00:00Z", "end": "2027-01-15T07:30:00Z",
     "declared": "NOT_READY", "reason": "nope"}, "body.reason", "no reason 'nope'", "there are break"),
    ("root", "GET", "/reports?by=moon", None, "query.by", "cannot slice by 'moon'", "catalogue"),
    ("root", "GET", "/reports?figures=nope", None, "query.figures", "no key figure 'nope'", "catalogue"),
    ("root", "GET", "/reports?from=2027-13-40", None, "query.from", "no date or time", "correct"),
    ("root", "GET", "/reports?to=noon", None, "query.to", "no date or time", "correct"),
    ("root", "GET", "/reports?from=2027-02-02&to=2027-02-01", None, "query.to", "ends before", "correct"),
    ("root", "GET", "/reports?hours=always", None, "query.hours", "Mon-Fri 08:00-18:00", "correct"),
    ("root", "GET", "/contacts?from=yesterday", None, "query.from", "no instant", "correct"),
    ("root", "GET", "/agents/anna/times?from=2027-01-15T09:00:00Z&to=2027-01-15T08:00:00Z", None,
     "query.to", "31 days after", "after `from`"),
    ("anna", "POST", "/desk/calls", {"number": "+49\r\nAction: Originate"}, "body.number", "no number", "+49"),
    ("root", "POST", "/customers", {"name": "   "}, "body.name", "is empty", "write something"),
    ("root", "POST", "/customers", {"name": ""}, "body.name", "is empty", "write something"),
    ("root", "POST", "/customers", {"name": "\u200b\u3000\u00a0\u2060"}, "body.name", "is empty", "write something"),
    ("root", "PUT", "/customers/c1", {"name": "\u2003"}, "body.name", "is empty", "write something"),
    ("root", "POST", "/teams/north/messages", {"text": " \n\u3000 "}, "body.text", "is empty", "write something"),
    ("anna", "POST", "/desk/calls", {"number": "${SHELL(id)}"}, "body.number", "no number", "+49"),
    ("anna", "POST", "/desk/calls", {"number": "+493012", "queue": "none"}, "body.queue", "no such queue", "queues"),
    ("anna", "POST", "/desk/not-ready", {"reason": "nope"}, "body.reason", "there are break, training", "reasons"),
    ("anna", "POST", "/desk/sign-in", {"phone": "1001&1002"}, "body.phone", "no name of a phone", "1001"),
    ("anna", "POST", "/contacts/call-1/acts/send_digits", {"digits": "12;"}, "body.digits", "no key", "digits"),
    ("anna", "POST", "/contacts/call-1/acts/extend_wrap_up", {"by_s": -3}, "body.by_s", "greater", "more than 0"),
    ("anna", "POST", "/contacts/call-1/acts/transfer", {"to_kind": "moon", "to": "x"}, "body.to_kind", "'queue'",
     "choose"),
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(tmp_path_factory.mktemp("refusals")) as found:
        found.caller(1, "sales")
        yield found


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: f"{refused[2]} {refused[4]}")
def test_field_rule_and_way_out(site: Site, refused: tuple[str, str, str, Any, str, str, str]) -> None:
    who, method, path, body, field, rule, way_out = refused
    more: dict[str, Any] = {} if body is None else {"json": body}
    headers = {"If-Match": "*"} if method == "PUT" or path.endswith("/corrections") else {}
    if isinstance(body, bytes):
        more, headers = {"content": body}, {"Content-Type": "text/csv"}
    answer = site.signed_in(who).ask(method, path, headers=headers, **more)
    problem = answer.json()
    assert (answer.status_code, problem["error_id"]) == (422, "invalid"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = {one["field"]: (one["rule"], one["way_out"]) for one in problem["errors"]}
    assert field in told, told
    assert rule in told[field][0], told[field]
    assert way_out in told[field][1], told[field]
    assert not any("pattern" in words or "--" in words for one in told.values() for words in one), told


def test_a_method_that_is_none_here_names_the_way_out(site: Site) -> None:
    answer = site.signed_in("root").delete("/queues")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert "openapi.json" in answer.json()["detail"]
    assert (answer.json()["error_id"], answer.json()["type"]) == (
        "method_not_allowed",
        "urn:cordboard:error:method_not_allowed",
    )


@pytest.mark.parametrize(
    "path", ["/agents", "/queues/sales", "/reports/catalogue", "//healthz", "/nothing", "/queues/x"]
)
def test_head_is_answered_as_get_without_its_body(site: Site, path: str) -> None:
    root = site.signed_in("root")
    got, asked = root.get(path), root.ask("HEAD", path)
    assert (asked.status_code, asked.content) == (got.status_code, b"")
    assert asked.headers["content-type"] == got.headers["content-type"]
    assert root.site.visitor().ask("HEAD", "/agents").status_code == 401


def test_every_kind_of_error_stands_in_the_documentation() -> None:
    table = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    kinds, left = set(), [ConsoleError]
    while left:
        kind = left.pop()
        kinds.add((kind.error_id, kind.status))
        left += kind.__subclasses__()
    lacking = [one for one in sorted(kinds) if f"| `{one[0]}` | {one[1]} |" not in table]
    assert lacking == []


IMPORTED: Final = """
queues:
  sales: {title: Sales, wrap_up_s: -1, requires: "klingon>=1", teams: [nowhere], opening_hours: never}
agents:
  anna: {name: Anna Ek, phone: "1001", team: nowhere, skills: {klingon: 3}}
users:
  anna: {title: Anna Ek, agent: nobody, role: agent}
"""


def test_an_import_tells_all_mistakes_at_once_as_a_check_does(site: Site, tmp_path: Path) -> None:
    answer = site.signed_in("root").ask("POST", "/settings/import", content=IMPORTED)
    assert answer.status_code == 422, answer.text
    told = {one["field"] for one in answer.json()["errors"]}
    file = tmp_path / "cordboard.yaml"
    document = yaml.safe_load((site.folder / "cordboard.yaml").read_text()) | yaml.safe_load(IMPORTED)
    file.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    before, checked = (
        {problem.key for problem in check_examined(examine(one, {})).problems}
        for one in (site.folder / "cordboard.yaml", file)
    )
    assert told == checked - before
    assert told >= {
        "queues.sales.wrap_up_s",
        "queues.sales.requires",
        "queues.sales.teams",
        "queues.sales.opening_hours",
        "agents.anna.team",
        "agents.anna.skills.klingon",
        "users.anna.agent",
    }
    assert site.signed_in("root").get("/queues/sales").json()["title"] == "Sales"


def test_what_is_sent_as_something_else_than_json_is_told_how_to_be_sent(site: Site) -> None:
    refused = site.visitor().ask("POST", "/session", content=b'{"name": "anna", "password": "x"}')
    [field] = refused.json()["errors"]
    assert (refused.status_code, field["field"]) == (422, "body")
    assert field["way_out"] == "send a JSON object, with the header Content-Type: application/json"


def test_what_is_new_and_there_already_is_told_so(site: Site) -> None:
    root = site.signed_in("root")
    there = root.put("/settings/teams/north", {"title": "N"}, headers={"If-None-Match": "*"})
    assert (there.status_code, there.json()["error_id"]) == (412, "edited_meanwhile")
    assert there.json()["detail"].startswith("teams.north is there already")
    read = root.put("/settings/teams/north", {"title": "N"}, headers={"If-Match": '"old"'})
    assert "was changed by somebody else since it was read" in read.json()["detail"]


def test_an_entry_is_changed_once_by_one_change(site: Site) -> None:
    root = site.signed_in("root")
    changes = [{"section": "reasons", "name": "tea", "document": {"title": title}} for title in ("Tea", "More tea")]
    refused = root.post("/settings/changes", {"changes": changes})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body.changes.1")
    assert root.get("/settings/reasons/tea").status_code == 404


def test_all_that_goes_with_another_state_is_told_at_once(site: Site) -> None:
    wish = {"declared": "READY", "reason": "break", "force": True}
    answer = site.signed_in("root").post("/agents/anna/state", wish)
    assert [one["field"] for one in answer.json()["errors"]] == ["body.reason", "body.force"]
