"""Tickets and their events. A ticket's history, deadlines and figures are derived from the events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from loket.accounts.models import Account
from loket.chat.models import Conversation
from loket.db.base import Base

OPEN, CLAIMED, WAITING, REFERRED, ANSWERED, CLOSED = (
    "open",
    "claimed",
    "waiting_for_parent",
    "referred",
    "answered",
    "closed",
)


class Ticket(Base):
    """A question for a person. `token` opens the parent's follow-up page: 128 bits, unguessable."""

    __tablename__ = "ticket"
    __table_args__ = (Index(None, "state", "urgent", "promised_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), unique=True)
    state: Mapped[str] = mapped_column(String(20), default=OPEN)
    question: Mapped[str]
    channel: Mapped[str] = mapped_column(String(12))
    intent: Mapped[str | None] = mapped_column(String(64))
    theme: Mapped[str | None] = mapped_column(String(32))
    sector: Mapped[str | None] = mapped_column(String(8))
    urgent: Mapped[bool] = mapped_column(default=False)
    team: Mapped[str] = mapped_column(String(32))
    route_reason: Mapped[str]
    promised_by: Mapped[datetime]
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(32))
    call_when: Mapped[str | None] = mapped_column(String(120))
    consent_reuse: Mapped[bool] = mapped_column(default=False)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    claimed_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    conversation: Mapped[Conversation] = relationship()
    claimant: Mapped[Account | None] = relationship()
    events: Mapped[list[TicketEvent]] = relationship(back_populates="ticket", order_by="TicketEvent.id")


class TicketEvent(Base):
    """One change of a ticket, written in the transaction that makes it. `data` never repeats a message's text."""

    __tablename__ = "ticket_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    data: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(back_populates="events")
    account: Mapped[Account | None] = relationship()
