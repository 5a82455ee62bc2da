"""Accounts, sessions and tokens: secrets are not kept, time ends things, every change is told."""

import pytest
import sqlalchemy as sa

from facts.time import HOUR, MINUTE, SECOND
from storage.accounts import (
    FIRST_LOCK,
    FREE_FAILURES,
    LONGEST_LOCK,
    ONE_TIME_LASTS,
    AccountExistsError,
    Accounts,
    Lifetimes,
    NoSuchAccountError,
    Profile,
)
from storage.audit import AuditLog
from storage.journal import Journal
from storage.passwords import Passwords, WeakPasswordError, check_strength, one_time_password
from storage.schema import account, account_session, api_token
from tests.storage.entries import START

LIFETIMES = Lifetimes(idle=HOUR, longest=4 * HOUR)


@pytest.fixture
def accounts(journal: Journal) -> Accounts:
    return Accounts(journal)


def everything(journal: Journal) -> str:
    """All that the tables hold, as text."""
    with journal.transaction(writes=False) as connection:
        rows = [row for table in (account, account_session, api_token) for row in connection.execute(sa.select(table))]
    return repr(rows) + repr(AuditLog(journal).changes())


def test_a_session_ends_by_idleness_by_age_and_by_hand(accounts: Accounts) -> None:
    secret, session = accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    assert accounts.session(secret, LIFETIMES, at=START + HOUR - 1) is not None  # and is used: idleness begins anew
    assert accounts.session(secret, LIFETIMES, at=START + 2 * HOUR - 2) is not None
    assert accounts.session(secret, LIFETIMES, at=START + 3 * HOUR - 2) is None
    for turn in range(1, 7):
        at = START + turn * 40 * MINUTE
        accounts.begin_session("bob", LIFETIMES, via="password", at=at)
    other, _ = accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    for turn in range(1, 6):
        assert accounts.session(other, LIFETIMES, at=START + turn * 40 * MINUTE) is not None
    assert accounts.session(other, LIFETIMES, at=START + 4 * HOUR) is None
    assert session.expires_at == START + 4 * HOUR
    third, ending = accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    accounts.end_session(ending.session_id, by="anna", at=START)
    assert accounts.session(third, LIFETIMES, at=START) is None


def test_no_secret_is_in_the_database(accounts: Accounts, journal: Journal) -> None:
    passwords = Passwords(time_cost=1, memory_kib=64)
    accounts.set_password("anna", passwords.hash("correct horse battery"), one_time=False, by="root", at=START)
    secret, session = accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    token, made = accounts.make_token("anna", "crm", ["read"], expires_at=None, by="anna", at=START)
    kept = everything(journal)
    assert session.session_id in kept
    assert made.token_id in kept
    for hidden in (secret, token, token.removeprefix("cbt_"), "correct horse battery"):
        assert hidden not in kept
    assert "$argon2id$" in kept


def test_secrets_are_new_every_time(accounts: Accounts) -> None:
    first, one = accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    second, two = accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    assert len({first, second, one.csrf_token, two.csrf_token, one.session_id, two.session_id}) == 6
    assert accounts.session(first, LIFETIMES, at=START) == one
    assert accounts.session(second, LIFETIMES, at=START) == two


def test_a_new_password_ends_all_sessions_and_a_one_time_one_has_an_end(accounts: Accounts) -> None:
    secret, _ = accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    accounts.set_password("anna", "hashed", one_time=True, by="root", at=START)
    assert accounts.session(secret, LIFETIMES, at=START) is None
    found = accounts.account("anna")
    assert found is not None
    assert found.must_change
    assert found.expires_at == START + ONE_TIME_LASTS
    accounts.set_password("anna", "hashed anew", one_time=False, by="anna", at=START)
    found = accounts.account("anna")
    assert found is not None
    assert not found.must_change
    assert found.expires_at is None


def test_wrong_passwords_lock_longer_and_longer_and_a_sign_in_forgets_them(accounts: Accounts) -> None:
    accounts.set_password("anna", "hashed", one_time=False, by="root", at=START)
    for _ in range(FREE_FAILURES):
        assert accounts.note_failure("anna", at=START) is None
    locks = [accounts.note_failure("anna", at=START) for _ in range(8)]
    lasts = [lock - START for lock in locks if lock is not None]
    assert lasts == [min(LONGEST_LOCK, FIRST_LOCK * 2**turn) for turn in range(8)]
    accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    found = accounts.account("anna")
    assert found is not None
    assert (found.failures, found.locked_until, found.last_sign_in) == (0, None, START)


