"""Merging, linking and splitting: what happens between tickets, and what each parent hears."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from loket.accounts.models import Account
from loket.conversations import contact
from loket.conversations.models import Message
from loket.db.base import reading, transaction
from loket.mail.models import Outbox
from loket.tickets import claims, deadlines, merging, queue
from loket.tickets.models import Ticket
from tests.conftest import NOON
from tests.support.site import all_of
from tests.support.threads import at_once
from tests.support.tickets import claimed, find, kinds

pytestmark = pytest.mark.usefixtures("database")


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


def test_a_question_to_merged_tickets_is_mailed_to_both_as_a_question(aisha: Account) -> None:
    into = claimed(aisha, contact=contact.Contact(email="a@voorbeeld.nl"))
    double = claimed(aisha, contact=contact.Contact(email="b@voorbeeld.nl"))
    with transaction() as session:
        merging.merge(session, double.id, into.id, aisha, NOON)
        queue.reply(session, session.get_one(Ticket, into.id), aisha, "Hoe oud is uw kind?", NOON, asks=True)
    asked = {mail.recipient for mail in all_of(Outbox) if mail.subject.startswith("Vraag van ons")}
    assert asked == {"a@voorbeeld.nl", "b@voorbeeld.nl"}


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
        assert deadlines.of_ticket(session, other.id).due == ticket.promised_by
    told = [m for m in all_of(Message) if m.sender == "system" and m.conversation_id == ticket.conversation_id]
    assert other.token in told[-1].text


def test_linking_twice_is_one_link(aisha: Account) -> None:
    one, two = claimed(aisha), claimed(aisha)
    for pair in ((one, two), (two, one)):
        with transaction() as session:
            found = [session.get_one(Ticket, ticket.id) for ticket in pair]
            merging.link(session, found[0], found[1], aisha, NOON)
    assert kinds(one).count("linked") == 1


def test_of_two_who_link_the_same_tickets_at_once_both_succeed_and_there_is_one_link(aisha: Account) -> None:
    for _ in range(5):
        one, two = claimed(aisha), claimed(aisha)

        def link(ids: tuple[int, int]) -> None:
            with transaction() as session:
                first, second = (session.get_one(Ticket, number) for number in ids)
                merging.link(session, first, second, aisha, NOON)

        works = [partial(link, ids) for ids in ((one.id, two.id), (two.id, one.id))] * 2
        assert at_once(works) == [None] * 4
        assert kinds(one).count("linked") == 1


def test_what_was_closed_without_a_merge_is_no_target_either(aisha: Account) -> None:
    """An answer there would be written to nobody: the parent of the duplicate would wait for ever."""
    closed, other = claimed(aisha), claimed(aisha)
    with transaction() as session:
        queue.close(session, session.get_one(Ticket, closed.id), aisha, NOON)
    with pytest.raises(merging.CannotMerge), transaction() as session:
        merging.merge(session, other.id, closed.id, aisha, NOON)
    assert (find(other).state, find(other).merged_into) == ("claimed", None)


def test_only_who_holds_a_ticket_merges_it_away(aisha: Account, bram: Account) -> None:
    of_aisha, of_bram = claimed(aisha), claimed(bram)
    with pytest.raises(claims.NotYours), transaction() as session:
        merging.merge(session, of_bram.id, of_aisha.id, aisha, NOON)
    assert find(of_bram).claimed_by == bram.id


def test_a_split_question_is_as_urgent_and_may_be_used_as_the_one_it_was_part_of(aisha: Account) -> None:
    for yes in (True, False):
        ticket = claimed(aisha, urgent=yes, consent_reuse=yes)
        with transaction() as session:
            other = merging.split(session, session.get_one(Ticket, ticket.id), aisha, "En mag dat ook?", NOON)
        assert (find(other).urgent, find(other).consent_reuse) == (yes, yes)
