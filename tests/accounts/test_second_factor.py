"""The second factor on both databases: set up, asked for, used once, recovered."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from loket import settings
from loket.accounts import login, second_factor, sessions
from loket.accounts.login import HalfLoginGone, Login
from loket.accounts.models import Account, HalfLogin, RecoveryCode, StaffSession
from loket.accounts.throttle import TooManyAttempts
from loket.db.base import reading, transaction
from tests.conftest import NOON
from tests.support.app import code_of, wrong_code
from tests.support.site import PASSWORD, all_of, make_account
from tests.support.threads import at_once

pytestmark = pytest.mark.usefixtures("database")

LIMIT = 5
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def codes(account: Account) -> list[str]:
    """The account's second factor set up at noon; its recovery codes."""
    with transaction() as session:
        mine = session.get_one(Account, account.id)
        second_factor.begin(mine)
        found = second_factor.confirm(session, mine, code_of(mine, NOON), NOON)
    assert found is not None
    return found


@pytest.fixture
def account(database: Engine) -> Account:
    return make_account()


def current() -> Account:
    return all_of(Account)[0]  # type: ignore[no-any-return]


def half(account: Account, now: datetime = LATER) -> str:
    with transaction() as session:
        begun = login.with_password(session, account.email, PASSWORD, "192.0.2.1", now, LIMIT)
    assert begun is not None
    assert begun.code_needed
    return begun.token


def give(token: str, code: str, now: datetime = LATER, address: str = "192.0.2.1") -> Login | None:
    with transaction() as session:
        return login.with_code(session, token, code, address, now, LIMIT)


def test_without_a_confirmed_code_it_does_not_count(account: Account) -> None:
    with transaction() as session:
        mine = session.get_one(Account, account.id)
        second_factor.begin(mine)
        assert second_factor.confirm(session, mine, wrong_code(mine, NOON), NOON) is None
    with transaction() as session:
        begun = login.with_password(session, account.email, PASSWORD, "192.0.2.1", NOON, LIMIT)
        assert begun is not None
        assert not begun.code_needed


def test_the_secret_is_sealed_in_the_database(account: Account, codes: list[str]) -> None:
    key = second_factor.secret(current())
    assert key
    assert key not in str(current().totp_secret)


