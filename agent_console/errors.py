"""Errors in the console's words. Adapters raise them, one place turns them into problem documents.

Each class has a stable ``error_id`` and its HTTP status; each text says what is wrong and what to do.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, TypeAlias

from agent_console.documents.problems import FieldProblem

NoEntry: TypeAlias = Literal["refused", "stale", "unknown", "locked", "away", "too_many", "no_provider"]
"""Why a browser comes back from the provider without a session, as its page is told."""


class ConsoleError(Exception):
    """Base of all errors here."""

    status: ClassVar[int] = 500
    error_id: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong here"


class InvalidError(ConsoleError):
    """The request cannot be understood, or breaks a rule; every field is told."""

    status = 422
    error_id = "invalid"
    title = "The request breaks a rule"

    def __init__(self, errors: Sequence[FieldProblem], detail: str = "") -> None:
        super().__init__(detail or "; ".join(f"{error.field} {error.rule}" for error in errors))
        self.errors = tuple(errors)


class NotSignedInError(ConsoleError):
    """Nobody is signed in, or the session is over."""

    status = 401
    error_id = "not_signed_in"
    title = "Sign in first"


class SignInFailedError(ConsoleError):
    """Name or password is wrong, which of them is not told; or the provider's sign-in came to nothing, ``why``."""

    status = 401
    error_id = "sign_in_failed"
    title = "Sign-in failed"

    def __init__(self, detail: str, why: NoEntry = "refused") -> None:
        super().__init__(detail)
        self.why = why


class ForbiddenError(ConsoleError):
    """One may not do this."""

    status = 403
    error_id = "forbidden"
    title = "Not allowed"


class RightsNeededError(ForbiddenError):
    """The user's role, or the token's scopes, do not reach so far."""

    error_id = "rights_needed"
    title = "Not within your rights"


class NoDeskError(ForbiddenError):
    """The user is no agent."""

    error_id = "no_desk"
    title = "This user has no desk"


class CsrfError(ForbiddenError):
    """The request does not carry the session's CSRF token."""

    error_id = "csrf"
    title = "The request does not come from the console"


class PasswordChangeNeededError(ForbiddenError):
    """The one-time password has to be changed before anything else."""

    error_id = "password_change_needed"
    title = "Choose a password of your own first"


class NotFoundError(ConsoleError):
    """There is nothing of that name, or one may not see it."""

    status = 404
    error_id = "not_found"
    title = "Not found"


class MethodNotAllowedError(ConsoleError):
    """The address is there, but does not take this method; the header Allow names those that it takes."""

    status = 405
    error_id = "method_not_allowed"
    title = "Not by this method"


class StateChangedError(ConsoleError):
    """Not possible as things are now; ``present`` says how they are, ``reason_id`` why, in a stable word."""

    status = 409
    error_id = "state_changed"
    title = "Not possible in the present state"

    def __init__(self, detail: str, present: Any = None, *, reason_id: str | None = None) -> None:
        super().__init__(detail)
        self.present = present
        self.reason_id = reason_id


class ConflictError(ConsoleError):
    """It contradicts something that is there."""

    status = 409
    error_id = "conflict"
    title = "In conflict with something that is there"


class EditedMeanwhileError(ConsoleError):
    """Somebody else changed it since it was read."""

    status = 412
    error_id = "edited_meanwhile"
    title = "Somebody else changed it meanwhile"

    def __init__(self, detail: str, *, etag: str | None, present: Any = None) -> None:
        super().__init__(detail)
        self.etag = etag
        self.present = present


class MatchNeededError(ConsoleError):
    """The request has to say which version it changes."""

    status = 428
    error_id = "if_match_needed"
    title = "Say which version you change"


class TooLargeError(ConsoleError):
    """The body is larger than is accepted."""

    status = 413
    error_id = "too_large"
    title = "Too large"


class TooManyError(ConsoleError):
    """Too many attempts in too short a time."""

    status = 429
    error_id = "too_many"
    title = "Too many attempts"

    def __init__(self, detail: str, retry_after_s: float) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class UnavailableError(ConsoleError):
    """A part of the system that this needs is away just now, or not set up here."""

    status = 503
    error_id = "unavailable"
    title = "Not available now"


class PhoneRefusedError(ForbiddenError):
    """A browser's phone said what it may not say."""

    error_id = "phone_refused"
    title = "The phone may not say this"
