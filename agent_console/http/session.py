"""Signing in and out, and who one is."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from agent_console.documents.session import ChangePassword, Me, SignIn, SignInWays
from agent_console.errors import ForbiddenError
from agent_console.http import guard
from agent_console.http.guard import COOKIE, Daemon, Who, accounts_of, address_of
from agent_console.ports import Identity, Ports, SignedIn

router = APIRouter(prefix="/session", tags=["session"])


def _me(ports: Ports, identity: Identity) -> Me:
    place = ports.floor.place()
    phone = None
    if ports.web_phones is not None and identity.agent is not None and identity.session is not None:
        phone = ports.web_phones.account(identity.agent)
    return Me(
        user=identity.user,
        title=identity.title,
        role=identity.role,
        teams=sorted(identity.teams),
        agent=identity.agent,
        csrf_token=identity.csrf_token,
        must_change_password=identity.must_change_password,
        language=identity.language or place.language,
        time_zone=place.time_zone,
        site=place.site,
        scopes=sorted(identity.scopes),
        web_phone=phone,
        expires_at=identity.expires_at,
    )


def hand_over(request: Request, response: Response, signed_in: SignedIn) -> None:
    """Put the session's secret where scripts cannot read it and other sites' pages cannot use it."""
    response.set_cookie(
        COOKIE,
        signed_in.secret,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.app.state.options.secure,
    )


async def end_present(request: Request) -> None:
    """Whatever session the browser brings along ends: a new one never continues it."""
    present = await guard.identify(request) if COOKIE in request.cookies else None
    if present is not None and present.session is not None:
        await accounts_of(request).sign_out(present)


@router.get("/ways")
async def sign_in_ways(request: Request, ports: Daemon) -> SignInWays:
    """How one can sign in here; for the page that asks."""
    place, provider = ports.floor.place(), request.app.state.provider
    return SignInWays(
        site=place.site,
        language=place.language,
        password=True,
        oidc=None if provider is None else provider.title,
    )


@router.post("")
async def sign_in(request: Request, response: Response, ports: Daemon, wish: SignIn) -> Me:
    """Begin a session by name and password. The cookie comes with the answer; `csrf_token` goes with every change."""
    signed_in = await accounts_of(request).sign_in(wish.name, wish.password, address_of(request))
    await end_present(request)
    hand_over(request, response, signed_in)
    return _me(ports, signed_in.identity)


@router.get("")
async def get_session(ports: Daemon, who: Who) -> Me:
    """Who one is, and what one may do."""
    return _me(ports, who)


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
async def sign_out(request: Request, response: Response, who: Who) -> None:
    """End the session."""
    await accounts_of(request).sign_out(who)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=request.app.state.options.secure)


@router.put("/password")
async def change_password(request: Request, response: Response, ports: Daemon, who: Who, wish: ChangePassword) -> Me:
    """Change one's own password. Every other session of one's own ends; this one gets a new cookie and CSRF token."""
    if who.session is None:
        raise ForbiddenError("this is for people who signed in, not for API tokens")
    signed_in = await accounts_of(request).change_password(who, wish.old, wish.new)
    hand_over(request, response, signed_in)
    return _me(ports, signed_in.identity)
