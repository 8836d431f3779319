"""Is the training data fit to train on? `loket data check`."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from loket import catalogue
from loket.catalogue import Catalogue
from loket.training import personal_data
from loket.training.examples import FOLLOW_UPS_DIR, GOLD_DIR, NLU_DIR, Example, load, load_follow_ups, load_own_words
from loket.yamlfile import ContentError, Problem

LEAST_FAQ = 30
LEAST_DIALOGUE = 25
LEAST_URGENT = 60
LEAST_OUT_OF_DOMAIN = 150
LEAST_GOLD = 6
NEAR_DUPLICATE = 93
"""rapidfuzz ratio (0-100) from which two normalised texts count as the same example."""
MOST_ALIKE = 52
"""Mean pairwise ratio within an intent from which its examples are all alike."""

_NOT_TEXT = re.compile(r"[\[\]{}]")


def check(
    theme: str | None = None,
    *,
    nlu: Path = NLU_DIR,
    gold: Path = GOLD_DIR,
    follow_ups: Path = FOLLOW_UPS_DIR,
    names: bool = True,
) -> list[Problem]:
    """Every problem in the training examples, the follow-ups and the gold questions, or in those of one theme.

    Duplicates are looked for across all themes. `names=False` leaves out the slow search for personal data.
    """
    try:
        examples, following = load(nlu), load_follow_ups(follow_ups)
        golden = load(gold) + load_own_words(gold)
    except ContentError as error:
        return sorted(p for p in error.problems if theme is None or Path(p.file).stem == theme)
    known = catalogue.load()
    problems = [
        *_unknown(examples + golden, known),
        *_too_few(examples, golden, known, nlu, gold),
        *_form(examples + golden + following),
        *(one.problem(f"unknown intent {one.intent!r}") for one in following if one.intent not in known.intents),
        *_near_duplicates(examples, examples, "stands also"),
        *_near_duplicates(golden, examples, "is also a training example"),
        *_alike(examples),
    ]
    if names:
        concerned = [e for e in examples + golden + following if theme in (None, Path(e.file).stem)]
        problems += [e.problem(f"personal data ({kind}): {e.text[:60]}") for e, kind in personal_data.found(concerned)]
    return sorted(p for p in set(problems) if theme is None or Path(p.file).stem == theme)


def normalised(text: str) -> str:
    """Lower case, no accents, no punctuation, single spaces: what two spellings of one example have in common, in any script."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one))
    return " ".join(re.findall(r"[^\W_]+", plain)) or text.strip()


def _unknown(examples: list[Example], known: Catalogue) -> Iterable[Problem]:
    for example in examples:
        intent = known.intents.get(example.intent)
        file = Path(example.file).stem
        if intent is None:
            yield example.problem(f"unknown intent {example.intent!r}")
        elif file != intent.theme and file in known.themes:
            yield example.problem(f"{example.intent} belongs in {intent.theme}.yml")


def _too_few(
    examples: list[Example], golden: list[Example], known: Catalogue, nlu: Path, gold: Path
) -> Iterable[Problem]:
    for intent in known.intents.values():
        for folder, rows, least in ((nlu, examples, _least(intent)), (gold, golden, LEAST_GOLD)):
            count = sum(row.intent == intent.id for row in rows)
            if count < least:
                file = str(folder / f"{intent.theme}.yml")
                yield Problem(file, 1, f"{intent.id} has {count} examples; at least {least}")


def _least(intent: catalogue.Intent) -> int:
    if intent.id == "buiten_domein":
        return LEAST_OUT_OF_DOMAIN
    if intent.urgent:
        return LEAST_URGENT
    return LEAST_FAQ if intent.is_faq else LEAST_DIALOGUE


def _form(examples: list[Example]) -> Iterable[Problem]:
    for example in examples:
        if _NOT_TEXT.search(example.text):
            yield example.problem("brackets and braces have a meaning of their own to Rasa; leave them out")


def _near_duplicates(rows: list[Example], others: list[Example], what: str) -> Iterable[Problem]:
    """Each row that is nearly the same as an earlier or foreign row."""
    left = [normalised(row.text) for row in rows]
    right = [normalised(other.text) for other in others]
    same = rows is others
    block = 500
    for start in range(0, len(left), block):
        scores = process.cdist(
            left[start : start + block],
            right,
            scorer=fuzz.ratio,
            score_cutoff=NEAR_DUPLICATE,
            dtype=np.uint8,
            workers=-1,
        )
        for i, j in zip(*np.nonzero(scores), strict=True):
            row, other = start + int(i), int(j)
            if same and other >= row:
                continue
            twin = others[other]
            yield rows[row].problem(f"{rows[row].text[:50]!r} {what} at {twin.file}:{twin.line} ({twin.intent})")


def _alike(examples: list[Example]) -> Iterable[Problem]:
    by_intent: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    for intent, rows in by_intent.items():
        if len(rows) < 5:
            continue
        texts = [normalised(row.text) for row in rows]
        scores = process.cdist(texts, texts, scorer=fuzz.token_sort_ratio)
        mean = (scores.sum() - np.trace(scores)) / (len(rows) * (len(rows) - 1))
        if mean > MOST_ALIKE:
            yield rows[0].problem(f"the examples of {intent} are much alike (mean similarity {mean:.0f} of 100)")
