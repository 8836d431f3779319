"""What staff do to a ticket: one small route for each form on its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Controller, Request, Response, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import PermissionDeniedException
from litestar.params import Body, FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from loket import catalogue
from loket.accounts.audit import Audited, audit
from loket.accounts.models import Account
from loket.accounts.roles import Action
from loket.clock import local_day, utc_now
from loket.conversations import transcript
from loket.db.base import transaction
from loket.db.row_ids import row_id
from loket.desk import session as staff
from loket.desk import suggestions, ticket_page
from loket.desk.once import once
from loket.exceptions import Collision, Refused
from loket.faq import answers
from loket.http.forms import Form
from loket.routing import rules
from loket.tickets import (
    access,
    attachments,
    claims,
    drafts,
    live_chat,
    merging,
    notes,
    presence,
    queue,
    referrals,
    safety_marks,
    text_modules,
    transfers,
)
from loket.tickets.models import Ticket

Do = Callable[[Session, Ticket, Account], object]

TAKEN = "Een andere adviseur heeft deze vraag al."
KEPT = "Uw tekst is bewaard als concept."


@dataclass
class Upload:
    """The form for a file."""

    file: UploadFile
    internal: str = ""


class TicketActions(Controller):
    path = "/balie/vragen/{ticket_id:int}"
    include_in_schema = False
    guards = [staff.guard]

    @post("/claim", sync_to_thread=True)
    def claim(self, request: Request, ticket_id: FromPath[int]) -> Response[Any]:
        def take(session: Session, ticket: Ticket, who: Account) -> None:
            if not claims.claim(session, ticket.id, who, utc_now()):
                raise Refused(TAKEN, code="taken")

        return act(request, ticket_id, Action.CLAIM, take, status=409)

    @post("/overnemen", sync_to_thread=True)
    def take_over(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        """Take the ticket from the colleague whom the page showed; refused when somebody else has it by now."""

        def take(session: Session, ticket: Ticket, who: Account) -> None:
            if not claims.take_over(session, ticket.id, row_id(data.get("holder", "")), who, utc_now()):
                raise Refused("De vraag is net van hand gewisseld. Kijk wie hem nu heeft.", code="taken")

        return act(request, ticket_id, Action.TAKE_OVER, take, status=409)

    @post("/terug", sync_to_thread=True)
    def release(self, request: Request, ticket_id: FromPath[int]) -> Response[Any]:
        return act(request, ticket_id, Action.RELEASE, lambda s, t, who: claims.release(s, t, who, utc_now()))

    @post("/antwoord", sync_to_thread=True)
    def reply(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        """Send an answer, or a question, to the parent. What was typed is kept when it cannot be sent."""

        def send(session: Session, ticket: Ticket, who: Account) -> None:
            text = transcript.checked_text(data.get("text", ""))
            queue.reply(session, ticket, who, text, utc_now(), asks=data.get("asks") == "ja")

        answer = act(request, ticket_id, Action.REPLY, send, data)
        if answer.status_code == 409:
            # Not the form's own work: it may be sent again.
            with transaction() as session:
                _keep_draft(session, staff.account(request), ticket_id, data.get("text", ""))
        return answer

    @post("/concept", sync_to_thread=True)
    def draft(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        """Keep what is being typed."""
        to = f"/balie/vragen/{ticket_id}#antwoord"
        with once(request, to) as work:
            _keep_draft(work.session, staff.account(request), ticket_id, data.get("text", ""))
        return Redirect(to, status_code=303)

    @post("/invoegen", sync_to_thread=True)
    def insert(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        """Put a suggested answer or a text module after what is typed, without script."""
        who, to = staff.account(request), f"/balie/vragen/{ticket_id}#antwoord"
        with once(request, to) as work:
            ticket = _find_for(work.session, who, Action.REPLY, ticket_id)
            typed = data.get("text", "").rstrip()
            piece = _piece(work.session, ticket, who, data.get("what", ""))
            drafts.save(work.session, ticket_id, who.id, f"{typed}\n\n{piece}" if typed else piece, utc_now())
        return Redirect(to, status_code=303)

    @post("/notitie", sync_to_thread=True)
    def note(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        return act(
            request,
            ticket_id,
            Action.NOTE,
            lambda s, t, who: notes.add(s, t, who, data.get("note", ""), utc_now()),
            data,
        )

    @post("/veiligheid", sync_to_thread=True)
    def mark_safety(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        """Say that an alarm was needless, missed or of the wrong kind."""

        def keep(session: Session, ticket: Ticket, who: Account) -> None:
            message = row_id(data.get("message", "")) or None
            kind = data.get("danger") or None
            safety_marks.add(session, ticket, who, data.get("mark", ""), kind, message, utc_now())

        return act(request, ticket_id, Action.NOTE, keep, data)

    @post("/bijlage", sync_to_thread=True, request_max_body_size=attachments.MAX_BYTES + 64 * 1024)
    def attach(
        self,
        request: Request,
        ticket_id: FromPath[int],
        data: Annotated[Upload, Body(media_type=RequestEncodingType.MULTI_PART)],
    ) -> Response[Any]:
        content = data.file.file.read(attachments.MAX_BYTES + 1)
        name = data.file.filename or "bijlage"

        def keep(session: Session, ticket: Ticket, who: Account) -> None:
            attachments.add(session, ticket, who, name, content, utc_now(), internal=data.internal == "ja")

        return act(request, ticket_id, Action.ATTACH, keep)

    @post("/doorverwijzen", sync_to_thread=True)
    def refer(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        def send(session: Session, ticket: Ticket, who: Account) -> None:
            partner, reason = data.get("partner", ""), data.get("reason", "")
            referrals.refer(session, ticket, who, partner, reason, utc_now(), agreed=data.get("agreed") == "ja")

        return act(request, ticket_id, Action.REFER, send, data)

    @post("/teruggeven", sync_to_thread=True)
    def give_back(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        reason = data.get("reason", "")
        return act(
            request,
            ticket_id,
            Action.RETURN,
            lambda s, t, who: referrals.give_back(s, t, who, reason, utc_now()),
            data,
        )

    @post("/nagekeken", sync_to_thread=True)
    def checked(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        helped = data.get("helped") == "ja"
        return act(request, ticket_id, Action.CHECK, lambda s, t, who: referrals.checked(s, t, who, helped, utc_now()))

    @post("/team", sync_to_thread=True)
    def reroute(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        def send(session: Session, ticket: Ticket, who: Account) -> None:
            if data.get("team", "") not in rules.load().teams:
                raise Refused("Kies een team.", code="no_team", field="team")
            queue.reroute(session, ticket, data["team"], who, utc_now())

        return act(request, ticket_id, Action.REROUTE, send)

    @post("/samenvoegen", sync_to_thread=True)
    def merge(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        def join(session: Session, ticket: Ticket, who: Account) -> None:
            other = _other(session, who, data)
            merging.merge(session, ticket.id, other.id, who, utc_now(), seen=_seen(data))

        return act(request, ticket_id, Action.MERGE, join, data)

    @post("/koppelen", sync_to_thread=True)
    def link(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        def join(session: Session, ticket: Ticket, who: Account) -> None:
            merging.link(session, ticket, _other(session, who, data), who, utc_now())

        return act(request, ticket_id, Action.LINK, join, data)

    @post("/splitsen", sync_to_thread=True)
    def split(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        question = data.get("question", "")
        return act(
            request, ticket_id, Action.SPLIT, lambda s, t, who: merging.split(s, t, who, question, utc_now()), data
        )

    @post("/sluiten", sync_to_thread=True)
    def close(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        intent = data.get("intent", "")
        known = intent if intent in catalogue.load().intents else None
        answerable = {"ja": True, "nee": False}.get(data.get("answerable", ""))
        return act(
            request,
            ticket_id,
            Action.CLOSE,
            lambda s, t, who: queue.close(s, t, who, utc_now(), known, answerable, seen=_seen(data)),
        )

    @post("/heropenen", sync_to_thread=True)
    def undo_close(self, request: Request, ticket_id: FromPath[int]) -> Response[Any]:
        return act(request, ticket_id, Action.UNDO_CLOSE, lambda s, t, who: queue.undo_close(s, t, who, utc_now()))

    @post("/assistent", sync_to_thread=True)
    def hand_back(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        """Hand a live conversation back to the assistant."""
        return act(
            request,
            ticket_id,
            Action.HAND_BACK,
            lambda s, t, who: live_chat.hand_back(s, t, who, utc_now(), seen=_seen(data)),
        )

    @post("/aanbieden", sync_to_thread=True)
    def transfer(self, request: Request, ticket_id: FromPath[int], data: Form) -> Response[Any]:
        """Ask a colleague to take over a live conversation."""
        colleague = row_id(data.get("colleague", ""))
        return act(
            request,
            ticket_id,
            Action.TRANSFER,
            lambda s, t, who: transfers.offer(s, t, who, colleague, utc_now()),
            data,
        )

    @post("/aannemen", sync_to_thread=True)
    def accept(self, request: Request, ticket_id: FromPath[int]) -> Response[Any]:
        def take(session: Session, ticket: Ticket, who: Account) -> None:
            if not transfers.accept(session, ticket.id, who, utc_now()):
                raise Refused("Dit gesprek wordt u niet meer aangeboden. Kijk wie het nu heeft.", code="taken")

        return act(request, ticket_id, Action.ACCEPT, take, status=409)

    @post("/afslaan", sync_to_thread=True)
    def decline(self, request: Request, ticket_id: FromPath[int]) -> Response[Any]:
        """Say no to a conversation that was offered, or take one's own offer back."""
        return act(request, ticket_id, Action.DECLINE, lambda s, t, who: transfers.decline(s, t, who, utc_now()))

    @post("/open", sync_to_thread=True)
    def still_open(self, request: Request, ticket_id: FromPath[int]) -> dict[str, Any]:
        """A sign of life of an open page: renews the lease and tells who else looks. {"mine", "others"}."""
        now, who = utc_now(), staff.account(request)
        with transaction() as session:
            ticket_page.find(session, who, ticket_id)
            presence.seen(session, ticket_id, who.id, now)
            mine = claims.renew(session, ticket_id, who, now)
            return {"mine": mine, "others": presence.others(session, ticket_id, who, now)}


