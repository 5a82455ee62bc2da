"""Requests that nobody thought of, made from the OpenAPI document, against a daemon at work.

Whatever comes, the daemon answers as its document says, and never with an error of its own. ``make fuzz`` asks longer,
and for requests that the gate has not seen.
"""

import asyncio
import base64
import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from agent_console.client import Client
from agent_console.documents.customers import NewCustomer
from agent_console.documents.session import NewToken
from agent_console.http.access import ACCESS
from agent_console.http.app import create_app
from agent_console.live.hub import Hub
from agent_console.ports import Ports
from tests.agent_console.virtual.conftest import QUEUES, USERS
from tests.agent_console.virtual_centre import PASSWORD, VirtualCentre, running

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("any-request")]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
AWAY = frozenset({503})
"""A part that is not set up says so: that is no error of the daemon's own."""

LAST = ("lock_user", "end_sessions", "reset_password", "sign_out")
"""They may end what the others need."""

ROOT = {**USERS, "root": {**USERS["root"], "agent": "zoe"}}
ENTRY_POINTS = {"8000": {"title": "Main", "flow": "reception", "emergency": "reception"}}


def _schema() -> Any:
    app = create_app(Ports(floor=None), Hub(None, lambda: 0))  # type: ignore[arg-type]  # only described
    return schemathesis.openapi.from_dict(app.openapi())


SCHEMA = _schema()
OPERATIONS = {found.ok().definition.raw["operationId"]: found.ok() for found in SCHEMA.get_all_operations()}


class Asker:
    """Somebody who may do everything, with a session and with a token, and the names of what there is."""

    def __init__(self, centre: VirtualCentre, token: str, there: dict[str, list[str]]) -> None:
        self.centre, self.there = centre, there
        self.headers = {"Authorization": f"Bearer {token}"}
        self.http = requests.Session()
        self.http.trust_env = False

    @functools.cached_property
    def session(self) -> dict[str, str]:
        """What goes with a session, for what tokens may not do; the cookie is in ``http``."""
        wish = {"name": "root", "password": PASSWORD}
        answer = self.http.post(f"{self.centre.url}/api/v1/session", json=wish, timeout=10)
        answer.raise_for_status()
        return {"X-CSRF-Token": answer.json()["csrf_token"]}


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    more = {"queues": QUEUES, "users": ROOT, "entry_points": ENTRY_POINTS}
    with running(tmp_path_factory.mktemp("centre"), more) as centre:
        centre.call("+493012340001", "1")
        centre.call("+493012340002", "2")
        yield asyncio.run(_prepared(centre))


async def _prepared(centre: VirtualCentre) -> Asker:
    async with Client(centre.url) as client:
        await client.log_in("root", PASSWORD)
        await client.desk_sign_in()
        made = await client.make_token(NewToken(name="any", scopes=["read", "desk", "supervise", "administer"]))
        customer = await client.add_customer(NewCustomer(name="Chen Wei", numbers=["+8675512345678"]))
        async with client.live("waiting") as floor:
            await floor.until(lambda _: len(floor.waiting) == 2 or None, 30)
            contacts = list(floor.waiting)
        there = {
            "contact_id": contacts,
            "agent": ["anna", "zoe"],
            "queue": ["sales", "front"],
            "team": ["north"],
            "customer_id": [customer.customer_id],
            "flow": ["reception"],
            "section": ["reasons", "queues", "users"],
            "name": ["break", "sales", "sam"],
            "number": ["8000", "1"],
        }
        return Asker(centre, made.secret, there)


def _aimed(case: Any, asker: Asker, draw: Callable[[Any], Any]) -> None:
    """Now and then name something that is there: most that is made up is nowhere."""
    for name in case.path_parameters or {}:
        if name in asker.there and draw(st.integers(0, 3)):
            case.path_parameters[name] = draw(st.sampled_from(asker.there[name]))


