"""How much one address or one conversation may send. Loopback is not counted: tests and health checks live there."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from litestar import Request
from litestar.middleware.base import DefineMiddleware
from litestar.middleware.rate_limit import RateLimitConfig

from loket import settings
from loket.web.security import client_address


def limit_conversations() -> DefineMiddleware:
    """New conversations an hour from one address."""
    return RateLimitConfig(
        rate_limit=("hour", settings.load().conversations_per_hour),
        identifier_for_request=client_address,
        check_throttle_handler=_from_outside,
        store="limits",
    ).middleware


def limit_messages() -> DefineMiddleware:
    """Messages a minute within one conversation."""
    return RateLimitConfig(
        rate_limit=("minute", settings.load().messages_per_minute),
        identifier_for_request=_conversation,
        store="limits",
    ).middleware


async def _from_outside(request: Request[Any, Any, Any]) -> bool:
    try:
        return request.method == "POST" and not ip_address(client_address(request)).is_loopback
    except ValueError:
        return True


def _conversation(request: Request[Any, Any, Any]) -> str:
    return str(request.path_params.get("conversation_id", client_address(request)))
