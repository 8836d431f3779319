"""The private link: what a copy of the database shows of it, and what becomes of it with another secret key."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from loket import settings
from loket.conversations.contact import Contact
from loket.db.base import reading
from loket.mail.models import Outbox
from loket.tickets import mails, private_link, queue
from loket.tickets.models import Ticket
from tests.support.site import all_of, make_ticket


def test_a_copy_of_the_table_opens_nothing_and_the_mail_does(database: Engine) -> None:
    ticket = make_ticket(contact=Contact("ouder@voorbeeld.nl"))
    with database.connect() as connection:
        row = " ".join(map(str, connection.execute(text("SELECT * FROM ticket")).one()))
    assert ticket.token not in row
    assert f"/vraag/{ticket.token}\n" in all_of(Outbox)[0].body
    with reading() as session:
        assert queue.by_token(session, ticket.token).id == ticket.id  # type: ignore[union-attr]
        assert queue.by_token(session, ticket.token_hash) is None


def test_with_another_secret_key_the_old_link_works_and_new_mails_go_without(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_ticket().token
    monkeypatch.setenv("LOKET_SECRET_KEY", "een heel andere sleutel van de balie")
    settings.load.cache_clear()
    (ticket,) = all_of(Ticket)
    assert ticket.token == ""
    assert mails.link(ticket) == f"{settings.load().url}/"
    with reading() as session:
        assert queue.by_token(session, token) is not None


@pytest.mark.parametrize(("days", "words"), [(365, "12 maanden"), (90, "90 dagen"), (1, "1 dag")])
def test_how_long_it_works_in_words(days: int, words: str) -> None:
    assert private_link.life_in_words(days) == words
