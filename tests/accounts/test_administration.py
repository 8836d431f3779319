"""What the administrator does to accounts, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select

from loket.accounts import administration, sessions
from loket.accounts.administration import LastAdministrator, Wish, WishRefused
from loket.accounts.models import Account, Audit, MailLink, StaffSession, TeamMember
from loket.db.base import reading, transaction
from loket.mail.models import Outbox
from tests.conftest import NOON
from tests.support.site import all_of, make_account
from tests.support.threads import at_once

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def boss(database: Engine) -> Account:
    return make_account("Beheer", role="administrator")


def do(action: Any, by: Account, account: Account, *more: Any) -> Any:
    with transaction() as session:
        return action(session, session.get_one(Account, by.id), session.get_one(Account, account.id), *more, NOON)


def invite(by: Account, email: str = "bram@loket.test", **wish: Any) -> Account:
    with transaction() as session:
        wanted = Wish(**({"name": "Bram Visser", "role": "adviser"} | wish))
        return administration.invite(session, by, email, wanted, NOON)[0]


def get(account: Account) -> Account:
    with reading() as session:
        return session.get_one(Account, account.id)


def test_an_invitation_makes_an_account_that_has_no_password_and_mails_a_link(boss: Account) -> None:
    account = invite(boss, " Bram@Loket.test ", teams=("veiligheid",))
    assert (account.email, account.password_hash, account.role) == ("bram@loket.test", "", "adviser")
    assert [(row.account_id, row.team) for row in all_of(TeamMember)] == [(account.id, "veiligheid")]
    assert all_of(Outbox)[0].recipient == "bram@loket.test"
    assert all_of(MailLink)[0].purpose == "invitation"


@pytest.mark.parametrize(
    ("email", "wish", "field"),
    [
        ("geen adres", {}, "email"),
        ("a@b", {}, "email"),
        ("a@loket.test\nBcc: b@loket.test", {}, "email"),
        ("beheer@bestaat.test", {}, "email"),
        ("x" * 250 + "@loket.test", {}, "email"),
        ("a@loket.test", {"name": " "}, "name"),
        ("a@loket.test", {"name": "a" * 81}, "name"),
        ("a@loket.test", {"name": "\x00\n"}, "name"),
        ("a@loket.test", {"role": "baas"}, "role"),
        ("a@loket.test", {"teams": ("zomaar",)}, "teams"),
        ("a@loket.test", {"role": "partner"}, "partner"),
        ("a@loket.test", {"role": "partner", "partner": "zomaar"}, "partner"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_field(boss: Account, email: str, wish: dict[str, Any], field: str) -> None:
    with transaction() as session:
        session.get_one(Account, boss.id).email = "beheer@bestaat.test"
    with pytest.raises(WishRefused) as refused:
        invite(boss, email, **wish)
    assert list(refused.value.problems) == [field]
    assert len(all_of(Account)) == 1


def test_a_partner_has_an_organisation_and_no_teams(boss: Account) -> None:
    account = invite(boss, role="partner", partner="nko", teams=("veiligheid",))
    assert account.partner == "nko"
    assert all_of(TeamMember) == []
    do(administration.change, boss, account, Wish("Bram", "adviser", ("algemeen",), "nko"))
    assert (get(account).partner, all_of(TeamMember)[0].team) == (None, "algemeen")


def logged_in(account: Account) -> None:
    with transaction() as session:
        sessions.begin(session, session.get_one(Account, account.id), NOON)


@pytest.mark.parametrize(
    "action",
    [administration.deactivate, administration.end_sessions, administration.remove_second_factor],
)
def test_it_ends_every_login(boss: Account, action: Any) -> None:
    account = make_account()
    logged_in(account)
    logged_in(boss)
    do(action, boss, account)
    assert [row.account_id for row in all_of(StaffSession)] == [boss.id]


def test_another_role_ends_every_login_and_another_name_does_not(boss: Account) -> None:
    account = make_account()
    logged_in(account)
    do(administration.change, boss, account, Wish("Andere Naam", "adviser"))
    assert len(all_of(StaffSession)) == 1
    do(administration.change, boss, account, Wish("Andere Naam", "lead"))
    assert all_of(StaffSession) == []


def test_off_and_on_again(boss: Account) -> None:
    account = make_account()
    do(administration.send_link, boss, account)
    do(administration.deactivate, boss, account)
    assert not get(account).active
    assert all_of(MailLink) == []
    do(administration.activate, boss, account)
    assert get(account).active


def test_the_last_administrator_stays(boss: Account) -> None:
    with pytest.raises(LastAdministrator):
        do(administration.deactivate, boss, boss)
    with pytest.raises(LastAdministrator):
        do(administration.change, boss, boss, Wish("Beheer", "lead"))
    do(administration.change, boss, boss, Wish("Andere Naam", "administrator"))
    assert get(boss).name == "Andere Naam"


def test_an_administrator_who_was_invited_but_has_no_password_does_not_count(boss: Account) -> None:
    invite(boss, role="administrator")
    with pytest.raises(LastAdministrator):
        do(administration.deactivate, boss, boss)


@pytest.mark.parametrize("round_", range(5))
def test_two_administrators_cannot_take_away_each_other(boss: Account, round_: int) -> None:
    other = make_account("Ook Beheer", role="administrator")
    pairs = [(boss, other), (other, boss)]
    how = [
        lambda: do(administration.deactivate, *pairs[0]),
        lambda: do(administration.change, *pairs[1], Wish("Weg", "adviser")),
    ]
    found = at_once(how)
    assert sum(isinstance(one, LastAdministrator) for one in found) == 1, found
    with reading() as session:
        left = select(Account).where(Account.role == "administrator", Account.active)
        assert len(session.scalars(left).all()) == 1


def test_every_change_is_one_line_without_names_or_addresses(boss: Account) -> None:
    account = invite(boss)
    do(administration.change, boss, account, Wish("Geheime Naam", "lead", ("algemeen",)))
    for action in (administration.send_link, administration.remove_second_factor, administration.end_sessions):
        do(action, boss, account)
    do(administration.deactivate, boss, account)
    do(administration.activate, boss, account)
    rows = all_of(Audit)
    assert [row.action for row in rows] == [
        "account.invite",
        "account.change",
        "account.send_link",
        "second_factor.removed",
        "session.end",
        "account.deactivate",
        "account.activate",
    ]
    assert {(row.object, row.account_id) for row in rows} == {(f"account:{account.id}", boss.id)}
    assert rows[1].detail == {"role": ["adviser", "lead"], "teams": [[], ["algemeen"]]}
    assert "Geheim" not in str([row.detail for row in rows])


def test_a_refused_change_changes_nothing(boss: Account) -> None:
    account = make_account()
    with pytest.raises(WishRefused):
        do(administration.change, boss, account, Wish("Andere Naam", "baas"))
    assert get(account).name == account.name
    assert all_of(Audit) == []
