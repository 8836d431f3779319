"""An answer on a telephone and on a desk: folded without script, readable at 320 pixels, in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.rasa import FakeRasa

QUESTION = "Moet ik de ouderbijdrage betalen?"


@pytest.fixture
def address(samples: Path, rasa: FakeRasa, served: str) -> str:
    """The address of a service that knows the sample answers."""
    rasa.teach(QUESTION, "ouderbijdrage_vrijwillig", sector="po")
    return served


def asked(browser: Browser, address: str, **options: Any) -> Page:
    """A page on which the question was asked and answered."""
    page = browser.new_context(locale="nl-NL", **options).new_page()
    page.goto(address)
    page.get_by_label("Uw vraag").fill(QUESTION)
    page.get_by_role("button", name="Verstuur").click()
    expect(page.locator(".deadlines")).to_be_visible()
    return page


@pytest.mark.parametrize("script", [True, False])
def test_what_is_folded_opens_with_and_without_script(address: str, browser: Browser, script: bool) -> None:
    page = asked(browser, address, java_script_enabled=script)
    for button, text in (
        ("In makkelijke taal", "U hoeft niet te betalen."),
        ("Ik ben leerling", "Je mag altijd meedoen"),
        ("Lees meer", "in de schoolgids schrijven"),
    ):
        expect(page.get_by_text(text)).to_be_hidden()
        page.get_by_text(button, exact=True).click()
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_role("link", name="Bel 0800-0432")).to_have_attribute("href", "tel:08000432")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_open_answer_fits_a_small_telephone_and_is_accessible(address: str, browser: Browser, scheme: str) -> None:
    page = asked(browser, address, viewport={"width": 320, "height": 640}, color_scheme=scheme)
    for summary in page.locator(".more > summary").all():
        box = summary.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.context.close()
