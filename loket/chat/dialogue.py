"""What the assistant does with a question that Rasa has understood: answer, ask, offer a person, hand over.

Each public function serves one custom action. It runs in the caller's transaction: the replies, the line in the question
log, the ticket and the change of owner are kept together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import catalogue, settings, working_time
from loket.chat import conversations, models
from loket.chat.conversations import Said, choice
from loket.chat.models import Conversation, Message, Question
from loket.clock import dutch_moment
from loket.faq import answers
from loket.faq.answers import Answer
from loket.tickets import queue
from loket.tickets.models import Ticket

MOST_CHOICES = 3
RANKING_KEPT = 10
LONG_REQUEST = 7
"""Words from which a request for a person holds the question itself ("ik wil iemand spreken over de schorsing van …")."""
SHORT_REPLY = 5
"""Words up to which a message with a sector in it is taken as the reply to our question about the sector."""
YES, NO = "ja", "nee"
OTHER_LANGUAGE = "andere_taal"
FIRST_AID = {
    "abuse_home": "kindermishandeling_vermoeden",
    "abuse_school": "seksueel_misbruik_geweld",
    "sexual_peer": "seksueel_misbruik_geweld",
}
"""The answer with first aid for a kind of danger; for the others that of `CRISIS`."""
CRISIS = "crisis"


@dataclass(frozen=True)
class Understood:
    """What Rasa made of a message: top intent, ranking [{"name", "confidence"}], decision and the sector if named."""

    intent: str
    ranking: list[dict[str, Any]] = field(default_factory=list)
    decision: dict[str, Any] = field(default_factory=dict)
    sector: str | None = None

    @property
    def intents(self) -> list[str]:
        """What to answer or to ask about, best first."""
        return list(self.decision.get("intents") or [self.intent])

    @property
    def kind(self) -> str:
        return str(self.decision.get("kind", "answer"))

    @property
    def alarm(self) -> str | None:
        """The answer with first aid, when danger is sure enough to act at once."""
        safety = self.decision.get("safety") or {}
        return FIRST_AID.get(safety.get("kind") or "", CRISIS) if safety.get("level") == "alarm" else None


@dataclass
class Turn:
    """One message of a parent that is being answered."""

    session: Session
    conversation: Conversation
    message: Message
    understood: Understood
    now: datetime

    def say(self, said: Said) -> None:
        conversations.say(self.session, self.message, said, models.ASSISTANT, self.now)

    def log(self, outcome: str, intent: str | None = None) -> None:
        self.session.add(
            Question(
                message_id=self.message.id,
                conversation_id=self.conversation.id,
                text=self.message.text,
                intent=intent,
                ranking=self.understood.ranking[:RANKING_KEPT],
                decision=self.understood.decision,
                outcome=outcome,
                sector=self.conversation.sector,
                created_at=self.now,
            )
        )


def begin(session: Session, message_id: int, understood: Understood, now: datetime) -> Turn | None:
    """Take up a pending message; None when somebody settled it in the meantime (a late reply is dropped)."""
    if not conversations.settle(session, message_id, models.ANSWERED):
        return None
    message = session.get_one(Message, message_id, populate_existing=True)
    # Locked, so that an adviser who steps in at this very moment comes before or after this reply, never through it.
    conversation = session.get_one(Conversation, message.conversation_id, with_for_update=True, populate_existing=True)
    if conversation.owner != models.ASSISTANT:
        # A person took over while Rasa was thinking: the message is theirs.
        message.state = models.DELIVERED
        ticket = queue.of_conversation(session, conversation.id)
        if ticket is not None:
            queue.parent_writes(session, ticket, now)
        return None
    sector = (message.choice or {}).get("sector", understood.sector)
    if sector is not None:
        conversation.sector = sector or None
    return Turn(session, conversation, message, understood, now)


def answer(turn: Turn) -> None:
    """Answer the intent or the two intents that were understood."""
    if _alarmed(turn) or _expected(turn) or _yes_or_no(turn):
        return
    _give(turn, _chosen_intents(turn) or turn.understood.intents)


def ask(turn: Turn) -> None:
    """Say what the question may be about and let the parent choose; or offer a person when nothing comes near."""
    if _alarmed(turn) or _expected(turn):
        return
    near = [intent for intent in turn.understood.intents if _known_faq(intent)][:MOST_CHOICES]
    if turn.understood.kind != "ask" or not near:
        return _offer(turn)
    choices = [choice(_label(intent), intent=intent) for intent in near]
    choices.append(choice("Iets anders: vraag het een adviseur", handoff=True))
    turn.say(Said("Ik weet niet zeker of ik u goed begrijp. Bedoelt u een van deze vragen?", _extra("ask", choices)))
    turn.log("asked")


def hand_over(turn: Turn) -> None:
    """The parent wants a person: the last question becomes a ticket; without a question, ask for it first."""
    if _alarmed(turn) or _expected(turn):
        return
    question = turn.message.text if _words(turn.message.text) >= LONG_REQUEST else last_question(turn)
    if question is None:
        turn.conversation.expects = {"question": True}
        turn.say(
            Said(
                "Goed, een adviseur helpt u. Wat is uw vraag? Typ die hieronder, dan geef ik hem door.", {"kind": "ask"}
            )
        )
        return turn.log("asked", turn.understood.intent)
    _hand_over(turn, question, "handed_over")


def not_helped(turn: Turn) -> None:
    """The answer was of no use: the question it answered goes to a person."""
    if _alarmed(turn):
        return
    question = last_question(turn)
    if question is None:
        return _offer(turn)
    previous = _last_answer(turn)
    if previous is not None:
        previous.helpful = False
    _hand_over(turn, question, "not_helped", sorry=True)


def start_again(turn: Turn) -> None:
    """Forget what was known of the child's school and what was asked."""
    turn.conversation.expects = turn.conversation.sector = None
    _give(turn, [turn.understood.intent])


