"""Every table of the service, imported in one place for Alembic and the tests."""

from loket.accounts.models import (
    Account,
    Audit,
    HalfLogin,
    LoginFailure,
    MailLink,
    RecoveryCode,
    StaffSession,
    TeamMember,
    UsedForm,
    UsedState,
)
from loket.conversations.models import Conversation, Message, Question
from loket.db.base import Base
from loket.db.counters import RateCount
from loket.db.leases import JobLease
from loket.db.probe import WriteProbe
from loket.mail.models import Outbox
from loket.tickets.models import (
    Attachment,
    Draft,
    Mention,
    Note,
    Offer,
    Presence,
    RemovedFile,
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
    "HalfLogin",
    "JobLease",
    "LoginFailure",
    "MailLink",
    "Mention",
    "Message",
    "Note",
    "Offer",
    "Outbox",
    "Presence",
    "Question",
    "RateCount",
    "RecoveryCode",
    "RemovedFile",
    "StaffSession",
    "TeamMember",
    "TextModule",
    "Ticket",
    "TicketEvent",
    "TicketLink",
    "UsedForm",
    "UsedState",
    "WriteProbe",
]
