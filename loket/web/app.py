"""The web application: its routes, its security, what lives as long as it does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, Response, Router
from litestar.exceptions import NotAuthorizedException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig

from loket import catalogue, settings
from loket.assistant import turns
from loket.clock import AMSTERDAM, dutch_date, dutch_moment, utc_now
from loket.db import counters
from loket.db.base import reading, transaction
from loket.desk import session as desk_session
from loket.desk.account_pages import AccountPages
from loket.desk.audit_page import AuditPages
from loket.desk.link_pages import LinkPages
from loket.desk.live_chat_pages import LivePages
from loket.desk.login_pages import DeskPages, LoginPages
from loket.desk.openid_pages import OpenIdPages
from loket.desk.own_account import OwnAccountPages
from loket.desk.phone import PhonePages
from loket.desk.text_module_pages import TextModulePages
from loket.desk.ticket_actions import TicketActions
from loket.desk.ticket_page import TicketPages, offers_to
from loket.desk.work_list import WorkListPages
from loket.faq import answers
from loket.http import security
from loket.http.files import file_size
from loket.http.markdown import from_markdown, from_plain
from loket.http.requests import PlainRequest
from loket.mail import sender
from loket.parents.api import ConversationApi
from loket.parents.chat_page import ChatPage
from loket.parents.follow_up import FollowUpPage
from loket.tickets import access, attachments, claims, escalation
from loket.updates.hub import Hub
from loket.web import errors, guards
from loket.web.health import healthz, readyz
from loket.web.security_txt import security_txt

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
MAX_BODY = 256 * 1024
RECOVER_EVERY = 20.0
MAIL_EVERY = 3.0
TEND_EVERY = 20.0
SWEEP_EVERY = 900.0


def create_app() -> Litestar:
    """The application on the settings of this process."""
    configured = settings.load()
    answers.cached()
    return Litestar(
        route_handlers=[
            ChatPage,
            FollowUpPage,
            LoginPages,
            OpenIdPages,
            LinkPages,
            DeskPages,
            OwnAccountPages,
            AccountPages,
            WorkListPages,
            TicketPages,
            TicketActions,
            LivePages,
            PhonePages,
            TextModulePages,
            AuditPages,
            ConversationApi,
            healthz,
            readyz,
            security_txt,
            create_static_files_router("/static", directories=[HERE / "static"], include_in_schema=False),
        ],
        request_class=PlainRequest,
        guards=[guards.host_guard, guards.address_guard, security.same_origin_guard],
        before_send=[security.headers(secure=configured.secure_cookies)],
        exception_handlers={**errors.HANDLERS, NotAuthorizedException: _to_login},
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(_templates())),
        openapi_config=OpenAPIConfig(
            title="Loket 5010",
            version="1",
            description="Conversations of parents with the assistant and the advisers.",
            openapi_router=Router("/api", route_handlers=[], before_request=errors.known_path, include_in_schema=False),
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin()],
        ),
        request_max_body_size=MAX_BODY,
        lifespan=[_lifespan],
        logging_config=None,
    )


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    filters: dict[str, Any] = {
        "moment": dutch_moment,
        "day": dutch_date,
        "clock": lambda moment: moment.astimezone(AMSTERDAM).strftime("%H.%M"),
        "plain": from_plain,
        "markdown": from_markdown,
        "size": file_size,
    }
    environment.filters |= filters
    environment.globals |= {
        "phone": settings.load().phone,
        "intent_label": catalogue.load().label,
        "allows": access.may,
        "shown_name": access.shown_name,
        "offers_to": offers_to,
        "once": _once,
    }
    return environment


def _once() -> str:
    """For the address of a form: an id of its own, so that it does its work once (loket.accounts.used_forms)."""
    return f"?formulier={secrets.token_urlsafe(12)}"


@contextlib.asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    # Python's own pool has cpu+4 threads: on two cores six that wait for the database would stop everything.
    threads = ThreadPoolExecutor(settings.load().handler_threads, thread_name_prefix="handler")
    asyncio.get_running_loop().set_default_executor(threads)
    async with httpx.AsyncClient(timeout=10) as client:
        app.state.http = client
        app.state.hub = Hub(settings.load())
        async with app.state.hub.running():
            works = (
                _every(RECOVER_EVERY, "taking up unanswered messages", lambda: _recover(client)),
                _every(MAIL_EVERY, "sending mail", _send_mail),
                _every(TEND_EVERY, "looking after the queue", _tend_queue),
                _every(SWEEP_EVERY, "removing files of deleted tickets", _sweep_files),
            )
            tasks = [asyncio.create_task(work) for work in works]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()


async def _every(seconds: float, what: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do `work` at once and again every so often; a failure is logged and does not end it."""
    while True:
        try:
            await work()
        except Exception:
            logger.exception("%s failed", what)
        await asyncio.sleep(seconds)


async def _recover(client: httpx.AsyncClient) -> None:
    """Have answered what a process that died left unanswered."""
    if count := await turns.recover(client, utc_now()):
        logger.warning("%s messages were left unanswered and have been taken up", count)


async def _send_mail() -> None:
    """Send what waits in the outbox."""
    await asyncio.to_thread(sender.send_waiting, settings.load(), utc_now())


async def _tend_queue() -> None:
    """Put back what nobody keeps alive, and bring promises that are near or broken to the team leads."""
    await asyncio.to_thread(_tend, utc_now())


async def _sweep_files() -> None:
    """Remove the files of tickets that were deleted."""
    await asyncio.to_thread(_sweep, utc_now())


def _sweep(now: datetime) -> None:
    with reading() as session:
        if count := attachments.sweep(session, now):
            logger.info("%s files without a ticket are removed", count)


def _tend(now: datetime) -> None:
    with transaction() as session:
        counters.forget_old(session, now)
        claims.free_lapsed(session, now)
        escalation.escalate_due_promises(session, now)


def _to_login(request: Request, error: NotAuthorizedException) -> Response[Any]:
    if isinstance(error, desk_session.FirstThis):
        return Redirect(error.page, status_code=303)
    if request.url.path.startswith("/balie"):
        return Redirect("/balie/inloggen", status_code=303)
    return errors.on_http(request, error)
