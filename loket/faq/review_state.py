"""What a parent is told about who checked an answer. Never more than is true."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from loket.clock import dutch_day
from loket.faq.model import Answer

REVIEW_EVERY = timedelta(days=365)


class State(StrEnum):
    """How far along an answer is, the best first."""

    EDITOR = "editor"
    LAW = "law"
    UNCHECKED = "unchecked"
    WITHHELD = "withheld"


def state(answer: Answer) -> State:
    """Reviewed by an editor, compared with the law, not checked by anybody, or withheld."""
    if not answer.live:
        return State.WITHHELD
    return State(answer.reviewed.by) if answer.reviewed else State.UNCHECKED


def expired(answer: Answer, today: date) -> bool:
    """Is it later than the last day on which the answer is known to be true?"""
    return answer.valid_until is not None and today > answer.valid_until


def in_words(answer: Answer, today: date) -> str:
    """The line under an answer, in Dutch; empty for small talk, which states no rule."""
    return " ".join(part for part in (_past(answer, today), _checked(answer)) if part)


def next_date(answer: Answer) -> date | None:
    """When an editor must look again: when it expires or a year after the last review; None means now."""
    if answer.reviewed is None or not answer.live:
        return None
    yearly = answer.reviewed.on + REVIEW_EVERY
    return min(yearly, answer.valid_until) if answer.valid_until else yearly


def _past(answer: Answer, today: date) -> str:
    if answer.valid_until is None or not expired(answer, today):
        return ""
    return f"Let op: dit antwoord gold tot en met {dutch_day(answer.valid_until)}. Het kan nu anders zijn."


def _checked(answer: Answer) -> str:
    review = answer.reviewed
    if review is None:
        states_a_rule = answer.law or answer.sources
        return (
            "Wij hebben dit nog niet met de wet vergeleken. Een medewerker kijkt dit nog na." if states_a_rule else ""
        )
    if review.by == "editor":
        return f"Nagekeken door de {answer.owner} op {dutch_day(review.on)}."
    if answer.law:
        newest = max(article.version for article in answer.law)
        compared = f"Wij hebben dit vergeleken met de wet zoals die geldt op {dutch_day(newest)}."
    else:
        compared = f"Wij hebben dit op {dutch_day(review.on)} vergeleken met de bronnen die erbij staan."
    return f"{compared} Een medewerker kijkt dit nog na."
