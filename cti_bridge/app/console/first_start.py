"""The first administrator: where nobody could sign in who may change everything, a one-time password is made."""

from collections.abc import Mapping
from itertools import chain, count

import msgspec

from config.models import Settings
from cti_bridge.app.administrators import ADMINISTRATOR, administrators, role_of
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
    there = {account.name: account for account in accounts.accounts(now)}
    if administrators(settings, there.values(), now):
        return None
    open_ones = [name for name in [*settings.users, *there] if name not in there or not there[name].locked]
    names = [name for name in open_ones if role_of(settings, name, there.get(name)) == ADMINISTRATOR]
    name = names[0] if names else _new_name(settings, there)
    if not names:
        accounts.add(name, Profile(title="Administrator", role=ADMINISTRATOR), by="first start", at=now)
    password = one_time_password()
    accounts.set_password(name, passwords.hash(password), one_time=True, by="first start", at=now)
    return FirstPassword(name, password)


def _new_name(settings: Settings, there: Mapping[str, Account]) -> str:
    """One that nobody has, or had and left unlocked."""
    for name in chain(NAMES, (f"{NAMES[0]}{number}" for number in count(2))):
        account = there.get(name)
        is_free = account is None or (account.profile is None and not account.locked)
        if is_free and name not in settings.users:
            return name
    raise AssertionError("there are always more names")
