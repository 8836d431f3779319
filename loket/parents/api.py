"""The JSON API of a conversation: what the chat page, an embedding site or a test talks to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.exceptions import NotAuthorizedException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage
from litestar.serialization import encode_json

from loket.assistant import feedback, turns
from loket.clock import utc_now
from loket.conversations import registry, transcript
from loket.conversations.contact import contact
from loket.conversations.models import Conversation
from loket.conversations.views import MessageView, view
from loket.db.base import LARGEST_ID, reading, transaction
from loket.exceptions import Refused
from loket.http.addresses import client_address
from loket.http.errors import ErrorBody
from loket.parents import limits, session_cookie
from loket.tickets import mails, receipts
from loket.updates.hub import Hub, TooManyStreams

CLIENT_ID_LENGTH = 64


@dataclass
class NewConversation:
    id: str
    token: str
    messages: list[MessageView]


@dataclass
class Sent:
    """What a parent sends: `text` that was typed, or the id of a `choice` that the server offered.

    `client_id` is made by the sender, one per message; the same one twice is one message.
    """

    client_id: str
    text: str | None = None
    choice: str | None = None


@dataclass
class Replies:
    messages: list[MessageView]
    owner: str


@dataclass
class History:
    messages: list[MessageView]
    owner: str


@dataclass
class Feedback:
    message_id: int
    helpful: bool


@dataclass
class ContactBody:
    email: str | None = None
    phone: str | None = None
    when: str | None = None


@dataclass
class HandoffBody:
    question: str
    contact: ContactBody | None = None
    consent_reuse: bool | None = None


@dataclass
class Receipt:
    """`link` is private: whoever has it can read the question. `promised_by` is when the answer comes at the latest.

    `mailed`: the same went to the mail address, if there is one and it did not get many just now.
    """

    reference: str
    link: str
    promised_by: datetime
    mailed: bool


After = Annotated[int, QueryParameter(ge=0, le=LARGEST_ID, description="Only messages with a higher id.")]
AfterIfAny = Annotated[
    int | None,
    QueryParameter(ge=0, le=LARGEST_ID, description="Begin with messages with a higher id; otherwise with new ones."),
]


ERRORS = {
    status: ResponseSpec(data_container=ErrorBody, description=what, generate_examples=False)
    for status, what in (
        (400, "What was sent does not fit; `field` names the part, if there is one."),
        (401, "The token opens no such conversation."),
        (429, "A limit is reached. The header Retry-After says after how many seconds to try again."),
    )
}


class ConversationApi(Controller):
    path = "/api/conversations"
    tags = ["conversation"]

    @post("/", sync_to_thread=True, responses=ERRORS)
    def start(self, request: Request) -> NewConversation:
        """Begin a conversation. The token is given once: it opens this conversation and no other."""
        limits.count_address(limits.CONVERSATIONS, request)
        with transaction() as session:
            conversation, token = registry.start(session, utc_now())
            session.flush()
            messages = transcript.messages_after(session, conversation.id, 0)
            return NewConversation(conversation.id, token, [view(message) for message in messages])

    @post("/{conversation_id:str}/messages", status_code=200, responses=ERRORS)
    async def send(
        self, request: Request, state: State, conversation_id: FromPath[str], data: JSONBody[Sent]
    ) -> Replies:
        """Send a message and get the assistant's replies. With an adviser as owner the list is empty."""
        _check_sent(data)
        await asyncio.to_thread(_require_and_count, request, conversation_id, data.text or "")
        outcome = await turns.take(
            state.http, conversation_id, data.client_id, text=data.text or "", choice_id=data.choice or ""
        )
        return Replies([view(message) for message in outcome.replies], outcome.owner)

    @get("/{conversation_id:str}/messages", sync_to_thread=True, responses=ERRORS)
    def history(self, request: Request, conversation_id: FromPath[str], after: After = 0) -> History:
        """The messages of a conversation, oldest first."""
        conversation = _require(request, conversation_id)
        with reading() as session:
            messages = transcript.messages_after(session, conversation_id, after)
            return History([view(message) for message in messages], conversation.owner)

    @get("/{conversation_id:str}/events", include_in_schema=True, responses=ERRORS)
    async def events(
        self, request: Request, state: State, conversation_id: FromPath[str], after: AfterIfAny = None
    ) -> ServerSentEvent:
        """Server-sent events: `message` with a message as JSON, `owner` when the owner changes, comments to keep alive."""
        await asyncio.to_thread(_require, request, conversation_id)
        await asyncio.to_thread(limits.count, limits.STREAMS, conversation_id)
        hub: Hub = state.hub
        address = client_address(request)
        hub.check_room(conversation_id, address)
        return ServerSentEvent(_events(hub, conversation_id, address, _last_seen(request, after)))

    @post("/{conversation_id:str}/feedback", status_code=200, sync_to_thread=True, responses=ERRORS)
    def feedback(self, request: Request, conversation_id: FromPath[str], data: JSONBody[Feedback]) -> Replies:
        """Say whether an answer helped. When it did not, the reply offers an adviser."""
        _require(request, conversation_id)
        limits.count(limits.FEEDBACK, conversation_id)
        with transaction() as session:
            replies = feedback.give(session, conversation_id, data.message_id, data.helpful, utc_now())
            conversation = session.get_one(Conversation, conversation_id)
            session.flush()
            return Replies([view(message) for message in replies], conversation.owner)

    @post("/{conversation_id:str}/handoff", sync_to_thread=True, responses=ERRORS)
    def handoff(self, request: Request, conversation_id: FromPath[str], data: JSONBody[HandoffBody]) -> Receipt:
        """Leave the question for an adviser. A second time completes the same question."""
        _require(request, conversation_id)
        body = data.contact or ContactBody()
        question = transcript.checked_text(data.question)
        reach = contact(body.email, body.phone, body.when)
        limits.count(limits.HANDOFFS, conversation_id)
        limits.count_text(conversation_id, question)
        with transaction() as session:
            conversation = session.get_one(Conversation, conversation_id)
            ticket = turns.hand_off(session, conversation, question, utc_now(), reach, data.consent_reuse)
            mailed = bool(ticket.email) and not receipts.withheld(session, ticket)
            return Receipt(ticket.reference, mails.link(ticket), ticket.promised_by, mailed)


