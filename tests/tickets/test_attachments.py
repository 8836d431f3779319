"""Files at a ticket: none stays behind when its ticket is deleted."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, delete

from loket import settings
from loket.clock import utc_now
from loket.db.base import transaction
from loket.tickets import attachments
from loket.tickets.models import Attachment, Ticket, TicketEvent
from tests.support.site import make_account, make_ticket


def files() -> list[Path]:
    return sorted((settings.load().var / "attachments").glob("*/*"))


def sweep(later: timedelta) -> int:
    with transaction() as session:
        return attachments.sweep(session, utc_now() + later)


def test_the_files_of_a_deleted_ticket_are_removed_after_an_hour(sqlite: Engine) -> None:
    kept, gone = make_ticket(), make_ticket()
    who = make_account()
    with transaction() as session:
        for ticket in (kept, gone):
            found = session.get_one(Ticket, ticket.id)
            attachments.add(session, found, who, "a.txt", b"tekst", utc_now(), internal=False)
        session.flush()
        key = session.query(Attachment).filter(Attachment.ticket_id == kept.id).one().key
    with transaction() as session:
        session.execute(delete(TicketEvent).where(TicketEvent.ticket_id == gone.id))
        session.execute(delete(Ticket).where(Ticket.id == gone.id))
    assert len(files()) == 2
    assert sweep(timedelta(minutes=55)) == 0, "its transaction could still be under way"
    assert sweep(timedelta(minutes=65)) == 1
    assert [file.name for file in files()] == [key]
    assert sweep(timedelta(days=9)) == 0


def test_a_file_whose_transaction_failed_is_removed_too(sqlite: Engine) -> None:
    folder = settings.load().var / "attachments" / "ab"
    folder.mkdir(parents=True)
    (folder / "ab12").write_bytes(b"x")
    os.utime(folder / "ab12", (0, 0))
    assert sweep(timedelta()) == 1
    assert files() == []


def test_without_files_there_is_nothing_to_do(sqlite: Engine) -> None:
    assert sweep(timedelta(days=1)) == 0
