"""Choices that need no understanding: ask a person, ask again, there is danger, this belongs to my question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loket.assistant import handing_over
from loket.conversations import first_aid, models, question_log, transcript
from loket.conversations.contact import Contact
from loket.conversations.models import Conversation, Message
from loket.conversations.transcript import Said
from loket.exceptions import Refused
from loket.faq.danger import DUTCH
from loket.routing import words
from loket.tickets import queue, urgency

REPHRASE = "Goed. Stel uw vraag gerust met andere woorden."


def act_on(
    session: Session, conversation: Conversation, message: Message, chosen: dict[str, Any], now: datetime
) -> None:
    """Do what was chosen. Raises Refused when a person is asked for and there is no question yet."""
    message.state = models.ANSWERED
    if "safety" in chosen:
        return alarm(session, conversation, message, str(chosen["safety"]), now)
    ticket = queue.of_conversation(session, conversation.id)
    if ticket is not None and (chosen.get("add") or (chosen.get("handoff") and conversation.owner == models.QUEUE)):
        queue.parent_writes(session, ticket, now)
        transcript.say(session, message, handing_over.added(ticket), models.SYSTEM, now)
    elif chosen.get("handoff"):
        _hand_over(session, conversation, message, now)
    else:
        transcript.say(session, message, Said(REPHRASE, {"kind": "note"}), models.ASSISTANT, now)


def alarm(session: Session, conversation: Conversation, message: Message, kind: str, now: datetime) -> None:
    """Help of this kind, and an urgent question with a person, once; for when Rasa is not asked, or is away."""
    wrote = _question(session, conversation.id, message) or message.text
    language = words.language(wrote) or DUTCH
    said = first_aid.text(kind, wrote, now_open=handing_over.is_open(now), language=language)
    extra = {"kind": "safety", "level": "alarm", "danger": kind} | first_aid.shown_in(language)
    transcript.say(session, message, Said(said, extra), models.SYSTEM, now)
    ticket = queue.of_conversation(session, conversation.id)
    if ticket is None:
        intent = question_log.guess(session, conversation.id)
        ticket = queue.hand_off(session, conversation, wrote, now, intent=intent, urgent=True)
        transcript.say(session, message, handing_over.handed_over(ticket, now), models.SYSTEM, now)
        return
    queue.parent_writes(session, ticket, now)
    urgency.raise_alarm(session, ticket, kind, now)
    if conversation.owner == models.ASSISTANT:
        conversation.owner = models.QUEUE
    transcript.say(session, message, handing_over.added(ticket), models.SYSTEM, now)


def _hand_over(session: Session, conversation: Conversation, message: Message, now: datetime) -> None:
    question = _question(session, conversation.id, message)
    if question is None:
        raise Refused("Typ eerst uw vraag. Dan geven wij die door aan een adviseur.", code="no_question", field="text")
    told = (conversation.expects or {}).get("contact") or {}
    reach = Contact(told.get("email"), told.get("phone"))
    intent = question_log.guess(session, conversation.id)
    ticket = queue.hand_off(session, conversation, question, now, intent=intent, contact=reach)
    transcript.say(session, message, handing_over.handed_over(ticket, now), models.SYSTEM, now)


def _question(session: Session, conversation_id: str, message: Message) -> str | None:
    """The parent's question: never a "ja", a number or a choice. What was typed last, if nothing was understood yet."""
    if message.choice is None:
        return message.text
    return question_log.last_question(session, conversation_id) or transcript.typed_before(session, message)
