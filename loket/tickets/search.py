"""Full-text search over tickets: what parents asked and wrote, what advisers answered, and the ticket's number.

One row of text a ticket, kept by triggers in the database (`create`), so that whoever writes, changes or erases a text need
not think of it: SQLite has FTS5, PostgreSQL a tsvector for Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, String, bindparam, column, func, literal_column, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.orm import Session

from loket.tickets.models import Ticket

TABLE = "ticket_search"
MOST_WORDS = 8
NEWEST = 3_000
"""How many of the newest tickets PostgreSQL looks through before it asks the index."""
_WORD = re.compile(r"[^\W_]+")
_SPOKEN = "sender IN ('parent', 'adviser')"


def newest_first(session: Session, typed: str, more: ColumnElement[bool], limit: int) -> list[int]:
    """The ids of the newest tickets that hold every typed word and fit the condition; none when nothing was typed."""
    words = _words(typed)
    if not words:
        return []
    if session.get_bind().dialect.name == "sqlite":
        return _newest_sqlite(session, words, more, limit)
    return _newest_postgresql(session, words, more, limit)


def _newest_sqlite(session: Session, words: list[str], more: ColumnElement[bool], limit: int) -> list[int]:
    # Walk the matches from the newest, so that a word that stands everywhere costs no more than a rare one.
    typed = " ".join(f'"{word}"{"*" * _begins(word)}' for word in words)
    table = sql_table(TABLE, column("rowid"))
    match = literal_column(TABLE).op("MATCH")(bindparam(None, typed, String))
    hits = select(table.c.rowid).where(match).subquery("hits")
    query = select(Ticket.id).where(more).join(hits, hits.c.rowid == Ticket.id)
    return list(session.scalars(query.order_by(hits.c.rowid.desc()).limit(limit)))


def _newest_postgresql(session: Session, words: list[str], more: ColumnElement[bool], limit: int) -> list[int]:
    """First among the newest tickets, where a common word fills the page at once; then, for a rare one, by the index.

    Left to itself the planner cannot tell the two apart, because it does not know how many words begin as typed.
    """
    table = sql_table(TABLE, column("ticket_id"), column("body"))
    typed = func.to_tsquery(literal_column("'dutch'"), " & ".join(f"{word}{':*' * _begins(word)}" for word in words))
    newest = select(table.c.ticket_id, table.c.body).order_by(table.c.ticket_id.desc()).limit(NEWEST).subquery("newest")
    query = select(Ticket.id).where(more).order_by(Ticket.id.desc()).limit(limit)
    recent = query.join(newest, newest.c.ticket_id == Ticket.id).where(newest.c.body.op("@@")(typed))
    found = list(session.scalars(recent))
    if len(found) == limit:
        return found
    hits = select(table.c.ticket_id).where(table.c.body.op("@@")(typed)).cte("hits").prefix_with("MATERIALIZED")
    return list(session.scalars(query.join(hits, hits.c.ticket_id == Ticket.id)))


def _words(typed: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(typed)][:MOST_WORDS]


def _begins(word: str) -> bool:
    """Whether longer words that begin so count too. One or two letters begin too many to be of use."""
    return len(word) > 2


def create(connection: Connection) -> None:
    """Make the search table and the triggers that keep it; called by the migration."""
    for statement in _sqlite() if connection.dialect.name == "sqlite" else _postgresql():
        connection.execute(text(statement.replace(":", r"\:")))


def drop(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for name in (
            "ticket_added",
            "ticket_changed",
            "ticket_gone",
            "message_added",
            "message_changed",
            "message_gone",
        ):
            connection.execute(text(f"DROP TRIGGER IF EXISTS search_{name}"))
        connection.execute(text(f"DROP TABLE {TABLE}"))
        return
    connection.execute(text("DROP FUNCTION search_message CASCADE"))
    connection.execute(text("DROP FUNCTION search_ticket CASCADE"))
    connection.execute(text("DROP FUNCTION search_text CASCADE"))
    connection.execute(text(f"DROP TABLE {TABLE}"))


def _sqlite() -> Iterator[str]:
    def document(ticket: str) -> str:
        spoken = f"SELECT group_concat(text, ' ') FROM message WHERE conversation_id = {ticket}.conversation_id AND {_SPOKEN}"
        return f"{ticket}.reference || ' ' || {ticket}.question || ' ' || coalesce(({spoken}), '')"

    yield f"CREATE VIRTUAL TABLE {TABLE} USING fts5(body, tokenize = \"unicode61 remove_diacritics 2\", prefix = '3 5')"
    yield (
        "CREATE TRIGGER search_ticket_added AFTER INSERT ON ticket BEGIN "
        f"INSERT INTO {TABLE} (rowid, body) VALUES (new.id, {document('new')}); END"
    )
    yield (
        "CREATE TRIGGER search_ticket_changed AFTER UPDATE OF question, reference, conversation_id ON ticket BEGIN "
        f"UPDATE {TABLE} SET body = {document('new')} WHERE rowid = new.id; END"
    )
    yield (
        f"CREATE TRIGGER search_ticket_gone AFTER DELETE ON ticket BEGIN DELETE FROM {TABLE} WHERE rowid = old.id; END"
    )
    yield (
        f"CREATE TRIGGER search_message_added AFTER INSERT ON message WHEN new.{_SPOKEN} BEGIN "
        f"UPDATE {TABLE} SET body = body || ' ' || new.text "
        "WHERE rowid = (SELECT id FROM ticket WHERE conversation_id = new.conversation_id); END"
    )
    for event in ("UPDATE OF text", "DELETE"):
        name = "changed" if event.startswith("UPDATE") else "gone"
        yield (
            f"CREATE TRIGGER search_message_{name} AFTER {event} ON message BEGIN "
            f"UPDATE {TABLE} SET body = (SELECT {document('ticket')} FROM ticket WHERE conversation_id = old.conversation_id) "
            "WHERE rowid = (SELECT id FROM ticket WHERE conversation_id = old.conversation_id); END"
        )


def _postgresql() -> Iterator[str]:
    yield (
        f"CREATE TABLE {TABLE} (ticket_id integer PRIMARY KEY REFERENCES ticket (id) ON DELETE CASCADE, "
        "body tsvector NOT NULL)"
    )
    yield f"CREATE INDEX ix_{TABLE}_body ON {TABLE} USING gin (body) WITH (fastupdate = off)"
    yield (
        "CREATE FUNCTION search_text(wanted varchar) RETURNS void LANGUAGE sql AS $$ "
        f"INSERT INTO {TABLE} (ticket_id, body) "
        "SELECT t.id, to_tsvector('dutch', concat_ws(' ', replace(t.reference, '-', ' '), t.question, (SELECT string_agg(m.text, ' ') "
        f"FROM message m WHERE m.conversation_id = t.conversation_id AND m.{_SPOKEN}))) "
        "FROM ticket t WHERE t.conversation_id = wanted "
        "ON CONFLICT (ticket_id) DO UPDATE SET body = excluded.body $$"
    )
    yield (
        "CREATE FUNCTION search_ticket() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM search_text(new.conversation_id); RETURN NULL; END $$"
    )
    yield (
        "CREATE FUNCTION search_message() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM search_text(CASE WHEN TG_OP = 'DELETE' THEN old.conversation_id ELSE new.conversation_id END); "
        "RETURN NULL; END $$"
    )
    yield (
        "CREATE TRIGGER search_ticket AFTER INSERT OR UPDATE OF question, reference, conversation_id ON ticket "
        "FOR EACH ROW EXECUTE FUNCTION search_ticket()"
    )
    yield (
        "CREATE TRIGGER search_message AFTER INSERT OR DELETE OR UPDATE OF text ON message "
        "FOR EACH ROW EXECUTE FUNCTION search_message()"
    )
