"""What is late or urgent reaches the team lead: once, and without the question."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loket.accounts.models import Account, TeamMember
from loket.db.base import transaction
from loket.mail.models import Outbox
from loket.tickets import claims, deadlines, escalation, queue
from loket.tickets.models import Ticket
from tests.conftest import NOON
from tests.support.site import all_of, make_account, make_ticket
from tests.support.tickets import claimed, find, kinds

pytestmark = pytest.mark.usefixtures("database")


def lead_of(team: str) -> Account:
    lead = make_account("Lea Leider", role="lead")
    with transaction() as session:
        session.add(TeamMember(account_id=lead.id, team=team))
    return lead


def test_a_promise_that_is_near_and_then_broken_reaches_the_lead_once_each(database: Engine) -> None:
    lead, ticket = lead_of("algemeen"), make_ticket("Een geheime vraag", NOON)
    looks = [NOON, ticket.promised_by - timedelta(hours=1), ticket.promised_by - timedelta(minutes=30)]
    for now in [*looks, ticket.promised_by + timedelta(minutes=1), ticket.promised_by + timedelta(days=1)]:
        with transaction() as session:
            escalation.escalate_due_promises(session, now)
    assert [kind for kind in kinds(ticket) if kind.startswith("promise")] == ["promise_near", "promise_broken"]
    assert [mail.recipient for mail in all_of(Outbox)] == [lead.email] * 2
    assert all("geheim" not in mail.body + mail.subject for mail in all_of(Outbox))


def test_a_new_promise_can_be_escalated_again(aisha: Account) -> None:
    ticket = claimed(aisha)
    with transaction() as session:
        escalation.escalate_due_promises(session, ticket.promised_by + timedelta(minutes=1))
    with transaction() as session:
        claims.claim(session, ticket.id, aisha, ticket.promised_by)
        queue.reply(session, session.get_one(Ticket, ticket.id), aisha, "Sorry.", ticket.promised_by)
    with transaction() as session:
        queue.parent_writes(session, session.get_one(Ticket, ticket.id), ticket.promised_by + timedelta(days=3))
    assert find(ticket).escalated == 0


def test_an_urgent_question_alerts_the_lead_at_once(database: Engine) -> None:
    lead = lead_of("veiligheid")
    ticket = make_ticket("Ik wil niet meer leven", NOON, urgent=True)
    assert [(mail.recipient, "leven" in mail.body) for mail in all_of(Outbox)] == [(lead.email, False)]
    assert kinds(ticket) == ["created", "alerted"]


def test_an_urgent_question_is_not_reported_again_when_its_promise_is_near(database: Engine) -> None:
    lead_of("veiligheid")
    ticket = make_ticket("Ik wil niet meer leven", NOON, urgent=True)
    with transaction() as session:
        assert escalation.escalate_due_promises(session, ticket.promised_by - timedelta(minutes=5)) == []
    assert len(all_of(Outbox)) == 1


def test_a_lead_who_has_left_is_not_told_and_the_others_are(database: Engine) -> None:
    gone, lead = lead_of("algemeen"), make_account("Lena Leider", role="lead")
    ticket = make_ticket(now=NOON)
    with transaction() as session:
        session.get_one(Account, gone.id).active = False
    with transaction() as session:
        escalation.escalate_due_promises(session, ticket.promised_by)
    assert [mail.recipient for mail in all_of(Outbox)] == [lead.email]


def test_a_question_that_was_answered_in_time_and_opened_again_by_us_breaks_no_promise(database: Engine) -> None:
    anna = make_account("Anna")
    make_account("Lena", role="lead")
    ticket, later = make_ticket(now=NOON), NOON + timedelta(days=9)
    with transaction() as session:
        who, found = session.get_one(Account, anna.id), session.get_one(Ticket, ticket.id)
        assert claims.claim(session, ticket.id, who, NOON)
        queue.reply(session, found, who, "Zo zit het.", NOON + timedelta(minutes=1))
    with transaction() as session:
        assert claims.claim(session, ticket.id, session.get_one(Account, anna.id), later)
    with transaction() as session:
        assert deadlines.of_ticket(session, ticket.id).status == deadlines.STOPPED
        assert escalation.escalate_due_promises(session, later) == []
    with transaction() as session:
        queue.parent_adds(session, session.get_one(Ticket, ticket.id), "Er is nog iets", "c1", later)
    with transaction() as session:
        assert escalation.escalate_due_promises(session, later + timedelta(days=9)) != []
