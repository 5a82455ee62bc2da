"""Locks of accounts and changes of settings at the same moment: somebody who may change everything stays.

Two daemons on one database are two journals on it, each with accounts and settings of its own.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from config.administered import ItemChange
from config.models import Settings
from cti_bridge.app.administrators import TakingRights, administrators
from cti_bridge.app.settings_changes import Edit, Proposal, SettingsChanges, SettingsRefused
from storage.accounts import Accounts, NobodyLeftError, Profile
from storage.journal import Journal, open_journal

LATE = 2**62
DOCUMENT = {
    "queues": {"only": {}},
    "users": {name: {"role": "administrator"} for name in ("root", "eve")},
}
ROUNDS = 12


class Node:
    """A daemon on the database."""

    def __init__(self, journal: Journal, path: Path) -> None:
        self.accounts = Accounts(journal)
        self.changes = SettingsChanges(journal, path, {})
        self.taking = TakingRights(self.accounts, self.leading)

    def leading(self) -> tuple[int, Settings]:
        present = self.changes.present()
        return present.number, self.changes.settings(present)

    def lock(self, name: str) -> None:
        self.taking.lock(name, by="test", at=1)

    def demote(self, name: str) -> None:
        self._put(name, {"role": "agent"})

    def promote(self, name: str) -> None:
        self._put(name, {"role": "administrator"})

    def _put(self, name: str, document: dict[str, str]) -> None:
        change = ItemChange(section="users", name=name, document=document)
        self.changes.change([Edit(change=change, anyhow=True)], at=1, by="test")

    def may(self) -> set[str]:
        return set(administrators(self.leading()[1], self.accounts.accounts(1), 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "cordboard.yaml"
    path.write_text(yaml.safe_dump({"home": str(tmp_path), **DOCUMENT}))
    return path


@pytest.fixture
def nodes(database: str, path: Path) -> Iterator[tuple[Node, Node]]:
    with open_journal(database) as one, open_journal(database) as other:
        first = Node(one, path)
        for name in ("root", "eve"):
            first.accounts.set_password(name, "hashed", one_time=False, by="test", at=LATE)
        yield first, Node(other, path)


def test_a_lock_that_was_judged_by_settings_of_a_moment_ago_is_judged_again(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    answers = iter((here.leading(),))

    def leading() -> tuple[int, Settings]:
        return next(answers, None) or here.leading()

    there.demote("root")  # after it was judged that root stays
    with pytest.raises(NobodyLeftError):
        TakingRights(here.accounts, leading).lock("eve", by="test", at=1)
    assert here.may() == {"eve"}
    assert not any(one.locked for one in here.accounts.accounts(1)), "nothing of it was done"
    there.promote("root")
    here.lock("eve")
    assert there.may() == {"root"}


def test_a_change_of_users_that_was_judged_by_accounts_of_a_moment_ago_is_judged_again(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = nodes
    propose, locked = here.changes.propose, list[str]()

    def meanwhile(*given: object, **more: object) -> Proposal:
        found = propose(*given, **more)  # type: ignore[arg-type]  # as it was called
        if not locked:
            locked.append("eve")
            there.lock("eve")  # after it was judged that eve stays
        return found

    monkeypatch.setattr(here.changes, "propose", meanwhile)
    with pytest.raises(SettingsRefused, match="nobody who can sign in"):
        here.demote("root")
    assert here.may() == {"root"}


def test_nor_is_somebody_removed_by_settings_of_a_moment_ago(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    here.accounts.add("admin", Profile(role="administrator"), by="test", at=1)
    here.accounts.set_password("admin", "hashed", one_time=False, by="test", at=LATE)
    here.demote("root")
    answers = iter((here.leading(),))
    there.demote("eve")
    with pytest.raises(NobodyLeftError):
        TakingRights(here.accounts, lambda: next(answers, None) or here.leading()).remove("admin", by="test", at=1)
    assert there.may() == {"admin"}


def at_once(*acts: Callable[[], None]) -> None:
    """Run acts in threads that begin at the same moment; refusals are as good as success."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        start.wait(10)
        with suppress(NobodyLeftError, SettingsRefused):
            act()

    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(run, act) for act in acts]:
            done.result(30)


@pytest.mark.parametrize("other", ["demote", "lock"])
def test_whatever_two_nodes_do_at_the_same_moment_somebody_stays(nodes: tuple[Node, Node], other: str) -> None:
    here, there = nodes
    for _ in range(ROUNDS):
        at_once(lambda: here.lock("eve"), lambda: getattr(there, other)("root"))
        assert len(here.may()) == 1, "one of the two was refused"
        for name in ("root", "eve"):
            here.accounts.unlock(name, by="test", at=1)
            here.promote(name)
        assert there.may() == {"root", "eve"}
