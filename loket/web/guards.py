"""What every request passes before anything else. None of these waits for a thread: /healthz must answer when all are busy."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import unquote

from litestar.connection import ASGIConnection
from litestar.exceptions import ClientException, NotFoundException
from litestar.handlers import BaseRouteHandler

from loket import settings
from loket.db.row_ids import can_exist
from loket.http.plain_text import has_unwanted
from loket.settings import Settings, is_loopback


async def host_guard(connection: ASGIConnection, _handler: BaseRouteHandler) -> None:
    """Refuse a request for another site: a name that was made to point here ("DNS rebinding") is not ours."""
    if not host_allowed(connection.headers.get("host", ""), settings.load()):
        raise ClientException


async def address_guard(connection: ASGIConnection, _handler: BaseRouteHandler) -> None:
    """Refuse an address with control characters, or with a number that no row can have: there is nothing behind it."""
    if has_unwanted(connection.scope["path"]):
        raise NotFoundException
    if any(isinstance(value, int) and not can_exist(value) for value in connection.path_params.values()):
        raise NotFoundException
    if has_unwanted(unquote(connection.scope["query_string"].decode("latin-1"))):
        raise ClientException


def host_allowed(host: str, configured: Settings) -> bool:
    """Whether the site may be asked for under this name. This machine's own names always may: they lead nowhere else."""
    name, _, port = host.rpartition(":")
    name = (name if port.isdecimal() and name else host).strip("[]").lower()
    if configured.hosts & {name, "*"} or is_loopback(name):
        return True
    # Without a public address set, people use the machine's number, which no name can be made to point to.
    return not configured.base_url and _is_number(name)


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