def test_under_another_secret_key_no_code_fits_and_nothing_breaks(
    account: Account, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of(current(), LATER)
    token = half(account)
    monkeypatch.setenv("LOKET_SECRET_KEY", "een andere sleutel van ten minste 32 tekens")
    settings.load.cache_clear()
    assert second_factor.secret(current()) is None
    assert give(token, code) is None


def test_the_password_alone_opens_nothing(account: Account, codes: list[str]) -> None:
    token = half(account)
    with reading() as session:
        assert sessions.find(session, token, LATER) is None
    assert all_of(StaffSession) == []


def test_password_and_code_log_in(account: Account, codes: list[str]) -> None:
    whole = give(half(account), code_of(current(), LATER))
    assert whole is not None
    with reading() as session:
        assert sessions.find(session, whole.token, LATER)
    assert all_of(HalfLogin) == []
    assert current().last_login_at == LATER


@pytest.mark.parametrize(("seconds", "right"), [(-30, True), (0, True), (30, True), (-90, False), (90, False)])
def test_the_clock_may_be_half_a_minute_off(account: Account, codes: list[str], seconds: int, right: bool) -> None:
    now = NOON + timedelta(minutes=5)
    shown = code_of(current(), now + timedelta(seconds=seconds))
    assert bool(give(half(account, now), shown, now)) is right


@pytest.mark.parametrize("code", ["", "  ", "12345", "1234567", "abcdef", "٣٤٥٦٧٨", "é" * 1000])
def test_what_is_no_code_does_not_log_in(account: Account, codes: list[str], code: str) -> None:
    assert give(half(account), code) is None


def test_a_code_may_be_typed_with_a_space(account: Account, codes: list[str]) -> None:
    code = code_of(current(), LATER)
    assert give(half(account), f" {code[:3]} {code[3:]} ")


def test_a_used_code_is_refused(account: Account, codes: list[str]) -> None:
    code = code_of(current(), LATER)
    assert give(half(account), code)
    assert give(half(account), code) is None


def test_the_code_that_confirmed_does_not_log_in(account: Account, codes: list[str]) -> None:
    assert give(half(account, NOON), code_of(current(), NOON), NOON) is None


def test_an_earlier_code_than_the_last_used_is_refused(account: Account, codes: list[str]) -> None:
    assert give(half(account), code_of(current(), LATER))
    assert give(half(account), code_of(current(), LATER - timedelta(seconds=30))) is None


def test_of_two_at_once_with_one_code_one_gets_in(account: Account, codes: list[str]) -> None:
    code = code_of(current(), LATER)
    tokens = [half(account) for _ in range(6)]
    found = at_once([lambda token=token: give(token, code) for token in tokens])  # type: ignore[misc]
    assert sum(isinstance(one, Login) for one in found) == 1, found
    assert found.count(None) == 5


def test_one_half_login_makes_one_login(account: Account, codes: list[str]) -> None:
    token = half(account)
    found = at_once([lambda code=code: give(token, code) for code in codes[:4]])  # type: ignore[misc]
    assert sum(isinstance(one, Login) for one in found) == 1, found
    assert sum(isinstance(one, HalfLoginGone) for one in found) == 3


def test_there_are_five_minutes_to_type_the_code(account: Account, codes: list[str]) -> None:
    token = half(account)
    late = LATER + timedelta(minutes=5, seconds=1)
    with pytest.raises(HalfLoginGone):
        give(token, code_of(current(), late), late)


def test_guessing_codes_is_slowed_down_from_any_address(account: Account, codes: list[str]) -> None:
    for number in range(LIMIT):
        assert give(half(account), wrong_code(current(), LATER), address=f"192.0.2.{number}") is None
    with pytest.raises(TooManyAttempts):
        give(half(account), code_of(current(), LATER), address="198.51.100.1")


def test_ten_recovery_codes_each_work_once(account: Account, codes: list[str]) -> None:
    assert len(set(codes)) == 10
    assert give(half(account), codes[0].upper().replace("-", " "))
    assert give(half(account), codes[0]) is None
    assert give(half(account), codes[1])
    assert len(all_of(RecoveryCode)) == 8


def test_recovery_codes_are_not_in_the_database(account: Account, codes: list[str]) -> None:
    kept = " ".join(row.code_hash for row in all_of(RecoveryCode))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_recovery_code_used_twice_at_once_works_once(account: Account, codes: list[str]) -> None:
    tokens = [half(account) for _ in range(4)]
    found = at_once([lambda token=token: give(token, codes[0]) for token in tokens])  # type: ignore[misc]
    assert sum(isinstance(one, Login) for one in found) == 1


def test_a_recovery_code_of_another_account_does_not_work(account: Account, codes: list[str]) -> None:
    other = make_account("Bram Visser")
    with transaction() as session:
        mine = session.get_one(Account, other.id)
        second_factor.begin(mine)
        theirs = second_factor.confirm(session, mine, code_of(mine, NOON), NOON)
    assert theirs
    assert give(half(account), theirs[0]) is None


def test_new_recovery_codes_end_the_old_ones(account: Account, codes: list[str]) -> None:
    with transaction() as session:
        new = second_factor.new_recovery_codes(session, session.get_one(Account, account.id))
    assert give(half(account), codes[0]) is None
    assert give(half(account), new[0])


def test_without_the_second_factor_the_password_is_enough_again(account: Account, codes: list[str]) -> None:
    with transaction() as session:
        second_factor.remove(session, session.get_one(Account, account.id))
    with transaction() as session:
        begun = login.with_password(session, account.email, PASSWORD, "192.0.2.1", LATER, LIMIT)
        assert begun is not None
        assert not begun.code_needed
    assert all_of(RecoveryCode) == []


def test_a_half_login_of_an_account_that_is_switched_off_is_gone(account: Account, codes: list[str]) -> None:
    token = half(account)
    with transaction() as session:
        session.get_one(Account, account.id).active = False
    with pytest.raises(HalfLoginGone):
        give(token, code_of(current(), LATER))
