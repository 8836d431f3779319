"""Amounts and years expire: an answer that names one says until when it is true."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loket.faq import laws
from loket.faq.check import phones
from loket.faq.check.rules import Context, Fault
from loket.faq.model import Answer
from loket.faq.placeholders import PLACEHOLDER

# Not the end of a phone number: 0800-2000 is Veilig Thuis.
_ENDS = re.compile(r"€|\b\d+(?:[.,]\d+)? euro\b|(?<!-)\b20\d\d\b")


def faults(answer: Answer, context: Context) -> Iterator[Fault]:
    """valid_until is missing next to a euro sign or a year, or it has passed."""
    if answer.valid_until is None:
        for part in answer.parts():
            if found := _ENDS.search(_without_acts(phones.without(PLACEHOLDER.sub("", part.text)))):
                yield part.path, f"{found[0]!r} needs a valid_until and volatile"
    elif answer.valid_until < context.today:
        yield ("valid_until",), f"valid_until {answer.valid_until} has passed"


def _without_acts(text: str) -> str:
    """The text without the names of acts, whose years do not expire."""
    names = sorted({name for act in laws.acts().values() for name in (act.act, act.title)}, key=len, reverse=True)
    for name in names:
        text = text.replace(name, "").replace(name.lower(), "")
    return text
