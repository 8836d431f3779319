"""Internal notes, and the colleagues who are named in them."""

from __future__ import annotations

import pytest

from loket.accounts.models import Account
from loket.db.base import transaction
from loket.tickets import notes
from loket.tickets.models import Mention, Ticket
from tests.conftest import NOON
from tests.support.site import all_of, make_account
from tests.support.tickets import claimed

pytestmark = pytest.mark.usefixtures("database")


def test_a_note_reaches_who_it_names(aisha: Account) -> None:
    bram, ticket = make_account("Bram Visser"), claimed(aisha)
    with transaction() as session:
        notes.add(session, session.get_one(Ticket, ticket.id), aisha, "@bram en bram@school.nl, kijk mee", NOON)
    assert [mention.account_id for mention in all_of(Mention)] == [bram.id]
    with transaction() as session:
        notes.read(session, ticket.id, bram, NOON)
    assert all_of(Mention)[0].seen_at is not None
