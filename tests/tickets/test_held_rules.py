"""Rules of who has a ticket that once no test held: each of these failed to fail when the rule was taken out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loket.accounts.models import Account
from loket.conversations.views import MessageView
from loket.db.base import transaction
from loket.exceptions import Collision
from loket.tickets import claims, live_chat, merging, queue, referrals
from loket.tickets.models import Ticket
from tests.conftest import NOON
from tests.support.site import all_of, make_account, make_ticket
from tests.support.tickets import find

SOON = NOON + timedelta(minutes=1)


def held(by: Account) -> Ticket:
    ticket = make_ticket("Mijn kind wordt gepest", NOON)
    with transaction() as session:
        assert claims.claim(session, ticket.id, by, NOON)
    return ticket


def the_ticket() -> Ticket:
    (ticket,) = all_of(Ticket)
    return ticket


def close(ticket: Ticket, by: Account, seen: int | None = None) -> None:
    with transaction() as session:
        queue.close(session, session.get_one(Ticket, ticket.id), by, SOON, seen=seen)


def undo_close(ticket: Ticket, by: Account) -> None:
    with transaction() as session:
        queue.undo_close(session, session.get_one(Ticket, ticket.id), by, SOON)


def test_take_over_is_from_the_one_who_was_seen_to_hold_it(database: Engine) -> None:
    aisha, bram, carla = make_account("Aisha"), make_account("Bram"), make_account("Carla")
    ticket = held(aisha)
    with transaction() as session:
        assert not claims.take_over(session, ticket.id, bram.id, carla, SOON)
    assert the_ticket().claimed_by == aisha.id


def test_a_closed_ticket_is_not_renewed_by_a_page_that_is_still_open(database: Engine) -> None:
    aisha = make_account("Aisha")
    ticket = held(aisha)
    close(ticket, aisha)
    with transaction() as session:
        assert not claims.renew(session, ticket.id, aisha, SOON)
    with transaction() as session:
        # Nor when a row was left that says the closer still has it.
        session.get_one(Ticket, ticket.id).claimed_by = aisha.id
        session.flush()
        assert not claims.renew(session, ticket.id, aisha, SOON)


def test_only_the_holder_hands_back_to_the_assistant(database: Engine) -> None:
    aisha, bram = make_account("Aisha"), make_account("Bram")
    ticket = held(aisha)
    with pytest.raises(claims.NotYours), transaction() as session:
        live_chat.hand_back(session, session.get_one(Ticket, ticket.id), bram, SOON)
    assert the_ticket().claimed_by == aisha.id


def test_an_open_ticket_cannot_be_reopened_by_a_colleague(database: Engine) -> None:
    aisha, bram = make_account("Aisha"), make_account("Bram")
    ticket = held(aisha)
    with pytest.raises(queue.NotClosed):
        undo_close(ticket, bram)
    assert (the_ticket().claimed_by, the_ticket().state) == (aisha.id, "claimed")


def test_a_ticket_with_a_partner_is_not_taken_by_reopening(database: Engine) -> None:
    aisha, bram = make_account("Aisha"), make_account("Bram")
    ticket = held(aisha)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        referrals.refer(session, found, aisha, "balans", "Dyslexie", NOON, agreed=True)
    with pytest.raises(queue.NotClosed):
        undo_close(ticket, bram)
    assert (the_ticket().partner, the_ticket().state) == ("balans", "referred")


def test_what_a_partner_closed_goes_back_to_the_partner_when_that_is_undone(database: Engine) -> None:
    aisha = make_account("Aisha")
    ticket = held(aisha)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        referrals.refer(session, found, aisha, "balans", "Dyslexie", NOON, agreed=True)
    petra = make_account("Petra", role="partner", partner="balans")
    with transaction() as session:
        assert claims.claim(session, ticket.id, petra, NOON)
    close(ticket, petra)
    undo_close(ticket, aisha)
    found = the_ticket()
    assert (found.state, found.partner, found.claimed_by) == ("referred", "balans", None)


def test_what_was_said_of_the_question_at_closing_is_taken_back_with_it(database: Engine) -> None:
    aisha = make_account("Aisha")
    ticket = held(aisha)
    with transaction() as session:
        queue.close(session, session.get_one(Ticket, ticket.id), aisha, SOON, "pesten_aanpak", True)
    undo_close(ticket, aisha)
    assert (the_ticket().final_intent, the_ticket().answerable) == (None, None)


def test_who_undoes_a_close_has_the_ticket_and_can_answer(database: Engine) -> None:
    aisha, bram = make_account("Aisha"), make_account("Bram")
    ticket = held(aisha)
    close(ticket, aisha)
    undo_close(ticket, bram)
    with transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), bram, "Toch nog iets.", SOON)
    assert (the_ticket().state, the_ticket().claimed_by) == ("answered", bram.id)


def test_who_undoes_a_close_is_in_the_conversation(database: Engine) -> None:
    """Otherwise the assistant would answer what the parent writes to the adviser."""
    aisha = make_account("Aisha")
    ticket = held(aisha)
    close(ticket, aisha)
    undo_close(ticket, aisha)
    assert find(ticket).conversation.owner == "adviser"


def test_a_ticket_is_not_closed_over_what_the_parent_wrote_since_the_page_was_made(database: Engine) -> None:
    aisha = make_account("Aisha")
    ticket = held(aisha)
    with transaction() as session:
        added = queue.parent_adds(session, session.get_one(Ticket, ticket.id), "Er is nog iets", None, NOON)
    with pytest.raises(queue.Unread):
        close(ticket, aisha, seen=added.id - 1)
    close(ticket, aisha, seen=added.id)
    assert the_ticket().state == "closed"


def test_what_a_parent_adds_by_the_page_of_the_question_is_for_people_whoever_talks(database: Engine) -> None:
    """After the adviser gave the conversation back, the assistant owns it: it would have answered what was meant for people."""
    aisha = make_account("Aisha")
    ticket = held(aisha)
    with transaction() as session:
        live_chat.hand_back(session, session.get_one(Ticket, ticket.id), aisha, NOON)
    with transaction() as session:
        added = queue.parent_adds(session, session.get_one(Ticket, ticket.id), "Er is nog iets", None, SOON)
        assert added.state == "delivered"
    assert the_ticket().state == "open"


def test_a_conversation_is_not_handed_back_over_a_message_that_was_not_seen(database: Engine) -> None:
    """It would end answered and in nobody's hands, and be closed some time later."""
    aisha = make_account("Aisha")
    ticket = held(aisha)
    with transaction() as session:
        added = queue.parent_adds(session, session.get_one(Ticket, ticket.id), "Hij is weggelopen", None, SOON)
    with pytest.raises(queue.Unread), transaction() as session:
        live_chat.hand_back(session, session.get_one(Ticket, ticket.id), aisha, SOON, seen=added.id - 1)
    assert (the_ticket().state, the_ticket().claimed_by) == ("claimed", aisha.id)
    with transaction() as session:
        live_chat.hand_back(session, session.get_one(Ticket, ticket.id), aisha, SOON, seen=added.id)
    assert the_ticket().state == "answered"


