"""Accounts and API tokens. Who a user is (role, teams, desk) is a matter of the settings."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from agent_console.documents.session import MadeToken, NewToken, OneTimePassword, Token, User, UserName
from agent_console.documents.values import Page
from agent_console.errors import ForbiddenError
from agent_console.http.access import GRANTED
from agent_console.http.guard import Who, accounts_of
from agent_console.http.paging import Cursor, Limit, page

router = APIRouter(tags=["users"])

Named = Annotated[str, Path(max_length=64)]


@router.get("/users")
async def list_users(request: Request, cursor: Cursor = None, limit: Limit = 50) -> Page[User]:
    """Everybody who may sign in, by name."""
    return page(await accounts_of(request).users(), lambda user: user.name, cursor, limit)


@router.post("/users/{name}/password")
async def reset_password(request: Request, who: Who, name: Named) -> OneTimePassword:
    """A one-time password, told this once; it has to be changed at the first sign-in. Open sessions end."""
    return await accounts_of(request).reset_password(name, who.user)


@router.post("/users/{name}/lock")
async def lock_user(request: Request, who: Who, name: Named) -> User:
    """Let somebody in no more. Open sessions end, API tokens rest."""
    if name == who.user:
        raise ForbiddenError("you would lock yourself out: let another administrator do it")
    return await accounts_of(request).lock(name, who.user)


@router.post("/users/{name}/unlock")
async def unlock_user(request: Request, who: Who, name: Named) -> User:
    """Let them in again, also after failed sign-ins."""
    return await accounts_of(request).unlock(name, who.user)


@router.delete("/users/{name}/sessions", status_code=HTTPStatus.NO_CONTENT)
async def end_sessions(request: Request, who: Who, name: Named) -> None:
    """End all of somebody's sessions."""
    await accounts_of(request).end_sessions(name, who.user)


@router.get("/tokens")
async def list_tokens(
    request: Request,
    who: Who,
    user: Annotated[UserName | None, Query(description="Whose; administrators only. Absent: one's own.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Token]:
    """API tokens, without their secrets."""
    whose = _whose(who.user, user, is_administrator=who.role == "administrator")
    return page(await accounts_of(request).tokens(whose), lambda token: token.token_id, cursor, limit)


@router.post("/tokens", status_code=HTTPStatus.CREATED)
async def make_token(request: Request, who: Who, wish: NewToken) -> MadeToken:
    """Make an API token; its secret is told this once. It never may more than its user, but for `metrics`."""
    if not GRANTED.isdisjoint(wish.scopes) and who.role != "administrator":
        raise ForbiddenError(f"the scope {min(GRANTED)!r} is given by administrators: ask one of them for the token")
    whose = _whose(who.user, wish.user, is_administrator=who.role == "administrator")
    return await accounts_of(request).make_token(wish, whose, who.user)


@router.delete("/tokens/{token_id}", status_code=HTTPStatus.NO_CONTENT)
async def end_token(request: Request, who: Who, token_id: Annotated[str, Path(max_length=64)]) -> None:
    """Make a token worthless."""
    only = None if who.role == "administrator" else who.user
    await accounts_of(request).end_token(token_id, who.user, user=only)


def _whose(own: str, asked: str | None, *, is_administrator: bool) -> str:
    if asked in {None, own}:
        return own
    if not is_administrator:
        raise ForbiddenError("tokens of others are for administrators")
    return str(asked)
