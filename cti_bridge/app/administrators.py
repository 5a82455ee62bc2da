"""Who may change everything and can sign in. Once there is somebody, nothing that is changed here leaves nobody."""

from collections.abc import Iterable
from typing import Final

from config.models import Settings
from facts.time import Instant
from storage.accounts import Account

ADMINISTRATOR: Final = "administrator"


def administrators(settings: Settings, accounts: Iterable[Account], now: Instant) -> frozenset[str]:
    """Those who can sign in: by a password that counts, or by the site's provider, and who are not locked."""
    there = {account.name: account for account in accounts}
    named = [name for name in {*settings.users, *there} if role_of(settings, name, there.get(name)) == ADMINISTRATOR]
    return frozenset(name for name in named if _can_sign_in(settings, there.get(name), now))


def role_of(settings: Settings, name: str, account: Account | None) -> str | None:
    """As the settings say, else as the account's own profile does; None: nobody knows them."""
    known = settings.users.get(name)
    if known is not None:
        return known.role
    return None if account is None or account.profile is None else account.profile.role


def _can_sign_in(settings: Settings, account: Account | None, now: Instant) -> bool:
    if account is not None and account.locked:
        return False
    has_password = account is not None and account.password is not None
    in_time = account is None or account.expires_at is None or account.expires_at > now
    return settings.web.oidc is not None or (has_password and in_time)


def leaves_nobody(settings: Settings, before: Iterable[Account], after: Iterable[Account], now: Instant) -> bool:
    """Whether somebody may change everything and can sign in now, and nobody could with the other accounts."""
    return bool(administrators(settings, before, now)) and not administrators(settings, after, now)
