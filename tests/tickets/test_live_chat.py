"""An adviser steps into a conversation with the assistant and gives it back: one speaker at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from loket.accounts.models import Account
from loket.conversations import registry, transcript
from loket.conversations.models import Conversation
from loket.db.base import transaction
from loket.tickets import claims, live_chat, queue
from loket.tickets.models import Ticket
from tests.conftest import NOON
from tests.support.site import all_of, make_account
from tests.support.tickets import claimed, find

pytestmark = pytest.mark.usefixtures("database")


def test_one_of_many_who_step_into_a_conversation_gets_it(database: Engine) -> None:
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
