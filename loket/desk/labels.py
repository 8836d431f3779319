"""How the desk says in Dutch what the database calls by name."""

from __future__ import annotations

from typing import Any

from loket.accounts.audit import Audited
from loket.routing import rules
from loket.staff_roles import Role
from loket.tickets.models import EventKind

OUTCOMES = {
    "answered": "beantwoord",
    "asked": "nagevraagd wat de ouder bedoelt",
    "offered": "wist het niet, bood een adviseur aan",
    "handed_over": "doorgegeven",
    "not_helped": "hielp niet, doorgegeven",
    "urgent": "dringend, doorgegeven",
    "failed": "assistent was weg",
    "reply": "antwoordde op een vraag van de assistent",
}

ROLE_LABELS: dict[str, str] = {
    Role.ADVISER: "adviseur",
    Role.PARTNER: "partner",
    Role.EDITOR: "redacteur",
    Role.LEAD: "teamleider",
    Role.ADMINISTRATOR: "beheerder",
}

EVENTS: dict[str, str] = {
    EventKind.CREATED: "vraag binnen",
    EventKind.CONTACT_LEFT: "ouder liet een adres achter",
    EventKind.CLAIMED: "opgepakt",
    EventKind.ACCEPTED: "aangenomen door de partner",
    EventKind.RELEASED: "terug in de rij",
    EventKind.LAPSED: "terug in de rij: niemand was er nog mee bezig",
    EventKind.TAKEN_OVER: "overgenomen",
    EventKind.STEPPED_IN: "in het gesprek gestapt",
    EventKind.HANDED_BACK: "terug naar de assistent",
    EventKind.OFFERED: "gesprek aangeboden aan een collega",
    EventKind.OFFER_ENDED: "aanbod van het gesprek vervallen",
    EventKind.TRANSFERRED: "gesprek overgenomen van een collega",
    EventKind.ASKED_PARENT: "vraag aan de ouder gesteld",
    EventKind.REPLIED: "beantwoord",
    EventKind.REFERRED: "doorverwezen",
    EventKind.RETURNED: "terug van de partner",
    EventKind.CHECKED: "nagekeken na doorverwijzing",
    EventKind.REROUTED: "naar een ander team",
    EventKind.MERGED: "samengevoegd met een andere vraag",
    EventKind.MERGED_HERE: "een dubbele vraag hierbij gevoegd",
    EventKind.LINKED: "gekoppeld",
    EventKind.SPLIT: "gesplitst",
    EventKind.NOTED: "notitie",
    EventKind.ATTACHED: "bijlage toegevoegd",
    EventKind.ALERTED: "teamleider gewaarschuwd: dringend",
    EventKind.PROMISE_NEAR: "teamleider gewaarschuwd: belofte loopt bijna af",
    EventKind.PROMISE_BROKEN: "teamleider gewaarschuwd: belofte is verlopen",
    EventKind.CLOSED: "afgesloten",
    EventKind.CLOSE_UNDONE: "afsluiten ongedaan gemaakt",
    EventKind.REOPENED: "weer open",
    EventKind.PARENT_WROTE: "ouder schreef",
    EventKind.CALLED: "telefoongesprek",
    EventKind.MADE_URGENT: "dringend gemaakt: woorden van gevaar",
}