MOMENTS = st.sampled_from(
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "1900-01-01T00:00:00Z",
        "2026-11-28",
        "2999-12-31T23:59:59-12:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59.999999Z",
    ]
)
WHOLE = st.sampled_from([0, -1, 2**31, 2**62, 2**63 - 1, 2**63, -(2**63) - 1, 10**19, 10**22, 10**400])
BROKEN = st.sampled_from(["\ud800", "\ud800x", "x\udfff", "\x00", "a\x00b", "\ufffe", "\U0001f600"])
PLAIN = st.one_of(st.none(), st.booleans(), WHOLE, BROKEN, MOMENTS, st.just(1e308), st.just("a"))
ANY_JSON = st.recursive(PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(BROKEN, inner)))
CURSORS = ANY_JSON.map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("="))
IN_ADDRESSES = {"cursor": CURSORS, "from": MOMENTS, "to": MOMENTS}
"""What no client of ours would send, and others may; for some names in an address, what they may be taken for."""


def _at_the_edges(case: Any, about: Any, draw: Callable[[Any], Any]) -> dict[str, Any]:
    """Put a value from the edges into the address, and one anywhere into the body, which is sent as it is given back.

    In the case itself it may not stand: what checks the case cannot read halves of characters.
    """
    names = [one["name"] for one in about.definition.raw.get("parameters", ()) if one["in"] == "query"]
    if names and draw(st.booleans()):
        name = draw(st.sampled_from(names))
        value = str(draw(IN_ADDRESSES.get(name, st.one_of(MOMENTS, WHOLE, CURSORS, st.just("\x00")))))
        case.query = {**(case.query or {}), name: value}
    if "number" in (case.path_parameters or {}) and draw(st.booleans()):
        case.path_parameters["number"] = draw(WHOLE)
    if case.media_type != "application/json":
        return {}
    return {"data": json.dumps(_changed(case.body, draw))}


def _changed(value: Any, draw: Callable[[Any], Any]) -> Any:
    """The same but for one value somewhere in it."""
    places = [*(value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0))]
    if not places or not draw(st.integers(0, 3)):
        return draw(ANY_JSON)
    place, found = draw(st.sampled_from(places)), value.copy()
    found[place] = _changed(found[place], draw)
    return found


MOST_URL = 60_000
"""Bytes of an address that the server still reads; a longer one is cut off before anybody can answer."""


def _fits(case: Any, asker: Asker) -> bool:
    asked = requests.Request(**{**case.as_transport_kwargs(base_url=asker.centre.url), "cookies": None})
    return len(asked.prepare().url or "") < MOST_URL


def _send(case: Any, asker: Asker, operation: str, **more: Any) -> Any:
    rule = ACCESS[operation]
    if rule.session_only:
        return case.call(base_url=asker.centre.url, headers=asker.session, session=asker.http, timeout=20, **more)
    return case.call(base_url=asker.centre.url, headers=asker.headers, timeout=20, allow_redirects=False, **more)


@pytest.mark.parametrize("operation", sorted(OPERATIONS, key=lambda name: LAST.index(name) if name in LAST else -1))
def test_whatever_is_asked_is_answered_as_the_document_says(asker: Asker, operation: str) -> None:
    examples = 6 if settings().max_examples <= 100 else 150
    about = OPERATIONS[operation]

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
        case = data.draw(about.as_strategy(generation_mode=mode))
        _aimed(case, asker, data.draw)
        edge = _at_the_edges(case, about, data.draw) if data.draw(st.booleans()) else {}
        assume(_fits(case, asker))
        response = _send(case, asker, operation, **edge)
        checks = [check for check in CHECKS if check is not not_a_server_error or response.status_code not in AWAY]
        case.validate_response(response, checks=checks)

    ask()


def test_the_daemon_has_come_through_it_whole(asker: Asker) -> None:
    assert "request_failed" not in asker.centre.log()
    assert "Traceback" not in asker.centre.log()
    assert requests.get(f"{asker.centre.url}/readyz", timeout=20).json()["ready"] is True
