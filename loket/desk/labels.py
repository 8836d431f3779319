"""How the desk says in Dutch what the database calls by name."""

from __future__ import annotations

OUTCOMES = {
    "answered": "beantwoord",
    "asked": "nagevraagd wat de ouder bedoelt",
    "offered": "wist het niet, bood een adviseur aan",
    "handed_over": "doorgegeven",
    "not_helped": "hielp niet, doorgegeven",
    "urgent": "dringend, doorgegeven",
    "failed": "assistent was weg",
}

EVENTS = {
    "created": "vraag binnen",
    "contact_left": "ouder liet een adres achter",
    "claimed": "opgepakt",
    "released": "terug in de rij",
    "replied": "beantwoord",
    "closed": "afgesloten",
    "reopened": "weer open",
    "parent_wrote": "ouder schreef",
}