AUDITED: dict[str, str] = {
    Audited.ACCOUNT_ADD: "maakte het account van {}",
    Audited.LOGIN: "logde in",
    Audited.LOGIN_FAILED: "logde in met een onjuist e-mailadres of wachtwoord; dat is geweigerd",
    Audited.LOGOUT: "logde uit",
    Audited.PASSWORD_CHANGE: "koos een nieuw wachtwoord",
    Audited.PASSWORD_RESET_ASKED: "vroeg om een link voor een nieuw wachtwoord voor {}",
    Audited.PASSWORD_CHOSEN: "koos een wachtwoord met een link uit een mail, voor {}",
    Audited.LOGIN_PROVIDER: "logde in via de organisatie",
    Audited.LOGIN_PROVIDER_FAILED: "logde in via de organisatie; dat is geweigerd",
    Audited.SECOND_FACTOR_SET: "stelde een tweede stap in",
    Audited.SECOND_FACTOR_REMOVED: "zette de tweede stap uit voor {}",
    Audited.SECOND_FACTOR_RECOVERED: "logde in met een herstelcode",
    Audited.RECOVERY_CODES_NEW: "maakte nieuwe herstelcodes",
    Audited.SESSIONS_END: "beëindigde aanmeldingen van {}",
    Audited.ACCOUNT_LINK_PROVIDER: "koppelde {} aan de organisatie",
    Audited.ACCOUNT_NAME: "wijzigde de naam van {}",
    Audited.ACCOUNT_CHANGE: "wijzigde {}",
    Audited.ACCOUNT_DEACTIVATE: "zette {} uit",
    Audited.ACCOUNT_ACTIVATE: "zette {} weer aan",
    Audited.ACCOUNT_INVITE: "nodigde iemand uit: {}",
    Audited.ACCOUNT_SEND_LINK: "stuurde een link voor een nieuw wachtwoord aan {}",
    Audited.ACCOUNT_RESET: "gaf {} een eenmalig wachtwoord",
    Audited.TICKET_READ: "las vraag {}",
    Audited.TICKET_CLAIM: "pakte vraag {} op",
    Audited.TICKET_TAKE_OVER: "nam vraag {} over van een collega",
    Audited.TICKET_RELEASE: "zette vraag {} terug in de rij",
    Audited.TICKET_REPLY: "antwoordde op vraag {}",
    Audited.TICKET_NOTE: "schreef een notitie bij vraag {}",
    Audited.TICKET_ATTACH: "voegde een bijlage toe aan vraag {}",
    Audited.TICKET_REFER: "verwees vraag {} door naar een partner",
    Audited.TICKET_RETURN: "gaf vraag {} terug aan het loket",
    Audited.TICKET_CHECK: "keek vraag {} na na de doorverwijzing",
    Audited.TICKET_REROUTE: "gaf vraag {} aan een ander team",
    Audited.TICKET_MERGE: "voegde vraag {} bij een andere vraag",
    Audited.TICKET_LINK: "koppelde vraag {} aan een andere vraag",
    Audited.TICKET_SPLIT: "splitste vraag {}",
    Audited.TICKET_CLOSE: "sloot vraag {} af",
    Audited.TICKET_UNDO_CLOSE: "opende vraag {} opnieuw",
    Audited.TICKET_HAND_BACK: "gaf het gesprek van vraag {} terug aan de assistent",
    Audited.TICKET_TRANSFER: "bood het gesprek van vraag {} aan een collega aan",
    Audited.TICKET_ACCEPT: "nam het gesprek van vraag {} over",
    Audited.TICKET_DECLINE: "liet het aanbod van het gesprek van vraag {} vervallen",
    Audited.TICKET_STEP_IN: "stapte in het gesprek van vraag {}",
    Audited.TICKET_CALL: "noteerde een telefoongesprek als vraag {}",
    Audited.TICKET_SEARCH: "zocht in de vragen",
    Audited.CONVERSATIONS_READ: "bekeek de lijst van gesprekken met de assistent",
    Audited.ATTACHMENT_READ: "haalde een bijlage op van vraag {}",
    Audited.MODULE_SAVE: "bewaarde {}",
    Audited.MODULE_REMOVE: "verwijderde {}",
    Audited.AUDIT_READ: "bekeek dit logboek",
    Audited.MAIL_READ: "bekeek de post die niet aankwam",
    Audited.MAIL_RETRY: "liet een mail opnieuw versturen",
}
"""What somebody did, after their name; {} is what they did it to."""

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
    """What happened, with the part of its data that people want to know."""
    data, table = data or {}, rules.load()
    said = EVENTS.get(kind, kind)
    if kind == EventKind.REROUTED:
        return f"{said}: {table.teams.get(data.get('to', ''), data.get('to'))}"
    if kind == EventKind.REFERRED and data.get("partner") in table.partners:
        return f"{said} naar {table.partners[data['partner']].name}"
    if kind == EventKind.CONTACT_LEFT and not data.get("mailed", True):
        return f"{said}, zonder bevestiging: naar dit adres gingen net al veel mails"
    if kind == EventKind.CHECKED:
        return f"{said}: de ouder is {'' if data.get('helped') else 'niet '}geholpen"
    return said
