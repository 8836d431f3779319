"""On SQLite, search finds parts of words, short words, and accents. What both databases find is in test_search.py."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from loket.conversations.models import Message
from loket.db.base import transaction
from loket.migrations import search_20261123
from loket.tickets import search
from loket.tickets.models import Ticket
from tests.conftest import NOON
from tests.support.site import make_ticket
from tests.tickets.test_search import found


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("pest", "Mijn dochter wordt gepest"),
        ("plein", "op het schoolplein, elke dag"),
        ("mr", "Ik ben mr. Jansen"),
        ("mr pest", "mr. Jansen: gepest"),
        ("cafe", "in het Café"),
        ("CAFÉ", "in het cafe"),
        ("één", "het was een dag"),
        ("reunie", "de re\u0308u\u0308nie"),
    ],
)
def test_sqlite_finds_parts_of_words_short_words_and_accents(sqlite: Engine, typed: str, text: str) -> None:
    ticket = make_ticket(text, NOON)
    make_ticket("iets heel anders", NOON)
    assert found(typed) == [ticket.id]
    with transaction() as session:
        for message in session.query(Message).where(Message.conversation_id == ticket.conversation_id):
            message.text = ""
        session.get_one(Ticket, ticket.id).question = ""
    assert found(typed) == [], "what is erased"


def test_an_index_of_before_is_filled_anew(sqlite: Engine) -> None:
    ticket = make_ticket("Mijn dochter wordt gepest", NOON)
    with transaction() as session:
        connection = session.connection()
        search_20261123.drop(connection)
        search_20261123.create(connection)
        search_20261123.fill(connection)
    assert found("pest") == found("dochter") == [ticket.id]


def test_what_is_typed_is_folded_as_what_is_kept() -> None:
    assert search.ACCENTS == search_20261123.ACCENTS
