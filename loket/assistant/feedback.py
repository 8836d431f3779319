"""Did the answer help?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from loket.assistant.expected import NOT_HELPED
from loket.conversations import models, transcript
from loket.conversations.models import Message
from loket.db.row_ids import can_exist
from loket.exceptions import Refused
from loket.tickets import locks


def give(session: Session, conversation_id: str, message_id: int, helpful: bool, now: datetime) -> list[Message]:
    """Keep a parent's verdict on an answer; the first "no" is followed by the offer of a person. Raises Refused."""
    message = session.get(Message, message_id) if can_exist(message_id) else None
    if message is None or message.conversation_id != conversation_id or message.sender == models.PARENT:
        raise Refused("Dit bericht bestaat niet in uw gesprek.", code="unknown_message", field="message_id")
    # Of several who say "no" at once, one is the first; and the assistant offers nothing while an adviser steps in.
    locks.hold_conversation(session, conversation_id)
    session.refresh(message)
    first_no = not helpful and message.helpful is not False
    message.helpful = helpful
    if not first_no or message.conversation.owner != models.ASSISTANT:
        return []
    said = transcript.offer(NOT_HELPED)
    return [transcript.say(session, message, said, models.ASSISTANT, now)]
