"""The audit trail for the administrator: who did or read what, newest first, narrowed by a form."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from litestar import Controller, Request, get
from litestar.response import Template
from sqlalchemy import select
from sqlalchemy.orm import Session

from loket.accounts import audit
from loket.accounts.audit import Audited, Wanted
from loket.accounts.models import Account, Audit
from loket.accounts.roles import Action
from loket.clock import AMSTERDAM, dutch_date, utc_now
from loket.db.base import LARGEST_ID, reading
from loket.db.row_ids import row_id
from loket.desk import labels
from loket.desk import session as staff
from loket.tickets import merging
from loket.tickets.models import Ticket

FIELDS = ("wie", "wat", "vraag", "van", "tot")
YEARS = range(2000, 2200)
"""Years of which every moment can be queried in the database, in any time zone."""
WRONG_DAY = "Kies een dag, bijvoorbeeld 24-11-2026."


@dataclass(frozen=True)
class Line:
    """One line: when, who, and what they did, split around what it was done to."""

    when: str
    who: str
    before: str
    thing: str
    after: str
    href: str


@dataclass
class Form:
    """What was asked for, and what is wrong with it, by field."""

    typed: dict[str, str]
    wanted: Wanted = field(default_factory=Wanted)
    errors: dict[str, str] = field(default_factory=dict)


class AuditPages(Controller):
    path = "/balie/audit"
    include_in_schema = False
    guards = [staff.guard]

    @get("/", sync_to_thread=True)
    def show(self, request: Request) -> Template:
        who = staff.allowed(request, Action.ADMINISTER)
        audit.audit_read(who, Audited.AUDIT_READ, "audit", utc_now())
        with reading() as session:
            form = _form(session, request)
            rows, more = audit.find(session, form.wanted) if not form.errors else ([], False)
            context = {
                "account": who,
                "lines": _lines(session, rows),
                "older": _address(form.typed, voor=str(rows[-1].id)) if more else "",
                "newest": _address(form.typed) if form.wanted.before else "",
                "people": list(session.scalars(select(Account).order_by(Account.name, Account.id))),
                "actions": [(action, said.replace("{}", "…")) for action, said in labels.AUDITED.items()],
                "typed": form.typed,
                "errors": defaultdict(str, form.errors),
            }
        return Template("balie/audit.html", context=context, status_code=422 if form.errors else 200)


def _form(session: Session, request: Request) -> Form:
    typed = {name: request.query_params.get(name, "").strip() for name in FIELDS}
    form = Form(typed)
    since, until = _day(form, "van"), _day(form, "tot")
    form.wanted = Wanted(
        account_id=row_id(typed["wie"]) or (LARGEST_ID if typed["wie"].isdecimal() else None),
        action=typed["wat"],
        object=_object(session, form),
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        before=row_id(request.query_params.get("voor", "")) or None,
    )
    return form


def _object(session: Session, form: Form) -> str:
    if not form.typed["vraag"]:
        return ""
    ticket = merging.by_reference(session, form.typed["vraag"])
    if ticket is None:
        form.errors["vraag"] = "Deze vraag bestaat niet. Typ het hele nummer, bijvoorbeeld 5010-A2B3C4."
    return f"ticket:{ticket.id}" if ticket else ""


def _day(form: Form, name: str) -> date | None:
    try:
        day = date.fromisoformat(form.typed[name]) if form.typed[name] else None
    except ValueError:
        day = date.min
    if day is not None and day.year not in YEARS:
        form.errors[name] = WRONG_DAY
        return None
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM)


def _lines(session: Session, rows: list[Audit]) -> list[Line]:
    """The rows in Dutch. What they are about is looked up for the whole page at once."""
    about = [row.object.partition(":") for row in rows]
    ids = {kind: {int(n) for k, _, n in about if k == kind and n.isdigit()} for kind in ("ticket", "account")}
    numbers = select(Ticket.id, Ticket.reference).where(Ticket.id.in_(ids["ticket"]))
    references: dict[int, str] = dict(session.execute(numbers).all())
    people = ids["account"] | {row.account_id for row in rows if row.account_id is not None}
    named = select(Account.id, Account.name).where(Account.id.in_(people))
    names: dict[int, str] = dict(session.execute(named).all())
    return [_line(row, references, names) for row in rows]


def _line(row: Audit, references: dict[int, str], names: dict[int, str]) -> Line:
    said = labels.AUDITED.get(row.action, row.action)
    before, has_thing, after = said.partition("{}")
    kind, _, number = row.object.partition(":")
    thing = {"ticket": references, "account": names}.get(kind, {}).get(int(number) if number.isdigit() else 0, "")
    href = f"/balie/vragen/{number}" if kind == "ticket" and thing else ""
    if not thing:
        thing = {"module": f"tekstblok {number}", "ticket": "(verwijderd)"}.get(kind, "(onbekend)")
    who = names.get(row.account_id or 0, "Iemand" if row.action == Audited.LOGIN_FAILED else "Het systeem")
    return Line(_when(row.at), who, before, thing if has_thing else "", after, href if has_thing else "")


def _when(moment: datetime) -> str:
    local = moment.astimezone(AMSTERDAM)
    return f"{dutch_date(local)} {local.year} om {local.hour}.{local.minute:02d} uur"


def _address(typed: dict[str, str], **more: str) -> str:
    return "/balie/audit?" + urlencode({name: value for name, value in (typed | more).items() if value})
