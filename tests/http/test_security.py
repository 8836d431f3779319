"""What every answer carries, and what no request may do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from sqlalchemy import Engine

from loket import settings
from loket.conversations.models import Conversation
from loket.http.security import HEADERS, SAFE_METHODS
from loket.tickets.models import Ticket
from loket.web.app import HERE, create_app
from tests.support.site import Adviser, all_of, make_ticket

Site = TestClient[Any]
PAGES = ["/", "/?achterlaten=1", "/vraag/zomaar", "/balie", "/balie/inloggen", "/weg", "/api/openapi.json", "/healthz",
         "/static/loket.css", "/api/conversations/x/messages"]  # fmt: skip
TEMPLATES = sorted((HERE / "templates").rglob("*.html"))


def changing_routes(site: Site) -> list[tuple[str, str]]:
    """Every (method, path) of the application that may change something."""
    return [
        (method, re.sub(r"\{[^}]+\}", "1", route.path))
        for route in site.app.routes
        if isinstance(route, HTTPRoute)
        for method in sorted(route.methods - SAFE_METHODS)
    ]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_security_headers(site: Site, path: str) -> None:
    answer = site.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/balie", "/balie/vragen/1", "/balie/wachtwoord"])
def test_every_page_of_the_desk_has_the_security_headers(adviser: Adviser, path: str) -> None:
    make_ticket()
    answer = adviser.get(path)
    assert answer.status_code == 200
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_that_is_not_there_is_refused_with_the_headers(site: Site, method: str) -> None:
    answer = site.request(method, "/api/conversations")
    assert answer.status_code == 405
    assert answer.headers["content-security-policy"]
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    for directive in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert directive in policy


@pytest.mark.parametrize("path", ["/", "/vraag/zomaar", "/balie/inloggen", "/healthz"])
def test_pages_are_not_kept_by_caches(site: Site, path: str) -> None:
    assert site.get(path).headers["cache-control"] == "no-store"


def test_behind_https_cookies_are_secure_and_the_browser_is_told(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKET_BASE_URL", "https://vraag.example.nl")
    settings.load.cache_clear()
    with TestClient(create_app(), base_url="https://vraag.example.nl") as site:
        site.follow_redirects = False
        answer = site.post("/vraag-achterlaten", data={"question": "Mag dit?"})
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    assert "secure" in answer.headers["set-cookie"].lower()


CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver.local"},
    {"Origin": "https://kwaad.example"},
    {"Origin": "http://testserver.local.kwaad.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
def test_no_route_takes_a_change_from_another_site(site: Site, headers: dict[str, str]) -> None:
    routes = changing_routes(site)
    assert len(routes) >= 13
    for method, path in routes:
        answer = site.request(method, path, headers=headers, data={"text": "x", "question": "x"})
        assert answer.status_code == 403, (method, path)
    assert all_of(Conversation) == []


@pytest.mark.parametrize("path", ["claim", "antwoord", "sluiten", "terug"])
def test_not_even_with_the_cookie_of_an_adviser(adviser: Adviser, path: str) -> None:
    ticket = make_ticket()
    answer = adviser.client.post(
        f"/balie/vragen/{ticket.id}/{path}", data={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert all_of(Ticket)[0].state == "open"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://testserver.local"}],
    ids=str,
)
def test_our_own_pages_and_programs_may(site: Site, headers: dict[str, str]) -> None:
    assert site.post("/api/conversations", headers=headers).status_code == 201


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_script_or_style(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\sstyle\s*=|\son\w+\s*=|javascript:", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_shows_nothing_unescaped_but_cleaned_messages(path: Path) -> None:
    cleaned = {"{{ m.html|safe }}", *(f"{{{{ a.{name}_html|safe }}}}" for name in ("short", "text", "easier", "child"))}
    assert set(re.findall(r"\{\{[^}]*\|\s*safe[^}]*\}\}", path.read_text(encoding="utf-8"))) <= cleaned


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd", "/static/"]
)
def test_static_files_are_only_those(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404
