"""What the jobs do, one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loket.accounts import sessions, throttle, used_forms
from loket.accounts.models import HalfLogin, LoginFailure, MailLink, StaffSession, UsedForm, UsedState
from loket.conversations.models import Conversation
from loket.db.base import reading, transaction
from loket.mail.models import Outbox
from loket.tickets import claims, closing, presence, queue
from loket.tickets.models import ANSWERED, CLOSED, OPEN, Presence, Ticket
from loket.worker import forgetting, jobs
from tests.conftest import NOON
from tests.support.site import all_of, make_account, make_ticket

DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def answered(database: Engine) -> Ticket:
    """A question that was answered at noon."""
    ticket, adviser = make_ticket(now=NOON), make_account()
    with transaction() as session:
        assert claims.claim(session, ticket.id, adviser, NOON)
        found = session.get_one(Ticket, ticket.id, populate_existing=True)
        queue.reply(session, found, adviser, "Ja.", NOON)
    return ticket


def state(ticket: Ticket) -> str:
    with reading() as session:
        return session.get_one(Ticket, ticket.id).state


def test_an_answered_question_is_closed_when_nobody_writes(answered: Ticket) -> None:
    assert closing.close_answered(NOON + 13 * DAY, 14) == 0
    assert closing.close_answered(NOON + 15 * DAY, 14) == 1
    with reading() as session:
        ticket = session.get_one(Ticket, answered.id)
        last = ticket.events[-1]
        assert (ticket.state, ticket.claimed_by, ticket.claimed_until) == (CLOSED, None, None)
        assert (last.kind, last.account_id, last.data) == ("closed", None, {"idle_days": 14})
        assert ticket.conversation.owner == "queue"
    assert all_of(Outbox) == [], "nobody is told"
    assert closing.close_answered(NOON + 15 * DAY, 14) == 0


def test_what_the_parent_writes_afterwards_opens_it(answered: Ticket) -> None:
    closing.close_answered(NOON + 15 * DAY, 14)
    with transaction() as session:
        queue.parent_writes(session, session.get_one(Ticket, answered.id), NOON + 16 * DAY)
    assert state(answered) == OPEN


def test_a_question_in_which_was_written_lately_is_not_closed(answered: Ticket) -> None:
    with transaction() as session:
        session.get_one(Ticket, answered.id).conversation.changed_at = NOON + 10 * DAY
    assert closing.close_answered(NOON + 15 * DAY, 14) == 0


def test_a_question_with_an_adviser_in_it_is_not_closed(answered: Ticket) -> None:
    with transaction() as session:
        session.get_one(Ticket, answered.id).claimed_until = NOON + 20 * DAY
    assert closing.close_answered(NOON + 15 * DAY, 14) == 0


def test_one_that_reopened_since_the_list_was_made_is_not_closed(answered: Ticket) -> None:
    with transaction() as session:
        session.get_one(Ticket, answered.id).state = OPEN
    assert not closing._close_one(answered.id, NOON + 15 * DAY, NOON + DAY, 14)
    assert state(answered) == OPEN


def test_one_in_which_was_written_since_the_list_was_made_is_not_closed(answered: Ticket) -> None:
    with transaction() as session:
        session.get_one(Ticket, answered.id).conversation.changed_at = NOON + 15 * DAY
    assert not closing._close_one(answered.id, NOON + 15 * DAY, NOON + DAY, 14)


def test_one_to_which_an_adviser_came_back_since_the_list_was_made_is_not_closed(answered: Ticket) -> None:
    with transaction() as session:
        session.get_one(Ticket, answered.id).claimed_until = NOON + 16 * DAY
    assert not closing._close_one(answered.id, NOON + 15 * DAY, NOON + DAY, 14)


def test_the_assistant_keeps_a_conversation_that_was_given_back(answered: Ticket) -> None:
    with transaction() as session:
        session.get_one(Conversation, answered.conversation_id).owner = "assistant"
        session.get_one(Ticket, answered.id).claimed_until = None
    closing.close_answered(NOON + 15 * DAY, 14)
    assert (state(answered), all_of(Conversation)[0].owner) == (CLOSED, "assistant")


def test_other_states_are_left_alone(database: Engine) -> None:
    ticket = make_ticket(now=NOON)
    assert closing.close_answered(NOON + 99 * DAY, 14) == 0
    assert state(ticket) == OPEN


def test_tending_frees_what_lapsed_and_tells_of_promises(answered: Ticket) -> None:
    make_account("Lea Brink", role="administrator")
    late = make_ticket("Nog een vraag", NOON)
    jobs.tend(NOON + 30 * DAY)
    with reading() as session:
        assert session.get_one(Ticket, answered.id).claimed_until is None
        assert session.get_one(Ticket, late.id).escalated == 2
    assert state(answered) == ANSWERED
    assert [mail.subject for mail in all_of(Outbox)] == [f"Belofte is verlopen: {late.reference}"]


def test_what_is_of_no_use_any_more_is_forgotten_and_the_rest_is_kept(database: Engine) -> None:
    ticket, account = make_ticket(now=NOON), make_account()

    def rows(prefix: str, ago: float) -> list[object]:
        """Of each kind one, a part of its life ago (1 and more: past it)."""
        return [
            LoginFailure(key=prefix, at=NOON - throttle.KEPT * ago),
            UsedState(state_hash=prefix, at=NOON - timedelta(minutes=20) * ago),
            UsedForm(id=prefix, account_id=account.id, led_to="/", used_at=NOON - used_forms.KEPT * ago),
            HalfLogin(token_hash=prefix, account_id=account.id, expires_at=NOON + timedelta(minutes=5) * (1 - ago)),
            MailLink(
                token_hash=prefix,
                account_id=account.id,
                purpose="reset",
                expires_at=NOON + timedelta(hours=1) * (1 - ago),
            ),
            StaffSession(
                token_hash=prefix, account_id=account.id, created_at=NOON - sessions.ABSOLUTE * ago, seen_at=NOON
            ),
            Outbox(
                message_id=prefix,
                recipient="a@voorbeeld.nl",
                subject="x",
                body="x",
                created_at=NOON - 30 * DAY * ago,
                try_after=NOON,
            ),
        ]

    with transaction() as session:
        session.add_all(rows("oud", 1.1) + rows("jong", 0.9))
        session.add(Presence(ticket_id=ticket.id, account_id=account.id, seen_at=NOON - 1.1 * presence.GONE_AFTER))
    forgetting.forget(NOON, outbox_days=30)
    for model in (LoginFailure, UsedState, UsedForm, HalfLogin, MailLink, StaffSession, Outbox):
        kept = all_of(model)
        assert len(kept) == 1, model
        assert "jong" in vars(kept[0]).values()
    assert all_of(Presence) == []
