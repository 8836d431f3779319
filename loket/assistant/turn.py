"""One message from a parent that is being answered: what was understood, what is said back, what the log keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import catalogue
from loket.conversations import models, question_log, transcript
from loket.conversations.contact import Contact
from loket.conversations.models import Conversation, Message
from loket.conversations.transcript import Said
from loket.faq.danger import DUTCH
from loket.tickets import locks, queue
from loket.tickets.models import Ticket

RANKING_KEPT = 10
FALLBACK = "nlu_fallback"
FEW_WORDS = 3


@dataclass(frozen=True)
class Understood:
    """What Rasa made of a message: top intent, ranking [{"name", "confidence"}], decision, the sector if named, and
    all entities [{"entity", "value"}]."""

    intent: str
    ranking: list[dict[str, Any]] = field(default_factory=list)
    decision: dict[str, Any] = field(default_factory=dict)
    sector: str | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        intent: str,
        ranking: list[dict[str, Any]],
        entities: list[dict[str, Any]],
        decision: dict[str, Any] | None,
    ) -> Understood:
        """From Rasa's own ranking and entities: without its fallback, confidences to four decimals, the first sector."""
        kept = [{"entity": one["entity"], "value": one["value"]} for one in entities]
        return cls(
            intent=intent,
            ranking=[
                {"name": entry["name"], "confidence": round(float(entry["confidence"]), 4)}
                for entry in ranking
                if entry["name"] != FALLBACK
            ],
            decision=decision or {},
            sector=next((entity["value"] for entity in kept if entity["entity"] == "sector"), None),
            entities=kept,
        )

    @property
    def intents(self) -> list[str]:
        """What to answer or to ask about, best first."""
        return list(self.decision.get("intents") or [self.intent])

    @property
    def kind(self) -> str:
        return str(self.decision.get("kind", "answer"))

    @property
    def language(self) -> str:
        """What the message is written in (ISO 639-1), Dutch in doubt."""
        return str(self.decision.get("language") or DUTCH)

    @property
    def leans(self) -> bool:
        """Whether the message was read together with the question before it."""
        return "context" in self.decision

    @property
    def sure_of_question(self) -> bool:
        """Whether this is, all by itself, a question that the assistant answers."""
        return self.kind == "answer" and not self.leans and catalogue.is_faq(self.intents[0])


@dataclass
class Turn:
    """`ticket` is the parent's question that is already with a person, if there is one."""

    session: Session
    conversation: Conversation
    message: Message
    understood: Understood
    now: datetime
    ticket: Ticket | None = None
    said: list[Message] = field(default_factory=list)
    noted: dict[str, Any] = field(default_factory=dict)
    """What the log keeps of this turn in addition to Rasa's decision."""
    asked: dict[str, Any] = field(default_factory=dict)
    """What we had asked and waited for (see Conversation.expects)."""
    contact: Contact = field(default_factory=Contact)
    """How the parent can be reached, as far as they typed it. Never in the log."""
    logged: bool = False

    def say(self, said: Said) -> Message:
        message = transcript.say(self.session, self.message, said, models.ASSISTANT, self.now)
        self.said.append(message)
        return message

    def log(self, outcome: str, intent: str | None = None) -> None:
        """Write the turn's one line in the log; what was logged first stays."""
        if self.logged:
            return
        self.logged = True
        question_log.record(
            self.session,
            self.message,
            outcome=outcome,
            now=self.now,
            intent=intent,
            ranking=self.understood.ranking[:RANKING_KEPT],
            decision=self.understood.decision | self.noted,
        )
        self.session.flush()

    def is_reply(self) -> None:
        """This message replies to a question of ours, or gives a number: it is not a question from the parent."""
        self.noted[question_log.REPLY] = True

    @property
    def language(self) -> str:
        """What the parent writes in: of a few words nobody can tell, so these are in the language of what came before."""
        own = self.understood.language
        if own != DUTCH or len(self.message.text.split()) > FEW_WORDS:
            return own
        earlier = next(question_log.newest_first(self.session, self.conversation.id), None)
        return str(earlier.decision.get("language") or DUTCH) if earlier else DUTCH

    @property
    def with_person(self) -> bool:
        """Whether a person has the conversation and the assistant only helps out in the meantime."""
        return self.conversation.owner != models.ASSISTANT

    @property
    def question(self) -> str:
        """The parent's question that this turn is about: what was typed, or what was asked before a reply or a choice."""
        if self.message.choice or self.noted.get(question_log.REPLY):
            return question_log.last_question(self.session, self.conversation.id) or self.message.text
        return self.message.text


def before(turn: Turn) -> list[Message]:
    """What the assistant said last, before this message: one or more messages, oldest first."""
    said = turn.session.scalars(
        select(Message)
        .where(
            Message.conversation_id == turn.conversation.id,
            Message.sender != models.PARENT,
            Message.id < turn.message.id,
        )
        .order_by(Message.id.desc())
        .limit(8)
    ).all()
    return [one for one in reversed(said) if one.reply_to == said[0].reply_to] if said else []


def begin(session: Session, message_id: int, understood: Understood, now: datetime) -> Turn | None:
    """Take up a pending message; None when somebody settled it in the meantime (a late reply is dropped)."""
    message = settle(session, message_id, models.ANSWERED)
    if message is None:
        return None
    conversation = message.conversation
    ticket = queue.of_conversation(session, conversation.id)
    if not queue.assistant_helps(conversation, ticket):
        # A person took over while Rasa was thinking.
        leave_to_person(session, message, now)
        return None
    sector = (message.choice or {}).get("sector", understood.sector)
    if sector is not None:
        conversation.sector = sector or None
    return Turn(session, conversation, message, understood, now, ticket)


def settle(session: Session, message_id: int, state: str) -> Message | None:
    """End the wait of a pending message; None when somebody did so in the meantime, and then nothing may be said."""
    message = session.get(Message, message_id)
    if message is None:
        return None
    # The conversation before the message: that is the order, and whoever sends the same message again holds it. From here an
    # adviser who steps in comes before or after this turn, never through it.
    locks.hold_conversation(session, message.conversation_id)
    if not transcript.settle(session, message_id, state):
        return None
    session.refresh(message)
    return message


def leave_to_person(session: Session, message: Message, now: datetime) -> Ticket | None:
    """A message meant for the assistant belongs to the person who now has the conversation."""
    message.state = models.DELIVERED
    ticket = queue.of_conversation(session, message.conversation_id)
    if ticket is not None:
        queue.parent_writes(session, ticket, now, message.text)
    return ticket
