"""Which sites answers may rest on: data/tables/domains.yml."""

from __future__ import annotations

from urllib.parse import urlsplit

from loket.faq import tables
from loket.faq.model import Strict


class Refused(Strict):
    reason: str
    domains: tuple[str, ...]


class Domains(Strict):
    official: tuple[str, ...]
    refused: tuple[Refused, ...]


def official(url: str) -> bool:
    """Is this a page of an authority that an answer may rest on?"""
    return refusal(url) is None and any(_within(url, domain) for domain in _listed().official)


def refusal(url: str) -> str | None:
    """Why an address may not be named, or None when it may."""
    for entry in _listed().refused:
        if any(_within(url, domain) for domain in entry.domains):
            return entry.reason
    return None


def _listed() -> Domains:
    return tables.read("domains", Domains)


def _within(url: str, domain: str) -> bool:
    """Is the address in the domain, or in that folder of it ("helpwanted.nl/en")?"""
    parts, (host, _, folder) = urlsplit(url), domain.partition("/")
    name = (parts.hostname or "").lower()
    path = f"{parts.path}/"
    return (name == host or name.endswith(f".{host}")) and (not folder or path.startswith(f"/{folder}/"))
