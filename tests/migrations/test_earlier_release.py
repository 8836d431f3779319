"""A state folder of an earlier release is brought up to date with every row and file, and that release can still work beside it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, select, text

from loket import settings
from loket.accounts import passwords, second_factor
from loket.accounts.models import Account
from loket.db import base
from loket.db.base import reading, transaction
from loket.migrations import migrate
from loket.tickets import attachments, claims, queue
from loket.tickets.models import Attachment, Ticket
from tests.conftest import NOON
from tests.tickets.test_search import found

HERE = Path(__file__).parent
STATE = HERE / "state_8afd3d1"
STATEMENTS = HERE / "statements_8afd3d1.jsonl"
Rows = dict[str, list[tuple[Any, ...]]]


def rows(columns: dict[str, str], file: Path) -> Rows:
    """Every row of every table, in the order of their contents."""
    with sqlite3.connect(file) as connection:
        return {
            name: sorted(connection.execute(f"SELECT {listed} FROM {name}").fetchall(), key=repr)
            for name, listed in columns.items()
        }


def columns_of(file: Path) -> dict[str, str]:
    with sqlite3.connect(file) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'ticket_search%' "
            "AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
        ).fetchall()
        return {
            name: ", ".join(column[1] for column in connection.execute(f"PRAGMA table_info({name})").fetchall())
            for (name,) in tables
        }


@pytest.fixture
def upgraded(own_settings: settings.Settings) -> Engine:
    """The folder of the earlier release as the state folder of this test, upgraded."""
    shutil.copytree(STATE, own_settings.var)
    migrate.upgrade(base.engine())
    return base.engine()


def test_the_earlier_release_left_a_row_in_every_table() -> None:
    before = rows(columns_of(STATE / "loket.db"), STATE / "loket.db")
    assert len(before) == 23
    assert all(before.values()), {name for name, found in before.items() if not found}


def test_every_row_is_still_there(upgraded: Engine, own_settings: settings.Settings) -> None:
    """The same, but for what opens a private link: the database keeps its hash and not the token, nor the text of sent mail."""
    columns = columns_of(STATE / "loket.db")
    columns["ticket"] = columns["ticket"].replace("token, ", "")
    columns["outbox"] = columns["outbox"].replace("body, ", "")
    upgraded.dispose()
    assert rows(columns, own_settings.var / "loket.db") == rows(columns, STATE / "loket.db")
    migrate.check(upgraded)


def test_every_private_link_still_opens_its_question(upgraded: Engine) -> None:
    tokens = rows({"ticket": "id, token"}, STATE / "loket.db")["ticket"]
    assert tokens
    with reading() as session:
        for ticket_id, token in tokens:
            ticket = queue.by_token(session, token)
            assert ticket is not None
            assert (ticket.id, ticket.token) == (ticket_id, token)
            assert token not in (ticket.token_hash, ticket.token_sealed)


def test_every_file_can_still_be_read(upgraded: Engine) -> None:
    with reading() as session:
        files = {file.name: attachments.content(file) for file in session.scalars(select(Attachment))}
    assert set(files) == {"plattegrond.png", "uitleg.txt", "folder.pdf"}
    assert files["uitleg.txt"] == b"De bijdrage is vrijwillig.\n"


def test_the_sweep_leaves_them_alone(upgraded: Engine, own_settings: settings.Settings) -> None:
    with transaction() as session:
        assert attachments.sweep(session) == 0
    assert len([path for path in (own_settings.var / "attachments").rglob("*") if path.is_file()]) == 3


def test_staff_still_get_in(upgraded: Engine) -> None:
    with reading() as session:
        noor = session.scalars(select(Account).where(Account.email == "noor@loket.test")).one()
        assert passwords.verify(noor.password_hash, "vier losse woorden hier")
        assert second_factor.secret(noor)
        assert [member.team for member in noor.memberships] == ["algemeen", "veiligheid"]


def test_the_work_goes_on(upgraded: Engine) -> None:
    assert found("ouderbijdrage"), "search was kept"
    with transaction() as session:
        sem = session.scalars(select(Account).where(Account.email == "sem@loket.test")).one()
        ticket = session.scalars(select(Ticket).where(Ticket.state == "open").order_by(Ticket.id)).first()
        assert ticket is not None
        assert claims.claim(session, ticket.id, sem, NOON)
        queue.reply(
            session, session.get_one(Ticket, ticket.id, populate_existing=True), sem, "Dat mag niet zomaar.", NOON
        )
    assert found("zomaar")


def test_mail_that_was_sent_opens_nothing_any_more(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        mails = connection.execute(text("SELECT sent_at IS NOT NULL, body = '' FROM outbox")).all()
    assert {tuple(map(bool, row)) for row in mails} == {(True, True), (False, False)}


def test_the_earlier_release_can_work_on_the_schema_of_today(database: Engine) -> None:
    on_sqlite = database.dialect.name == "sqlite"
    lines = [json.loads(line) for line in STATEMENTS.read_text(encoding="utf-8").splitlines()]
    with database.connect().execution_options(writes=True) as connection, connection.begin():
        for line in lines:
            statement = line["sql"].split(" FOR UPDATE")[0] if on_sqlite else line["sql"]
            connection.execute(text(statement), line["with"])
    with database.connect() as connection:
        counts = {
            name: connection.scalar(text(f"SELECT count(*) FROM {name}"))
            for name in inspect(database).get_table_names()
            if name in columns_of(STATE / "loket.db")
        }
    assert {name: count for name, count in counts.items() if not count} == {}
    assert counts["ticket"] == 9
