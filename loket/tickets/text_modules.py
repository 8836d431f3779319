"""Text modules: what a team writes often, with placeholders that the ticket fills in."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from loket.accounts import teams
from loket.accounts.models import Account
from loket.clock import dutch_moment
from loket.exceptions import Refused
from loket.routing import rules
from loket.staff_roles import Role
from loket.tickets.mails import link
from loket.tickets.models import TextModule, Ticket

PLACEHOLDERS = {
    "nummer": "het nummer van de vraag",
    "link": "de eigen pagina van de ouder",
    "adviseur": "uw voornaam",
    "team": "de naam van het team",
    "belofte": "wanneer het antwoord er uiterlijk is",
    "partner": "de organisatie waarnaar is doorverwezen",
}
MAX_TEXT = 5_000
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")


class ModuleRefused(Refused):
    """A text module that cannot be kept; `field` says where, the message what to do."""

    code = "module_refused"


def for_account(session: Session, who: Account, ticket: Ticket) -> list[TextModule]:
    """The modules that this account may insert at a ticket. A partner has those that belong to no team."""
    if who.role == Role.PARTNER:
        return for_teams(session, [])
    return for_teams(session, sorted({*teams.of_account(session, who.id), ticket.team}))


def for_teams(session: Session, team_ids: list[str]) -> list[TextModule]:
    """The modules of these teams and of everyone, by title."""
    theirs = or_(TextModule.team.is_(None), TextModule.team.in_(team_ids))
    return list(session.scalars(select(TextModule).where(theirs).order_by(TextModule.title, TextModule.id)))


def save(
    session: Session, module_id: int | None, title: str, text: str, team: str | None, who: Account, now: datetime
) -> TextModule:
    """Make or change a module. Raises ModuleRefused."""
    title, text = title.strip(), text.strip()
    if not title or len(title) > 80:
        raise ModuleRefused("Geef een titel van ten hoogste 80 tekens.", field="title")
    if not text or len(text) > MAX_TEXT:
        raise ModuleRefused(f"Typ een tekst van ten hoogste {MAX_TEXT} tekens.", field="text")
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]
    if unknown:
        raise ModuleRefused(f"Dit invulveld bestaat niet: {{{unknown[0]}}}.", field="text")
    if team is not None and team not in rules.load().teams:
        raise ModuleRefused("Dit team bestaat niet.", field="team")
    module = session.get(TextModule, module_id) if module_id else None
    if module is None:
        module = TextModule()
        session.add(module)
    module.title, module.text, module.team = title, text, team
    module.changed_by, module.changed_at = who.id, now
    return module


def filled(module: TextModule, ticket: Ticket, who: Account) -> str:
    """The text with the ticket's facts in the placeholders. What is unknown stays visible as …"""
    table = rules.load()
    partner = table.partners.get(ticket.partner or "")
    values = {
        "nummer": ticket.reference,
        # The link opens the question for whoever has it, also after a partner has returned it.
        "link": link(ticket) if who.role != Role.PARTNER else "…",
        "adviseur": who.first_name,
        "team": table.teams.get(ticket.team, ticket.team),
        "belofte": dutch_moment(ticket.promised_by),
        "partner": partner.name if partner else "…",
    }
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), module.text)
