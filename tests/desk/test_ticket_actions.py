"""What staff do to a ticket through its page: refused when it must be, audited once, nothing typed lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import select

from loket.accounts.models import Audit
from loket.conversations.models import Message
from loket.db.base import reading
from loket.tickets import drafts
from loket.tickets.models import Attachment, Draft, Note, Presence, Ticket
from tests.support.rasa import FakeRasa
from tests.support.service import Parent
from tests.support.site import Adviser, all_of, hidden, logged_in, make_ticket, text_of
from tests.support.threads import at_once

PDF = b"%PDF-1.4\n%fake"


@pytest.fixture
def ticket(adviser: Adviser) -> Ticket:
    made = make_ticket("Mijn kind heeft dyslexie", intent="dyslexie")
    adviser.post(f"/balie/vragen/{made.id}/claim")
    return made


def act(adviser: Adviser, ticket: Ticket, path: str, **form: str) -> Any:
    return adviser.post(f"/balie/vragen/{ticket.id}/{path}", **form)


def audited() -> list[str]:
    return [row.action for row in all_of(Audit) if row.action.startswith("ticket.") and row.action != "ticket.read"]


@pytest.mark.parametrize(
    ("path", "form", "action"),
    [
        ("antwoord", {"text": "Dat mag."}, "reply"),
        ("antwoord", {"text": "Welke school?", "asks": "ja"}, "reply"),
        ("notitie", {"note": "Let op"}, "note"),
        ("doorverwijzen", {"partner": "balans", "reason": "Dyslexie", "agreed": "ja"}, "refer"),
        ("team", {"team": "veiligheid"}, "reroute"),
        ("splitsen", {"question": "En dat?"}, "split"),
        ("sluiten", {"intent": "", "answerable": "nee"}, "close"),
        ("terug", {}, "release"),
        ("assistent", {}, "hand_back"),
    ],
)
def test_each_act_is_audited_once_without_text(
    adviser: Adviser, ticket: Ticket, path: str, form: dict[str, str], action: str
) -> None:
    before = audited()
    assert act(adviser, ticket, path, **form).status_code == 303
    assert audited()[len(before) :] == [f"ticket.{action}"]
    assert all(row.detail is None for row in all_of(Audit))


@pytest.mark.parametrize(
    ("path", "form", "kept"),
    [
        ("notitie", {"note": "n" * 5001}, "n" * 5001),
        ("doorverwijzen", {"partner": "balans", "reason": "Mijn reden"}, "Mijn reden"),
        ("doorverwijzen", {"partner": "weg", "reason": "Mijn reden", "agreed": "ja"}, "Mijn reden"),
        ("samenvoegen", {"reference": "5010-WEG"}, "5010-WEG"),
        ("koppelen", {"reference": "zomaar"}, "zomaar"),
    ],
)
def test_what_cannot_be_done_is_explained_and_kept(
    adviser: Adviser, ticket: Ticket, path: str, form: dict[str, str], kept: str
) -> None:
    page = act(adviser, ticket, path, **form)
    assert page.status_code == 422
    assert kept in page.text
    assert 'role="alert"' in page.text
    assert audited() == ["ticket.claim"]


def test_a_draft_is_kept_for_its_author_alone(site: TestClient[Any], adviser: Adviser, ticket: Ticket) -> None:
    act(adviser, ticket, "concept", text="Half af")
    assert "Half af" in adviser.get(f"/balie/vragen/{ticket.id}").text
    with logged_in(site, "Bram Visser") as bram:
        assert "Half af" not in bram.get(f"/balie/vragen/{ticket.id}").text


def test_a_page_opened_and_a_draft_saved_several_times_at_once_are_one_of_each(
    adviser: Adviser, ticket: Ticket
) -> None:
    assert at_once([lambda: act(adviser, ticket, "open").status_code] * 6) == [201] * 6
    assert at_once([lambda: act(adviser, ticket, "concept", text="Half af").status_code] * 6) == [303] * 6
    assert len(all_of(Presence)) == len(all_of(Draft)) == 1


def test_a_sent_answer_leaves_no_draft(adviser: Adviser, ticket: Ticket) -> None:
    act(adviser, ticket, "concept", text="Half af")
    act(adviser, ticket, "antwoord", text="Heel af")
    with reading() as session:
        assert drafts.find(session, ticket.id, adviser.account.id) is None


def test_a_late_reply_becomes_a_draft(site: TestClient[Any], adviser: Adviser, ticket: Ticket) -> None:
    with logged_in(site, "Bram Visser") as bram:
        taken = bram.post(f"/balie/vragen/{ticket.id}/overnemen", holder=str(adviser.account.id))
        assert taken.status_code == 303
        assert act(bram, ticket, "open").json() == {"mine": True, "others": []}
    page = act(adviser, ticket, "antwoord", text="Mijn lange antwoord")
    assert page.status_code == 409
    assert "bewaard als concept" in page.text
    with reading() as session:
        draft = drafts.find(session, ticket.id, adviser.account.id)
        assert draft is not None
        assert draft.text == "Mijn lange antwoord"
    assert act(adviser, ticket, "open").json()["mine"] is False


def test_a_conversation_is_handed_back_once_what_the_parent_wrote_was_on_the_page(
    site: TestClient[Any], adviser: Adviser, rasa: FakeRasa
) -> None:
    parent = Parent.begin(site)
    parent.ask("Mijn kind wordt gepest")
    adviser.post(f"/balie/gesprekken/{parent.id}/instappen")
    (ticket,) = all_of(Ticket)
    seen = hidden(adviser.get(f"/balie/vragen/{ticket.id}"), "seen")
    parent.send("Hij is nu van huis weggelopen")
    page = act(adviser, ticket, "assistent", seen=seen)
    assert page.status_code == 409
    assert "weggelopen" in page.text
    assert "intussen iets geschreven" in text_of(page)
    assert all_of(Ticket)[0].claimed_by == adviser.account.id
    assert act(adviser, ticket, "assistent", seen=hidden(page, "seen")).status_code == 303


def test_every_form_that_ends_the_talk_says_what_its_page_showed(adviser: Adviser, ticket: Ticket) -> None:
    page = adviser.get(f"/balie/vragen/{ticket.id}").text
    forms = re.findall(r"<form .*?</form>", page, re.DOTALL)
    ending = [form for form in forms if re.search(r"/(sluiten|assistent|samenvoegen)\b", form)]
    assert len(ending) == 3
    assert all('name="seen"' in form for form in ending)


def test_a_partner_s_ticket_is_not_checked_before_it_is_due(
    site: TestClient[Any], adviser: Adviser, ticket: Ticket
) -> None:
    act(adviser, ticket, "doorverwijzen", partner="balans", reason="Dyslexie", agreed="ja")
    with logged_in(site, "Bram Visser") as bram:
        assert act(bram, ticket, "nagekeken", helped="nee").status_code == 409
    (found,) = all_of(Ticket)
    assert (found.state, found.partner) == ("referred", "balans")


def test_an_answer_is_inserted_behind_what_was_typed(adviser: Adviser, ticket: Ticket) -> None:
    act(adviser, ticket, "invoegen", text="Beste ouder,", what="faq:dyslexie")
    page = adviser.get(f"/balie/vragen/{ticket.id}").text
    assert ">Beste ouder,\n\n" in page
    assert act(adviser, ticket, "invoegen", text="x", what="faq:weg").status_code == 303


def upload(adviser: Adviser, ticket: Ticket, name: str, content: bytes, **form: str) -> Any:
    return adviser.client.post(f"/balie/vragen/{ticket.id}/bijlage", files={"file": (name, content)}, data=form)


def test_a_file_goes_to_the_parent_with_the_next_reply(site: TestClient[Any], adviser: Adviser, ticket: Ticket) -> None:
    assert upload(adviser, ticket, "../../Brief é.exe", PDF).status_code == 303
    assert upload(adviser, ticket, "intern.txt", b"alleen wij", internal="ja").status_code == 303
    shared, internal = all_of(Attachment)
    assert (shared.name, shared.media_type) == ("Brief é.pdf", "application/pdf")
    link = f"/vraag/{ticket.token}/bijlagen"
    assert site.get(f"{link}/{shared.id}").status_code == 404, "not yet sent"
    act(adviser, ticket, "antwoord", text="Zie de bijlage.")
    assert "Brief é.pdf" in site.get(f"/vraag/{ticket.token}").text
    answer = site.get(f"{link}/{shared.id}")
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert site.get(f"{link}/{internal.id}").status_code == 404
    other = make_ticket()
    assert site.get(f"/vraag/{other.token}/bijlagen/{shared.id}").status_code == 404
    assert adviser.get(f"/balie/bijlagen/{internal.id}").content == b"alleen wij"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"MZ\x90\x00\x03 not a pdf"),
        ("a.png", b"\x00\x01\x02"),
        ("leeg.txt", b""),
        ("groot.txt", b"a" * (10 * 1024 * 1024 + 1)),
        ("a.svg", b"\x1f\x8b\x08"),
    ],
)
def test_a_file_of_another_kind_is_refused(adviser: Adviser, ticket: Ticket, name: str, content: bytes) -> None:
    assert upload(adviser, ticket, name, content).status_code == 422
    assert all_of(Attachment) == []


def test_a_page_in_disguise_is_saved_as_text(adviser: Adviser, ticket: Ticket) -> None:
    upload(adviser, ticket, "pagina.html", b"<script>alert(1)</script>")
    assert (all_of(Attachment)[0].name, all_of(Attachment)[0].media_type) == ("pagina.txt", "text/plain")


def test_a_partner_sees_and_does_only_what_is_theirs(site: TestClient[Any], adviser: Adviser, ticket: Ticket) -> None:
    other = make_ticket("Niet voor hen")
    with logged_in(site, "Petra Partner", role="partner", partner="balans") as petra:
        for path in ("", "/claim", "/antwoord", "/notitie", "/open", "/concept", "/invoegen", "/teruggeven"):
            address = f"/balie/vragen/{ticket.id}{path}"
            assert (petra.post(address, text="x") if path else petra.get(address)).status_code == 404, path
        act(adviser, ticket, "doorverwijzen", partner="balans", reason="Dyslexie", agreed="ja")
        assert ticket.reference in petra.get("/balie").text
        assert other.reference not in petra.get("/balie?q=voor").text
        assert act(petra, ticket, "claim").status_code == 303
        assert act(petra, ticket, "team", team="veiligheid").status_code == 403
        for path in ("gesprekken", "bellen", "tekstblokken"):
            assert petra.get(f"/balie/{path}").status_code == 403
        assert act(petra, ticket, "teruggeven", reason="Niet ons gebied").headers["location"] == "/balie"
        assert petra.get(f"/balie/vragen/{ticket.id}").status_code == 404
    assert [note.text for note in all_of(Note)] == ["Dyslexie", "Niet ons gebied"]


def test_the_sentence_that_weighed_most_is_found_once_and_shown(
    site: TestClient[Any], adviser: Adviser, rasa: FakeRasa
) -> None:
    first, second = "Ik heb twee kinderen op school.", "De jongste wordt erg gepest."
    rasa.teach(f"{first} {second}", "pesten_aanpak")
    rasa.teach(first, "dyslexie")
    rasa.teach(second, "pesten_aanpak")
    parent = Parent.begin(site)
    parent.ask(f"{first} {second}")
    parent.post("handoff", {"question": f"{first} {second}"})
    assert f"Woog het zwaarst: “{second}”" in text_of(adviser.get("/balie/vragen/1"))
    rasa.behaviour = "fail"
    assert f"Woog het zwaarst: “{second}”" in text_of(adviser.get("/balie/vragen/1"))


def test_without_the_assistant_the_page_and_the_phone_still_work(adviser: Adviser, rasa: Any) -> None:
    rasa.behaviour = "fail"
    page = adviser.post("/balie/bellen/voorstel", question="Mijn kind wordt gepest op het plein")
    assert page.status_code == 201 or page.status_code == 200
    assert "De assistent is er nu niet" in page.text
    assert "<details" in page.text


def test_a_call_becomes_an_open_or_an_answered_ticket(adviser: Adviser) -> None:
    form = {
        "question": "Mijn kind wordt gepest",
        "wish": "Wil weten wat te doen",
        "phone": "06 12345678",
        "when": "na 17 uur",
    }
    assert adviser.post("/balie/bellen", **form, outcome="open").status_code == 303
    assert adviser.post("/balie/bellen", **form, outcome="answered", answer="Uitgelegd.").status_code == 303
    first, second = all_of(Ticket)
    assert (first.state, first.channel, first.theme, first.call_when) == ("open", "phone", "veiligheid", "na 17 uur")
    assert (second.state, second.claimed_by) == ("answered", adviser.account.id)
    with reading() as session:
        said = session.scalars(select(Message.text).where(Message.conversation_id == second.conversation_id)).all()
    assert said == ["Mijn kind wordt gepest\n\nWens: Wil weten wat te doen", "Uitgelegd."]


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ({"question": " "}, "Typ eerst uw vraag"),
        ({"question": "Mag dit?", "outcome": "answered"}, "Noteer kort wat u hebt geantwoord"),
        ({"question": "Mag dit?", "phone": "12"}, "Dit telefoonnummer klopt niet"),
        ({"question": "Mag dit?", "email": "x"}, "Dit e-mailadres klopt niet"),
    ],
)
def test_a_call_that_cannot_be_kept_keeps_what_was_typed(adviser: Adviser, form: dict[str, str], part: str) -> None:
    page = adviser.post("/balie/bellen", **form, wish="Mijn wens")
    assert page.status_code == 422
    assert part in page.text
    assert 'value="Mijn wens"' in page.text
    assert all_of(Ticket) == []


def test_text_modules(adviser: Adviser, ticket: Ticket) -> None:
    wrong = adviser.post("/balie/tekstblokken", title="Groet", text="Dag {onbekend}", team="")
    assert wrong.status_code == 422
    assert "{onbekend}" in wrong.text
    assert (
        adviser.post("/balie/tekstblokken", title="Groet", text="Nummer {nummer}, {adviseur}", team="").status_code
        == 303
    )
    assert f"Nummer {ticket.reference}, Aisha" in adviser.get(f"/balie/vragen/{ticket.id}").text
    assert adviser.post("/balie/tekstblokken/1", title="Groeten", text="Dag", team="veiligheid").status_code == 303
    assert "Groeten" not in adviser.get(f"/balie/vragen/{ticket.id}").text, "another team's"
    adviser.post("/balie/tekstblokken/1/weg")
    assert "nog geen tekstblokken" in adviser.get("/balie/tekstblokken").text


def test_a_number_in_the_search_field_opens_the_ticket(adviser: Adviser, ticket: Ticket) -> None:
    answer = adviser.get(f"/balie?q={ticket.reference.lower()}")
    assert answer.headers["location"] == f"/balie/vragen/{ticket.id}"


def test_filters_are_links_that_keep_each_other(adviser: Adviser, ticket: Ticket) -> None:
    page = adviser.get("/balie?lijst=doen&thema=passend_onderwijs").text
    assert ticket.reference in page
    assert "thema=passend_onderwijs&amp;sector=po" in page
    assert ticket.reference not in adviser.get("/balie?thema=kosten").text


def test_next_when_nothing_is_free_says_so(adviser: Adviser) -> None:
    assert adviser.post("/balie/volgende").headers["location"] == "/balie?leeg=1"
    assert "geen vrije vraag" in adviser.get("/balie?leeg=1").text


def test_the_parent_sees_who_is_there_and_when_nobody_is(site: TestClient[Any], adviser: Adviser) -> None:
    site.post("/", data={"text": "Mijn kind wordt gepest", "client_id": "a" * 32})
    site.post("/vraag-achterlaten", data={"question": "Mijn kind wordt gepest"})
    assert "Er is nu geen adviseur in dit gesprek" in site.get("/").text
    adviser.post("/balie/vragen/1/claim")
    assert "Aisha, adviseur, is nu in dit gesprek" in site.get("/").text
