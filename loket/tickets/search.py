"""Full-text search over tickets: what parents asked and wrote, what advisers answered, and the ticket's number.

One row of text a ticket, kept by triggers in the database (made by loket.migrations), so that whoever writes, changes or erases a text need
not think of it. SQLite finds parts of words ("pest" finds "gepest"), by an FTS5 table of all runs of three letters; words of one
or two letters are found whole, by a second table. PostgreSQL has a tsvector for Dutch: it finds other forms of a word and its beginning.
"""

from __future__ import annotations

import re
import unicodedata
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    column,
    func,
    literal_column,
    select,
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


def newest_first(session: Session, typed: str, more: ColumnElement[bool], limit: int) -> list[int]:
    """The ids of the newest tickets that contain every typed word and meet the condition; none when nothing was typed."""
    words = _words(typed)
    if not words:
        return []
    if session.get_bind().dialect.name == "sqlite":
        return _newest_sqlite(session, words, more, limit)
    return _newest_postgresql(session, words, more, limit)


def _newest_sqlite(session: Session, words: list[str], more: ColumnElement[bool], limit: int) -> list[int]:
    # Walk the matches from the newest, so that a word that is everywhere costs no more than a rare one.
    long, short = [word for word in words if len(word) > 2], [word for word in words if len(word) <= 2]
    hits = _matching(PARTS, long) if long else _matching(TABLE, short)
    found = hits.subquery("hits")
    query = select(Ticket.id).where(more).join(found, found.c.rowid == Ticket.id)
    if long and short:
        query = query.where(found.c.rowid.in_(_matching(TABLE, short)))
    return list(session.scalars(query.order_by(found.c.rowid.desc()).limit(limit)))


def _matching(name: str, words: list[str]) -> Select[Any]:
    """The row ids of an SQLite table that contain all words."""
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
    """One word for PostgreSQL: its other forms, and longer words that begin with it. A word such as "het" asks nothing.

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
    """Whether longer words that begin with it count too. One or two letters begin too many to be of use."""
    return len(word) > 2
