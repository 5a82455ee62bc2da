"""Leaving for the provider, and coming back: whatever comes of it, a browser ends on a page of the console."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from agent_console.errors import (
    ConsoleError,
    ForbiddenError,
    NoEntry,
    NotFoundError,
    SignInFailedError,
    TooManyError,
    UnavailableError,
)
from agent_console.http.guard import accounts_of, address_of
from agent_console.http.problem import response_of
from agent_console.http.session import end_present, hand_over
from agent_console.oidc import PENDING_S, Provider

router = APIRouter(prefix="/session/oidc", tags=["session"])

BROWSER: Final = "cordboard_leaving"
"""The cookie that ties the way back to the browser that left. Lax: it comes along when the provider sends it back."""

_PATH: Final = "/api/v1/session/oidc"

_OWN_PAGE: Final = re.compile(r"/(?![/\\])[\x21-\x7e]*")
"""An address on the console itself: nothing that a browser takes for another host."""

_WHY: Final[Mapping[type[ConsoleError], NoEntry]] = {
    NotFoundError: "no_provider",
    ForbiddenError: "locked",
    TooManyError: "too_many",
    UnavailableError: "away",
}


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFoundError("there is no single sign-on here: sign in with name and password")
    return provider


def _turned_away(request: Request, error: ConsoleError) -> Response:
    """Why there is no session: a browser is sent to the page where one signs in, with the reason."""
    if "text/html" not in request.headers.get("accept", ""):
        return response_of(error)
    why = error.why if isinstance(error, SignInFailedError) else _WHY.get(type(error), "refused")
    response = Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": f"/?no_entry={why}"})
    response.delete_cookie(BROWSER, path=_PATH)
    return response


@router.get("/start", status_code=HTTPStatus.SEE_OTHER, response_class=Response)
async def start_single_sign_on(
    request: Request,
    back: Annotated[str, Query(max_length=500, description="The page of the console to come back to.")] = "/",
) -> Response:
    """To the provider. A browser that cannot go there comes back to the console with `no_entry` in the address."""
    try:
        departure = await _provider(request).depart(
            address_of(request), back if _OWN_PAGE.fullmatch(back) is not None else "/"
        )
    except ConsoleError as error:
        return _turned_away(request, error)
    response = Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": departure.url})
    response.set_cookie(
        BROWSER,
        departure.browser,
        max_age=round(PENDING_S),
        path=_PATH,
        httponly=True,
        samesite="lax",
        secure=request.app.state.options.secure,
    )
    return response


@router.get("/return", status_code=HTTPStatus.SEE_OTHER, response_class=Response)
async def finish_single_sign_on(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Back from the provider: a session, and on to the console; or only there, with `no_entry` in the address."""
    try:
        return await _let_in(request, state, code, is_refused=bool(error))
    except ConsoleError as refused:
        return _turned_away(request, refused)


async def _let_in(request: Request, state: str, code: str, *, is_refused: bool) -> Response:
    provider = _provider(request)
    if is_refused or not code:
        raise SignInFailedError("the provider did not let you in: begin again, or sign in with a password")
    arrival = await provider.arrive(state=state, code=code, browser=request.cookies.get(BROWSER, ""))
    signed_in = await accounts_of(request).sign_in_known(arrival.name, "oidc")
    await end_present(request)
    response = Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": arrival.back})
    response.delete_cookie(BROWSER, path=_PATH)
    hand_over(request, response, signed_in)
    return response
