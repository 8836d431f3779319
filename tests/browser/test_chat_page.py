"""The chat page in unkind conditions: double clicks, two tabs, a lost connection, a small or dark screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import steps
from tests.browser.conftest import Browsing
from tests.support.service import RunningService

LOST = "De verbinding is weg. Uw tekst staat hier nog."


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_sends_once(browsing: Browsing, service: RunningService, script: bool) -> None:
    page = browsing.context(java_script_enabled=script).new_page()
    page.goto(service.url)
    page.locator("#text").fill(steps.QUESTION)
    page.get_by_role("button", name="Verstuur", exact=True).dblclick()
    expect(page.get_by_role("button", name="Nee, dit helpt niet")).to_have_count(1)
    page.reload()
    expect(steps.bubbles(page)).to_have_count(1)
    expect(page.get_by_role("button", name="Nee, dit helpt niet")).to_have_count(1)


def test_a_double_click_on_a_choice_makes_one_ticket(parent: Page) -> None:
    steps.ask(parent, steps.UNKNOWN)
    parent.get_by_role("button", name="Ja, vraag het een adviseur").dblclick()
    steps.reference(parent)
    parent.reload()
    expect(steps.bubbles(parent)).to_have_count(2)


def test_two_tabs_show_one_conversation(parent: Page) -> None:
    steps.ask(parent)
    other = parent.context.new_page()
    other.goto(parent.url)
    expect(steps.bubbles(other)).to_have_count(1)
    steps.ask(parent, "en wie beslist daarover?")
    expect(steps.bubbles(other)).to_have_count(2)
    steps.ask(other, "dank u wel")
    expect(parent.locator(".log > .message")).to_have_count(other.locator(".log > .message").count())
    ids = [page.locator(".log > .message").evaluate_all("all => all.map(m => m.id)") for page in (parent, other)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])


def test_two_tabs_that_begin_together_end_in_one_conversation(parent: Page) -> None:
    other = parent.context.new_page()
    other.goto(parent.url)
    steps.ask(parent)
    steps.type_and_send(other, "wanneer zijn de schoolvakanties?")
    expect(steps.bubbles(other)).to_have_count(2)


def test_a_lost_connection_keeps_the_text(browsing: Browsing, parent: Page) -> None:
    browsing.expected.append("ERR_INTERNET_DISCONNECTED")
    steps.ask(parent)
    parent.context.set_offline(True)
    steps.type_and_send(parent, "en wie beslist daarover?")
    expect(parent.get_by_role("alert")).to_contain_text(LOST)
    expect(parent.locator("#text")).to_have_value("en wie beslist daarover?")
    expect(steps.bubbles(parent)).to_have_count(1)
    parent.context.set_offline(False)
    parent.get_by_role("button", name="Verstuur", exact=True).click()
    expect(steps.bubbles(parent)).to_have_count(2)
    expect(parent.get_by_role("alert")).to_have_count(0)


def test_a_lost_connection_at_the_form_of_the_handoff_keeps_the_text(browsing: Browsing, parent: Page) -> None:
    browsing.expected.append("ERR_INTERNET_DISCONNECTED")
    parent.get_by_role("link", name="Liever een adviseur?").click()
    parent.locator("#question").fill(steps.QUESTION)
    parent.context.set_offline(True)
    parent.get_by_role("button", name="Verstuur aan een adviseur").click()
    expect(parent.get_by_role("alert")).to_contain_text("De verbinding is weg.")
    expect(parent.get_by_role("alert").get_by_role("link", name="112")).to_be_visible()
    expect(parent.locator("#question")).to_have_value(steps.QUESTION)
    parent.context.set_offline(False)
    parent.get_by_role("button", name="Verstuur aan een adviseur").click()
    steps.reference(parent)


def lose_the_answer(page: Page) -> None:
    """Let the next post reach the service, and its answer get lost."""

    def handle(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        route.fetch(max_redirects=0)
        route.abort()
        page.unroute("**/")

    page.route("**/", handle)


def test_a_lost_answer_and_a_second_try_are_one_message(browsing: Browsing, parent: Page) -> None:
    browsing.expected.append("ERR_FAILED")
    steps.ask(parent)
    lose_the_answer(parent)
    steps.type_and_send(parent, "en wie beslist daarover?")
    expect(parent.get_by_role("alert")).to_contain_text(LOST)
    parent.get_by_role("button", name="Verstuur", exact=True).click()
    expect(steps.bubbles(parent).filter(has_text="en wie beslist daarover?")).to_have_count(1)
    expect(parent.get_by_role("alert")).to_have_count(0)


def test_a_lost_answer_and_another_text_are_two_messages(browsing: Browsing, parent: Page) -> None:
    browsing.expected.append("ERR_FAILED")
    steps.ask(parent)
    lose_the_answer(parent)
    steps.type_and_send(parent, "en wie beslist daarover?")
    expect(parent.get_by_role("alert")).to_contain_text(LOST)
    steps.type_and_send(parent, "wanneer zijn de schoolvakanties?")
    expect(steps.bubbles(parent).filter(has_text="schoolvakanties")).to_have_count(1)
    expect(steps.bubbles(parent).filter(has_text="en wie beslist daarover?")).to_have_count(1)


def test_what_was_typed_survives_a_reload(parent: Page) -> None:
    parent.locator("#text").press_sequentially("een lange vraag die nog niet af is")
    parent.reload()
    expect(parent.locator("#text")).to_have_value("een lange vraag die nog niet af is")


def test_a_text_that_is_too_long_is_kept(parent: Page) -> None:
    parent.locator("#text").fill("a" * 5_001)
    parent.get_by_role("button", name="Verstuur", exact=True).click()
    expect(parent.get_by_role("alert")).to_contain_text("te lang")
    assert len(parent.locator("#text").input_value()) == 5_001


def test_markup_is_shown_as_text(parent: Page) -> None:
    text = "<img src=x onerror=alert(1)> <b>vet</b>"
    steps.ask(parent, text)
    expect(steps.bubbles(parent)).to_contain_text(text)
    assert parent.locator(".log img, .log b").count() == 0


def test_an_empty_message_is_explained(parent: Page) -> None:
    parent.get_by_role("button", name="Verstuur", exact=True).click()
    expect(parent.get_by_role("alert")).to_have_text("Typ eerst uw vraag.")
    expect(steps.bubbles(parent)).to_have_count(0)


def test_dark_screens_get_dark_pages(parent: Page) -> None:
    colour = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    parent.emulate_media(color_scheme="light")
    light = parent.evaluate(colour)
    parent.emulate_media(color_scheme="dark")
    dark = parent.evaluate(colour)
    assert min(light) > 200
    assert max(dark) < 60


def test_the_assistant_says_that_it_is_a_computer_and_that_there_is_a_person(parent: Page) -> None:
    expect(steps.bubbles(parent, "assistant")).to_contain_text("computer")
    expect(parent.get_by_role("link", name="Liever een adviseur?")).to_be_visible()
    assert parent.locator("html").get_attribute("lang") == "nl"
