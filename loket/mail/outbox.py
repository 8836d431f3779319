"""Put mail in the outbox, in the transaction that causes it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from loket.mail.models import Outbox

MESSAGE_ID_DOMAIN = "loket5010"


def put(session: Session, recipient: str, subject: str, body: str, now: datetime) -> Outbox:
    """Queue one plain-text mail. It is sent after the transaction, and again until the server accepts it."""
    row = Outbox(
        message_id=f"<{uuid.uuid4().hex}@{MESSAGE_ID_DOMAIN}>",
        recipient=recipient,
        subject=subject,
        body=body,
        created_at=now,
        try_after=now,
    )
    session.add(row)
    return row
