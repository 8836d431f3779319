"""A live conversation goes to a colleague: offered by the speaker, accepted by the one asked. One speaker at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from loket.accounts.models import Account, StaffSession
from loket.accounts.roles import Action
from loket.conversations import models as chat
from loket.conversations import transcript
from loket.db.base import changed
from loket.exceptions import Refused
from loket.tickets import access, claims, events, locks
from loket.tickets.models import CLAIMED, CLOSED, EventKind, Offer, Ticket

LIVE = ("web", "embed")
"""The channels on which a parent talks live."""
AT_DESK = timedelta(minutes=10)
"""Anyone who used a desk page this recently is taken to be there."""
VALID_FOR = timedelta(minutes=5)
"""How long an offer waits for an answer. Until then, and after it, the one who offered keeps the conversation."""


class TransferRefused(Refused):
    """A conversation that cannot be offered; the message says why."""

    code = "transfer_refused"


def at_desk(session: Session, ticket: Ticket, adviser: Account, now: datetime) -> list[Account]:
    """The colleagues who are at the desk now and may take this conversation, by name."""
    seen = exists().where(StaffSession.account_id == Account.id, StaffSession.seen_at >= now - AT_DESK)
    query = select(Account).where(Account.active, Account.id != adviser.id, seen).order_by(Account.name, Account.id)
    query = query.options(selectinload(Account.memberships))
    return [other for other in session.scalars(query) if access.may(other, Action.ACCEPT, ticket)]


def offer(session: Session, ticket: Ticket, adviser: Account, to_id: int, now: datetime) -> None:
    """Ask a colleague to take the conversation over; an earlier offer lapses. Raises NotYours, TransferRefused."""
    # Whoever accepts an earlier offer at this moment holds the ticket first; then it is no longer ours to offer.
    claims.require(session, ticket, adviser, now)
    if ticket.channel not in LIVE:
        raise TransferRefused(
            "Dit is geen gesprek op de website. Zet de vraag terug in de rij of geef haar aan een ander team."
        )
    if to_id not in {other.id for other in at_desk(session, ticket, adviser, now)}:
        raise TransferRefused("Kies een collega die nu aan de balie is.")
    session.execute(delete(Offer).where(Offer.ticket_id == ticket.id))
    session.add(Offer(ticket_id=ticket.id, from_id=adviser.id, to_id=to_id, offered_at=now))
    events.record(session, ticket, EventKind.OFFERED, now, adviser, {"to": to_id})


def accept(session: Session, ticket_id: int, adviser: Account, now: datetime) -> bool:
    """Become the speaker; False when the offer is no longer valid.

    One conditional UPDATE: of two who accept at once, the second finds that the giver no longer has the ticket.
    """
    # The lock is not for the UPDATE, which needs none, but for what follows it: the conversation's row comes first.
    locks.hold_by_id(session, ticket_id)
    offered = and_(Offer.ticket_id == Ticket.id, Offer.from_id == Ticket.claimed_by, _valid(adviser, now))
    theirs = update(Ticket).where(Ticket.id == ticket_id, Ticket.state != CLOSED, exists().where(offered))
    given_by = session.scalar(select(Offer.from_id).where(Offer.ticket_id == ticket_id))
    if not changed(session, theirs.values(claimed_by=adviser.id, claimed_until=now + claims.lease())):
        return False
    session.execute(delete(Offer).where(Offer.ticket_id == ticket_id))
    ticket = session.get_one(Ticket, ticket_id, populate_existing=True)
    events.change(session, ticket, CLAIMED, now, adviser, kind=EventKind.TRANSFERRED, data={"from": given_by})
    ticket.conversation.owner = chat.ADVISER
    name = adviser.first_name
    transcript.note(session, ticket.conversation, f"{name}, adviseur van Loket 5010, gaat nu met u verder.", now)
    return True


def decline(session: Session, ticket: Ticket, who: Account, now: datetime) -> None:
    """Say no to an offer, or take one's own back. Without an offer nothing happens. One DELETE, so it needs no lock."""
    own = delete(Offer).where(Offer.ticket_id == ticket.id, or_(Offer.to_id == who.id, Offer.from_id == who.id))
    if changed(session, own):
        events.record(session, ticket, EventKind.OFFER_ENDED, now, who)


def offers_to(session: Session, who: Account, now: datetime) -> list[Offer]:
    """What waits for this account's answer, with ticket and giver."""
    query = select(Offer).join(Ticket, Ticket.id == Offer.ticket_id)
    standing = query.where(_valid(who, now), Offer.from_id == Ticket.claimed_by, Ticket.state != CLOSED)
    shown = (joinedload(Offer.ticket), joinedload(Offer.giver))
    return list(session.scalars(standing.order_by(Offer.offered_at).options(*shown)))


def of_ticket(session: Session, ticket: Ticket, now: datetime) -> Offer | None:
    """The offer of this ticket that waits for an answer, with the colleague who was asked."""
    query = select(Offer).where(Offer.ticket_id == ticket.id, Offer.from_id == ticket.claimed_by)
    shown = joinedload(Offer.taker)
    return session.scalar(query.where(Offer.offered_at > now - VALID_FOR).options(shown))


def _valid(taker: Account, now: datetime) -> ColumnElement[bool]:
    return and_(Offer.to_id == taker.id, Offer.offered_at > now - VALID_FOR)
