"""From invitation to recovery code in a real browser, the administrator by keyboard, and the provider's way back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from loket import settings
from loket.accounts.models import Account
from loket.clock import utc_now
from loket.db.base import transaction
from tests.browser.conftest import Browsing
from tests.browser.test_accessibility import check
from tests.support.app import code_of, mailed_link
from tests.support.provider import CLIENT, SECRET, Provider
from tests.support.site import PASSWORD, all_of, make_account

NEW = "een heel andere zin"
RECOVERY = re.compile(r"^\w{4}-\w{4}-\w{4}$")


def log_in(page: Page, address: str, email: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/balie/inloggen")
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Inloggen", exact=True).click()


def at_the_desk(page: Page) -> None:
    expect(page.get_by_role("heading", name="Vragen", exact=True)).to_be_visible()


def leave(page: Page, address: str) -> None:
    """Away from the list, which listens for news, so that the server can stop."""
    page.goto(f"{address}/balie/account")


def fresh_code() -> str:
    """A code that has not been used: the app's next one, as a clock a little ahead shows it."""
    return code_of(all_of(Account)[-1], utc_now() + timedelta(seconds=30))


def by_key(page: Page, name: str, role: str = "button") -> None:
    """Go with Tab to what is called so, and press Enter."""
    for _ in range(60):
        page.keyboard.press("Tab")
        target = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        if target.count() and target.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_from_invitation_to_recovery_code(served: str, browsing: Browsing, sqlite: Engine) -> None:
    boss = make_account("Beheer", role="administrator")
    page = browsing.context().new_page()
    log_in(page, served, boss.email)
    at_the_desk(page)
    by_key(page, "Accounts", "link")
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    by_key(page, "Nodig iemand uit", "link")
    check(page, "account new")
    by_key(page, "Verstuur de uitnodiging")
    expect(page.locator("#email-error")).to_be_visible()
    check(page, "account new with errors")
    page.get_by_label("E-mailadres").focus()
    page.keyboard.type("bram@loket.test")
    page.keyboard.press("Tab")
    page.keyboard.type("Bram Visser")
    by_key(page, "Verstuur de uitnodiging")
    expect(page.get_by_label("De link")).to_have_value(re.compile("/balie/link/"))
    check(page, "account link")
    page.goto(f"{served}/balie/accounts")
    check(page, "accounts")
    page.get_by_role("link", name="Bram Visser").click()
    check(page, "account edit")

    bram = browsing.context().new_page()
    bram.goto(f"{served}{mailed_link()}")
    check(bram, "invitation")
    bram.get_by_label("Wachtwoord").fill("kort")
    bram.get_by_role("button", name="Bewaren").click()
    expect(bram.locator("#new-error")).to_be_visible()
    check(bram, "invitation with error")
    bram.get_by_label("Wachtwoord").fill(NEW)
    bram.get_by_role("button", name="Bewaren").click()
    expect(bram.get_by_role("status")).to_contain_text("Log nu in")
    log_in(bram, served, "bram@loket.test", NEW)
    at_the_desk(bram)

    bram.get_by_role("link", name="Bram Visser").click()
    check(bram, "own account")
    bram.get_by_role("link", name="Tweede stap aanzetten").click()
    check(bram, "second factor begin")
    bram.get_by_label("Uw wachtwoord").fill(NEW)
    bram.get_by_role("button", name="Begin").click()
    shown = bram.locator(".qr")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") > 100, "the picture did not load"
    check(bram, "second factor")
    bram.get_by_label("Code van 6 cijfers").fill(code_of(all_of(Account)[-1], utc_now() - timedelta(seconds=30)))
    bram.get_by_role("button", name="Zet de tweede stap aan").click()
    expect(bram.locator(".codes code")).to_have_count(10)
    check(bram, "recovery codes")
    recovery = bram.locator(".codes code").first.inner_text()
    assert RECOVERY.match(recovery)
    bram.goto(f"{served}/balie/account/tweede-stap")
    check(bram, "second factor on")
    bram.get_by_role("button", name="Uitloggen").click()

    log_in(bram, served, "bram@loket.test", NEW)
    check(bram, "code")
    bram.get_by_label("Code van 6 cijfers").fill("1")
    bram.get_by_role("button", name="Inloggen", exact=True).click()
    expect(bram.locator("#code-error")).to_be_visible()
    check(bram, "code with error")
    bram.get_by_label("Code van 6 cijfers").fill(fresh_code())
    bram.get_by_role("button", name="Inloggen", exact=True).click()
    at_the_desk(bram)
    bram.get_by_role("button", name="Uitloggen").click()

    log_in(bram, served, "bram@loket.test", NEW)
    bram.get_by_text("Telefoon kwijt of niet bij u?").click()
    bram.get_by_label("Herstelcode").fill(recovery)
    bram.get_by_role("button", name="Inloggen met herstelcode").click()
    at_the_desk(bram)
    leave(bram, served)


def test_a_forgotten_password(served: str, browsing: Browsing, sqlite: Engine) -> None:
    browsing.expected.append("404")
    account = make_account()
    page = browsing.context().new_page()
    page.goto(f"{served}/balie/inloggen")
    page.get_by_role("link", name="Wachtwoord vergeten?").click()
    check(page, "forgotten")
    page.get_by_role("button", name="Stuur mij een link").click()
    expect(page.locator("#email-error")).to_be_visible()
    check(page, "forgotten with error")
    page.get_by_label("E-mailadres").fill(account.email)
    page.get_by_role("button", name="Stuur mij een link").click()
    expect(page.get_by_role("status")).to_be_visible()
    check(page, "forgotten asked")
    link = f"{served}{mailed_link()}"
    page.goto(link)
    page.get_by_label("Wachtwoord").fill(NEW)
    page.get_by_role("button", name="Bewaren").click()
    log_in(page, served, account.email, NEW)
    at_the_desk(page)
    page.goto(link)
    expect(page.get_by_role("heading", name="Deze link werkt niet")).to_be_visible()
    check(page, "link gone")


@pytest.fixture
def with_provider(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    for name, value in {"ISSUER": provider.issuer, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET}.items():
        monkeypatch.setenv(f"LOKET_OIDC_{name}", value)
    return provider


def test_the_way_back_from_the_provider_ends_at_the_desk(
    served: str, browsing: Browsing, with_provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider is another site for the browser, so that the strict cookie shows whether the way back works."""
    monkeypatch.setenv("LOKET_BASE_URL", served)
    settings.load.cache_clear()
    account = make_account()
    page = browsing.context().new_page()
    page.goto(f"{served}/balie")
    check(page, "login with provider")
    page.get_by_role("link", name="Inloggen met uw organisatie").click()
    expect(page.get_by_role("heading", name="Inloggen lukt niet")).to_be_visible()
    check(page, "provider refused")
    with transaction() as session:
        session.get_one(Account, account.id).email = "aisha@loket.test"
    page.get_by_role("link", name="Terug naar inloggen").click()
    page.get_by_role("link", name="Inloggen met uw organisatie").click()
    at_the_desk(page)
    assert page.url == f"{served}/balie"
    leave(page, served)
