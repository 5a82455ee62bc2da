"""The application: every router, what surrounds them, and the check that nothing is open by mistake."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import WebSocketRoute

from agent_console.http import (
    audit,
    contacts,
    corrections,
    customers,
    desk,
    floor,
    flows,
    health,
    holidays,
    problem,
    recordings,
    reports,
    session,
    settings,
    single_sign_on,
    supervision,
    users,
)
from agent_console.http.access import unruled
from agent_console.http.bodies import TooLargeAsProblem
from agent_console.http.guard import guard
from agent_console.http.headers import SecurityHeaders
from agent_console.http.heads import HeadAsGet
from agent_console.http.openapi import describe
from agent_console.http.pages import console_pages
from agent_console.limits import MOST_BODY
from agent_console.live.channel import LiveEndpoint
from agent_console.live.hub import Hub
from agent_console.live.phone import PhoneEndpoint
from agent_console.oidc import Provider
from agent_console.ports import Ports

PREFIX = "/api/v1"

RESOURCES = (
    session,
    single_sign_on,
    users,
    floor,
    desk,
    contacts,
    supervision,
    corrections,
    customers,
    recordings,
    reports,
    flows,
    settings,
    holidays,
    audit,
)
"""Modules with a router each, in the order of the API's description."""


class WebOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How the application is served. ``secure``: behind TLS. ``origins``: pages elsewhere that may use the API.

    ``static``: the folder of the built console. ``provider``: single sign-on; None: passwords only.
    """

    secure: bool = False
    origins: frozenset[str] = frozenset()
    static: Path | None = None
    provider: Provider | None = None


class AccessTableError(Exception):
    """An operation and the table of access do not agree."""


def create_app(ports: Ports, hub: Hub, options: WebOptions | None = None) -> FastAPI:
    """The application over this daemon. Raises `AccessTableError` when an operation has no rule."""
    options = options or WebOptions()
    app = FastAPI(
        title="Cordboard",
        version="1",
        summary="The contact centre: its floor, its desks, its settings and its figures.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
    )
    app.state.ports = ports
    app.state.hub = hub
    app.state.options = options
    app.state.origins = options.origins
    app.state.provider = options.provider
    app.include_router(health.router, dependencies=[Depends(guard)])
    for module in RESOURCES:
        app.include_router(module.router, prefix=PREFIX, dependencies=[Depends(guard)])
    app.router.routes.append(WebSocketRoute(f"{PREFIX}/live", LiveEndpoint(), name="live"))
    app.router.routes.append(WebSocketRoute(f"{PREFIX}/phone", PhoneEndpoint(), name="phone"))
    if options.static is not None:
        app.router.routes.append(console_pages(options.static))
    problem.install(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BODY)
    app.add_middleware(TooLargeAsProblem)
    app.add_middleware(SecurityHeaders, secure=options.secure)
    app.add_middleware(HeadAsGet)
    _assert_ruled(app)
    describe(app)
    return app


def operations(app: FastAPI) -> Iterator[RouteContext]:
    """Every operation over HTTP; its name is its operation id."""
    return (route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute))


def _assert_ruled(app: FastAPI) -> None:
    open_ones, empty = unruled(str(route.name) for route in operations(app))
    if open_ones or empty:
        raise AccessTableError(
            f"agent_console.http.access lacks {sorted(open_ones)} and names {sorted(empty)}, which are not there"
        )
