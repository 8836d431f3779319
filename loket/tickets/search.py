"""Full-text search over tickets: what parents asked and wrote, what advisers answered, and the ticket's number.

One row of text a ticket, kept by triggers in the database (`create`), so that whoever writes, changes or erases a text need
not think of it. SQLite finds parts of words ("pest" finds "gepest"), by an FTS5 table of all runs of three letters; words of one
or two letters are found whole, by a second table. PostgreSQL has a tsvector for Dutch: it finds other forms of a word and its beginning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    bindparam,
    case,
    column,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy import table as sql_table
from sqlalchemy.orm import Session

from loket.tickets.models import Ticket

TABLE = "ticket_search"
PARTS = f"{TABLE}_parts"
ACCENTS = {
    **dict.fromkeys("àáâãäåÀÁÂÃÄÅ", "a"), **dict.fromkeys("èéêëÈÉÊË", "e"), **dict.fromkeys("ìíîïÌÍÎÏ", "i"),
    **dict.fromkeys("òóôõöÒÓÔÕÖ", "o"), **dict.fromkeys("ùúûüÙÚÛÜ", "u"), **dict.fromkeys("ýÿÝ", "y"),
    **dict.fromkeys("çÇ", "c"), **dict.fromkeys("ñÑ", "n"),
    **dict.fromkeys("\u0300\u0301\u0302\u0303\u0308\u0327", ""),
}  # fmt: skip
"""Letters that count as another, and marks that are written behind a letter. SQLite's runs of letters keep them as they are."""
MOST_WORDS = 8
NEWEST = 3_000
"""How many of the newest tickets PostgreSQL looks through before it asks the index."""
_WORD = re.compile(r"[^\W_]+")
_FOLD = str.maketrans(ACCENTS)
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
    long, short = [word for word in words if len(word) > 2], [word for word in words if len(word) <= 2]
    hits = _matching(PARTS, long) if long else _matching(TABLE, short)
    found = hits.subquery("hits")
    query = select(Ticket.id).where(more).join(found, found.c.rowid == Ticket.id)
    if long and short:
        query = query.where(found.c.rowid.in_(_matching(TABLE, short)))
    return list(session.scalars(query.order_by(found.c.rowid.desc()).limit(limit)))


def _matching(name: str, words: list[str]) -> Select[Any]:
    """The row ids of a table of SQLite in which all words stand."""
    table = sql_table(name, column("rowid"))
    typed = " ".join(f'"{word.translate(_FOLD)}"' for word in words)
    return select(table.c.rowid).where(literal_column(name).op("MATCH")(bindparam(None, typed, String)))


def _newest_postgresql(session: Session, words: list[str], more: ColumnElement[bool], limit: int) -> list[int]:
    """First among the newest tickets, where a common word fills the page at once; then, for a rare one, by the index.

    Left to itself the planner cannot tell the two apart, because it does not know how many words begin as typed.
    """
    table = sql_table(TABLE, column("ticket_id"), column("body"))
    typed = reduce(lambda one, other: one.op("&&")(other), map(_query, words))
    newest = select(table.c.ticket_id, table.c.body).order_by(table.c.ticket_id.desc()).limit(NEWEST).subquery("newest")
    query = select(Ticket.id).where(more).order_by(Ticket.id.desc()).limit(limit)
    recent = query.join(newest, newest.c.ticket_id == Ticket.id).where(newest.c.body.op("@@")(typed))
    found = list(session.scalars(recent))
    if len(found) == limit:
        return found
    hits = select(table.c.ticket_id).where(table.c.body.op("@@")(typed)).cte("hits").prefix_with("MATERIALIZED")
    return list(session.scalars(query.join(hits, hits.c.ticket_id == Ticket.id)))


def _query(word: str) -> ColumnElement[Any]:
    """One word for PostgreSQL: its other forms, and longer words that begin so. A word such as "het" asks nothing.

    Both are needed: the stem of "school" is "schol", with which "schoolplein" does not begin.
    """
    dutch: ColumnElement[Any] = literal_column("'dutch'")
    simple: ColumnElement[Any] = literal_column("'simple'")
    begins = word + ":*" * _begins(word)
    either = func.to_tsquery(dutch, begins).op("||")(func.to_tsquery(simple, begins))
    return case((func.numnode(func.to_tsquery(dutch, word)) == 0, func.to_tsquery(dutch, word)), else_=either)


