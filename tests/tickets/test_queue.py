"""The queue on both databases: nobody claims twice, no answer is lost, everything is an event."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loket.accounts.models import Account
from loket.clock import utc_now
from loket.conversations import contact, registry, transcript
from loket.conversations.models import Conversation, Message
from loket.db.base import reading, transaction
from loket.mail.models import Outbox
from loket.tickets import claims, events, mails, queue
from loket.tickets.models import Ticket, TicketEvent
from loket.tickets.states import IllegalChange
from tests.conftest import NOON
from tests.support.site import all_of, make_account, make_ticket
from tests.support.tickets import claimed, find

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ticket(database: Engine) -> Ticket:
    return make_ticket(now=NOON)


def claim(ticket: Ticket, who: Account, minutes: float = 0) -> bool:
    with transaction() as session:
        return claims.claim(session, ticket.id, who, NOON + timedelta(minutes=minutes))


def reply(ticket: Ticket, who: Account, text: str = "Dat mag.", minutes: float = 0) -> None:
    with transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), who, text, NOON + timedelta(minutes=minutes))


def now_is(ticket: Ticket) -> tuple[str, str, int | None]:
    """State, owner of the conversation, claimant."""
    with reading() as session:
        found = session.get_one(Ticket, ticket.id)
        return found.state, found.conversation.owner, found.claimed_by


def history(ticket: Ticket) -> list[tuple[str, int | None]]:
    with reading() as session:
        return [(event.kind, event.account_id) for event in session.get_one(Ticket, ticket.id).events]


def test_a_new_ticket_is_open_and_belongs_to_the_queue(ticket: Ticket) -> None:
    assert now_is(ticket) == ("open", "queue", None)
    assert history(ticket) == [("created", None)]


def test_the_promise_counts_working_hours(ticket: Ticket) -> None:
    # 16 working hours from Tuesday noon: five today, eight on Wednesday, three on Thursday.
    assert ticket.promised_by == NOON + timedelta(days=2)


def test_reference_and_token_cannot_be_guessed_or_misread(database: Engine) -> None:
    tickets = [make_ticket() for _ in range(20)]
    assert len({ticket.reference for ticket in tickets}) == 20
    assert not set("01ILOU") & set("".join(ticket.reference.removeprefix("5010-") for ticket in tickets))
    assert all(len(ticket.token) >= 22 for ticket in tickets)


def test_claim_takes_ticket_and_conversation(ticket: Ticket, aisha: Account) -> None:
    assert claim(ticket, aisha)
    assert now_is(ticket) == ("claimed", "adviser", aisha.id)
    assert history(ticket)[-1] == ("claimed", aisha.id)


def test_claim_skips_the_ticket_of_another(ticket: Ticket, aisha: Account, bram: Account) -> None:
    claim(ticket, aisha)
    assert not claim(ticket, bram)
    assert now_is(ticket)[2] == aisha.id


def test_of_twenty_who_claim_at_once_one_succeeds(ticket: Ticket) -> None:
    advisers = [make_account(f"Adviseur {number}") for number in range(20)]
    start = threading.Barrier(20)

    def at_once(who: Account) -> bool:
        start.wait()
        return claim(ticket, who)

    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(at_once, advisers))
    assert won.count(True) == 1
    assert now_is(ticket)[2] == advisers[won.index(True)].id
    assert [kind for kind, _ in history(ticket)] == ["created", "claimed"]


def test_a_lease_that_runs_keeps_others_out(ticket: Ticket, aisha: Account, bram: Account) -> None:
    claim(ticket, aisha)
    assert not claim(ticket, bram, minutes=9.9)


def test_a_lease_that_lapsed_lets_another_in_and_that_is_an_event(
    ticket: Ticket, aisha: Account, bram: Account
) -> None:
    claim(ticket, aisha)
    assert claim(ticket, bram, minutes=10.1)
    assert history(ticket)[1:] == [("claimed", aisha.id), ("claimed", bram.id)]


def test_claiming_again_renews_the_lease_silently(ticket: Ticket, aisha: Account, bram: Account) -> None:
    claim(ticket, aisha)
    assert claim(ticket, aisha, minutes=8)
    assert not claim(ticket, bram, minutes=15)
    assert len(history(ticket)) == 2


def test_a_ticket_that_does_not_exist_cannot_be_claimed(database: Engine, aisha: Account) -> None:
    with transaction() as session:
        assert not claims.claim(session, 999, aisha, NOON)


def test_a_closed_ticket_cannot_be_claimed(ticket: Ticket, aisha: Account) -> None:
    claim(ticket, aisha)
    close(ticket, aisha)
    assert not claim(ticket, aisha)


def test_a_reply_is_message_event_and_state_together(ticket: Ticket, aisha: Account) -> None:
    claim(ticket, aisha)
    reply(ticket, aisha)
    message = all_of(Message)[-1]
    assert (message.sender, message.text, message.extra) == ("adviser", "Dat mag.", {"name": "Aisha"})
    assert now_is(ticket)[0] == "answered"
    assert history(ticket)[-1] == ("replied", aisha.id)


def test_a_reply_is_mailed_to_who_left_an_address(database: Engine, aisha: Account) -> None:
    ticket = make_ticket(now=NOON, contact=contact.Contact(email="ouder@voorbeeld.nl"))
    claim(ticket, aisha)
    reply(ticket, aisha)
    receipt, answer = all_of(Outbox)
    assert ticket.reference in receipt.subject
    assert "Dat mag." in answer.body
    assert mails.link(ticket) in answer.body
    assert answer.message_id != receipt.message_id


def test_without_an_address_nothing_is_mailed(ticket: Ticket, aisha: Account) -> None:
    claim(ticket, aisha)
    reply(ticket, aisha)
    assert all_of(Outbox) == []


def test_a_reply_that_fails_half_way_leaves_nothing(database: Engine, aisha: Account) -> None:
    ticket = make_ticket(now=NOON, contact=contact.Contact(email="ouder@voorbeeld.nl"))
    claim(ticket, aisha)
    before = len(all_of(Message)), history(ticket), len(all_of(Outbox))
    with pytest.raises(RuntimeError):
        reply_half_way(ticket, aisha)
    assert (len(all_of(Message)), history(ticket), len(all_of(Outbox))) == before
    assert now_is(ticket)[0] == "claimed"


def reply_half_way(ticket: Ticket, who: Account) -> None:
    with transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), who, "Dat mag.", NOON)
        session.flush()
        raise RuntimeError


@pytest.mark.parametrize("minutes", [10.1, 60])
def test_a_late_reply_is_refused(ticket: Ticket, aisha: Account, minutes: float) -> None:
    claim(ticket, aisha)
    with pytest.raises(claims.NotYours, match="niet verstuurd"):
        reply(ticket, aisha, minutes=minutes)
    assert all(message.sender != "adviser" for message in all_of(Message))


def test_a_reply_to_the_ticket_of_another_is_refused(ticket: Ticket, aisha: Account, bram: Account) -> None:
    claim(ticket, aisha)
    with pytest.raises(claims.NotYours):
        reply(ticket, bram)


def test_an_adviser_may_reply_twice(ticket: Ticket, aisha: Account) -> None:
    claim(ticket, aisha)
    reply(ticket, aisha)
    reply(ticket, aisha, "En nog iets.", minutes=5)
    assert [kind for kind, _ in history(ticket)].count("replied") == 2


def test_release_puts_it_back_in_the_queue(ticket: Ticket, aisha: Account, bram: Account) -> None:
    claim(ticket, aisha)
    with transaction() as session:
        claims.release(session, session.get_one(Ticket, ticket.id), aisha, NOON)
    assert now_is(ticket) == ("open", "queue", None)
    assert claim(ticket, bram)


def test_release_of_the_ticket_of_another_is_refused(ticket: Ticket, aisha: Account, bram: Account) -> None:
    claim(ticket, aisha)
    with pytest.raises(claims.NotYours), transaction() as session:
        claims.release(session, session.get_one(Ticket, ticket.id), bram, NOON)
    assert now_is(ticket)[2] == aisha.id


def test_close_keeps_what_the_question_was(ticket: Ticket, aisha: Account) -> None:
    claim(ticket, aisha)
    close(ticket, aisha, intent="pesten_aanpak")
    assert now_is(ticket) == ("closed", "queue", None)
    with reading() as session:
        assert session.get_one(Ticket, ticket.id).events[-1].data == {"intent": "pesten_aanpak"}


@pytest.mark.parametrize("closed", [False, True])
def test_a_reply_of_the_parent_opens_it_again(ticket: Ticket, aisha: Account, closed: bool) -> None:
    claim(ticket, aisha)
    reply(ticket, aisha)
    if closed:
        close(ticket, aisha)
    parent_writes(ticket, minutes=0 if closed else 11)
    assert now_is(ticket)[:2] == ("open", "queue")
    assert [kind for kind, _ in history(ticket)][-2:] == ["reopened", "parent_wrote"]


def test_a_parent_who_replies_at_once_finds_the_same_adviser(ticket: Ticket, aisha: Account) -> None:
    claim(ticket, aisha)
    reply(ticket, aisha)
    parent_writes(ticket, minutes=1)
    assert now_is(ticket) == ("claimed", "adviser", aisha.id)


def test_a_parent_who_writes_while_an_adviser_is_busy_changes_no_state(ticket: Ticket, aisha: Account) -> None:
    claim(ticket, aisha)
    parent_writes(ticket)
    assert now_is(ticket) == ("claimed", "adviser", aisha.id)
    assert history(ticket)[-1] == ("parent_wrote", None)


def test_a_parent_we_waited_for_goes_back_to_the_same_adviser(ticket: Ticket, aisha: Account) -> None:
    claim(ticket, aisha)
    with transaction() as session:
        events.change(session, session.get_one(Ticket, ticket.id), "waiting_for_parent", NOON, aisha, kind="asked")
    parent_writes(ticket)
    assert now_is(ticket) == ("claimed", "adviser", aisha.id)


def test_an_illegal_change_leaves_no_event(ticket: Ticket) -> None:
    with pytest.raises(IllegalChange), transaction() as session:
        events.change(session, session.get_one(Ticket, ticket.id), "answered", NOON, kind="replied")
    assert len(history(ticket)) == 1


def test_rerouting_by_hand_is_an_event_and_keeps_the_promise(aisha: Account) -> None:
    ticket = claimed(aisha)
    with transaction() as session:
        queue.reroute(session, session.get_one(Ticket, ticket.id), "veiligheid", aisha, NOON)
    assert (find(ticket).team, find(ticket).promised_by) == ("veiligheid", ticket.promised_by)
    assert all_of(TicketEvent)[-1].data == {"from": "algemeen", "to": "veiligheid"}


def test_handing_over_twice_at_once_is_one_ticket(database: Engine) -> None:
    with transaction() as session:
        conversation_id = registry.start(session, NOON)[0].id
    start = threading.Barrier(8)

    def at_once(_: int) -> str:
        start.wait()
        with transaction() as session:
            conversation = session.get_one(Conversation, conversation_id)
            return queue.hand_off(session, conversation, "Mag dit?", utc_now()).reference

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(at_once, range(8)))) == 1
    assert len(all_of(Ticket)) == 1


def close(ticket: Ticket, who: Account, intent: str | None = None) -> None:
    with transaction() as session:
        queue.close(session, session.get_one(Ticket, ticket.id), who, NOON, intent)


def parent_writes(ticket: Ticket, minutes: float = 0) -> None:
    now = NOON + timedelta(minutes=minutes)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        transcript.receive(session, found.conversation, "En nog iets", None, now, None)
        queue.parent_writes(session, found, now)
