"""Moments, whole numbers, texts and cursors at and beyond their edges: told what is wrong, never a failure of ours."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.agent_console.site import Browser, opened

HALF = "\ud800x"
ANY = {"If-Match": "*", "Content-Type": "application/json"}
TOO_LONG = "9" * 22


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


OTHER_JSON = [
    "null",
    "7",
    '["\\ud800","b"]',
    "[1,2]",
    '["a"]',
    '["a\\u0000","b"]',
    "{}",
    '[99999999999999999999,"a"]',
    "[",
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with opened(tmp_path_factory.mktemp("site")) as site:
        yield site.signed_in("root")


def field_of(answer: Any) -> str:
    """The one field that was refused; whatever is wrong is told in words with a way out."""
    assert (answer.status_code, answer.json()["error_id"]) == (422, "invalid"), answer.text
    (error,) = answer.json()["errors"]
    assert error["rule"]
    assert error["way_out"]
    return str(error["field"])


def sent(browser: Browser, method: str, path: str, document: Any) -> Any:
    """With halves of characters as JSON spells them."""
    return browser.ask(method, path, content=json.dumps(document), headers=ANY)


@pytest.mark.parametrize("expires", ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "3000-01-01T00:00:00Z"])
def test_a_token_that_ends_beyond_all_calendars_is_not_made(root: Browser, expires: str) -> None:
    refused = root.post("/tokens", {"name": "t", "scopes": ["read"], "expires_at": expires})
    assert field_of(refused) == "body.expires_at"
    assert root.get("/tokens").status_code == 200
    good = {"name": "t", "scopes": ["read"], "expires_at": "2999-12-31T23:59:59+14:00"}
    assert root.post("/tokens", good).json()["expires_at"] == "2999-12-31T09:59:59.000000Z"


def test_tokens_that_end_beyond_all_calendars_and_were_made_before_are_listed(root: Browser) -> None:
    root.site.console.accounts.make_token("root", "old", ["read"], expires_at=2**58, by="root", at=root.site.now)
    (token,) = [one for one in root.get("/tokens").json()["items"] if one["name"] == "old"]
    assert token["expires_at"] == "9999-12-31T23:59:59.999999Z"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00", "1899-12-31"])
@pytest.mark.parametrize("path", ["/reports?from={}", "/reports?to={}", "/reports/flows?to={}"])
def test_a_report_names_the_end_of_its_range_that_no_calendar_reaches(root: Browser, path: str, moment: str) -> None:
    assert field_of(root.get(path.format(moment))) == f"query.{path.partition('?')[2].partition('=')[0]}"


@pytest.mark.parametrize("path", ["/contacts?from={}", "/agents/anna/times?to=2026-11-28T00:00:00Z&from={}"])
def test_lists_name_the_moment_that_no_calendar_reaches(root: Browser, path: str) -> None:
    assert field_of(root.get(path.format("0001-01-01T00:00:00%2B14:00"))) == "query.from"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/settings/revisions/{TOO_LONG}"),
        ("POST", f"/settings/revisions/{TOO_LONG}/undo"),
        ("POST", f"/customers/merges/{TOO_LONG[:20]}/undo"),
        ("GET", f"/settings/revisions/{2**63}"),
    ],
)
def test_numbers_beyond_64_bits_are_refused(root: Browser, method: str, path: str) -> None:
    assert field_of(root.ask(method, path)) == "path.number"
    assert root.get(f"/settings/revisions/{2**63 - 1}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/customers", "/recordings", "/voicemails", "/contacts", "/audit", "/settings/revisions"]
)
@pytest.mark.parametrize("text", [*OTHER_JSON, TOO_LONG, f"[{TOO_LONG}]"])
def test_cursors_that_nobody_gave_are_told_to_be_none(root: Browser, path: str, text: str) -> None:
    assert field_of(root.get(f"{path}?cursor={cursor(text)}")) == "query.cursor"


@pytest.mark.parametrize("text", OTHER_JSON)
def test_cursors_of_reports_too(root: Browser, text: str) -> None:
    assert field_of(root.get(f"/reports/contacts?figure=offered&cursor={cursor(text)}")) == "query.cursor"


@pytest.mark.parametrize(
    ("method", "path", "document", "field"),
    [
        ("PUT", "/settings/reasons/x", {"title": HALF}, "body.title"),
        ("PUT", "/settings/skills/x", HALF, "body"),
        ("PUT", "/settings/skills/x", {HALF: 1}, "body.\ufffdx"),
        (
            "POST",
            "/settings/changes",
            {"changes": [{"section": "reasons", "name": "x", "document": {"title": HALF}}]},
            "body.changes.0.document.title",
        ),
        ("POST", "/preview", {"section": "skills", "name": "x", "document": HALF}, "body.document"),
        ("POST", "/preview", {"section": "agents", "name": "anna", "document": {"x": 10**30}}, "body.document.x"),
        ("PUT", "/settings/skills/x", float("nan"), "body"),
        ("POST", "/customers", {"name": HALF}, "body.name"),
        ("POST", "/customers", {"name": "x", "notes": "a\x00b"}, "body.notes"),
        ("POST", "/customers", {"name": "x", HALF: 1}, "body.\ufffdx"),
        ("POST", "/teams/north/messages", {"text": HALF}, "body.text"),
        ("POST", "/contacts/none/priority", {"priority": 10**400}, "body.priority"),
        ("PUT", "/session/password", {"old": HALF, "new": "x"}, "body.old"),
    ],
)
def test_what_is_no_text_or_no_number_is_refused_where_it_stands(
    root: Browser, method: str, path: str, document: Any, field: str
) -> None:
    assert field_of(sent(root, method, path, document)) == field


def test_nobody_signs_in_by_half_a_character(root: Browser) -> None:
    assert (
        field_of(sent(root.site.visitor(), "POST", "/session", {"name": "root", "password": HALF})) == "body.password"
    )


def test_lists_in_lists_without_end_are_refused(root: Browser) -> None:
    deep = "[" * 400 + "]" * 400
    answer = root.ask("PUT", "/settings/skills/x", content=deep, headers=ANY)
    assert field_of(answer) == "body" + ".0" * 30


@pytest.mark.parametrize(
    "path", ["/agents?team=%00", "/customers?q=%00", "/reports?queue=%00", "/contacts?number=1%00"]
)
def test_nul_in_a_query_is_refused(root: Browser, path: str) -> None:
    assert field_of(root.get(path)) == f"query.{path.partition('?')[2].partition('=')[0]}"


def test_halves_of_characters_in_a_settings_file_that_is_imported_are_refused(root: Browser) -> None:
    answer = root.ask("POST", "/settings/import", content='reasons: {x: {title: "\\ud800x"}}')
    assert (answer.status_code, answer.json()["error_id"]) == (422, "invalid"), answer.text
