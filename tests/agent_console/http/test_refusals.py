"""What is wrong with a request is told by its field, with the rule and the way out, in words and not in patterns."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.agent_console.site import Site, opened

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
    ("root", "POST", "/teams/north/messages", {"text": ""}, "body.text", "is empty", "write something"),
    ("root", "POST", "/tokens", {"name": "x", "scopes": []}, "body.scopes", "is empty", "at least one"),
    ("root", "PUT", "/settings/queues/sales", {"ring_s": -1}, "queues.sales.ring_s", "above 0", "rings"),
    ("root", "PUT", "/settings/queues/sales", {"wrapup_s": 1}, "queues.sales.wrapup_s", "not known", "wrap_up_s"),
    ("root", "PUT", "/settings/queues/sales", {"limits": ["x"]}, "queues.sales.limits[0]", "(key: value)", "wait"),
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
    headers = {"If-Match": "*"} if method == "PUT" else {}
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
