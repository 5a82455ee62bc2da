"""Accounts: what is known of people who sign in, their sessions and API tokens.

Who a user is (role, teams, desk) is told by the settings; a user who is not there may have a profile here, such as the
administrator of the first start. Passwords are kept as Argon2id, secrets of sessions and tokens as digests only. Every
change stands in the audit log, in the same transaction. Time is an argument everywhere.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from facts.time import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from storage.audit import Change, record_within
from storage.journal import Journal
from storage.passwords import digest, new_id, new_secret, new_token
from storage.rights import hold_rights_within, last_revision_within
from storage.schema import account, account_session, api_token

ONE_TIME_LASTS: Final = 3 * DAY
"""A one-time password that nobody used is worth nothing after so long."""

FREE_FAILURES: Final = 4
"""So many wrong passwords in a row do not lock; from then on each locks for twice as long as the one before."""

FIRST_LOCK: Final = 30 * SECOND
LONGEST_LOCK: Final = 15 * MINUTE
SEEN_EVERY: Final = MINUTE
"""How exactly it is known when a session or a token was used last."""


class Lifetimes(msgspec.Struct, frozen=True, kw_only=True):
    """How long sessions last: since they were used last, and since they began."""

    idle: Duration = HOUR
    longest: Duration = 12 * HOUR


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Who a user is, for those who are not in the settings."""

    title: str = ""
    role: str = "agent"
    teams: tuple[str, ...] = ()
    agent: str | None = None
    language: str | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a user. ``password``: as hashed; None: they cannot sign in by one."""

    name: str
    password: str | None = None
    must_change: bool = False
    expires_at: Instant | None = None
    failures: int = 0
    locked_until: Instant | None = None
    locked: bool = False
    last_sign_in: Instant | None = None
    profile: Profile | None = None
    sessions: int = 0


BY_NAME: Final = frozenset({"password", None})
"""How a session is begun by name and password; None: one of before this was kept."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session, as a request finds it."""

    session_id: str
    user: str
    csrf_token: str
    must_change: bool
    """Whether it was begun by a one-time password that has not been changed yet."""
    locked: bool
    made_at: Instant
    seen_at: Instant
    expires_at: Instant
    profile: Profile | None = None


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """An API token, without its secret."""

    token_id: str
    name: str
    user: str
    scopes: tuple[str, ...]
    made_at: Instant
    last_used_at: Instant | None
    expires_at: Instant | None
    locked: bool = False
    profile: Profile | None = None


class AccountExistsError(Exception):
    """There is an account of this name already."""


class NoSuchAccountError(Exception):
    """Nobody of this name has an account."""


class NobodyLeftError(Exception):
    """Nobody who can sign in could change everything any more; nothing was changed."""


class SettingsOvertakenError(Exception):
    """Other settings are in force than those by which it was judged; nothing was changed."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What must not come of taking an account's rights away, judged within the transaction that does.

    ``revision``: the number of the settings that ``leaves_nobody`` goes by, given the accounts before and after.
    """

    revision: int
    leaves_nobody: Callable[[Sequence[Account], Sequence[Account]], bool]


