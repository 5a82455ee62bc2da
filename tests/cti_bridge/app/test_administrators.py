"""Somebody who may change everything can sign in: the first start sees to it, and no change leaves nobody."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.administered import ItemChange
from config.load import load, read_administered
from cti_bridge.app.administrators import administrators
from cti_bridge.app.console.first_start import ensure_administrator
from cti_bridge.app.settings_changes import Edit, SettingsChanges, SettingsRefused
from storage.accounts import ONE_TIME_LASTS, Accounts, Profile
from storage.journal import Journal, open_journal
from storage.passwords import Passwords

PASSWORDS = Passwords(time_cost=1, memory_kib=64)
OIDC = {"oidc": {"issuer": "https://id.example.com", "client_id": "cordboard"}}
ROOT, EVE = {"role": "administrator", "title": "Root"}, {"role": "administrator", "title": "Eve"}
LATE = 2**62


class Centre:
    """A settings file, its database, and who has a password there."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.path = folder / "cordboard.yaml"
        self.journal = journal
        self.accounts = Accounts(journal)
        self.changes = SettingsChanges(journal, self.path, {})

    def says(self, users: dict[str, Any], **web: Any) -> None:
        document = {"home": str(self.path.parent), "queues": {"only": {}}, "users": users, "web": web}
        self.path.write_text(yaml.safe_dump(document))

    def give_password(self, *names: str, at: int = LATE) -> None:
        for name in names:
            self.accounts.set_password(name, "hashed", one_time=at != LATE, by="test", at=at)

    def put(self, name: str, document: Any) -> None:
        change = ItemChange(section="users", name=name, document=document)
        self.changes.change([Edit(change=change, anyhow=True)], at=1, by="root")

    def refusal(self, name: str, document: Any) -> list[tuple[str, str]]:
        with pytest.raises(SettingsRefused) as refused:
            self.put(name, document)
        return told(refused)

    def may(self, now: int = 1) -> set[str]:
        return set(administrators(load(self.path, {}), self.accounts.accounts(now), now))

    def first(self, now: int = 1) -> str | None:
        found = ensure_administrator(self.accounts, load(self.path, {}), PASSWORDS, now)
        return None if found is None else found.user


def told(refused: pytest.ExceptionInfo[SettingsRefused]) -> list[tuple[str, str]]:
    return [(problem.key, problem.message.partition(";")[0]) for problem in refused.value.problems]


NOBODY = "nobody who can sign in could change everything any more"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    with open_journal(tmp_path / "journal.sqlite3") as journal:
        yield Centre(tmp_path, journal)


def test_the_last_administrator_cannot_go_nor_become_less(centre: Centre) -> None:
    centre.says({"root": ROOT, "eve": EVE, "nora": {"role": "supervisor"}})
    centre.give_password("root", "nora")
    assert centre.may() == {"root"}, "eve has no password yet"
    assert centre.refusal("root", None) == [("users.root", NOBODY)]
    assert centre.refusal("root", {"role": "supervisor"}) == [("users.root.role", NOBODY)]
    assert centre.refusal("root", {}) == [("users.root.role", NOBODY)], "whoever has no role is an agent"
    centre.put("root", {**ROOT, "title": "Rut"})
    centre.put("nora", None)
    centre.give_password("eve")
    centre.put("root", None)
    assert centre.refusal("eve", None) == [("users.eve", NOBODY)]


def test_an_import_cannot_leave_nobody_either(centre: Centre) -> None:
    centre.says({"root": ROOT, "eve": EVE})
    centre.give_password("root", "eve")
    with pytest.raises(SettingsRefused) as refused:
        centre.changes.take_in(read_administered("users: {nora: {role: supervisor}}", "x"), at=1, by="root")
    assert told(refused) == [("users.eve", NOBODY), ("users.root", NOBODY)]
    centre.changes.take_in(read_administered("users: {eve: {role: administrator}}", "x"), at=1, by="root")
    centre.changes.take_in(read_administered("teams: {north: {}}", "x"), at=1, by="root")


def test_nor_can_taking_back_the_change_that_made_the_last_one(centre: Centre) -> None:
    centre.says({"root": ROOT})
    centre.give_password("root")
    centre.put("eve", EVE)
    made = centre.changes.present().number
    centre.give_password("eve")
    centre.put("root", None)
    with pytest.raises(SettingsRefused, match=NOBODY):
        centre.changes.undo(made, at=1, by="eve")


def test_nor_a_user_of_the_settings_who_hides_the_one_of_the_first_start(centre: Centre) -> None:
    centre.says({})
    assert centre.first() == "admin"
    centre.give_password("admin")
    assert centre.refusal("admin", {"role": "agent"}) == [("users.admin.role", NOBODY)]
    centre.put("admin", EVE)
    centre.put("admin", None)
    assert centre.may() == {"admin"}, "the account's own profile is left"


def test_where_nobody_could_sign_in_before_nothing_is_refused(centre: Centre) -> None:
    centre.says({"root": ROOT})
    centre.put("root", None)
    centre.put("nora", {"role": "supervisor"})


def test_a_mistake_in_a_user_is_told_alone(centre: Centre) -> None:
    centre.says({"root": ROOT})
    centre.give_password("root")
    assert [key for key, _ in centre.refusal("root", {"role": "king"})] == ["users.root.role"]
    assert centre.refusal("root", {"role": "king"})[0][1] != NOBODY


def test_who_signs_in_at_the_provider_counts_unless_locked(centre: Centre) -> None:
    centre.says({"root": ROOT, "eve": EVE}, **OIDC)
    assert centre.may() == {"root", "eve"}
    centre.put("root", None)
    centre.says({"root": ROOT, "eve": EVE}, **OIDC)
    centre.accounts.lock("root", by="eve", at=1)
    assert centre.may() == {"eve"}


def test_a_one_time_password_counts_as_long_as_it_is_worth_something(centre: Centre) -> None:
    centre.says({"root": ROOT})
    centre.give_password("root", at=5)
    assert centre.may(5 + ONE_TIME_LASTS - 1) == {"root"}
    assert centre.may(5 + ONE_TIME_LASTS) == set()
    assert centre.first(5 + ONE_TIME_LASTS) == "root"


def test_the_first_start_makes_an_administrator_only_where_none_could_sign_in(centre: Centre) -> None:
    centre.says({"root": ROOT, "admin": {"role": "agent"}})
    assert centre.first() == "root", "the settings name one, who gets a password"
    assert centre.first() is None
    centre.accounts.lock("root", by="test", at=1)
    assert centre.first() == "administrator", "a password is of no use to who is locked, and admin is somebody else"
    assert centre.may() == {"administrator"}


def test_the_first_administrator_takes_nobodys_name(centre: Centre) -> None:
    centre.says({"root": {}})
    for name in ("admin", "administrator"):
        centre.accounts.add(name, Profile(role="agent"), by="test", at=1)
    assert centre.first() == "admin2"
    assert centre.may() == {"admin2"}


def test_who_comes_does_not_count_by_the_password_of_somebody_who_was(centre: Centre) -> None:
    centre.says({"root": ROOT, "eve": EVE})
    centre.give_password("root", "eve")
    centre.put("eve", None)
    edits = [
        Edit(change=ItemChange(section="users", name="eve", document=EVE), anyhow=True),
        Edit(change=ItemChange(section="users", name="root", document=None), anyhow=True),
    ]
    with pytest.raises(SettingsRefused) as refused:
        centre.changes.change(edits, at=1, by="root")
    assert told(refused) == [("users.root", NOBODY)]
    centre.put("eve", EVE)
    assert centre.may() == {"root"}
