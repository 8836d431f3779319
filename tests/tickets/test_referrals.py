"""A question goes to a partner organisation, with the parent's consent, and comes back when it did not help."""

from __future__ import annotations

from datetime import timedelta

import pytest

from loket.accounts.models import Account
from loket.conversations.models import Message
from loket.db.base import reading, transaction
from loket.mail.models import Outbox
from loket.tickets import claims, notes, queue, referrals
from loket.tickets.models import Ticket
from tests.conftest import NOON
from tests.support.site import all_of, make_account
from tests.support.tickets import claimed, find, kinds

pytestmark = pytest.mark.usefixtures("database")


def refer(ticket: Ticket, who: Account, *, agreed: bool = True) -> None:
    with transaction() as session:
        referrals.refer(session, session.get_one(Ticket, ticket.id), who, "balans", "Dyslexie", NOON, agreed=agreed)


def partner_account(organisation: str = "balans") -> Account:
    return make_account("Petra Partner", role="partner", partner=organisation)


def test_a_referral_needs_consent(aisha: Account) -> None:
    ticket = claimed(aisha)
    with pytest.raises(referrals.ReferralRefused):
        refer(ticket, aisha, agreed=False)
    assert find(ticket).partner is None


def test_a_referral_tells_the_partner_and_the_parent_without_the_question(aisha: Account) -> None:
    petra = partner_account()
    ticket = claimed(aisha, "Een geheime vraag")
    refer(ticket, aisha)
    assert (find(ticket).state, find(ticket).partner) == ("referred", "balans")
    mail = next(mail for mail in all_of(Outbox) if mail.recipient == petra.email)
    assert ticket.reference in mail.body
    assert "geheim" not in mail.body
    assert "Balans" in all_of(Message)[-1].text


def test_only_who_works_for_that_partner_is_mailed(aisha: Account) -> None:
    petra, gone = partner_account(), partner_account()
    partner_account("vooo")
    with transaction() as session:
        session.get_one(Account, gone.id).active = False
    refer(claimed(aisha), aisha)
    assert [mail.recipient for mail in all_of(Outbox)] == [petra.email]


def test_the_partner_returns_it_with_a_reason(aisha: Account) -> None:
    petra, ticket = partner_account(), claimed(aisha)
    refer(ticket, aisha)
    with transaction() as session:
        referrals.give_back(session, session.get_one(Ticket, ticket.id), petra, "Niet ons gebied", NOON)
    assert (find(ticket).state, find(ticket).partner) == ("open", None)
    with reading() as session:
        assert [note.text for note in notes.of_ticket(session, find(ticket), aisha)] == ["Dyslexie", "Niet ons gebied"]


def test_after_some_days_it_is_checked_and_who_was_not_helped_comes_back(aisha: Account) -> None:
    petra, ticket = partner_account(), claimed(aisha)
    refer(ticket, aisha)
    assert not referrals.needs_check(find(ticket), NOON)
    later = NOON + timedelta(days=6)
    assert referrals.needs_check(find(ticket), later)
    with transaction() as session:
        claims.claim(session, ticket.id, petra, later)
        queue.reply(session, session.get_one(Ticket, ticket.id), petra, "Zo zit het.", later)
        referrals.checked(session, session.get_one(Ticket, ticket.id), aisha, False, later)
    assert (find(ticket).state, find(ticket).partner, find(ticket).check_at) == ("open", None, None)
    assert find(ticket).promised_by > later


def test_a_question_that_the_partner_did_not_answer_comes_back_with_the_promise_it_had(aisha: Account) -> None:
    ticket = claimed(aisha)
    refer(ticket, aisha)
    with transaction() as session:
        referrals.checked(session, session.get_one(Ticket, ticket.id), aisha, False, NOON + timedelta(days=6))
    assert (find(ticket).state, find(ticket).promised_by) == ("open", ticket.promised_by)
    assert kinds(ticket)[-1] == "returned", "nobody had answered it, so it is not opened again"


def test_a_partner_reads_the_reason_it_was_given_and_not_that_of_another(aisha: Account) -> None:
    ticket, first, second = claimed(aisha), partner_account(), partner_account("nko")
    refer(ticket, aisha)
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        referrals.give_back(session, found, first, "Niet ons gebied", NOON)
        claims.claim(session, ticket.id, aisha, NOON)
        referrals.refer(session, found, aisha, "nko", "Een andere reden", NOON, agreed=True)
    with reading() as session:
        read = notes.of_ticket(session, session.get_one(Ticket, ticket.id), second)
        assert [note.text for note in read] == ["Een andere reden"]
