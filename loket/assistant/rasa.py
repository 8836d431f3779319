"""The way to Rasa: one question, one call over loopback, a limited number of seconds."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from loket import settings
from loket.conversations.models import Message
from loket.exceptions import LoketError


class AssistantUnavailable(LoketError):
    """Rasa or the action server is down, slow, or returns nonsense."""

    code = "assistant_unavailable"


async def deliver(
    client: httpx.AsyncClient, message: Message, timeout: float, before: dict[str, Any] | None = None
) -> None:
    """Let the assistant answer a pending message. The answer arrives in the database, written by an action.

    Each message is its own Rasa conversation (sender id), because a long one is replayed at every turn. What must be
    remembered is kept with our conversation: `before` is what was said before this (loket.assistant.context).
    Raises AssistantUnavailable.
    """
    body: dict[str, Any] = {
        "sender": f"{message.conversation_id}-{message.id}",
        "metadata": {"message_id": message.id, "conversation_id": message.conversation_id},
    }
    if message.choice:
        body["intent"] = message.choice["intent"]
    else:
        body["text"] = message.text
        if before:
            body["metadata"]["context"] = before
    configured = settings.load()
    try:
        # httpx times each read separately; a reply that trickles in must not take longer either.
        async with asyncio.timeout(timeout):
            response = await client.post(
                f"{configured.rasa_url}/webhooks/loket/message",
                json=body,
                headers={"Authorization": f"Bearer {configured.token('rasa')}"},
                timeout=timeout,
            )
        response.raise_for_status()
        response.json()["replies"]
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise AssistantUnavailable(type(error).__name__) from error


async def parse(client: httpx.AsyncClient, text: str, timeout: float = 2.0) -> dict[str, Any]:
    """What the assistant makes of a text, without answering it: {"intent", "intent_ranking", "entities", "decision"}.

    Raises AssistantUnavailable.
    """
    configured = settings.load()
    # A leading slash would be read as an intent by name.
    body = {"text": text.lstrip("/ ")}
    try:
        response = await client.post(
            f"{configured.rasa_url}/model/parse", params={"token": configured.token("rasa")}, json=body, timeout=timeout
        )
        response.raise_for_status()
        parsed = response.json()
        return {"intent_ranking": list(parsed["intent_ranking"]), **parsed}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise AssistantUnavailable(type(error).__name__) from error


async def ready(client: httpx.AsyncClient) -> bool:
    """Whether Rasa answers and has a model."""
    configured = settings.load()
    try:
        response = await client.get(
            f"{configured.rasa_url}/status", params={"token": configured.token("rasa")}, timeout=2
        )
        return response.status_code == 200 and bool(response.json().get("model_file"))
    except (httpx.HTTPError, ValueError):
        return False
