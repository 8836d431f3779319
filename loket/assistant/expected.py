"""Messages that are not questions themselves: a reply to what the assistant asked, a number, a request for a person."""

from __future__ import annotations

from typing import Any

from loket.assistant import giving, handing_over, numbers, person, replies, safety
from loket.assistant.replies import NEW_QUESTION, NO, OPTIONS, UNKNOWN, YES, Meaning
from loket.assistant.turn import Turn, before
from loket.conversations import danger, first_aid, question_log, transcript
from loket.conversations.contact import Contact
from loket.conversations.models import Message
from loket.conversations.transcript import Said, choice
from loket.tickets import queue

ASKED = {"sector": replies.SECTOR, "ask": replies.CHOICE, "offer": replies.PERSON, "unavailable": replies.PERSON}
"""What each kind of message of ours asks."""
FEW = 4
"""Up to this many words, a "nee" after an answer says that it did not help."""
FEW_OF_DENIAL = 6
"""Up to this many words, a "nee" to the line about danger says nothing else."""
WHAT_IS_YOUR_QUESTION = "Goed, een adviseur helpt u. Wat is uw vraag? Typ die hieronder, dan geef ik hem door."
REPHRASE = "Goed. Stel uw vraag gerust met andere woorden. Een adviseur vragen kan altijd: typ “adviseur”."
NOT_HELPED = "Jammer dat dit niet hielp."
FIND = (
    "Dit is het nummer van een vraag. Op een nummer alleen laat ik niets zien: zo kan niemand anders uw vraag lezen. "
    "Open de link die u bij uw vraag kreeg, hier of per e-mail. Bent u de link kwijt? "
    "Stel uw vraag dan opnieuw en noem het nummer, of typ “adviseur”."
)
NO_DANGER = (
    "Fijn om te weten. Verandert dat, of twijfelt u? Bel dan **112**, of **113** als uw kind aan zelfmoord denkt."
)


def deal_with(turn: Turn) -> bool:
    """Deal with a message that is not itself a question; False when it is one."""
    turn.asked, turn.conversation.expects = turn.conversation.expects or {}, None
    known = turn.asked.get("contact") or {}
    turn.contact = Contact(known.get("email"), known.get("phone"))
    if turn.message.choice:
        return False
    return _number(turn) or _question_for_person(turn) or _reply(turn) or _person(turn)


def ask_for_question(turn: Turn) -> None:
    """A person is asked for, and we do not know what about."""
    turn.conversation.expects = {"question": True} | _kept(turn.contact)
    turn.say(Said(WHAT_IS_YOUR_QUESTION, {"kind": "ask"}))
    turn.log("asked", turn.understood.intent)


def _number(turn: Turn) -> bool:
    typed = numbers.find(turn.message.text)
    if typed is None:
        return False
    if typed.phone or typed.email:
        turn.contact = Contact(typed.email or turn.contact.email, typed.phone or turn.contact.phone)
    if not typed.alone:
        return False
    turn.is_reply()
    if typed.reference:
        own = turn.ticket is not None and turn.ticket.reference == typed.reference
        turn.say(handing_over.status(turn.ticket) if own and turn.ticket else Said(FIND, {"kind": "note"}))
    else:
        _keep_contact(turn, "telefoonnummer" if typed.phone else "e-mailadres")
    turn.log("reply")
    return True


def _keep_contact(turn: Turn, what: str) -> None:
    """Add how the parent can be reached to their question, or keep it until there is one."""
    if turn.ticket is not None:
        queue.complete(turn.session, turn.ticket, turn.contact, None, turn.now)
        text = f"Ik heb uw {what} bij uw vraag **{turn.ticket.reference}** gezet. Een adviseur ziet het."
        turn.say(Said(text, {"kind": "added", "ticket": handing_over.receipt(turn.ticket)}))
        return
    question = question_log.last_question(turn.session, turn.conversation.id)
    if question is None or turn.asked.get("question"):
        turn.conversation.expects = {"question": True} | _kept(turn.contact)
        turn.say(Said(f"Dank u, ik heb uw {what}. Wat is uw vraag? Dan geef ik die door.", {"kind": "ask"}))
        return
    turn.conversation.expects = _kept(turn.contact)
    turn.say(transcript.offer(f"Dank u, ik heb uw {what}."))


def _kept(contact: Contact) -> dict[str, Any]:
    told = {name: value for name, value in (("email", contact.email), ("phone", contact.phone)) if value}
    return {"contact": told} if told else {}


def _question_for_person(turn: Turn) -> bool:
    """The question that we asked for, to be given to a person."""
    if not turn.asked.get("question"):
        return False
    said = replies.read(turn.message.text, replies.PERSON)
    if turn.understood.intent == "nee" or said.kind == NO:
        return False
    if said.kind == YES and len(turn.message.text.split()) <= FEW:
        turn.is_reply()
        ask_for_question(turn)
        return True
    handing_over.hand_over(turn, turn.message.text, "handed_over")
    return True


def _reply(turn: Turn) -> bool:
    said = before(turn)
    if not said:
        return False
    for message in reversed(said):
        asked = ASKED.get((message.extra or {}).get("kind", ""))
        if asked == replies.SECTOR and turn.asked.get("sector_for"):
            if _kind_of_school(turn, message):
                return True
        elif asked == replies.CHOICE and (message.extra or {}).get("choices"):
            if _which(turn, message):
                return True
        elif asked == replies.PERSON and _whether_person(turn):
            return True
    line = next((one for one in said if (one.extra or {}).get("level") == safety.ASK), None)
    if line is not None and _whether_danger(turn, str((line.extra or {})["danger"])):
        return True
    return _did_it_help(turn, said[-1])


