"""How much content there is, per theme: the table in docs/content.md."""

from __future__ import annotations

from collections import Counter

from loket import catalogue
from loket.faq import answers
from loket.training import examples


def table() -> str:
    """Intents, examples, gold questions and answers per theme, as a Markdown table. Raises ContentError."""
    known = catalogue.load()
    theme_of = {intent.id: intent.theme for intent in known.intents.values()}
    written = answers.load().values()
    columns: list[Counter[str | None]] = [
        Counter(theme_of.values()),
        Counter(theme_of.get(example.intent) for example in examples.load(examples.NLU_DIR)),
        Counter(theme_of.get(example.intent) for example in examples.load(examples.GOLD_DIR)),
        Counter(theme_of[answer.intent] for answer in written),
        Counter(theme_of[answer.intent] for answer in written if answer.by_sector),
        Counter(theme_of[answer.intent] for answer in written if answer.needs_review),
    ]
    rows = ["| theme | intents | examples | gold | answers | per sector | to review |", "|---|--:|--:|--:|--:|--:|--:|"]
    for theme, label in known.themes.items():
        rows.append(f"| {label} | {' | '.join(str(column[theme]) for column in columns)} |")
    rows.append(f"| **all** | {' | '.join(str(column.total()) for column in columns)} |")
    return "\n".join(rows)