def last_question(turn: Turn) -> str | None:
    """The parent's latest message that was a question, as far as we know."""
    logged = turn.session.scalars(
        select(Question).where(Question.conversation_id == turn.conversation.id).order_by(Question.id.desc())
    )
    for question in logged:
        intent = catalogue.load().intents.get(question.intent or "")
        if intent is None or intent.is_faq or intent.urgent:
            return question.text
    return None


def handed_over(ticket: Ticket, now: datetime, *, sorry: bool = False) -> Said:
    """The receipt: number, private link, and the promise."""
    configured = settings.load()
    hours = working_time.from_settings(configured.opening_hours, configured.closed_days)
    parts = ["Het spijt me dat dit niet hielp."] if sorry else []
    parts.append(f"Uw vraag ligt nu bij een adviseur. Uw nummer is **{ticket.reference}**.")
    if not hours.is_open(now):
        parts.append("Wij zijn nu gesloten.")
    parts.append(f"U krijgt uiterlijk **{dutch_moment(ticket.promised_by)}** antwoord.")
    parts.append(f"U leest het antwoord hier, en op [de pagina van uw vraag]({queue.link(ticket)}). Bewaar die link.")
    return Said(" ".join(parts), {"kind": "handed_over", "ticket": receipt(ticket)})


def receipt(ticket: Ticket) -> dict[str, str]:
    """What the parent gets to keep: {"reference", "link", "promised_by"} (ISO 8601, UTC)."""
    return {
        "reference": ticket.reference,
        "link": queue.link(ticket),
        "promised_by": ticket.promised_by.isoformat(),
    }


def _alarmed(turn: Turn) -> bool:
    """Danger: safety comes first and alone; what else the message asked, the adviser reads."""
    if turn.message.choice or not (first_aid := turn.understood.alarm):
        return False
    turn.conversation.expects = None
    _give(turn, [first_aid])
    return True


def _expected(turn: Turn) -> bool:
    """Deal with a message that replies to what we asked last; False when it is a question of its own."""
    expects, turn.conversation.expects = turn.conversation.expects or {}, None
    if turn.message.choice:
        return False
    if expects.get("question"):
        if turn.understood.intent == NO:
            return False
        _hand_over(turn, turn.message.text, "handed_over")
        return True
    sector = turn.understood.sector
    if expects.get("sector_for") and sector and _words(turn.message.text) <= SHORT_REPLY:
        _give(turn, expects["sector_for"])
        return True
    return False


def _yes_or_no(turn: Turn) -> bool:
    """ "Ja" and "nee" to the choices of the assistant's last message; False when there is nothing to agree with."""
    if turn.message.choice or turn.understood.intent not in (YES, NO):
        return False
    last = _last_answer(turn)
    offered = (last.extra or {}).get("choices", []) if last else []
    if not offered or (last and (last.extra or {}).get("kind") not in ("ask", "offer")):
        return False
    if turn.understood.intent == NO:
        if last and (last.extra or {}).get("kind") == "ask":
            _offer(turn)
            return True
        return False
    first = offered[0]
    if first.get("handoff"):
        _hand_over(turn, last_question(turn) or turn.message.text, "handed_over")
        return True
    if len([c for c in offered if "intent" in c]) == 1:
        _give(turn, [first["intent"]])
        return True
    return False


