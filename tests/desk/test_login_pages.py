"""The pages of logging in: code, link by mail, one's own account, the second factor when it is required."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from loket import settings
from loket.accounts import second_factor
from loket.accounts.models import Account, Audit, HalfLogin, MailLink, StaffSession
from loket.clock import utc_now
from loket.db.base import transaction
from loket.mail.models import Outbox
from tests.support.app import code_of, mailed_link, wrong_code
from tests.support.site import PASSWORD, Adviser, all_of, logged_in, make_account, text_of

Site = TestClient[Any]
NEW = "een heel andere zin"
FACTOR = "/balie/account/tweede-stap"


def give_factor(account: Account) -> list[str]:
    """A second factor that was set up a while ago; its recovery codes."""
    now = utc_now() - timedelta(minutes=5)
    with transaction() as session:
        mine = session.get_one(Account, account.id)
        second_factor.begin(mine)
        codes = second_factor.confirm(session, mine, code_of(mine, now), now)
    assert codes
    return codes


def password(site: Site, account: Account, typed: str = PASSWORD) -> Any:
    return site.post("/balie/inloggen", data={"email": account.email, "password": typed})


def test_after_the_password_comes_the_code_and_until_then_nothing_opens(site: Site) -> None:
    account = make_account()
    give_factor(account)
    answer = password(site, account)
    assert answer.headers["location"] == "/balie/inloggen/code"
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/balie/inloggen"):
        assert part in cookie
    assert site.get("/balie").status_code == 303
    half = site.cookies["balie-code"]
    assert site.get("/balie", headers={"Cookie": f"balie={half}"}).status_code == 303
    page = site.get("/balie/inloggen/code")
    assert 'autocomplete="one-time-code"' in page.text
    wrong = site.post("/balie/inloggen/code", data={"code": wrong_code(all_of(Account)[0], utc_now())})
    assert (wrong.status_code, 'id="code-error"' in wrong.text) == (422, True)
    right = site.post("/balie/inloggen/code", data={"code": code_of(all_of(Account)[0], utc_now())})
    assert right.headers["location"] == "/balie"
    assert site.get("/balie").status_code == 200


def test_a_recovery_code_gets_in_and_a_wrong_one_says_so_beside_its_field(site: Site) -> None:
    account = make_account()
    codes = give_factor(account)
    password(site, account)
    wrong = site.post("/balie/inloggen/code", data={"recovery": "aaaa-bbbb-cccc"})
    assert 'id="recovery-error"' in wrong.text
    assert site.post("/balie/inloggen/code", data={"recovery": codes[0]}).status_code == 303
    assert site.get("/balie").status_code == 200


def test_without_a_password_there_is_no_code_page(site: Site) -> None:
    assert site.get("/balie/inloggen/code").headers["location"] == "/balie/inloggen"
    assert "Dat duurde te lang" in site.post("/balie/inloggen/code", data={"code": "123456"}).text


def test_guessing_codes_is_slowed_down_in_dutch(site: Site) -> None:
    account = make_account()
    give_factor(account)
    password(site, account)
    for _ in range(5):
        site.post("/balie/inloggen/code", data={"code": "0"})
    page = site.post("/balie/inloggen/code", data={"code": code_of(all_of(Account)[0], utc_now())})
    assert "Wacht 30 seconden" in page.text


def test_setting_up_takes_a_password_and_a_code_and_shows_the_recovery_codes_once(adviser: Adviser) -> None:
    assert 'id="password-begin-error"' in adviser.post(f"{FACTOR}/begin", password="verkeerd").text
    assert all_of(Account)[0].totp_secret is None
    adviser.post(f"{FACTOR}/begin", password=PASSWORD)
    page = adviser.get(FACTOR)
    assert 'src="data:image/svg+xml' in page.text
    assert 'id="code-error"' in adviser.post(FACTOR, code="0").text
    assert all_of(Account)[0].totp_since is None
    shown = adviser.post(FACTOR, code=code_of(all_of(Account)[0], utc_now()))
    assert len(re.findall(r"\w{4}-\w{4}-\w{4}", shown.text)) == 10
    key = str(second_factor.secret(all_of(Account)[0]))
    again = adviser.get(FACTOR)
    assert not re.search(r"\w{4}-\w{4}-\w{4}", text_of(again))
    assert key not in again.text.replace(" ", "")
    assert "nog 10 herstelcodes" in text_of(adviser.get("/balie/account"))


def test_beginning_again_does_not_replace_a_factor_that_counts(adviser: Adviser) -> None:
    give_factor(adviser.account)
    before = all_of(Account)[0].totp_secret
    adviser.post(f"{FACTOR}/begin", password=PASSWORD)
    assert all_of(Account)[0].totp_secret == before


@pytest.mark.parametrize("path", ["uit", "codes"])
def test_who_walks_by_cannot_change_the_second_factor(adviser: Adviser, path: str) -> None:
    give_factor(adviser.account)
    page = adviser.post(f"{FACTOR}/{path}", password="verkeerd")
    assert f'id="password-{path}-error"' in page.text
    assert all_of(Account)[0].totp_since
    code = code_of(all_of(Account)[0], utc_now())
    answer = adviser.post(f"{FACTOR}/{path}", password=PASSWORD, code=code)
    assert answer.status_code == (303 if path == "uit" else 200)


def test_the_password_alone_does_not_take_the_second_factor_off(adviser: Adviser) -> None:
    codes = give_factor(adviser.account)
    for code in ("", wrong_code(all_of(Account)[0], utc_now())):
        page = adviser.post(f"{FACTOR}/uit", password=PASSWORD, code=code)
        assert 'id="code-error"' in page.text
        assert all_of(Account)[0].totp_since
    assert adviser.post(f"{FACTOR}/uit", password=PASSWORD, code=codes[0]).status_code == 303
    assert all_of(Account)[0].totp_since is None


def test_others_who_guess_do_not_keep_out_a_browser_that_was_in_before(site: Site, adviser: Adviser) -> None:
    adviser.post("/balie/uitloggen")
    stranger = TestClient(site.app)
    stranger.follow_redirects = False
    stranger.blocking_portal = site.blocking_portal
    for _ in range(8):
        password(stranger, adviser.account, "gok")
    assert "Te vaak" in password(stranger, adviser.account).text
    assert password(adviser.client, adviser.account).status_code == 303
    assert adviser.get("/balie").status_code == 200


def test_what_a_browser_keeps_of_one_account_is_no_help_for_another(site: Site, adviser: Adviser) -> None:
    other = make_account("Bram Visser")
    for _ in range(5):
        password(adviser.client, other, "gok")
    assert "Te vaak" in password(adviser.client, other).text


def test_guessing_in_a_known_browser_is_slowed_down_as_well(adviser: Adviser) -> None:
    for _ in range(5):
        password(adviser.client, adviser.account, "gok")
    assert "Te vaak" in password(adviser.client, adviser.account).text


def test_guessing_the_password_of_an_open_desk_is_slowed_down(adviser: Adviser) -> None:
    for _ in range(5):
        adviser.post("/balie/wachtwoord", old="gok", new=NEW)
    assert "Wacht 30 seconden" in adviser.post("/balie/wachtwoord", old=PASSWORD, new=NEW).text


def test_a_required_second_factor_comes_before_everything(
    site: Site, adviser: Adviser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKET_SECOND_FACTOR", "required")
    settings.load.cache_clear()
    for path in ("/balie", "/balie/account", "/balie/vragen/1", "/balie/wachtwoord", f"{FACTOR}/x"):
        assert adviser.get(path).headers.get("location", "404") in (FACTOR, "404"), path
    assert adviser.get("/balie").headers["location"] == FACTOR
    adviser.post(f"{FACTOR}/begin", password=PASSWORD)
    adviser.post(FACTOR, code=code_of(all_of(Account)[0], utc_now()))
    assert adviser.get("/balie").status_code == 200


def test_setting_up_ends_the_other_logins(site: Site, adviser: Adviser) -> None:
    other = TestClient(site.app)
    other.follow_redirects = False
    other.blocking_portal = site.blocking_portal
    password(other, adviser.account)
    adviser.post(f"{FACTOR}/begin", password=PASSWORD)
    adviser.post(FACTOR, code=code_of(all_of(Account)[0], utc_now()))
    assert other.get("/balie").status_code == 303
    assert adviser.get("/balie").status_code == 200


def test_a_forgotten_password_says_the_same_whoever_asks(site: Site) -> None:
    account = make_account()
    known = site.post("/balie/wachtwoord-vergeten", data={"email": account.email})
    unknown = site.post("/balie/wachtwoord-vergeten", data={"email": "niemand@loket.test"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert [mail.recipient for mail in all_of(Outbox)] == [account.email]


def test_a_forgotten_password_without_an_address_keeps_what_was_typed(site: Site) -> None:
    page = site.post("/balie/wachtwoord-vergeten", data={"email": "geen <adres>"})
    assert page.status_code == 422
    assert 'value="geen &lt;adres&gt;"' in page.text
    assert 'id="email-error"' in page.text


def test_looking_at_a_link_changes_nothing_and_sending_the_form_sets_the_password(site: Site) -> None:
    account = make_account()
    site.post("/balie/wachtwoord-vergeten", data={"email": account.email})
    link = mailed_link()
    for _ in range(3):
        page = site.get(link)
        assert page.status_code == 200
    assert page.headers["referrer-policy"] == "strict-origin"
    assert 'autocomplete="new-password"' in page.text
    refused = site.post(link, data={"new": "kort"})
    assert (refused.status_code, 'id="new-error"' in refused.text) == (422, True)
    done = site.post(link, data={"new": NEW})
    assert done.headers["location"] == "/balie/inloggen?gelukt=1"
    assert all_of(StaffSession) == []
    assert site.get(link).status_code == site.post(link, data={"new": NEW}).status_code == 404
    assert password(site, account, NEW).headers["location"] == "/balie"


def test_a_link_does_not_get_past_the_second_factor(site: Site) -> None:
    account = make_account()
    give_factor(account)
    site.post("/balie/wachtwoord-vergeten", data={"email": account.email})
    site.post(mailed_link(), data={"new": NEW})
    assert password(site, account, NEW).headers["location"] == "/balie/inloggen/code"
    assert site.get("/balie").status_code == 303


def test_no_token_or_password_gets_into_a_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    account = make_account()
    site.post("/balie/wachtwoord-vergeten", data={"email": account.email})
    link = mailed_link()
    site.get(link)
    site.post(link, data={"new": NEW})
    password(site, account, NEW)
    # The test's own client logs what it asks for.
    ours = " ".join(row.getMessage() for row in caplog.records if not row.name.startswith("http"))
    for secret in (link.rpartition("/")[2], NEW, account.email):
        assert secret not in ours


def test_ones_name_can_be_changed_and_a_wrong_one_is_kept(adviser: Adviser) -> None:
    adviser.post("/balie/account/naam", name=" Aisha Jansen ")
    assert all_of(Account)[0].name == "Aisha Jansen"
    page = adviser.post("/balie/account/naam", name="a" * 81)
    assert (page.status_code, f'value="{"a" * 81}"' in page.text) == (422, True)


def test_ones_logins_are_listed_and_ended(site: Site, adviser: Adviser) -> None:
    with logged_in(site, "Bram Visser") as bram:
        others = [TestClient(site.app) for _ in range(3)]
        for other in others:
            other.follow_redirects = False
            other.blocking_portal = site.blocking_portal
            password(other, adviser.account)
        page = adviser.get("/balie/account")
        assert text_of(page).count("Dit apparaat") == 1
        listed = re.findall(r'name="one" value="(\w+)"', page.text)
        assert len(listed) == 3
        adviser.post("/balie/account/sessies", one=listed[0])
        assert sum(other.get("/balie").status_code == 200 for other in others) == 2
        of_bram = next(row.token_hash for row in all_of(StaffSession) if row.account_id == bram.account.id)
        adviser.post("/balie/account/sessies", one=of_bram)
        adviser.post("/balie/account/sessies")
        assert [other.get("/balie").status_code for other in others] == [303, 303, 303]
        assert adviser.get("/balie").status_code == bram.get("/balie").status_code == 200


@pytest.mark.parametrize("new", ["123456789012", "Wachtwoord 2026", "aaaaaaaaaaaaaa", "Aisha de Boer!", "x" * 201])
def test_a_password_that_is_easy_to_guess_is_refused(adviser: Adviser, new: str) -> None:
    page = adviser.post("/balie/wachtwoord", old=PASSWORD, new=new)
    assert (page.status_code, 'id="new-error"' in page.text) == (422, True)


def test_login_rows_hold_no_tokens(site: Site) -> None:
    account = make_account()
    give_factor(account)
    password(site, account)
    (row,) = all_of(HalfLogin)
    assert site.cookies["balie-code"] != row.token_hash
    assert all_of(MailLink) == []
    assert "login" not in [line.action for line in all_of(Audit)]
