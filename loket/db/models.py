"""Every table of the service, imported in one place for Alembic and the tests."""

from loket.accounts.models import Account, Audit, LoginFailure, StaffSession, TeamMember
from loket.chat.models import Conversation, Message, Question
from loket.db.base import Base
from loket.mail.models import Outbox
from loket.tickets.models import (
    Attachment,
    Draft,
    Mention,
    Note,
    Offer,
    Presence,
    TextModule,
    Ticket,
    TicketEvent,
    TicketLink,
)

__all__ = [
    "Account",
    "Attachment",
    "Audit",
    "Base",
    "Conversation",
    "Draft",
    "LoginFailure",
    "Mention",
    "Message",
    "Note",
    "Offer",
    "Outbox",
    "Presence",
    "Question",
    "StaffSession",
    "TeamMember",
    "TextModule",
    "Ticket",
    "TicketEvent",
    "TicketLink",
]
