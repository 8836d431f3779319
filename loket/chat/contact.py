"""How a parent wants to be reached: checked, with an error beside the field."""

from __future__ import annotations

import re

from loket.chat.conversations import Refused
from loket.tickets.queue import Contact

_LOCAL = r"[\w!#$%&'*+/=?^`{|}~-]+"
_EMAIL = re.compile(rf"^(?=.{{1,64}}@){_LOCAL}(?:\.{_LOCAL})*@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+$")
"""What a browser takes for an address; more could be valid, but could not be mailed everywhere."""
_PHONE = re.compile(r"^\+?[\d\s()-]{8,20}$")
MAX_WHEN = 120


def contact(email: str | None, phone: str | None, when: str | None) -> Contact:
    """Raises Refused (code `invalid_email`, `invalid_phone` or `invalid_when`) with what to do about it."""
    email, phone, when = ((value or "").strip() or None for value in (email, phone, when))
    if email and (len(email) > 254 or not _EMAIL.match(email)):
        raise Refused("invalid_email", "Dit e-mailadres klopt niet. Een adres ziet eruit als naam@voorbeeld.nl.")
    if phone and (not _PHONE.match(phone) or sum(c.isdigit() for c in phone) not in range(8, 16)):
        raise Refused("invalid_phone", "Dit telefoonnummer klopt niet. Gebruik cijfers, bijvoorbeeld 06 12345678.")
    if when and len(when) > MAX_WHEN:
        raise Refused("invalid_when", f"Houd dit kort: ten hoogste {MAX_WHEN} tekens.")
    return Contact(email, phone, when)
