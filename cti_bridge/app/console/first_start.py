"""The first administrator: where nobody could sign in who may change everything, a one-time password is made."""

import msgspec

from config.models import Settings
from cti_bridge.app.console.users import ADMINISTRATOR, Users
from facts.time import Instant
from storage.accounts import Account, Accounts, Profile
from storage.passwords import Passwords, one_time_password

NAMES = ("admin", "administrator", "root")
"""What the first administrator is called: the first that is nobody else's name."""


class FirstPassword(msgspec.Struct, frozen=True):
    """To be shown once."""

    user: str
    password: str


def ensure_administrator(
    accounts: Accounts, settings: Settings, passwords: Passwords, now: Instant
) -> FirstPassword | None:
    """A one-time password for an administrator; None: there is one who can sign in."""
    users = Users(lambda: settings)
    there = {account.name: account for account in accounts.accounts(now)}
    names = [name for name in [*users.names(), *there] if _is_administrator(users, name, there.get(name))]
    if any(_can_sign_in(there.get(name), now) for name in names) or (names and settings.web.oidc is not None):
        return None
    name = names[0] if names else next(name for name in NAMES if users.of(name, None) is None)
    if not names and (name not in there or there[name].profile is None):
        accounts.add(name, Profile(title="Administrator", role=ADMINISTRATOR), by="first start", at=now)
    password = one_time_password()
    accounts.set_password(name, passwords.hash(password), one_time=True, by="first start", at=now)
    return FirstPassword(name, password)


def _is_administrator(users: Users, name: str, account: Account | None) -> bool:
    user = users.of(name, None if account is None else account.profile)
    return user is not None and user.role == ADMINISTRATOR


def _can_sign_in(account: Account | None, now: Instant) -> bool:
    return (
        account is not None
        and account.password is not None
        and not account.locked
        and (account.expires_at is None or account.expires_at > now)
    )
