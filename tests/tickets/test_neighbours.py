"""Merging, linking, splitting, referring, escalating: what happens between tickets and to whom it is told."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from loket.accounts.models import Account, TeamMember
from loket.conversations import contact
from loket.conversations.models import Conversation, Message
from loket.db.base import reading, transaction
from loket.mail.models import Outbox
from loket.tickets import claims, deadlines, escalation, live_chat, merging, notes, queue, referrals
from loket.tickets.models import Mention, Ticket, TicketEvent
from tests.conftest import NOON
from tests.support.site import all_of, make_account, make_ticket

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def aisha(database: Engine) -> Account:
    return make_account("Aisha de Boer")


def claimed(who: Account, question: str = "Mag dit?", **more: object) -> Ticket:
    ticket = make_ticket(question, NOON, **more)
    with transaction() as session:
        assert claims.claim(session, ticket.id, who, NOON)
    return ticket


def find(ticket: Ticket | int) -> Ticket:
    with reading() as session:
        found = session.get_one(Ticket, ticket if isinstance(ticket, int) else ticket.id)
        _ = found.conversation.owner
        return found


def kinds(ticket: Ticket) -> list[str]:
    return [event.kind for event in all_of(TicketEvent) if event.ticket_id == ticket.id]


def test_an_answer_to_merged_tickets_reaches_both(aisha: Account) -> None:
    into = claimed(aisha, contact=contact.Contact(email="a@voorbeeld.nl"))
    double = claimed(aisha, contact=contact.Contact(email="b@voorbeeld.nl"))
    with transaction() as session:
        merging.merge(session, double.id, into.id, aisha, NOON)
        queue.reply(session, session.get_one(Ticket, into.id), aisha, "Dat mag.", NOON)
    told = [m.conversation_id for m in all_of(Message) if m.sender == "adviser"]
    assert sorted(told) == sorted([into.conversation_id, double.conversation_id])
    mailed = {mail.recipient for mail in all_of(Outbox) if "Antwoord" in mail.subject}
    assert mailed == {"a@voorbeeld.nl", "b@voorbeeld.nl"}
    assert (find(double).state, find(double).merged_into) == ("closed", into.id)


def test_the_parent_of_a_merged_ticket_reopens_the_one_it_went_into(aisha: Account) -> None:
    into, double = claimed(aisha), claimed(aisha)
    with transaction() as session:
        merging.merge(session, double.id, into.id, aisha, NOON)
        queue.close(session, session.get_one(Ticket, into.id), aisha, NOON)
    with transaction() as session:
        queue.parent_writes(session, session.get_one(Ticket, double.id), NOON + timedelta(hours=1))
    assert find(into).state == "open"
    assert find(double).state == "closed"


def test_merges_that_cross_each_other_lose_nothing(aisha: Account) -> None:
    for _ in range(5):
        one, two = claimed(aisha), claimed(aisha)
        start = threading.Barrier(2)

        def cross(ids: tuple[int, int], start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                with transaction() as session:
                    merging.merge(session, *ids, aisha, NOON)
            except merging.CannotMerge:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(cross, [(one.id, two.id), (two.id, one.id)])) == [False, True]
        assert sorted([find(one).state, find(two).state]) == ["claimed", "closed"]


def test_what_was_merged_or_closed_is_no_target(aisha: Account) -> None:
    one, two, three = claimed(aisha), claimed(aisha), claimed(aisha)
    with transaction() as session:
        merging.merge(session, one.id, two.id, aisha, NOON)
    for pair in ((three.id, one.id), (two.id, three.id), (three.id, three.id), (three.id, 99_999)):
        with pytest.raises(merging.CannotMerge), transaction() as session:
            merging.merge(session, *pair, aisha, NOON)


def test_a_merge_can_be_undone(aisha: Account) -> None:
    one, two = claimed(aisha), claimed(aisha)
    with transaction() as session:
        merging.merge(session, one.id, two.id, aisha, NOON)
        queue.undo_close(session, session.get_one(Ticket, one.id), aisha, NOON)
    assert (find(one).state, find(one).merged_into, find(one).claimed_by) == ("claimed", None, aisha.id)


def test_a_split_question_keeps_contact_and_promise_and_the_parent_gets_its_link(aisha: Account) -> None:
    ticket = claimed(aisha, contact=contact.Contact(email="a@voorbeeld.nl"))
    later = NOON + timedelta(hours=3)
    with transaction() as session:
        other = merging.split(session, session.get_one(Ticket, ticket.id), aisha, "En mag dat ook?", later)
    assert (find(other).email, find(other).question) == ("a@voorbeeld.nl", "En mag dat ook?")
    assert find(other).promised_by == ticket.promised_by
    with reading() as session:
        assert [t.id for t in merging.related(session, ticket.id)] == [other.id]
        assert deadlines.of(session, other.id).due == ticket.promised_by
    told = [m for m in all_of(Message) if m.sender == "system" and m.conversation_id == ticket.conversation_id]
    assert other.token in told[-1].text


def test_linking_twice_is_one_link(aisha: Account) -> None:
    one, two = claimed(aisha), claimed(aisha)
    for pair in ((one, two), (two, one)):
        with transaction() as session:
            found = [session.get_one(Ticket, ticket.id) for ticket in pair]
            merging.link(session, found[0], found[1], aisha, NOON)
    assert kinds(one).count("linked") == 1


def refer(ticket: Ticket, who: Account, *, agreed: bool = True) -> None:
    with transaction() as session:
        referrals.refer(session, session.get_one(Ticket, ticket.id), who, "balans", "Dyslexie", NOON, agreed=agreed)


def partner_account() -> Account:
    account = make_account("Petra Partner", role="partner")
    with transaction() as session:
        session.get_one(Account, account.id).partner = "balans"
    account.partner = "balans"
    return account


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


def test_a_note_reaches_who_it_names(aisha: Account) -> None:
    bram, ticket = make_account("Bram Visser"), claimed(aisha)
    with transaction() as session:
        notes.add(session, session.get_one(Ticket, ticket.id), aisha, "@bram en bram@school.nl, kijk mee", NOON)
    assert [mention.account_id for mention in all_of(Mention)] == [bram.id]
    with transaction() as session:
        notes.read(session, ticket.id, bram, NOON)
    assert all_of(Mention)[0].seen_at is not None


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
            escalation.look(session, now)
    assert [kind for kind in kinds(ticket) if kind.startswith("promise")] == ["promise_near", "promise_broken"]
    assert [mail.recipient for mail in all_of(Outbox)] == [lead.email] * 2
    assert all("geheim" not in mail.body + mail.subject for mail in all_of(Outbox))


def test_a_new_promise_can_be_escalated_again(aisha: Account) -> None:
    ticket = claimed(aisha)
    with transaction() as session:
        escalation.look(session, ticket.promised_by + timedelta(minutes=1))
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


def test_rerouting_by_hand_is_an_event_and_keeps_the_promise(aisha: Account) -> None:
    ticket = claimed(aisha)
    with transaction() as session:
        queue.reroute(session, session.get_one(Ticket, ticket.id), "veiligheid", aisha, NOON)
    assert (find(ticket).team, find(ticket).promised_by) == ("veiligheid", ticket.promised_by)
    assert all_of(TicketEvent)[-1].data == {"from": "algemeen", "to": "veiligheid"}


def test_one_of_many_who_step_into_a_conversation_gets_it(database: Engine) -> None:
    from loket.conversations import registry, transcript

    with transaction() as session:
        conversation, _ = registry.start(session, NOON)
        transcript.receive(session, conversation, "Mag de school dit?", "m1", NOON, None)
    advisers = [make_account(f"Adviseur {number}") for number in range(6)]
    start = threading.Barrier(6)

    def step_in(who: Account) -> bool:
        start.wait()
        with transaction() as session:
            return live_chat.step_in(session, conversation.id, who, NOON) is not None

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(step_in, advisers)).count(True) == 1
    assert len(all_of(Ticket)) == 1


def test_handing_back_gives_the_floor_to_the_assistant_and_asking_again_opens_the_ticket(aisha: Account) -> None:
    ticket = claimed(aisha)
    with transaction() as session:
        live_chat.hand_back(session, session.get_one(Ticket, ticket.id), aisha, NOON)
    assert (find(ticket).state, find(ticket).conversation.owner) == ("answered", "assistant")
    with pytest.raises(claims.NotYours), transaction() as session:
        queue.reply(session, session.get_one(Ticket, ticket.id), aisha, "Nog iets", NOON)
    with transaction() as session:
        queue.hand_off(session, session.get_one(Conversation, ticket.conversation_id), "Toch een mens", NOON)
    assert (find(ticket).state, find(ticket).conversation.owner) == ("open", "queue")
