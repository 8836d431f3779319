"""Words: no hedging of settled law, no other desk that is this desk, no placeholder that nothing can fill."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loket.faq import placeholders
from loket.faq.check.rules import Context, Fault
from loket.faq.model import Answer

HEDGES = re.compile(
    r"\b(waarschijnlijk|misschien|meestal|doorgaans|normaal gesproken|normaal|in de regel|voor zover (?:(?:wij|we) weten|(?:ons )?bekend)"
    r"|(?:wij|we) (?:weten|denken) (?:het )?niet(?: zeker)?|volgens onze bron(?:nen)?|naar verwachting|over het algemeen|(?<!hoe )(?<!zo )(?<!even )(?<!te )vaak)\b",
    re.IGNORECASE,
)
SELF = re.compile(r"\b5010\b|ouders\s*(?:&|en)\s*onderwijs|informatiepunt", re.IGNORECASE)
"""Names under which this desk would send a parent to itself."""
_BRACED = re.compile(r"\{[^{}\n]*\}?|\}")
_FORMAL = re.compile(r"\b(?:u|uw)\b", re.IGNORECASE)


def faults(answer: Answer, context: Context) -> Iterator[Fault]:
    """A hedge that is not in open_in_law; this desk named as if it were another; an unknown placeholder; "u" to a pupil."""
    allowed = " | ".join(answer.open_in_law).lower()
    for part in answer.parts():
        if not context.dialogue:
            for hedge in {found.lower() for found in HEDGES.findall(part.text)}:
                if hedge not in allowed:
                    yield part.path, f"{hedge!r} hedges; state the rule, leave it out, or name the word in open_in_law"
            if found := SELF.search(part.text):
                yield part.path, f"{found[0]!r} is this desk itself"
        for braced in _BRACED.findall(part.text):
            if not (placeholders.PLACEHOLDER.fullmatch(braced) and placeholders.known(braced[1:-1])):
                yield part.path, f"{braced!r} is no placeholder with a value"
        if part.field == "child" and (found := _FORMAL.search(part.text)):
            yield part.path, f"{found[0]!r} in a text for a pupil; write je and jouw"
