"""Users of a demo: everybody of its settings, with passwords drawn for this run."""

import os
from collections.abc import Iterator
from pathlib import Path

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


def lines_of(url: str, users: list[DemoUser]) -> Iterator[str]:
    """What is shown of them."""
    yield f"The console: {url}"
    for user in users:
        yield f"  {user.role:<13}  {user.name:<8}  {user.password}"


def write(path: Path, lines: Iterator[str]) -> None:
    """Keep them where only the owner reads, for as long as the board covers the terminal."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
