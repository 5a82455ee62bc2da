"""Signing in over the accounts of the database: what it costs to guess, and what a request costs.

Wrong passwords are slowed by address (any name) and by name (any address, known or not, by the same rule, so that a
lock does not tell who exists). Hashing is bounded, so that a flood of sign-ins takes neither the memory nor the
threads of others. What a session is, is asked of the database once in a few seconds, not with every request.
"""

import asyncio
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Final, TypeVar, cast

import msgspec

from agent_console.documents.problems import FieldProblem
from agent_console.documents.session import MadeToken, NewToken, OneTimePassword, Scope, Token, User
from agent_console.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    SignInFailedError,
    TooManyError,
)
from agent_console.limits import Buckets
from agent_console.ports import Identity, SignedIn
from config.models import Settings
from cti_bridge.app.administrators import TakingRights
from cti_bridge.app.console.threads import Threads
from cti_bridge.app.console.users import Users, identity_of
from facts.time import SECOND, Instant
from storage.accounts import (
    Account,
    Accounts,
    ApiToken,
    Lifetimes,
    NobodyLeftError,
    Session,
    SettingsOvertakenError,
    locked_until,
)
from storage.passwords import LONGEST, Passwords, WeakPasswordError, check_strength, digest, one_time_password

T = TypeVar("T")

TRIES_AT_ONCE: Final = 30
TRY_EVERY_S: Final = 6.0
"""Failed sign-ins from one address, whatever the names; a whole shift may sign in from one."""

NAME_TRIES: Final = 5
NAME_EVERY_S: Final = 10.0
"""Failed sign-ins of one name at once; its lock, which grows, comes on top."""

MOST_NAMES: Final = 10_000
"""Names that nobody has and that were tried, as many as are remembered."""

HASHING_AT_ONCE: Final = 2
HASHING_WAITING: Final = 16
REMEMBERED_S: Final = 2.0
"""How old what is known of a session may be."""

MOST_REMEMBERED: Final = 10_000


class _Remembered(msgspec.Struct, frozen=True):
    """What the database said of a secret."""

    until: float
    found: Session | ApiToken | None


class _Attempt:
    """One guess, and whether it was right."""

    succeeded = False

    def succeeds(self) -> None:
        """It does not count as a guess."""
        self.succeeded = True