def _give(turn: Turn, intents: list[str]) -> None:
    known = answers.cached()
    found = [known[intent] for intent in intents if intent in known]
    if not found:
        return _offer(turn)
    if _needs_sector(turn, found):
        return _ask_sector(turn, found)
    if len(found) > 1:
        turn.say(Said("Ik lees twee vragen in uw bericht. Ik beantwoord ze na elkaar.", {"kind": "note"}))
    for one in found:
        turn.say(_said(one, turn.conversation.sector, others=intents))
    if found[0].intent == OTHER_LANGUAGE:
        # What follows is in the parent's own language, and for a person.
        turn.conversation.expects = {"question": True}
    urgent = [one for one in found if one.urgent]
    if urgent:
        question = turn.message.text if not turn.message.choice else last_question(turn) or turn.message.text
        _hand_over(turn, question, "urgent", intent=urgent[0].intent)
    else:
        turn.log("answered", found[0].intent)


def _said(one: Answer, sector: str | None, others: list[str]) -> Said:
    follow_up = [choice(_label(intent), intent=intent) for intent in one.follow_up if intent not in others]
    if one.urgent:
        follow_up = []
    extra = _extra("answer" if _known_faq(one.intent) or one.urgent else "talk", follow_up)
    extra |= {
        "intents": [one.intent],
        "title": one.title if _known_faq(one.intent) else "",
        "sources": [source.model_dump() for source in one.sources],
        "checked_on": one.checked_on.isoformat() if one.sources else None,
        "refer_to": [{"name": referral.name, "for": referral.purpose} for referral in one.refer_to],
    }
    return Said(one.for_sector(sector), extra)


def _needs_sector(turn: Turn, found: list[Answer]) -> bool:
    if turn.conversation.sector or (turn.message.choice or {}).get("sector") == "":
        return False
    return any(one.by_sector and not one.urgent for one in found)


def _ask_sector(turn: Turn, found: list[Answer]) -> None:
    intents = [one.intent for one in found]
    wanted = [sector for one in found for sector in catalogue.load().intents[one.intent].sectors]
    choices = [
        choice(label.capitalize(), intent=intents[0], intents=intents, sector=sector)
        for sector, label in catalogue.SECTORS.items()
        if sector in wanted
    ]
    choices.append(choice("Dat weet ik niet", intent=intents[0], intents=intents, sector=""))
    turn.conversation.expects = {"sector_for": intents}
    turn.say(Said("Het antwoord hangt af van de school. Naar welke school gaat uw kind?", _extra("sector", choices)))
    turn.log("asked", intents[0])


def _offer(turn: Turn) -> None:
    """Say honestly that we do not know, and offer a person."""
    if turn.understood.decision.get("reason") == "out_of_domain":
        text = "Ik kan alleen helpen met vragen over school en opvang. Hier weet ik geen goed antwoord op."
    else:
        text = "Hier weet ik geen zeker antwoord op. Ik wil u niets verkeerds vertellen."
    turn.say(conversations.offer(text))
    turn.log("offered")


def _hand_over(turn: Turn, question: str, outcome: str, *, intent: str | None = None, sorry: bool = False) -> None:
    intent = intent or _guess(turn)
    ticket = queue.hand_off(
        turn.session, turn.conversation, question, turn.now, intent=intent, urgent=outcome == "urgent"
    )
    turn.say(handed_over(ticket, turn.now, sorry=sorry))
    turn.log(outcome, intent if outcome == "urgent" else turn.understood.intent)


def _guess(turn: Turn) -> str | None:
    """The FAQ intent that the handed-over question most likely is, for routing."""
    return guess(turn.session, turn.conversation.id)


def guess(session: Session, conversation_id: str) -> str | None:
    """The FAQ intent at the top of the ranking of the conversation's last question, if any."""
    logged = session.scalars(
        select(Question).where(Question.conversation_id == conversation_id).order_by(Question.id.desc())
    )
    for question in logged:
        names = [question.intent, *(str(entry["name"]) for entry in question.ranking)]
        for name in names:
            if name and _known_faq(name):
                return name
    return None


def _chosen_intents(turn: Turn) -> list[str]:
    return list((turn.message.choice or {}).get("intents", []))


def _last_answer(turn: Turn) -> Message | None:
    return turn.session.scalar(
        select(Message)
        .where(
            Message.conversation_id == turn.conversation.id,
            Message.sender == models.ASSISTANT,
            Message.id < turn.message.id,
        )
        .order_by(Message.id.desc())
    )


def _extra(kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": kind, "choices": choices}


def _known_faq(intent_id: str) -> bool:
    intent = catalogue.load().intents.get(intent_id)
    return intent is not None and intent.is_faq


def _label(intent_id: str) -> str:
    return catalogue.load().label(intent_id)


def _words(text: str) -> int:
    return len(text.split())
