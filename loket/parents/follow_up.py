"""The follow-up page behind the private link: the question, its state, the promise, the answers, room to reply."""

from __future__ import annotations

import secrets
from typing import Any

from litestar import Controller, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_429_TOO_MANY_REQUESTS
from sqlalchemy.orm import Session

from loket import settings
from loket.clock import utc_now
from loket.conversations import transcript
from loket.conversations.views import view
from loket.db.base import reading, transaction
from loket.exceptions import Refused
from loket.http.files import download
from loket.http.forms import Form
from loket.parents import limits
from loket.tickets import attachments, private_link, queue, receipts, states
from loket.tickets.models import Attachment, Ticket


class LinkOver(Refused):
    """The question was closed so long ago that its private link no longer opens it."""

    code = "link_over"
    status = 410
    message = "Deze vraag is lang geleden gesloten. De link werkt niet meer. Stel gerust een nieuwe vraag."


class FollowUpPage(Controller):
    path = "/vraag"
    include_in_schema = False

    @get("/{token:str}", sync_to_thread=True)
    def show(self, token: FromPath[str]) -> Template:
        return _page(token)

    @post("/{token:str}", sync_to_thread=True)
    def reply(self, token: FromPath[str], data: Form) -> Response[Any]:
        """Add something to the question. An answered or closed one is reopened."""
        client_id = transcript.sent_id(data.get("client_id") or secrets.token_hex(8), data.get("text", ""))
        try:
            text = transcript.checked_text(data.get("text", ""))
            _count(token, text)
        except Refused as error:
            return _refusal(token, error, data.get("text", ""))
        with transaction() as session:
            ticket, now = _ticket(session, token), utc_now()
            queue.parent_adds(session, ticket, text, client_id, now)
        return Redirect(f"/vraag/{token}#laatste", status_code=303)

    @get("/{token:str}/bijlagen/{attachment_id:int}", sync_to_thread=True)
    def attachment(self, token: FromPath[str], attachment_id: FromPath[int]) -> Response[bytes]:
        """A file that an adviser sent along. Internal files do not exist here."""
        with reading() as session:
            ticket = _ticket(session, token)
            found = session.get(Attachment, attachment_id)
            if found is None or found.ticket_id != ticket.id or found.message_id is None or found.internal:
                raise NotFoundException
        return download(attachments.content(found), found.name, found.media_type)


def _count(token: str, text: str) -> None:
    with reading() as session:
        conversation_id = _ticket(session, token).conversation_id
    limits.count(limits.ADDITIONS, conversation_id)
    limits.count_text(conversation_id, text)


def _refusal(token: str, error: Refused, typed: str) -> Template:
    page = _page(token, error.message, typed)
    page.status_code = 422
    if error.status == HTTP_429_TOO_MANY_REQUESTS:
        page.status_code = error.status
    page.headers.update(error.headers)
    return page


def _page(token: str, error: str = "", typed: str = "") -> Template:
    with reading() as session:
        ticket = _ticket(session, token)
        messages = transcript.messages_after(session, ticket.conversation_id, 0)
        context = {
            "ticket": ticket,
            "no_receipt": receipts.withheld(session, ticket),
            "state": states.LABELS[ticket.state],
            "messages": [view(message) for message in messages],
            "error": error,
            "typed": typed,
            "client_id": secrets.token_hex(8),
            "max_text": transcript.MAX_TEXT,
            "link_life": private_link.life_in_words(settings.load().link_days),
        }
    return Template("follow_up.html", context=context)


def _ticket(session: Session, token: str) -> Ticket:
    ticket = queue.by_token(session, token)
    if ticket is None:
        raise NotFoundException
    if private_link.is_over(queue.closed_at(session, ticket), utc_now(), settings.load().link_days):
        raise LinkOver
    return ticket
