"""How a parent wants to be reached: checked, with an error at the field."""

from __future__ import annotations

import re
from dataclasses import dataclass

from loket.exceptions import Refused
from loket.http.plain_text import one_line

_LOCAL = r"[\w!#$%&'*+/=?^`{|}~-]+"
_EMAIL = re.compile(rf"^(?=.{{1,64}}@){_LOCAL}(?:\.{_LOCAL})*@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+$")
"""What a browser accepts as an address; more could be valid, but could not be mailed everywhere."""
_ENCODED = "=?"
"""How an encoded word in a mail's header begins: programs on the way read such an address as something else."""
_PHONE = re.compile(r"^\+?[\d\s()-]{8,20}$")
MAX_WHEN = 120


@dataclass(frozen=True)
class Contact:
    """How the parent wants to hear the answer, in addition to the chat page and the link."""

    email: str | None = None
    phone: str | None = None
    when: str | None = None


def contact(email: str | None, phone: str | None, when: str | None) -> Contact:
    """Raises Refused (code `invalid_email`, `invalid_phone` or `invalid_when`) with what to do about it."""
    email, phone, when = (one_line(value or "") or None for value in (email, phone, when))
    email = _plain(email) if email else None
    if email is not None and (len(email) > 254 or _ENCODED in email or not _EMAIL.match(email)):
        raise Refused(
            "Dit e-mailadres klopt niet. Een adres ziet eruit als naam@voorbeeld.nl.",
            code="invalid_email",
            field="email",
        )
    if phone and (not _PHONE.match(phone) or sum(c.isdigit() for c in phone) not in range(8, 16)):
        raise Refused(
            "Dit telefoonnummer klopt niet. Gebruik cijfers, bijvoorbeeld 06 12345678.",
            code="invalid_phone",
            field="phone",
        )
    if when and len(when) > MAX_WHEN:
        raise Refused(f"Houd dit kort: ten hoogste {MAX_WHEN} tekens.", code="invalid_when", field="when")
    return Contact(email, phone, when)


def _plain(email: str) -> str:
    """The address with its domain as mail is sent to it, so that one mailbox has one spelling: "x@ｖoorbeeld.NL" is
    "x@voorbeeld.nl" (RFC 3490). A domain that cannot be one stays as it was typed, and is refused."""
    local, at, domain = email.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('idna').lower()}"
    except UnicodeError:
        return ""
