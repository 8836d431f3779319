"""The chat page at `/`: plain forms that work without script; script makes them faster."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from typing import Any

from litestar import Controller, HttpMethod, Request, Response, post, route
from litestar.datastructures import Cookie, State
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_429_TOO_MANY_REQUESTS
from sqlalchemy.exc import IntegrityError

from loket import settings
from loket.assistant import feedback, turns
from loket.clock import utc_now
from loket.conversations import registry, transcript
from loket.conversations.contact import contact
from loket.conversations.models import ADVISER, ASSISTANT, Conversation
from loket.conversations.views import MessageView, view
from loket.db.base import reading, transaction
from loket.db.row_ids import row_id
from loket.exceptions import Refused
from loket.http.forms import Form
from loket.parents import limits, session_cookie
from loket.tickets import mails, queue, receipts, states
from loket.tickets.models import Ticket

STARTERS = (
    "Mijn kind wordt gepest. Wat kan ik doen?",
    "Ben ik verplicht de ouderbijdrage te betalen?",
    "Ik ben het niet eens met het schooladvies.",
    "Mag mijn kind buiten de vakantie vrij krijgen?",
)
"""Examples on the empty page: what many parents ask."""

PAGE_ID_BYTES = 16
"""A page's forms carry a random id. It begins a conversation, so it must not be guessable."""


class ChatPage(Controller):
    include_in_schema = False

    @route("/", http_method=[HttpMethod.GET, HttpMethod.HEAD], sync_to_thread=True)
    def show(self, request: Request) -> Template:
        """The conversation of this browser, or an empty one with the greeting."""
        return _page(request)

    @post("/", name="chat.send")
    async def send(self, request: Request, state: State, data: Form) -> Response[Any]:
        """Send the form; afterwards the browser loads the page again (a reload sends nothing twice)."""
        cookie = None
        current = await asyncio.to_thread(_current_id, request)
        try:
            if not data.get("choice"):
                transcript.checked_text(data.get("text", ""))
            await asyncio.to_thread(_count, request, current, data)
            if current is None:
                current, cookie = await asyncio.to_thread(_start, data)
            assert current is not None
            text, choice_id = data.get("text", ""), data.get("choice", "")
            client_id = transcript.sent_id(_form_id(data), text, choice_id)
            await turns.take(state.http, current, client_id, text=text, choice_id=choice_id)
        except Refused as error:
            return await asyncio.to_thread(_refusal, request, error, "text", data)
        response = Redirect("/#laatste", status_code=303)
        if cookie:
            response.cookies = [cookie]
        return response

    @post("/reactie", sync_to_thread=True)
    def rate(self, request: Request, data: Form) -> Response[Any]:
        """Whether an answer helped."""
        conversation_id, message_id = _current_id(request), row_id(data.get("message_id", ""))
        if conversation_id and message_id:
            limits.count(limits.FEEDBACK, conversation_id)
            with transaction() as session:
                helpful = data.get("helpful") == "ja"
                feedback.give(session, conversation_id, message_id, helpful, utc_now())
        return Redirect("/#laatste", status_code=303)

    @post("/vraag-achterlaten", sync_to_thread=True)
    def leave(self, request: Request, data: Form) -> Response[Any]:
        """Leave a question, or the address on which to answer it."""
        cookie = None
        conversation_id = _current_id(request)
        try:
            question = transcript.checked_text(data.get("question", ""))
            reach = contact(data.get("email"), data.get("phone"), data.get("when"))
            _count_leaving(request, conversation_id, question)
            if conversation_id is None:
                conversation_id, cookie = _start(data)
            with transaction() as session:
                conversation = session.get_one(Conversation, conversation_id)
                turns.hand_off(session, conversation, question, utc_now(), reach, data.get("consent_reuse") == "ja")
        except Refused as error:
            field = "question" if error.field in ("", "text") else error.field
            return _refusal(request, error, field, data, leaving=True)
        response = Redirect("/#laatste", status_code=303)
        if cookie:
            response.cookies = [cookie]
        return response

    @post("/opnieuw", sync_to_thread=True)
    def start_again(self, request: Request) -> Response[Any]:
        """End this conversation for every device; it stays behind the private link when it was handed over."""
        if (conversation_id := _current_id(request)) is not None:
            limits.count_address(limits.RESTARTS, request)
            with transaction() as session:
                registry.end_token(session, conversation_id)
        response = Redirect("/", status_code=303)
        session_cookie.forget(response)
        return response


