"""Mail that was given up, for the administrator: what it was, why it failed, and a way to try again."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Request, get, post
from litestar.exceptions import NotFoundException
from litestar.params import Parameter
from litestar.response import Redirect, Template

from loket import settings
from loket.accounts.audit import Audited, audit, audit_read
from loket.accounts.roles import Action
from loket.clock import utc_now
from loket.db.base import LARGEST_ID, reading
from loket.desk import session as staff
from loket.desk.once import once
from loket.mail import outbox

MOST_SHOWN = 100
REASONS = {
    "SMTPRecipientsRefused": "de mailserver kent dit adres niet",
    "SMTPSenderRefused": "de mailserver weigert ons als afzender",
    "SMTPDataError": "de mailserver weigert de inhoud",
    "AddressNotAccepted": "de mailserver kan dit soort adres niet aan",
    "ValueError": "dit is geen bruikbaar adres",
    "UnicodeError": "dit is geen bruikbaar adres",
}


class MailPages(Controller):
    path = "/balie/post"
    include_in_schema = False
    guards = [staff.guard]

    @get("/", sync_to_thread=True)
    def show(self, request: Request) -> Template:
        who = staff.allowed(request, Action.ADMINISTER)
        audit_read(who, Audited.MAIL_READ, "mail", utc_now())
        with reading() as session:
            context = {
                "account": who,
                "backlog": outbox.backlog(session),
                "mails": outbox.given_up(session, MOST_SHOWN),
                "reasons": REASONS,
                "has_server": bool(settings.load().smtp_host),
                "days": settings.load().outbox_days,
            }
        return Template("balie/mail.html", context=context)

    @post("/{mail_id:int}/opnieuw", sync_to_thread=True)
    def retry(self, request: Request, mail_id: Annotated[int, Parameter(ge=1, le=LARGEST_ID)]) -> Redirect:
        who = staff.allowed(request, Action.ADMINISTER)
        now = utc_now()
        with once(request, "/balie/post") as work:
            if not outbox.retry(work.session, mail_id, now):
                raise NotFoundException
            audit(work.session, who, Audited.MAIL_RETRY, f"mail:{mail_id}", now)
        return Redirect("/balie/post", status_code=303)
