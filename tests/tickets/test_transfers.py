"""A live conversation goes to a colleague: one speaker at each moment, whoever accepts at the same time."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine

from loket.accounts.models import Account, StaffSession
from loket.conversations.models import Conversation, Message
from loket.db.base import transaction
from loket.tickets import calls, claims, queue, transfers
from loket.tickets.models import Offer, Ticket, TicketEvent
from tests.conftest import NOON
from tests.support.site import Adviser, all_of, logged_in, make_account, make_ticket, text_of


def at_desk(name: str, role: str = "adviser", seen: datetime = NOON) -> Account:
    account = make_account(name, role=role)
    with transaction() as session:
        token = uuid.uuid4().hex
        session.add(StaffSession(token_hash=token, account_id=account.id, created_at=seen, seen_at=seen))
    return account


def claimed(by: Account) -> Ticket:
    ticket = make_ticket("Mijn kind wordt gepest", NOON)
    with transaction() as session:
        assert claims.claim(session, ticket.id, by, NOON)
    return ticket


def offer(ticket: Ticket, by: Account, to: Account, now: datetime = NOON) -> None:
    with transaction() as session:
        transfers.offer(session, session.get_one(Ticket, ticket.id), by, to.id, now)


def accept(ticket: Ticket, who: Account, now: datetime = NOON) -> bool:
    with transaction() as session:
        return transfers.accept(session, ticket.id, who, now)


def waiting(who: Account, now: datetime = NOON) -> list[str]:
    with transaction() as session:
        return [found.ticket.reference for found in transfers.offers_to(session, who, now)]


def holder() -> int | None:
    (ticket,) = all_of(Ticket)
    return ticket.claimed_by


def test_the_colleague_hears_of_it_accepts_and_speaks(database: Engine) -> None:
    aisha, bram = at_desk("Aisha de Boer"), at_desk("Bram Visser")
    ticket = claimed(aisha)
    offer(ticket, aisha, bram)
    assert waiting(bram) == [ticket.reference]
    assert waiting(aisha) == []
    assert holder() == aisha.id, "until it is accepted, who offered speaks"
    assert accept(ticket, bram)
    assert (holder(), waiting(bram), all_of(Offer)) == (bram.id, [], [])
    assert [event.kind for event in all_of(TicketEvent)][-2:] == ["offered", "transferred"]
    assert all_of(Message)[-1].text == "Bram, adviseur van Loket 5010, gaat nu met u verder."
    with pytest.raises(claims.NotYours), transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), aisha, "Nog iets", NOON)
    with transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), bram, "Hallo", NOON)


def test_two_accept_at_once_and_one_speaks(database: Engine) -> None:
    """An offer that moves on from one colleague to another while both press the button, and one who presses twice."""
    aisha = at_desk("Aisha de Boer")
    for turn in range(5):
        bram, carla = at_desk(f"Bram {turn}"), at_desk(f"Carla {turn}")
        ticket = claimed(aisha)
        offer(ticket, aisha, bram)
        start = threading.Barrier(4)

        def press(who: Account, ticket: Ticket = ticket, start: threading.Barrier = start) -> bool:
            start.wait()
            return accept(ticket, who)

        def change(carla: Account = carla, ticket: Ticket = ticket, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                offer(ticket, aisha, carla)
            except claims.NotYours:
                return False
            return accept(ticket, carla)

        with ThreadPoolExecutor(4) as pool:
            pressed = [pool.submit(press, bram), pool.submit(press, bram), pool.submit(press, carla)]
            outcomes = [future.result() for future in [*pressed, pool.submit(change)]]
        assert outcomes.count(True) == 1, outcomes
        moved = [e for e in all_of(TicketEvent) if e.ticket_id == ticket.id and e.kind == "transferred"]
        (found,) = [one for one in all_of(Ticket) if one.id == ticket.id]
        assert [event.account_id for event in moved] == [found.claimed_by]


def test_an_offer_lapses(database: Engine) -> None:
    aisha, bram = at_desk("Aisha de Boer"), at_desk("Bram Visser")
    ticket = claimed(aisha)
    offer(ticket, aisha, bram)
    late = NOON + transfers.VALID_FOR
    assert waiting(bram, late) == []
    assert not accept(ticket, bram, late)
    assert holder() == aisha.id


def test_who_accepts_when_the_giver_has_left_already_is_in_the_conversation(database: Engine) -> None:
    """The giver's lease lapsed after an answer, while the offer still stood: the conversation had gone to the queue."""
    aisha, bram = at_desk("Aisha de Boer"), at_desk("Bram Visser")
    ticket = claimed(aisha)
    with transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), aisha, "Een ogenblik", NOON)
    offer(ticket, aisha, bram, NOON + timedelta(minutes=9))
    later = NOON + timedelta(minutes=11)
    with transaction() as session:
        assert claims.free_lapsed(session, later) == 1
    assert accept(ticket, bram, later)
    (found,) = all_of(Ticket)
    assert (found.state, found.claimed_by, all_of(Conversation)[0].owner) == ("claimed", bram.id, "adviser")


