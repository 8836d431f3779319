"""Search on both databases, and the lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, true

from loket.conversations.models import Message
from loket.db.base import reading, transaction
from loket.tickets import claims, lists, queue, search
from loket.tickets.lists import Wanted
from loket.tickets.models import Ticket, TicketEvent
from tests.conftest import NOON
from tests.support.site import make_account, make_ticket

pytestmark = pytest.mark.usefixtures("database")


def found(typed: str) -> list[int]:
    with reading() as session:
        return search.newest_first(session, typed, true(), 50)


def test_finds_question_number_parent_and_adviser(database: Engine) -> None:
    ticket, who = make_ticket("Mijn dochter wordt gepest", NOON), make_account()
    make_ticket("Iets anders", NOON)
    with transaction() as session:
        claims.claim(session, ticket.id, who, NOON)
        queue.reply(session, session.get_one(Ticket, ticket.id), who, "Vraag naar het veiligheidsplan.", NOON)
    for typed in ("gepest", "GEPEST dochter", "veiligheidspl", ticket.reference, ticket.reference.lower()[5:]):
        assert found(typed) == [ticket.id], typed
    assert found("gepest nietbestaand") == []


def test_postgresql_finds_forms_and_beginnings_of_words(database: Engine) -> None:
    ticket = make_ticket("De kinderen spelen op het schoolplein", NOON)
    assert found("school") == found("het school") == [ticket.id]
    assert found("schoolbus") == []
    if database.dialect.name == "postgresql":
        assert found("kind speel") == [ticket.id]
        assert found("plein") == []


@pytest.mark.parametrize(
    "typed", ["", "  ", '"', "'); DROP TABLE ticket; --", "a:b & | ! <->", "*", "é", "-", "OR AND NOT NEAR"]
)
def test_no_typed_text_breaks_it(typed: str) -> None:
    make_ticket("Mijn dochter wordt gepest", NOON)
    assert found(typed) == []


def test_newest_first_and_no_further_than_asked(database: Engine) -> None:
    ids = [make_ticket(f"school {n}", NOON).id for n in range(5)]
    with reading() as session:
        assert search.newest_first(session, "school", true(), 3) == ids[:1:-1]


def test_what_is_erased_cannot_be_found(database: Engine) -> None:
    ticket = make_ticket("Mijn dochter wordt gepest", NOON)
    with transaction() as session:
        found_ticket = session.get_one(Ticket, ticket.id)
        found_ticket.question = ""
        for message in session.query(Message).where(Message.conversation_id == ticket.conversation_id):
            message.text = ""
    assert found("gepest") == []
    other = make_ticket("Nog een gepest kind", NOON)
    assert found("gepest") == [other.id]
    with transaction() as session:
        session.execute(delete(TicketEvent))
        session.execute(delete(Ticket).where(Ticket.id == other.id))
    assert found("gepest") == []


def listed(view: str, who: object, now: object = NOON, **facts: str) -> list[int]:
    with reading() as session:
        return [t.id for t in lists.find(session, who, Wanted(view, tuple(facts.items())), now).tickets]  # type: ignore[arg-type]


def test_the_lists_and_their_counts_agree(database: Engine) -> None:
    who = make_account()
    free = make_ticket("vrij", NOON)
    mine = make_ticket("mijn", NOON)
    asked = make_ticket("wacht", NOON)
    urgent = make_ticket("dringend", NOON, urgent=True)
    closed = make_ticket("dicht", NOON)
    with transaction() as session:
        for ticket in (mine, asked, closed):
            claims.claim(session, ticket.id, who, NOON)
        queue.reply(session, session.get_one(Ticket, asked.id), who, "Welke school?", NOON, asks=True)
        queue.close(session, session.get_one(Ticket, closed.id), who, NOON)
    assert listed("doen", who) == [urgent.id, free.id, mine.id]
    assert listed("mijn", who) == [mine.id, asked.id]
    assert listed("vrij", who) == [urgent.id, free.id]
    assert listed("wacht", who) == [asked.id]
    assert listed("gesloten", who) == [closed.id]
    assert set(listed("te-laat", who, NOON + timedelta(days=9))) == {urgent.id, free.id, mine.id}
    assert listed("doen", who, team="veiligheid") == [urgent.id]
    with reading() as session:
        counts = lists.counts(session, who, NOON)
        for view, count in counts.items():
            assert count == len(lists.find(session, who, Wanted(view), NOON).tickets), view


def test_a_partner_sees_only_what_is_referred_to_them(database: Engine) -> None:
    partner = make_account("Petra Partner", role="partner", partner="balans")
    theirs, other = make_ticket("dyslexie op school", NOON), make_ticket("pesten op school", NOON)
    with transaction() as session:
        found_ticket = session.get_one(Ticket, theirs.id)
        found_ticket.partner, found_ticket.state = "balans", "referred"
        session.get_one(Ticket, other.id).partner = "nko"
    assert listed("doen", partner) == [theirs.id]
    with reading() as session:
        wanted = Wanted(search="school")
        assert [t.id for t in lists.find(session, partner, wanted, NOON).tickets] == [theirs.id]
        assert lists.counts(session, partner, NOON)["doen"] == 1
