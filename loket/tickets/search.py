"""Full-text search over tickets: what parents asked and wrote, what advisers answered, and the ticket's number.

One row of text a ticket, kept by triggers in the database (`create`), so that whoever writes, changes or erases a text need
not think of it: SQLite has FTS5, PostgreSQL a tsvector for Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, column, func, literal_column, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.orm import Session

from loket.tickets.models import Ticket

TABLE = "ticket_search"
MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+")
_SPOKEN = "sender IN ('parent', 'adviser')"


def matching(session: Session, typed: str) -> Select[tuple[int]] | None:
    """The ids of the tickets that hold every typed word, as a query to put in a condition; None when nothing was typed."""
    words = _words(typed)
    if not words:
        return None
    if session.get_bind().dialect.name == "sqlite":
        found = sql_table(TABLE, column("rowid"))
        query = " ".join(f'"{word}"{"*" * _begins(word)}' for word in words)
        return select(found.c.rowid).where(_match(query))
    found = sql_table(TABLE, column("ticket_id"), column("body"))
    query = " & ".join(f"{word}{':*' * _begins(word)}" for word in words)
    return select(found.c.ticket_id).where(found.c.body.op("@@")(func.to_tsquery(literal_column("'dutch'"), query)))


def newest_first(session: Session, typed: str, more: ColumnElement[bool], limit: int) -> list[int]:
    """The ids of the newest tickets that hold every typed word and fit the condition."""
    found = matching(session, typed)
    if found is None:
        return []
    query = select(Ticket.id).where(more)
    if session.get_bind().dialect.name == "sqlite":
        # Walk the matches from the newest, so that a word that stands everywhere costs no more than a rare one.
        hits = found.subquery("hits")
        query = query.join(hits, hits.c.rowid == Ticket.id).order_by(hits.c.rowid.desc())
    else:
        query = query.where(Ticket.id.in_(found)).order_by(Ticket.id.desc())
    return list(session.scalars(query.limit(limit)))


def _words(typed: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(typed)][:MOST_WORDS]


def _begins(word: str) -> bool:
    """Whether longer words that begin so count too. One or two letters begin too many to be of use."""
    return len(word) > 2


def _match(query: str) -> ColumnElement[bool]:
    return literal_column(TABLE).op("MATCH")(bindparam(None, query, String))


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
    yield f"CREATE INDEX ix_{TABLE}_body ON {TABLE} USING gin (body)"
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
