"""The follow-up page behind the private link."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from loket.accounts.models import Account
from loket.clock import utc_now
from loket.conversations import transcript
from loket.conversations.models import Message
from loket.db.base import transaction
from loket.tickets import attachments, claims, merging, queue
from loket.tickets.models import Ticket
from tests.support.rasa import FakeRasa
from tests.support.service import Parent
from tests.support.site import all_of, hidden, make_account, make_ticket, text_of
from tests.support.threads import at_once

Site = TestClient[Any]


def test_the_page_shows_reference_state_promise_and_question(site: Site) -> None:
    ticket = make_ticket("Mag de school dit?")
    page = text_of(site.get(f"/vraag/{ticket.token}"))
    for part in (ticket.reference, "Wacht op een adviseur", "Antwoord uiterlijk", "Mag de school dit?"):
        assert part in page


def test_the_page_shows_the_answer(site: Site) -> None:
    ticket, adviser = make_ticket(), make_account()
    with transaction() as session:
        claims.claim(session, ticket.id, adviser, utc_now())
        queue.reply(session, session.get_one(Ticket, ticket.id), adviser, "Dat **mag**.", utc_now())
    page = site.get(f"/vraag/{ticket.token}").text
    assert "<strong>mag</strong>" in page
    assert "Aisha, adviseur" in page
    assert "de Boer" not in page


def test_an_answer_of_the_assistant_is_there_in_all_its_parts(samples: Path, site: Site, rasa: FakeRasa) -> None:
    rasa.teach("moet ik betalen", "ouderbijdrage_vrijwillig", sector="po")
    parent = Parent.begin(site)
    parent.ask("moet ik betalen")
    parent.post("handoff", {"question": "Ik wil een adviseur"})
    (ticket,) = all_of(Ticket)
    page = site.get(f"/vraag/{ticket.token}").text
    for part in (
        "Let op de termijn",
        "<summary>Lees meer</summary>",
        'href="tel:08000432"',
        "Wij hebben dit vergeleken",
    ):
        assert part in page


def test_search_engines_and_other_sites_do_not_learn_the_link(site: Site) -> None:
    page = site.get(f"/vraag/{make_ticket().token}")
    assert '<meta name="robots" content="noindex">' in page.text
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["get", "post"])
def test_wrong_links_all_get_the_same_404(site: Site, method: str) -> None:
    token = make_ticket().token
    tokens = ["zomaar", token[:-1], token.swapcase(), token + "x", "%00"]
    more = {"data": {"text": "Hallo"}} if method == "post" else {}
    pages = [getattr(site, method)(f"/vraag/{wrong}", **more) for wrong in tokens]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert "bestaat niet (meer)" in pages[0].text


def test_a_reply_joins_the_conversation_and_opens_the_question_again(site: Site) -> None:
    ticket, adviser = make_ticket(), make_account()
    with transaction() as session:
        claims.claim(session, ticket.id, adviser, utc_now())
        queue.close(session, session.get_one(Ticket, ticket.id), adviser, utc_now())
    response = site.post(f"/vraag/{ticket.token}", data={"text": "Nog één vraag"})
    assert (response.status_code, response.headers["location"]) == (303, f"/vraag/{ticket.token}#laatste")
    assert "Nog één vraag" in text_of(site.get(f"/vraag/{ticket.token}"))
    assert all_of(Ticket)[0].state == "open"


def test_the_same_form_twice_is_one_message(site: Site) -> None:
    ticket = make_ticket()
    client_id = hidden(site.get(f"/vraag/{ticket.token}"), "client_id")
    for _ in range(2):
        response = site.post(f"/vraag/{ticket.token}", data={"text": "Nog één vraag", "client_id": client_id})
        assert response.status_code == 303
    assert [message.text for message in all_of(Message)].count("Nog één vraag") == 1


def test_the_same_form_several_times_at_once_is_one_message(site: Site) -> None:
    ticket = make_ticket()
    form = {"text": "Nog één vraag", "client_id": "dubbel"}

    def send() -> int:
        return site.post(f"/vraag/{ticket.token}", data=form).status_code

    assert at_once([send] * 4) == [303] * 4
    assert [message.text for message in all_of(Message)].count("Nog één vraag") == 1


@pytest.mark.parametrize(("text", "problem"), [(" ", "Typ eerst"), ("a" * 5001, "te lang")])
def test_what_cannot_be_sent_is_kept(site: Site, text: str, problem: str) -> None:
    page = site.post(f"/vraag/{make_ticket().token}", data={"text": text})
    assert page.status_code == 422
    assert problem in page.text
    assert f">{text}</textarea>" in page.text


def test_the_link_of_one_question_shows_no_other(site: Site) -> None:
    mine = make_ticket("Mag de school dit?")
    make_ticket("Een geheim van iemand anders")
    assert "geheim" not in site.get(f"/vraag/{mine.token}").text


def closed(days: float) -> Ticket:
    """A question that was closed so many days ago."""
    ticket, adviser, now = make_ticket(), make_account(), utc_now() - timedelta(days=days)
    with transaction() as session:
        claims.claim(session, ticket.id, adviser, now)
        queue.close(session, session.get_one(Ticket, ticket.id), adviser, now)
    return ticket


def test_a_link_works_for_a_year_after_closing_and_then_says_that_it_is_over(site: Site) -> None:
    young, old = closed(364), closed(366)
    assert site.get(f"/vraag/{young.token}").status_code == 200
    for answer in (site.get(f"/vraag/{old.token}"), site.post(f"/vraag/{old.token}", data={"text": "Nog iets"})):
        assert answer.status_code == 410
        assert "De link werkt niet meer" in text_of(answer)
    assert {ticket.state for ticket in all_of(Ticket)} == {"closed"}


def test_a_link_that_is_over_opens_no_file_either(site: Site) -> None:
    old = closed(366)
    (adviser,) = all_of(Account)
    with transaction() as session:
        found = session.get_one(Ticket, old.id)
        message = transcript.note(session, found.conversation, "Zie de bijlage", utc_now() - timedelta(days=366))
        file = attachments.add(session, found, adviser, "a.txt", b"tekst", utc_now(), internal=False)
        session.flush()
        file.message_id = message.id
    assert site.get(f"/vraag/{old.token}/bijlagen/{file.id}").status_code == 410


def test_a_link_works_for_a_year_after_the_last_time_it_was_closed(site: Site) -> None:
    ticket = closed(500)
    (adviser,) = all_of(Account)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        queue.parent_writes(session, found, utc_now() - timedelta(days=200))
        claims.claim(session, ticket.id, adviser, utc_now() - timedelta(days=100))
        queue.close(session, found, adviser, utc_now() - timedelta(days=100))
    assert site.get(f"/vraag/{ticket.token}").status_code == 200


def test_a_link_of_a_question_that_was_merged_ends_as_well(site: Site) -> None:
    duplicate, into, adviser = make_ticket(), make_ticket(), make_account()
    then = utc_now() - timedelta(days=366)
    with transaction() as session:
        claims.claim(session, duplicate.id, adviser, then)
        merging.merge(session, duplicate.id, into.id, adviser, then)
    assert site.get(f"/vraag/{duplicate.token}").status_code == 410
    assert site.get(f"/vraag/{into.token}").status_code == 200


def test_a_link_of_an_open_question_never_ends(site: Site) -> None:
    ticket = make_ticket(now=utc_now() - timedelta(days=900))
    assert site.get(f"/vraag/{ticket.token}").status_code == 200


def test_the_page_says_how_long_the_link_works(site: Site) -> None:
    assert "12 maanden nadat uw vraag is gesloten" in text_of(site.get(f"/vraag/{make_ticket().token}"))
