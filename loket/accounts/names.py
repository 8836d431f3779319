"""Names of staff, as parents and colleagues see them: one line that begins with a word."""

from __future__ import annotations

from loket.http.plain_text import one_line

LONGEST = 80


def clean(name: str) -> str:
    """Without control characters, characters that change text direction, and superfluous spaces."""
    return one_line(name)


def problem(name: str) -> str | None:
    """Why this cannot be somebody's name, in Dutch; None when it can."""
    found = clean(name)
    if not 0 < len(found) <= LONGEST or not any(letter.isalnum() for letter in found):
        return f"Vul een naam in van ten hoogste {LONGEST} tekens."
    return None
