"""No statement that is asked all day reads a whole table: the plans of both databases, on tables with rows in them.

PostgreSQL is told to avoid sequential scans, so that it makes one only where no index can serve; a few thousand rows would
otherwise be read whole because they are few.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, inspect, text
from sqlalchemy.orm import Session

from loket.accounts import administration, sessions, throttle
from loket.accounts.models import StaffSession
from loket.assistant import turns
from loket.conversations import transcript
from loket.conversations.models import Message
from loket.db.base import transaction
from loket.mail import outbox, sender
from loket.migrations.tables import Base
from loket.tickets import claims, closing, escalation, live_chat, presence
from loket.tickets.models import Ticket
from loket.worker import forgetting
from tests.conftest import NOON
from tests.support.site import make_account, make_ticket

SMALL = {"alembic_version", "job_lease", "half_login", "mail_link", "text_module", "team_member", "removed_file"}
"""A row for each account or job at most, or for what is being deleted."""
PARTIAL = ("USING INDEX ix_outbox_waiting", "USING INDEX ix_outbox_failed", "USING COVERING INDEX ix_outbox_failed")


def _free_lapsed(session: Session) -> None:
    claims.free_lapsed(session, NOON)


def _waiting_mail(_session: Session) -> None:
    sender._waiting(NOON)


def _backlog(session: Session) -> None:
    outbox.backlog(session)
    outbox.given_up(session, 10)


def _live(session: Session) -> None:
    live_chat.under_way(session, NOON)


def _sessions(session: Session) -> None:
    sessions.of_account(session, 1, NOON)
    session.execute(delete(StaffSession).where(StaffSession.account_id == 1))


def _replies(session: Session) -> None:
    transcript.replies_to(session, 1)
    transcript.messages_after(session, "x", 0)


def _stranded(_session: Session) -> None:
    turns._stranded(NOON)


def _escalate(session: Session) -> None:
    escalation.escalate_due_promises(session, NOON)


def _close_answered(_session: Session) -> None:
    closing.close_answered(NOON, 14)


def _throttle(session: Session) -> None:
    throttle.check(session, ["a"], NOON, 5)


def _forget(_session: Session) -> None:
    forgetting.forget(NOON, 30)


def _next(session: Session) -> None:
    claims.next_ticket(session, make_account_row(session), NOON)


def _present(session: Session) -> None:
    presence.others(session, 1, make_account_row(session), NOON)


def _erase_message(session: Session) -> None:
    session.execute(delete(Message).where(Message.id == 1))


def _erase_ticket(session: Session) -> None:
    session.execute(delete(Ticket).where(Ticket.id == 1))


def make_account_row(session: Session) -> Any:
    return administration.listed(session)[0][0]


HOT: list[Callable[[Session], None]] = [
    _free_lapsed, _waiting_mail, _backlog, _live, _sessions, _replies, _stranded, _escalate, _close_answered, _throttle,
    _forget, _next, _present, _erase_message, _erase_ticket,
]  # fmt: skip


@pytest.fixture
def busy(database: Engine) -> Engine:
    """Some rows, so that the planner has something to choose about."""
    make_account()
    for _ in range(3):
        make_ticket(now=NOON - timedelta(hours=1))
    return database


@pytest.mark.parametrize("act", HOT, ids=lambda act: act.__name__.strip("_"))
def test_no_hot_statement_reads_a_whole_table(busy: Engine, act: Callable[[Session], None]) -> None:
    asked = statements_of(busy, act)
    assert asked
    read = {statement: scans for statement, values in asked if (scans := scans_of(busy, statement, values))}
    assert read == {}


def statements_of(engine: Engine, act: Callable[[Session], None]) -> list[tuple[str, Any]]:
    """What `act` sends to the database, with the values."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if not many and statement.split()[0] in ("SELECT", "UPDATE", "DELETE"):
            sent.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        if act.__name__ in ("_forget", "_close_answered", "_waiting_mail", "_stranded"):
            act(None)  # type: ignore[arg-type]  # they open their own
        else:
            run_and_roll_back(act)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sent


def run_and_roll_back(act: Callable[[Session], None]) -> None:
    class Undo(Exception):
        pass

    try:
        with transaction() as session:
            act(session)
            raise Undo
    except Undo:
        pass


def scans_of(engine: Engine, statement: str, values: Any) -> set[str]:
    """The tables that the plan reads whole, without those that are small by nature."""
    tables = set(Base.metadata.tables) - SMALL - {"account"}
    plan = plan_of(engine, statement, values)
    if engine.dialect.name == "postgresql":
        return {step.split(" on ")[1].split()[0] for step in plan if "Seq Scan on" in step} & tables
    # The whole of an index that holds only what is asked for (mail that waits) is not the whole table.
    whole = [step for step in plan if step.startswith("SCAN ") and not step.endswith(PARTIAL)]
    return {step.split()[1] for step in whole} & tables


def plan_of(engine: Engine, statement: str, values: Any) -> list[str]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]


def test_every_reference_can_be_followed_back_by_an_index(database: Engine) -> None:
    """Deleting a row looks for the rows that refer to it: without an index that reads their whole table, for every row.

    Accounts are switched off, never deleted, so what refers to them needs none for this.
    """
    seen = inspect(database)
    missing = set()
    for name in Base.metadata.tables:
        led = {tuple(index["column_names"]) for index in seen.get_indexes(name)}
        led |= {tuple(unique["column_names"]) for unique in seen.get_unique_constraints(name)}
        led.add(tuple(seen.get_pk_constraint(name)["constrained_columns"]))
        first = {columns[0] for columns in led if columns}
        for key in seen.get_foreign_keys(name):
            if key["referred_table"] != "account" and key["constrained_columns"][0] not in first:
                missing.add(f"{name}.{key['constrained_columns'][0]}")
    assert missing == set()


def test_what_lapsed_is_found_without_walking_all_that_was_answered(busy: Engine) -> None:
    asked = [
        (statement, values) for statement, values in statements_of(busy, _free_lapsed) if "claimed_until <" in statement
    ]
    assert len(asked) == 1
    assert any("ix_ticket_state_claimed_until" in step for step in plan_of(busy, *asked[0]))