def _require(request: Request, conversation_id: str) -> Conversation:
    """The conversation, if the request's token (header, or the chat page's cookie) opens it."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        cookie_id, token = session_cookie.read(request)
        if cookie_id != conversation_id:
            raise NotAuthorizedException
    with reading() as session:
        conversation = registry.find(session, conversation_id, token.strip())
    if conversation is None:
        raise NotAuthorizedException
    return conversation


def _require_and_count(request: Request, conversation_id: str, text: str) -> None:
    _require(request, conversation_id)
    limits.count(limits.MESSAGES, conversation_id)
    limits.count_text(conversation_id, text)


def _check_sent(data: JSONBody[Sent]) -> None:
    if not 1 <= len(data.client_id) <= CLIENT_ID_LENGTH:
        raise Refused(f"client_id heeft 1 tot {CLIENT_ID_LENGTH} tekens.", code="invalid_client_id", field="client_id")
    if bool(data.choice) == (data.text is not None):
        raise Refused("Stuur een tekst of een keuze, niet allebei.", code="invalid_request")


def _last_seen(request: Request, after: int | None) -> int | None:
    """The last message that the browser has; what it says after a lost connection overrides what it first asked."""
    last = request.headers.get("last-event-id", "")
    known = last.isascii() and last.isdecimal() and len(last) <= len(str(LARGEST_ID))
    return min(int(last), LARGEST_ID) if known else after


async def _events(
    hub: Hub, conversation_id: str, address: str, after: int | None
) -> AsyncIterator[ServerSentEventMessage]:
    def news(since: int) -> tuple[list[MessageView], str, str]:
        with reading() as session:
            conversation = session.get_one(Conversation, conversation_id)
            messages = transcript.messages_after(session, conversation_id, since)
            return [view(message) for message in messages], conversation.owner, conversation.token_hash

    # A place that was taken since it was looked for ends the stream; the browser asks again, and is refused then.
    with contextlib.suppress(TooManyStreams), hub.conversation(conversation_id, address) as listener:
        messages, owner, token_hash = await asyncio.to_thread(news, after or 0)
        # Within a conversation ids follow the order of commits: each message is made under its lock (transcript.add).
        seen = messages[-1].id if messages else after or 0
        yield ServerSentEventMessage(data=owner, event="owner")
        if after is not None:
            for message in messages:
                yield _event(message)
        while True:
            if not await listener.wait():
                yield ServerSentEventMessage(comment="keep-alive")
            messages, now_owner, now_hash = await asyncio.to_thread(news, seen)
            if now_hash != token_hash:
                return  # its parent ended it, on whatever device
            for message in messages:
                seen = message.id
                yield _event(message)
            if now_owner != owner:
                owner = now_owner
                yield ServerSentEventMessage(data=owner, event="owner")


def _event(message: MessageView) -> ServerSentEventMessage:
    # One line of JSON: the encoder writes no line ends, which would end the event.
    return ServerSentEventMessage(data=encode_json(message).decode(), event="message", id=str(message.id))
