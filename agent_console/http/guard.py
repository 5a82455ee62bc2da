"""Who asks: the session's cookie or an API token, the CSRF defence, and the table of access, before any operation."""

import hmac
from typing import Annotated, Final, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from agent_console.errors import (
    CsrfError,
    NoDeskError,
    NotSignedInError,
    PasswordChangeNeededError,
    UnavailableError,
)
from agent_console.http import access
from agent_console.http.plain_values import check_values
from agent_console.ports import Accounts, Identity, Ports

COOKIE: Final = "cordboard_session"
CSRF_HEADER: Final = "X-CSRF-Token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def ports_of(connection: HTTPConnection) -> Ports:
    """The daemon, as this application was given it."""
    return cast("Ports", connection.app.state.ports)


def accounts_of(connection: HTTPConnection) -> Accounts:
    """The accounts; raises `UnavailableError` where there are none."""
    accounts = ports_of(connection).accounts
    if accounts is None:
        raise UnavailableError("accounts are not set up here")
    return accounts


def address_of(connection: HTTPConnection) -> str:
    """From where somebody asks, as far as it is known."""
    return connection.client.host if connection.client is not None else ""


async def identify(connection: HTTPConnection) -> Identity | None:
    """Who is at the other end; None: nobody who is signed in. A token that is given and wrong is nobody."""
    header = connection.headers.get("authorization")
    if header is not None:
        kind, _, secret = header.partition(" ")
        return await accounts_of(connection).of_token(secret.strip()) if kind.lower() == "bearer" else None
    secret = connection.cookies.get(COOKIE, "")
    return await accounts_of(connection).of_session(secret) if secret else None


def is_own_origin(connection: HTTPConnection) -> bool:
    """Whether the page that asks is ours: no ``Origin`` at all counts only for requests that are no browser's."""
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    allowed: frozenset[str] = connection.app.state.origins
    return origin in allowed or urlsplit(origin).netloc == connection.headers.get("host", "")


async def guard(request: Request) -> Identity | None:
    """Let the request through to its operation, or raise why not."""
    rule = access.rule_of(request.scope["route"].name)
    is_change = request.method not in _SAFE
    if is_change and not is_own_origin(request):
        raise CsrfError("the Origin of this request is not allowed: add it to web.origins, or use the console")
    identity = None if rule.role is None else await _admitted(request, rule, is_change=is_change)
    if is_change or identity is not None:
        await check_values(request)
    return identity


async def _admitted(request: Request, rule: access.Rule, *, is_change: bool) -> Identity:
    """Who asks, if they may."""
    identity = await identify(request)
    if identity is None:
        raise NotSignedInError("sign in, or send an API token: Authorization: Bearer cbt_…")
    if is_change and identity.csrf_token is not None:
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), identity.csrf_token.encode()):
            raise CsrfError(f"send the session's csrf_token as {CSRF_HEADER}")
    if identity.must_change_password and not rule.before_password:
        raise PasswordChangeNeededError("the one-time password has to be changed first: PUT /api/v1/session/password")
    access.check(rule, identity)
    request.state.identity = identity
    return identity


def identity_of(request: Request) -> Identity:
    """Who asks, behind the guard."""
    return cast("Identity", request.state.identity)


def sight_of(request: Request) -> access.Sight:
    """How far they see."""
    return access.Sight(identity_of(request))


def own_agent(request: Request) -> str:
    """The agent whose desk the user has."""
    agent = identity_of(request).agent
    if agent is None:
        raise NoDeskError("this user has no desk: name an agent in the user's settings (users: … agent)")
    return agent


Who = Annotated[Identity, Depends(identity_of)]
Seen = Annotated[access.Sight, Depends(sight_of)]
OwnAgent = Annotated[str, Depends(own_agent)]
Daemon = Annotated[Ports, Depends(ports_of)]
