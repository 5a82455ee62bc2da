"""Bodies, names and texts that are meant to do harm: refused with field, rule and way out, and never on the wire.

Each operation of the OpenAPI document meets each of them.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from agent_console.http.access import ACCESS
from agent_console.limits import MOST_BODY
from tests.agent_console.http.operations import OPERATIONS, Operation
from tests.agent_console.site import SETTINGS, Browser, Site, opened

TEXTS = {
    "a line end": "1001\r\nAction: Originate",
    "a bare line feed": "1001\nVariable: X=1",
    "a comma": "1001,1,Hangup()",
    "an ampersand": "1001&PJSIP/1002",
    "a dialplan function": "${SHELL(reboot)}",
    "an expression": "$[1+1]",
    "a context": "1001@default",
    "a path": "../../etc/passwd",
    "a zero byte": "1001\x00",
    "a semicolon": "1001;core stop now",
    "a pipe": "|reboot",
    "a right-to-left mark": "1001\u202e",
    "markup": "<script>alert(1)</script>",
    "much": "9" * 5000,
}
WIRE = ("\r", "\n", "\x00", "${", "$[", "@default", "Originate", "<script>", "../..", "core stop", "|reboot")
"""What no header to the switch may hold of these."""

BROKEN = {
    "half of it": b'{"number": "12',
    "no JSON": b"number=12",
    "an array": b"[]",
    "a text": b'"x"',
    "a number": b"1e400",
    "no UTF-8": b'{"number": "\xff\xfe"}',
    "a lone surrogate": b'{"number": "\\ud800"}',
    "twice the same key": b'{"number": "1", "number": {"a": []}}',
    "very deep": b"[" * 50_000,
    "an unknown key": b'{"explode": true}',
    "nothing": b"",
    "a great number": b'{"priority": ' + b"9" * 5000 + b"}",
}
FORGIVING = frozenset({"nothing", "an unknown key"})
"""Where a body may be left out, so may these: a setting's own keys are its section's business."""

NAMES = {
    "agent": "anna",
    "queue": "sales",
    "team": "north",
    "contact_id": "call-1",
    "recording_id": "none",
    "voicemail_id": "none",
    "customer_id": "none",
    "token_id": "none",
    "flow": "demo",
    "name": "break",
    "section": "reasons",
    "number": "1",
}
ENDING = {"sign_out", "lock_user", "end_sessions", "reset_password", "erase_customer"}
"""They end what the others need; their only input is a name in the path, which the others have too."""

USERS = {**SETTINGS["users"], "root": {**SETTINGS["users"]["root"], "agent": "zoe"}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(tmp_path_factory.mktemp("site"), {"users": USERS}) as found:
        found.ready("zoe")
        found.answer(found.caller(1, "front"))
        found.caller(2, "front")
        yield found


@pytest.fixture(scope="module")
def root(site: Site) -> Browser:
    """May do everything; whatever version there is."""
    browser = site.signed_in("root")
    browser.headers["If-Match"] = "*"
    return browser


def told_well(answer: Any) -> None:
    """A refusal of input names the field, the rule and the way out, and does not repeat what came."""
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    if answer.status_code == 422:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["error_id"] == "invalid"
        assert problem["errors"]
        for field in problem["errors"]:
            assert all(field[part] for part in ("field", "rule", "way_out")), field


def nothing_on_the_wire(site: Site) -> None:
    for _, headers in site.switch.actions:
        for value in headers.values():
            assert not any(bad in value for bad in WIRE), value


def _fields(body: Any) -> list[str]:
    return [name for name, value in body.items() if isinstance(value, str)] if isinstance(body, dict) else []


WITH_TEXTS = [found for found in OPERATIONS if _fields(found.body) and found.name not in ENDING]
WITH_JSON = [found for found in OPERATIONS if found.takes_json]
WITH_NAMES = [found for found in OPERATIONS if found.parameters and found.name not in ENDING]


@pytest.mark.parametrize("about", WITH_TEXTS, ids=lambda found: found.name)
def test_no_text_of_a_body_reaches_the_switch_as_it_came(site: Site, root: Browser, about: Operation) -> None:
    for field in _fields(about.body):
        for text in TEXTS.values():
            wish = {**about.body, field: text}
            told_well(root.ask(about.method, about.at(NAMES), json=wish))
    nothing_on_the_wire(site)


@pytest.mark.parametrize("what", TEXTS)
def test_what_a_dialplan_reads_is_no_number_no_phone_and_no_keys(site: Site, root: Browser, what: str) -> None:
    before = len(site.switch.actions)
    for path, field, body in (
        ("/desk/calls", "number", {}),
        ("/desk/sign-in", "phone", {}),
        ("/contacts/call-1/acts/send_digits", "digits", {}),
        ("/customers", "numbers.0", {"name": "Chen"}),
    ):
        name = field.partition(".")[0]
        value: Any = [TEXTS[what]] if "." in field else TEXTS[what]
        answer = root.post(path, {**body, name: value})
        assert answer.status_code == 422, (path, answer.text)
        assert answer.json()["errors"][0]["field"] == f"body.{field}"
        assert TEXTS[what] not in answer.text or what == "much"
    assert len(site.switch.actions) == before


@pytest.mark.parametrize("about", WITH_NAMES, ids=lambda found: found.name)
def test_no_name_in_a_path_does_harm(site: Site, root: Browser, about: Operation) -> None:
    for name in about.parameters:
        for text in TEXTS.values():
            path = about.at({**NAMES, name: quote(text, safe="")})
            body = {"json": about.body} if about.body is not None else {}
            answer = root.ask(about.method, path, follow_redirects=False, **body)
            assert answer.status_code >= 400, f"{path} is something"
            told_well(answer)
    nothing_on_the_wire(site)


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_body_is_refused_by_every_operation(site: Site, root: Browser, what: str) -> None:
    headers = {"Content-Type": "application/json"}
    before = len(site.switch.actions)
    for about in WITH_JSON:
        if about.name == "put_setting" and what in {"an array", "a text", "an unknown key"}:
            continue  # what an entry may be is its section's business: see the tests of settings
        answer = root.ask(about.method, about.at(NAMES), content=BROKEN[what], headers=headers)
        told_well(answer)
        if what not in FORGIVING or (about.body is not None and not about.may_be_left_out):
            assert answer.status_code == 422, f"{about.name}: {answer.status_code} {answer.text[:300]}"
    assert len(site.switch.actions) == before


@pytest.mark.parametrize("about", WITH_JSON, ids=lambda found: found.name)
def test_a_body_that_is_too_large_is_not_read(root: Browser, about: Operation) -> None:
    body = b'{"notes": "' + b"x" * MOST_BODY + b'"}'
    answer = root.ask(about.method, about.at(NAMES), content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413, answer.text[:300]
    assert answer.json()["detail"]


@pytest.mark.parametrize("about", WITH_JSON, ids=lambda found: found.name)
def test_a_form_of_another_site_is_no_request(site: Site, root: Browser, about: Operation) -> None:
    """What a browser sends without asking first, it sends as a form or as plain text."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        body = json.dumps(about.body or {})
        answer = root.ask(about.method, about.at(NAMES), content=body, headers={"Content-Type": kind})
        if about.body is not None:
            assert answer.status_code == 422, f"{kind}: {answer.text[:300]}"


