"""``cordboard user`` beside a daemon: whoever gets a password there gets in, and the trail says who gave it."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from cti_bridge.app.commands.user import app
from storage.accounts import Accounts
from storage.audit import AuditLog
from storage.journal import open_journal
from storage.passwords import Passwords

SETTINGS = {
    "teams": {"north": {}},
    "agents": {"anna": {"phone": "1001", "team": "north"}},
    "queues": {"sales": {}},
    "users": {"nora": {"title": "Nora North", "role": "supervisor", "teams": ["north"]}},
}


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "cordboard.yaml"
        self.config.write_text(yaml.safe_dump({**SETTINGS, "home": str(folder)}))

    def type(self, *words: str, stdin: str = "") -> Result:
        return CliRunner().invoke(app, [*words, "--config", str(self.config)], input=stdin)

    def told(self, *words: str) -> dict[str, object]:
        done = self.type(*words, "--json")
        assert done.exit_code == 0, done.output
        found: dict[str, object] = json.loads(done.output)
        return found

    def tokens(self) -> list[dict[str, object]]:
        found = self.told("token", "list")["tokens"]
        assert isinstance(found, list)
        return found

    def users(self) -> dict[str, dict[str, object]]:
        found = self.told("list")["users"]
        assert isinstance(found, list)
        return {one["user"]: one for one in found}


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_user_of_the_settings_gets_a_one_time_password(terminal: Terminal) -> None:
    assert terminal.users()["nora"]["state"] == "none"
    told = terminal.told("password", "nora", "--by", "root")
    with open_journal(terminal.folder / "journal.sqlite3") as journal:
        account = Accounts(journal).account("nora")
        assert account is not None
        assert account.must_change
        assert Passwords().fits(account.password, str(told["password"]))
        change = AuditLog(journal).changes()[0].change
        assert (change.actor, change.action, change.key) == ("root", "one_time_password", "nora")
    assert terminal.users()["nora"]["state"] == "one-time"


def test_somebody_who_is_not_in_the_settings_is_added_and_removed(terminal: Terminal) -> None:
    terminal.told("add", "dana", "--role", "supervisor", "--title", "Dana", "--agent", "anna", "--team", "north")
    dana = terminal.users()["dana"]
    assert (dana["role"], dana["agent"], dana["teams"], dana["in_settings"]) == (
        "supervisor", "anna", ["north"], False,
    )  # fmt: skip
    assert "Dana" in terminal.type("list").output
    assert terminal.type("add", "dana").exit_code != 0
    assert terminal.type("remove", "dana").exit_code == 0
    assert "dana" not in terminal.users()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("password", "nobody"), "no user 'nobody'"),
        (("add", "nora"), "in the settings already"),
        (("add", "bad name"), "no name to sign in with"),
        (("add", "eve", "--team", "south"), "no team 'south'"),
        (("add", "eve", "--agent", "zoe"), "no agent 'zoe'"),
        (("token", "end", "none"), "no token 'none'"),
    ],
)
def test_what_cannot_be_is_said_with_the_way_out(terminal: Terminal, words: tuple[str, ...], says: str) -> None:
    done = terminal.type(*words)
    assert done.exit_code != 0
    assert says in str(done.exception)


def test_a_password_from_standard_input_has_to_be_strong(terminal: Terminal) -> None:
    assert "at least 12" in str(terminal.type("password", "nora", "--stdin", stdin="short\n").exception)
    assert terminal.type("password", "nora", "--stdin", stdin="four words by chance\n").exit_code == 0
    assert terminal.users()["nora"]["state"] == "set"


def test_locking_shows_and_ends(terminal: Terminal) -> None:
    terminal.type("password", "nora")
    terminal.type("lock", "nora")
    assert terminal.users()["nora"]["state"] == "locked"
    terminal.type("unlock", "nora")
    assert terminal.users()["nora"]["state"] == "one-time"


def test_the_last_who_may_change_everything_is_neither_locked_nor_removed(terminal: Terminal) -> None:
    terminal.told("add", "dana", "--role", "administrator")
    for act in ("lock", "remove"):
        done = terminal.type(act, "dana")
        assert done.exit_code != 0
        assert "dana is the last who can sign in and may change everything" in str(done.exception)
        assert "--role administrator" in str(done.exception)
    assert terminal.users()["dana"]["state"] == "one-time"
    terminal.told("add", "eve", "--role", "administrator")
    assert terminal.type("lock", "dana").exit_code == 0
    assert terminal.type("remove", "eve").exit_code != 0
    assert terminal.type("remove", "dana").exit_code == 0


def test_a_token_is_shown_once(terminal: Terminal) -> None:
    made = terminal.told("token", "add", "nora", "wallboard", "--scope", "read", "--days", "30")
    assert str(made["secret"]).startswith("cbt_")
    [listed] = terminal.tokens()
    assert listed["token"] == made["token"]
    assert "secret" not in listed
    assert "wallboard" in terminal.type("token", "list").output
    assert terminal.type("token", "end", str(made["token"])).exit_code == 0
    assert terminal.tokens() == []
