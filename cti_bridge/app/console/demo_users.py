"""Users of a demo: everybody of its settings, with passwords drawn for this run."""

import msgspec

from config.models import Settings
from facts.time import Instant
from storage.accounts import Accounts
from storage.passwords import Passwords, one_time_password


class DemoUser(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign in to the demo's console."""

    name: str
    role: str
    password: str


def make_users(accounts: Accounts, settings: Settings, passwords: Passwords, now: Instant) -> list[DemoUser]:
    """Passwords for all users of the settings; they need not be changed, and are worth nothing in the next run."""
    made = [DemoUser(name=name, role=user.role, password=one_time_password()) for name, user in settings.users.items()]
    for user in made:
        hashed = passwords.hash(user.password)
        accounts.set_password(user.name, hashed, one_time=False, by="demo", at=now)
    return made
