"""How much one address or one conversation may send. Loopback is not counted: tests and health checks live there."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Any

from litestar import Request
from litestar.middleware.base import DefineMiddleware
from litestar.middleware.rate_limit import RateLimitConfig

from loket import settings
from loket.conversations import registry
from loket.db.base import reading
from loket.http.security import client_address
from loket.parents import session_cookie


def limit_conversations() -> DefineMiddleware:
    """New conversations an hour from one address."""
    return RateLimitConfig(
        rate_limit=("hour", settings.load().conversations_per_hour),
        identifier_for_request=client_address,
        check_throttle_handler=_begins_from_outside,
        store="limits",
    ).middleware


def limit_messages() -> DefineMiddleware:
    """Messages a minute within one conversation."""
    return RateLimitConfig(
        rate_limit=("minute", settings.load().messages_per_minute),
        identifier_for_request=_conversation,
        store="limits",
    ).middleware


async def _begins_from_outside(request: Request[Any, Any, Any]) -> bool:
    if request.method != "POST" or _on_this_machine(request):
        return False
    # A whole school may share one address: what a parent adds to a conversation on the page is not a new one.
    return request.url.path.startswith("/api/") or not await asyncio.to_thread(_in_conversation, request)


def _on_this_machine(request: Request[Any, Any, Any]) -> bool:
    try:
        return ip_address(client_address(request)).is_loopback
    except ValueError:
        return False


def _in_conversation(request: Request[Any, Any, Any]) -> bool:
    conversation_id, token = session_cookie.read(request)
    with reading() as session:
        return bool(conversation_id) and registry.find(session, conversation_id, token) is not None


def _conversation(request: Request[Any, Any, Any]) -> str:
    found = request.path_params.get("conversation_id") or session_cookie.read(request)[0]
    return str(found or client_address(request))