class Accounts:
    """The accounts in the journal's database."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    # -- accounts ----------------------------------------------------------------------------------------------------

    def accounts(self, now: Instant) -> list[Account]:
        """All of them, by name."""
        open_ones = (
            sa.select(account_session.c.user, sa.func.count().label("number"))
            .where(account_session.c.expires_at > now)
            .group_by(account_session.c.user)
            .subquery()
        )
        query = sa.select(account, open_ones.c.number).outerjoin(open_ones, open_ones.c.user == account.c.name)
        with self._journal.transaction(writes=False) as connection:
            return [_account(row, row.number or 0) for row in connection.execute(query.order_by(account.c.name))]

    def account(self, name: str) -> Account | None:
        """One account."""
        with self._journal.transaction(writes=False) as connection:
            return _found(connection, name)

    def add(self, name: str, profile: Profile, *, by: str, at: Instant) -> None:
        """A user who is not in the settings; raises `AccountExistsError`."""
        with self._journal.transaction(writes=True) as connection:
            there = _found(connection, name)
            if there is not None and there.profile is not None:
                raise AccountExistsError(f"there is a user {name!r} already")
            _put(connection, name, profile=msgspec.json.encode(profile).decode())
            before = None if there is None else {"profile": None}
            _tell(connection, at, by, "added", name, before=before, after={"profile": msgspec.to_builtins(profile)})

    def remove(self, name: str, *, by: str, at: Instant, judged: Judged | None = None) -> None:
        """No account, no sessions, no tokens any more; raises `NoSuchAccountError`, and as ``judged`` says."""
        with self._journal.transaction(writes=True) as connection, _judged(connection, judged):
            there = _known(connection, name)
            _drop(connection, name)
            before = {"profile": None if there.profile is None else msgspec.to_builtins(there.profile)}
            _tell(connection, at, by, "removed", name, before=before)

    def set_password(self, name: str, hashed: str, *, one_time: bool, by: str, at: Instant) -> None:
        """A new password; all sessions end, locks by failures are gone. One-time: to be changed at once."""
        with self._journal.transaction(writes=True) as connection:
            _put(
                connection,
                name,
                password=hashed,
                must_change=one_time,
                expires_at=at + ONE_TIME_LASTS if one_time else None,
                failures=0,
                locked_until=None,
            )
            _end_sessions(connection, name)
            _tell(connection, at, by, "one_time_password" if one_time else "password_changed", name)

    def rehash(self, name: str, hashed: str) -> None:
        """The same password, hashed at other costs."""
        with self._journal.transaction(writes=True) as connection:
            _put(connection, name, password=hashed)

    def note_failure(self, name: str, *, at: Instant) -> Instant | None:
        """A wrong password for an account that is there; until when it is locked now."""
        with self._journal.transaction(writes=True) as connection:
            failures = _known(connection, name).failures + 1
            until = locked_until(failures, at)
            _put(connection, name, failures=failures, locked_until=until)
            if until is not None:
                told = {"failures": failures, "seconds": (until - at) // SECOND}
                _tell(connection, at, "system", "locked_out", name, after=told)
            return until

    def lock(self, name: str, *, by: str, at: Instant, judged: Judged | None = None) -> None:
        """Let them in no more; sessions end, tokens rest. Raises as ``judged`` says."""
        with self._journal.transaction(writes=True) as connection, _judged(connection, judged):
            before = _found(connection, name)
            _put(connection, name, locked=True)
            _end_sessions(connection, name)
            was = before is not None and before.locked
            _tell(connection, at, by, "locked", name, before={"locked": was}, after={"locked": True})

    def unlock(self, name: str, *, by: str, at: Instant) -> None:
        """Let them in again."""
        with self._journal.transaction(writes=True) as connection:
            before = _found(connection, name)
            _put(connection, name, locked=False, failures=0, locked_until=None)
            was = before is not None and before.locked
            _tell(connection, at, by, "unlocked", name, before={"locked": was}, after={"locked": False})

    # -- sessions ----------------------------------------------------------------------------------------------------

    def begin_session(self, name: str, lifetimes: Lifetimes, *, via: str, at: Instant) -> tuple[str, Session]:
        """A new session and its secret, which is kept nowhere. What is over is cleared away."""
        secret = new_secret()
        with self._journal.transaction(writes=True) as connection:
            connection.execute(
                account_session.delete().where(
                    sa.or_(account_session.c.expires_at <= at, account_session.c.seen_at <= at - lifetimes.idle)
                )
            )
            _put(connection, name, failures=0, locked_until=None, last_sign_in=at)
            connection.execute(
                account_session.insert().values(
                    session_id=new_id(),
                    digest=digest(secret),
                    user=name,
                    csrf_token=new_secret(),
                    made_at=at,
                    seen_at=at,
                    expires_at=at + lifetimes.longest,
                    via=via,
                )
            )
            _tell(connection, at, name, "signed_in", name, after={"via": via})
            session = _session(connection, secret)
        assert session is not None
        return secret, session

    def session(self, secret: str, lifetimes: Lifetimes, *, at: Instant) -> Session | None:
        """The session of a secret, if it is not over; that it was used is noted now and then."""
        with self._journal.transaction(writes=False) as connection:
            session = _session(connection, secret)
        if session is None or at >= min(session.expires_at, session.seen_at + lifetimes.idle):
            return None
        if at - session.seen_at >= SEEN_EVERY:
            with self._journal.transaction(writes=True) as connection:
                connection.execute(
                    account_session.update()
                    .where(account_session.c.session_id == session.session_id)
                    .values(seen_at=at)
                )
        return session

    def end_session(self, session_id: str, *, by: str, at: Instant) -> None:
        """One session is over."""
        with self._journal.transaction(writes=True) as connection:
            connection.execute(account_session.delete().where(account_session.c.session_id == session_id))
            _tell(connection, at, by, "signed_out", by)

    def end_sessions(self, name: str, *, by: str, at: Instant) -> int:
        """All of somebody's sessions are over; how many there were."""
        with self._journal.transaction(writes=True) as connection:
            ended = _end_sessions(connection, name)
            _tell(connection, at, by, "sessions_ended", name, before={"sessions": ended})
            return ended

    # -- tokens ------------------------------------------------------------------------------------------------------

    def tokens(self, user: str | None = None) -> list[ApiToken]:
        """API tokens of one user, or all, by when they were made."""
        query = _TOKENS.order_by(api_token.c.made_at, api_token.c.token_id)
        if user is not None:
            query = query.where(api_token.c.user == user)
        with self._journal.transaction(writes=False) as connection:
            return [_token(row) for row in connection.execute(query)]

    def make_token(
        self, user: str, name: str, scopes: Sequence[str], *, expires_at: Instant | None, by: str, at: Instant
    ) -> tuple[str, ApiToken]:
        """A new token and its secret, which is kept nowhere."""
        secret, token_id = new_token(), new_id()
        with self._journal.transaction(writes=True) as connection:
            connection.execute(
                api_token.insert().values(
                    token_id=token_id,
                    digest=digest(secret),
                    name=name,
                    user=user,
                    scopes=" ".join(scopes),
                    made_at=at,
                    expires_at=expires_at,
                )
            )
            after = {"token": token_id, "name": name, "scopes": list(scopes)}
            _tell(connection, at, by, "token_made", user, after=after)
            row = connection.execute(_TOKENS.where(api_token.c.token_id == token_id)).one()
            return secret, _token(row)

    def token(self, secret: str, *, at: Instant) -> ApiToken | None:
        """The token of a secret, if it still counts; that it was used is noted now and then."""
        with self._journal.transaction(writes=False) as connection:
            row = connection.execute(_TOKENS.where(api_token.c.digest == digest(secret))).one_or_none()
        if row is None:
            return None
        found = _token(row)
        if found.locked or (found.expires_at is not None and at >= found.expires_at):
            return None
        if found.last_used_at is None or at - found.last_used_at >= SEEN_EVERY:
            with self._journal.transaction(writes=True) as connection:
                connection.execute(
                    api_token.update().where(api_token.c.token_id == found.token_id).values(last_used_at=at)
                )
        return found

    def end_token(self, token_id: str, *, user: str | None, by: str, at: Instant) -> bool:
        """Make a token worthless; with ``user``, only one of theirs. False: there is none."""
        query = _TOKENS.where(api_token.c.token_id == token_id)
        if user is not None:
            query = query.where(api_token.c.user == user)
        with self._journal.transaction(writes=True) as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return False
            connection.execute(api_token.delete().where(api_token.c.token_id == token_id))
            before = {"token": token_id, "name": row.name, "scopes": row.scopes.split()}
            _tell(connection, at, by, "token_ended", row.user, before=before)
            return True


