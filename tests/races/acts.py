"""Everything that can be done to a ticket, as acts that can be put against each other. Each act works on ids alone and reads
what it needs itself, as a page does: nothing it knows was read under a lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loket.accounts.models import Account, StaffSession
from loket.assistant import dialogue, feedback, turns
from loket.assistant.dialogue import Understood
from loket.conversations import models as chat
from loket.conversations import registry, transcript
from loket.conversations.contact import Contact
from loket.conversations.models import Conversation, Message
from loket.db.base import reading, transaction
from loket.exceptions import Refused
from loket.routing import rules
from loket.tickets import claims, escalation, live_chat, merging, notes, queue, referrals, transfers
from loket.tickets.models import Ticket
from tests.conftest import NOON
from tests.support.site import make_account, make_ticket

LATER = NOON + timedelta(minutes=1)
LAPSED = NOON + timedelta(minutes=11)


@dataclass
class Scene:
    """Who and what there is: ids only, made anew for every run."""

    ticket: int = 0
    other: int = 0
    conversation: str = ""
    message: int = 0
    seen: int = 0
    people: dict[str, int] | None = None

    def who(self, session: Session, name: str) -> Account:
        return session.get_one(Account, (self.people or {})[name])


Do = Callable[[Session, Scene], Any]


@dataclass(frozen=True)
class Act:
    name: str
    do: Do
    may_skip: bool = False
    """What is locked is passed over: beside another act it may do nothing at all."""


def outcome(act: Act, session: Session, scene: Scene) -> str:
    """ "ok", "no" for an act that says it came too late, or the code of its refusal."""
    try:
        done = act.do(session, scene)
    except Refused as error:
        session.rollback()
        return error.code
    return "no" if done is False else "ok"


def ticket_of(session: Session, scene: Scene) -> Ticket:
    return session.get_one(Ticket, scene.ticket)


def on_ticket(do: Callable[[Session, Ticket, Account], Any], who: str = "aisha") -> Do:
    return lambda session, scene: do(session, ticket_of(session, scene), scene.who(session, who))


def parent_writes(session: Session, scene: Scene) -> None:
    """As the follow-up page does it."""
    queue.parent_adds(session, ticket_of(session, scene), "Er is nog iets", None, LATER)


def _same_form(session: Session, scene: Scene) -> None:
    """A form of the follow-up page, which beside itself is one that was sent twice."""
    queue.parent_adds(session, ticket_of(session, scene), "Er is nog iets", "form", LATER)


def _link(session: Session, scene: Scene) -> None:
    other = session.get_one(Ticket, scene.other)
    merging.link(session, ticket_of(session, scene), other, scene.who(session, "aisha"), LATER)


def on_other(do: Callable[[Session, Ticket, Account], Any], who: str = "bram") -> Do:
    return lambda session, scene: do(session, session.get_one(Ticket, scene.other), scene.who(session, who))


def _contact(session: Session, scene: Scene) -> None:
    """As the chat page does it: the parent leaves an address at a question that is with us already."""
    conversation = ticket_of(session, scene).conversation
    queue.hand_off(session, conversation, "", LATER, contact=Contact("ouder@voorbeeld.nl"))


def _close(session: Session, scene: Scene) -> None:
    ticket = ticket_of(session, scene)
    queue.close(session, ticket, scene.who(session, "aisha"), LATER, "pesten_aanpak", True, seen=scene.seen)


def _hand_back(session: Session, scene: Scene) -> None:
    aisha = scene.who(session, "aisha")
    live_chat.hand_back(session, ticket_of(session, scene), aisha, LATER, seen=scene.seen)


def _take_over(session: Session, scene: Scene) -> bool:
    holder = (scene.people or {})["aisha"]
    return claims.take_over(session, scene.ticket, holder, scene.who(session, "bram"), LATER)


def _claim(name: str) -> Do:
    return lambda session, scene: claims.claim(session, scene.ticket, scene.who(session, name), LATER)


def _offer(session: Session, scene: Scene) -> None:
    transfers.offer(
        session, ticket_of(session, scene), scene.who(session, "aisha"), (scene.people or {})["bram"], LATER
    )


def _next(session: Session, scene: Scene) -> bool:
    return claims.next_ticket(session, scene.who(session, "bram"), LATER) is not None


def _answer(session: Session, scene: Scene) -> None:
    understood = Understood("pesten_aanpak", decision={"kind": "answer", "intents": ["pesten_aanpak"]})
    turn = dialogue.begin(session, scene.message, understood, LATER)
    if turn is not None:
        dialogue.answer(turn)


def _no_answer(session: Session, scene: Scene) -> None:
    turns.give_up(session, scene.message, LATER)


def _message(client_id: str) -> Do:
    return lambda session, scene: turns.store(session, scene.conversation, client_id, "Mag dit?", "", LATER) is not None


def _says_no(session: Session, scene: Scene) -> None:
    """The parent says that what the assistant said first did not help."""
    said = select(Message.id).where(Message.conversation_id == scene.conversation, Message.sender == chat.ASSISTANT)
    feedback.give(session, scene.conversation, session.scalars(said.order_by(Message.id)).first() or 0, False, LATER)


def _form(session: Session, scene: Scene) -> None:
    conversation = session.get_one(Conversation, scene.conversation)
    turns.hand_off(session, conversation, "Mag dit?", LATER, Contact("ouder@voorbeeld.nl"))


def _step_in(name: str) -> Do:
    return lambda session, scene: (
        live_chat.step_in(session, scene.conversation, scene.who(session, name), LATER) is not None
    )


LAPSE = Act("lapse", lambda session, _: claims.free_lapsed(session, LAPSED) > 0, may_skip=True)
WRITE = Act("parent writes", parent_writes)
REROUTE = Act(
    "reroute", on_ticket(lambda s, t, who: queue.reroute(s, t, sorted(rules.load().teams)[-1], who, LATER), "bram")
)
CONTACT = Act("contact", _contact)
REPLY = Act("reply", on_ticket(lambda s, t, who: queue.reply(s, t, who, "Zo zit het.", LATER)))
CLOSE = Act("close", _close)
MERGE = Act(
    "merge", lambda session, scene: merging.merge(
        session, scene.ticket, scene.other, scene.who(session, "aisha"), LATER, seen=scene.seen
    ).id
)  # fmt: skip
SAME_FORM = Act("same form", _same_form)
LINK = Act("link", _link)
NOTE = Act("note", on_ticket(lambda s, t, who: notes.add(s, t, who, "Let op", LATER), "bram"))

ACTS: dict[str, list[Act]] = {
    "open": [
        Act("claim by Aisha", _claim("aisha")),
        Act("claim by Bram", _claim("bram")),
        Act("next", _next, may_skip=True),
        WRITE, REROUTE, CONTACT, NOTE,
        Act("escalate", lambda session, _: len(escalation.escalate_due_promises(session, NOON + timedelta(days=9)))),
    ],
    "held": [
        REPLY, CLOSE, WRITE, LAPSE, REROUTE, CONTACT, MERGE, NOTE, LINK,
        Act("ask", on_ticket(lambda s, t, who: queue.reply(s, t, who, "Welke groep?", LATER, asks=True))),
        Act("release", on_ticket(lambda s, t, who: claims.release(s, t, who, LATER))),
        Act("take over", _take_over),
        Act("claim by Bram", _claim("bram")),
        Act("refer", on_ticket(lambda s, t, who: referrals.refer(s, t, who, "balans", "Past bij u", LATER, agreed=True))),
        Act("hand back", _hand_back),
        Act("offer to Bram", _offer),
        Act("accept by Carla", lambda s, scene: transfers.accept(s, scene.ticket, scene.who(s, "carla"), LATER)),
        Act("decline by Carla", on_ticket(lambda s, t, who: transfers.decline(s, t, who, LATER), "carla")),
        Act("split", on_ticket(lambda s, t, who: merging.split(s, t, who, "En de gym?", LATER).id)),
        Act("merge other way", lambda s, scene: merging.merge(s, scene.other, scene.ticket, scene.who(s, "bram"), LATER).id),
    ],
    "answered": [REPLY, CLOSE, WRITE, LAPSE, MERGE, SAME_FORM, Act("claim by Bram", _claim("bram")), Act("take over", _take_over)],
    "referred": [
        WRITE, REROUTE, CONTACT,
        Act("claim by partner", _claim("petra")),
        Act("claim by lead", _claim("lena")),
        Act("claim by Bram", _claim("bram")),
        Act("next by partner", lambda s, scene: claims.next_ticket(s, scene.who(s, "petra"), LATER) is not None, may_skip=True),
        Act("give back", on_ticket(lambda s, t, who: referrals.give_back(s, t, who, "Niet voor ons", LATER), "petra")),
        Act("checked: helped", on_ticket(lambda s, t, who: referrals.checked(s, t, who, True, LATER))),
        Act("checked: not helped", on_ticket(lambda s, t, who: referrals.checked(s, t, who, False, LATER))),
    ],
    "closed": [
        WRITE,
        Act("undo by Aisha", on_ticket(lambda s, t, who: queue.undo_close(s, t, who, LATER))),
        Act("undo by Bram", on_ticket(lambda s, t, who: queue.undo_close(s, t, who, LATER), "bram")),
        Act("claim by Bram", _claim("bram")),
        Act("next", _next, may_skip=True),
    ],
    "with the assistant": [
        Act("answer", _answer), Act("no answer", _no_answer), Act("form", _form),
        Act("same message", _message("1")), Act("next message", _message("2")), Act("says no", _says_no),
        Act("step in by Aisha", _step_in("aisha")), Act("step in by Bram", _step_in("bram")),
    ],
    # `ticket` was merged into `other`, which Bram holds.
    "merged": [
        WRITE, LINK, Act("undo", on_ticket(lambda s, t, who: queue.undo_close(s, t, who, LATER))),
        Act("write in the target", on_other(lambda s, t, _: queue.parent_adds(s, t, "En nog iets", None, LATER).id)),
        Act("reply to both", on_other(lambda s, t, who: queue.reply(s, t, who, "Zo zit het.", LATER))),
        Act("close the target", lambda s, scene: queue.close(
            s, s.get_one(Ticket, scene.other), scene.who(s, "bram"), LATER, seen=scene.seen
        )),
    ],
}  # fmt: skip

TOGETHER: dict[str, list[tuple[str, str]]] = {
    "merged": [
        ("parent writes", "parent writes"), ("parent writes", "link"), ("parent writes", "undo"),
        ("parent writes", "write in the target"), ("parent writes", "reply to both"), ("parent writes", "close the target"),
        ("link", "reply to both"), ("undo", "reply to both"), ("write in the target", "reply to both"),
    ],
    "held": [
        ("merge", "merge other way"), ("merge", "link"), ("merge other way", "link"), ("merge", "parent writes"),
        ("merge", "reply"), ("merge other way", "reply"), ("link", "link"), ("split", "merge other way"),
        ("hand back", "parent writes"), ("close", "parent writes"),
    ],
    "answered": [("same form", "same form"), ("same form", "close"), ("merge", "parent writes")],
    "with the assistant": [
        ("same message", "same message"), ("same message", "answer"), ("same message", "no answer"),
        ("next message", "next message"), ("next message", "answer"), ("answer", "no answer"), ("answer", "form"),
        ("answer", "step in by Aisha"), ("no answer", "step in by Aisha"), ("form", "form"), ("says no", "says no"),
        ("says no", "answer"), ("says no", "step in by Aisha"),
    ],
}  # fmt: skip
"""The acts that are begun at the same moment as well: those that lock more than one row, and what is sent twice."""


def make(name: str) -> Scene:
    """The people, and a ticket or a conversation in the state of this scene."""
    scene = Scene(people={})
    for first, role in (
        ("aisha", "adviser"),
        ("bram", "adviser"),
        ("carla", "adviser"),
        ("lena", "lead"),
        ("petra", "partner"),
    ):
        account = make_account(first.capitalize(), role=role, partner="balans" if role == "partner" else None)
        assert scene.people is not None
        scene.people[first] = account.id
        with transaction() as session:
            session.add(
                StaffSession(token_hash=f"{account.id:064d}", account_id=account.id, created_at=NOON, seen_at=NOON)
            )
    if name == "with the assistant":
        with transaction() as session:
            conversation, _ = registry.start(session, NOON)
            scene.conversation = conversation.id
            scene.message = transcript.receive(session, conversation, "Mag dit?", "1", NOON, choice=None).id
        return scene
    scene.ticket = make_ticket("Mijn kind wordt gepest", NOON).id
    if name != "open":
        scene.other = make_ticket("Mijn kind wordt nog steeds gepest", NOON).id
        if name == "merged":
            _duplicate_last(scene)
        _bring(scene, name)
    return scene


def _duplicate_last(scene: Scene) -> None:
    """Let the duplicate be the one whose conversation is locked last: what begins with the duplicate must know of both."""
    with reading() as session:
        mine, other = (session.get_one(Ticket, one).conversation_id for one in (scene.ticket, scene.other))
    if mine < other:
        scene.ticket, scene.other = scene.other, scene.ticket


def _bring(scene: Scene, name: str) -> None:
    with transaction() as session:
        aisha, ticket = scene.who(session, "aisha"), ticket_of(session, scene)
        assert claims.claim(session, scene.ticket, aisha, NOON)
        if name in ("held", "merged"):
            # As if renewed just before the lapse, so that the lapse is about one ticket only.
            assert claims.claim(session, scene.other, scene.who(session, "bram"), LAPSED)
            transfers.offer(session, ticket, aisha, (scene.people or {})["carla"], NOON)
            if name == "merged":
                merging.merge(session, scene.ticket, scene.other, aisha, NOON)
        elif name == "answered":
            queue.reply(session, ticket, aisha, "Zo zit het.", NOON)
        elif name == "referred":
            referrals.refer(session, ticket, aisha, "balans", "Past bij u", NOON, agreed=True)
            # It is time to ask whether the partner helped.
            ticket.check_at = NOON
        elif name == "closed":
            queue.close(session, ticket, aisha, NOON)
    with transaction() as session:
        scene.seen = session.scalar(select(func.max(Message.id))) or 0


def state_of(session: Session, scene: Scene) -> tuple[Any, ...]:
    """All that a reader could tell apart afterwards, without ids that depend on who came first."""
    found = []
    roles = {scene.ticket: 0, scene.other: 1}
    for ticket in sorted(session.scalars(select(Ticket)), key=lambda one: (roles.get(one.id, 2), one.id)):
        kinds = [(event.kind, event.account_id) for event in ticket.events]
        found.append((
            ticket.state, ticket.claimed_by, ticket.partner, ticket.team, ticket.merged_into, ticket.final_intent,
            ticket.email, ticket.escalated, ticket.conversation.owner, tuple(kinds),
        ))  # fmt: skip
    said = session.execute(select(Message.sender, Message.state, Message.reply_to).order_by(Message.id)).all()
    owners = session.scalars(select(Conversation.owner).order_by(Conversation.created_at, Conversation.id)).all()
    return (tuple(found), tuple(tuple(row) for row in said), tuple(sorted(owners)))


OURS_TO_SPEAK = (chat.ASSISTANT, chat.ADVISER, chat.QUEUE)
