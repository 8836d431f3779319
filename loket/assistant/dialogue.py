"""What the assistant does with a question that Rasa has understood: answer, ask, offer a person, hand over.

Each public function serves one custom action. It runs in the caller's transaction: the replies, the line in the question
log, the ticket and the change of owner are kept together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loket import catalogue, settings, working_time
from loket.assistant import answering
from loket.assistant.answering import Asked
from loket.clock import dutch_moment, local_day
from loket.conversations import models, question_log, transcript
from loket.conversations.models import Conversation, Message
from loket.conversations.transcript import Said, choice
from loket.faq import answers, shown, variants
from loket.faq.model import Answer
from loket.tickets import mails, queue
from loket.tickets.models import Ticket

MOST_CHOICES = 3
RANKING_KEPT = 10
LONG_REQUEST = 7
"""Words from which a request for a person holds the question itself ("ik wil iemand spreken over de schorsing van …")."""
SHORT_REPLY = 5
"""Words up to which a message with a sector in it is taken as the reply to our question about the sector."""
YES, NO = "ja", "nee"
OTHER_LANGUAGE = "andere_taal"


@dataclass(frozen=True)
class Understood:
    """What Rasa made of a message: top intent, ranking [{"name", "confidence"}], decision, the sector if named, and
    all entities [{"entity", "value"}]."""

    intent: str
    ranking: list[dict[str, Any]] = field(default_factory=list)
    decision: dict[str, Any] = field(default_factory=dict)
    sector: str | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)

    @property
    def intents(self) -> list[str]:
        """What to answer or to ask about, best first."""
        return list(self.decision.get("intents") or [self.intent])

    @property
    def kind(self) -> str:
        return str(self.decision.get("kind", "answer"))


@dataclass
class Turn:
    """One message of a parent that is being answered."""

    session: Session
    conversation: Conversation
    message: Message
    understood: Understood
    now: datetime

    def say(self, said: Said) -> None:
        transcript.say(self.session, self.message, said, models.ASSISTANT, self.now)

    def log(self, outcome: str, intent: str | None = None) -> None:
        ranking, decision = self.understood.ranking[:RANKING_KEPT], self.understood.decision
        question_log.record(
            self.session, self.message, outcome=outcome, now=self.now, intent=intent, ranking=ranking, decision=decision
        )


def begin(session: Session, message_id: int, understood: Understood, now: datetime) -> Turn | None:
    """Take up a pending message; None when somebody settled it in the meantime (a late reply is dropped)."""
    if not transcript.settle(session, message_id, models.ANSWERED):
        return None
    message = session.get_one(Message, message_id, populate_existing=True)
    # Locked, so that an adviser who steps in at this very moment comes before or after this reply, never through it.
    conversation = session.get_one(Conversation, message.conversation_id, with_for_update=True, populate_existing=True)
    if conversation.owner != models.ASSISTANT:
        # A person took over while Rasa was thinking.
        leave_to_person(session, message, now)
        return None
    sector = (message.choice or {}).get("sector", understood.sector)
    if sector is not None:
        conversation.sector = sector or None
    return Turn(session, conversation, message, understood, now)


def leave_to_person(session: Session, message: Message, now: datetime) -> None:
    """A message that was meant for the assistant belongs to the person who has the conversation by now."""
    message.state = models.DELIVERED
    ticket = queue.of_conversation(session, message.conversation_id)
    if ticket is not None:
        queue.parent_writes(session, ticket, now)


def answer(turn: Turn) -> None:
    """Answer the intent or the two intents that were understood."""
    if _expected(turn) or _yes_or_no(turn):
        return
    intents = _chosen_intents(turn) or turn.understood.intents
    # When it is urgent, safety comes first and alone; what else the message asked, the adviser reads.
    _give(turn, intents[:1] if turn.understood.kind == "urgent" else intents)


def ask(turn: Turn) -> None:
    """Say what the question may be about and let the parent choose; or offer a person when nothing comes near."""
    if _expected(turn):
        return
    near = [intent for intent in turn.understood.intents if catalogue.is_faq(intent)][:MOST_CHOICES]
    if turn.understood.kind != "ask" or not near:
        return _offer(turn)
    choices = [choice(_label(intent), intent=intent) for intent in near]
    choices.append(choice("Iets anders: vraag het een adviseur", handoff=True))
    turn.say(Said("Ik weet niet zeker of ik u goed begrijp. Bedoelt u een van deze vragen?", _extra("ask", choices)))
    turn.log("asked")


def hand_over(turn: Turn) -> None:
    """The parent wants a person: the last question becomes a ticket; without a question, ask for it first."""
    if _expected(turn):
        return
    question = (
        turn.message.text
        if _words(turn.message.text) >= LONG_REQUEST
        else question_log.last_question(turn.session, turn.conversation.id)
    )
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
    question = question_log.last_question(turn.session, turn.conversation.id)
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


def handed_over(ticket: Ticket, now: datetime, *, sorry: bool = False) -> Said:
    """The receipt: number, private link, and the promise."""
    configured = settings.load()
    hours = working_time.from_settings(configured.opening_hours, configured.closed_days)
    parts = ["Het spijt me dat dit niet hielp."] if sorry else []
    parts.append(f"Uw vraag ligt nu bij een adviseur. Uw nummer is **{ticket.reference}**.")
    if not hours.is_open(now):
        parts.append("Wij zijn nu gesloten.")
    parts.append(f"U krijgt uiterlijk **{dutch_moment(ticket.promised_by)}** antwoord.")
    parts.append(f"U leest het antwoord hier, en op [de pagina van uw vraag]({mails.link(ticket)}). Bewaar die link.")
    return Said(" ".join(parts), {"kind": "handed_over", "ticket": receipt(ticket)})


def receipt(ticket: Ticket) -> dict[str, str]:
    """What the parent gets to keep: {"reference", "link", "promised_by"} (ISO 8601, UTC)."""
    return {
        "reference": ticket.reference,
        "link": mails.link(ticket),
        "promised_by": ticket.promised_by.isoformat(),
    }


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
        _give(turn, expects["sector_for"], expects.get("known"))
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
        _hand_over(
            turn, question_log.last_question(turn.session, turn.conversation.id) or turn.message.text, "handed_over"
        )
        return True
    if len([c for c in offered if "intent" in c]) == 1:
        _give(turn, [first["intent"]])
        return True
    return False


def _give(turn: Turn, intents: list[str], earlier: dict[str, Any] | None = None) -> None:
    """Give the answers to these intents. `earlier` is what is known from the message that our question was about."""
    today = local_day(turn.now)
    expired = settings.load().expired_answers
    found = [one for intent in intents if (one := answers.given(intent, today, expired)) is not None]
    withheld = [
        intent for intent in intents if intent in answers.cached() and intent not in {one.intent for one in found}
    ]
    if not found:
        return _leave_to_person(turn, withheld) if withheld else _offer(turn)
    asked = _asked(turn, earlier)
    if _needs_sector(turn, found):
        return _ask_sector(turn, found, intents, asked)
    if len(found) > 1:
        turn.say(Said("Ik lees twee vragen in uw bericht. Ik beantwoord ze na elkaar.", {"kind": "note"}))
    for one in found:
        turn.say(_said(one, asked, today, others=intents))
    if found[0].intent == OTHER_LANGUAGE:
        # What follows is in the parent's own language, and for a person.
        turn.conversation.expects = {"question": True}
    urgent = [one for one in found if one.urgent]
    if urgent:
        _hand_over(turn, _own_question(turn), "urgent", intent=urgent[0].intent)
    elif withheld:
        _leave_to_person(turn, withheld)
    else:
        turn.log("answered", found[0].intent)


def _leave_to_person(turn: Turn, intents: list[str]) -> None:
    """An answer that is not given by the assistant is given by a person."""
    text = "Op deze vraag geeft de computer geen antwoord. Een adviseur beantwoordt hem."
    turn.say(Said(text, {"kind": "note"}))
    _hand_over(turn, _own_question(turn), "handed_over", intent=intents[0])


def _own_question(turn: Turn) -> str:
    """What the parent typed; for a choice, the question that it was about."""
    if not turn.message.choice:
        return turn.message.text
    return question_log.last_question(turn.session, turn.conversation.id) or turn.message.text


def _asked(turn: Turn, earlier: dict[str, Any] | None) -> Asked:
    known = (turn.message.choice or {}).get("known") or earlier or {}
    return Asked(turn.message.text, turn.conversation.sector, turn.understood.entities, known)


def _said(one: Answer, asked: Asked, today: date, others: list[str]) -> Said:
    follow_up = [choice(_label(intent), intent=intent) for intent in one.follow_up if intent not in others]
    if one.urgent:
        follow_up = []
    given = answering.shown_for(one, asked, today)
    text = shown.as_markdown(given)
    if not (catalogue.is_faq(one.intent) or one.urgent):
        return Said(text, _extra("talk", follow_up) | {"intents": [one.intent], "title": ""})
    title = one.title if catalogue.is_faq(one.intent) else ""
    extra = {"intents": [one.intent], "title": title, "urgent": one.urgent, "answer": given.as_dict()}
    return Said(text, _extra("answer", follow_up) | extra)


def _needs_sector(turn: Turn, found: list[Answer]) -> bool:
    if turn.conversation.sector or (turn.message.choice or {}).get("sector") == "":
        return False
    return any(variants.by_sector(one) and not one.urgent for one in found)


def _ask_sector(turn: Turn, found: list[Answer], intents: list[str], asked: Asked) -> None:
    wanted = [sector for one in found for sector in catalogue.load().intents[one.intent].sectors]
    known = {"known": remembered} if (remembered := asked.to_remember()) else {}
    choices = [
        choice(label.capitalize(), intent=intents[0], intents=intents, sector=sector, **known)
        for sector, label in catalogue.SECTORS.items()
        if sector in wanted
    ]
    choices.append(choice("Dat weet ik niet", intent=intents[0], intents=intents, sector="", **known))
    turn.conversation.expects = {"sector_for": intents, **known}
    turn.say(Said("Het antwoord hangt af van de school. Naar welke school gaat uw kind?", _extra("sector", choices)))
    turn.log("asked", found[0].intent)


def _offer(turn: Turn) -> None:
    """Say honestly that we do not know, and offer a person."""
    if turn.understood.decision.get("reason") == "out_of_domain":
        text = "Ik kan alleen helpen met vragen over school en opvang. Hier weet ik geen goed antwoord op."
    else:
        text = "Hier weet ik geen zeker antwoord op. Ik wil u niets verkeerds vertellen."
    turn.say(transcript.offer(text))
    turn.log("offered")


def _hand_over(turn: Turn, question: str, outcome: str, *, intent: str | None = None, sorry: bool = False) -> None:
    intent = intent or question_log.guess(turn.session, turn.conversation.id)
    ticket = queue.hand_off(
        turn.session, turn.conversation, question, turn.now, intent=intent, urgent=outcome == "urgent"
    )
    turn.say(handed_over(ticket, turn.now, sorry=sorry))
    turn.log(outcome, intent if outcome == "urgent" else turn.understood.intent)


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


def _label(intent_id: str) -> str:
    return catalogue.load().label(intent_id)


def _words(text: str) -> int:
    return len(text.split())
