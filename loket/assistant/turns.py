"""A parent's turn, from what came in to what is said back. Nothing that was accepted is lost, nothing is accepted twice."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import settings
from loket.assistant import choices, context, dialogue, handing_over, rasa, turn
from loket.clock import utc_now
from loket.conversations import contact, danger, first_aid, models, question_log, transcript
from loket.conversations.models import Conversation, Message
from loket.conversations.transcript import Said, choice
from loket.db.base import reading, transaction
from loket.tickets import locks, queue, urgency
from loket.tickets.models import Ticket

logger = logging.getLogger(__name__)

STRANDED = 3
"""How many times the assistant's time limit, after which nobody can still be waiting for its answer."""

UNAVAILABLE = (
    "De assistent kan nu even niet antwoorden. Uw vraag is wel bewaard. "
    "Wilt u dat een adviseur uw vraag beantwoordt? Of probeer het over een paar minuten opnieuw."
)


@dataclass(frozen=True)
class Outcome:
    """What a turn led to: the replies in order and who owns the conversation now."""

    message_id: int
    replies: list[Message]
    owner: str


async def take(
    client: httpx.AsyncClient, conversation_id: str, client_id: str, *, text: str = "", choice_id: str = ""
) -> Outcome:
    """Accept a message or a choice and have it answered. Raises Refused when it cannot be accepted."""
    message = await asyncio.to_thread(_take_in, conversation_id, client_id, text, choice_id)
    if message.state == models.PENDING:
        await _have_answered(client, message)
    return await asyncio.to_thread(_outcome, conversation_id, message.id)


def hand_off(
    session: Session,
    conversation: Conversation,
    question: str,
    now: datetime,
    contact: contact.Contact = contact.Contact(),
    consent_reuse: bool | None = None,
) -> Ticket:
    """The parent leaves a question by form, with or without the assistant. Returns its ticket, which may be an earlier one."""
    locks.hold_conversation(session, conversation.id)
    existed = queue.of_conversation(session, conversation.id) is not None
    intent = question_log.guess(session, conversation.id)
    kind = danger.words(question)
    ticket = queue.hand_off(
        session,
        conversation,
        question,
        now,
        intent=intent,
        contact=contact,
        consent_reuse=consent_reuse,
        urgent=kind is not None,
    )
    if kind is not None and not existed:
        urgency.show_numbers(session, ticket, kind, now)
    if not _was_typed(session, conversation.id, question):
        # What is left by form is part of the conversation, for the parent and for the adviser.
        transcript.receive(session, conversation, question, None, now, choice=None)
        if existed:
            queue.parent_writes(session, ticket, now, question)
    if not existed:
        said = dialogue.handed_over(ticket, now)
        transcript.add(session, conversation, models.SYSTEM, said.text, now, extra=said.extra)
    return ticket


async def recover(client: httpx.AsyncClient, now: datetime) -> int:
    """Have messages answered that were left pending by a process that died. Returns how many there were."""
    stranded = await asyncio.to_thread(_stranded, now - stranded_after())
    for message in stranded:
        await _have_answered(client, message)
    return len(stranded)


def stranded_after() -> timedelta:
    """How long a message waits before it counts as left behind: well beyond what LOKET_ASSISTANT_TIMEOUT allows."""
    return timedelta(seconds=STRANDED * settings.load().assistant_timeout)


def _take_in(conversation_id: str, client_id: str, text: str, choice_id: str) -> Message:
    with transaction() as session:
        return store(session, conversation_id, client_id, text, choice_id, utc_now())