def test_an_offer_that_lapsed_is_not_shown_as_waiting_for_the_colleague(database: Engine) -> None:
    aisha, bram = at_desk("Aisha de Boer"), at_desk("Bram Visser")
    ticket = claimed(aisha)
    offer(ticket, aisha, bram)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        assert transfers.of_ticket(session, found, NOON) is not None
        assert transfers.of_ticket(session, found, NOON + transfers.VALID_FOR) is None


def test_what_is_no_live_conversation_is_not_offered(database: Engine) -> None:
    """Who rang has hung up: there is nobody to go on talking to."""
    aisha, bram = at_desk("Aisha de Boer"), at_desk("Bram Visser")
    with transaction() as session:
        ticket = calls.take(session, aisha, calls.Call("Mag de school dit?"), NOON)
        assert claims.claim(session, ticket.id, aisha, NOON)
    with pytest.raises(transfers.TransferRefused, match="geen gesprek op de website"):
        offer(ticket, aisha, bram)


def test_an_offer_ends_with_the_claim_of_who_made_it(database: Engine) -> None:
    aisha, bram = at_desk("Aisha de Boer"), at_desk("Bram Visser")
    ticket = claimed(aisha)
    offer(ticket, aisha, bram)
    with transaction() as session:
        claims.release(session, session.get_one(Ticket, ticket.id), aisha, NOON)
    assert waiting(bram) == []
    assert not accept(ticket, bram)
    assert holder() is None


def test_who_is_asked_may_say_no_and_who_asked_may_take_it_back(database: Engine) -> None:
    aisha, bram, carla = at_desk("Aisha de Boer"), at_desk("Bram Visser"), at_desk("Carla Smit")
    ticket = claimed(aisha)
    for who, left in ((bram, 0), (aisha, 0), (carla, 1)):
        offer(ticket, aisha, bram)
        with transaction() as session:
            transfers.decline(session, session.get_one(Ticket, ticket.id), who, NOON)
        assert len(all_of(Offer)) == left
    assert holder() == aisha.id


def test_only_who_is_at_the_desk_and_may_speak_is_offered_it(database: Engine) -> None:
    aisha, bram = at_desk("Aisha de Boer"), at_desk("Bram Visser")
    gone = at_desk("Gijs Weg", seen=NOON - transfers.AT_DESK - timedelta(minutes=1))
    others = [gone, at_desk("Petra Partner", "partner"), at_desk("Els Redactie", "editor"), aisha]
    lead = at_desk("Lena Leider", "lead")
    ticket = claimed(aisha)
    with transaction() as session:
        found = transfers.at_desk(session, session.get_one(Ticket, ticket.id), aisha, NOON)
    assert [one.id for one in found] == [bram.id, lead.id]
    for other in others:
        with pytest.raises(transfers.TransferRefused):
            offer(ticket, aisha, other)
    with pytest.raises(claims.NotYours):
        offer(ticket, bram, lead)


def test_the_whole_way_through_the_pages(site: TestClient[Any], adviser: Adviser) -> None:
    site.post("/", data={"text": "Mijn kind wordt gepest", "client_id": "a" * 32})
    site.post("/vraag-achterlaten", data={"question": "Mijn kind wordt gepest"})
    adviser.post("/balie/vragen/1/claim")
    assert "Er is nu geen collega aan de balie." in adviser.get("/balie/vragen/1").text
    with logged_in(site, "Bram Visser") as bram:
        refused = adviser.post("/balie/vragen/1/aanbieden", colleague="999")
        assert refused.status_code == 422
        assert "Kies een collega die nu aan de balie is." in refused.text
        assert adviser.post("/balie/vragen/1/aanbieden", colleague=str(bram.account.id)).status_code == 303
        assert "Aangeboden aan Bram Visser" in text_of(adviser.get("/balie/vragen/1"))
        for path in ("/balie", "/balie/gesprekken", "/balie/bellen", "/balie/hulp", "/balie/vragen/1"):
            assert "Aisha de Boer biedt u het gesprek" in text_of(bram.get(path)), path
        assert "biedt u het gesprek" not in adviser.get("/balie").text
        assert bram.post("/balie/vragen/1/aannemen").headers["location"] == "/balie/vragen/1"
        assert "Bram, adviseur, is nu in dit gesprek" in site.get("/").text
        again = bram.post("/balie/vragen/1/aannemen")
        assert again.status_code == 409
        assert "niet meer aangeboden" in again.text
        assert adviser.post("/balie/vragen/1/antwoord", text="Nog iets").status_code == 409
