"""What is live at the desk: news of changes, and the conversations that the assistant is leading right now."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, ServerSentEvent, ServerSentEventMessage, Template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loket import catalogue
from loket.accounts import sessions
from loket.accounts.audit import Audited, audit, audit_read
from loket.accounts.models import Account
from loket.accounts.roles import Action
from loket.clock import utc_now
from loket.conversations import models as chat
from loket.conversations import question_log
from loket.conversations.models import Conversation, Message
from loket.db.base import LARGEST_ID, reading
from loket.desk import session as staff
from loket.desk.once import once
from loket.tickets import access, live_chat
from loket.tickets.models import Ticket
from loket.updates.hub import Concerns, Hub, TooManyStreams

TOGETHER = 0.2
"""Seconds within which several changes are reported as one."""

DeskTicket = Annotated[int | None, QueryParameter(ge=1, le=LARGEST_ID)]


class LivePages(Controller):
    path = "/balie"
    include_in_schema = False
    guards = [staff.guard]

    @get("/events")
    async def events(self, request: Request, state: State, vraag: DeskTicket = None) -> ServerSentEvent:
        """Says `changed` when what this account may see looks different: its lists, and the conversation of `vraag`."""
        who = staff.account(request)
        state.hub.check_desk_room(str(who.id))
        concerns = await asyncio.to_thread(_concerns, who, vraag)
        return ServerSentEvent(_changes(state.hub, staff.token(request), who, concerns))

    @get("/gesprekken", sync_to_thread=True)
    def under_way(self, request: Request) -> Template:
        """Conversations with the assistant, without their text: only someone who steps in reads it."""
        return _page(request)

    @post("/gesprekken/{conversation_id:str}/instappen", sync_to_thread=True)
    def step_in(self, request: Request, conversation_id: FromPath[str]) -> Response[Any]:
        who, now = staff.allowed(request, Action.STEP_IN), utc_now()
        with once(request, "/balie/gesprekken") as work:
            ticket = live_chat.step_in(work.session, conversation_id, who, now)
            work.done = ticket is not None
            if ticket is not None:
                audit(work.session, who, Audited.TICKET_STEP_IN, f"ticket:{ticket.id}", now)
                work.led_to = f"/balie/vragen/{ticket.id}"
        if ticket is None:
            page = _page(request, "Dit gesprek is al voorbij, of een collega is u voor.")
            page.status_code = 409
            return page
        return Redirect(work.led_to, status_code=303)


def _page(request: Request, error: str = "") -> Template:
    who, now = staff.allowed(request, Action.STEP_IN), utc_now()
    audit_read(who, Audited.CONVERSATIONS_READ, "conversation", now)
    with reading() as session:
        rows = _rows(session, live_chat.under_way(session, now))
    return Template("balie/conversations.html", context={"account": who, "rows": rows, "error": error})


def _rows(session: Session, conversations: list[Conversation]) -> list[dict[str, Any]]:
    """A row for each conversation; two statements for all of them together."""
    ids = [conversation.id for conversation in conversations]
    asked = select(Message.conversation_id, func.count()).where(
        Message.conversation_id.in_(ids), Message.sender == chat.PARENT
    )
    counts = {row[0]: row[1] for row in session.execute(asked.group_by(Message.conversation_id))}
    guesses = question_log.guesses(session, ids)
    known = catalogue.load()

    def theme(conversation_id: str) -> str:
        intent = known.intents.get(guesses.get(conversation_id, ""))
        return known.themes[intent.theme] if intent else "nog onbekend"

    return [
        {
            "id": conversation.id,
            "changed_at": conversation.changed_at,
            "messages": counts.get(conversation.id, 0),
            "theme": theme(conversation.id),
            "sector": catalogue.SECTORS.get(conversation.sector or "", ""),
        }
        for conversation in conversations
    ]


def _concerns(who: Account, ticket_id: int | None) -> Concerns:
    """What this account hears of: changes in tickets that it may see, and what is said in the ticket that it has open."""
    hears = access.hears_of(who)
    conversation = None
    if ticket_id is not None:
        with reading() as session:
            ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id, access.visible(who)))
            conversation = ticket.conversation_id if ticket else None
    return lambda change: (
        change.conversation_id == conversation or (change.team is not None and hears(change.team, change.partners))
    )


async def _changes(hub: Hub, token: str, who: Account, concerns: Concerns) -> AsyncIterator[ServerSentEventMessage]:
    # A place that was taken since it was looked for ends the stream; the browser asks again, and is refused then.
    with contextlib.suppress(TooManyStreams), hub.desk(str(who.id), concerns) as listener:
        yield ServerSentEventMessage(data="hello", event="ready")
        while await asyncio.to_thread(_logged_in, token):
            if await listener.wait():
                yield ServerSentEventMessage(data="1", event="changed")
                # What follows at once is shown by the same reading.
                await asyncio.sleep(TOGETHER)
            else:
                yield ServerSentEventMessage(comment="keep-alive")
        yield ServerSentEventMessage(data="logged out", event="ended")


def _logged_in(token: str) -> bool:
    with reading() as session:
        return sessions.find(session, token, utc_now()) is not None