def _kind_of_school(turn: Turn, message: Message) -> bool:
    meaning = _read(turn, replies.SECTOR, message)
    sector = meaning.sector or (turn.understood.sector if meaning.kind != NEW_QUESTION else None)
    if sector is None and meaning.kind != UNKNOWN:
        return False
    turn.is_reply()
    turn.conversation.sector = sector
    turn.noted["sector"] = sector or ""
    giving.give(turn, turn.asked["sector_for"], turn.asked.get("known"))
    return True


def _which(turn: Turn, message: Message) -> bool:
    choices = (message.extra or {})["choices"]
    meaning = _read(turn, replies.CHOICE, message)
    if meaning.kind == NEW_QUESTION:
        return False
    turn.is_reply()
    if meaning.kind == OPTIONS:
        _take(turn, [choices[number - 1] for number in meaning.options])
    elif meaning.kind == YES:
        again = [choice(one["label"], **{k: v for k, v in one.items() if k not in ("id", "label")}) for one in choices]
        turn.say(Said("Welke bedoelt u? Kies er een, of typ het nummer: 1, 2 of 3.", giving.with_choices("ask", again)))
        turn.log("asked")
    else:
        turn.say(transcript.offer("Dan weet ik het niet zeker. Ik wil u niets verkeerds vertellen."))
        turn.log("offered")
    return True


def _take(turn: Turn, chosen: list[dict[str, Any]]) -> None:
    intents = [one["intent"] for one in chosen if "intent" in one][: giving.MOST_CHOICES]
    urgent = next((intent for intent in intents if safety.is_urgent(intent)), None)
    if urgent is not None:
        safety.alarm(turn, danger.OF_INTENT[urgent])
    elif intents:
        giving.give(turn, intents)
    else:
        handing_over.hand_over(turn, turn.question, "handed_over")


def _whether_person(turn: Turn) -> bool:
    meaning = replies.read(turn.message.text, replies.PERSON, ("Ja", "Nee"))
    if meaning.kind == NEW_QUESTION:
        return False
    if meaning.kind == YES:
        turn.is_reply()
        if question_log.last_question(turn.session, turn.conversation.id) is None and not _typed_before(turn):
            ask_for_question(turn)
        else:
            handing_over.hand_over(turn, turn.question, "handed_over")
        return True
    if turn.understood.intent == "nee":
        return False
    turn.is_reply()
    turn.conversation.expects = _kept(turn.contact) or None
    turn.say(Said(REPHRASE, {"kind": "note"}))
    turn.log("reply")
    return True


def _whether_danger(turn: Turn, kind: str) -> bool:
    meaning = replies.read(turn.message.text, replies.DANGER)
    if meaning.kind == NEW_QUESTION:
        return False
    if meaning.kind == YES:
        turn.noted[question_log.REPLY] = True
        safety.alarm(turn, kind)
        return True
    if meaning.kind == NO:
        turn.noted["denied"] = True
        if len(turn.message.text.split()) > FEW_OF_DENIAL:
            # "Nee, met hem gaat het wel, ik zoek een plek": the rest is a question like any other.
            return False
    turn.is_reply()
    if meaning.kind == NO:
        turn.say(Said(NO_DANGER, {"kind": "note"}))
    else:
        numbers_of = f"{first_aid.numbers(kind, turn.language)}\n\nTwijfelt u? Bel gerust om te overleggen."
        turn.say(
            Said(
                numbers_of,
                {"kind": "safety", "level": safety.ASK, "danger": kind, "choices": [safety.button(turn, kind)]},
            )
        )
    turn.log("reply")
    return True


def _did_it_help(turn: Turn, last: Message) -> bool:
    """A short "nee" to an answer: it did not help."""
    if (last.extra or {}).get("kind") != "answer" or len(turn.message.text.split()) > FEW:
        return False
    if turn.understood.sure_of_question or replies.read(turn.message.text, replies.HELPED).kind != NO:
        return False
    turn.is_reply()
    last.helpful = False
    turn.say(transcript.offer(NOT_HELPED))
    turn.log("reply")
    return True


def _person(turn: Turn) -> bool:
    """A request for a person: if it names its subject it goes to a person at once."""
    if not person.is_wanted(turn.message.text):
        return False
    if person.has_subject(turn.message.text):
        handing_over.hand_over(turn, turn.message.text, "handed_over")
        return True
    wants_person(turn)
    return True


def wants_person(turn: Turn) -> None:
    """The parent wants a person and does not say what about: the last question becomes a ticket, or is asked for."""
    if turn.with_person and turn.ticket is not None:
        turn.say(handing_over.status(turn.ticket))
        return turn.log("reply", turn.understood.intent)
    if question_log.last_question(turn.session, turn.conversation.id) is None:
        return ask_for_question(turn)
    turn.is_reply()
    handing_over.hand_over(turn, turn.question, "handed_over")


def _typed_before(turn: Turn) -> bool:
    return bool(transcript.typed_before(turn.session, turn.message))


def _read(turn: Turn, asked: str, message: Message) -> Meaning:
    labels = [
        str(one["label"])
        for one in (message.extra or {}).get("choices", [])
        if "safety" not in one and "add" not in one
    ]
    return replies.read(turn.message.text, asked, labels)
