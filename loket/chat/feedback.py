"""Did the answer help?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from loket.chat import conversations, models
from loket.chat.conversations import Refused
from loket.chat.models import Message
from loket.db.base import LARGEST_ID

NOT_HELPED = "Jammer dat dit niet hielp."


def give(session: Session, conversation_id: str, message_id: int, helpful: bool, now: datetime) -> list[Message]:
    """Keep a parent's verdict on an answer; the first "no" is followed by the offer of a person. Raises Refused."""
    message = session.get(Message, message_id) if 0 < message_id <= LARGEST_ID else None
    if message is None or message.conversation_id != conversation_id or message.sender == models.PARENT:
        raise Refused("unknown_message", "Dit bericht bestaat niet in uw gesprek.")
    first_no = not helpful and message.helpful is not False
    message.helpful = helpful
    if not first_no or message.conversation.owner != models.ASSISTANT:
        return []
    said = conversations.offer(NOT_HELPED)
    return [conversations.say(session, message, said, models.ASSISTANT, now)]
