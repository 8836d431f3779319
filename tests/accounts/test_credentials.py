"""Accounts on both databases: logging in, how long it lasts, what an attacker learns, what is on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from loket.accounts import credentials, devices, login, passwords, sessions, throttle
from loket.accounts.login import Login
from loket.accounts.models import Account, Audit, StaffSession
from loket.db.base import reading, transaction
from loket.staff_roles import ROLES
from tests.conftest import NOON
from tests.support.site import PASSWORD, all_of, make_account

pytestmark = pytest.mark.usefixtures("database")

LIMIT = 5


@pytest.fixture
def account(database: Engine) -> Account:
    return make_account()


def log_in(email: str, password: str = PASSWORD, address: str = "192.0.2.1", minutes: float = 0) -> Login | None:
    with transaction() as session:
        return login.with_password(session, email, password, address, NOON + timedelta(minutes=minutes), LIMIT)


def who(token: str, hours: float = 0) -> Account | None:
    with reading() as session:
        found = sessions.find(session, token, NOON + timedelta(hours=hours))
        return found.account if found else None


def token_of(account: Account) -> str:
    found = log_in(account.email)
    assert found is not None
    return found.token


def test_the_right_password_logs_in(account: Account) -> None:
    found = log_in(account.email)
    assert found is not None
    assert found.account.id == account.id
    assert who(found.token).id == account.id  # type: ignore[union-attr]


def test_the_address_may_be_typed_with_capitals_and_spaces(account: Account) -> None:
    assert log_in(f" {account.email.upper()} ")


@pytest.mark.parametrize("password", ["", "verkeerd", PASSWORD + " ", PASSWORD.upper(), "é" * 5000])
def test_a_wrong_password_does_not(account: Account, password: str) -> None:
    assert log_in(account.email, password) is None


def test_an_unknown_account_and_a_wrong_password_look_the_same(account: Account) -> None:
    assert log_in("niemand@loket.test") is None
    assert log_in(account.email, "verkeerd") is None
    failed = [(row.action, row.object, row.detail, row.account_id) for row in all_of(Audit) if "failed" in row.action]
    assert failed == [("login.failed", "account", None, None)] * 2


def test_an_account_that_is_no_longer_active_does_not_log_in(account: Account) -> None:
    token = token_of(account)
    deactivate(account)
    assert log_in(account.email) is None
    assert who(token) is None


def test_after_five_failures_the_account_has_to_wait_even_for_the_right_password(account: Account) -> None:
    for number in range(LIMIT):
        log_in(account.email, "verkeerd", f"192.0.2.{number}")
    with pytest.raises(throttle.TooManyAttempts, match="Wacht 30 seconden"):
        log_in(account.email, address="198.51.100.1")


def test_five_failures_close_the_address_for_every_account(account: Account) -> None:
    for number in range(LIMIT):
        log_in(f"gok{number}@loket.test", "verkeerd")
    with pytest.raises(throttle.TooManyAttempts):
        log_in(account.email)


def test_an_unknown_account_is_closed_just_like_a_known_one(database: Engine) -> None:
    for number in range(LIMIT):
        log_in("niemand@loket.test", "verkeerd", f"192.0.2.{number}")
    with pytest.raises(throttle.TooManyAttempts):
        log_in("niemand@loket.test", address="198.51.100.1")


def test_after_half_a_minute_it_opens_again(account: Account) -> None:
    for _ in range(LIMIT):
        log_in(account.email, "verkeerd")
    assert log_in(account.email, minutes=0.6)


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(account: Account) -> None:
    for _ in range(LIMIT):
        log_in(account.email, "verkeerd")
    moment = 0.0
    for wait in (0.5, 1, 2, 4, 8, 15, 15):
        with pytest.raises(throttle.TooManyAttempts):
            log_in(account.email, minutes=moment + wait - 0.01)
        moment += wait + 0.01
        assert log_in(account.email, "verkeerd", minutes=moment) is None


def test_whoever_goes_on_for_ever_waits_no_longer_than_a_quarter_of_an_hour(database: Engine) -> None:
    with transaction() as session:
        throttle.count(session, ["address 192.0.2.1"] * 200, NOON)
    with pytest.raises(throttle.TooManyAttempts) as refused, transaction() as session:
        throttle.check(session, ["address 192.0.2.1"], NOON, LIMIT)
    assert refused.value.wait == throttle.LONGEST_WAIT


def test_an_hour_after_the_last_failure_all_is_forgotten(account: Account) -> None:
    for _ in range(LIMIT):
        log_in(account.email, "verkeerd")
    for _ in range(LIMIT - 1):
        assert log_in(account.email, "verkeerd", minutes=60.1) is None
    assert log_in(account.email, minutes=60.1)


@pytest.mark.parametrize("name", ["", " ", "\x00\n", "…", "a" * 81])
def test_a_name_that_is_none_is_refused_on_the_command_line_too(database: Engine, name: str) -> None:
    with pytest.raises(credentials.AccountError, match="name"), transaction() as session:
        credentials.add(session, "bram@loket.test", name, "adviser", NOON)
    assert all_of(Account) == []


def test_a_browsers_note_ends_and_is_of_one_account(account: Account) -> None:
    other = make_account("Bram Visser")
    note = devices.note(account, NOON)
    assert devices.number(note, account, NOON + timedelta(days=179))
    assert devices.number(note, account, NOON + timedelta(days=181)) is None
    for wrong in ("", "zomaar", "é", note[:-2]):
        assert devices.number(wrong, account, NOON) is None
    assert devices.number(note, other, NOON) is None
    assert devices.number(note, None, NOON) is None


def test_four_failures_close_nothing(account: Account) -> None:
    for _ in range(LIMIT - 1):
        log_in(account.email, "verkeerd")
    assert log_in(account.email)


def test_each_login_has_a_token_of_its_own(account: Account) -> None:
    assert token_of(account) != token_of(account)


def test_the_token_is_not_in_the_database(account: Account) -> None:
    token = token_of(account)
    assert token not in [row.token_hash for row in all_of(StaffSession)]


def test_an_idle_login_ends_after_two_hours(account: Account) -> None:
    token = token_of(account)
    assert who(token, hours=2)
    assert who(token, hours=2.01) is None


def test_use_keeps_a_login_alive_but_not_beyond_twelve_hours(account: Account) -> None:
    token = token_of(account)
    for half_hours in range(1, 25):
        at = NOON + timedelta(hours=half_hours / 2)
        with transaction() as session:
            assert sessions.find(session, token, at)
            sessions.touch(session, token, at)
    assert who(token, hours=12.01) is None


def test_log_out_ends_this_login_and_no_other(account: Account) -> None:
    mine, other = token_of(account), token_of(account)
    with transaction() as session:
        sessions.end(session, mine)
    assert who(mine) is None
    assert who(other)


def test_a_new_password_ends_every_login(account: Account) -> None:
    tokens = [token_of(account), token_of(account)]
    change(account, PASSWORD, "een heel andere zin")
    assert [who(token) for token in tokens] == [None, None]
    assert log_in(account.email) is None
    assert log_in(account.email, "een heel andere zin")


@pytest.mark.parametrize(
    "new", ["kqwzvbnmtrpl", "KQWZVBNMTRPL", "82749105836271", "één zin met ☂ en spaties", "#%!?&*(=+/~^@"]
)
def test_a_password_may_be_made_of_anything(account: Account, new: str) -> None:
    change(account, PASSWORD, new)
    assert log_in(account.email, new)


def half_login(account: Account) -> str:
    """The password is given; the code is still to come."""
    with transaction() as session:
        session.get_one(Account, account.id).totp_since = NOON
    found = log_in(account.email)
    assert found is not None
    assert found.code_needed
    return found.token


def half_of(token: str) -> Account | None:
    with reading() as session:
        return login.half(session, token, NOON)


def test_a_new_password_ends_a_login_that_waits_for_its_code(account: Account) -> None:
    """Whoever began it knew the old password, and that may be why there is a new one."""
    token = half_login(account)
    change(account, PASSWORD, "een heel andere zin")
    assert half_of(token) is None


def test_a_login_that_waits_for_its_code_ends_when_the_account_is_switched_off(account: Account) -> None:
    token = half_login(account)
    with transaction() as session:
        session.get_one(Account, account.id).active = False
    assert half_of(token) is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("verkeerd", "een heel andere zin", "huidige wachtwoord klopt niet"),
        (PASSWORD, "te kort", "ten minste 12"),
        (PASSWORD, PASSWORD, "een ander wachtwoord"),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_dutch(account: Account, old: str, new: str, problem: str) -> None:
    token = token_of(account)
    with pytest.raises(credentials.AccountError, match=problem):
        change(account, old, new)
    assert who(token)


def test_a_new_account_must_choose_a_password(database: Engine) -> None:
    with transaction() as session:
        account, once = credentials.add(session, " Bram@Loket.test ", "Bram Visser", "lead", NOON)
    assert (account.email, account.must_change_password) == ("bram@loket.test", True)
    assert log_in("bram@loket.test", once)
    change(account, once, PASSWORD)
    assert all_of(Account)[0].must_change_password is False


@pytest.mark.parametrize(
    ("email", "role", "problem"),
    [
        ("geen adres", "adviser", "not an e-mail address"),
        ("bram@loket.test", "baas", "unknown role"),
        ("AISHA@loket.test", "adviser", "has an account already"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(database: Engine, email: str, role: str, problem: str) -> None:
    with transaction() as session:
        credentials.add(session, "aisha@loket.test", "Aisha", "adviser", NOON)
    with pytest.raises(credentials.AccountError, match=problem), transaction() as session:
        credentials.add(session, email, "Bram", role, NOON)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_can_have_an_account(database: Engine, role: str) -> None:
    with transaction() as session:
        assert credentials.add(session, "bram@loket.test", "Bram", role, NOON)[0].role == role


def test_a_new_installation_gets_one_administrator(database: Engine) -> None:
    with transaction() as session:
        made = credentials.first_administrator(session, NOON)
        assert made is not None
        assert made[0].role == "administrator"
    with transaction() as session:
        assert credentials.first_administrator(session, NOON) is None


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit"])
def test_the_audit_trail_is_append_only(account: Account, statement: str) -> None:
    log_in(account.email)
    before = len(all_of(Audit))
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))
    assert len(all_of(Audit)) == before > 0


def test_logging_in_is_on_record(account: Account) -> None:
    log_in(account.email)
    last = all_of(Audit)[-1]
    assert (last.action, last.account_id) == ("login", account.id)


def test_passwords_are_kept_as_argon2id(account: Account) -> None:
    assert account.password_hash.startswith("$argon2id$")
    assert PASSWORD not in account.password_hash


@pytest.mark.parametrize("kept", [None, "", "geen hash"])
def test_without_a_usable_hash_no_password_fits(kept: str | None) -> None:
    assert not passwords.verify(kept, "")


def change(account: Account, old: str, new: str) -> None:
    with transaction() as session:
        credentials.change_password(session, session.get_one(Account, account.id), old, new, NOON)


def deactivate(account: Account) -> None:
    with transaction() as session:
        session.get_one(Account, account.id).active = False
