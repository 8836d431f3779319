"""Files at a ticket: none stays behind when its ticket is deleted, and no file of anything else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, delete

from loket import settings
from loket.accounts.models import Account
from loket.clock import utc_now
from loket.db.base import transaction
from loket.tickets import attachments
from loket.tickets.models import Attachment, RemovedFile, Ticket, TicketEvent
from tests.support.site import all_of, make_account, make_ticket


def files() -> list[Path]:
    return sorted((settings.load().var / "attachments").glob("*/*"))


def sweep() -> int:
    with transaction() as session:
        return attachments.sweep(session)


def attach(ticket: Ticket) -> str:
    with transaction() as session:
        found = session.get_one(Ticket, ticket.id)
        attachment = attachments.add(session, found, all_of(Account)[0], "a.txt", b"tekst", utc_now(), internal=False)
        return attachment.key


def test_the_files_of_a_deleted_ticket_are_removed(database: Engine) -> None:
    kept, gone = make_ticket(), make_ticket()
    make_account()
    key = attach(kept)
    attach(gone)
    with transaction() as session:
        session.execute(delete(TicketEvent).where(TicketEvent.ticket_id == gone.id))
        session.execute(delete(Ticket).where(Ticket.id == gone.id))
        assert len(files()) == 2, "until the transaction is through"
    assert sweep() == 1
    assert [file.name for file in files()] == [key]
    assert (sweep(), all_of(RemovedFile)) == (0, [])


def test_a_file_that_this_database_never_knew_is_left_alone(database: Engine) -> None:
    folder = settings.load().var / "attachments" / "ab"
    folder.mkdir(parents=True)
    (folder / "ab12").write_bytes(b"of the database that is being restored")
    assert sweep() == 0
    assert len(files()) == 1


def test_a_file_whose_row_is_back_is_kept(database: Engine) -> None:
    """As after a restore of the rows alone."""
    make_account()
    key = attach(make_ticket())
    with transaction() as session:
        session.add(RemovedFile(key=key))
    sweep()
    assert [file.name for file in files()] == [key]


def test_a_file_whose_transaction_failed_is_removed_at_once(database: Engine) -> None:
    ticket, account = make_ticket(), make_account()
    with pytest.raises(RuntimeError):
        attach_and_fail(ticket.id, account)
    assert (files(), all_of(Attachment)) == ([], [])


def attach_and_fail(ticket_id: int, account: Account) -> None:
    with transaction() as session:
        found = session.get_one(Ticket, ticket_id)
        attachments.add(session, found, account, "a.txt", b"tekst", utc_now(), internal=False)
        assert len(files()) == 1
        raise RuntimeError


def test_without_files_there_is_nothing_to_do(database: Engine) -> None:
    assert sweep() == 0
