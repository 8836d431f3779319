"""Send what stands in the outbox: at least once, each try with the same Message-ID, later and later after a failure."""

from __future__ import annotations

import logging
import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import select, update

from loket.db.base import changed, reading, transaction
from loket.mail.models import Outbox
from loket.settings import Settings

logger = logging.getLogger(__name__)

HOLD = timedelta(minutes=2)
"""How long a mail is kept from other senders while one tries it; after a crash it is tried again."""
LONGEST_WAIT = timedelta(hours=4)
BATCH = 20
TIMEOUT_SECONDS = 20


def send_waiting(configured: Settings, now: datetime) -> int:
    """Try every mail whose time has come; returns how many the server accepted. Does nothing without a mail server."""
    if not configured.smtp_host:
        return 0
    return sum(_send_one(configured, row_id, now) for row_id in _waiting(now))


def _waiting(now: datetime) -> list[int]:
    with reading() as session:
        query = select(Outbox.id).where(Outbox.sent_at.is_(None), Outbox.try_after <= now)
        return list(session.scalars(query.order_by(Outbox.id).limit(BATCH)))


def _send_one(configured: Settings, row_id: int, now: datetime) -> bool:
    with transaction() as session:
        mine = update(Outbox).where(Outbox.id == row_id, Outbox.sent_at.is_(None), Outbox.try_after <= now)
        if not changed(session, mine.values(try_after=now + HOLD, attempts=Outbox.attempts + 1)):
            return False
        row = session.get_one(Outbox, row_id)
    try:
        _deliver(configured, _message(configured, row))
    except (OSError, smtplib.SMTPException) as error:
        # Only the kind of error: a server's answer may quote the recipient.
        logger.warning("mail %s was not accepted (%s), attempt %s", row_id, type(error).__name__, row.attempts)
        with transaction() as session:
            failed = session.get_one(Outbox, row_id)
            failed.last_error = type(error).__name__
            failed.try_after = now + min(timedelta(minutes=2**failed.attempts), LONGEST_WAIT)
        return False
    with transaction() as session:
        session.get_one(Outbox, row_id).sent_at = now
    return True


def _message(configured: Settings, row: Outbox) -> EmailMessage:
    message = EmailMessage()
    message["From"] = configured.mail_from
    message["To"] = row.recipient
    message["Subject"] = row.subject
    message["Message-ID"] = row.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body)
    return message


def _deliver(configured: Settings, message: EmailMessage) -> None:
    host, port = configured.smtp_host, configured.smtp_port
    if configured.smtp_security == "tls":
        context = ssl.create_default_context()
        with smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context) as server:
            _log_in_and_send(configured, server, message)
        return
    with smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS) as server:
        if configured.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        _log_in_and_send(configured, server, message)


def _log_in_and_send(configured: Settings, server: smtplib.SMTP, message: EmailMessage) -> None:
    if configured.smtp_user:
        server.login(configured.smtp_user, configured.smtp_password.get_secret_value())
    server.send_message(message)
