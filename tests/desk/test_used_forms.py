"""A form that is sent twice - a double click, a reload, a lost answer - does its work once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loket.accounts import used_forms
from loket.clock import utc_now
from loket.conversations.models import Message
from loket.db.base import transaction
from loket.paths import ROOT
from loket.tickets import claims
from loket.tickets.models import Note, Ticket, TicketEvent
from tests.support.site import Adviser, all_of, make_account, make_ticket
from tests.support.threads import at_once

TEMPLATES = ROOT / "loket" / "web" / "templates" / "balie"
BEFORE_LOGIN = {"login.html", "code.html", "forgotten.html", "link.html"}
"""Pages of people who have not logged in yet: their forms are safe to repeat, or carry a token that works once."""
ID = "formulier=abcdefgh12345678"


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_every_form_of_the_desk_has_an_id_of_its_own(path) -> None:
    forms = re.findall(r'<form method="post"[^>]*>', path.read_text(encoding="utf-8"))
    without = [form for form in forms if "{{ once() }}" not in form]
    assert without == [] or path.name in BEFORE_LOGIN


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


def test_old_forms_are_forgotten(database: Engine) -> None:
    who, now = make_account(), utc_now()
    with transaction() as session:
        used_forms.begin(session, who, "abcdefgh12345678", now)
        assert used_forms.forget_old(session, now + timedelta(days=1)) == 0
        assert used_forms.forget_old(session, now + timedelta(days=3)) == 1
