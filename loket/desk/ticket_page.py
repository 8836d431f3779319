"""The page of one ticket: the conversation, what the assistant thought, suggested answers, facts, what happened."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from loket import catalogue
from loket.accounts.audit import Audited, audit
from loket.accounts.models import Account
from loket.accounts.roles import Action
from loket.clock import local_day, utc_now
from loket.conversations import danger
from loket.conversations import models as chat
from loket.conversations.models import Message, Question
from loket.conversations.views import MessageView, view
from loket.db import afterwards
from loket.db.base import reading
from loket.db.row_ids import can_exist
from loket.desk import labels, partner_view, suggestions, weighing
from loket.desk import session as staff
from loket.http.files import download
from loket.routing import rules
from loket.staff_roles import Role
from loket.tickets import (
    access,
    attachments,
    claims,
    deadlines,
    drafts,
    merging,
    notes,
    presence,
    referrals,
    safety_marks,
    text_modules,
    transfers,
)
from loket.tickets.models import CLOSED, Attachment, EventKind, Presence, Ticket, TicketEvent

MOST_EARLIER = 10


class TicketPages(Controller):
    path = "/balie"
    include_in_schema = False
    guards = [staff.guard]

    @get("/vragen/{ticket_id:int}")
    async def show(self, request: Request, state: State, ticket_id: FromPath[int]) -> Template:
        await asyncio.to_thread(open_ticket, staff.account(request), ticket_id, utc_now())
        await weighing.weigh(state.http, ticket_id)
        return await asyncio.to_thread(page, request, ticket_id)

    @get("/bijlagen/{attachment_id:int}", sync_to_thread=True)
    def attachment(self, request: Request, attachment_id: FromPath[int]) -> Response[bytes]:
        who = staff.account(request)
        with reading() as session:
            found = session.get(Attachment, attachment_id) if can_exist(attachment_id) else None
            if found is None:
                raise NotFoundException
            ticket = find(session, who, found.ticket_id)
            if not attachments.readable(session, found, who):
                raise NotFoundException
        about, now = f"ticket:{ticket.id}", utc_now()
        afterwards.do(lambda session: audit(session, who, Audited.ATTACHMENT_READ, about, now))
        return download(attachments.content(found), found.name, found.media_type)


def open_ticket(who: Account, ticket_id: int, now: datetime) -> None:
    """Somebody opens the page: they are seen, their lease is renewed, what named them is read, and it is audited once.

    They wait for none of it (loket.db.afterwards). What is written late is as of when the page was opened.
    """
    with reading() as session:
        if not _news_of_opening(session, who, find(session, who, ticket_id), now):
            return

    def write(session: Session) -> None:
        # Two windows of one person at once: the second finds what the first wrote.
        session.execute(select(Account.id).where(Account.id == who.id).with_for_update())
        last = session.get(Presence, (ticket_id, who.id))
        if last is None or now - last.seen_at > presence.GONE_AFTER:
            audit(session, who, Audited.TICKET_READ, f"ticket:{ticket_id}", now)
        presence.seen(session, ticket_id, who.id, now)
        claims.renew(session, ticket_id, who, now)
        notes.read(session, ticket_id, who, now)

    afterwards.do(write)


def _news_of_opening(session: Session, who: Account, ticket: Ticket, now: datetime) -> bool:
    """Whether opening the page leaves a trace that is not there yet. A page that refreshes itself waits for nobody."""
    last = session.get(Presence, (ticket.id, who.id))
    fresh = last is not None and now - last.seen_at < presence.GONE_AFTER / 2
    lapsing = ticket.claimed_by == who.id and not claims.renewed_lately(ticket, now)
    return not fresh or lapsing or notes.unread(session, ticket.id, who)


def find(session: Session, who: Account, ticket_id: int) -> Ticket:
    """The ticket, with what its page shows. For anyone who may not see it, it does not exist."""
    # A template is filled in after the session has ended, so what it shows is loaded here.
    shown = (
        joinedload(Ticket.claimant),
        selectinload(Ticket.events).joinedload(TicketEvent.account),
    )
    if not can_exist(ticket_id):
        raise NotFoundException
    ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id, access.visible(who)).options(*shown))
    if ticket is None:
        raise NotFoundException
    return ticket


def page(
    request: Request,
    ticket_id: int,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Template:
    """The page, with errors at the forms they belong to (by action) and what was typed there."""
    who, now = staff.account(request), utc_now()
    with reading() as session:
        ticket = find(session, who, ticket_id)
        context = {
            "account": who,
            "now": now,
            "ticket": ticket,
            "mine": claims.holds(ticket, who, now),
            "held": ticket.claimant is not None and ticket.state not in (CLOSED,) and _runs(ticket, now),
            "others": presence.others(session, ticket_id, who, now),
            "deadline": deadlines.compute(ticket.events, deadlines.calendar()),
            "errors": defaultdict(str, errors or {}),
            "typed": defaultdict(str, typed or {}),
            "draft": drafts.find(session, ticket_id, who.id),
            "may": {action for action in Action if access.may(who, action, ticket)},
            "needs_check": referrals.needs_check(ticket, now),
            **_transfer(session, ticket, who, now),
            **_said(session, ticket, who),
            **_help(session, ticket, who),
            **_neighbours(session, ticket, who),
            **_labels(ticket, who),
        }
    return Template("balie/ticket.html", context=context, status_code=status)


def _transfer(session: Session, ticket: Ticket, who: Account, now: datetime) -> dict[str, Any]:
    """To whom the speaker can offer a live conversation, and to whom it is offered."""
    live = ticket.channel in transfers.LIVE and claims.holds(ticket, who, now)
    return {
        "live": live,
        "offer": transfers.of_ticket(session, ticket, now) if live else None,
        "colleagues": transfers.at_desk(session, ticket, who, now) if live else [],
    }


def _runs(ticket: Ticket, now: datetime) -> bool:
    return ticket.claimed_until is not None and ticket.claimed_until >= now


def _said(session: Session, ticket: Ticket, who: Account) -> dict[str, Any]:
    """The conversation as the parent saw it, with the duplicates that were merged into it, and notes and files."""
    merged = merging.merged_here(session, ticket.id)
    duplicates = [other for other in merged if access.may(who, Action.READ, other)]
    ids = [ticket.conversation_id, *(other.conversation_id for other in duplicates)]
    messages = session.scalars(select(Message).where(Message.conversation_id.in_(ids)).order_by(Message.id)).all()
    shown: list[MessageView] = []
    for message in messages:
        # A reply that went to several conversations is shown once.
        if message.sender == chat.ADVISER and message.conversation_id != ticket.conversation_id:
            continue
        if who.role != Role.PARTNER:
            shown.append(view(message))
        elif not (message.extra or {}).get("other"):
            shown.append(partner_view.without_links(view(message)))
    files = attachments.of_ticket(session, ticket.id, who)
    return {
        "messages": shown,
        "duplicates": duplicates,
        "notes": notes.of_ticket(session, ticket, who),
        "safety_marks": [
            {"label": safety_marks.LABELS[mark.mark], "kind": danger.KINDS.get(mark.kind or "", ""), "at": mark.at}
            for mark in safety_marks.of_ticket(session, ticket.id)
        ],
        "mark_labels": safety_marks.LABELS,
        "dangers": danger.KINDS,
        "files": files,
        "ready": [file for file in files if file.message_id is None and not file.internal],
    }


def _help(session: Session, ticket: Ticket, who: Account) -> dict[str, Any]:
    """What helps to answer: what the assistant thought, suggested answers, text modules."""
    log = select(Question).where(Question.conversation_id == ticket.conversation_id).order_by(Question.id)
    questions = list(session.scalars(log))
    ranking = next((q.ranking for q in reversed(questions) if q.text == ticket.question), [])
    ranking = ranking or (questions[-1].ranking if questions else [])
    return {
        "thoughts": [_thought(question) for question in questions],
        "suggested": suggestions.for_question(ranking, ticket.sector, ticket.question, local_day(utc_now())),
        "modules": [(m, text_modules.filled(m, ticket, who)) for m in text_modules.for_account(session, who, ticket)],
    }


def _thought(question: Question) -> dict[str, Any]:
    label = catalogue.load().label
    return {
        "text": question.text,
        "outcome": labels.OUTCOMES.get(question.outcome, question.outcome),
        "ranking": [(label(entry["name"]), entry["confidence"]) for entry in question.ranking[:5]],
        "weighed_most": weighing.weighed_most(question),
    }


def _neighbours(session: Session, ticket: Ticket, who: Account) -> dict[str, Any]:
    """Other tickets of the same parent, and those that are linked or that this one was merged into."""
    same = [column == value for column, value in ((Ticket.email, ticket.email), (Ticket.phone, ticket.phone)) if value]
    earlier: list[Ticket] = []
    if same:
        query = select(Ticket).where(or_(*same), Ticket.id != ticket.id, access.visible(who))
        earlier = list(session.scalars(query.order_by(Ticket.id.desc()).limit(MOST_EARLIER)))
    linked = [other for other in merging.related(session, ticket.id) if access.may(who, Action.READ, other)]
    into = session.get(Ticket, ticket.merged_into) if ticket.merged_into else None
    if into is not None and not access.may(who, Action.READ, into):
        into = None
    return {"earlier": earlier, "linked": linked, "merged_into": into}


def _event(event: TicketEvent, who: Account) -> tuple[str, datetime, str]:
    """What happened, when, and by whom as far as this account sees the name."""
    name = access.shown_name(who, event.account) if event.account else ""
    return labels.event(event.kind, event.data), event.at, name


def _labels(ticket: Ticket, who: Account) -> dict[str, Any]:
    known, table = catalogue.load(), rules.load()
    created = next((event.data or {} for event in ticket.events if event.kind == EventKind.CREATED), {})
    proposed = created.get("partner", "")
    return {
        "state_labels": labels.STATES,
        "channel": labels.CHANNELS.get(ticket.channel, ticket.channel),
        "events": [_event(event, who) for event in ticket.events if access.sees_event(who, event)],
        "intents": [intent for intent in known.intents.values() if intent.is_faq],
        "themes": known.themes,
        "sectors": catalogue.SECTORS,
        "teams": table.teams,
        "partners": table.partners,
        "proposed": proposed if proposed in table.partners else "",
        "language": table.languages.get(ticket.language or "", ""),
        "region": labels.region(ticket.region) if ticket.region else "",
    }
