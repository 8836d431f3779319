"""The chat page by plain form posts, as a browser without script does it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from loket import settings
from loket.conversations.models import Conversation, Message
from loket.mail.models import Outbox
from loket.parents.chat_page import STARTERS
from loket.tickets.models import Ticket
from tests.support.rasa import FakeRasa
from tests.support.site import all_of, hidden, text_of

Site = TestClient[Any]
QUESTION = "Mijn kind wordt gepest"


def send(site: Site, text: str = QUESTION, **more: str) -> Any:
    return site.post("/", data={"text": text, **more})


def test_the_first_page_greets_and_keeps_nothing(site: Site) -> None:
    page = site.get("/")
    assert page.status_code == 200
    assert "computerprogramma" in page.text
    assert all(starter in text_of(page) for starter in STARTERS)
    assert "set-cookie" not in page.headers
    assert all_of(Conversation) == []


def test_the_page_is_in_dutch_and_every_field_has_a_label(site: Site) -> None:
    page = site.get("/?achterlaten=1").text
    assert '<html lang="nl">' in page
    for field in re.findall(r'<(?:textarea|input)[^>]* id="(\w+)"', page):
        assert f'<label for="{field}">' in page, field


def test_a_question_is_answered_on_the_page(site: Site) -> None:
    response = send(site)
    assert (response.status_code, response.headers["location"]) == (303, "/#laatste")
    page = text_of(site.get("/"))
    assert QUESTION in page
    assert "Waar staat dit?" in page


@pytest.fixture
def answered(samples: Path, site: Site, rasa: FakeRasa) -> str:
    """The page with a complete answer."""
    rasa.teach("moet ik betalen", "ouderbijdrage_vrijwillig", sector="po")
    send(site, "moet ik betalen")
    return str(site.get("/").text)


def test_an_answer_has_its_deadline_on_top_and_its_state_below(answered: str) -> None:
    text = text_of(answered)
    order = ["Let op de termijn", "binnen 6 weken na de brief", "Nee, de ouderbijdrage is vrijwillig", "Lees meer",
             "in de schoolgids schrijven", "Wie kan helpen?", "Waar staat dit?", "Wij hebben dit vergeleken met de wet"]  # fmt: skip
    assert [text.find(part) for part in order] == sorted(text.find(part) for part in order)
    assert all(part in text for part in order)
    assert "nagekeken" not in text.lower()


def test_what_is_folded_needs_no_script(answered: str) -> None:
    for button in ("In makkelijke taal", "Ik ben leerling", "Lees meer"):
        assert f'<details class="more"><summary>{button}</summary>' in answered


def test_help_can_be_called_and_the_law_can_be_read(answered: str) -> None:
    assert '<a href="tel:08000432">Bel 0800-0432</a>' in answered
    assert "(elke dag van 11 tot 21 uur)" in answered
    assert 'href="https://wetten.overheid.nl/jci1.3:c:BWBR0003420&amp;artikel=40&amp;z=2026-08-01' in answered
    assert 'href="https://www.rijksoverheid.nl/ouderbijdrage"' in answered


def test_what_is_urgent_is_not_folded(site: Site, rasa: FakeRasa) -> None:
    rasa.teach("help", "crisis")
    send(site, "help")
    page = site.get("/").text
    assert 'href="tel:113"' in page
    assert "Lees meer" not in page


def test_an_answer_past_its_date_says_so(samples: Path, site: Site, rasa: FakeRasa) -> None:
    rasa.teach("laptop", "laptop_tablet")
    send(site, "laptop")
    assert "Let op: dit antwoord gold tot en met 1 januari 2026." in text_of(site.get("/"))


def test_the_greeting_names_a_telephone_only_when_there_is_one(
    samples: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Bel ons" not in site.get("/").text
    monkeypatch.setenv("LOKET_CONTACT_PHONE", "0800 1234")
    settings.load.cache_clear()
    assert "Bel ons op 0800 1234." in site.get("/").text


def test_the_cookie_is_closed_to_scripts_and_other_sites(site: Site) -> None:
    cookie = send(site).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_another_browser_does_not_see_the_conversation(site: Site) -> None:
    send(site)
    site.cookies.clear()
    assert 'class="message from-parent' not in site.get("/").text


@pytest.mark.parametrize("cookie", ["", "zomaar", ".", "a.b.c", "0" * 32 + ".token"])
def test_a_cookie_that_opens_nothing_begins_anew(site: Site, cookie: str) -> None:
    site.cookies.set("gesprek", cookie)
    assert "computerprogramma" in site.get("/").text
    assert send(site).status_code == 303


def test_the_same_form_twice_is_one_message(site: Site) -> None:
    send(site)
    form = {"client_id": hidden(site.get("/"), "client_id")}
    send(site, "En nu?", **form)
    send(site, "En nu?", **form)
    assert [m.text for m in all_of(Message) if m.sender == "parent"] == [QUESTION, "En nu?"]


@pytest.mark.parametrize(("text", "problem"), [("", "Typ eerst uw vraag"), ("a" * 5001, "te lang")])
def test_a_text_that_cannot_be_sent_is_kept_beside_the_reason(site: Site, text: str, problem: str) -> None:
    page = send(site, text)
    assert page.status_code == 422
    assert problem in page.text
    assert f">{text}</textarea>" in page.text
    assert 'aria-invalid="true"' in page.text


def test_a_choice_is_made_with_a_button(site: Site, rasa: FakeRasa) -> None:
    send(site)
    choice = re.search(r'name="choice" value="(\w+)"[^>]*>([^<]+)<', site.get("/").text)
    assert choice
    assert site.post("/", data={"choice": choice[1], "client_id": "k"}).status_code == 303
    assert rasa.heard[-1]["intent"]
    assert choice[2] in text_of(site.get("/"))


def test_an_old_choice_is_refused_in_dutch(site: Site) -> None:
    send(site)
    page = site.post("/", data={"choice": "verlopen"})
    assert page.status_code == 422
    assert "Deze keuze bestaat niet meer" in page.text


def test_an_answer_that_helped_is_thanked_for(site: Site) -> None:
    send(site)
    form = {"message_id": hidden(site.get("/"), "message_id"), "helpful": "ja"}
    assert site.post("/reactie", data=form).status_code == 303
    assert "Fijn dat dit hielp" in site.get("/").text


def test_an_answer_that_did_not_help_offers_a_person(site: Site) -> None:
    send(site)
    site.post("/reactie", data={"message_id": hidden(site.get("/"), "message_id"), "helpful": "nee"})
    assert "vraag het een adviseur" in site.get("/").text


@pytest.mark.parametrize("message_id", ["", "x", "²", "-1", "9" * 30])
def test_a_verdict_on_nonsense_does_no_harm(site: Site, message_id: str) -> None:
    send(site)
    assert site.post("/reactie", data={"message_id": message_id, "helpful": "ja"}).status_code in (303, 400)


def test_a_question_can_be_left_without_a_conversation(site: Site) -> None:
    assert 'name="question"' in site.get("/?achterlaten=1").text
    response = site.post("/vraag-achterlaten", data={"question": "Mag dit?", "email": "ouder@voorbeeld.nl"})
    assert response.status_code == 303
    (ticket,) = all_of(Ticket)
    assert (ticket.question, ticket.email, ticket.consent_reuse) == ("Mag dit?", "ouder@voorbeeld.nl", False)
    page = site.get("/").text
    assert ticket.reference in page
    assert f"/vraag/{ticket.token}" in page


def test_the_last_question_stands_ready_to_be_left(site: Site) -> None:
    send(site)
    assert f">{QUESTION}</textarea>" in site.get("/?achterlaten=1").text


def test_what_was_typed_is_kept_when_the_address_is_wrong(site: Site) -> None:
    form = {"question": "Mag dit?", "email": "ouder@", "phone": "0612345678", "when": "na vijf", "consent_reuse": "ja"}
    page = site.post("/vraag-achterlaten", data=form)
    assert page.status_code == 422
    assert 'id="email-error"' in page.text
    for kept in (">Mag dit?</textarea>", 'value="ouder@"', 'value="0612345678"', 'value="na vijf"', "checked"):
        assert kept in page.text
    assert all_of(Ticket) == []


def test_a_wrong_phone_number_stands_beside_its_field(site: Site) -> None:
    page = site.post("/vraag-achterlaten", data={"question": "Mag dit?", "phone": "bel maar"})
    assert 'id="phone-error"' in page.text
    assert 'id="email-error"' not in page.text


def test_an_empty_question_is_asked_for(site: Site) -> None:
    page = site.post("/vraag-achterlaten", data={"question": " ", "email": "ouder@voorbeeld.nl"})
    assert page.status_code == 422
    assert 'id="question-error"' in page.text
    assert 'value="ouder@voorbeeld.nl"' in page.text


def test_an_address_can_be_left_afterwards(site: Site) -> None:
    site.post("/vraag-achterlaten", data={"question": "Mag dit?"})
    form = {"question": hidden(site.get("/"), "question"), "email": "ouder@voorbeeld.nl", "consent_reuse": "ja"}
    site.post("/vraag-achterlaten", data=form)
    (ticket,) = all_of(Ticket)
    assert (ticket.email, ticket.consent_reuse) == ("ouder@voorbeeld.nl", True)
    assert len(all_of(Outbox)) == 1


def test_a_new_conversation_forgets_the_old_one_on_this_device(site: Site) -> None:
    send(site)
    response = site.post("/opnieuw")
    assert response.status_code == 303
    assert 'class="message from-parent' not in site.get("/").text
    assert any(message.text == QUESTION for message in all_of(Message))


def test_an_assistant_that_is_ill_is_told_on_the_page(site: Site, rasa: FakeRasa) -> None:
    rasa.behaviour = "fail"
    send(site)
    page = text_of(site.get("/"))
    assert QUESTION in page
    assert "kan nu even niet antwoorden" in page
    assert "Ja, vraag het een adviseur" in page


def test_what_a_parent_adds_after_handing_over_joins_the_question(site: Site, rasa: FakeRasa) -> None:
    site.post("/vraag-achterlaten", data={"question": "Mag dit?"})
    send(site, "Het gaat om groep 8")
    assert "Het gaat om groep 8" in text_of(site.get("/"))


def test_messages_of_a_running_conversation_are_counted_by_the_minute(site: Site) -> None:
    site.post("/vraag-achterlaten", data={"question": "Mag dit?"})
    statuses = [send(site, f"bericht {number}", client_id=str(number)).status_code for number in range(61)]
    assert statuses == [303] * 60 + [429]


def test_too_many_conversations_from_one_address_are_refused(site: Site) -> None:
    statuses = []
    for _ in range(60):
        site.cookies.clear()
        statuses.append(site.post("/vraag-achterlaten", data={"question": "Mag dit?"}).status_code)
    assert statuses == [303] * 60
    assert send(site).status_code == 303  # the one that was begun goes on
    site.cookies.clear()
    assert send(site).status_code == 429
