"""What advisers say about alarms: needless, missed, or of the wrong kind. The retraining learns from these."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket.accounts.models import Account
from loket.conversations import danger
from loket.conversations import models as chat
from loket.conversations.models import Message
from loket.exceptions import Refused
from loket.tickets.models import SafetyMark, Ticket

LABELS = {
    "needless": "Het alarm was niet nodig",
    "missed": "Dit had een alarm moeten zijn",
    "wrong_kind": "Het was een ander gevaar",
}


def add(
    session: Session, ticket: Ticket, by: Account, mark: str, kind: str | None, message_id: int | None, now: datetime
) -> SafetyMark:
    """Keep a mark; a second one by the same adviser on the same message replaces the first. Raises Refused."""
    if mark not in LABELS:
        raise Refused("Kies wat er mis was.", code="no_mark", field="mark")
    if kind is not None and kind not in danger.KINDS:
        raise Refused("Kies een gevaar uit de lijst.", code="no_kind", field="kind")
    if mark != "needless" and kind is None:
        raise Refused("Kies om welk gevaar het gaat.", code="no_kind", field="kind")
    message = session.get(Message, message_id) if message_id else None
    if message_id and (
        message is None or message.conversation_id != ticket.conversation_id or message.sender != chat.PARENT
    ):
        raise Refused("Dit bericht hoort niet bij deze vraag.", code="no_message", field="message")
    same = select(SafetyMark).where(
        SafetyMark.ticket_id == ticket.id, SafetyMark.message_id == message_id, SafetyMark.account_id == by.id
    )
    kept = session.scalar(same) or SafetyMark(ticket_id=ticket.id, message_id=message_id, account_id=by.id)
    kept.mark, kept.kind, kept.at = mark, kind, now
    session.add(kept)
    session.flush()
    return kept


def of_ticket(session: Session, ticket_id: int) -> list[SafetyMark]:
    return list(session.scalars(select(SafetyMark).where(SafetyMark.ticket_id == ticket_id).order_by(SafetyMark.id)))
