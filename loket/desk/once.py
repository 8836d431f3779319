"""A form of the desk does its work once: the one way in which every POST of somebody who is logged in writes.

Its page gave it an id (`once` in loket.web.app). One that has done its work is answered by the guard, before anything is
checked or counted (loket.desk.session); of two at the same moment the second waits here for the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from litestar import Request
from sqlalchemy.orm import Session

from loket.accounts import used_forms
from loket.clock import utc_now
from loket.db.base import transaction
from loket.desk import session as staff


@dataclass
class Work:
    """What a form is doing: its transaction, and the page it leads to, as far as known at the start."""

    session: Session
    led_to: str
    done: bool = True
    """Off when nothing came of it, though there is something to keep; then the same form may be sent again."""


@contextmanager
def once(request: Request, led_to: str) -> Iterator[Work]:
    """The transaction in which this form does its work. Raises SentBefore, which sends the browser where it led."""
    form = staff.form_id(request)
    with transaction() as session:
        before = used_forms.begin(session, staff.account(request), form, utc_now())
        if before is not None:
            raise staff.SentBefore(before)
        work = Work(session, led_to)
        yield work
        if work.done:
            used_forms.finish(session, form, work.led_to)
        else:
            used_forms.give_back(session, form)
