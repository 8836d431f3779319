"""Giving answers: one or more, for the right kind of school; and asking what is not clear."""

from __future__ import annotations

from typing import Any

from loket import catalogue
from loket.assistant.handing_over import add_to_ticket, belongs_choice
from loket.assistant.turn import Turn
from loket.conversations import transcript
from loket.conversations.transcript import Said, choice
from loket.faq import answers
from loket.faq.answers import Answer

MOST_CHOICES = 3
OTHER_LANGUAGE = "andere_taal"
_COUNT = {2: "twee", 3: "drie"}


def give(turn: Turn, intents: list[str]) -> None:
    """Answer these intents, or ask first for which kind of school; offer a person when there is no answer."""
    known = answers.cached()
    found = [known[intent] for intent in intents if intent in known]
    if not found:
        return offer(turn)
    if _needs_sector(turn, found):
        return _ask_sector(turn, found)
    if len(found) > 1:
        turn.say(Said(_several(found, turn.understood.decision.get("more", 0)), {"kind": "note"}))
    for one in found:
        turn.say(_said(one, turn.conversation.sector, others=intents))
    if found[0].intent == OTHER_LANGUAGE and not turn.with_person:
        # What follows is in the parent's own language, and for a person.
        turn.conversation.expects = {"question": True}
    if turn.with_person and turn.ticket is not None and catalogue.is_faq(found[-1].intent):
        # While a person has an earlier question, this may have belonged to it.
        add_choice(turn, belongs_choice(turn.ticket))
    turn.log("answered", found[0].intent)


def ask_which(turn: Turn, near: list[str]) -> None:
    """Say what the question may be about and let the parent choose; or offer a person when nothing comes near."""
    near = [intent for intent in near if catalogue.is_faq(intent)][:MOST_CHOICES]
    if not near:
        return offer(turn)
    if turn.with_person:
        # A person has the conversation: nothing that is unclear stays behind.
        return add_to_ticket(turn, [choice(label(intent), intent=intent) for intent in near])
    choices = [choice(label(intent), intent=intent) for intent in near]
    choices.append(choice("Iets anders: vraag het een adviseur", handoff=True))
    if turn.understood.decision.get("reason") == "long_mail":
        text = "U schrijft over meer dan één ding. Waar wilt u eerst antwoord op?"
    else:
        text = "Ik weet niet zeker of ik u goed begrijp. Bedoelt u een van deze vragen?"
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
    """Put a choice under the last thing that was said: only there does the page show choices."""
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


def _said(one: Answer, sector: str | None, others: list[str]) -> Said:
    follow_up = [choice(label(intent), intent=intent) for intent in one.follow_up if intent not in others]
    about_school = catalogue.is_faq(one.intent)
    return Said(
        one.for_sector(sector),
        with_choices("answer" if about_school or one.urgent else "talk", [] if one.urgent else follow_up)
        | {
            "intents": [one.intent],
            "title": one.title if about_school else "",
            "sources": [source.model_dump() for source in one.sources],
            "checked_on": one.checked_on.isoformat() if one.sources else None,
            "refer_to": [{"name": referral.name, "for": referral.purpose} for referral in one.refer_to],
        },
    )


def _needs_sector(turn: Turn, found: list[Answer]) -> bool:
    if turn.conversation.sector or turn.noted.get("sector") == "" or (turn.message.choice or {}).get("sector") == "":
        return False
    return any(one.by_sector and not one.urgent for one in found)


def _ask_sector(turn: Turn, found: list[Answer]) -> None:
    intents = [one.intent for one in found]
    wanted = [sector for one in found for sector in catalogue.load().intents[one.intent].sectors]
    choices = [
        choice(name.capitalize(), intent=intents[0], intents=intents, sector=sector)
        for sector, name in catalogue.SECTORS.items()
        if sector in wanted
    ]
    choices.append(choice("Dat weet ik niet", intent=intents[0], intents=intents, sector=""))
    turn.conversation.expects = {"sector_for": intents}
    turn.say(
        Said("Het antwoord hangt af van de school. Naar welke school gaat uw kind?", with_choices("sector", choices))
    )
    turn.log("asked", intents[0])