_TOKENS: Final = sa.select(api_token, account.c.locked, account.c.profile).outerjoin(
    account, account.c.name == api_token.c.user
)


def locked_until(failures: int, at: Instant) -> Instant | None:
    """Until when so many wrong passwords in a row lock: some are free, then 30 s, doubled with each one more."""
    more = failures - FREE_FAILURES
    return at + min(LONGEST_LOCK, FIRST_LOCK << min(more - 1, 10)) if more > 0 else None


def _account(row: Any, sessions: int = 0) -> Account:
    values = {name: getattr(row, name) for name in Account.__struct_fields__ if name not in {"profile", "sessions"}}
    return Account(**values, profile=_profile(row), sessions=sessions)


def _profile(row: Any) -> Profile | None:
    return None if row.profile is None else msgspec.json.decode(row.profile, type=Profile)


def accounts_within(connection: Connection) -> list[Account]:
    """All accounts as a transaction sees them; their sessions are not counted."""
    return [_account(row) for row in connection.execute(sa.select(account))]


def forget_former_within(connection: Connection, name: str, *, by: str, at: Instant) -> None:
    """Somebody of this name begins: what a user had who was taken out of the settings is not theirs.

    An account with a profile of its own stays: its user was never away.
    """
    there = _found(connection, name)
    if there is not None and there.profile is not None:
        return
    if _drop(connection, name):
        _tell(connection, at, by, "removed", name, before={"profile": None})


