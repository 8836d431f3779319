"""Tickets and their events. A ticket's history, deadlines and figures are derived from the events."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from loket.accounts.models import Account
from loket.conversations.models import Conversation
from loket.db.base import Base
from loket.db.changes import Announced, Change
from loket.tickets import private_link

WORD = 32
"""Length of an id in data/routing.yml."""

OPEN, CLAIMED, WAITING, REFERRED, ANSWERED, CLOSED = (
    "open",
    "claimed",
    "waiting_for_parent",
    "referred",
    "answered",
    "closed",
)


class Ticket(Base):
    """A question for a person.

    What opens the parent's follow-up page is an unguessable token of 128 bits. It is found by its hash, and also kept
    sealed, for the links in mails (loket.tickets.private_link): a copy of the database opens no page.

    `promised_by` is what loket.tickets.deadlines computes from the events, kept for ordering.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        Index(None, "state", "urgent", "promised_by"),
        Index(None, "state", "id"),
        Index(None, "state", "claimed_until"),
        Index(None, "team", "state"),
        Index(None, "partner", "state"),
        Index(None, "claimed_by", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    token_hash: Mapped[str] = mapped_column("token", String(32), unique=True)
    token_sealed: Mapped[str] = mapped_column(String(200), server_default="")
    """"" in a row that a process of the release before wrote during an upgrade; its `token_hash` is the token itself."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), unique=True)
    state: Mapped[str] = mapped_column(String(20), default=OPEN)
    question: Mapped[str]
    channel: Mapped[str] = mapped_column(String(12))
    intent: Mapped[str | None] = mapped_column(String(64))
    theme: Mapped[str | None] = mapped_column(String(32))
    sector: Mapped[str | None] = mapped_column(String(8))
    denomination: Mapped[str | None] = mapped_column(String(WORD))
    region: Mapped[str | None] = mapped_column(String(WORD))
    language: Mapped[str | None] = mapped_column(String(WORD))
    urgent: Mapped[bool] = mapped_column(default=False)
    team: Mapped[str] = mapped_column(String(WORD))
    partner: Mapped[str | None] = mapped_column(String(WORD))
    """The partner organisation that the question was referred to and that may read it."""
    route_reason: Mapped[str]
    promised_by: Mapped[datetime]
    escalated: Mapped[int] = mapped_column(default=0)
    """0: not yet; 1: the team lead heard that the promise is near; 2: that it is broken."""
    check_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to check that the parent was helped by the partner."""
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    call_when: Mapped[str | None] = mapped_column(String(120))
    consent_reuse: Mapped[bool] = mapped_column(default=False)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    claimed_until: Mapped[datetime | None]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    final_intent: Mapped[str | None] = mapped_column(String(64))
    """What the question turned out to be, according to the adviser who closed it."""
    answerable: Mapped[bool | None]
    """Whether the assistant could have answered it, as the same adviser said."""
    created_at: Mapped[datetime]

    @property
    def token(self) -> str:
        """What its private link ends in; "" when it was sealed under another secret key."""
        return private_link.opened(self.token_sealed) if self.token_sealed else self.token_hash

    conversation: Mapped[Conversation] = relationship()
    claimant: Mapped[Account | None] = relationship()
    events: Mapped[list[TicketEvent]] = relationship(back_populates="ticket", order_by="TicketEvent.id")


class EventKind(StrEnum):
    """Everything that can happen to a ticket. The clock, the access rule and the desk's labels read these."""

    CREATED = "created"
    CONTACT_LEFT = "contact_left"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    RELEASED = "released"
    LAPSED = "lapsed"
    TAKEN_OVER = "taken_over"
    STEPPED_IN = "stepped_in"
    HANDED_BACK = "handed_back"
    OFFERED = "offered"
    OFFER_ENDED = "offer_ended"
    TRANSFERRED = "transferred"
    ASKED_PARENT = "asked_parent"
    REPLIED = "replied"
    REFERRED = "referred"
    RETURNED = "returned"
    CHECKED = "checked"
    REROUTED = "rerouted"
    MERGED = "merged"
    MERGED_HERE = "merged_here"
    LINKED = "linked"
    SPLIT = "split"
    NOTED = "noted"
    ATTACHED = "attached"
    ALERTED = "alerted"
    PROMISE_NEAR = "promise_near"
    PROMISE_BROKEN = "promise_broken"
    CLOSED = "closed"
    CLOSE_UNDONE = "close_undone"
    REOPENED = "reopened"
    PARENT_WROTE = "parent_wrote"
    CALLED = "called"
    MADE_URGENT = "made_urgent"


class TicketEvent(Announced, Base):
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

    def change(self) -> Change:
        """A partner hears of what comes to it and of what leaves it."""
        partners = {partner for partner in (self.ticket.partner, (self.data or {}).get("partner")) if partner}
        return Change(self.ticket.conversation_id, self.ticket.team, tuple(sorted(partners)))


class Presence(Base):
    """Who has a ticket's page open. A hint for colleagues, never a lock."""

    __tablename__ = "ticket_presence"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)

    account: Mapped[Account] = relationship()


class Offer(Base):
    """A live conversation that its speaker offers to a colleague. It is valid while `from_id` has the ticket."""

    __tablename__ = "ticket_offer"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    to_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    offered_at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship()
    giver: Mapped[Account] = relationship(foreign_keys=from_id)
    taker: Mapped[Account] = relationship(foreign_keys=to_id)


class Draft(Base):
    """What a staff member is typing at a ticket, kept by the server until it is sent."""

    __tablename__ = "ticket_draft"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str]
    saved_at: Mapped[datetime]


class Note(Base):
    """An internal note; the parent never sees it."""

    __tablename__ = "ticket_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str]
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class Mention(Base):
    """A colleague who is named in a note, until they open the ticket."""

    __tablename__ = "ticket_mention"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("ticket_note.id", ondelete="CASCADE"), primary_key=True, index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    seen_at: Mapped[datetime | None]


class SafetyMark(Base):
    """What an adviser says about an alarm: `needless`, `missed` or `wrong_kind` (then `kind` is the right one)."""

    __tablename__ = "safety_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    """The parent's message that is meant, where it is one of the conversation."""
    mark: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str | None] = mapped_column(String(32))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class Attachment(Base):
    """A ticket's file; its bytes are under `key` in the state folder. Internal while `message_id` is empty."""

    __tablename__ = "ticket_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    internal: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]


class RemovedFile(Base):
    """The key of an attachment whose row is gone, written by a trigger; its file is still to be deleted."""

    __tablename__ = "removed_file"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)


class TicketLink(Base):
    """Two tickets that belong together; the lower id comes first."""

    __tablename__ = "ticket_link"
    __table_args__ = (CheckConstraint("first_id < second_id", name="order"),)

    first_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, index=True)


class TextModule(Base):
    """A piece of text that a team uses often, with placeholders such as {nummer}. Without a team it is everyone's."""

    __tablename__ = "text_module"

    id: Mapped[int] = mapped_column(primary_key=True)
    team: Mapped[str | None] = mapped_column(String(WORD))
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime]
