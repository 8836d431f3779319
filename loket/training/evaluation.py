"""How well the assistant understands: figures from what it made of questions whose intent is known. Pure functions.

A share lies between 0 and 1, and is 0.0 over no questions at all.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loket import yamlfile
from loket.training import danger, examples
from loket.yamlfile import ContentError, Problem

FALLBACK = "nlu_fallback"
FORMS = {"vraag": "question", "verhaal": "story"}
OUT_OF_DOMAIN = "buiten_domein"
CRISIS = "crisis"
CALIBRATION_BINS = 10
LENGTHS = {"1-8 words": 8, "9-25 words": 25, "26-60 words": 60, "more than 60 words": math.inf}

FOREIGN = examples.GOLD_DIR / "foreign.yml"
OWN_WORDS = examples.GOLD_DIR / "own_words.yml"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Gold:
    """A question, its intent, the other intents whose answer would also do, its form (a question or a story), where parents write
    like that (a comment, a mail …) and its language."""

    text: str
    intent: str
    also: tuple[str, ...] = field(default=())
    form: str = ""
    manner: str = ""
    language: str = "nl"

    def accepts(self, intent: str | None) -> bool:
        return intent == self.intent or intent in self.also

    def length(self) -> str:
        """Which of LENGTHS its number of words is in."""
        words = len(self.text.split())
        return next(name for name, most in LENGTHS.items() if words <= most)


def read_gold(path: Path) -> list[Gold]:
    """Gold questions from a folder of YAML files, one such file, or a JSONL file. Raises ContentError with file and line."""
    if path.is_dir():
        return [Gold(example.text, example.intent) for example in examples.load(path)]
    if path.suffix == ".yml":
        return [Gold(example.text, example.intent) for example in examples.load_file(path)]
    return read_gold_jsonl(path)


def read_foreign(path: Path = FOREIGN) -> list[Gold]:
    """Questions in other languages: a list of {"language", "intent", "text"}."""
    return [Gold(row["text"], row["intent"], language=row["language"]) for row in yamlfile.read(path).data]


def read_own_words(path: Path = OWN_WORDS) -> list[Gold]:
    """Messages as parents write them elsewhere: a list of {"text", "intent", "also", "form", "manner"}. Raises ContentError."""
    return [Gold(**{**row, "also": tuple(row["also"])}) for row in examples.read_own_words(path).data]


def foreign_figures(parsed: Sequence[Row], gold: Sequence[Gold]) -> dict[str, Any]:
    """Of questions in other languages: a right intent first, among the first three, and the language known."""
    known = [(row.get("decision") or {}).get("language") for row in parsed]
    return {
        **{key: value for key, value in evaluate(parsed, gold).items() if key in ("n", "first", "first_three")},
        "language": share(entry.language == language for entry, language in zip(gold, known, strict=True)),
    }


def read_gold_jsonl(path: Path) -> list[Gold]:
    """Questions as JSON lines: {"text", "intent"} and perhaps {"ook": [intents], "vorm": "vraag" or "verhaal"}. Empty lines are skipped."""
    gold: list[Gold] = []
    problems: list[Problem] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            gold.append(_gold_of(json.loads(line)))
        except json.JSONDecodeError:
            problems.append(Problem(str(path), number, "no valid JSON"))
        except ValueError as error:
            problems.append(Problem(str(path), number, str(error)))
    if problems:
        raise ContentError(problems)
    return gold


def _gold_of(row: Any) -> Gold:
    if not isinstance(row, dict):
        raise ValueError("no JSON object")
    for key in ("text", "intent"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise ValueError(f'"{key}" is missing or is no text')
    also = row.get("ook") or []
    if not isinstance(also, list) or not all(isinstance(intent, str) for intent in also):
        raise ValueError('"ook" is no list of intents')
    form = str(row.get("vorm") or "")
    return Gold(row["text"], row["intent"], tuple(also), FORMS.get(form, form))


def evaluate(parsed: Sequence[Row], gold: Sequence[Gold], urgent: Collection[str] = ()) -> dict[str, Any]:
    """The figures. `parsed` are rows of bot.parse, in the order of `gold`; `urgent` are the catalogue's urgent intents.

    first            the classifier's best intent is the right one
    first_lenient    … or one that would also do; all figures below count this way, except macro_f1
    first_three      a right one is among the best three
    answered_wrong   of what was answered outright, the share whose answer was not a right one
    answered_at_2    the share that could be answered, surest first, with at most 2 % wrong ("cov@2%")
    urgent_recall    of the urgent and crisis questions, the share in which danger was seen: the line, or the alarm
    needless_alarms  of all other questions, the share with an alarm; needless_asks: with the line
    groups           for each length, and each form and manner where the questions say which they have: how many, of how many the first
                     is right (lenient), how many were answered, and how many of these wrong
    calibration_error  mean distance between how sure the classifier was and how often it was right, over ten bins
    """
    if len(parsed) != len(gold):
        raise ValueError(f"{len(parsed)} parsed rows for {len(gold)} gold questions")
    rankings = [ranking(row) for row in parsed]
    firsts = [names[0] if names else "" for names in rankings]
    kinds = [kind_of(row) for row in parsed]
    answered = [place for place, kind in enumerate(kinds) if kind == "answer"]
    outside = [place for place, entry in enumerate(gold) if entry.intent == OUT_OF_DOMAIN]
    in_crisis = [place for place, entry in enumerate(gold) if entry.intent == CRISIS]
    pressing = [place for place, entry in enumerate(gold) if entry.intent == CRISIS or entry.intent in urgent]

    calm = sorted(set(range(len(gold))) - set(pressing))
    levels = [danger.level_of(row) for row in parsed]
    right = [entry.accepts(first) for entry, first in zip(gold, firsts, strict=True)]
    times = sorted(float(row.get("ms") or 0.0) for row in parsed)
    return {
        "n": len(gold),
        "first": share(first == entry.intent for entry, first in zip(gold, firsts, strict=True)),
        "first_lenient": share(right),
        "first_three": share(any(map(entry.accepts, names[:3])) for entry, names in zip(gold, rankings, strict=True)),
        "macro_f1": macro_f1([entry.intent for entry in gold], firsts),
        "answered": share(kind == "answer" for kind in kinds),
        "answered_wrong": share(not gold[place].accepts(_answered_with(parsed[place])) for place in answered),
        "asked": share(kind == "ask" for kind in kinds),
        "handed_over": share(kind == "handoff" for kind in kinds),
        "out_of_domain_answered": share(_answers_outside(parsed[place], gold[place]) for place in outside),
        "answered_at_2": coverage(risk_coverage(parsed, gold), 0.02),
        "urgent_recall": recall(levels[place] != danger.NONE for place in pressing),
        "crisis_recall": recall(levels[place] != danger.NONE for place in in_crisis),
        "needless_alarms": share(levels[place] == danger.ALARM for place in calm),
        "needless_asks": share(levels[place] == danger.ASK for place in calm),
        "calibration_error": calibration_error([confidence(row) for row in parsed], right),
        "p50_ms": percentile(times, 0.50),
        "p95_ms": percentile(times, 0.95),
        "groups": _groups(gold, right, parsed),
        "confused": confused(gold, firsts),
    }


def ranking(row: Row) -> list[str]:
    """The classifier's intents, best first, without the fallback that the decision may have put before them."""
    names = [entry["name"] for entry in row.get("ranking") or [] if entry["name"] != FALLBACK]
    return names or [name for name in [row.get("intent")] if name and name != FALLBACK]


