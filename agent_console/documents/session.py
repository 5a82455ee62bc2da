"""Signing in: who one is, accounts and API tokens."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, StringConstraints

from agent_console.documents.values import Document, Language, Line, Moment, Name, Wish

Role: TypeAlias = Literal["agent", "supervisor", "administrator"]
Scope: TypeAlias = Literal["read", "desk", "supervise", "administer", "metrics"]

USER_NAME: Final = r"^[\w.@+-]+$"

UserName: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=USER_NAME)]
"""Letters of any script, digits and ``. @ + - _``."""

Password: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class WebPhone(Document):
    """The browser's own phone. It has no password: the daemon answers Asterisk's challenge for this session."""

    uri: str
    """Its SIP address."""
    path: str
    """Where its WebSocket is, under the console's own address."""
    stun: list[str] = Field(default_factory=list)


class Me(Document):
    """Who is signed in, and what the console needs to know of it."""

    user: str
    title: str
    """The person's name."""
    role: Role
    teams: list[str]
    agent: str | None
    """The agent whose desk this user has."""
    csrf_token: str | None
    """To be sent as `X-CSRF-Token` with every request that changes something; None with an API token."""
    must_change_password: bool
    """True: nothing but the change of password is possible."""
    language: str
    time_zone: str
    site: str
    scopes: list[Scope]
    """What this session, or token, may do."""
    web_phone: WebPhone | None = None
    expires_at: Moment | None = None
    """When the session ends at the latest."""


class SignIn(Wish):
    """Name and password."""

    name: UserName
    password: Password


class ChangePassword(Wish):
    """One's own new password."""

    old: Password
    new: Annotated[str, StringConstraints(max_length=256)]
    """At least twelve characters."""


class SignInWays(Document):
    """How one can sign in here."""

    site: str
    language: str
    password: bool
    oidc: str | None
    """What the provider's button says; None: there is no provider."""


class User(Document):
    """An account."""

    name: str
    title: str
    role: Role
    teams: list[str]
    agent: str | None
    language: str | None
    has_password: bool
    must_change_password: bool
    locked: bool
    """By an administrator."""
    locked_until: Moment | None
    """After failed sign-ins."""
    last_sign_in: Moment | None
    sessions: int
    """Open ones."""


class OneTimePassword(Document):
    """A password that is shown once and has to be changed at the first sign-in."""

    user: str
    password: str


class NewToken(Wish):
    """An API token to be made."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1)]
    user: UserName | None = None
    """Whose rights it has; absent: one's own."""
    expires_at: Moment | None = None


class Token(Document):
    """An API token; its secret is not kept."""

    token_id: str
    name: str
    user: str
    scopes: list[Scope]
    made_at: Moment
    last_used_at: Moment | None
    expires_at: Moment | None


class MadeToken(Token):
    """A new token with its secret, told this once."""

    secret: str


class UserNote(Wish):
    """What a user may set of themselves."""

    language: Language | None = None
    title: Line | None = None
