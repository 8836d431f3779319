"""The migration that seals private links keeps every link that parents have."""

from __future__ import annotations

from sqlalchemy import Engine, text

from loket.db.base import reading
from loket.migrations import migrate
from loket.tickets import queue
from tests.support.site import make_ticket

BEFORE = "d4e7b1c85a30"


def test_links_from_before_still_open_their_question_and_can_be_mailed_again(database: Engine) -> None:
    tickets = [make_ticket(f"Vraag {number}") for number in range(3)]
    tokens = [ticket.token for ticket in tickets]
    migrate.downgrade(database, BEFORE)
    with database.connect() as connection:
        assert connection.scalars(text("SELECT token FROM ticket ORDER BY id")).all() == tokens
    migrate.upgrade(database)
    with reading() as session:
        found = [queue.by_token(session, token) for token in tokens]
    assert [ticket.token for ticket in found if ticket] == tokens
    assert [ticket.question for ticket in found if ticket] == [ticket.question for ticket in tickets]


def test_a_link_that_the_release_before_made_during_the_upgrade_works(database: Engine) -> None:
    ticket = make_ticket()
    with database.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE ticket SET token = 'een-oude-link', token_sealed = ''"))
    with reading() as session:
        found = queue.by_token(session, "een-oude-link")
        assert found is not None
        assert (found.id, found.token) == (ticket.id, "een-oude-link")
        assert queue.by_token(session, "") is None
