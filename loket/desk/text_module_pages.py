"""The page on which teams keep their text modules."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from loket.accounts.audit import Audited, audit
from loket.accounts.roles import Action
from loket.clock import utc_now
from loket.db.base import reading
from loket.desk import session as staff
from loket.desk.once import once
from loket.http.forms import Form
from loket.routing import rules
from loket.tickets import text_modules
from loket.tickets.models import TextModule

HERE = "/balie/tekstblokken"


class TextModulePages(Controller):
    path = HERE
    include_in_schema = False
    guards = [staff.guard]

    @get("/", sync_to_thread=True)
    def show(self, request: Request) -> Template:
        return _page(request)

    @get("/{module_id:int}", sync_to_thread=True)
    def edit(self, request: Request, module_id: FromPath[int]) -> Template:
        with reading() as session:
            module = _find(session, module_id)
        return _page(request, module_id, {"title": module.title, "text": module.text, "team": module.team or ""})

    @post("/", sync_to_thread=True)
    def add(self, request: Request, data: Form) -> Response[Any]:
        return _save(request, None, data)

    @post("/{module_id:int}", sync_to_thread=True)
    def change(self, request: Request, module_id: FromPath[int], data: Form) -> Response[Any]:
        return _save(request, module_id, data)

    @post("/{module_id:int}/weg", sync_to_thread=True)
    def remove(self, request: Request, module_id: FromPath[int]) -> Response[Any]:
        who = staff.allowed(request, Action.WRITE_MODULES)
        with once(request, HERE) as work:
            module = _find(work.session, module_id)
            work.session.delete(module)
            audit(work.session, who, Audited.MODULE_REMOVE, f"module:{module_id}", utc_now())
        return Redirect(HERE, status_code=303)


def _save(request: Request, module_id: int | None, data: dict[str, str]) -> Response[Any]:
    who, now = staff.allowed(request, Action.WRITE_MODULES), utc_now()
    try:
        with once(request, HERE) as work:
            session = work.session
            team = data.get("team") or None
            if module_id is not None:
                _find(session, module_id)
            module = text_modules.save(session, module_id, data.get("title", ""), data.get("text", ""), team, who, now)
            session.flush()
            audit(session, who, Audited.MODULE_SAVE, f"module:{module.id}", now)
    except text_modules.ModuleRefused as error:
        page = _page(request, module_id, data, {error.field: str(error)})
        page.status_code = 422
        return page
    return Redirect(HERE, status_code=303)


def _find(session: Session, module_id: int) -> TextModule:
    module = session.get(TextModule, module_id)
    if module is None:
        raise NotFoundException
    return module


def _page(
    request: Request,
    module_id: int | None = None,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Template:
    table = rules.load()
    with reading() as session:
        listed = text_modules.for_teams(session, list(table.teams))
    context = {
        "account": staff.allowed(request, Action.WRITE_MODULES),
        "modules": listed,
        "editing": module_id,
        "typed": defaultdict(str, typed or {}),
        "errors": defaultdict(str, errors or {}),
        "teams": table.teams,
        "placeholders": text_modules.PLACEHOLDERS,
    }
    return Template("balie/modules.html", context=context)
