"""The web application: its routes, its security, what lives as long as it does."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
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
from loket.clock import AMSTERDAM, dutch_date, dutch_moment
from loket.conversations import first_aid
from loket.db import afterwards
from loket.desk import session as desk_session
from loket.desk.account_pages import AccountPages
from loket.desk.audit_page import AuditPages
from loket.desk.link_pages import LinkPages
from loket.desk.live_chat_pages import LivePages
from loket.desk.login_pages import DeskPages, LoginPages
from loket.desk.mail_page import MailPages
from loket.desk.openid_pages import OpenIdPages
from loket.desk.own_account import OwnAccountPages
from loket.desk.phone import PhonePages
from loket.desk.text_module_pages import TextModulePages
from loket.desk.ticket_actions import TicketActions
from loket.desk.ticket_page import TicketPages
from loket.desk.work_list import WorkListPages
from loket.faq import answers
from loket.http import security
from loket.http.files import file_size
from loket.http.markdown import from_markdown, from_plain
from loket.http.requests import PlainRequest
from loket.parents.api import ConversationApi
from loket.parents.chat_page import ChatPage
from loket.parents.follow_up import FollowUpPage
from loket.staff_roles import Role
from loket.tickets import access
from loket.updates.hub import Hub
from loket.web import errors, guards
from loket.web.health import healthz, metrics, readyz
from loket.web.security_txt import security_txt

HERE = Path(__file__).parent
MAX_BODY = 256 * 1024


LEAVE_TO = "https://www.knmi.nl/nederland-nu/weer"
"""Where somebody goes who has to leave the page at once: a page that anybody may be looking at."""


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
            MailPages,
            ConversationApi,
            healthz,
            readyz,
            metrics,
            security_txt,
            create_static_files_router("/static", directories=[HERE / "static"], include_in_schema=False),
        ],
        request_class=PlainRequest,
        guards=[guards.host_guard, guards.address_guard, security.same_origin_guard],
        before_send=[security.headers(secure=configured.secure_cookies)],
        exception_handlers={
            **errors.HANDLERS,
            NotAuthorizedException: _to_login,
            desk_session.SentBefore: _to_where_it_led,
        },
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
        "phone": settings.load().contact_phone,
        "intent_label": catalogue.load().label,
        "allows": access.may,
        "Role": Role,
        "shown_name": access.shown_name,
        "once": _once,
        "failure_line": first_aid.failure_line,
        "leave_to": LEAVE_TO,
    }
    return environment


def _once() -> str:
    """For a form's address: its own id, so that it does its work once (loket.accounts.used_forms)."""
    return f"?formulier={secrets.token_urlsafe(12)}"


@contextlib.asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    # Python's own pool has cpu+4 threads: on two cores, six that wait for the database would stop everything.
    threads = ThreadPoolExecutor(settings.load().handler_threads, thread_name_prefix="handler")
    asyncio.get_running_loop().set_default_executor(threads)
    async with httpx.AsyncClient(timeout=10) as client:
        app.state.http = client
        app.state.hub = Hub(settings.load())
        async with app.state.hub.running():
            yield
    await asyncio.to_thread(afterwards.finish)


def _to_where_it_led(_request: Request, sent: desk_session.SentBefore) -> Response[Any]:
    return Redirect(sent.led_to, status_code=303)


def _to_login(request: Request, error: NotAuthorizedException) -> Response[Any]:
    if isinstance(error, desk_session.FirstThis):
        return Redirect(error.page, status_code=303)
    if request.url.path.startswith("/balie"):
        return Redirect("/balie/inloggen", status_code=303)
    return errors.on_http(request, error)
