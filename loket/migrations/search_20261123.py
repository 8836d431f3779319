"""The tables and triggers of the full-text search as of 2026-11-23, frozen: the migrations of that day made them so.

Never changed: another shape of search gets a module beside this one and a migration that uses it. The letters that count as
another are those of loket.tickets.search, which does the same to what is typed; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, text

TABLE = "ticket_search"
PARTS = f"{TABLE}_parts"
ACCENTS = {
    **dict.fromkeys("àáâãäåÀÁÂÃÄÅ", "a"), **dict.fromkeys("èéêëÈÉÊË", "e"), **dict.fromkeys("ìíîïÌÍÎÏ", "i"),
    **dict.fromkeys("òóôõöÒÓÔÕÖ", "o"), **dict.fromkeys("ùúûüÙÚÛÜ", "u"), **dict.fromkeys("ýÿÝ", "y"),
    **dict.fromkeys("çÇ", "c"), **dict.fromkeys("ñÑ", "n"),
    **dict.fromkeys("\u0300\u0301\u0302\u0303\u0308\u0327", ""),
}  # fmt: skip
_SPOKEN = "sender IN ('parent', 'adviser')"


def create(connection: Connection) -> None:
    """Make the search tables and the triggers that keep them."""
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
    """Write every ticket into SQLite's search tables."""
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
    """SQL for a text without accents; the same as is done to what is typed."""
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
