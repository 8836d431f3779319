"""Conversations and what is said in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from loket.db.base import Base
from loket.db.changes import Announced, Change

ASSISTANT, QUEUE, ADVISER = "assistant", "queue", "adviser"
"""Owners of a conversation. Exactly one at a time; only the owner speaks."""

PARENT, SYSTEM = "parent", "system"
"""Senders other than the owners `assistant` and `adviser`."""

PENDING, ANSWERED, FAILED, DELIVERED = "pending", "answered", "failed", "delivered"
"""State of a parent's message: waits for the assistant; the assistant answered; it could not; it went to a person."""


class Conversation(Announced, Base):
    """One parent's conversation. `token_hash` is the SHA-256 of the bearer token, which is kept nowhere."""

    __tablename__ = "conversation"
    announced_with = "owner"
    __table_args__ = (Index(None, "owner", "changed_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    owner: Mapped[str] = mapped_column(String(12), default=ASSISTANT)
    channel: Mapped[str] = mapped_column(String(12), default="web")
    sector: Mapped[str | None] = mapped_column(String(8))
    expects: Mapped[dict[str, Any] | None]
    """What the assistant asked and awaits: {"sector_for": [intents]} or {"question": true}; and "contact", how the
    parent said they can be reached, until there is a ticket to put it with."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    messages: Mapped[list[Message]] = relationship(back_populates="conversation", order_by="Message.id")

    def change(self) -> Change:
        return Change(self.id)


class Message(Announced, Base):
    """One thing said. `text` is what was typed, or Markdown from the assistant; it is made safe when shown."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_id"),
        Index(None, "conversation_id", "id"),
        Index(None, "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    client_id: Mapped[str | None] = mapped_column(String(64))
    sender: Mapped[str] = mapped_column(String(12))
    text: Mapped[str]
    state: Mapped[str | None] = mapped_column(String(12))
    reply_to: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    choice: Mapped[dict[str, Any] | None]
    """For a parent's choice: the payload of the button that the server issued."""
    extra: Mapped[dict[str, Any] | None]
    """For a reply: kind, choices, intents, title, urgent, and `answer` (loket.faq.shown.Shown as a dict)."""
    helpful: Mapped[bool | None]
    created_at: Mapped[datetime]

    conversation: Mapped[Conversation] = relationship(back_populates="messages")

    def change(self) -> Change:
        return Change(self.conversation_id)


class Question(Base):
    """The question log: what a parent asked, what the assistant thought, what it did and how it ended."""

    __tablename__ = "question"
    __table_args__ = (Index(None, "outcome", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    intent: Mapped[str | None] = mapped_column(String(64))
    ranking: Mapped[list[Any]]
    """[{"name", "confidence"}], best first."""
    decision: Mapped[dict[str, Any]]
    outcome: Mapped[str] = mapped_column(String(16))
    """answered, asked, handed_over, offered, urgent, not_helped, failed, reply."""
    sector: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime]
