"""Parts of a long text that may each say something different: clauses, and stretches of long sentences."""

from __future__ import annotations

import re

Span = tuple[int, int]

_WORD = re.compile(r"\S+")
_ENDS = ".!?…"
# Words: in a part, in the step from one stretch to the next, and the fewest in a clause before a full stop, or a comma.
LONG, STEP = 12, 6
_CLAUSE, _BEFORE_COMMA = 4, 6
# Of a text with more parts only the first and last ones are read: this bounds the time that a message takes.
MOST = 40


def windows(text: str) -> list[Span]:
    """The parts as (start, end) in the text; none where the text is a single part.

    A serious clause in a long ordinary question says little in the vector of the whole; in that of its part it stands out.
    """
    found: list[Span] = []
    for clause in _clauses(text):
        if len(clause) <= LONG + 4:
            found.append((clause[0][0], clause[-1][1]))
            continue
        last = len(clause) - LONG
        found += [(clause[at][0], clause[at + LONG - 1][1]) for at in [*range(0, last, STEP), last]]
    if len(found) > MOST:
        found = found[: MOST // 2] + found[-MOST // 2 :]
    return found if len(found) > 1 else []


def _clauses(text: str) -> list[list[Span]]:
    clauses: list[list[Span]] = []
    current: list[Span] = []
    for match in _WORD.finditer(text):
        current.append(match.span())
        last = match[0][-1]
        if (last in _ENDS and len(current) >= _CLAUSE) or (last == "," and len(current) >= _BEFORE_COMMA):
            clauses.append(current)
            current = []
    if clauses and 0 < len(current) < _CLAUSE:
        clauses[-1] += current
    elif current:
        clauses.append(current)
    return clauses
