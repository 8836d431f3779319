"""Links by mail on both databases: what they open, how often, how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from loket import settings
from loket.accounts import links, sessions
from loket.accounts.credentials import AccountError
from loket.accounts.links import LinkGone, Purpose
from loket.accounts.models import Account, Audit, MailLink
from loket.accounts.passwords import verify
from loket.accounts.throttle import TooManyAttempts
from loket.db.base import reading, transaction
from loket.mail.models import Outbox
from tests.conftest import NOON
from tests.support.site import all_of, make_account
from tests.support.threads import at_once

pytestmark = pytest.mark.usefixtures("database")

NEW = "een heel andere zin"


@pytest.fixture
def account(database: Engine) -> Account:
    return make_account()


def send(account: Account, purpose: Purpose = Purpose.RESET) -> str:
    with transaction() as session:
        link = links.send(session, session.get_one(Account, account.id), purpose, NOON)
    return link.rpartition("/")[2]


def choose(token: str, password: str = NEW, **later: float) -> Account:
    with transaction() as session:
        return links.choose_password(session, token, password, NOON + timedelta(**later))


def test_a_link_sets_the_password_once(account: Account) -> None:
    token = send(account)
    choose(token)
    assert verify(all_of(Account)[0].password_hash, NEW)
    with pytest.raises(LinkGone):
        choose(token, "nog weer een andere zin")
    assert verify(all_of(Account)[0].password_hash, NEW)


def test_of_two_at_once_one_sets_the_password(account: Account) -> None:
    token = send(account)
    found = at_once([lambda n=n: choose(token, f"{NEW} nummer {n}") for n in range(4)])  # type: ignore[misc]
    assert sum(isinstance(one, Account) for one in found) == 1, found
    assert sum(isinstance(one, LinkGone) for one in found) == 3


@pytest.mark.parametrize(("purpose", "hours"), [(Purpose.RESET, 1), (Purpose.INVITATION, 7 * 24)])
def test_a_link_ends(account: Account, purpose: Purpose, hours: int) -> None:
    token = send(account, purpose)
    with reading() as session:
        assert links.find(session, token, NOON + timedelta(hours=hours))
    with pytest.raises(LinkGone):
        choose(token, hours=hours + 0.01)


def test_using_one_link_ends_the_others(account: Account) -> None:
    old, new = send(account), send(account)
    choose(new)
    with pytest.raises(LinkGone):
        choose(old)


def test_a_reset_that_somebody_else_asked_for_leaves_the_invitation(account: Account) -> None:
    invitation = send(account, Purpose.INVITATION)
    with transaction() as session:
        links.send_reset(session, account.email, NOON)
    choose(invitation, days=6)


@pytest.mark.parametrize("token", ["", "zomaar", "é" * 200])
def test_an_unknown_link_opens_nothing(account: Account, token: str) -> None:
    send(account)
    with pytest.raises(LinkGone):
        choose(token)


def test_a_link_of_an_account_that_is_switched_off_is_gone(account: Account) -> None:
    token = send(account)
    with transaction() as session:
        session.get_one(Account, account.id).active = False
    with pytest.raises(LinkGone):
        choose(token)


def test_a_password_that_will_not_do_leaves_the_link_as_it_was(account: Account) -> None:
    token = send(account)
    with pytest.raises(AccountError):
        choose(token, "kort")
    choose(token)


def test_the_token_is_not_in_the_database_but_in_the_mail(account: Account) -> None:
    token = send(account)
    assert token not in [row.token_hash for row in all_of(MailLink)]
    (mail,) = all_of(Outbox)
    assert mail.recipient == account.email
    assert f"{settings.load().url}/balie/link/{token}" in mail.body
    assert "dinsdag 24 november om 13.00 uur" in mail.body


def test_a_chosen_password_ends_every_login_and_keeps_the_second_factor(account: Account) -> None:
    with transaction() as session:
        mine = session.get_one(Account, account.id)
        mine.totp_secret, mine.totp_since = "x", NOON
        token = sessions.begin(session, mine, NOON)
    choose(send(account))
    with reading() as session:
        assert sessions.find(session, token, NOON) is None
    assert all_of(Account)[0].totp_since == NOON


def test_a_reset_for_nobody_sends_nothing_and_is_counted_the_same(account: Account) -> None:
    for email in (account.email, "niemand@loket.test"):
        for number in range(5):
            with transaction() as session:
                links.ask_reset(session, email, f"192.0.2.{number}", NOON, 5)
        with pytest.raises(TooManyAttempts), transaction() as session:
            links.ask_reset(session, email.upper(), "198.51.100.1", NOON, 5)
        with transaction() as session:
            session.execute(text("DELETE FROM login_failure"))
    with transaction() as session:
        links.send_reset(session, "niemand@loket.test", NOON)
    assert all_of(Outbox) == []


def test_asking_is_slowed_down_per_address(account: Account) -> None:
    for number in range(5):
        with transaction() as session:
            links.ask_reset(session, f"gok{number}@loket.test", "192.0.2.1", NOON, 5)
    with pytest.raises(TooManyAttempts), transaction() as session:
        links.ask_reset(session, account.email, "192.0.2.1", NOON, 5)


def test_what_is_on_record_has_no_address_or_token(account: Account) -> None:
    with transaction() as session:
        links.send_reset(session, account.email, NOON)
    rows = [(row.action, row.object, row.detail) for row in all_of(Audit)]
    assert rows == [("password.reset_asked", f"account:{account.id}", None)]
