"""Do each job every so often, while this worker has its lease; renew the leases as long as it lives."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import httpx

from loket.clock import utc_now
from loket.db import leases
from loket.db.base import transaction
from loket.worker.jobs import ALL, Job

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long after a worker's death another takes over its jobs."""
BEAT_SECONDS = 8.0
"""Between two renewals: several may fail before a lease lapses."""
STOP_SECONDS = 6.0


class Worker:
    """One process that does jobs. `held` says until when this worker has the lease of each."""

    def __init__(self, jobs: tuple[Job, ...] = ALL) -> None:
        self.jobs = jobs
        self.name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self.held: dict[str, datetime] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; then let go of the leases, so that another need not wait for them."""
        # A slow mail server must not keep the heartbeat, or another job, from having a thread.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * len(self.jobs) + 2))
        await self._beat()
        async with httpx.AsyncClient(timeout=10) as client:
            tasks = [asyncio.create_task(self._keep(job, client)) for job in self.jobs]
            tasks.append(asyncio.create_task(self._keep_beating()))
            await stopping.wait()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self._let_go)

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self._beat()

    async def _beat(self) -> None:
        try:
            await asyncio.to_thread(self._renew)
        except Exception:
            # The leases run on until they lapse; then nothing is done until the database is back.
            logger.exception("the leases could not be renewed")

    async def _keep(self, job: Job, client: httpx.AsyncClient) -> None:
        """Do a job at once and again every so often; a failure is logged and does not end it."""
        while True:
            if self.has(job.name, utc_now()):
                try:
                    await job.work(client)
                except Exception:
                    logger.exception("%s failed", job.name)
                await asyncio.sleep(job.every)
            else:
                await asyncio.sleep(min(job.every, BEAT_SECONDS))

    def has(self, name: str, now: datetime) -> bool:
        """Whether this worker may do the job now."""
        return name in self.held and now < self.held[name]

    def _renew(self) -> None:
        now = utc_now()
        with transaction() as session:
            taken = {job.name for job in self.jobs if leases.take(session, job.name, self.name, now, LEASE)}
        # What was taken counts from before the transaction began, which is never longer than in the database.
        self.held = dict.fromkeys(taken, now + LEASE)

    def _let_go(self) -> None:
        self.held = {}
        with transaction() as session:
            leases.give_back(session, self.name)
