"""Leaving for the provider, and coming back."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from agent_console.errors import NotFoundError, SignInFailedError
from agent_console.http.guard import accounts_of, address_of
from agent_console.http.session import end_present, hand_over
from agent_console.oidc import PENDING_S, Provider

router = APIRouter(prefix="/session/oidc", tags=["session"])

BROWSER: Final = "cordboard_leaving"
"""The cookie that ties the way back to the browser that left. Lax: it comes along when the provider sends it back."""

_PATH: Final = "/api/v1/session/oidc"


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFoundError("there is no single sign-on here: sign in with name and password")
    return provider


@router.get("/start", status_code=HTTPStatus.SEE_OTHER, response_class=Response)
async def start_single_sign_on(request: Request) -> Response:
    """To the provider."""
    departure = await _provider(request).depart(address_of(request))
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
    """Back from the provider: a session, and on to the console."""
    provider = _provider(request)
    if error or not code:
        raise SignInFailedError("the provider did not let you in: begin again, or sign in with a password")
    name = await provider.arrive(state=state, code=code, browser=request.cookies.get(BROWSER, ""))
    signed_in = await accounts_of(request).sign_in_known(name, "oidc")
    await end_present(request)
    response = Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
    response.delete_cookie(BROWSER, path=_PATH)
    hand_over(request, response, signed_in)
    return response
