"""Giving a question to a person: the ticket, the receipt, and what happens with what is typed after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from loket import settings, working_time
from loket.assistant.turn import Turn
from loket.clock import dutch_moment
from loket.conversations import question_log
from loket.conversations.transcript import Said, choice
from loket.tickets import mails, queue
from loket.tickets.models import CLOSED, Ticket


def hand_over(turn: Turn, question: str, outcome: str, *, sorry: bool = False, intent: str | None = None) -> None:
    """Give `question` to a person. If a person already has a question from this conversation, it is added to that one."""
    turn.log(outcome, turn.understood.intent)
    if turn.ticket is not None and turn.with_person:
        return _add(turn, turn.ticket)
    # Guessed after logging: the question is perhaps this very message.
    intent = intent or _about(turn, question)
    turn.ticket = queue.hand_off(
        turn.session, turn.conversation, question, turn.now, intent=intent, contact=turn.contact
    )
    turn.say(handed_over(turn.ticket, turn.now, sorry=sorry))


def add_to_ticket(turn: Turn, choices: list[dict[str, Any]] | None = None) -> None:
    """What was typed goes to the person who has the question; the parent is told so."""
    assert turn.ticket is not None
    turn.log("handed_over", turn.understood.intent)
    _add(turn, turn.ticket, choices)


def _add(turn: Turn, ticket: Ticket, choices: list[dict[str, Any]] | None = None) -> None:
    queue.parent_writes(turn.session, ticket, turn.now)
    queue.complete(turn.session, ticket, turn.contact, None, turn.now)
    turn.say(added(ticket, choices))


def added(ticket: Ticket, choices: list[dict[str, Any]] | None = None) -> Said:
    """What was typed is with the question; by when somebody will read it."""
    text = f"Toegevoegd aan uw vraag **{ticket.reference}**. Een adviseur leest het uiterlijk **{dutch_moment(ticket.promised_by)}**."
    if choices:
        text += " Of bedoelt u een van deze vragen? Die kan ik zelf beantwoorden."
    return Said(text, {"kind": "added", "choices": choices or [], "ticket": receipt(ticket)})


def status(ticket: Ticket) -> Said:
    """Where the question is."""
    if ticket.state == CLOSED:
        text = f"Uw vraag **{ticket.reference}** is afgesloten. Hebt u een nieuwe vraag? Typ die hier."
    else:
        text = f"Uw vraag **{ticket.reference}** ligt bij een adviseur. U krijgt uiterlijk **{dutch_moment(ticket.promised_by)}** antwoord."
    text += f" U leest het antwoord hier, en op [de pagina van uw vraag]({mails.link(ticket)})."
    return Said(text, {"kind": "handed_over", "ticket": receipt(ticket)})


def belongs_choice(ticket: Ticket) -> dict[str, Any]:
    """Under an answer, while a person has an earlier question: this belonged to that question."""
    return choice(f"Dit hoort bij mijn vraag {ticket.reference}", add=True)


def handed_over(ticket: Ticket, now: datetime, *, sorry: bool = False) -> Said:
    """The receipt: number, private link, and the promise."""
    parts = ["Het spijt me dat dit niet hielp."] if sorry else []
    parts.append(f"Uw vraag ligt nu bij een adviseur. Uw nummer is **{ticket.reference}**.")
    if not is_open(now):
        parts.append("Wij zijn nu gesloten.")
    parts.append(f"U krijgt uiterlijk **{dutch_moment(ticket.promised_by)}** antwoord.")
    parts.append(f"U leest het antwoord hier, en op [de pagina van uw vraag]({mails.link(ticket)}). Bewaar die link.")
    return Said(" ".join(parts), {"kind": "handed_over", "ticket": receipt(ticket)})


def urgent_receipt(ticket: Ticket) -> Said:
    """The receipt under first aid, for a child as well as for a parent. Whether anybody reads along now was said there."""
    text = (
        f"Dit bericht heeft nummer **{ticket.reference}**. Een adviseur leest het uiterlijk **{dutch_moment(ticket.promised_by)}**. "
        f"Wacht daar niet op: bel eerst. Het antwoord komt hier, en op [deze pagina]({mails.link(ticket)})."
    )
    return Said(text, {"kind": "handed_over", "ticket": receipt(ticket)})


def receipt(ticket: Ticket) -> dict[str, str]:
    """What the parent gets to keep: {"reference", "link", "promised_by"} (ISO 8601, UTC)."""
    return {
        "reference": ticket.reference,
        "link": mails.link(ticket),
        "promised_by": ticket.promised_by.isoformat(),
    }


def is_open(now: datetime) -> bool:
    configured = settings.load()
    return working_time.from_settings(configured.opening_hours, configured.closed_days).is_open(now)


def _about(turn: Turn, question: str) -> str | None:
    if question == turn.message.text:
        return question_log.likeliest(turn.understood.intent, turn.understood.ranking)
    return question_log.guess(turn.session, turn.conversation.id)
