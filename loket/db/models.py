"""Every table of the service, imported in one place for Alembic and the tests."""

from loket.accounts.models import Account, Audit, LoginFailure, StaffSession
from loket.chat.models import Conversation, Message, Question
from loket.db.base import Base
from loket.mail.models import Outbox
from loket.tickets.models import Ticket, TicketEvent

__all__ = [
    "Account",
    "Audit",
    "Base",
    "Conversation",
    "LoginFailure",
    "Message",
    "Outbox",
    "Question",
    "StaffSession",
    "Ticket",
    "TicketEvent",
]