def act(
    request: Request,
    ticket_id: int,
    action: Action,
    do: Do,
    typed: dict[str, str] | None = None,
    *,
    status: int = 422,
) -> Response[Any]:
    """Do something to a ticket and audit it, in one transaction.

    What may not be done shows the page again with the reason and with what was typed: 409 when somebody was faster.
    """
    who = staff.account(request)
    try:
        with once(request, "/balie") as work:
            session = work.session
            ticket = _find_for(session, who, action, ticket_id)
            do(session, ticket, who)
            audit(session, who, Audited(f"ticket.{action}"), f"ticket:{ticket_id}", utc_now())
            session.flush()
            session.refresh(ticket)
            # Whoever gave the ticket away may no longer see it.
            if access.may(who, Action.READ, ticket):
                work.led_to = f"/balie/vragen/{ticket_id}"
    except Refused as error:
        late = isinstance(error, Collision)
        said = f"{error} {KEPT}" if late and action is Action.REPLY else str(error)
        return ticket_page.page(request, ticket_id, errors={action: said}, typed=typed, status=409 if late else status)
    return Redirect(work.led_to, status_code=303)


def _find_for(session: Session, who: Account, action: Action, ticket_id: int) -> Ticket:
    """The ticket, if this account may do this to it. Raises NotFoundException, PermissionDeniedException."""
    ticket = ticket_page.find(session, who, ticket_id)
    if not access.may(who, action, ticket):
        raise PermissionDeniedException
    return ticket


def _seen(data: dict[str, str]) -> int | None:
    """The last message that the page showed, according to its form."""
    return row_id(data.get("seen", "")) or None


def _keep_draft(session: Session, who: Account, ticket_id: int, text: str) -> None:
    _find_for(session, who, Action.REPLY, ticket_id)
    drafts.save(session, ticket_id, who.id, text, utc_now())


def _piece(session: Session, ticket: Ticket, who: Account, what: str) -> str:
    """The text behind `faq:<intent>` or `blok:<id>`; nothing for what is no longer there."""
    kind, _, name = what.partition(":")
    if kind == "faq" and name in answers.cached():
        return suggestions.suggestion(answers.cached()[name], ticket.sector, local_day(utc_now())).text
    offered = text_modules.for_account(session, who, ticket) if kind == "blok" else []
    return next((text_modules.filled(module, ticket, who) for module in offered if str(module.id) == name), "")


def _other(session: Session, who: Account, data: dict[str, str]) -> Ticket:
    other = merging.by_reference(session, data.get("reference", ""))
    if other is None or not access.may(who, Action.READ, other):
        raise merging.CannotMerge("Deze vraag bestaat niet. Typ het hele nummer, bijvoorbeeld 5010-A2B3C4.")
    return other