def _count(request: Request, conversation_id: str | None, data: dict[str, str]) -> None:
    if conversation_id is None:
        return limits.count_address(limits.CONVERSATIONS, request)
    limits.count(limits.MESSAGES, conversation_id)
    limits.count_text(conversation_id, "" if data.get("choice") else data.get("text", ""))


def _count_leaving(request: Request, conversation_id: str | None, question: str) -> None:
    if conversation_id is None:
        return limits.count_address(limits.CONVERSATIONS, request)
    limits.count(limits.HANDOFFS, conversation_id)
    limits.count_text(conversation_id, question)


def _refusal(request: Request, error: Refused, field: str, typed: dict[str, str], *, leaving: bool = False) -> Template:
    """The page again, with what was typed and why it was not accepted."""
    page = _page(request, {field: error.message}, typed, leaving=leaving)
    page.status_code = 422
    if error.status == HTTP_429_TOO_MANY_REQUESTS:
        page.status_code = error.status
    page.headers.update(error.headers)
    return page


def _start(data: dict[str, str]) -> tuple[str, Cookie]:
    """Begin a conversation with a form on the empty page. The same page sent twice, by a double click, begins it once."""
    page_id = _form_id(data).partition("-")[0]
    token = settings.load().token(f"page {page_id}") if len(page_id) == 2 * PAGE_ID_BYTES else secrets.token_urlsafe(24)
    try:
        with transaction() as session:
            conversation, _ = registry.start(session, utc_now(), token=token)
    except IntegrityError:
        with reading() as session:
            begun = registry.of_token(session, token)
        if begun is None:
            raise
        conversation = begun
    return conversation.id, session_cookie.write(conversation.id, token)


def _form_id(data: dict[str, str]) -> str:
    return data.get("client_id") or secrets.token_hex(PAGE_ID_BYTES)


def _current_id(request: Request) -> str | None:
    conversation_id, token = session_cookie.read(request)
    with reading() as session:
        found = registry.find(session, conversation_id, token) if conversation_id else None
        return found.id if found else None


def _page(
    request: Request,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    *,
    leaving: bool = False,
) -> Template:
    conversation_id = _current_id(request)
    messages, owner, ticket, no_receipt = _content(conversation_id)
    context = {
        "conversation_id": conversation_id,
        "messages": messages,
        "owner": owner,
        "ticket": ticket,
        "ticket_link": mails.link(ticket) if ticket else "",
        "no_receipt": no_receipt,
        "status": _status(owner, ticket),
        "starters": () if conversation_id else STARTERS,
        "errors": defaultdict(str, errors or {}),
        "typed": defaultdict(str, typed or {}),
        "last_question": _last_question(messages),
        "leaving": leaving or request.query_params.get("achterlaten") == "1",
        "client_id": secrets.token_hex(PAGE_ID_BYTES),
        "max_text": transcript.MAX_TEXT,
    }
    return Template("chat.html", context=context)


def _content(conversation_id: str | None) -> tuple[list[MessageView], str, Ticket | None, bool]:
    """What was said, who leads, the ticket, and whether its receipt was not mailed."""
    if conversation_id is None:
        return [view(registry.unsaved_greeting(utc_now()))], ASSISTANT, None, False
    with reading() as session:
        conversation = session.get_one(Conversation, conversation_id)
        messages = [view(message) for message in transcript.messages_after(session, conversation_id, 0)]
        ticket = queue.of_conversation(session, conversation_id)
        if ticket is not None:
            _ = ticket.claimant  # shown after the session has ended
        return messages, conversation.owner, ticket, ticket is not None and receipts.withheld(session, ticket)


def _status(owner: str, ticket: Ticket | None) -> str:
    """Who is there, in one line."""
    if ticket is None:
        return ""
    if owner == ASSISTANT:
        return ""
    if owner == ADVISER:
        name = ticket.claimant.first_name if ticket.claimant else "Een adviseur"
        return f"{name}, adviseur, is nu in dit gesprek. Wat u hier typt, leest de adviseur."
    state = states.LABELS[ticket.state]
    nobody = "Er is nu geen adviseur in dit gesprek."
    return f"{state[0].upper()}{state[1:]}. {nobody} Een nieuwe vraag beantwoordt de assistent; wat u verder typt, komt bij uw vraag."


def _last_question(messages: list[MessageView]) -> str:
    typed = [message.text for message in messages if message.sender == "parent"]
    return typed[-1] if typed else ""
