"""Giving answers: one or more, for the right kind of school; and asking what is not clear."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from loket import catalogue, settings
from loket.assistant import answering, context
from loket.assistant.answering import Asked
from loket.assistant.handing_over import add_to_ticket, belongs_choice, hand_over
from loket.assistant.turn import Turn
from loket.clock import local_day
from loket.conversations import question_log, transcript
from loket.conversations.transcript import Said, choice
from loket.faq import answers, shown, variants
from loket.faq.danger import DUTCH
from loket.faq.model import Answer, joined

MOST_CHOICES = 3
MORE = "Dit weten wij er nog meer over:"
"""Above the rest of an answer that was given a moment ago."""
_WHICH = {
    "in_doubt": "Ik weet niet zeker of ik u goed begrijp. Bedoelt u een van deze vragen?",
    "long_mail": "U schrijft over meer dan één ding. Waar wilt u eerst antwoord op?",
    "told": "Dank u, ik lees wat er speelt. Wat wilt u hierover weten?",
}
"""How the parent is asked which question is meant, by the reason of the decision."""
IN_DOUBT = "Ik denk dat u dit bedoelt. Is het iets anders? Kies dan onder het antwoord."
OTHER_LANGUAGE = "andere_taal"
WHOLE_QUESTION = 5
"""From this many words a message in another language is the question itself, and not "do you speak English?"."""
_COUNT = {2: "twee", 3: "drie"}


def give(turn: Turn, intents: list[str], earlier: dict[str, Any] | None = None) -> None:
    """Answer these intents, or first ask for which kind of school; offer a person when there is no answer.

    `earlier` is what is known from the message that our question was about. A withheld answer goes to a person.
    """
    today = local_day(turn.now)
    expired = settings.load().expired_answers
    found = [one for intent in intents if (one := answers.given(intent, today, expired)) is not None]
    given = {one.intent for one in found}
    withheld = [intent for intent in intents if intent in answers.cached() and intent not in given]
    if not found:
        return _leave_to_person(turn, withheld) if withheld else offer(turn)
    asked = _asked(turn, earlier)
    open_between = _open_between(turn, found)
    if len(found) > 1:
        turn.say(Said(_several(found, turn.understood.decision.get("more", 0)), {"kind": "note"}))
    instead = [] if turn.message.choice else _instead(turn, intents)
    if instead:
        turn.say(Said(IN_DOUBT, {"kind": "note"}))
    before = context.answered_last(turn.session, turn.conversation.id) if turn.understood.leans else []
    for one in found:
        said = _said(one, asked, today, others=[*intents, *instead], sectors=open_between.get(one.intent))
        turn.say(_the_rest(said) if one.intent in before else said)
    for intent in reversed(instead):
        add_choice(turn, choice(label(intent), intent=intent), first=True)
    if open_between:
        _ask_sector(turn, open_between, asked)
    if found[0].intent == OTHER_LANGUAGE and not turn.with_person:
        if len(turn.message.text.split()) >= WHOLE_QUESTION:
            return hand_over(turn, turn.message.text, "handed_over", intent=_subject(turn) or OTHER_LANGUAGE)
        # What follows is in the parent's own language, and for a person.
        turn.conversation.expects = {"question": True}
    if turn.with_person and turn.ticket is not None and catalogue.is_faq(found[-1].intent):
        # While a person has an earlier question, this may have belonged to it.
        add_choice(turn, belongs_choice(turn.ticket))
    if withheld:
        return _leave_to_person(turn, withheld)
    turn.log("answered", found[0].intent)


def _instead(turn: Turn, intents: list[str]) -> list[str]:
    """What a message that leaned on the one before may have meant instead of what is answered."""
    return [one for one in turn.understood.decision.get("instead", []) if catalogue.is_faq(one) and one not in intents]


def is_foreign(turn: Turn) -> bool:
    """Whether this is a question in another language: a person answers it, whatever it is about."""
    return (
        not turn.message.choice
        and turn.understood.language != DUTCH
        and len(turn.message.text.split()) >= WHOLE_QUESTION
    )


def give_to_reader(turn: Turn) -> None:
    """A question in another language: told so in that language, and given to a person who can have it read."""
    if turn.with_person and turn.ticket is not None:
        return add_to_ticket(turn)
    give(turn, [OTHER_LANGUAGE])


def _subject(turn: Turn) -> str | None:
    """The question of the catalogue that a text in another language is most likely about, for the adviser."""
    names = [*turn.understood.intents, *(str(entry["name"]) for entry in turn.understood.ranking)]
    return next((name for name in names if name != OTHER_LANGUAGE and catalogue.is_faq(name)), None)


def _leave_to_person(turn: Turn, intents: list[str]) -> None:
    """An answer that the assistant does not give is given by a person."""
    text = "Op deze vraag geeft de computer geen antwoord. Een adviseur beantwoordt hem."
    turn.say(Said(text, {"kind": "note"}))
    if turn.with_person:
        return add_to_ticket(turn)
    hand_over(turn, _own_question(turn), "handed_over", intent=intents[0])


def _own_question(turn: Turn) -> str:
    """What the parent typed; for a choice, the question that it was about."""
    if not turn.message.choice:
        return turn.message.text
    return question_log.last_question(turn.session, turn.conversation.id) or turn.message.text


def _asked(turn: Turn, earlier: dict[str, Any] | None) -> Asked:
    known = (turn.message.choice or {}).get("known") or earlier or {}
    return Asked(turn.message.text, turn.conversation.sector, turn.understood.entities, known)


def ask_which(turn: Turn, near: list[str]) -> None:
    """Say what the question may be about and let the parent choose; or offer a person when nothing comes close."""
    near = [intent for intent in near if catalogue.is_faq(intent)][:MOST_CHOICES]
    if not near:
        return offer(turn)
    if turn.with_person:
        # A person has the conversation: nothing that is unclear stays behind.
        return add_to_ticket(turn, [choice(label(intent), intent=intent) for intent in near])
    choices = [choice(label(intent), intent=intent) for intent in near]
    choices.append(choice("Iets anders: vraag het een adviseur", handoff=True))
    text = _WHICH.get(turn.understood.decision.get("reason") or "", _WHICH["in_doubt"])
    turn.say(Said(text, with_choices("ask", choices)))
    turn.log("asked")


def offer(turn: Turn) -> None:
    """Say honestly that we do not know, and offer a person."""
    outside = turn.understood.decision.get("reason") == "out_of_domain"
    if turn.with_person and not outside:
        return add_to_ticket(turn)
    if outside:
        text = "Ik kan alleen helpen met vragen over school en opvang. Hier weet ik geen goed antwoord op."
    else:
        text = "Hier weet ik geen zeker antwoord op. Ik wil u niets verkeerds vertellen."
    turn.say(transcript.offer(text))
    turn.log("offered")


def add_choice(turn: Turn, one: dict[str, Any], *, first: bool = False) -> None:
    """Put a choice under the last thing that was said: the page shows choices only there."""
    if not turn.said:
        return
    last = turn.said[-1]
    choices = list((last.extra or {}).get("choices", []))
    last.extra = (last.extra or {}) | {"choices": [one, *choices] if first else [*choices, one]}


def with_choices(kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": kind, "choices": choices}


def label(intent_id: str) -> str:
    return catalogue.load().label(intent_id)


def _several(found: list[Answer], more: int) -> str:
    count = _COUNT.get(len(found), str(len(found)))
    if not more:
        return f"Ik lees {count} vragen in uw bericht. Ik beantwoord ze na elkaar."
    titles = "; ".join(f"“{one.title}”" for one in found)
    return (
        f"Ik lees meer dan {count} vragen in uw bericht. Ik beantwoord eerst: {titles}. Stel de andere daarna gerust."
    )


def _said(one: Answer, asked: Asked, today: date, others: list[str], sectors: Mapping[str, str] | None = None) -> Said:
    """The answer as it is said; with `sectors` what holds for each of these, because it depends on which one it is."""
    follow_up = [choice(label(intent), intent=intent) for intent in one.follow_up if intent not in others]
    if one.urgent:
        follow_up = []
    given = answering.shown_by_school(one, asked, sectors, today) if sectors else answering.shown_for(one, asked, today)
    text = shown.as_markdown(given)
    about_school = catalogue.is_faq(one.intent)
    if not (about_school or one.urgent):
        return Said(text, with_choices("talk", follow_up) | {"intents": [one.intent], "title": ""})
    title = one.title if about_school else ""
    extra = {"intents": [one.intent], "title": title, "urgent": one.urgent, "answer": given.as_dict()}
    return Said(text, with_choices("answer", follow_up) | extra)


def _the_rest(said: Said) -> Said:
    """The same answer for a further question about it: what there is to read on, and a person for what is not in it."""
    answer = said.extra.get("answer")
    if not answer or not answer["text"]:
        return said
    more = answer | {"short": joined(MORE, answer["text"]), "text": "", "deadlines": []}
    choices = [*said.extra["choices"], choice("Staat het er niet bij? Vraag het een adviseur", handoff=True)]
    return Said(joined(MORE, said.text), said.extra | {"answer": more, "choices": choices})


def _open_between(turn: Turn, found: list[Answer]) -> dict[str, dict[str, str]]:
    """The intents whose answer depends on the kind of school while that is not known, each with the kinds it may be (id to name).

    A text for a kind that an intent is seldom asked about is given when the parent names it, and is no reason to ask everybody.
    """
    if turn.conversation.sector or turn.noted.get("sector") == "" or (turn.message.choice or {}).get("sector") == "":
        return {}
    usual = {one.intent: set(catalogue.load().intents[one.intent].sectors) for one in found if not one.urgent}
    return {
        one.intent: {sector: name for sector, name in catalogue.SECTORS.items() if sector in usual[one.intent]}
        for one in found
        if variants.by_sector(one) & usual.get(one.intent, set())
    }


def _ask_sector(turn: Turn, open_between: Mapping[str, Mapping[str, str]], asked: Asked) -> None:
    """Ask which school it is, under what holds for each: with that, the whole answer can be given."""
    about = list(open_between)
    wanted = {sector for sectors in open_between.values() for sector in sectors}
    known = {"known": remembered} if (remembered := asked.to_remember()) else {}
    choices = [
        choice(name.capitalize(), intent=about[0], intents=about, sector=sector, **known)
        for sector, name in catalogue.SECTORS.items()
        if sector in wanted
    ]
    choices.append(choice("Dat weet ik niet", intent=about[0], intents=about, sector="", **known))
    turn.conversation.expects = {"sector_for": about, **known}
    turn.say(Said("Naar welke school gaat uw kind? Dan geef ik het hele antwoord.", with_choices("sector", choices)))
