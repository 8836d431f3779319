"""Whose request this is: the address behind the trusted proxies, and how much of it counts as one."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from litestar import Request

from loket import settings

IPV6_PREFIX = 64
"""Whoever has one IPv6 address usually has all of its /64, so a limit per address would be none."""

Networks = tuple[IPv4Network | IPv6Network, ...]


def client_address(request: Request) -> str:
    """The address that a limit counts for: the rightmost one that is not a trusted proxy's, an IPv6 one by its /64."""
    peer = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getall("x-forwarded-for", []))
    return counted_as(resolve(peer, forwarded, _networks(settings.load().proxies)))


def resolve(peer: str, forwarded: str, trusted: Networks) -> str:
    """Walk from our side towards the browser for as long as the previous one is a trusted proxy.

    What a browser itself puts in X-Forwarded-For is to the left of what the first proxy adds, and is never reached.
    """
    address = peer
    for named in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _within(address, trusted) or (found := _without_port(named)) is None:
            break
        address = found
    return address


def counted_as(address: str) -> str:
    """One key for all addresses that one sender has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64] or "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network(f"{found.compressed.partition('%')[0]}/{IPV6_PREFIX}", strict=False))
    return str(found)


@cache
def _networks(setting: tuple[str, ...]) -> Networks:
    return tuple(ip_network(one, strict=False) for one in setting)


def _within(address: str, trusted: Networks) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in trusted)


def _without_port(named: str) -> str | None:
    """The address in "192.0.2.1", "192.0.2.1:4711", "2001:db8::1" or "[2001:db8::1]:4711"; None when there is none."""
    if named.startswith("["):
        named = named[1:].partition("]")[0]
    elif named.count(":") == 1:
        named = named.partition(":")[0]
    try:
        return str(ip_address(named))
    except ValueError:
        return None