class DaemonAccounts:
    """`agent_console.ports.Accounts`. ``wall``: the time of day, whatever the speed of a demo's clock.

    ``leading``: the number of the settings that lead in the database, and these; asked in a thread.
    """

    def __init__(
        self,
        accounts: Accounts,
        users: Users,
        threads: Threads,
        *,
        passwords: Passwords,
        lifetimes: Callable[[], Lifetimes],
        wall: Callable[[], Instant],
        leading: Callable[[], tuple[int, Settings]],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._accounts = accounts
        self._users = users
        self._threads = threads
        self._passwords = passwords
        self._lifetimes = lifetimes
        self._wall = wall
        self._clock = clock
        self._addresses = Buckets(TRIES_AT_ONCE, TRY_EVERY_S)
        self._names = Buckets(NAME_TRIES, NAME_EVERY_S)
        self._hashing = asyncio.Semaphore(HASHING_AT_ONCE)
        self._waiting = 0
        self._taking = TakingRights(accounts, leading)
        self._strangers: dict[str, tuple[int, Instant | None]] = {}
        self._remembered: dict[bytes, _Remembered] = {}

    # -- sign-in -----------------------------------------------------------------------------------------------------

    async def sign_in(self, name: str, password: str, address: str) -> SignedIn:
        """A new session, if name and password are right and nobody tried too often."""
        with self._try(name, address) as attempt:
            account = await self._threads.run(self._accounts.account, name)
            if not await self._fits(name, account, password):
                raise SignInFailedError("name or password is wrong")
            attempt.succeeds()
        assert account is not None
        assert account.password is not None
        if account.locked:
            raise ForbiddenError(f"{name} is locked: an administrator can unlock the account")
        if self._passwords.is_outdated(account.password):
            await self._threads.run(self._accounts.rehash, name, await self._hashed(password))
        return await self._begin(name, account, "password")

    async def sign_in_known(self, name: str, via: str) -> SignedIn:
        """A session for whom a provider vouched."""
        account = await self._threads.run(self._accounts.account, name)
        if account is not None and account.locked:
            raise ForbiddenError(f"{name} is locked: an administrator can unlock the account")
        return await self._begin(name, account, via)

    @contextmanager
    def _try(self, name: str, address: str) -> Iterator["_Attempt"]:
        """One guess: it counts from its beginning, so that many at once are as slow as one after the other."""
        now = self._clock()
        wait = self._addresses.take(address, now) or self._names.take(name, now)
        if wait > 0:
            raise _too_many(wait)
        attempt = _Attempt()
        yield attempt
        if attempt.succeeded:
            self._addresses.give_back(address)
            self._names.forget(name)

    async def _fits(self, name: str, account: Account | None, password: str) -> bool:
        """Whether the password is right and may be used. Takes as long, and locks as much, for unknown names."""
        now = self._wall()
        failures, until = self._strangers.get(name, (0, None)) if account is None else (0, account.locked_until)
        if until is not None and until > now:
            raise _too_many((until - now) / SECOND)
        usable = account if account is not None and not _is_over(account, now) else None
        kept = None if usable is None else usable.password
        fits = await self._hash_work(lambda: self._passwords.fits(kept, password))
        if not fits and account is not None:
            await self._threads.run(self._accounts.note_failure, name, at=now)
        elif not fits:
            self._strangers[name] = (failures + 1, locked_until(failures + 1, now))
            if len(self._strangers) > MOST_NAMES:
                del self._strangers[next(iter(self._strangers))]
        return fits

    async def _hashed(self, password: str) -> str:
        return await self._hash_work(lambda: self._passwords.hash(password))

    async def _hash_work(self, work: Callable[[], T]) -> T:
        if self._waiting >= HASHING_WAITING:
            raise TooManyError("too many people sign in just now: try again in a moment", 2.0)
        self._waiting += 1
        try:
            async with self._hashing:
                return await self._threads.run(work)
        finally:
            self._waiting -= 1

    async def _begin(self, name: str, account: Account | None, via: str) -> SignedIn:
        user = self._users.of(name, None if account is None else account.profile)
        if user is None:
            raise SignInFailedError(f"{name} is no user here: name them in the settings (users)", "unknown")
        secret, session = await self._threads.run(
            self._accounts.begin_session, name, self._lifetimes(), via=via, at=self._wall()
        )
        return SignedIn(secret=secret, identity=self._of_session(session))

    # -- who asks ----------------------------------------------------------------------------------------------------

    async def of_session(self, secret: str) -> Identity | None:
        """Whose session this is."""
        found = await self._recall(secret, lambda: self._accounts.session(secret, self._lifetimes(), at=self._wall()))
        if not isinstance(found, Session) or found.locked:
            return None
        if self._users.of(found.user, found.profile) is None:
            self._remembered.pop(digest(secret), None)  # somebody else may get this name at any moment
            return None
        return self._of_session(found)

    async def of_token(self, secret: str) -> Identity | None:
        """Whose API token this is."""
        found = await self._recall(secret, lambda: self._accounts.token(secret, at=self._wall()))
        user = self._users.of(found.user, found.profile) if isinstance(found, ApiToken) else None
        if user is None:
            self._remembered.pop(digest(secret), None)
            return None
        assert isinstance(found, ApiToken)
        scopes = frozenset(cast("tuple[Scope, ...]", found.scopes))
        teams = self._users.teams(user)
        return identity_of(found.user, user, teams=teams, scopes=scopes, expires_at=found.expires_at)

    def _of_session(self, session: Session) -> Identity:
        user = self._users.of(session.user, session.profile)
        assert user is not None
        return identity_of(
            session.user,
            user,
            teams=self._users.teams(user),
            session=session.session_id,
            csrf_token=session.csrf_token,
            must_change=session.must_change,
            expires_at=session.expires_at,
        )

    async def _recall(self, secret: str, ask: Callable[[], Session | ApiToken | None]) -> Session | ApiToken | None:
        if len(secret) > LONGEST:
            return None
        key, now = digest(secret), self._clock()
        known = self._remembered.get(key)
        if known is not None and known.until > now:
            return known.found
        found = await self._threads.run(ask)
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        if found is not None:
            self._remembered[key] = _Remembered(now + REMEMBERED_S, found)
        else:
            self._remembered.pop(key, None)
        return found

    # -- one's own ---------------------------------------------------------------------------------------------------

    async def sign_out(self, identity: Identity) -> None:
        """End this session."""
        if identity.session is not None:
            await self._threads.run(self._accounts.end_session, identity.session, by=identity.user, at=self._wall())
            self._remembered.clear()

    async def change_password(self, identity: Identity, old: str, new: str) -> SignedIn:
        """One's own password; wrong guesses of the old one count like sign-ins."""
        name = identity.user
        with self._try(name, f"session {identity.session}") as attempt:
            account = await self._threads.run(self._accounts.account, name)
            if not await self._fits(name, account, old):
                raise _invalid("body.old", "is not the present password", "write the one that you signed in with")
            attempt.succeeds()
        if new == old:
            raise _invalid("body.new", "is the present password", "choose another one")
        try:
            check_strength(new, name)
        except WeakPasswordError as error:
            raise _invalid("body.new", str(error), "choose a longer one, such as four words by chance") from error
        hashed = await self._hashed(new)
        await self._threads.run(self._accounts.set_password, name, hashed, one_time=False, by=name, at=self._wall())
        self._remembered.clear()
        return await self._begin(name, account, "password")

    # -- users -------------------------------------------------------------------------------------------------------

    async def users(self) -> Sequence[User]:
        """Everybody, by name."""
        accounts = {one.name: one for one in await self._threads.run(self._accounts.accounts, self._wall())}
        shown = (self._user(name, accounts.get(name)) for name in sorted({*self._users.names(), *accounts}))
        return [user for user in shown if user is not None]

    def _user(self, name: str, account: Account | None) -> User | None:
        known = self._users.of(name, None if account is None else account.profile)
        if known is None:
            return None
        account = account or Account(name=name)
        now = self._wall()
        return User(
            name=name,
            title=known.title or name,
            role=known.role,
            teams=list(known.teams),
            agent=known.agent,
            language=known.language,
            has_password=account.password is not None and not _is_over(account, now),
            must_change_password=account.must_change,
            locked=account.locked,
            locked_until=account.locked_until if account.locked_until and account.locked_until > now else None,
            last_sign_in=account.last_sign_in,
            sessions=account.sessions,
        )

    async def _known(self, name: str) -> Account | None:
        account = await self._threads.run(self._accounts.account, name)
        if self._users.of(name, None if account is None else account.profile) is None:
            raise NotFoundError(f"there is no user {name!r}: GET /api/v1/users lists them")
        return account

    async def reset_password(self, user: str, by: str) -> OneTimePassword:
        """A one-time password."""
        await self._known(user)
        password = one_time_password()
        hashed = await self._hashed(password)
        await self._threads.run(self._accounts.set_password, user, hashed, one_time=True, by=by, at=self._wall())
        self._remembered.clear()
        return OneTimePassword(user=user, password=password)

    async def lock(self, user: str, by: str) -> User:
        """Let somebody in no more; refused of the last who may change everything."""
        await self._known(user)
        try:
            await self._threads.run(self._taking.lock, user, by=by, at=self._wall())
        except NobodyLeftError as error:
            rule = "is the last who can sign in and may change everything"
            way_out = "make somebody else administrator and give them a password first"
            raise _invalid(f"users.{user}", rule, way_out) from error
        except SettingsOvertakenError as error:
            raise ConflictError("the settings are being changed just now: try again") from error
        self._remembered.clear()
        return await self._now(user)

    async def unlock(self, user: str, by: str) -> User:
        """Let them in again."""
        await self._known(user)
        await self._threads.run(self._accounts.unlock, user, by=by, at=self._wall())
        self._names.forget(user)
        return await self._now(user)

    async def _now(self, user: str) -> User:
        shown = self._user(user, await self._known(user))
        assert shown is not None
        return shown

    async def end_sessions(self, user: str, by: str) -> int:
        """End all of somebody's sessions."""
        await self._known(user)
        ended = await self._threads.run(self._accounts.end_sessions, user, by=by, at=self._wall())
        self._remembered.clear()
        return ended

    # -- tokens ------------------------------------------------------------------------------------------------------

    async def tokens(self, user: str | None) -> Sequence[Token]:
        """Tokens of one user, or all."""
        return [_token(token) for token in await self._threads.run(self._accounts.tokens, user)]

    async def make_token(self, wish: NewToken, user: str, by: str) -> MadeToken:
        """A new one, for a user who is there."""
        await self._known(user)
        if wish.expires_at is not None and wish.expires_at <= self._wall():
            raise _invalid("body.expires_at", "has passed", "choose an instant to come, or leave it out")
        secret, token = await self._threads.run(
            self._accounts.make_token,
            user,
            wish.name,
            sorted(set(wish.scopes)),
            expires_at=wish.expires_at,
            by=by,
            at=self._wall(),
        )
        return MadeToken(**_token(token).model_dump(), secret=secret)

    async def end_token(self, token_id: str, by: str, *, user: str | None) -> None:
        """Make it worthless."""
        ended = await self._threads.run(self._accounts.end_token, token_id, user=user, by=by, at=self._wall())
        self._remembered.clear()
        if not ended:
            raise NotFoundError(f"there is no token {token_id!r}: GET /api/v1/tokens lists them")


def _is_over(account: Account, now: Instant) -> bool:
    """Whether a one-time password was not used in time."""
    return account.expires_at is not None and account.expires_at <= now


def _token(token: ApiToken) -> Token:
    return Token(
        token_id=token.token_id,
        name=token.name,
        user=token.user,
        scopes=list(cast("tuple[Scope, ...]", token.scopes)),
        made_at=token.made_at,
        last_used_at=token.last_used_at,
        expires_at=token.expires_at,
    )


def _too_many(wait: float) -> TooManyError:
    return TooManyError(f"too many failed sign-ins: try again in {math.ceil(wait)} s", wait)


def _invalid(field: str, rule: str, way_out: str) -> InvalidError:
    return InvalidError([FieldProblem(field=field, rule=rule, way_out=way_out)])
