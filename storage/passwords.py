"""Secrets of accounts: passwords as Argon2id, drawn secrets as digests, one-time passwords to be read out."""

import secrets
from hashlib import sha256
from typing import Final

from argon2 import DEFAULT_MEMORY_COST, DEFAULT_TIME_COST, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12
LONGEST: Final = 256
"""Characters; Argon2 takes longer the longer a password is."""

TOKEN_PREFIX: Final = "cbt_"  # noqa: S105 - not the secret
"""By which secret scanners find an API token."""

_LEGIBLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is taken for something else when read out."""


class WeakPasswordError(Exception):
    """A password that is too easy to guess; the text says which rule it breaks."""


class Passwords:
    """Hashes and checks them. The costs are the library's (RFC 9106, for machines with little memory), or given."""

    def __init__(self, *, time_cost: int | None = None, memory_kib: int | None = None) -> None:
        self._hasher = PasswordHasher(
            time_cost=time_cost or DEFAULT_TIME_COST, memory_cost=memory_kib or DEFAULT_MEMORY_COST
        )
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """What is kept."""
        return self._hasher.hash(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one. With nothing kept it takes as long, and is wrong: names are not told."""
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed at other costs than today's."""
        return self._hasher.check_needs_rehash(kept)


def check_strength(password: str, name: str) -> None:
    """Raise `WeakPasswordError` for a password that is too easy to guess."""
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"has to have at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise WeakPasswordError(f"may have at most {LONGEST} characters")
    if name.casefold() in password.casefold():
        raise WeakPasswordError("must not contain the user's name")
    if len(set(password)) < SHORTEST // 2:
        raise WeakPasswordError(f"has to have at least {SHORTEST // 2} different characters")


def one_time_password() -> str:
    """Twenty characters, about 99 bits: ``k7m2p-…``."""
    drawn = "".join(secrets.choice(_LEGIBLE) for _ in range(20))
    return "-".join(drawn[first : first + 5] for first in range(0, 20, 5))


def new_secret() -> str:
    """A secret of 256 bits for a cookie or a header."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """The secret of an API token."""
    return TOKEN_PREFIX + new_secret()


def new_id() -> str:
    """A public id of 96 bits."""
    return secrets.token_hex(12)


def digest(secret: str) -> bytes:
    """What is kept of a secret that was drawn: it cannot be guessed, so one fast digest does."""
    return sha256(secret.encode()).digest()