def test_a_ticket_is_not_closed_or_merged_over_a_message_that_was_not_seen_in_a_duplicate(database: Engine) -> None:
    aisha = make_account("Aisha")
    duplicate, into = held(aisha), held(aisha)
    with transaction() as session:
        seen = queue.parent_adds(session, session.get_one(Ticket, duplicate.id), "Ook dit", None, SOON).id - 1
    with pytest.raises(queue.Unread), transaction() as session:
        merging.merge(session, duplicate.id, into.id, aisha, SOON, seen=seen)
    with transaction() as session:
        merging.merge(session, duplicate.id, into.id, aisha, SOON, seen=seen + 1)
    with transaction() as session:
        seen = queue.parent_adds(session, session.get_one(Ticket, duplicate.id), "En dit", None, SOON).id - 1
    with pytest.raises(queue.Unread):
        close(into, aisha, seen=seen)
    close(into, aisha, seen=seen + 1)


def test_a_partner_keeps_a_ticket_until_the_check_is_due(database: Engine) -> None:
    aisha, petra = make_account("Aisha"), make_account("Petra", role="partner", partner="balans")
    ticket = held(aisha)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        referrals.refer(session, found, aisha, "balans", "Dyslexie", NOON, agreed=True)
        assert claims.claim(session, ticket.id, session.get_one(Account, petra.id), SOON)
    for helped in (False, True):
        with pytest.raises(Collision), transaction() as session:
            referrals.checked(session, session.get_one(Ticket, ticket.id), aisha, helped, SOON)
    assert (the_ticket().claimed_by, the_ticket().partner) == (petra.id, "balans")


def test_a_check_after_a_referral_is_done_once(database: Engine) -> None:
    aisha = make_account("Aisha")
    ticket = held(aisha)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        referrals.refer(session, found, aisha, "balans", "Dyslexie", NOON, agreed=True)
        assert found.check_at is not None
        due = found.check_at
        referrals.checked(session, found, aisha, True, due)
    with pytest.raises(Collision), transaction() as session:
        referrals.checked(session, session.get_one(Ticket, ticket.id), aisha, False, due)
    assert the_ticket().partner == "balans"


def test_a_partner_gives_back_only_what_it_has(database: Engine) -> None:
    aisha, petra = make_account("Aisha"), make_account("Petra", role="partner", partner="vooo")
    ticket = held(aisha)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        referrals.refer(session, found, aisha, "balans", "Dyslexie", NOON, agreed=True)
    with pytest.raises(claims.NotYours), transaction() as session:
        referrals.give_back(session, session.get_one(Ticket, ticket.id), petra, "Niet voor ons", SOON)


def test_a_partner_never_reads_a_private_link() -> None:
    from loket.desk.partner_view import without_links

    link = "/vraag/AbCdEfGhIjKlMnOpQrSt"
    message = MessageView(
        id=1, sender="system", text=f"[hier]({link})", html=f'<a href="{link}">hier</a>', created_at=NOON
    )  # fmt: skip
    shown = without_links(message)
    assert link not in shown.text + shown.html
    assert "/vraag/…" in shown.html
