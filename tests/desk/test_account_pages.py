"""The administrator's pages: who gets in, what is refused beside its field, what the link is shown for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from loket import settings
from loket.accounts.models import Account, TeamMember
from loket.db.base import transaction
from loket.mail.models import Outbox
from loket.staff_roles import ROLES
from tests.support.app import mailed_link
from tests.support.site import PASSWORD, Adviser, all_of, logged_in, make_account, text_of

Site = TestClient[Any]
HERE = "/balie/accounts"
BRAM = {"email": "bram@loket.test", "name": "Bram Visser", "role": "adviser", "team-veiligheid": "1"}


@pytest.fixture
def boss(site: Site) -> Iterator[Adviser]:
    with logged_in(site, "Beheer Der") as browser:
        with transaction() as session:
            session.get_one(Account, browser.account.id).role = "administrator"
        yield browser


@pytest.mark.parametrize("role", [role for role in ROLES if role != "administrator"])
def test_nobody_but_the_administrator_gets_in(site: Site, adviser: Adviser, role: str) -> None:
    with transaction() as session:
        session.get_one(Account, adviser.account.id).role = role
    for path in ("", "/nieuw", "/1"):
        assert adviser.get(HERE + path).status_code == 403
    for path in ("/nieuw", "/1", "/1/uit", "/1/aan", "/1/sessies", "/1/tweede-stap", "/1/link"):
        assert adviser.post(HERE + path, **BRAM).status_code == 403
    assert len(all_of(Account)) == 1


def test_inviting_shows_the_link_once_when_there_is_no_mail_server(site: Site, boss: Adviser) -> None:
    page = boss.post(f"{HERE}/nieuw", **BRAM)
    link = mailed_link()
    assert link in page.text
    assert [row.team for row in all_of(TeamMember)] == ["veiligheid"]
    account = all_of(Account)[-1]
    for path in (HERE, f"{HERE}/{account.id}"):
        assert link not in boss.get(path).text
    assert "uitgenodigd" in text_of(boss.get(HERE))
    site.post(link, data={"new": PASSWORD})
    assert site.post("/balie/inloggen", data={"email": BRAM["email"], "password": PASSWORD}).status_code == 303


def test_with_a_mail_server_the_link_is_in_the_mail_alone(boss: Adviser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_SMTP_HOST", "127.0.0.1")
    settings.load.cache_clear()
    page = boss.post(f"{HERE}/nieuw", **BRAM)
    assert "/balie/link/" not in page.text
    assert all_of(Outbox)[0].recipient == BRAM["email"]


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(boss: Adviser) -> None:
    page = boss.post(f"{HERE}/nieuw", **(BRAM | {"email": "fout", "role": "partner", "name": "Bram <b>"}))
    assert page.status_code == 422
    for part in ('id="email-error"', 'id="partner-error"', 'value="Bram &lt;b&gt;"', 'value="fout"'):
        assert part in page.text
    assert re.search(r'name="team-veiligheid" value="1" checked', page.text)
    assert re.search(r'value="partner" selected', page.text)
    assert len(all_of(Account)) == 1


def test_the_list_tells_of_everybody(boss: Adviser) -> None:
    boss.post(f"{HERE}/nieuw", **(BRAM | {"role": "partner", "partner": "nko"}))
    page = text_of(boss.get(HERE))
    for part in ("Bram Visser", BRAM["email"], "partner", "NKO", "nog nooit", "beheerder"):
        assert part in page


def test_an_account_is_changed_switched_off_and_on(boss: Adviser) -> None:
    other = make_account("Carla Smit")
    path = f"{HERE}/{other.id}"
    boss.post(path, name="Carla Bakker", role="lead", **{"team-algemeen": "1"})
    changed = all_of(Account)[-1]
    assert (changed.name, changed.role) == ("Carla Bakker", "lead")
    assert boss.post(f"{path}/uit").status_code == 303
    assert "Dit account staat uit" in boss.post(f"{path}/link").text
    boss.post(f"{path}/aan")
    assert all_of(Account)[-1].active
    for action in ("sessies", "tweede-stap"):
        assert boss.post(f"{path}/{action}").status_code == 303
    assert "Link voor Carla Bakker" in boss.post(f"{path}/link").text


def test_the_last_administrator_is_told_why(boss: Adviser) -> None:
    path = f"{HERE}/{boss.account.id}"
    page = boss.post(f"{path}/uit")
    assert page.status_code == 422
    assert "laatste beheerder" in page.text
    page = boss.post(path, name="Beheer", role="adviser")
    assert 'id="role-error"' in page.text


def test_an_administrator_who_loses_the_role_is_out_at_once(site: Site, boss: Adviser) -> None:
    with logged_in(site, "Ook Beheer") as other:
        with transaction() as session:
            session.get_one(Account, other.account.id).role = "administrator"
        assert other.get(HERE).status_code == 200
        boss.post(f"{HERE}/{other.account.id}", name="Ook Beheer", role="adviser")
        assert other.get(HERE).headers["location"] == "/balie/inloggen"


@pytest.mark.parametrize("number", ["0", "999", "99999999999"])
def test_an_account_that_does_not_exist_is_not_found(boss: Adviser, number: str) -> None:
    assert boss.get(f"{HERE}/{number}").status_code == 404
    assert boss.post(f"{HERE}/{number}/uit").status_code == 404
