"""All answers at a glance: the table in docs/content.md, and the editors' work list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from loket import catalogue
from loket.faq import review_state
from loket.faq.model import Answer
from loket.faq.review_state import State

STATES = {
    State.EDITOR: "reviewed by an editor",
    State.LAW: "compared with the law",
    State.UNCHECKED: "not checked",
    State.WITHHELD: "withheld",
}


def table(answers: Iterable[Answer]) -> str:
    """The state, articles, version and next date of each answer, and the totals, as Markdown."""
    listed = list(answers)
    rows = ["| intent | state | articles | held against | next date |", "|---|---|---|---|---|"]
    rows += [f"| {' | '.join(_cells(answer))} |" for answer in listed]
    return "\n".join([*rows, "", *_totals(listed)])


@dataclass(frozen=True)
class Task:
    """An answer to look at: by when (None is now), by which office, and why."""

    intent: str
    title: str
    owner: str
    due: date | None
    why: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {**vars(self), "due": self.due.isoformat() if self.due else None}


def work_list(answers: Iterable[Answer], today: date) -> list[Task]:
    """What editors have to look at, the most urgent first: without a date, then by date."""
    tasks = [
        Task(answer.intent, answer.title, answer.owner, review_state.next_date(answer), _why(answer, today))
        for answer in answers
        if answer.law or answer.sources or not answer.live
    ]
    return sorted(tasks, key=lambda task: (task.due or date.min, task.intent))


def _cells(answer: Answer) -> list[str]:
    acts: dict[str, list[str]] = {}
    for article in answer.law:
        acts.setdefault(article.act, []).append(article.article)
    versions = sorted({f"{article.version}" for article in answer.law})
    return [
        answer.intent,
        STATES[review_state.state(answer)],
        "; ".join(f"{act} {', '.join(numbers)}" for act, numbers in acts.items()) or "-",
        ", ".join(versions) or "-",
        str(review_state.next_date(answer) or "now"),
    ]


def _totals(answers: list[Answer]) -> list[str]:
    rules = [answer for answer in answers if _is_faq(answer)]
    counts = Counter(review_state.state(answer) for answer in rules)
    rows = ["| questions about school | answers | share |", "|---|--:|--:|"]
    rows += [f"| {label} | {counts[state]} | {_share(counts[state], len(rules))} |" for state, label in STATES.items()]
    live = len(rules) - counts[State.WITHHELD]
    rows.append(f"| **given to parents** | {live} | {_share(live, len(rules))} |")
    rows.append(f"| **all** | {len(rules)} | |")
    return rows


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def _is_faq(answer: Answer) -> bool:
    intent = catalogue.load().intents.get(answer.intent)
    return intent is not None and intent.is_faq


def _why(answer: Answer, today: date) -> str:
    if not answer.live:
        return f"withheld: {answer.withheld_reason.strip()}"
    if review_state.expired(answer, today):
        return f"past its date: {answer.volatile.strip()}"
    if answer.reviewed is None:
        return "compared with nothing yet"
    why = "no editor has looked at it" if answer.reviewed.by == "law" else "yearly review"
    return f"{why}; ends: {answer.volatile.strip()}" if answer.volatile else why
