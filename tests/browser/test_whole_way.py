"""One question goes all the way, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Browsing, open_desk
from tests.support.service import RunningService

SUSPENDED = "mijn zoon is geschorst, mag dat zomaar?"
SEEN_WITHIN_MS = 2_000
ANSWER = "De school moet u schriftelijk laten weten waarom."


def test_a_question_is_answered_with_its_source(parent: Page) -> None:
    steps.ask(parent, SUSPENDED)
    answer = steps.bubbles(parent, "assistant").last
    expect(answer.locator(".title")).to_contain_text("schors")
    expect(answer.locator(".checked")).to_be_visible()
    answer.get_by_text("Lees meer").click()
    for source in answer.locator(".sources a").all():
        assert str(source.get_attribute("href")).startswith("https://")
    assert answer.locator(".sources a").count() > 0


def test_from_question_to_the_answer_of_an_adviser(parent: Page, desk: Page) -> None:
    steps.ask(parent, SUSPENDED)
    steps.ask(parent, "dit helpt niet")
    number = steps.reference(parent)
    expect(desk.get_by_role("link", name=number)).to_be_visible(timeout=SEEN_WITHIN_MS)
    steps.take(desk, number)
    expect(desk.locator(".log")).to_contain_text(SUSPENDED)

    steps.reply(desk, ANSWER)
    expect(steps.bubbles(parent, "adviser")).to_contain_text(ANSWER)
    expect(parent.locator("#melding")).to_have_text("Er is een antwoord van een adviseur.")
    parent.get_by_role("link", name="de pagina van uw vraag").click()
    expect(parent.get_by_role("heading", name=number)).to_be_visible()
    expect(steps.bubbles(parent, "adviser")).to_contain_text(ANSWER)


def test_the_button_under_an_answer_leads_to_an_adviser_too(parent: Page) -> None:
    steps.ask(parent)
    parent.get_by_role("button", name="Nee, dit helpt niet").click()
    parent.get_by_role("button", name="Ja, vraag het een adviseur").click()
    steps.reference(parent)
    expect(parent.get_by_role("button", name="Ja, vraag het een adviseur")).to_have_count(0)


def test_parent_and_adviser_talk_on(parent: Page, desk: Page) -> None:
    number = steps.hand_over(parent)
    steps.take(desk, number)
    steps.ask(parent, "Het gaat om groep 7.")
    expect(steps.bubbles(desk).filter(has_text="groep 7")).to_have_count(1)
    expect(desk.locator("#melding")).to_have_text("Er is een nieuw bericht van de ouder.")


def test_what_an_adviser_types_is_kept_when_the_parent_writes(parent: Page, desk: Page) -> None:
    number = steps.hand_over(parent)
    steps.take(desk, number)
    field = desk.get_by_label("Uw antwoord aan de ouder")
    field.press_sequentially("Ik ben nog aan het")
    steps.ask(parent, "Het gaat om groep 7.")
    expect(steps.bubbles(desk).filter(has_text="groep 7")).to_have_count(1)
    field.press_sequentially(" schrijven")
    expect(field).to_have_value("Ik ben nog aan het schrijven")


def test_the_follow_up_page_shows_the_answer_by_itself(parent: Page, desk: Page) -> None:
    number = steps.hand_over(parent)
    parent.goto(steps.link(parent))
    steps.take(desk, number)
    steps.reply(desk, ANSWER)
    expect(steps.bubbles(parent, "adviser")).to_contain_text(ANSWER)
    expect(parent.locator("#stand")).to_have_text("Beantwoord")


def test_a_closed_question_opens_again_when_the_parent_writes(parent: Page, desk: Page) -> None:
    number = steps.hand_over(parent)
    steps.take(desk, number)
    steps.reply(desk, ANSWER)
    desk.get_by_role("button", name="Sluiten").click()
    expect(desk.locator(".facts")).to_contain_text("afgesloten")
    steps.ask(parent, "Toch nog een vraag.")
    desk.goto(desk.url.split("/vragen")[0])
    expect(desk.get_by_role("row").filter(has_text=number)).to_contain_text("wacht op een adviseur")


def test_without_script_the_whole_way(
    browsing: Browsing, service: RunningService, adviser_cookie: dict[str, str]
) -> None:
    parent = browsing.context(java_script_enabled=False).new_page()
    parent.goto(service.url)
    steps.ask(parent)
    expect(parent.locator(".sources a").first).to_be_visible()
    parent.get_by_role("button", name="Nee, dit helpt niet").click()
    parent.get_by_role("button", name="Ja, vraag het een adviseur").click()
    number = steps.reference(parent)

    desk = open_desk(browsing, service, adviser_cookie, java_script_enabled=False)
    steps.take(desk, number)
    steps.reply(desk, ANSWER)
    parent.reload()
    expect(steps.bubbles(parent, "adviser")).to_contain_text(ANSWER)

    parent.get_by_role("link", name="de pagina van uw vraag").click()
    expect(steps.bubbles(parent, "adviser")).to_contain_text(ANSWER)
    steps.ask(parent, "Dank u wel.")
    # The adviser's page is still open, so the question goes back to them.
    expect(parent.locator("#stand")).to_have_text("Een adviseur is bezig")


def test_without_script_a_question_can_be_left_by_the_form(browsing: Browsing, service: RunningService) -> None:
    parent = browsing.context(java_script_enabled=False).new_page()
    parent.goto(service.url)
    parent.get_by_role("link", name="Liever een adviseur?").click()
    parent.locator("#question").fill(steps.QUESTION)
    parent.get_by_label("E-mailadres").fill("geen adres")
    parent.get_by_role("button", name="Verstuur aan een adviseur").click()
    expect(parent.locator("#email-error")).to_be_visible()
    expect(parent.locator("#question")).to_have_value(steps.QUESTION)
    parent.get_by_label("E-mailadres").fill("ouder@voorbeeld.nl")
    parent.get_by_role("button", name="Verstuur aan een adviseur").click()
    steps.reference(parent)


@pytest.mark.parametrize("script", [True, False])
def test_a_reload_repeats_nothing(browsing: Browsing, service: RunningService, script: bool) -> None:
    parent = browsing.context(java_script_enabled=script).new_page()
    parent.goto(service.url)
    steps.hand_over(parent)
    before = parent.locator(".log > .message").count()
    for _ in range(3):
        parent.reload()
    assert parent.locator(".log > .message").count() == before
    expect(parent.locator(".kind-handed_over")).to_have_count(1)