@pytest.mark.parametrize(
    "about", [one for one in OPERATIONS if one.method != "GET" and one.name != "sign_out"], ids=lambda found: found.name
)
def test_a_page_of_another_origin_changes_nothing_with_the_cookie(root: Browser, about: Operation) -> None:
    body = {"json": about.body} if about.body is not None else {}
    for origin in ("https://evil.example", "null", "http://127.0.0.1"):
        answer = root.ask(about.method, about.at(NAMES), headers={"Origin": origin}, **body)
        assert (answer.status_code, answer.json()["error_id"]) == (403, "csrf"), origin
    if ACCESS[about.name].role is not None:
        for token in ("", "x" * 43, "\x7f"):
            answer = root.ask(about.method, about.at(NAMES), headers={"X-CSRF-Token": token}, **body)
            assert (answer.status_code, answer.json()["error_id"]) == (403, "csrf"), token


def test_after_all_that_everybody_is_where_they_were(site: Site, root: Browser) -> None:
    assert {view.contact_id for view in site.coordinator.engine.contacts()} >= {"call-1"}
    assert root.get("/desk").status_code == 200


def test_a_file_may_be_larger_and_one_without_a_length_is_counted(root: Browser) -> None:
    row = f"Chen Wei,+8675512345678,{'x' * 9000}\n"
    table = "name,number,notes\n" + row * (2 * MOST_BODY // len(row))
    answer = root.ask("POST", "/customers/import", content=table.encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 200, answer.text[:300]

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(MOST_BODY // 1000 + 2):
            yield b"x" * 1000

    answer = root.ask("POST", "/desk/calls", content=chunks(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error_id"]) == (413, "too_large")
