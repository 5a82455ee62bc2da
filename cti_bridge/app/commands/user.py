"""``cordboard user``: who may sign in to the console, and by what; also beside a running daemon."""

import enum
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cti_bridge.app.terminal import user as whoever_runs

if TYPE_CHECKING:
    from config.models import Settings
    from cti_bridge.app.administrators import TakingRights
    from cti_bridge.app.console.users import Users
    from storage.accounts import Account, Accounts, ApiToken

app = typer.Typer(
    no_args_is_help=True,
    help="Accounts of the console. Users of the settings are there already and need a password only; `add` makes one "
    "who is not in the settings.",
    epilog="Example: cordboard user password dana",
)
tokens = typer.Typer(no_args_is_help=True, help="API tokens of programs.", epilog="Example: cordboard user token list")
app.add_typer(tokens, name="token")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="The settings.", show_default=False, dir_okay=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it, as the audit log tells.", show_default="you")]
Name = Annotated[str, typer.Argument(help="The name that the user signs in with.")]


class Scope(enum.StrEnum):
    """What an API token may do."""

    READ = "read"
    DESK = "desk"
    SUPERVISE = "supervise"
    ADMINISTER = "administer"
    METRICS = "metrics"


class UnknownUserError(Exception):
    """Nobody of this name may sign in."""


class RefusedError(Exception):
    """It cannot be done; the text says why and what to do."""


class _Opened:
    """Accounts and users of one database and one settings file."""

    def __init__(self, accounts: "Accounts", users: "Users", settings: "Settings", taking: "TakingRights") -> None:
        self.accounts = accounts
        self.users = users
        self.settings = settings
        self._taking = taking

    def known(self, name: str) -> "Account | None":
        """The account of a user who is there; raises `UnknownUserError`."""
        account = self.accounts.account(name)
        if self.users.of(name, None if account is None else account.profile) is None:
            raise UnknownUserError(f"there is no user {name!r}: cordboard user list shows all, user add makes one")
        return account

    @contextmanager
    def taking(self, name: str) -> "Iterator[TakingRights]":
        """To lock and remove somebody; raises `RefusedError` when nobody could change everything any more."""
        from storage.accounts import NobodyLeftError, SettingsOvertakenError  # noqa: PLC0415 - takes its time

        try:
            yield self._taking
        except NobodyLeftError as error:
            raise RefusedError(
                f"{name} is the last who can sign in and may change everything: make somebody else administrator "
                "first, e.g. cordboard user add NAME --role administrator"
            ) from error
        except SettingsOvertakenError as error:
            raise RefusedError(str(error)) from error


@contextmanager
def _opened(config: Path | None) -> Iterator[_Opened]:
    from cti_bridge.app.administrators import TakingRights  # noqa: PLC0415 - the daemon's parts take their time
    from cti_bridge.app.console.users import Users  # noqa: PLC0415
    from cti_bridge.app.database_address import database_address  # noqa: PLC0415
    from cti_bridge.app.leading import load_leading  # noqa: PLC0415
    from storage.accounts import Accounts  # noqa: PLC0415
    from storage.journal import open_journal  # noqa: PLC0415
    from storage.settings_revisions import SettingsRevisions  # noqa: PLC0415

    settings = load_leading(config, os.environ)
    settings.home.expanduser().mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_journal(database_address(settings)) as journal:
        accounts, revisions = Accounts(journal), SettingsRevisions(journal)
        # the number first: settings that are newer than it are judged again
        taking = TakingRights(accounts, lambda: (revisions.last_number(), load_leading(config, os.environ)))
        yield _Opened(accounts, Users(lambda: settings), settings, taking)


def _now() -> int:
    return time.time_ns() // 1000


# -- users -----------------------------------------------------------------------------------------------------------


@app.command("list", epilog="Example: cordboard user list --json")
def list_users(*, config: ConfigOption = None, as_json: AsJson = False) -> None:
    """Show everybody who may sign in, and how their accounts are."""
    with _opened(config) as opened:
        lines = list(_lines(opened))
    if as_json:
        _print({"users": lines})
        return
    _table(
        ("user", "name", "role", "teams", "agent", "password", "last sign-in"),
        [
            (one["user"], one["title"], one["role"], ", ".join(one["teams"]), one["agent"] or "", one["state"],
             one["last_sign_in"] or "never")
            for one in lines
        ],
    )  # fmt: skip


