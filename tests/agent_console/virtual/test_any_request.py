"""Requests that nobody thought of, made from the OpenAPI document, against a daemon at work.

Whatever comes, the daemon answers as its document says, and never with an error of its own. ``make fuzz`` asks longer,
and for requests that the gate has not seen.
"""

import asyncio
import functools
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
            await floor.until(lambda _: len(floor.waiting) == 2 or None, 10)
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


MOST_URL = 60_000
"""Bytes of an address that the server still reads; a longer one is cut off before anybody can answer."""


def _fits(case: Any, asker: Asker) -> bool:
    asked = requests.Request(**{**case.as_transport_kwargs(base_url=asker.centre.url), "cookies": None})
    return len(asked.prepare().url or "") < MOST_URL


def _send(case: Any, asker: Asker, operation: str) -> Any:
    rule = ACCESS[operation]
    if rule.session_only:
        return case.call(base_url=asker.centre.url, headers=asker.session, session=asker.http, timeout=20)
    return case.call(base_url=asker.centre.url, headers=asker.headers, timeout=20, allow_redirects=False)


@pytest.mark.parametrize("operation", sorted(OPERATIONS, key=lambda name: LAST.index(name) if name in LAST else -1))
def test_whatever_is_asked_is_answered_as_the_document_says(asker: Asker, operation: str) -> None:
    examples = 4 if settings().max_examples <= 100 else 150
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
        assume(_fits(case, asker))
        response = _send(case, asker, operation)
        checks = [check for check in CHECKS if check is not not_a_server_error or response.status_code not in AWAY]
        case.validate_response(response, checks=checks)

    ask()


def test_the_daemon_has_come_through_it_whole(asker: Asker) -> None:
    assert "request_failed" not in asker.centre.log()
    assert "Traceback" not in asker.centre.log()
    assert requests.get(f"{asker.centre.url}/readyz", timeout=5).json()["ready"] is True