def _words(typed: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(unicodedata.normalize("NFC", typed))][:MOST_WORDS]


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
        for name in _TABLES:
            connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
        return
    connection.execute(text("DROP FUNCTION search_message CASCADE"))
    connection.execute(text("DROP FUNCTION search_ticket CASCADE"))
    connection.execute(text("DROP FUNCTION search_text CASCADE"))
    connection.execute(text(f"DROP TABLE {TABLE}"))


def fill(connection: Connection) -> None:
    """Write every ticket into SQLite's search tables anew; called by a migration."""
    for name, text_of in _TABLES.items():
        connection.execute(
            text(f"INSERT INTO {name} (rowid, body) SELECT id, {text_of(_document('ticket'))} FROM ticket")
        )


def _document(ticket: str) -> str:
    spoken = (
        f"SELECT group_concat(text, ' ') FROM message WHERE conversation_id = {ticket}.conversation_id AND {_SPOKEN}"
    )
    return f"{ticket}.reference || ' ' || {ticket}.question || ' ' || coalesce(({spoken}), '')"


def _folded(expression: str) -> str:
    """SQL for a text without accents; the same as _FOLD does to what is typed."""
    query = f"SELECT {expression} AS body"
    # SQLite reads calls in calls to a limited depth, so that each layer takes a few letters.
    letters = list(ACCENTS.items())
    for start in range(0, len(letters), 20):
        calls = "body"
        for letter, plain in letters[start : start + 20]:
            calls = f"replace({calls}, '{letter}', '{plain}')"
        query = f"SELECT {calls} AS body FROM ({query})"
    return f"({query})"


_TABLES: dict[str, Callable[[str], str]] = {TABLE: str, PARTS: _folded}
"""SQLite's tables, each with what it makes of a text."""


def _sqlite() -> Iterator[str]:
    yield f'CREATE VIRTUAL TABLE {TABLE} USING fts5(body, tokenize = "unicode61 remove_diacritics 2", detail = none)'
    yield f'CREATE VIRTUAL TABLE {PARTS} USING fts5(body, tokenize = "trigram")'

    def everywhere(statement: Callable[[str, Callable[[str], str]], str]) -> str:
        return " ".join(f"{statement(name, text_of)};" for name, text_of in _TABLES.items())

    added = everywhere(lambda name, to: f"INSERT INTO {name} (rowid, body) VALUES (new.id, {to(_document('new'))})")
    yield f"CREATE TRIGGER search_ticket_added AFTER INSERT ON ticket BEGIN {added} END"
    changed = everywhere(lambda name, to: f"UPDATE {name} SET body = {to(_document('new'))} WHERE rowid = new.id")
    yield (
        "CREATE TRIGGER search_ticket_changed AFTER UPDATE OF question, reference, conversation_id ON ticket "
        f"BEGIN {changed} END"
    )
    gone = everywhere(lambda name, _: f"DELETE FROM {name} WHERE rowid = old.id")
    yield f"CREATE TRIGGER search_ticket_gone AFTER DELETE ON ticket BEGIN {gone} END"
    of_new = "(SELECT id FROM ticket WHERE conversation_id = new.conversation_id)"
    said = everywhere(
        lambda name, to: f"UPDATE {name} SET body = body || ' ' || {to('new.text')} WHERE rowid = {of_new}"
    )
    yield f"CREATE TRIGGER search_message_added AFTER INSERT ON message WHEN new.{_SPOKEN} BEGIN {said} END"
    of_old = "(SELECT id FROM ticket WHERE conversation_id = old.conversation_id)"
    anew = everywhere(
        lambda name, to: (
            f"UPDATE {name} SET body = (SELECT {to(_document('ticket'))} FROM ticket "
            f"WHERE conversation_id = old.conversation_id) WHERE rowid = {of_old}"
        )
    )
    for event in ("UPDATE OF text", "DELETE"):
        name = "changed" if event.startswith("UPDATE") else "gone"
        yield f"CREATE TRIGGER search_message_{name} AFTER {event} ON message BEGIN {anew} END"


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