def test_a_locked_user_has_no_sessions_and_their_tokens_rest(accounts: Accounts) -> None:
    secret, _ = accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    token, _ = accounts.make_token("anna", "crm", ["read"], expires_at=None, by="anna", at=START)
    assert accounts.token(token, at=START) is not None
    accounts.lock("anna", by="root", at=START)
    assert accounts.session(secret, LIFETIMES, at=START) is None
    assert accounts.token(token, at=START) is None
    accounts.unlock("anna", by="root", at=START)
    assert accounts.token(token, at=START) is not None


def test_a_token_ends_by_its_date_and_by_hand_but_only_by_whose_it_is(accounts: Accounts) -> None:
    secret, token = accounts.make_token("anna", "crm", ["read", "desk"], expires_at=START + HOUR, by="anna", at=START)
    assert token.scopes == ("read", "desk")
    found = accounts.token(secret, at=START + 5 * SECOND)
    assert found is not None
    assert accounts.tokens("anna")[0].last_used_at == START + 5 * SECOND
    assert accounts.token(secret, at=START + HOUR) is None
    assert not accounts.end_token(token.token_id, user="bob", by="bob", at=START)
    assert accounts.end_token(token.token_id, user="anna", by="anna", at=START)
    assert not accounts.end_token(token.token_id, user="anna", by="anna", at=START)
    assert accounts.tokens() == []


def test_a_profile_makes_a_user_whom_the_settings_do_not_know(accounts: Accounts) -> None:
    profile = Profile(title="Anna Ek", role="supervisor", teams=("north",), agent="anna", language="en")
    accounts.set_password("anna", "hashed", one_time=True, by="root", at=START)  # before the profile: kept
    accounts.add("anna", profile, by="root", at=START)
    found = accounts.account("anna")
    assert found is not None
    assert (found.profile, found.password) == (profile, "hashed")
    with pytest.raises(AccountExistsError, match="anna"):
        accounts.add("anna", profile, by="root", at=START)
    _, session = accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    assert session.profile == profile
    assert [(one.name, one.sessions) for one in accounts.accounts(START)] == [("anna", 1)]
    accounts.remove("anna", by="root", at=START)
    assert accounts.accounts(START) == []
    with pytest.raises(NoSuchAccountError, match="anna"):
        accounts.remove("anna", by="root", at=START)


def test_every_change_is_told_with_who_did_it(accounts: Accounts, journal: Journal) -> None:
    accounts.add("anna", Profile(), by="root", at=START)
    accounts.set_password("anna", "hashed", one_time=True, by="root", at=START)
    accounts.begin_session("anna", LIFETIMES, via="password", at=START)
    accounts.lock("anna", by="root", at=START)
    accounts.unlock("anna", by="root", at=START)
    _, token = accounts.make_token("anna", "crm", ["read"], expires_at=None, by="anna", at=START)
    accounts.end_token(token.token_id, user=None, by="root", at=START)
    accounts.end_sessions("anna", by="root", at=START)
    accounts.remove("anna", by="root", at=START)
    told = [(found.change.action, found.change.actor) for found in reversed(AuditLog(journal).changes())]
    assert told == [
        ("added", "root"),
        ("one_time_password", "root"),
        ("signed_in", "anna"),
        ("locked", "root"),
        ("unlocked", "root"),
        ("token_made", "anna"),
        ("token_ended", "root"),
        ("sessions_ended", "root"),
        ("removed", "root"),
    ]


def test_a_password_fits_only_itself_and_nobodys_fits_nothing() -> None:
    passwords = Passwords(time_cost=1, memory_kib=64)
    kept = passwords.hash("correct horse battery")
    assert passwords.fits(kept, "correct horse battery")
    assert not passwords.fits(kept, "correct horse batter")
    assert not passwords.fits(None, "")
    assert not passwords.fits("broken", "correct horse battery")
    assert not passwords.is_outdated(kept)
    assert Passwords(time_cost=2, memory_kib=64).is_outdated(kept)


@pytest.mark.parametrize(
    ("password", "rule"),
    [("short", "at least 12"), ("a" * 12, "different"), ("anna-knows-2026", "name"), ("x" * 300, "at most")],
)
def test_weak_passwords_are_refused_with_the_rule(password: str, rule: str) -> None:
    with pytest.raises(WeakPasswordError, match=rule):
        check_strength(password, "Anna")


def test_one_time_passwords_are_strong_and_legible() -> None:
    drawn = {one_time_password() for _ in range(50)}
    assert len(drawn) == 50
    for password in drawn:
        check_strength(password, "anna")
        assert not set(password) & set("0O1lI")
