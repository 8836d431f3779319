"""What every request passes: its host, the numbers and signs in its address, and bodies that cannot be read."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from sqlalchemy import Engine

from loket import settings
from loket.conversations.models import Message
from loket.web.app import create_app
from loket.web.guards import host_allowed
from tests.support.service import Parent
from tests.support.site import Adviser, all_of, hidden, make_ticket

Site = TestClient[Any]
ODD_NUMBERS = ["-1", "0", "2147483648", "-9" + "0" * 22, "9" * 30, "9" * 5000]
NUL = "a\x00b\x1bc"


@pytest.mark.parametrize("number", ODD_NUMBERS, ids=lambda number: number[:12])
def test_no_route_finds_anything_under_a_number_that_no_row_has(adviser: Adviser, number: str) -> None:
    ticket = make_ticket()
    routes = [
        (method, re.sub(r"\{\w+:int\}", number, route.path).replace("{token:str}", ticket.token))
        for route in adviser.client.app.routes
        if isinstance(route, HTTPRoute) and ":int}" in route.path
        for method in sorted(route.methods & {"GET", "POST"})
    ]
    assert len(routes) >= 30
    for method, path in routes:
        answer = adviser.client.request(method, path, data={"text": "x"} if method == "POST" else None)
        assert answer.status_code in (403, 404), (method, path)


@pytest.mark.parametrize("number", [*ODD_NUMBERS, "x", "²", "", "1.5"], ids=lambda number: number[:12])
def test_numbers_in_forms_and_queries_do_no_harm(adviser: Adviser, number: str) -> None:
    ticket = make_ticket()
    for path in (f"/balie/audit?wie={number}", f"/balie/audit?voor={number}", f"/balie?blad={number}"):
        assert adviser.get(path).status_code < 500, path
    for path, form in (("sluiten", {"seen": number}), ("aanbieden", {"colleague": number}), ("claim", {})):
        assert adviser.post(f"/balie/vragen/{ticket.id}/{path}", **form).status_code < 500, path
    assert adviser.client.get("/balie/events", params={"vraag": number or "x"}).status_code == 400 or number == "1"


def test_the_same_parameter_twice_does_no_harm(site: Site, adviser: Adviser) -> None:
    ticket = make_ticket()
    for path in ("/?achterlaten=ja&achterlaten=nee", "/balie/inloggen?gelukt=1&gelukt=2"):
        assert site.get(path).status_code < 500, path
    for path in ("/balie?blad=1&blad=2", "/balie?q=a&q=b", f"/balie/vragen/{ticket.id}?bekijk=a&bekijk=b"):
        assert adviser.get(path).status_code < 500, path
    twice = {"Content-Type": "application/x-www-form-urlencoded"}
    for path, body in (
        (f"/balie/vragen/{ticket.id}/notitie", "note=a&note=b"),
        ("/vraag-achterlaten", "question=a&question=b"),
    ):
        assert adviser.client.post(path, content=body, headers=twice).status_code < 500, path


FORGED = "Niets aan de hand\r\n2026-11-26 12:00:00 ERROR alles is weg"


def test_what_is_typed_makes_no_line_of_its_own_in_the_log(
    site: Site, parent: Parent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "loket")
    parent.ask(FORGED)
    parent.post("handoff", {"question": FORGED, "contact": {"email": FORGED, "phone": FORGED, "when": FORGED}})
    site.post("/balie/inloggen", data={"email": FORGED, "password": FORGED})
    site.get("/zoek", params={"q": FORGED})
    assert [
        record for record in caplog.records if record.name.startswith("loket") and "alles is weg" in record.getMessage()
    ] == []


PAGES = ("/", "/balie/inloggen", "/balie/wachtwoord-vergeten", "/bestaat-niet", "/vraag/onbekend", "/api/bestaat-niet")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_names_its_type_and_its_letters(site: Site, path: str) -> None:
    kind = site.get(path).headers["content-type"]
    assert kind == "application/json" if path.startswith("/api") else kind == "text/html; charset=utf-8"


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 26, "-1", "²"], ids=lambda number: number[:8])
def test_a_verdict_on_any_number_does_no_harm(site: Site, number: str) -> None:
    site.post("/", data={"text": "Mijn kind wordt gepest"})
    assert site.post("/reactie", data={"message_id": number, "helpful": "ja"}).status_code == 303


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "morgen", "2026-13-01"])
def test_an_odd_day_in_the_audit_trail_is_told(site: Site, day: str) -> None:
    from tests.support.site import logged_in

    with logged_in(site, "Beheer Baas") as boss:
        from loket.accounts.models import Account
        from loket.db.base import transaction

        with transaction() as session:
            session.get_one(Account, boss.account.id).role = "administrator"
        for name in ("van", "tot"):
            assert boss.get(f"/balie/audit?{name}={day}").status_code == 422


@pytest.mark.parametrize(
    "body",
    [b'{"client_id": "\xff", "text": "a"}', b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b'{"text": "\\ud800", "client_id": 1}'],
    ids=["no UTF-8", "deep lists", "deep objects", "UTF-16", "wrong type"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["messages", "feedback", "handoff"])
def test_a_body_that_cannot_be_read_is_a_fault_of_the_sender(parent: Parent, path: str, body: bytes) -> None:
    headers = parent.headers | {"Content-Type": "application/json"}
    answer = parent.client.post(f"/api/conversations/{parent.id}/{path}", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request"


@pytest.mark.parametrize("path", ["/vraag/%00", "/balie/link/a%00", "/api/conversations/%00/messages", "/%1b"])
def test_control_characters_in_a_path_lead_nowhere(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/?achterlaten=%00", "/balie?q=%00", "/balie/inloggen?x=%1b"])
def test_control_characters_in_a_query_are_refused(adviser: Adviser, path: str) -> None:
    assert adviser.get(path).status_code == 400


@pytest.mark.parametrize("cookie", ["\x00", "%00.x", "0" * 32 + ".%00", "é.é"])
def test_an_odd_cookie_opens_nothing_and_breaks_nothing(site: Site, cookie: str) -> None:
    assert site.get("/", headers={"Cookie": f"gesprek={cookie}".encode()}).status_code == 200


def test_what_is_stored_through_the_api_is_plain(parent: Parent) -> None:
    contact = {"email": "ouder@voorbeeld.nl", "phone": "06\n12345678\x00", "when": f"na {NUL}\nvijf"}
    assert parent.post("handoff", {"question": f"Mag dit? {NUL}", "contact": contact}).status_code == 201
    assert parent.post("messages", {"client_id": NUL, "text": f"En dit {NUL}?"}).status_code == 200
    from loket.tickets.models import Ticket

    (ticket,) = all_of(Ticket)
    assert (ticket.question, ticket.phone, ticket.call_when) == ("Mag dit? abc", "06 12345678", "na abc vijf")
    assert [message.client_id for message in all_of(Message) if message.text == "En dit abc?"] == ["abc"]


def test_what_is_stored_through_forms_is_plain(site: Site, adviser: Adviser) -> None:
    site.post("/vraag-achterlaten", data={"question": f"Mag dit? {NUL}", "when": NUL})
    from loket.tickets.models import Note, Ticket

    (ticket,) = all_of(Ticket)
    assert (ticket.question, ticket.call_when) == ("Mag dit? abc", "abc")
    adviser.post(f"/balie/vragen/{ticket.id}/claim")
    adviser.post(f"/balie/vragen/{ticket.id}/notitie", note=f"regel {NUL}")
    assert [note.text for note in all_of(Note)] == ["regel abc"]
    adviser.post("/balie/account/naam", name=f"  {NUL}\n de Boer ")
    from loket.accounts.models import Account

    assert all_of(Account)[0].name == "abc de Boer"


def test_head_is_answered_where_a_monitor_asks(site: Site) -> None:
    for path in ("/", "/healthz"):
        assert site.head(path).status_code == 200


PUBLIC = {"LOKET_BASE_URL": "https://vraag.example.nl", "LOKET_ALLOWED_HOSTS": "www.example.nl"}


@pytest.mark.parametrize(
    ("host", "env", "allowed"),
    [
        ("vraag.example.nl", PUBLIC, True),
        ("VRAAG.example.nl:443", PUBLIC, True),
        ("www.example.nl", PUBLIC, True),
        ("127.0.0.1:8000", PUBLIC, True),
        ("[::1]:8000", PUBLIC, True),
        ("kwaad.example", PUBLIC, False),
        ("vraag.example.nl.kwaad.example", PUBLIC, False),
        ("203.0.113.7", PUBLIC, False),
        ("", PUBLIC, False),
        ("203.0.113.7:8000", {}, True),
        ("kwaad.example", {}, False),
        ("kwaad.example", {"LOKET_ALLOWED_HOSTS": "*"}, True),
    ],
)
def test_only_our_own_names(host: str, env: dict[str, str], allowed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOKET_ALLOWED_HOSTS")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    settings.load.cache_clear()
    assert host_allowed(host, settings.load()) is allowed


def test_a_name_that_was_made_to_point_here_gets_nothing(site: Site) -> None:
    headers = {"Host": "kwaad.example", "Origin": "http://kwaad.example"}
    for answer in (site.get("/", headers=headers), site.post("/", data={"text": "x"}, headers=headers)):
        assert answer.status_code == 400
    assert all_of(Message) == []


def test_cookies_are_bound_to_the_host_behind_https(sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_BASE_URL", "https://vraag.example.nl")
    settings.load.cache_clear()
    from tests.support.site import PASSWORD, make_account

    account = make_account()
    with TestClient(create_app(), base_url="https://vraag.example.nl") as site:
        site.follow_redirects = False
        answer = site.post("/vraag-achterlaten", data={"question": "Mag dit?"})
        again = site.post("/opnieuw")
        inside = site.post("/balie/inloggen", data={"email": account.email, "password": PASSWORD})
        assert site.get("/balie").status_code == 200
    written = [*answer.headers.get_list("set-cookie"), *again.headers.get_list("set-cookie")]
    written += inside.headers.get_list("set-cookie")
    assert len(written) == 4
    for cookie in written:
        assert cookie.startswith("__Host-")
        for part in ("Secure", "HttpOnly", "Path=/", "SameSite"):
            assert part.lower() in cookie.lower(), cookie
        assert "Path=/balie" not in cookie
        assert "Domain" not in cookie


def test_a_conversation_that_was_ended_opens_nowhere(site: Site) -> None:
    site.post("/", data={"text": "Mijn kind wordt gepest"})
    kept = site.cookies["gesprek"]
    site.post("/opnieuw")
    id_, _, token = kept.partition(".")
    headers = {"Authorization": f"Bearer {token}"}
    assert site.get(f"/api/conversations/{id_}/messages", headers=headers).status_code == 401
    site.cookies.set("gesprek", kept)
    assert 'class="message from-parent' not in site.get("/").text


def test_where_to_report_is_told_when_there_is_such_a_place(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert site.get("/.well-known/security.txt").status_code == 404
    monkeypatch.setenv("LOKET_SECURITY_CONTACT", "mailto:veilig@example.nl")
    settings.load.cache_clear()
    answer = site.get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert re.search(r"^Contact: mailto:veilig@example\.nl\nExpires: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n", answer.text)


def test_the_pages_hidden_field_still_works_through_the_plain_request(site: Site) -> None:
    site.post("/", data={"text": "Mijn kind wordt gepest"})
    assert hidden(site.get("/"), "client_id")
