"""How much content there is, per theme: the table in docs/content.md."""

from __future__ import annotations

from collections import Counter

from loket import catalogue
from loket.faq import load
from loket.training import examples


def table() -> str:
    """Intents, examples, gold questions and answers per theme, as a Markdown table. Raises ContentError."""
    known = catalogue.load()
    theme_of = {intent.id: intent.theme for intent in known.intents.values()}
    written = load.load().values()
    columns: list[Counter[str | None]] = [
        Counter(theme_of.values()),
        Counter(theme_of.get(example.intent) for example in examples.load(examples.NLU_DIR)),
        Counter(theme_of.get(example.intent) for example in examples.load(examples.GOLD_DIR)),
        Counter(theme_of[answer.intent] for answer in written),
        Counter(theme_of[answer.intent] for answer in written if answer.variants),
        Counter(theme_of[answer.intent] for answer in written if not answer.live),
    ]
    rows = [
        "| theme | intents | examples | gold | answers | with variants | withheld |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for theme, label in known.themes.items():
        rows.append(f"| {label} | {' | '.join(str(column[theme]) for column in columns)} |")
    rows.append(f"| **all** | {' | '.join(str(column.total()) for column in columns)} |")
    return "\n".join(rows)
