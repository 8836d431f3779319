"""The page on which teams keep their text modules."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import PermissionDeniedException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template

from loket.accounts.audit import Audited, audit
from loket.clock import utc_now
from loket.db.base import reading, transaction
from loket.desk import session as staff
from loket.tickets import modules, routing
from loket.tickets.models import TextModule

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
WRITERS = {"adviser", "editor", "lead", "administrator"}


class TextModulePages(Controller):
    path = "/balie/tekstblokken"
    include_in_schema = False
    guards = [staff.guard]

    @get("/", sync_to_thread=True)
    def show(self, request: Request) -> Template:
        return _page(request)

    @get("/{module_id:int}", sync_to_thread=True)
    def edit(self, request: Request, module_id: FromPath[int]) -> Template:
        with reading() as session:
            module = session.get(TextModule, module_id)
        typed = {"title": module.title, "text": module.text, "team": module.team or ""} if module else {}
        return _page(request, module_id if module else None, typed)

    @post("/", sync_to_thread=True)
    def add(self, request: Request, data: Form) -> Response[Any]:
        return _save(request, None, data)

    @post("/{module_id:int}", sync_to_thread=True)
    def change(self, request: Request, module_id: FromPath[int], data: Form) -> Response[Any]:
        return _save(request, module_id, data)

    @post("/{module_id:int}/weg", sync_to_thread=True)
    def remove(self, request: Request, module_id: FromPath[int]) -> Response[Any]:
        who = _writer(request)
        with transaction() as session:
            module = session.get(TextModule, module_id)
            if module is not None:
                session.delete(module)
                audit(session, who, Audited.MODULE_REMOVE, f"module:{module_id}", utc_now())
        return Redirect("/balie/tekstblokken", status_code=303)


def _save(request: Request, module_id: int | None, data: dict[str, str]) -> Response[Any]:
    who, now = _writer(request), utc_now()
    try:
        with transaction() as session:
            team = data.get("team") or None
            module = modules.save(session, module_id, data.get("title", ""), data.get("text", ""), team, who, now)
            session.flush()
            audit(session, who, Audited.MODULE_SAVE, f"module:{module.id}", now)
    except modules.ModuleRefused as error:
        page = _page(request, module_id, data, {error.field: str(error)})
        page.status_code = 422
        return page
    return Redirect("/balie/tekstblokken", status_code=303)


def _page(
    request: Request,
    module_id: int | None = None,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Template:
    table = routing.load()
    with reading() as session:
        listed = modules.for_teams(session, list(table.teams))
    context = {
        "account": _writer(request),
        "modules": listed,
        "editing": module_id,
        "typed": defaultdict(str, typed or {}),
        "errors": defaultdict(str, errors or {}),
        "teams": table.teams,
        "placeholders": modules.PLACEHOLDERS,
    }
    return Template("balie/modules.html", context=context)


def _writer(request: Request) -> Any:
    who = staff.account(request)
    if who.role not in WRITERS:
        raise PermissionDeniedException
    return who
