"""The desk at /balie: log in, see what is open, claim, reply, close."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, ServerSentEvent, ServerSentEventMessage, Template
from sqlalchemy import case, select
from sqlalchemy.orm import Session, joinedload, selectinload

from loket import catalogue, settings
from loket.accounts import accounts
from loket.accounts.models import Account
from loket.chat import conversations
from loket.chat.conversations import Refused
from loket.chat.models import Question
from loket.chat.views import view
from loket.clock import utc_now
from loket.db.base import reading, transaction
from loket.desk import labels
from loket.desk import session as staff
from loket.tickets import queue, states
from loket.tickets.models import CLOSED, Ticket, TicketEvent
from loket.web.security import client_address

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

LOGIN_FAILED = "E-mailadres of wachtwoord klopt niet."
MOST_LISTED = 200


class LoginPages(Controller):
    path = "/balie"
    include_in_schema = False

    @get("/inloggen", sync_to_thread=False)
    def form(self) -> Template:
        return Template("balie/login.html", context={"error": "", "email": ""})

    @post("/inloggen", sync_to_thread=True)
    def log_in(self, request: Request, data: Form) -> Response[Any]:
        email = data.get("email", "")
        error = LOGIN_FAILED
        try:
            with transaction() as session:
                found = accounts.log_in(
                    session,
                    email,
                    data.get("password", ""),
                    client_address(request),
                    utc_now(),
                    settings.load().logins_per_5_minutes,
                )
                if found is not None:
                    accounts.log_out(session, staff.token(request))
        except accounts.TooManyAttempts as too_many:
            found, error = None, str(too_many)
        if found is None:
            return Template("balie/login.html", context={"error": error, "email": email}, status_code=422)
        account, token = found
        target = "/balie/wachtwoord" if account.must_change_password else "/balie"
        response = Redirect(target, status_code=303)
        response.cookies = [staff.cookie(token)]
        return response


class DeskPages(Controller):
    path = "/balie"
    include_in_schema = False
    guards = [staff.guard]

    @get("/", sync_to_thread=True)
    def work_list(self, request: Request) -> Template:
        """Open tickets: urgent first, then by promise."""
        with reading() as session:
            tickets = list(session.scalars(_open_tickets()).unique())
            return Template("balie/list.html", context=_context(request) | {"tickets": tickets})

    @get("/events")
    async def events(self, state: State) -> ServerSentEvent:
        """Says `changed` when the work list may look different."""
        return ServerSentEvent(_changes(state))

    @get("/vragen/{ticket_id:int}", sync_to_thread=True)
    def ticket(self, request: Request, ticket_id: FromPath[int]) -> Template:
        with transaction() as session:
            accounts.audit(session, staff.account(request), "ticket.read", f"ticket:{ticket_id}", utc_now())
        return _ticket_page(request, ticket_id)

    @post("/vragen/{ticket_id:int}/claim", sync_to_thread=True)
    def claim(self, request: Request, ticket_id: FromPath[int]) -> Response[Any]:
        with transaction() as session:
            claimed = queue.claim(session, ticket_id, staff.account(request), utc_now())
        if not claimed:
            return _ticket_page(request, ticket_id, error="Een andere adviseur heeft deze vraag al.", status=409)
        return Redirect(f"/balie/vragen/{ticket_id}", status_code=303)

    @post("/vragen/{ticket_id:int}/terug", sync_to_thread=True)
    def release(self, request: Request, ticket_id: FromPath[int]) -> Response[Any]:
        return _change(request, ticket_id, lambda session, ticket, who: queue.release(session, ticket, who, utc_now()))

    @post("/vragen/{ticket_id:int}/antwoord", sync_to_thread=True)
    def reply(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        """Send an answer to the parent. What was typed is kept when it cannot be sent."""
        try:
            text = conversations.checked_text(data.get("text", ""))
        except Refused as error:
            return _ticket_page(request, ticket_id, error=error.message, typed=data.get("text", ""), status=422)

        def send(session: Session, ticket: Ticket, who: Account) -> None:
            queue.reply(session, ticket, who, text, utc_now())

        return _change(request, ticket_id, send, typed=text)

    @post("/vragen/{ticket_id:int}/sluiten", sync_to_thread=True)
    def close(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        intent = data.get("intent", "")
        known = intent if intent in catalogue.load().intents else None
        return _change(
            request, ticket_id, lambda session, ticket, who: queue.close(session, ticket, who, utc_now(), known)
        )

    @get("/wachtwoord", sync_to_thread=False)
    def password_form(self, request: Request) -> Template:
        return Template("balie/password.html", context=_context(request) | {"error": ""})

    @post("/wachtwoord", sync_to_thread=True)
    def change_password(self, request: Request, data: Form) -> Response[Any]:
        now = utc_now()
        try:
            with transaction() as session:
                account = session.get_one(Account, staff.account(request).id)
                accounts.change_password(session, account, data.get("old", ""), data.get("new", ""), now)
                token = accounts.open_session(session, account, now)
        except accounts.AccountError as error:
            context = _context(request) | {"error": str(error)}
            return Template("balie/password.html", context=context, status_code=422)
        response = Redirect("/balie", status_code=303)
        response.cookies = [staff.cookie(token)]
        return response

    @post("/uitloggen", sync_to_thread=True)
    def log_out(self, request: Request) -> Response[Any]:
        with transaction() as session:
            accounts.log_out(session, staff.token(request))
        response = Redirect("/balie/inloggen", status_code=303)
        response.delete_cookie(staff.NAME, path="/balie")
        return response


def _open_tickets() -> Any:
    urgent_first = case((Ticket.urgent, 0), else_=1)
    return (
        select(Ticket)
        .where(Ticket.state != CLOSED)
        .options(joinedload(Ticket.claimant))
        .order_by(urgent_first, Ticket.promised_by, Ticket.id)
        .limit(MOST_LISTED)
    )


def _change(request: Request, ticket_id: int, act: Any, typed: str = "") -> Response[Any]:
    """Do something to a ticket; when it may not be done, show the page again with why and with what was typed."""
    try:
        with transaction() as session:
            act(session, _ticket(session, ticket_id), staff.account(request))
    except (queue.NotYours, states.IllegalChange) as error:
        return _ticket_page(request, ticket_id, error=str(error), typed=typed, status=409)
    return Redirect(f"/balie/vragen/{ticket_id}", status_code=303)


def _ticket_page(request: Request, ticket_id: int, *, error: str = "", typed: str = "", status: int = 200) -> Template:
    with reading() as session:
        ticket = _ticket(session, ticket_id)
        messages = conversations.messages_after(session, ticket.conversation_id, 0)
        questions = session.scalars(
            select(Question).where(Question.conversation_id == ticket.conversation_id).order_by(Question.id)
        )
        known = catalogue.load()
        context = _context(request) | {
            "ticket": ticket,
            "events": [(labels.EVENTS.get(event.kind, event.kind), event) for event in ticket.events],
            "messages": [view(message) for message in messages],
            "questions": [_thought(question) for question in questions],
            "mine": queue.holds(ticket, staff.account(request), utc_now()),
            "intents": [intent for intent in known.intents.values() if intent.is_faq],
            "themes": known.themes,
            "error": error,
            "typed": typed,
        }
    return Template("balie/ticket.html", context=context, status_code=status)


def _thought(question: Question) -> dict[str, Any]:
    """What the assistant thought of a message, for the ticket page."""
    label = catalogue.load().label
    return {
        "text": question.text,
        "outcome": labels.OUTCOMES.get(question.outcome, question.outcome),
        "ranking": [(label(entry["name"]), entry["confidence"]) for entry in question.ranking[:5]],
    }


def _ticket(session: Session, ticket_id: int) -> Ticket:
    # A template is filled in after the session has ended, so what it shows is loaded here.
    shown = (joinedload(Ticket.claimant), selectinload(Ticket.events).joinedload(TicketEvent.account))
    ticket = session.get(Ticket, ticket_id, options=shown)
    if ticket is None:
        raise NotFoundException
    return ticket


def _context(request: Request) -> dict[str, Any]:
    return {"account": staff.account(request), "now": utc_now(), "state_labels": states.LABELS}


async def _changes(state: State) -> AsyncIterator[ServerSentEventMessage]:
    yield ServerSentEventMessage(data="hello", event="ready")
    while True:
        if await state.feed.wait():
            yield ServerSentEventMessage(data="1", event="changed")
            await asyncio.sleep(0.2)
        else:
            yield ServerSentEventMessage(comment="keep-alive")
