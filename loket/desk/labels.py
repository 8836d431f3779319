"""How the desk says in Dutch what the database calls by name."""

from __future__ import annotations

from typing import Any

from loket.tickets import routing

OUTCOMES = {
    "answered": "beantwoord",
    "asked": "nagevraagd wat de ouder bedoelt",
    "offered": "wist het niet, bood een adviseur aan",
    "handed_over": "doorgegeven",
    "not_helped": "hielp niet, doorgegeven",
    "urgent": "dringend, doorgegeven",
    "failed": "assistent was weg",
}

ROLE_LABELS = {
    "adviser": "adviseur",
    "partner": "partner",
    "editor": "redacteur",
    "lead": "teamleider",
    "administrator": "beheerder",
}

EVENTS = {
    "created": "vraag binnen",
    "contact_left": "ouder liet een adres achter",
    "claimed": "opgepakt",
    "accepted": "aangenomen door de partner",
    "released": "terug in de rij",
    "lapsed": "terug in de rij: niemand was er nog mee bezig",
    "taken_over": "overgenomen",
    "stepped_in": "in het gesprek gestapt",
    "handed_back": "terug naar de assistent",
    "asked_parent": "vraag aan de ouder gesteld",
    "replied": "beantwoord",
    "referred": "doorverwezen",
    "returned": "terug van de partner",
    "checked": "nagekeken na doorverwijzing",
    "rerouted": "naar een ander team",
    "merged": "samengevoegd met een andere vraag",
    "merged_here": "een dubbele vraag hierbij gevoegd",
    "linked": "gekoppeld",
    "split": "gesplitst",
    "noted": "notitie",
    "attached": "bijlage toegevoegd",
    "alerted": "teamleider gewaarschuwd: dringend",
    "promise_near": "teamleider gewaarschuwd: belofte loopt bijna af",
    "promise_broken": "teamleider gewaarschuwd: belofte is verlopen",
    "closed": "afgesloten",
    "close_undone": "afsluiten ongedaan gemaakt",
    "reopened": "weer open",
    "parent_wrote": "ouder schreef",
    "called": "telefoongesprek",
}

STATES = {
    "open": "wacht op een adviseur",
    "claimed": "een adviseur is bezig",
    "waiting_for_parent": "wacht op de ouder",
    "referred": "bij een partner",
    "answered": "beantwoord",
    "closed": "afgesloten",
}

CHANNELS = {"web": "Website", "embed": "Website van een school", "mail": "E-mail", "phone": "Telefoon"}


def region(name: str) -> str:
    """A province as people write it: `zuid_holland` is "Zuid-Holland"."""
    return "-".join(part.capitalize() for part in name.split("_"))


def event(kind: str, data: dict[str, Any] | None) -> str:
    """What happened, with what of its data people want to know."""
    data, table = data or {}, routing.load()
    said = EVENTS.get(kind, kind)
    if kind == "rerouted":
        return f"{said}: {table.teams.get(data.get('to', ''), data.get('to'))}"
    if kind == "referred" and data.get("partner") in table.partners:
        return f"{said} naar {table.partners[data['partner']].name}"
    if kind == "checked":
        return f"{said}: de ouder is {'' if data.get('helped') else 'niet '}geholpen"
    return said
