"""Each two acts at the same moment, on real transactions: what comes out is what one after the other would give.

The cells of the matrix are made from the acts (tests/races/acts.py). What a cell allows is found by doing the two acts one after
the other, in both orders, on a scene of their own. Then they are done at once: the first has done its work and has not
committed when the second begins.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import combinations_with_replacement
from typing import Any

import pytest
from sqlalchemy import Engine, select

from loket.conversations import models as chat
from loket.conversations.models import Message
from loket.db.base import reading, transaction
from loket.migrations.tables import Base
from loket.tickets import states
from loket.tickets.models import CLAIMED, CLOSED, EventKind, Ticket
from tests.races.acts import ACTS, Act, Scene, make, outcome, state_of

HEAD_START = 0.04
"""Seconds in which the second act either ends or comes to a lock."""

PAIRS = [(scene, *pair) for scene, acts in ACTS.items() for pair in combinations_with_replacement(acts, 2)]
PARTS = 12
"""The pairs of all scenes are divided among so many tests: they can be done side by side, and none takes long."""


def empty(engine: Engine) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in ("audit",):
                connection.execute(table.delete())


def alone(act: Act, scene: Scene) -> str:
    with transaction() as session:
        return outcome(act, session, scene)


def one_after_the_other(engine: Engine, name: str, acts: list[Act]) -> tuple[dict[str, str], Any]:
    empty(engine)
    scene = make(name)
    outcomes = {str(place): alone(act, scene) for place, act in enumerate(acts)}
    with reading() as session:
        return outcomes, relative(state_of(session, scene), scene)


def at_once(engine: Engine, name: str, first: Act, second: Act) -> tuple[str, str, Any, Scene]:
    empty(engine)
    scene = make(name)
    done, go = threading.Event(), threading.Event()

    def slow() -> str:
        with transaction() as session:
            result = outcome(first, session, scene)
            session.flush()
            done.set()
            go.wait(10)
        return result

    with ThreadPoolExecutor(2) as pool:
        one: Future[str] = pool.submit(slow)
        assert done.wait(10)
        two = pool.submit(alone, second, scene)
        threading.Event().wait(HEAD_START)
        go.set()
        outcomes = one.result(20), two.result(20)
    with reading() as session:
        return *outcomes, relative(state_of(session, scene), scene), scene


def relative(state: Any, scene: Scene) -> Any:
    """The same state with names for ids, so that two runs can be compared."""
    names = {number: name for name, number in (scene.people or {}).items()}
    tickets = {scene.ticket: "ticket", scene.other: "other"}
    rows, said, owners = state
    shown = [
        (row[0], names.get(row[1]), row[2], row[3], tickets.get(row[4], row[4] and "new"), *row[5:9],
         tuple((kind, names.get(who)) for kind, who in row[9]))
        for row in rows
    ]  # fmt: skip
    return (tuple(shown), tuple((sender, state, reply is not None) for sender, state, reply in said), owners)


def without_order(state: Any) -> Any:
    """Two acts that do not touch each other may leave their lines in either order."""
    rows, said, owners = state
    return (tuple((*row[:9], tuple(sorted(map(str, row[9])))) for row in rows), tuple(sorted(map(str, said))), owners)


@pytest.mark.parametrize("part", range(PARTS))
def test_two_acts_at_once_are_as_two_acts_in_turn(database: Engine, part: int) -> None:
    wrong = []
    for name, one, other in PAIRS[part::PARTS]:
        in_turn = {order: one_after_the_other(database, name, list(order)) for order in {(one, other), (other, one)}}
        for first, second in in_turn:
            wrong += [f"{name}: {line}" for line in wrong_at_once(database, name, first, second, in_turn)]
    assert wrong == [], "\n".join(wrong)


def wrong_at_once(
    engine: Engine, name: str, first: Act, second: Act, in_turn: dict[tuple[Act, Act], tuple[dict[str, str], Any]]
) -> list[str]:
    """What two acts at once did that neither order of them does, and what may never be."""
    forth, forth_state = in_turn[first, second]
    back, back_state = in_turn[second, first]
    allowed = [
        (forth["0"], forth["1"], without_order(forth_state)),
        (back["1"], back["0"], without_order(back_state)),
    ]
    if second.may_skip:
        only, only_state = one_after_the_other(engine, name, [first])
        allowed.append((only["0"], "no", without_order(only_state)))
    found = at_once(engine, name, first, second)
    wrong = [f"{first.name} x {second.name}: {broken}" for broken in broken_rules(found[3])]
    if (found[0], found[1], without_order(found[2])) not in allowed:
        wrong.append(f"{first.name} x {second.name}: {found[:3]}\n   allowed: {allowed}")
    return wrong


def broken_rules(scene: Scene) -> list[str]:
    """What may never be so, whatever happened."""
    with reading() as session:
        return [rule for ticket in session.scalars(select(Ticket)) for rule in broken_rules_of(session, ticket)]


def broken_rules_of(session: Any, ticket: Ticket) -> list[str]:
    found = []
    holder = None
    for event in ticket.events:
        if event.kind in HOLDER_CHANGES:
            holder = event.account_id
        elif event.kind in HOLDER_GONE:
            holder = None
        if event.kind in (EventKind.REPLIED, EventKind.ASKED_PARENT) and event.account_id != holder:
            found.append(f"{event.account_id} replied while {holder} had the ticket")
    if ticket.state == CLOSED and ticket.merged_into is None and _unread_by_closer(session, ticket):
        found.append("closed over a message of the parent that nobody had seen")
    if (ticket.state == CLAIMED) != (ticket.conversation.owner == chat.ADVISER) and ticket.state == CLAIMED:
        found.append(f"claimed, but {ticket.conversation.owner} has the conversation")
    if ticket.state == CLAIMED and ticket.claimed_by is None:
        found.append("claimed by nobody")
    if ticket.state == CLOSED and ticket.claimed_by is not None:
        found.append("closed and still held")
    assert ticket.state in states.ALLOWED
    return found


HOLDER_CHANGES = {
    EventKind.CLAIMED, EventKind.ACCEPTED, EventKind.TAKEN_OVER, EventKind.TRANSFERRED, EventKind.STEPPED_IN,
}  # fmt: skip
HOLDER_GONE = {EventKind.RELEASED, EventKind.LAPSED, EventKind.REFERRED, EventKind.RETURNED, EventKind.HANDED_BACK}


def _unread_by_closer(session: Any, ticket: Ticket) -> bool:
    kinds = [event.kind for event in ticket.events]
    closed = len(kinds) - 1 - kinds[::-1].index(EventKind.CLOSED) if EventKind.CLOSED in kinds else 0
    wrote = EventKind.PARENT_WROTE in kinds[closed:]
    said = session.scalars(select(Message.id).where(Message.conversation_id == ticket.conversation_id)).all()
    return wrote and bool(said)
