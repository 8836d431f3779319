"""Browsers of a parent and of an adviser. What the browser complains of, fails the test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.service import RunningService

PATIENCE = 20_000
"""Milliseconds to wait for what must appear, where no promise is being tested."""
PASSWORD = "vier losse woorden hier"
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (409|422)")
"""How Chromium logs a form that the service answers with what is wrong in it."""

expect.set_options(timeout=PATIENCE)


@dataclass
class Browsing:
    """Opens browser contexts and keeps what went wrong in their pages."""

    browser: Browser
    expected: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def context(self, **options: Any) -> BrowserContext:
        """A visitor with cookies of their own."""
        context = self.browser.new_context(**({"locale": "nl-NL", "timezone_id": "Europe/Amsterdam"} | options))
        context.set_default_timeout(PATIENCE)
        context.on("page", self._watch)
        self.contexts.append(context)
        return context

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._heard(page, message.type, message.text))

    def _heard(self, page: Page, kind: str, text: str) -> None:
        known = REFUSED.match(text) or any(part in text for part in self.expected)
        if kind in ("error", "warning") and not known:
            self.complaints.append(f"{page.url}: {kind}: {text}")


@pytest.fixture
def browsing(browser: Browser) -> Iterator[Browsing]:
    """Browser contexts; a script error, a console error or a breach of the content security policy fails the test."""
    opened = Browsing(browser)
    yield opened
    for context in opened.contexts:
        context.close()
    assert opened.complaints == []


@pytest.fixture
def parent(browsing: Browsing, service: RunningService) -> Page:
    """A parent on the empty chat page."""
    page = browsing.context().new_page()
    page.goto(service.url)
    return page


@pytest.fixture(scope="session")
def adviser_cookie(service: RunningService) -> dict[str, str]:
    """The login of an adviser, who has chosen a password."""
    email = "adviseur@loket.local"
    printed = service.loket("account", "add", email, "--name", "Anna Adviseur")
    once = printed.split("one-time password: ")[1].strip()
    with httpx.Client(base_url=service.url, timeout=30) as client:
        client.post("/balie/inloggen", data={"email": email, "password": once})
        client.post("/balie/wachtwoord", data={"old": once, "new": PASSWORD})
        cookie = next(cookie for cookie in client.cookies.jar if cookie.name == "balie")
    return {"name": "balie", "value": str(cookie.value), "url": f"{service.url}/balie"}


@pytest.fixture
def desk(browsing: Browsing, service: RunningService, adviser_cookie: dict[str, str]) -> Page:
    """An adviser at the desk, with the list of questions open."""
    return open_desk(browsing, service, adviser_cookie)


def open_desk(browsing: Browsing, service: RunningService, cookie: dict[str, str], **options: Any) -> Page:
    context = browsing.context(**options)
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{service.url}/balie")
    expect(page.get_by_role("heading", name="Vragen")).to_be_visible()
    return page
