"""One shape for errors, pinned; and a calm page for people."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import get
from litestar.testing import TestClient
from sqlalchemy import Engine

from loket.web import errors
from loket.web.app import create_app
from tests.support.site import text_of

Site = TestClient[Any]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/weg", 404, "not_found"),
        ("GET", "/api/weg/nog", 404, "not_found"),
        ("POST", "/api/weg", 405, "method_not_allowed"),
        ("POST", "/api", 405, "method_not_allowed"),
        ("POST", "/api/conversations/x/messages", 400, "invalid_request"),
        ("GET", "/api/conversations/x/messages", 401, "not_authenticated"),
        ("DELETE", "/api/conversations", 405, "method_not_allowed"),
    ],
)
def test_a_program_gets_json_of_one_shape(site: Site, method: str, path: str, status: int, code: str) -> None:
    answer = site.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"error": {"code": code, "message": errors.MESSAGES[status][1], "field": None}}


def test_a_person_gets_a_page_with_a_way_on(site: Site) -> None:
    page = site.get("/weg")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Niet gevonden" in text_of(page)
    assert 'href="/"' in page.text


@pytest.mark.parametrize(("path", "shown"), [("/weg", True), ("/stuk", True), ("/balie/weg", False)])
def test_every_error_page_of_parents_holds_the_numbers_for_danger(database: Engine, path: str, shown: bool) -> None:
    @get("/stuk", sync_to_thread=False)
    def broken() -> None:
        raise RuntimeError

    app = create_app()
    app.register(broken)
    with TestClient(app, raise_server_exceptions=False) as site:
        page = site.get(path)
    assert page.status_code in (404, 500)
    assert all((f'href="tel:{number}"' in page.text) is shown for number in ("112", "113", "08000113"))


@pytest.mark.parametrize("path", ["/api/stuk", "/stuk"])
def test_what_goes_wrong_inside_is_not_shown(database: Engine, path: str, caplog: pytest.LogCaptureFixture) -> None:
    @get(["/api/stuk", "/stuk"], sync_to_thread=False)
    def broken() -> None:
        raise RuntimeError("een geheim van binnen")

    app = create_app()
    app.register(broken)
    with TestClient(app, raise_server_exceptions=False) as site:
        answer = site.get(path)
    assert answer.status_code == 500
    assert "geheim" not in answer.text
    assert "Er ging iets mis bij ons" in answer.text
    assert "112" in answer.text
    assert "een geheim van binnen" in caplog.text


def test_every_message_is_dutch_and_every_code_is_unique() -> None:
    codes = [code for code, _ in errors.MESSAGES.values()]
    assert len(codes) == len(set(codes))
    assert all(code.isidentifier() and message.endswith(".") for code, message in errors.MESSAGES.values())
