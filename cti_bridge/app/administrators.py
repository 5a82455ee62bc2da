"""Who may change everything and can sign in. Once there is somebody, nothing that is changed here leaves nobody."""

from collections.abc import Callable, Iterable
from typing import Final

from config.models import Settings
from facts.time import Instant
from storage.accounts import Account, Accounts, Judged, SettingsOvertakenError

ADMINISTRATOR: Final = "administrator"

ATTEMPTS: Final = 5
"""How often it is judged anew when the settings change at the same moment."""


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


class TakingRights:
    """Locks and removes accounts, unless that would leave nobody who can sign in and change everything.

    It is judged in the transaction that does it, by the settings that lead by then: two who lock each other, or a lock
    and a change of the settings at the same moment, on one node or several, leave one of them. ``leading`` gives the
    number of the settings in force and these, as the database has them. Waits for the database. Raises
    `storage.accounts.NobodyLeftError`; changes nothing then.
    """

    def __init__(self, accounts: Accounts, leading: Callable[[], tuple[int, Settings]]) -> None:
        self._accounts = accounts
        self._leading = leading

    def lock(self, name: str, *, by: str, at: Instant) -> None:
        """Let them in no more."""
        self._do(lambda judged: self._accounts.lock(name, by=by, at=at, judged=judged), at)

    def remove(self, name: str, *, by: str, at: Instant) -> None:
        """No account any more; raises `storage.accounts.NoSuchAccountError`, too."""
        self._do(lambda judged: self._accounts.remove(name, by=by, at=at, judged=judged), at)

    def _do(self, act: Callable[[Judged], None], at: Instant) -> None:
        for _ in range(ATTEMPTS):
            number, settings = self._leading()
            try:
                return act(_judged_by(number, settings, at))
            except SettingsOvertakenError as error:
                overtaken = error
        raise overtaken


def _judged_by(number: int, settings: Settings, at: Instant) -> Judged:
    return Judged(revision=number, leaves_nobody=lambda before, after: leaves_nobody(settings, before, after, at))
