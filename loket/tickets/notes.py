"""Internal notes; a colleague who is named in one (@voornaam) finds it in their work list."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from loket.accounts.models import Account
from loket.accounts.roles import Action
from loket.exceptions import Refused
from loket.tickets import access, events
from loket.tickets.models import EventKind, Mention, Note, Ticket

MAX_TEXT = 5_000
_NAMED = re.compile(r"(?<!\w)@([\w.-]*\w)")


class NoteRefused(Refused):
    """A note that cannot be kept; the message says what to do."""

    code = "note_refused"


def add(session: Session, ticket: Ticket, author: Account, text: str, now: datetime) -> Note:
    """Keep a note and tell whom it names. Raises NoteRefused."""
    text = text.strip()
    if not text:
        raise NoteRefused("Typ eerst een notitie.")
    if len(text) > MAX_TEXT:
        raise NoteRefused(f"Uw notitie is te lang: {len(text)} tekens. Het mogen er {MAX_TEXT} zijn.")
    note = Note(ticket_id=ticket.id, account_id=author.id, text=text, created_at=now)
    session.add(note)
    session.flush()
    named = [
        account
        for account in mentioned(session, text)
        if access.may(account, Action.READ, ticket) and access.sees_note(account, note, ticket)
    ]
    session.add_all(Mention(note_id=note.id, account_id=account.id, ticket_id=ticket.id) for account in named)
    events.record(session, ticket, EventKind.NOTED, now, author, {"note": note.id, "mentions": [a.id for a in named]})
    return note


def of_ticket(session: Session, ticket: Ticket, reader: Account) -> list[Note]:
    """The notes of a ticket that this account reads, oldest first, with their authors."""
    query = select(Note).where(Note.ticket_id == ticket.id).order_by(Note.id)
    with_author = query.options(joinedload(Note.account))
    return [note for note in session.scalars(with_author) if access.sees_note(reader, note, ticket)]


def mentioned(session: Session, text: str) -> list[Account]:
    """The active accounts that a text names by first name or by the part of their address before the @."""
    names = {name.lower() for name in _NAMED.findall(text)}
    if not names:
        return []
    accounts = session.scalars(
        select(Account).where(Account.active).order_by(Account.id).options(selectinload(Account.memberships))
    )
    return [account for account in accounts if names & handles(account)]


def handles(account: Account) -> set[str]:
    """The names by which an account can be called with @."""
    return {account.first_name.lower(), account.email.partition("@")[0].lower()}


def unread(session: Session, ticket_id: int, account: Account) -> bool:
    """Whether a note of this ticket names the account and has not been seen."""
    mine = select(Mention.note_id).where(Mention.ticket_id == ticket_id, Mention.account_id == account.id)
    return session.scalar(mine.where(Mention.seen_at.is_(None)).limit(1)) is not None


def read(session: Session, ticket_id: int, account: Account, now: datetime) -> None:
    """The account has opened the ticket: what named it there is seen."""
    unseen = update(Mention).where(Mention.ticket_id == ticket_id, Mention.account_id == account.id)
    session.execute(unseen.where(Mention.seen_at.is_(None)).values(seen_at=now))
