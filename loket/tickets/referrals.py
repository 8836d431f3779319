"""Refer a question to a partner organisation, with the parent's consent, and see that it helped."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from loket import settings
from loket.accounts import teams
from loket.accounts.models import Account
from loket.conversations import models as chat
from loket.conversations import transcript
from loket.exceptions import Collision, Refused
from loket.mail import outbox
from loket.routing import rules
from loket.staff_roles import Role
from loket.tickets import claims, events, locks, mails, notes
from loket.tickets.models import CLAIMED, CLOSED, OPEN, REFERRED, EventKind, Ticket


class ReferralRefused(Refused):
    """A referral that cannot be made; the message says what to do."""

    code = "referral_refused"


def refer(
    session: Session, ticket: Ticket, adviser: Account, partner: str, reason: str, now: datetime, *, agreed: bool
) -> None:
    """Hand the ticket to a partner, who sees it from now on. Raises NotYours, IllegalChange, ReferralRefused."""
    claims.require(session, ticket, adviser, now)
    known = rules.load().partners.get(partner)
    if known is None:
        raise ReferralRefused("Kies een organisatie.")
    if not agreed:
        raise ReferralRefused("Vraag eerst of de ouder dit goed vindt. De partner leest het hele gesprek.")
    note = notes.add(session, ticket, adviser, reason, now)
    ticket.partner = partner
    ticket.check_at = now + timedelta(days=settings.load().referral_check_days)
    ticket.claimed_by = ticket.claimed_until = None
    # The note with the reason is the one note of ours that the partner reads.
    data = {"partner": partner, "check_at": ticket.check_at.isoformat(), "note": note.id}
    events.change(session, ticket, REFERRED, now, adviser, kind=EventKind.REFERRED, data=data)
    ticket.conversation.owner = chat.QUEUE
    transcript.note(
        session,
        ticket.conversation,
        f"Wij hebben uw vraag doorgegeven aan {known.name}. Zij nemen contact met u op.",
        now,
    )
    for account in teams.of_partner(session, partner):
        outbox.put(session, account.email, *mails.referred(ticket), now)


def give_back(session: Session, ticket: Ticket, partner: Account, reason: str, now: datetime) -> None:
    """The partner returns the ticket, with the reason as a note. Raises IllegalChange, NoteRefused, NotYours."""
    locks.hold(session, ticket)
    if ticket.partner is None or (partner.role == Role.PARTNER and ticket.partner != partner.partner):
        # Given back by a colleague, or taken back by the counter, while this page was open.
        raise claims.NotYours
    if ticket.state == CLAIMED:
        claims.check_holder(ticket, partner, now)
    notes.add(session, ticket, partner, reason, now)
    data = {"partner": ticket.partner}
    ticket.partner = ticket.check_at = ticket.claimed_by = ticket.claimed_until = None
    events.change(session, ticket, OPEN, now, partner, kind=EventKind.RETURNED, data=data)
    ticket.conversation.owner = chat.QUEUE
    transcript.note(session, ticket.conversation, "Uw vraag ligt weer bij onze eigen adviseurs. Zij antwoorden u.", now)


def checked(session: Session, ticket: Ticket, adviser: Account, helped: bool, now: datetime) -> None:
    """What the check after a referral found. A parent who was not helped comes back to us.

    Raises Collision when a colleague has done this check already, and while it is not due: until then the question is the
    partner's.
    """
    locks.hold(session, ticket)
    if ticket.check_at is None:
        raise Collision("Een collega heeft dit al nagekeken.")
    if not needs_check(ticket, now):
        raise Collision("Het is nog te vroeg om dit na te kijken. De partner heeft deze vraag nog.")
    ticket.check_at = None
    events.record(session, ticket, EventKind.CHECKED, now, adviser, {"partner": ticket.partner, "helped": helped})
    if helped:
        return
    ticket.partner = ticket.claimed_by = ticket.claimed_until = None
    # A promise that was kept by the partner's answer starts again; one that still runs just runs on.
    kind = EventKind.REOPENED if ticket.state not in (REFERRED, CLAIMED, OPEN) else EventKind.RETURNED
    events.change(session, ticket, OPEN, now, adviser, kind=kind)
    ticket.conversation.owner = chat.QUEUE


def needs_check(ticket: Ticket, now: datetime) -> bool:
    """Whether it is time to see if the partner helped."""
    return ticket.check_at is not None and (ticket.check_at <= now or ticket.state == CLOSED)