def _drop(connection: Connection, name: str) -> bool:
    """Account, sessions and tokens of a name are gone; whether there were any."""
    whose = ((api_token, api_token.c.user), (account_session, account_session.c.user), (account, account.c.name))
    gone = [connection.execute(table.delete().where(column == name)).rowcount for table, column in whose]
    return any(gone)


@contextmanager
def _judged(connection: Connection, judged: Judged | None) -> Iterator[None]:
    """Around a change that takes rights away; raises `NobodyLeftError` and `SettingsOvertakenError`."""
    if judged is None:
        yield
        return
    hold_rights_within(connection)
    if last_revision_within(connection) != judged.revision:
        raise SettingsOvertakenError("the settings were changed at the same moment: try again")
    before = accounts_within(connection)
    yield
    if judged.leaves_nobody(before, accounts_within(connection)):
        raise NobodyLeftError("nobody who can sign in could change everything any more")


def _found(connection: Connection, name: str) -> Account | None:
    row = connection.execute(sa.select(account).where(account.c.name == name)).one_or_none()
    return None if row is None else _account(row)


def _known(connection: Connection, name: str) -> Account:
    found = _found(connection, name)
    if found is None:
        raise NoSuchAccountError(f"there is no account {name!r}: cordboard user list shows all")
    return found


def _put(connection: Connection, name: str, **values: Any) -> None:
    """Change an account; made where there is none."""
    changed = connection.execute(account.update().where(account.c.name == name).values(**values))
    if not changed.rowcount:
        fresh = {"must_change": False, "failures": 0, "locked": False}
        connection.execute(account.insert().values(name=name, **{**fresh, **values}))


def _session(connection: Connection, secret: str) -> Session | None:
    query = (
        sa.select(account_session, account.c.must_change, account.c.locked, account.c.profile)
        .join(account, account.c.name == account_session.c.user)
        .where(account_session.c.digest == digest(secret))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    told = {"profile", "must_change"}
    values = {name: getattr(row, name) for name in Session.__struct_fields__ if name not in told}
    must_change = bool(row.must_change) and row.via in BY_NAME
    return Session(**values, must_change=must_change, profile=_profile(row))


def _token(row: Any) -> ApiToken:
    values = {
        name: getattr(row, name) for name in ApiToken.__struct_fields__ if name not in {"scopes", "locked", "profile"}
    }
    return ApiToken(**values, scopes=tuple(row.scopes.split()), locked=bool(row.locked), profile=_profile(row))


def _end_sessions(connection: Connection, name: str) -> int:
    return connection.execute(account_session.delete().where(account_session.c.user == name)).rowcount


def _tell(
    connection: Connection, at: Instant, by: str, action: str, name: str, *, before: Any = None, after: Any = None
) -> None:
    change = Change(at=at, actor=by, action=action, resource="account", key=name, before=before, after=after)
    record_within(connection, change)
