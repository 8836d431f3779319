"""Two acts that begin at the same moment, so that they meet halfway: with the locks of each half taken.

In the matrix (test_matrix.py) the first act has all its locks when the second begins; two that take theirs in opposite orders
never get to wait for each other there. Here each rests a moment after every lock, which makes them meet. What they may lead to is
what one after the other leads to: no deadlock, nothing twice.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Engine, event

from loket.db.base import reading
from tests.races.acts import ACTS, TOGETHER, Act, make, state_of
from tests.races.test_matrix import alone, broken_rules, empty, one_after_the_other, relative, without_order
from tests.support.threads import at_once

REST = 0.003
"""Seconds after each statement that locks something."""
LEADS = (0.0, 0.004)
"""How much earlier the first begins, once each. On SQLite, where one writes at a time, the first of these is enough."""

WITHOUT_A_CONVERSATION = {"note", "escalate", "decline by Carla"}
"""Acts that decide nothing about who has a ticket, and lock no conversation."""


@contextmanager
def resting(engine: Engine) -> Iterator[None]:
    """Let every statement that locks a row be followed by a rest, where there are locks on rows."""

    def rest(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FOR UPDATE" in statement or statement.startswith("UPDATE"):
            time.sleep(REST)

    if engine.dialect.name != "postgresql":
        yield
        return
    event.listen(Engine, "after_cursor_execute", rest)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", rest)


def together(engine: Engine, name: str, first: Act, second: Act, lead: float) -> tuple[Any, Any, Any, list[str]]:
    empty(engine)
    scene = make(name)

    def begin(act: Act, wait: float) -> str:
        time.sleep(max(wait, 0.0))
        return alone(act, scene)

    with resting(engine):
        outcomes = at_once([lambda: begin(first, -lead), lambda: begin(second, lead)])
    with reading() as session:
        return *outcomes, without_order(relative(state_of(session, scene), scene)), broken_rules(scene)


class Order:
    """Watches one transaction and notes each conversation that is locked later than the order allows."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.own: set[str] = set()
        self.later = False
        """Whether a message or a ticket is locked already."""
        self.wrong: list[str] = []

    def see(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        values = parameters.values() if isinstance(parameters, dict) else ()
        ids = [value for value in values if isinstance(value, str) and re.fullmatch("[0-9a-f]{32}", value)]
        if statement.startswith("INSERT INTO conversation"):
            # Nobody else knows of it, so nobody waits for it.
            self.own.update(ids)
        elif re.search(r"FROM conversation\s.*FOR UPDATE$", statement, re.DOTALL):
            (new,) = ids
            if new not in self.held and new not in self.own:
                if self.later or new < max(self.held, default=""):
                    self.wrong.append(statement)
                self.held.append(new)
        elif re.search(r"^UPDATE (message|ticket)\s|FROM ticket\s.*FOR UPDATE OF ticket$", statement, re.DOTALL):
            self.later = True


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", ACTS)
def test_every_act_locks_conversations_by_id_and_before_anything_else(database: Engine, name: str) -> None:
    """What no pair of acts shows today, because nothing takes the same two locks, shows when something comes to do so."""
    for act in ACTS[name]:
        empty(database)
        scene, order = make(name), Order()
        event.listen(database, "after_cursor_execute", order.see)
        try:
            alone(act, scene)
        finally:
            event.remove(database, "after_cursor_execute", order.see)
        assert order.held or act.may_skip or act.name in WITHOUT_A_CONVERSATION, act.name
        assert order.wrong == [], act.name


@pytest.mark.parametrize("name", TOGETHER)
def test_two_acts_that_begin_at_the_same_moment_are_as_two_acts_in_turn(database: Engine, name: str) -> None:
    acts = {act.name: act for act in ACTS[name]}
    wrong = []

    @cache
    def in_turn(*acts: Act) -> tuple[dict[str, str], Any]:
        outcomes, state = one_after_the_other(database, name, list(acts))
        return outcomes, without_order(state)

    for first, second in ((acts[one], acts[other]) for one, other in TOGETHER[name]):
        forth, forth_state = in_turn(first, second)
        back, back_state = in_turn(second, first)
        allowed = [(forth["0"], forth["1"], forth_state), (back["1"], back["0"], back_state)]
        for lead in LEADS if database.dialect.name == "postgresql" else LEADS[:1]:
            *found, broken = together(database, name, first, second, lead)
            if tuple(found) not in allowed:
                wrong.append(f"{first.name} + {second.name}: {found}\n   allowed: {allowed}")
            wrong += [f"{first.name} + {second.name}: {rule}" for rule in broken]
    assert wrong == [], "\n".join(wrong)
