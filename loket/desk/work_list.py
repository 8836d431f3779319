"""The work list: lists and filters are links, search is a form, `next` takes the ticket that comes first."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.response import Redirect, Template

from loket import catalogue
from loket.accounts.audit import Audited, audit, audit_read
from loket.accounts.roles import Action
from loket.clock import utc_now
from loket.db.base import reading
from loket.desk import labels
from loket.desk import session as staff
from loket.desk.once import once
from loket.faq import search as faq_search
from loket.routing import rules
from loket.tickets import access, claims, lists, merging, states
from loket.tickets.lists import Wanted

PARAMETERS = {"thema": "theme", "sector": "sector", "kanaal": "channel", "team": "team", "regio": "region"}
"""What a fact is called in an address, and in the database."""
MOST_ANSWERS = 3


class WorkListPages(Controller):
    path = "/balie"
    include_in_schema = False
    guards = [staff.guard]

    @get("/", sync_to_thread=True)
    def show(self, request: Request) -> Response[Any]:
        """One list of tickets, or what a search found."""
        if not access.may(staff.account(request), Action.READ):
            # An editor has no tickets; the desk's first page is then the first one that they may see.
            return Redirect("/balie/tekstblokken", status_code=303)
        wanted = _wanted(request)
        if (known := _by_number(request, wanted.search)) is not None:
            return Redirect(f"/balie/vragen/{known}", status_code=303)
        return _page(request, wanted)

    @post("/volgende", sync_to_thread=True)
    def next_ticket(self, request: Request) -> Response[Any]:
        """Claim the ticket that comes first, and open it."""
        now, who = utc_now(), staff.allowed(request, Action.CLAIM)
        with once(request, "/balie?leeg=1") as work:
            ticket = claims.next_ticket(work.session, who, now)
            if ticket is not None:
                audit(work.session, who, Audited.TICKET_CLAIM, f"ticket:{ticket.id}", now)
                work.led_to = f"/balie/vragen/{ticket.id}"
        return Redirect(work.led_to, status_code=303)


def _wanted(request: Request) -> Wanted:
    query = request.query_params
    view = query.get("lijst", lists.ALL)
    facts = tuple((name, query[shown]) for shown, name in PARAMETERS.items() if query.get(shown))
    page = query.get("blad", "1")[:6]
    return Wanted(
        view if view in lists.VIEWS else lists.ALL,
        facts,
        query.get("q", "")[:200],
        int(page) if page.isascii() and page.isdigit() else 1,
    )


def _by_number(request: Request, typed: str) -> int | None:
    """The ticket whose number was typed in full, if this account may see it."""
    if not typed.strip().upper().startswith("5010-"):
        return None
    with reading() as session:
        ticket = merging.by_reference(session, typed)
        return ticket.id if ticket and access.may(staff.account(request), Action.READ, ticket) else None


def _page(request: Request, wanted: Wanted) -> Template:
    who, now = staff.account(request), utc_now()
    if wanted.search.strip():
        audit_read(who, Audited.TICKET_SEARCH, "ticket", now)
    with reading() as session:
        found = lists.find(session, who, wanted, now)
        counts = lists.counts(session, who, now)
    table = rules.load()
    context = {
        "account": who,
        "now": now,
        "wanted": wanted,
        "found": found,
        "views": [
            (view, label, counts.get(view), _address(request, lijst=view)) for view, label in lists.views(who).items()
        ],
        "filters": _filters(request),
        "answers": faq_search.best(wanted.search, MOST_ANSWERS) if wanted.search.strip() else [],
        "earlier": _address(request, blad=str(wanted.page - 1)) if wanted.page > 1 else "",
        "later": _address(request, blad=str(wanted.page + 1)) if found.more else "",
        "none_free": bool(request.query_params.get("leeg")),
        "state_labels": labels.STATES,
        "teams": table.teams,
        "partners": table.partners,
        "ours": states.OURS,
    }
    return Template("balie/list.html", context=context)


def _filters(request: Request) -> list[dict[str, Any]]:
    """The filters as links: each choice adds or removes itself."""
    table = rules.load()
    choices = {
        "thema": ("Thema", {k: v for k, v in catalogue.load().themes.items() if k != catalogue.DIALOGUE}),
        "sector": ("Sector", catalogue.SECTORS),
        "kanaal": ("Kanaal", labels.CHANNELS),
        "team": ("Team", table.teams),
        "regio": ("Regio", {name: labels.region(name) for name in table.words.region}),
    }
    filters = []
    for name, (label, values) in choices.items():
        chosen = request.query_params.get(name, "")
        links = [
            {
                "label": shown,
                "on": value == chosen,
                "href": _address(request, **{name: "" if value == chosen else value}),
            }
            for value, shown in values.items()
        ]
        filters.append({"label": label, "links": links, "chosen": values.get(chosen, "")})
    return filters


def _address(request: Request, **changes: str) -> str:
    """This list's address with some parameters changed; another list or filter starts at its first page."""
    kept = {name: request.query_params.get(name, "") for name in ("lijst", *PARAMETERS)}
    return "/balie?" + urlencode({name: value for name, value in (kept | changes).items() if value})
