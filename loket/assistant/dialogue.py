"""What the assistant does with a question that Rasa has understood: answer, ask, offer a person, hand over.

Each public function serves one custom action. It runs in the caller's transaction: the replies, the line in the question
log, the ticket and the change of owner are kept together or not at all. Danger comes before everything, then what the
assistant itself had asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from loket import catalogue
from loket.assistant import expected, giving, handing_over, person, safety
from loket.assistant.handing_over import handed_over, receipt
from loket.assistant.safety import ALARM, ASK
from loket.assistant.turn import Turn, Understood, before, begin, leave_to_person
from loket.conversations import danger, question_log

__all__ = [
    "Turn",
    "Understood",
    "answer",
    "ask",
    "begin",
    "hand_over",
    "handed_over",
    "leave_to_person",
    "not_helped",
    "receipt",
    "start_again",
]

CRISIS, STATUS = "crisis", "vraag_status"
AGREEING = ("ja", "nee")


def answer(turn: Turn) -> None:
    """Answer the intents that were understood, up to three."""
    _respond(turn, _answer)


def ask(turn: Turn) -> None:
    """Say what the question may be about and let the parent choose; or offer a person when nothing comes close."""
    _respond(
        turn, lambda turn: giving.ask_which(turn, turn.understood.intents if turn.understood.kind == "ask" else [])
    )


def hand_over(turn: Turn) -> None:
    """The parent wants a person: the last question becomes a ticket; without a question, ask for it first."""

    def act(turn: Turn) -> None:
        if person.has_subject(turn.message.text):
            return handing_over.hand_over(turn, turn.message.text, "handed_over")
        expected.wants_person(turn)

    _respond(turn, act)


def not_helped(turn: Turn) -> None:
    """The answer was of no use: the question it answered goes to a person."""

    def act(turn: Turn) -> None:
        if question_log.last_question(turn.session, turn.conversation.id) is None:
            return giving.offer(turn)
        previous = before(turn)
        if previous:
            previous[-1].helpful = False
        turn.is_reply()
        handing_over.hand_over(turn, turn.question, "not_helped", sorry=True)

    _respond(turn, act)


_BEGIN_AGAIN = re.compile(r"\b(opnieuw|overnieuw|nieuw gesprek|begin\w*|herstart|reset)\b", re.IGNORECASE)


def start_again(turn: Turn) -> None:
    """Forget what was known of the child's school and what was asked."""

    def act(turn: Turn) -> None:
        if turn.with_person and not turn.message.choice and not _BEGIN_AGAIN.search(turn.message.text):
            # "Toch nog een vraag." to a person is about that question, also when it was closed.
            return handing_over.add_to_ticket(turn)
        turn.conversation.expects = turn.conversation.sector = None
        giving.give(turn, [turn.understood.intent])

    _respond(turn, act)


def _respond(turn: Turn, act: Callable[[Turn], None]) -> None:
    level = safety.level_of(turn)
    if level.level == ALARM:
        turn.conversation.expects = None
        safety.alarm(turn, level.kind, repeated=level.kept)
        return _answer_after(turn)
    own = level.level == ASK and not level.kept
    if expected.deal_with(turn):
        if own and not turn.noted.get(question_log.REPLY):
            safety.ask(turn, level.kind)
        return
    if level.level == ASK:
        safety.ask(turn, level.kind)
    if giving.is_foreign(turn):
        giving.give_to_reader(turn)
    else:
        act(turn)
    if level.level == ASK and len(turn.said) > 1:
        giving.add_choice(turn, safety.button(turn, level.kind), first=True)


def _answer_after(turn: Turn) -> None:
    """After the help: the ordinary question that the message also holds, when it is clear. The rest the person reads."""
    if turn.understood.kind != "answer" or turn.message.choice or giving.is_foreign(turn):
        return
    ordinary = [one for one in turn.understood.intents if catalogue.is_faq(one) and not safety.is_urgent(one)]
    if ordinary:
        giving.give(turn, ordinary)


def _answer(turn: Turn) -> None:
    intents = list((turn.message.choice or {}).get("intents", [])) or turn.understood.intents
    if turn.ticket is not None and intents[0] == STATUS:
        turn.say(handing_over.status(turn.ticket))
        return turn.log("answered", STATUS)
    if intents[0] == CRISIS and not turn.message.choice:
        # Danger is read separately, and that reading was not sure: the words ask something else, or nobody knows what.
        if "safety" not in turn.noted:
            safety.ask(turn, danger.OF_INTENT[CRISIS])
        return giving.ask_which(turn, [str(entry["name"]) for entry in turn.understood.ranking if _near(entry)])
    if turn.with_person and intents[0] in AGREEING:
        return handing_over.add_to_ticket(turn)
    giving.give(turn, intents)


def _near(entry: dict[str, object]) -> bool:
    return not safety.is_urgent(str(entry["name"])) and float(str(entry["confidence"])) >= question_log.LEAST_LIKELY