def _lines(opened: _Opened) -> Iterator[dict[str, Any]]:
    now = _now()
    accounts = {account.name: account for account in opened.accounts.accounts(now)}
    for name in sorted({*opened.users.names(), *accounts}):
        account = accounts.get(name)
        known = opened.users.of(name, None if account is None else account.profile)
        if known is not None:
            yield {
                "user": name,
                "title": known.title,
                "role": known.role,
                "teams": list(known.teams),
                "agent": known.agent,
                "state": _state(account, now),
                "last_sign_in": None if account is None or account.last_sign_in is None else _at(account.last_sign_in),
                "in_settings": name in opened.users.names(),
            }


def _state(account: "Account | None", now: int) -> str:
    if account is not None and account.locked:
        return "locked"
    if account is None or account.password is None:
        return "none"
    if account.expires_at is not None:
        return "one-time" if account.expires_at > now else "expired"
    return "locked for a while" if account.locked_until is not None and account.locked_until > now else "set"


@app.command("add", epilog="Example: cordboard user add dana --role supervisor --team north")
def add_user(
    name: Name,
    *,
    role: Annotated[
        Literal["agent", "supervisor", "administrator"], typer.Option(help="What the user may do.")
    ] = "agent",
    title: Annotated[str, typer.Option(help="The person's name.")] = "",
    team: Annotated[list[str] | None, typer.Option(help="A team that the user leads; may be repeated.")] = None,
    agent: Annotated[str | None, typer.Option(help="The agent whose desk the user has.")] = None,
    by: By = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Make a user who is not in the settings, with a one-time password."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - only here

    from agent_console.documents.session import UserName  # noqa: PLC0415
    from storage.accounts import Profile  # noqa: PLC0415

    try:
        TypeAdapter(UserName).validate_python(name)
    except ValidationError:
        raise RefusedError(f"{name!r} is no name to sign in with: letters, digits and . @ + - _") from None
    with _opened(config) as opened:
        if name in opened.users.names():
            raise RefusedError(f"{name!r} is in the settings already: cordboard user password {name}")
        _check_known("team", team or (), opened.settings.teams)
        _check_known("agent", () if agent is None else (agent,), opened.settings.agents)
        profile = Profile(title=title, role=role, teams=tuple(team or ()), agent=agent)
        opened.accounts.add(name, profile, by=by or whoever_runs(), at=_now())
        _one_time(opened, name, by, as_json=as_json)


def _check_known(what: str, named: "list[str] | tuple[str, ...]", known: Any) -> None:
    unknown = [one for one in named if one not in known]
    if unknown:
        raise RefusedError(f"there is no {what} {unknown[0]!r}: there are {', '.join(known) or 'none'}")


@app.command("remove", epilog="Example: cordboard user remove dana")
def remove_user(name: Name, *, by: By = None, config: ConfigOption = None) -> None:
    """Remove an account with its sessions and tokens; users of the settings stay there, without a password."""
    with _opened(config) as opened, opened.taking(name) as taking:
        taking.remove(name, by=by or whoever_runs(), at=_now())
    typer.echo(f"{name} cannot sign in any more.")


@app.command("password", epilog="Example: cordboard user password dana")
def password(
    name: Name,
    *,
    from_stdin: Annotated[
        bool, typer.Option("--stdin", help="Take the password from standard input, instead of a one-time one.")
    ] = False,
    by: By = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Give a one-time password, printed this once; open sessions end."""
    with _opened(config) as opened:
        opened.known(name)
        if not from_stdin:
            _one_time(opened, name, by, as_json=as_json)
            return
        from storage.passwords import Passwords, WeakPasswordError, check_strength  # noqa: PLC0415 - slow to load

        given = sys.stdin.readline().rstrip("\n")
        try:
            check_strength(given, name)
        except WeakPasswordError as error:
            raise RefusedError(f"the password {error}") from None
        opened.accounts.set_password(name, Passwords().hash(given), one_time=False, by=by or whoever_runs(), at=_now())
    _print({"user": name}) if as_json else typer.echo(f"{name} has a new password.")


def _one_time(opened: _Opened, name: str, by: str | None, *, as_json: bool) -> None:
    from storage.passwords import Passwords, one_time_password  # noqa: PLC0415 - slow to load

    drawn = one_time_password()
    opened.accounts.set_password(name, Passwords().hash(drawn), one_time=True, by=by or whoever_runs(), at=_now())
    if as_json:
        _print({"user": name, "password": drawn})
        return
    typer.echo(f"{name} signs in with the one-time password {drawn}")
    typer.echo("It has to be changed at once, and is worth nothing in three days.")


@app.command("lock", epilog="Example: cordboard user lock dana")
def lock(name: Name, *, by: By = None, config: ConfigOption = None) -> None:
    """Let somebody in no more; open sessions end within seconds, API tokens rest."""
    with _opened(config) as opened:
        opened.known(name)
        with opened.taking(name) as taking:
            taking.lock(name, by=by or whoever_runs(), at=_now())
    typer.echo(f"{name} is locked.")


@app.command("unlock", epilog="Example: cordboard user unlock dana")
def unlock(name: Name, *, by: By = None, config: ConfigOption = None) -> None:
    """Let them in again, also after failed sign-ins."""
    with _opened(config) as opened:
        opened.known(name)
        opened.accounts.unlock(name, by=by or whoever_runs(), at=_now())
    typer.echo(f"{name} may sign in.")


# -- tokens ----------------------------------------------------------------------------------------------------------


@tokens.command("add", epilog="Example: cordboard user token add dana wallboard --scope read")
def add_token(
    name: Name,
    title: Annotated[str, typer.Argument(help="What the token is for.")],
    *,
    scope: Annotated[
        list[Scope],
        typer.Option(help="What it may do, never more than its user; may be repeated."),
    ],
    days: Annotated[int | None, typer.Option(help="After so many days it is worth nothing.", min=1)] = None,
    by: By = None,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Make an API token; its secret is printed this once."""
    now = _now()
    with _opened(config) as opened:
        opened.known(name)
        secret, token = opened.accounts.make_token(
            name,
            title,
            sorted(set(scope)),
            expires_at=None if days is None else now + days * 86_400_000_000,
            by=by or whoever_runs(),
            at=now,
        )
    if as_json:
        _print({**_token(token), "secret": secret})
    else:
        typer.echo(f"{secret}\nSend it as `Authorization: Bearer {secret[:8]}…`; it is shown this once.")


@tokens.command("list", epilog="Example: cordboard user token list --json")
def list_tokens(
    name: Annotated[str | None, typer.Argument(help="Of one user only.", show_default=False)] = None,
    *,
    config: ConfigOption = None,
    as_json: AsJson = False,
) -> None:
    """Show API tokens, without their secrets."""
    with _opened(config) as opened:
        found = [_token(token) for token in opened.accounts.tokens(name)]
    if as_json:
        _print({"tokens": found})
        return
    columns = ("token", "user", "name", "scopes", "made", "last used", "expires")
    _table(columns, [tuple(one[column.replace(" ", "_")] or "never" for column in columns) for one in found])


@tokens.command("end", epilog="Example: cordboard user token end 5f0c…")
def end_token(
    token: Annotated[str, typer.Argument(help="Its id, as `cordboard user token list` shows it.")],
    *,
    by: By = None,
    config: ConfigOption = None,
) -> None:
    """Make an API token worthless."""
    with _opened(config) as opened:
        if not opened.accounts.end_token(token, user=None, by=by or whoever_runs(), at=_now()):
            raise RefusedError(f"there is no token {token!r}: cordboard user token list shows all")
    typer.echo("The token is worth nothing any more.")


def _token(token: "ApiToken") -> dict[str, Any]:
    return {
        "token": token.token_id,
        "user": token.user,
        "name": token.name,
        "scopes": " ".join(token.scopes),
        "made": _at(token.made_at),
        "last_used": None if token.last_used_at is None else _at(token.last_used_at),
        "expires": None if token.expires_at is None else _at(token.expires_at),
    }


# -- printing --------------------------------------------------------------------------------------------------------


def _at(instant: int) -> str:
    return datetime.fromtimestamp(instant // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only this output needs it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*columns)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
