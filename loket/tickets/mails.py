"""What goes out by mail about a ticket. Staff never get a word of the question: only its number and where to read it."""

from __future__ import annotations

from typing import NamedTuple

from loket import settings
from loket.clock import dutch_moment
from loket.tickets import private_link
from loket.tickets.models import Ticket


class Mail(NamedTuple):
    """What somebody gets."""

    subject: str
    body: str


def link(ticket: Ticket) -> str:
    """The private address on which the parent follows the question; the site's own when the seal cannot be opened."""
    return f"{settings.load().url}/vraag/{ticket.token}" if ticket.token else f"{settings.load().url}/"


def desk_link(ticket: Ticket) -> str:
    """Where staff read the question, after logging in."""
    return f"{settings.load().url}/balie/vragen/{ticket.id}"


def receipt(ticket: Ticket) -> Mail:
    return Mail(
        f"Wij hebben uw vraag ontvangen ({ticket.reference})",
        "Goedendag,\n\n"
        f"Uw vraag is bij ons binnen. Uw nummer is {ticket.reference}.\n"
        f"Een adviseur antwoordt uiterlijk {dutch_moment(ticket.promised_by)}.\n\n"
        f"U kunt uw vraag hier volgen en aanvullen:\n{link(ticket)}\n\n"
        "Deel deze link niet: wie de link heeft, kan uw vraag lezen.\n"
        f"De link werkt tot {private_link.life_in_words(settings.load().link_days)} nadat uw vraag is gesloten.\n\n"
        "Met vriendelijke groet,\nLoket 5010\n",
    )


def reply(ticket: Ticket, text: str) -> Mail:
    return Mail(
        f"Antwoord op uw vraag {ticket.reference}",
        f"Goedendag,\n\nEen adviseur heeft uw vraag {ticket.reference} beantwoord:\n\n{text}\n\n"
        f"Wilt u hierop reageren? Dat kan via uw eigen pagina:\n{link(ticket)}\n\n"
        "Met vriendelijke groet,\nLoket 5010\n",
    )


def asked(ticket: Ticket, text: str) -> Mail:
    return Mail(
        f"Vraag van ons over uw vraag {ticket.reference}",
        f"Goedendag,\n\nEen adviseur wil iets van u weten over uw vraag {ticket.reference}:\n\n{text}\n\n"
        f"Antwoord via uw eigen pagina:\n{link(ticket)}\n\n"
        "Met vriendelijke groet,\nLoket 5010\n",
    )


def for_staff(ticket: Ticket, what: str) -> Mail:
    """To a team lead: `what` is the matter, such as "Belofte is verlopen"."""
    return _to_desk(ticket, f"{what}: {ticket.reference}", what)


def referred(ticket: Ticket) -> Mail:
    """To a partner organisation."""
    what = "Er is een vraag naar uw organisatie doorverwezen"
    return _to_desk(ticket, f"Doorverwezen vraag {ticket.reference}", what)


def _to_desk(ticket: Ticket, subject: str, what: str) -> Mail:
    body = f"{what}.\n\nNummer: {ticket.reference}\nAntwoord uiterlijk {dutch_moment(ticket.promised_by)}\n\n{desk_link(ticket)}\n"
    return Mail(subject, body)
