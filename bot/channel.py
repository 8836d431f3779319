"""The one way into Rasa: POST /webhooks/loket/message, for the service only.

A parent's text goes in as text, whatever it looks like; an intent goes in only as a choice that the service issued.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.remote_action import install
from bot.text import harmless

logger = logging.getLogger(__name__)

NAME = "loket"
TEXT_LIMIT = 10_000
SENDER_LIMIT = 200
DEFAULT_DEADLINE_SECONDS = 5.0

OnMessage = Callable[[UserMessage], Awaitable[Any]]


class ChannelError(Exception):
    """A request that gets {"error": {"code", "message"}} with this status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Incoming:
    """A valid request: a parent's text, or an intent that the parent chose from what the service offered."""

    sender: str
    text: str | None = None
    intent: str | None = None
    entities: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)


def _seconds(given: Any) -> float:
    """The deadline in credentials.yml; the usual one where the variable that it names is not set."""
    if given is None or str(given).startswith("${"):
        return DEFAULT_DEADLINE_SECONDS
    return float(given)


def read_incoming(body: Any) -> Incoming:
    """The request in `body`, or a ChannelError that says what is wrong with it."""
    if not isinstance(body, dict):
        raise ChannelError(400, "not_an_object", "The body must be a JSON object.")
    sender, metadata = body.get("sender"), body.get("metadata") or {}
    if not isinstance(sender, str) or not 0 < len(sender) <= SENDER_LIMIT:
        raise ChannelError(422, "invalid_sender", f"`sender` must be a string of 1 to {SENDER_LIMIT} characters.")
    if not isinstance(metadata, dict):
        raise ChannelError(422, "invalid_metadata", "`metadata` must be an object.")
    if ("text" in body) == ("intent" in body):
        raise ChannelError(422, "text_or_intent", "Give either `text` or `intent`.")
    if "text" in body:
        return Incoming(sender, text=_read_text(body["text"]), metadata=metadata)
    return Incoming(sender, intent=_read_intent(body["intent"]), entities=_read_entities(body), metadata=metadata)


def _read_text(text: Any) -> str:
    if not isinstance(text, str) or len(text) > TEXT_LIMIT:
        raise ChannelError(422, "invalid_text", f"`text` must be a string of at most {TEXT_LIMIT} characters.")
    return harmless(text)


def _read_intent(intent: Any) -> str:
    if not isinstance(intent, str) or not intent:
        raise ChannelError(422, "invalid_intent", "`intent` must be a string.")
    return intent


def _read_entities(body: dict[str, Any]) -> dict[str, str]:
    entities = body.get("entities") or {}
    if not isinstance(entities, dict) or not all(isinstance(value, str) for value in entities.values()):
        raise ChannelError(422, "invalid_entities", "`entities` must be an object of strings.")
    return entities


def parse_of_choice(incoming: Incoming) -> dict[str, Any]:
    """What the pipeline would have said about a choice: nothing is left to understand, so it is not asked."""
    intent = {"name": incoming.intent, "confidence": 1.0}
    return {
        "text": f"/{incoming.intent}",
        "intent": intent,
        "intent_ranking": [intent],
        "entities": [{"entity": name, "value": value} for name, value in incoming.entities.items()],
        "decision": {"kind": "answer", "intents": [incoming.intent], "probability": 1.0, "reason": "choice"},
    }


class Replies(OutputChannel):
    """Collects what the actions say, in order."""

    def __init__(self) -> None:
        self.collected: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return NAME

    async def send_custom_json(self, recipient_id: str, json_message: dict[str, Any], **kwargs: Any) -> None:
        self.collected.append(json_message)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        self.collected.append({"text": text})


class LoketChannel(InputChannel):
    """Registered in credentials.yml as bot.channel.LoketChannel."""

    def __init__(self, token: str, deadline_seconds: float = DEFAULT_DEADLINE_SECONDS) -> None:
        self.token = token.encode()
        self.deadline_seconds = deadline_seconds

    @classmethod
    def name(cls) -> str:
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> LoketChannel:
        credentials = credentials or {}
        token = str(credentials.get("token") or "")
        if not token or token.startswith("${"):
            raise ValueError("The loket channel needs a token: set LOKET_RASA_TOKEN.")
        return cls(token, _seconds(credentials.get("deadline_seconds")))

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The two routes, under /webhooks/loket/."""
        routes = Blueprint("loket_channel")

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            ready = request.app.ctx.agent is not None and request.app.ctx.agent.is_ready()
            return json({"status": "ok" if ready else "no_model"}, status=200 if ready else 503)

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            try:
                return json({"replies": await self.answer(request, on_new_message)})
            except ChannelError as error:
                return json({"error": {"code": error.code, "message": error.message}}, status=error.status)

        return routes

    async def answer(self, request: Request, on_new_message: OnMessage) -> list[dict[str, Any]]:
        """The replies to one request, or a ChannelError."""
        self._authorise(request)
        incoming = read_incoming(_body(request))
        agent = request.app.ctx.agent
        if agent is None or not agent.is_ready():
            raise ChannelError(503, "no_model", "No model is loaded.")
        if incoming.intent is not None and incoming.intent not in agent.domain.intents:
            raise ChannelError(422, "unknown_intent", "`intent` is not in the domain.")
        install(agent)
        return await complete(incoming, on_new_message, self.deadline_seconds)

    def _authorise(self, request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self.token):
            raise ChannelError(401, "unauthorised", "A valid token is required.")


async def complete(incoming: Incoming, on_new_message: OnMessage, deadline_seconds: float) -> list[dict[str, Any]]:
    """What the actions say to `incoming`, or a ChannelError when there is nothing, something broke, or it takes too long."""
    replies = Replies()
    try:
        await asyncio.wait_for(on_new_message(_message(incoming, replies)), deadline_seconds)
    except TimeoutError:
        raise ChannelError(504, "too_slow", "There was no complete answer in time.") from None
    except Exception:
        logger.exception("A message was not understood or answered")
        raise ChannelError(500, "failed", "The message could not be dealt with.") from None
    # Rasa swallows what goes wrong in an action and goes on with no reply: each of our actions replies,
    # so silence is a failure of the action server.
    if not replies.collected:
        raise ChannelError(502, "no_reply", "The action server gave no reply.")
    return replies.collected


def _message(incoming: Incoming, replies: Replies) -> UserMessage:
    choice = parse_of_choice(incoming) if incoming.intent is not None else None
    return UserMessage(
        text=choice["text"] if choice else incoming.text,
        output_channel=replies,
        sender_id=incoming.sender,
        parse_data=choice,
        input_channel=NAME,
        metadata=incoming.metadata,
    )


def _body(request: Request) -> Any:
    try:
        return request.json
    except InvalidUsage:
        raise ChannelError(400, "not_json", "The body must be JSON.") from None
