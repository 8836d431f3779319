"""Send what waits in the outbox: at least once, each try with the same Message-ID, after a failure later and later.

One mail that cannot be sent never stops the next. What the server refuses for good, or what no message can be made of, is
tried a few more times and then given up: it waits at /balie/post for the administrator. What fails temporarily (a server
that is down, "try later") is tried until it is old enough to be deleted.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from sqlalchemy import select, text, update

from loket.db.base import changed, reading, transaction
from loket.exceptions import LoketError
from loket.mail import outbox
from loket.mail.models import WAITING, Outbox
from loket.settings import Settings

logger = logging.getLogger(__name__)

HOLD = timedelta(minutes=2)
"""How long a mail is kept from other senders while one tries it; after a crash it is tried again."""
LONGEST_WAIT = timedelta(hours=4)
LONGEST_EXPONENT = 8
"""Of two, in minutes: more than LONGEST_WAIT."""
BATCH = 20
TIMEOUT_SECONDS = 10
"""For one step of the conversation with the server; all eight or nine of them together stay within HOLD."""
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+")

Clock = Callable[[], datetime]


class AddressNotAccepted(LoketError):
    """The address has letters that the mail server does not know (RFC 6531). Another missing extension is about us, not the mail."""

    code = "address_not_accepted"


def send_waiting(configured: Settings, clock: Clock) -> int:
    """Try every mail whose time has come; returns how many the server accepted. Does nothing without a mail server.

    The clock is read for each mail: a slow batch must not hold its last ones from a moment long past.
    """
    if not configured.smtp_host:
        return 0
    return sum(_send_one(configured, row_id, clock) for row_id in _waiting(clock()))


def _waiting(now: datetime) -> list[int]:
    with reading() as session:
        query = select(Outbox.id).where(text(WAITING), Outbox.try_after <= now)
        return list(session.scalars(query.order_by(Outbox.try_after, Outbox.id).limit(BATCH)))


def _send_one(configured: Settings, row_id: int, clock: Clock) -> bool:
    row = _take(row_id, clock())
    if row is None:
        return False
    try:
        _deliver(configured, row.recipient, _message(configured, row))
    except Exception as error:  # whatever one mail does, the next one is unaffected
        _failed(configured, row, error, clock())
        return False
    with transaction() as session:
        outbox.sent(session.get_one(Outbox, row_id), clock())
    return True


def _take(row_id: int, now: datetime) -> Outbox | None:
    """Keep this mail from other senders for a while; None when another has it."""
    with transaction() as session:
        mine = update(Outbox).where(Outbox.id == row_id, text(WAITING), Outbox.try_after <= now)
        if not changed(session, mine.values(try_after=now + HOLD, attempts=Outbox.attempts + 1)):
            return None
        return session.get_one(Outbox, row_id)


def _failed(configured: Settings, row: Outbox, error: Exception, now: datetime) -> None:
    """Note a failure: only its kind, because a server's answer may quote the recipient."""
    kind = type(error).__name__
    logger.warning("mail %s was not accepted (%s), attempt %s", row.id, kind, row.attempts)
    with transaction() as session:
        failed = session.get_one(Outbox, row.id)
        failed.last_error = kind
        failed.try_after = now + min(timedelta(minutes=2 ** min(failed.attempts, LONGEST_EXPONENT)), LONGEST_WAIT)
        if _is_final(error):
            failed.refusals += 1
            if failed.refusals >= configured.mail_tries:
                outbox.give_up(failed, now)
                logger.error("mail %s is given up; see /balie/post", row.id)


def _is_final(error: Exception) -> bool:
    """Whether trying again will most likely not help. Our own login being refused says nothing about the mail."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    if isinstance(error, AddressNotAccepted):
        return True
    return not isinstance(error, OSError)  # a fault in the mail itself; SMTPException is an OSError too


def _message(configured: Settings, row: Outbox) -> bytes:
    """The mail as it is sent. Raises ValueError when the recipient is not one plain address.

    The recipient's header is written here: the library would read an address such as `=?utf-8?q?x?=@y.nl` as encoded, send
    it elsewhere, or fail on it.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = configured.mail_from
    message["Subject"] = row.subject
    message["Date"] = format_datetime(row.created_at)
    message["Message-ID"] = row.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body, cte="quoted-printable")  # which every server accepts
    return f"To: {_address(row.recipient)}\r\n".encode() + message.as_bytes()


def _address(recipient: str) -> str:
    """The address with its domain in plain letters, as every server accepts it. Raises ValueError."""
    if not _ADDRESS.fullmatch(recipient):
        raise ValueError("not one address")
    local, _, domain = recipient.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def _deliver(configured: Settings, recipient: str, message: bytes) -> None:
    host, port = configured.smtp_host, configured.smtp_port
    if configured.smtp_security == "tls":
        context = ssl.create_default_context()
        with smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context) as server:
            _log_in_and_send(configured, server, recipient, message)
        return
    with smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS) as server:
        if configured.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        _log_in_and_send(configured, server, recipient, message)


def _log_in_and_send(configured: Settings, server: smtplib.SMTP, recipient: str, message: bytes) -> None:
    if configured.smtp_user:
        server.login(configured.smtp_user, configured.smtp_password.get_secret_value())
    address, options = _address(recipient), []
    if not address.isascii():
        server.ehlo_or_helo_if_needed()
        if not server.has_extn("smtputf8"):
            raise AddressNotAccepted
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    server.sendmail(parseaddr(configured.mail_from)[1], [address], message, options)
