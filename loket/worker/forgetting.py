"""What is kept for only a short while, and for how long. Each is removed when it is of no more use."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete

from loket.accounts import openid, sessions, throttle, used_forms
from loket.accounts.models import HalfLogin, LoginFailure, MailLink, StaffSession, UsedForm, UsedState
from loket.db import counters
from loket.db.base import changed, transaction
from loket.mail import outbox
from loket.tickets import presence
from loket.tickets.models import Presence

logger = logging.getLogger(__name__)

KEPT: tuple[tuple[Any, timedelta], ...] = (
    (LoginFailure.at, throttle.KEPT),
    (UsedState.at, 2 * openid.TIME_AT_PROVIDER),
    (UsedForm.used_at, used_forms.KEPT),
    (Presence.seen_at, presence.GONE_AFTER),
    (HalfLogin.expires_at, timedelta()),
    (MailLink.expires_at, timedelta()),
    (StaffSession.created_at, sessions.ABSOLUTE),
)
"""A moment in each row, and how long after it the row is of use."""


def forget(now: datetime, outbox_days: int) -> None:
    """Remove what is older. Each kind in its own transaction, so that none holds another up."""
    for moment, kept in KEPT:
        with transaction() as session:
            changed(session, delete(moment.class_).where(moment < now - kept))
    with transaction() as session:
        counters.forget_old(session, now)
    with transaction() as session:
        if count := outbox.forget(session, now, outbox_days):
            logger.info("%s mails of more than %s days ago are forgotten", count, outbox_days)
