"""The background jobs, each with how often it is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from loket import settings
from loket.assistant import turns
from loket.clock import utc_now
from loket.db.base import transaction
from loket.mail import sender
from loket.tickets import attachments, claims, closing, escalation
from loket.worker import forgetting

logger = logging.getLogger(__name__)

Work = Callable[[httpx.AsyncClient], Awaitable[None]]


@dataclass(frozen=True)
class Job:
    """One job, done every so many seconds by whoever has its lease."""

    name: str
    every: float
    work: Work


async def _send_mail(_client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(sender.send_waiting, settings.load(), utc_now)


async def _recover(client: httpx.AsyncClient) -> None:
    if count := await turns.recover(client, utc_now()):
        logger.warning("%s messages were left unanswered and have been taken up", count)


async def _tend(_client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(tend, utc_now())


async def _close_answered(_client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(closing.close_answered, utc_now(), settings.load().close_answered_days)


async def _sweep(_client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(sweep)


async def _forget(_client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(forgetting.forget, utc_now(), settings.load().outbox_days)


def tend(now: datetime) -> None:
    """Put back what nobody keeps alive, and report promises that are near or broken to the team leads."""
    with transaction() as session:
        claims.free_lapsed(session, now)
    with transaction() as session:
        escalation.escalate_due_promises(session, now)


def sweep() -> None:
    """Remove the files of attachments that are gone."""
    with transaction() as session:
        if count := attachments.sweep(session):
            logger.info("%s files without an attachment are removed", count)


ALL = (
    Job("mail", 3.0, _send_mail),
    Job("recover", 20.0, _recover),
    Job("tend", 20.0, _tend),
    Job("sweep", 300.0, _sweep),
    Job("close_answered", 3600.0, _close_answered),
    Job("forget", 3600.0, _forget),
)
