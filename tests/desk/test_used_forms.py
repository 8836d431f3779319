"""A form that is sent twice - a double click, a reload, a lost answer - does its work once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from sqlalchemy import Engine, select

from loket.accounts import used_forms
from loket.accounts.models import MailLink
from loket.clock import utc_now
from loket.conversations.models import Message
from loket.db.base import reading, transaction
from loket.mail.models import Outbox
from loket.migrations.tables import Base
from loket.paths import ROOT
from loket.tickets import claims, drafts
from loket.tickets.models import Note, Ticket, TicketEvent
from tests.desk import test_audit
from tests.desk.test_access import TICKET, at_desk
from tests.support.site import Adviser, all_of, make_account, make_ticket
from tests.support.threads import at_once

TEMPLATES = ROOT / "loket" / "web" / "templates" / "balie"
BEFORE_LOGIN = {"login.html", "code.html", "forgotten.html", "link.html"}
"""Pages of people who have not logged in yet: their forms are safe to repeat, or carry a token that works once."""
ID = "formulier=abcdefgh12345678"


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_every_form_of_the_desk_has_an_id_of_its_own(path) -> None:
    forms = re.findall(r'<form method="post"[^>]*>', path.read_text(encoding="utf-8"))
    forms += re.findall(r'formaction="(?!/balie/bellen/voorstel")[^"]*"', path.read_text(encoding="utf-8"))
    without = [form for form in forms if "{{ once() }}" not in form]
    assert without == [] or path.name in BEFORE_LOGIN


NO_FORM = {
    f"{TICKET}/open": "a script's sign of life; the next one is another",
    "/balie/bellen/voorstel": "changes nothing",
}
NOT_AUDITED: dict[str, test_audit.Drive] = {
    f"{TICKET}/concept": test_audit.claimed(test_audit.to_ticket("concept", text="Half")),
    f"{TICKET}/invoegen": test_audit.claimed(test_audit.to_ticket("invoegen", text="Half", what="faq:pesten")),
    "/balie/account/tweede-stap/begin": test_audit.begin_factor,
}


BEFORE_LOGIN_ROUTES = {
    "/balie/inloggen",
    "/balie/inloggen/code",
    "/balie/wachtwoord-vergeten",
    "/balie/link/{token:str}",
}


def routes_of_the_desk(site: TestClient[Any]) -> list[str]:
    """Every POST of somebody who is logged in."""
    routes = {route.path for route in site.app.routes if isinstance(route, HTTPRoute) and "POST" in route.methods}
    return sorted(path for path in routes - BEFORE_LOGIN_ROUTES if path.startswith("/balie"))


def everything() -> dict[str, list[Any]]:
    """What is in the database, but for forms and for when a login was last used."""
    with reading() as session:
        return {
            name: sorted(session.execute(select(table)).all(), key=repr)
            for name, table in Base.metadata.tables.items()
            if name not in ("used_form", "staff_session", "rate_count")
        }


def with_ids(browser: Adviser) -> list[tuple[str, dict[str, Any]]]:
    """Give each form that this browser sends an id of its own, and note what was sent."""
    sent: list[tuple[str, dict[str, Any]]] = []
    plainly = browser.client.post

    def post(path: str, **more: Any) -> Any:
        sent.append((path, more | {"params": {"formulier": uuid.uuid4().hex}}))
        return plainly(path, **sent[-1][1])

    browser.client.post = post  # type: ignore[method-assign]
    return sent


def test_every_form_of_the_desk_sent_twice_does_its_work_once(site: TestClient[Any]) -> None:
    routes = routes_of_the_desk(site)
    assert len(routes) > 35
    for route in routes:
        if route in NO_FORM:
            continue
        drive = NOT_AUDITED.get(route) or test_audit.DRIVEN[route][1]
        with at_desk(site, "administrator") as browser:
            ticket = make_ticket()
            plainly, sent = browser.client.post, with_ids(browser)
            first = drive(site, browser, ticket)
            assert first.status_code in (200, 303), route
            (path, more), before = sent[-1], everything()
            again = plainly(path, **more)
            assert again.status_code == 303, route
            assert again.headers["location"] == first.headers.get("location", again.headers["location"]), route
            assert everything() == before, route


def test_a_link_that_is_asked_for_twice_at_the_same_moment_is_one(site: TestClient[Any]) -> None:
    with at_desk(site, "administrator") as boss:
        who = make_account("Olaf Vos")
        at_once([lambda: boss.client.post(f"/balie/accounts/{who.id}/link?{ID}").status_code] * 3)
        assert (len(all_of(Outbox)), len(all_of(MailLink))) == (1, 1)


def a_ticket_of(adviser: Adviser) -> Ticket:
    ticket = make_ticket()
    with transaction() as session:
        assert claims.claim(session, ticket.id, adviser.account, utc_now())
    return ticket


TWICE: dict[str, tuple[str, dict[str, str], Callable[[], int]]] = {
    "reply": ("antwoord", {"text": "Zo zit het."}, lambda: _sent("adviser")),
    "note": ("notitie", {"note": "Bel morgen"}, lambda: len(all_of(Note))),
    "split": ("splitsen", {"question": "En de gym?"}, lambda: len(all_of(Ticket)) - 1),
    "close": ("sluiten", {}, lambda: len([e for e in all_of(TicketEvent) if e.kind == "closed"])),
}


def _sent(sender: str) -> int:
    return len([message for message in all_of(Message) if message.sender == sender])


@pytest.mark.parametrize("name", TWICE)
def test_the_same_form_twice_is_one(adviser: Adviser, name: str) -> None:
    path, data, count = TWICE[name]
    ticket = a_ticket_of(adviser)
    answers = [adviser.client.post(f"/balie/vragen/{ticket.id}/{path}?{ID}", data=data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert count() == 1


def test_two_forms_are_two(adviser: Adviser) -> None:
    ticket = a_ticket_of(adviser)
    for form in ("eeneneeneen", "tweetweetwee"):
        adviser.client.post(f"/balie/vragen/{ticket.id}/notitie?formulier={form}", data={"note": "Bel"})
    assert len(all_of(Note)) == 2


def test_a_call_that_is_sent_twice_is_one_ticket(adviser: Adviser) -> None:
    answers = [adviser.client.post(f"/balie/bellen?{ID}", data={"question": "Mag dit?"}) for _ in range(2)]
    assert len(all_of(Ticket)) == 1
    assert {answer.headers["location"] for answer in answers} == {f"/balie/vragen/{all_of(Ticket)[0].id}"}


def test_next_pressed_twice_takes_one_ticket(adviser: Adviser) -> None:
    make_ticket()
    make_ticket()
    answers = [adviser.client.post(f"/balie/volgende?{ID}") for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len([ticket for ticket in all_of(Ticket) if ticket.claimed_by]) == 1


def test_what_failed_may_be_sent_again(adviser: Adviser) -> None:
    ticket = a_ticket_of(adviser)
    url = f"/balie/vragen/{ticket.id}/notitie?{ID}"
    assert adviser.client.post(url, data={"note": " "}).status_code == 422
    assert adviser.client.post(url, data={"note": "Nu wel"}).status_code == 303
    assert len(all_of(Note)) == 1


def test_of_two_at_the_same_moment_one_does_the_work(database: Engine) -> None:
    who, now = make_account(), utc_now()

    def send() -> str | None:
        with transaction() as session:
            before = used_forms.begin(session, who, "abcdefgh12345678", now)
            if before is None:
                used_forms.finish(session, "abcdefgh12345678", "/balie/vragen/7")
            return before

    found = at_once([send] * 6)
    assert sorted(found, key=str) == ["/balie/vragen/7"] * 5 + [None]


@pytest.mark.parametrize("form", ["", "kort", "a" * 65, "een id met spaties"])
def test_an_id_that_no_page_made_is_not_kept(adviser: Adviser, form: str) -> None:
    ticket = a_ticket_of(adviser)
    for _ in range(2):
        url = f"/balie/vragen/{ticket.id}/notitie?formulier={form}"
        assert adviser.client.post(url, data={"note": "Bel"}).status_code == 303
    assert len(all_of(Note)) == 2


def test_a_form_that_somebody_else_sent_does_not_lead_to_where_theirs_led(database: Engine) -> None:
    aisha, bram, now = make_account("Aisha"), make_account("Bram"), utc_now()
    with transaction() as session:
        assert used_forms.begin(session, aisha, "abcdefgh12345678", now) is None
        used_forms.finish(session, "abcdefgh12345678", "/balie/vragen/7")
    with transaction() as session:
        assert used_forms.begin(session, bram, "abcdefgh12345678", now) == "/balie"
        assert used_forms.begin(session, aisha, "abcdefgh12345678", now) == "/balie/vragen/7"


def test_the_id_of_a_form_counts_for_its_own_address_only(adviser: Adviser) -> None:
    ticket = make_ticket()
    with transaction() as session:
        assert claims.claim(session, ticket.id, adviser.account, utc_now())
    for note_or_draft in ("notitie", "concept"):
        url = f"/balie/vragen/{ticket.id}/{note_or_draft}?{ID}"
        assert adviser.client.post(url, data={"note": "Bel", "text": "Half"}).status_code < 400
    with reading() as session:
        assert drafts.find(session, ticket.id, adviser.account.id) is not None