def store(session: Session, conversation_id: str, client_id: str, text: str, choice_id: str, now: datetime) -> Message:
    """Keep what a parent sent, and do what needs no understanding; the same client id is the same message. Raises Refused."""
    conversation = session.get_one(Conversation, conversation_id)
    # Who answers depends on the owner, which an adviser who steps in or leaves may change at this very moment.
    locks.hold_conversation(session, conversation_id)
    # Looked for under the lock: of the same message sent twice at once, the second finds the first and tries no INSERT, which
    # would wait for whoever is settling that message and wants this lock for it.
    earlier = transcript.same_client_id(session, conversation_id, client_id)
    if earlier is not None:
        return earlier
    chosen = transcript.issued_choice(session, conversation, choice_id) if choice_id else None
    said = chosen["label"] if chosen else transcript.checked_text(text)
    ticket = queue.of_conversation(session, conversation_id)
    helps = queue.assistant_helps(conversation, ticket)
    message = transcript.receive(session, conversation, said, client_id, now, choice=chosen, for_assistant=helps)
    if chosen and "intent" not in chosen and (helps or "safety" in chosen):
        choices.act_on(session, conversation, message, chosen, now)
    elif ticket is not None and message.state == models.DELIVERED:
        queue.parent_writes(session, ticket, now, said)
        if conversation.owner == models.QUEUE:
            _tell_added(session, message, ticket)
    return message


def _tell_added(session: Session, message: Message, ticket: Ticket) -> None:
    """Nobody is in the conversation right now: say what happens with what was typed."""
    said = handing_over.added(ticket)
    transcript.say(session, message, said, models.SYSTEM, message.created_at)


def _was_typed(session: Session, conversation_id: str, text: str) -> bool:
    """Whether the parent has written this in the conversation before; spaces and line ends do not count."""
    said = transcript.messages_after(session, conversation_id, 0)
    return text.split() in [message.text.split() for message in said if message.sender == models.PARENT]


async def _have_answered(client: httpx.AsyncClient, message: Message) -> None:
    before = await asyncio.to_thread(_said_before, message.id) if message.choice is None else None
    try:
        await rasa.deliver(client, message, settings.load().assistant_timeout, before)
    except rasa.AssistantUnavailable as error:
        logger.warning("assistant unavailable (%s) for message %s", error, message.id)
    # Whatever was said on the way, the database knows whether an action has answered.
    await asyncio.to_thread(_answered_or_failed, message.id)


def _said_before(message_id: int) -> dict[str, Any] | None:
    with reading() as session:
        message = session.get_one(Message, message_id)
        return context.of(session, message, message.created_at)


def _answered_or_failed(message_id: int) -> None:
    with transaction() as session:
        give_up(session, message_id, utc_now())


def give_up(session: Session, message_id: int, now: datetime) -> None:
    """Stop waiting for the assistant: say so and offer a person. Does nothing when an action has answered after all."""
    message = turn.settle(session, message_id, models.FAILED)
    if message is None:
        return
    # An adviser may have stepped in while the assistant was silent: then this is theirs to answer, and nothing failed.
    if message.conversation.owner != models.ASSISTANT:
        ticket = dialogue.leave_to_person(session, message, now)
        if ticket is not None and message.conversation.owner == models.QUEUE:
            _tell_added(session, message, ticket)
        return
    kind = danger.words(message.text)
    question_log.record(
        session,
        message,
        outcome="failed" if kind is None else "urgent",
        now=now,
        decision={"safety": {"level": "alarm", "kind": kind, "words": True}} if kind else None,
    )
    if kind is not None:
        return choices.alarm(session, message.conversation, message, kind, now)
    options = [choice("Ja, vraag het een adviseur", handoff=True)]
    said = Said(f"{UNAVAILABLE}\n\n{first_aid.failure_line()}", {"kind": "unavailable", "choices": options})
    transcript.say(session, message, said, models.SYSTEM, now)


def _outcome(conversation_id: str, message_id: int) -> Outcome:
    with reading() as session:
        conversation = session.get_one(Conversation, conversation_id)
        return Outcome(message_id, transcript.replies_to(session, message_id), conversation.owner)


def _stranded(before: datetime) -> list[Message]:
    with reading() as session:
        query = select(Message).where(Message.state == models.PENDING, Message.created_at < before)
        return list(session.scalars(query.order_by(Message.id)))
