"""An adviser's morning in a real browser: log in, next, read, insert, reply, refer, live chat, phone, close; axe on each page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from loket.accounts.models import Account, TeamMember
from loket.clock import utc_now
from loket.conversations import registry, transcript
from loket.conversations.models import Conversation, Message, Question
from loket.db.base import reading, transaction
from loket.tickets import drafts, text_modules
from loket.tickets.models import Ticket
from tests.browser import steps
from tests.support.rasa import FakeRasa
from tests.support.site import PASSWORD, make_account, make_ticket, wait_for

LONG = "Mijn dochter zit in groep 7. Ze wordt elke dag gepest op het plein. De juf doet er niets aan."
SHOTS = os.environ.get("LOKET_TEST_SCREENSHOTS")
"""A folder to keep a picture of every page in, wide and narrow, light and dark."""


@pytest.fixture
def desk(served: str, browser: Browser) -> Iterator[Page]:
    """An adviser's browser at the login page."""
    context = browser.new_context(base_url=served, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    yield page
    context.close()


def log_in(page: Page, account: Account) -> None:
    page.goto("/balie/inloggen")
    page.get_by_label("E-mailadres").fill(account.email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vragen")
    page.wait_for_load_state("load")


def look(page: Page, name: str) -> None:
    """Nothing for axe to find; pictures when they are asked for."""
    found = Axe().run(page).response["violations"]
    assert not found, [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in found]
    if SHOTS:
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")


def asked(question: str, *ranking: tuple[str, float], urgent: bool = False) -> Ticket:
    """A ticket with what the assistant thought of its question."""
    ticket = make_ticket(question, intent=ranking[0][0] if ranking else None, urgent=urgent)
    with transaction() as session:
        message = session.scalars(
            select(Message).where(Message.conversation_id == ticket.conversation_id, Message.sender == "parent")
        ).one()
        session.add(
            Question(
                message_id=message.id,
                conversation_id=ticket.conversation_id,
                text=question,
                intent=None,
                ranking=[{"name": name, "confidence": probability} for name, probability in ranking],
                decision={"kind": "ask"},
                outcome="not_helped",
                created_at=utc_now(),
            )
        )
    return ticket


def draft_of(ticket: Ticket, account: Account) -> str:
    with reading() as session:
        draft = drafts.find(session, ticket.id, account.id)
        return draft.text if draft else ""


def test_an_advisers_morning(desk: Page, rasa: FakeRasa, browser: Browser, served: str) -> None:
    adviser = make_account("Aisha de Boer")
    with transaction() as session:
        session.add(TeamMember(account_id=adviser.id, team="veiligheid"))
        text_modules.save(session, None, "Groet", "Met vriendelijke groet,\n{adviseur}", None, adviser, utc_now())
    ranking = [("pesten_aanpak", 0.81), ("dyslexie", 0.07), ("klacht_indienen", 0.04)]
    bullied = asked(LONG, *ranking)
    calm = asked("Mijn zoon heeft dyslexie. Krijgt hij extra tijd bij toetsen?", ("dyslexie", 0.6))
    asked("Ik wil niet meer leven", ("crisis", 0.9), urgent=True)

    desk.goto("/balie/inloggen")
    look(desk, "inloggen")
    log_in(desk, adviser)
    expect(desk.locator(".tickets tbody tr").first).to_contain_text("Dringend")
    look(desk, "lijst")

    # With the keyboard alone: down, down, open, claim.
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_contain_text(bullied.reference)
    expect(desk.get_by_text("Woog het zwaarst")).to_be_visible()
    desk.keyboard.press("c")
    answer = desk.get_by_label("Uw antwoord aan de ouder")
    expect(answer).to_be_visible()
    look(desk, "vraag")

    # A suggested answer with one key, a text module with the mouse; the draft keeps itself.
    desk.keyboard.press("1")
    expect(answer).to_be_focused()
    expect(answer).not_to_have_value("")
    desk.get_by_text("Tekstblokken", exact=True).last.click()
    desk.get_by_role("button", name="Voeg tekstblok in: Groet").click()
    assert answer.input_value().endswith("Aisha")
    expect(desk.get_by_text("Concept bewaard om")).to_be_visible()
    wait_for(lambda: draft_of(bullied, adviser).endswith("Aisha"))
    desk.reload()
    assert desk.get_by_label("Uw antwoord aan de ouder").input_value().endswith("Aisha")
    desk.get_by_role("button", name="Verstuur antwoord").click()
    expect(desk.locator(".from-adviser")).to_contain_text("Aisha")

    # A note to a colleague, and close with what was learnt.
    make_account("Bram Vos")
    desk.keyboard.press("n")
    desk.keyboard.type("@bram kijk jij mee?")
    desk.get_by_role("button", name="Bewaar notitie").click()
    expect(desk.locator(".notes")).to_contain_text("@bram")
    desk.get_by_label("Ja", exact=True).check()
    desk.get_by_role("button", name="Sluiten", exact=True).click()
    expect(desk.get_by_role("button", name="Afsluiten ongedaan maken")).to_be_visible()
    look(desk, "vraag-gesloten")
    with reading() as session:
        closed = session.get_one(Ticket, bullied.id)
        assert (closed.final_intent, closed.answerable) == ("pesten_aanpak", True)

    # The other question goes to the partner that the route proposes; a missing consent is asked for and nothing is lost.
    desk.goto(f"/balie/vragen/{calm.id}")
    desk.keyboard.press("c")
    desk.get_by_text("Doorverwijzen naar een partner").click()
    expect(desk.get_by_label("Organisatie")).to_have_value("balans")
    desk.get_by_label("Reden, voor de partner").fill("Dyslexie, extra tijd")
    desk.get_by_role("button", name="Verwijs door").click()
    expect(desk.get_by_role("alert").first).to_contain_text("Vraag eerst of de ouder dit goed vindt")
    expect(desk.get_by_label("Reden, voor de partner")).to_have_value("Dyslexie, extra tijd")
    look(desk, "vraag-fout")
    desk.get_by_label("De ouder vindt dit goed").check()
    desk.get_by_role("button", name="Verwijs door").click()
    expect(desk.locator("#feiten")).to_contain_text("Balans")

    # Live chat: step into a conversation with the assistant, speak, hand it back.
    with transaction() as session:
        conversation, _ = registry.start(session, utc_now())
        transcript.receive(session, conversation, "Mag de school mijn kind schorsen?", "m1", utc_now(), None)
        session.execute(update(Message).where(Message.client_id == "m1").values(state="answered"))
    steps.follow(desk, "Gesprekken")
    look(desk, "gesprekken")
    desk.get_by_role("button", name="Stap in").click()
    expect(desk.locator(".log")).to_contain_text("is nu in dit gesprek")
    desk.get_by_label("Uw antwoord aan de ouder").fill("Goedemorgen, ik kijk even met u mee.")
    desk.get_by_role("button", name="Verstuur antwoord").click()
    desk.get_by_role("button", name="Gesprek terug naar de assistent").click()
    expect(desk.locator(".log")).to_contain_text("De adviseur heeft het gesprek verlaten")
    with reading() as session:
        assert session.get_one(Conversation, conversation.id).owner == "assistant"

    # The telephone: the theme and the answer appear while typing.
    steps.follow(desk, "Nieuw telefoontje")
    look(desk, "bellen-leeg")
    desk.get_by_label("Vraag van de ouder").press_sequentially("Mijn kind wordt gepest in de klas", delay=5)
    expect(desk.locator("#thema")).to_contain_text("Pesten en veiligheid")
    expect(desk.locator("#voorstel details").first).to_be_visible()
    look(desk, "bellen")
    desk.get_by_label("Beantwoord in dit gesprek").check()
    desk.get_by_label("Uw antwoord in het kort").fill("Voorgelezen wat de school moet doen.")
    desk.get_by_role("button", name="Bewaar").click()
    expect(desk.locator("#feiten")).to_contain_text("Telefoon")

    # The next one in line, by key; then the rest of the pages.
    desk.goto("/balie")
    desk.keyboard.press("v")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Dringend")
    desk.goto("/balie?q=gepest")
    expect(desk.locator(".tickets")).to_contain_text(bullied.reference)
    look(desk, "zoeken")
    steps.follow(desk, "Tekstblokken")
    look(desk, "tekstblokken")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    look(desk, "sneltoetsen")


def test_a_second_adviser_is_seen_and_a_late_save_keeps_the_text(
    desk: Page, rasa: FakeRasa, browser: Browser, served: str
) -> None:
    ticket = asked(LONG, ("pesten_aanpak", 0.8))
    aisha, bram = make_account("Aisha de Boer"), make_account("Bram Vos")
    log_in(desk, aisha)
    desk.goto(f"/balie/vragen/{ticket.id}")
    desk.get_by_role("button", name="Ik neem deze vraag").click()
    desk.get_by_label("Uw antwoord aan de ouder").fill("Mijn lange antwoord.")

    context = browser.new_context(base_url=served)
    other = context.new_page()
    log_in(other, bram)
    other.goto(f"/balie/vragen/{ticket.id}")
    expect(other.locator("#aanwezig")).to_contain_text("Aisha de Boer")
    other.get_by_role("button", name="Overnemen van Aisha de Boer").click()
    expect(other.get_by_label("Uw antwoord aan de ouder")).to_be_visible()

    desk.get_by_role("button", name="Verstuur antwoord").click()
    expect(desk.get_by_role("alert").first).to_contain_text("bewaard als concept")
    expect(desk.get_by_label("Uw tekst (niet verstuurd")).to_have_value("Mijn lange antwoord.")
    context.close()


def test_news_arrives_without_taking_the_focus(desk: Page, rasa: FakeRasa) -> None:
    asked("Een eerste vraag over de vakantie", ("vakantie_onder_schooltijd", 0.7))
    log_in(desk, make_account())
    desk.locator("#q").focus()
    desk.keyboard.type("half getypt")
    asked("Ik wil niet meer leven", ("crisis", 0.9), urgent=True)
    expect(desk.locator(".tickets tbody tr")).to_have_count(2)
    expect(desk.get_by_role("alert")).to_contain_text("dringende vraag")
    expect(desk.locator("#q")).to_be_focused()
    assert desk.locator("#q").input_value() == "half getypt"


def test_keys_can_be_switched_off(desk: Page, rasa: FakeRasa) -> None:
    asked("Een vraag", ("dyslexie", 0.7))
    log_in(desk, make_account())
    desk.keyboard.press("?")
    desk.get_by_label("Sneltoetsen gebruiken").uncheck()
    desk.get_by_role("button", name="Sluiten").click()
    desk.keyboard.press("v")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Vragen")


def test_the_desk_works_without_script(browser: Browser, served: str, rasa: FakeRasa) -> None:
    ticket = asked(LONG, ("pesten_aanpak", 0.8))
    context = browser.new_context(base_url=served, java_script_enabled=False)
    page = context.new_page()
    log_in(page, make_account())
    page.get_by_role("button", name="Pak de volgende vraag").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(ticket.reference)
    page.get_by_label("Uw antwoord aan de ouder").fill("Beste ouder,")
    page.get_by_role("button", name="Voeg in:").first.click()
    text = page.get_by_label("Uw antwoord aan de ouder").input_value()
    assert text.startswith("Beste ouder,")
    assert len(text) > 100
    page.get_by_role("button", name="Verstuur antwoord").click()
    expect(page.locator(".from-adviser")).to_contain_text("Beste ouder")
    context.close()
