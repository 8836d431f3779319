"""The telephone: a form for a new call, with the theme and the answers found while the adviser types."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.response import Redirect, Template

from loket import catalogue
from loket.accounts.audit import Audited, audit
from loket.accounts.roles import Action
from loket.clock import local_day, utc_now
from loket.conversations.contact import contact
from loket.desk import session as staff
from loket.desk import suggestions
from loket.desk.once import once
from loket.desk.suggestions import Reading
from loket.exceptions import Refused
from loket.http.forms import Form
from loket.tickets import calls
from loket.tickets.calls import Call

NOTHING = Reading(None, None, None, False, [])


class PhonePages(Controller):
    path = "/balie/bellen"
    include_in_schema = False
    guards = [staff.guard]

    @get("/", sync_to_thread=False)
    def form(self, request: Request) -> Template:
        return _page(request, {}, NOTHING)

    @post("/voorstel")
    async def suggest(self, request: Request, state: State, data: Form) -> Template:
        """The form again, with the theme and the answers for what was typed; the script takes those parts over."""
        staff.allowed(request, Action.CALL)
        found = await suggestions.read(state.http, data.get("question", ""))
        return await asyncio.to_thread(_page, request, data, found)

    @post("/")
    async def take(self, request: Request, state: State, data: Form) -> Response[Any]:
        """Keep the call: as answered if the adviser noted the answer, else open."""
        staff.allowed(request, Action.CALL)
        found = await suggestions.read(state.http, data.get("question", ""))
        try:
            to = await asyncio.to_thread(_take, request, data, found)
        except Refused as error:
            field = "question" if error.field in ("", "text") else error.field
            page = await asyncio.to_thread(_page, request, data, found, {field: error.message})
            page.status_code = 422
            return page
        return Redirect(to, status_code=303)


def _take(request: Request, data: dict[str, str], found: Reading) -> str:
    """Keep the call; returns the address of its ticket."""
    who, now = staff.allowed(request, Action.CALL), utc_now()
    # What the adviser chose takes precedence over what the assistant thought.
    intent = data.get("intent") or found.intent
    known = catalogue.load().intents.get(intent or "")
    answer = data.get("answer", "")
    if data.get("outcome") == "answered" and not answer.strip():
        raise Refused(
            "Noteer kort wat u hebt geantwoord, of kies “later beantwoorden”.", code="no_answer", field="answer"
        )
    call = Call(
        question=data.get("question", ""),
        wish=data.get("wish", "")[:1000],
        sector=data.get("sector") or found.sector,
        intent=intent,
        urgent=data.get("urgent") == "ja" or bool(known and known.urgent),
        answer=answer if data.get("outcome") == "answered" else "",
        contact=contact(data.get("email"), data.get("phone"), data.get("when")),
    )
    with once(request, "/balie") as work:
        ticket = calls.take(work.session, who, call, now)
        audit(work.session, who, Audited.TICKET_CALL, f"ticket:{ticket.id}", now)
        work.led_to = f"/balie/vragen/{ticket.id}"
    return work.led_to


def _page(request: Request, data: dict[str, str], found: Reading, errors: dict[str, str] | None = None) -> Template:
    question, sector = data.get("question", ""), data.get("sector") or found.sector
    known = catalogue.load()
    context = {
        "account": staff.allowed(request, Action.CALL),
        "typed": defaultdict(str, data),
        "errors": defaultdict(str, errors or {}),
        "found": found,
        "theme": known.themes.get(found.theme or "", ""),
        "proposed": data.get("intent") or found.intent or "",
        "sector": sector or "",
        "sectors": catalogue.SECTORS,
        "intents": [intent for intent in known.intents.values() if intent.is_faq],
        "suggested": suggestions.for_question(found.ranking, sector, question, local_day(utc_now()))
        if question.strip()
        else [],
    }
    return Template("balie/call.html", context=context)
