"""axe-core finds nothing on any page in any state, in light and dark, on a phone and on a large screen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from loket.accounts import credentials, sessions
from loket.clock import utc_now
from loket.db.base import transaction
from tests.browser import steps
from tests.browser.conftest import PASSWORD, Browsing
from tests.support.service import RunningService
from tests.support.site import make_ticket

SIZES = ((390, 844), (1280, 800))
SMALLEST = {"width": 320, "height": 640}
SECTOR_MATTERS = "hoeveel uur les krijgt mijn kind"


def check(page: Page, state: str) -> None:
    """Require that axe-core finds nothing and that nothing has to be scrolled sideways.

    With LOKET_TEST_SHOTS=folder it leaves pictures of the state there.
    """
    found = []
    before = page.viewport_size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            result = Axe().run(page)
            if result.violations_count:
                found.append(f"{state}, {scheme}, {width} px:\n{result.generate_report()}")
            picture(page, f"{state}-{width}-{scheme}")
    page.set_viewport_size(SMALLEST)  # type: ignore[arg-type]
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        found.append(f"{state}: {wide} px too wide for a screen of 320 px")
    page.set_viewport_size(before)  # type: ignore[arg-type]
    assert not found, "\n".join(found)


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("LOKET_TEST_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_chat_page_in_all_its_states(parent: Page) -> None:
    check(parent, "empty chat")
    steps.ask(parent)
    check(parent, "answer")
    steps.ask(parent, SECTOR_MATTERS)
    expect(parent.locator(".message").last.locator(".choices button").first).to_be_visible()
    check(parent, "choices")
    steps.ask(parent, steps.UNKNOWN)
    check(parent, "offer")
    parent.get_by_role("button", name="Verstuur", exact=True).click()
    expect(parent.get_by_role("alert")).to_be_visible()
    check(parent, "error")
    parent.get_by_role("link", name="Liever een adviseur?").click()
    parent.get_by_label("E-mailadres").fill("jan@")
    parent.get_by_label("Telefoonnummer").fill("12")
    parent.get_by_role("button", name="Verstuur aan een adviseur").click()
    expect(parent.locator("#email-error")).to_be_visible()
    check(parent, "handoff form with errors")
    parent.get_by_role("button", name="Ja, vraag het een adviseur").click()
    steps.reference(parent)
    check(parent, "handed over")


def test_the_follow_up_page(parent: Page, desk: Page) -> None:
    number = steps.hand_over(parent)
    parent.goto(steps.link(parent))
    check(parent, "follow-up page")
    steps.take(desk, number)
    steps.reply(desk, "Dit kunt u doen:\n\n- bel de **school**\n- vraag om een gesprek")
    expect(steps.bubbles(parent, "adviser")).to_be_visible()
    check(parent, "follow-up page answered")
    parent.get_by_role("button", name="Verstuur").click()
    expect(parent.get_by_role("alert")).to_be_visible()
    check(parent, "follow-up page with error")


def test_pages_that_do_not_exist(browsing: Browsing, service: RunningService) -> None:
    browsing.expected.append("404")
    page = browsing.context().new_page()
    page.goto(f"{service.url}/vraag/bestaat-niet")
    check(page, "not found")


def test_login_and_password(browsing: Browsing, service: RunningService) -> None:
    printed = service.loket("account", "add", "nieuw@loket.local", "--name", "Nieuwe Collega")
    once = printed.split("one-time password: ")[1].strip()
    page = browsing.context().new_page()
    page.goto(f"{service.url}/balie")
    check(page, "login")
    log_in(page, "onjuist")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "login error")
    log_in(page, once)
    expect(page.get_by_label("Nieuw wachtwoord")).to_be_visible()
    check(page, "password")
    page.get_by_label("Huidig wachtwoord").fill(once)
    page.get_by_label("Nieuw wachtwoord").fill("te kort")
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "password error")


def log_in(page: Page, password: str) -> None:
    page.get_by_label("E-mailadres").fill("nieuw@loket.local")
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Inloggen").click()


def test_a_question_at_the_desk(parent: Page, desk: Page) -> None:
    steps.ask(parent)
    number = steps.hand_over(parent)
    expect(desk.get_by_role("link", name=number)).to_be_visible()
    check(desk, "list")
    steps.follow(desk, number)
    check(desk, "ticket open")
    desk.goto(desk.url.split("/vragen")[0])
    steps.take(desk, number)
    check(desk, "ticket mine")
    desk.get_by_role("button", name="Sluiten").click()
    expect(desk.locator(".facts")).to_contain_text("afgesloten")
    check(desk, "ticket closed")


def test_a_desk_without_questions(served: str, browsing: Browsing, sqlite: Engine) -> None:
    page = staff(browsing, served, "Lege Balie", "adviser")
    page.goto(f"{served}/balie")
    expect(page.get_by_text("Er zijn geen open vragen.")).to_be_visible()
    check(page, "list empty")
    page.context.close()


def test_the_audit_trail(served: str, browsing: Browsing, sqlite: Engine) -> None:
    page = staff(browsing, served, "Bea Heer", "administrator")
    ticket = make_ticket("Mag dit op school?")
    page.goto(f"{served}/balie/vragen/{ticket.id}")
    steps.follow(page, "Logboek")
    expect(page.get_by_role("link", name=ticket.reference)).to_be_visible()
    check(page, "audit")
    page.get_by_label("Nummer van de vraag").fill("5010-WEG")
    page.get_by_role("button", name="Toon", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "audit error")
    page.context.close()


def test_a_conversation_that_is_offered_to_a_colleague(served: str, browsing: Browsing, sqlite: Engine) -> None:
    aisha = staff(browsing, served, "Aisha de Boer", "adviser")
    bram = staff(browsing, served, "Bram Visser", "adviser")
    bram.goto(f"{served}/balie")
    ticket = make_ticket("Mijn kind wordt gepest")
    aisha.goto(f"{served}/balie/vragen/{ticket.id}")
    aisha.get_by_role("button", name="Ik neem deze vraag").click()
    aisha.get_by_text("Gesprek overdragen aan een collega").click()
    check(aisha, "ticket to hand over")
    aisha.get_by_role("button", name="Bied het gesprek aan").click()
    expect(aisha.get_by_text("Aangeboden aan Bram Visser")).to_be_visible()
    check(aisha, "ticket offered")
    expect(bram.get_by_text("Aisha de Boer biedt u het gesprek")).to_be_visible()
    check(bram, "list with an offer")
    bram.get_by_role("button", name="Neem het gesprek over").click()
    expect(bram.get_by_label("Uw antwoord aan de ouder")).to_be_visible()
    for page in (aisha, bram):
        page.context.close()


def staff(browsing: Browsing, served: str, name: str, role: str) -> Page:
    """A browser of somebody of the staff, logged in."""
    now = utc_now()
    with transaction() as session:
        account, once = credentials.add(session, f"{name.split()[0].lower()}@loket.local", name, role, now)
        credentials.change_password(session, account, once, PASSWORD, now)
        token = sessions.begin(session, account, now)
    context = browsing.context()
    cookie: Any = {"name": "balie", "value": token, "url": f"{served}/balie"}
    context.add_cookies([cookie])
    return context.new_page()
