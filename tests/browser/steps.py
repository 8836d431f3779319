"""What a parent and an adviser do on the pages, for tests to tell in a line."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

QUESTION = "Ben ik verplicht de ouderbijdrage te betalen?"
"""One that the assistant surely answers: it stands on the page as an example."""
UNKNOWN = "qwerty asdf zxcv"
REFERENCE = re.compile(r"5010-[2-9A-HJKMNP-TV-Z]{6}")


def type_and_send(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Verstuur", exact=True).click()


def bubbles(page: Page, sender: str = "parent") -> Locator:
    """The messages of one sender, without the one that only says that it is being sent."""
    return page.locator(f".message.from-{sender}:not(.provisional)")


def ask(page: Page, text: str = QUESTION) -> None:
    """Send a question and wait until it has been answered."""
    count = bubbles(page).count()
    type_and_send(page, text)
    expect(bubbles(page)).to_have_count(count + 1)


def hand_over(page: Page) -> str:
    """Ask something that nobody knows and take the offer of an adviser. Returns the reference."""
    ask(page, UNKNOWN)
    page.get_by_role("button", name="Ja, vraag het een adviseur").click()
    return reference(page)


def reference(page: Page) -> str:
    receipt = page.locator(".message.kind-handed_over")
    expect(receipt).to_have_count(1)
    found = REFERENCE.search(receipt.inner_text())
    assert found, f"no reference in {receipt.inner_text()!r}"
    return found[0]


def link(page: Page) -> str:
    """The private link in the receipt."""
    return str(page.locator(".message.kind-handed_over a").get_attribute("href"))


def follow(page: Page, name: str) -> None:
    """Open a link and wait for the page behind it: a click returns while the old page still stands."""
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("link", name=name).click()


def take(desk: Page, number: str) -> None:
    """Open a question from the list and claim it."""
    follow(desk, number)
    desk.get_by_role("button", name="Ik neem deze vraag").click()
    expect(desk.get_by_label("Uw antwoord aan de ouder")).to_be_visible()


def reply(desk: Page, text: str) -> None:
    desk.get_by_label("Uw antwoord aan de ouder").fill(text)
    desk.get_by_role("button", name="Verstuur antwoord").click()
    expect(bubbles(desk, "adviser").filter(has_text=text.splitlines()[0])).to_have_count(1)
