"""What is alive at the desk: news of changes, and the conversations that the assistant leads right now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect, ServerSentEvent, ServerSentEventMessage, Template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loket import catalogue
from loket.accounts.audit import Audited, audit, audit_read
from loket.accounts.roles import Action
from loket.clock import utc_now
from loket.conversations import models as chat
from loket.conversations import question_log
from loket.conversations.models import Conversation, Message
from loket.db.base import reading, transaction
from loket.desk import session as staff
from loket.tickets import live_chat


class LivePages(Controller):
    path = "/balie"
    include_in_schema = False
    guards = [staff.guard]

    @get("/events")
    async def events(self, state: State) -> ServerSentEvent:
        """Says `changed` when the work list may look different."""
        return ServerSentEvent(_changes(state))

    @get("/gesprekken", sync_to_thread=True)
    def under_way(self, request: Request) -> Template:
        """Conversations with the assistant, without their text: it is read only by who steps in."""
        return _page(request)

    @post("/gesprekken/{conversation_id:str}/instappen", sync_to_thread=True)
    def step_in(self, request: Request, conversation_id: FromPath[str]) -> Response[Any]:
        who, now = staff.allowed(request, Action.STEP_IN), utc_now()
        with transaction() as session:
            ticket = live_chat.step_in(session, conversation_id, who, now)
            if ticket is not None:
                audit(session, who, Audited.TICKET_STEP_IN, f"ticket:{ticket.id}", now)
        if ticket is None:
            page = _page(request, "Dit gesprek is al voorbij, of een collega is u voor.")
            page.status_code = 409
            return page
        return Redirect(f"/balie/vragen/{ticket.id}", status_code=303)


def _page(request: Request, error: str = "") -> Template:
    who, now = staff.allowed(request, Action.STEP_IN), utc_now()
    with transaction() as session:
        audit_read(session, who, Audited.CONVERSATIONS_READ, "conversation", now)
    with reading() as session:
        rows = [_row(session, conversation) for conversation in live_chat.under_way(session, now)]
    return Template("balie/conversations.html", context={"account": who, "rows": rows, "error": error})


def _row(session: Session, conversation: Conversation) -> dict[str, Any]:
    known = catalogue.load()
    intent = known.intents.get(question_log.guess(session, conversation.id) or "")
    asked = select(func.count()).where(Message.conversation_id == conversation.id, Message.sender == chat.PARENT)
    return {
        "id": conversation.id,
        "changed_at": conversation.changed_at,
        "messages": session.scalar(asked),
        "theme": known.themes[intent.theme] if intent else "nog onbekend",
        "sector": catalogue.SECTORS.get(conversation.sector or "", ""),
    }


async def _changes(state: State) -> AsyncIterator[ServerSentEventMessage]:
    yield ServerSentEventMessage(data="hello", event="ready")
    while True:
        if await state.feed.wait():
            yield ServerSentEventMessage(data="1", event="changed")
            await asyncio.sleep(0.2)
        else:
            yield ServerSentEventMessage(comment="keep-alive")
