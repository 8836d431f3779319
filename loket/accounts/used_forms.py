"""Each form that staff send has its own id, made with the page: sent twice, it does its work once.

The row is written in the transaction of the work itself. So what failed may be sent again, and of two that arrive together the
second waits until the first is done and then finds where that one led.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from loket.accounts.models import Account, UsedForm

KEPT = timedelta(days=2)
"""How long a form is remembered: longer than anybody leaves a page open before sending it a second time."""
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def led_to(session: Session, account: Account, form_id: str) -> str | None:
    """Where this form led when it was sent before; None for one that has not done its work, or has no id."""
    if not _ID.fullmatch(form_id):
        return None
    found = session.scalar(select(UsedForm).where(UsedForm.id == form_id))
    # Somebody else's id is not theirs to use: ids cannot be guessed, so this is a page that was passed on.
    return None if found is None else found.led_to if found.account_id == account.id else "/balie"


def begin(session: Session, account: Account, form_id: str, now: datetime) -> str | None:
    """Take this form for the work of this transaction: None. Where it led, when another has done its work by now."""
    if not _ID.fullmatch(form_id):
        return None
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(UsedForm).values(id=form_id, account_id=account.id, led_to="/balie", used_at=now)
    # By the row that comes back and not by a row count, which drivers fill in differently for INSERT.
    if session.connection().execute(row.on_conflict_do_nothing().returning(UsedForm.id)).first():
        return None
    return led_to(session, account, form_id)


def finish(session: Session, form_id: str, to: str) -> None:
    """Remember where the work of this form led."""
    session.execute(update(UsedForm).where(UsedForm.id == form_id).values(led_to=to))


def give_back(session: Session, form_id: str) -> None:
    """Nothing came of it, so the form may be sent again."""
    session.execute(delete(UsedForm).where(UsedForm.id == form_id))
