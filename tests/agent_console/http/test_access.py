"""Each role, and each token, against each operation of the OpenAPI document: who is let in, and who is not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from agent_console.documents.floor import Topic
from agent_console.documents.session import Role
from agent_console.http.access import ACCESS, ROLES, SCOPES_OF, Rule
from agent_console.http.app import AccessTableError, create_app
from agent_console.live.hub import Hub
from agent_console.ports import Ports
from tests.agent_console.site import Browser, Site, opened

USERS = {"agent": "anna", "supervisor": "nora", "administrator": "root"}

FILLED = {
    "agent": "arne",
    "queue": "sales",
    "contact_id": "call-1",
    "team": "north",
    "name": "sam",
    "section": "skills",
    "number": "1",
    "token_id": "none",
    "customer_id": "none",
    "recording_id": "none",
    "voicemail_id": "none",
    "flow": "demo",
}
"""What stands for path parameters: things of the supervisor's own teams, where there are any."""

LAST = "sign_out"
"""It ends the session that asks."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened(tmp_path_factory.mktemp("site")) as found:
        yield found


def operations() -> list[tuple[str, str, str]]:
    """Operation id, method and path of everything in the OpenAPI document."""
    app = create_app(Ports(floor=None), Hub(None, lambda: 0))  # type: ignore[arg-type]  # only described
    document = app.openapi()
    found = [
        (operation["operationId"], method.upper(), path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda one: one[0] == LAST)


OPERATIONS = operations()


def ask(browser: Browser, method: str, path: str, **more: Any) -> tuple[int, str]:
    for name, value in FILLED.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, f"no example for {path}"
    body: dict[str, Any] = {} if method in {"GET", "DELETE"} else {"json": {}}
    answer = browser.ask(method, f"/{path}", follow_redirects=False, **body, **more)
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    kind = answer.headers.get("content-type", "")
    return answer.status_code, answer.json().get("error_id", "") if kind.startswith("application/problem") else ""


def is_let_in(code: int, error: str) -> bool:
    """Whether the guard let it through; what the operation then made of an empty body is not its business."""
    return code != 401 and error not in {"rights_needed", "csrf", "not_signed_in"}


def test_every_operation_has_a_rule_and_every_rule_an_operation() -> None:
    assert {operation for operation, _, _ in OPERATIONS} == set(ACCESS)


def test_an_application_with_an_operation_without_rule_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = {name: rule for name, rule in ACCESS.items() if name != "list_agents"}
    monkeypatch.setattr("agent_console.http.access.ACCESS", fewer)
    with pytest.raises(AccessTableError, match="list_agents"):
        create_app(Ports(floor=None), Hub(None, lambda: 0))  # type: ignore[arg-type]  # only described


def test_nobody_is_let_in_without_signing_in(site: Site) -> None:
    visitor = site.visitor()
    wrong = []
    for operation, method, path in OPERATIONS:
        refused = ask(visitor, method, path) == (401, "not_signed_in")
        if refused is not (ACCESS[operation].role is not None):
            wrong.append(operation)
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_let_in_where_its_rule_says_so_and_nowhere_else(site: Site, role: Role) -> None:
    browser = site.signed_in(USERS[role])
    wrong = []
    for operation, method, path in OPERATIONS:
        if ACCESS[operation].role is None:
            continue
        let_in = is_let_in(*ask(browser, method, path))
        if let_in is not _may(ACCESS[operation], role):
            wrong.append(operation)
    assert wrong == []


def _may(rule: Rule, role: Role) -> bool:
    assert rule.role is not None
    return ROLES.index(role) >= ROLES.index(rule.role) and rule.scope in {None, *SCOPES_OF[role]}


@pytest.mark.parametrize("scope", sorted(SCOPES_OF["administrator"]))
def test_a_token_is_let_in_by_its_scope_only(site: Site, scope: str) -> None:
    program = site.token("root", scope)
    wrong = []
    for operation, method, path in OPERATIONS:
        rule = ACCESS[operation]
        if rule.role is None:
            continue
        let_in = is_let_in(*ask(program, method, path))
        scopes = {rule.scope} if rule.instead is None else {rule.scope, rule.instead.scope}
        if let_in is not (not rule.session_only and not scopes.isdisjoint({None, scope})):
            wrong.append(operation)
    assert wrong == []


def test_no_change_is_possible_with_a_cookie_alone(site: Site) -> None:
    browser = site.signed_in("root")
    browser.csrf = ""
    let_in = [
        operation
        for operation, method, path in OPERATIONS
        if method not in {"GET", "HEAD"}
        and ACCESS[operation].role is not None
        and ask(browser, method, path)[1] != "csrf"
    ]
    assert let_in == []


def test_a_one_time_password_opens_nothing_but_its_change(site: Site) -> None:
    site.give_password("sam", "one-time-password", one_time=True)
    browser = site.visitor()
    browser.sign_in("sam", "one-time-password")
    opened_ones = [
        operation
        for operation, method, path in OPERATIONS
        if ACCESS[operation].role is not None and ask(browser, method, path)[1] != "password_change_needed"
    ]
    assert sorted(opened_ones) == ["change_password", "get_session", "sign_out"]


def test_every_answer_carries_its_security_headers(site: Site, tmp_path: Path) -> None:
    browser = site.signed_in("nora")
    for path in ("//healthz", "/agents", "/nothing", "//", "/openapi.json"):
        headers = browser.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["x-frame-options"] == "DENY", path
    assert browser.get("/agents").headers["cache-control"] == "no-store"
    assert "server" not in browser.get("/agents").headers


def test_the_description_holds_the_live_channel_and_leads_nowhere() -> None:
    app = create_app(Ports(floor=None), Hub(None, lambda: 0))  # type: ignore[arg-type]  # only described
    document = app.openapi()
    there = set(document["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document))) <= there
    assert set(document["x-websocket"]["documents"]) | {"desk"} == set(get_args(Topic))
    assert "subscribe" in document["components"]["schemas"]["ClientFrame"]["properties"]