def confidence(row: Row) -> float:
    """How sure the classifier was of its first intent."""
    entries = [entry for entry in row.get("ranking") or [] if entry["name"] != FALLBACK]
    return float(entries[0]["confidence"] if entries else row.get("confidence") or 0.0)


def kind_of(row: Row) -> str:
    """What was done with the question: answer, ask or handoff. A pipeline without a decision answers, or asks."""
    if decision := row.get("decision"):
        return str(decision["kind"])
    return "ask" if row.get("intent") in (FALLBACK, None) else "answer"


def _answered_with(row: Row) -> str | None:
    intents = (row.get("decision") or {}).get("intents")
    return intents[0] if intents else row.get("intent")


def _answers_outside(row: Row, gold: Gold) -> bool:
    """Whether a question outside the counter's field got an answer about school that would not do either."""
    return kind_of(row) == "answer" and not gold.accepts(_answered_with(row))


def _groups(gold: Sequence[Gold], right: Sequence[bool], parsed: Sequence[Row]) -> dict[str, dict[str, int]]:
    names = [(entry.length(), entry.form, entry.manner) for entry in gold]
    order = [*LENGTHS, *sorted({name for _, *others in names for name in others if name})]
    groups = {}
    for group in order:
        places = [place for place, name in enumerate(names) if group in name]
        answered = [place for place in places if kind_of(parsed[place]) == "answer"]
        if places:
            groups[group] = {
                "n": len(places),
                "right": sum(right[place] for place in places),
                "answered": len(answered),
                "wrong": sum(not gold[place].accepts(_answered_with(parsed[place])) for place in answered),
            }
    return groups


