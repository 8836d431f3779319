"""Live chat: an adviser steps into a conversation with the assistant, and gives it back. One speaker at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from loket.accounts.models import Account
from loket.accounts.roles import Action
from loket.conversations import models as chat
from loket.conversations import question_log, transcript
from loket.conversations.models import Conversation, Message
from loket.tickets import access, claims, events, locks, queue
from loket.tickets.models import ANSWERED, EventKind, Ticket

ACTIVE = timedelta(minutes=15)
MOST_LISTED = 50


def under_way(session: Session, now: datetime) -> list[Conversation]:
    """Conversations that the assistant leads and in which a parent wrote lately; newest first."""
    wrote = exists().where(Message.conversation_id == Conversation.id, Message.sender == chat.PARENT)
    query = select(Conversation).where(
        Conversation.owner == chat.ASSISTANT, Conversation.changed_at >= now - ACTIVE, wrote
    )
    return list(session.scalars(query.order_by(Conversation.changed_at.desc()).limit(MOST_LISTED)))


def step_in(session: Session, conversation_id: str, adviser: Account, now: datetime) -> Ticket | None:
    """Take over from the assistant: the conversation becomes this adviser's ticket. None when it is no longer free, or already
    has a ticket that this adviser may not take."""
    # Held, so that the assistant's reply comes before or after this step, never in the middle of it.
    conversation = locks.hold_conversation(session, conversation_id)
    if conversation is None or conversation.owner != chat.ASSISTANT:
        return None
    asked = select(Message).where(Message.conversation_id == conversation_id, Message.sender == chat.PARENT)
    last = session.scalars(asked.order_by(Message.id.desc()).limit(1)).first()
    if last is None:
        return None
    intent = question_log.guess(session, conversation_id)
    question = question_log.last_question(session, conversation_id) or last.text
    earlier = queue.of_conversation(session, conversation_id)
    if earlier is not None and not access.may(adviser, Action.CLAIM, earlier):
        return None
    ticket = queue.hand_off(session, conversation, question, now, intent=intent)
    session.flush()
    if not claims.claim(session, ticket.id, adviser, now, made=earlier is None):
        return None
    events.record(session, ticket, EventKind.STEPPED_IN, now, adviser)
    transcript.note(session, conversation, f"{adviser.first_name}, adviseur van Loket 5010, is nu in dit gesprek.", now)
    return ticket


def hand_back(session: Session, ticket: Ticket, adviser: Account, now: datetime, *, seen: int | None = None) -> None:
    """Let the assistant answer again. It answers what is written from now on, so what the parent wrote after `seen`, the last
    message that the adviser's page showed, must be read first. Raises NotYours, IllegalChange, Unread."""
    claims.require(session, ticket, adviser, now)
    queue.check_seen(session, ticket, adviser, seen)
    ticket.claimed_by = ticket.claimed_until = None
    events.change(session, ticket, ANSWERED, now, adviser, kind=EventKind.HANDED_BACK)
    ticket.conversation.owner = chat.ASSISTANT
    text = "De adviseur heeft het gesprek verlaten. De assistent, een computerprogramma, beantwoordt weer uw vragen."
    transcript.note(session, ticket.conversation, f"{text} Wilt u weer een mens? Typ dan “adviseur”.", now)