def share(values: Iterable[bool]) -> float:
    """The share that is true."""
    counted = [bool(value) for value in values]
    return sum(counted) / len(counted) if counted else 0.0


def recall(values: Iterable[bool]) -> float:
    """The share that was caught; 1.0 where there was nothing to miss."""
    counted = [bool(value) for value in values]
    return sum(counted) / len(counted) if counted else 1.0


def macro_f1(right: Sequence[str], found: Sequence[str]) -> float:
    """The mean of F1 over the intents that are right or were found somewhere, each counting the same."""
    hits = Counter(true for true, guess in zip(right, found, strict=True) if true == guess)
    of_right, of_found = Counter(right), Counter(found)
    intents = of_right.keys() | of_found.keys()
    return sum(2 * hits[i] / (of_right[i] + of_found[i]) for i in intents) / len(intents) if intents else 0.0


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error over bins of equal width (Naeini et al. 2015)."""
    bins: dict[int, list[int]] = {}
    for place, sure in enumerate(confidences):
        bins.setdefault(min(int(sure * CALIBRATION_BINS), CALIBRATION_BINS - 1), []).append(place)
    distances = [
        abs(sum(confidences[place] for place in places) - sum(bool(right[place]) for place in places))
        for places in bins.values()
    ]
    return sum(distances) / len(confidences) if confidences else 0.0


def risk_coverage(parsed: Sequence[Row], gold: Sequence[Gold]) -> list[tuple[float, float]]:
    """Points (share answered, share of these that is wrong), if the surest questions are answered first."""
    order = sorted(range(len(gold)), key=lambda place: -confidence(parsed[place]))
    points, wrong = [], 0
    for count, place in enumerate(order, 1):
        first = (ranking(parsed[place]) or [""])[0]
        wrong += not gold[place].accepts(first)
        points.append((count / len(order), wrong / count))
    return points


def coverage(points: Sequence[tuple[float, float]], most_wrong: float) -> float:
    """The largest share of the points of risk_coverage at which at most `most_wrong` is wrong."""
    return max((answered for answered, wrong in points if wrong <= most_wrong), default=0.0)


def confused(gold: Sequence[Gold], firsts: Sequence[str], most: int = 20) -> list[dict[str, Any]]:
    """The commonest mistakes: pairs of the right intent and the one found instead, lenient, with how often."""
    pairs = Counter(
        (entry.intent, first) for entry, first in zip(gold, firsts, strict=True) if not entry.accepts(first)
    )
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [{"intent": true, "found": guess, "count": count} for (true, guess), count in ranked]


def percentile(ordered: Sequence[float], part: float) -> float:
    """The value below which `part` of the sorted values lie (nearest rank)."""
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else 0.0
