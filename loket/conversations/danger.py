"""The service's own look at words that warn of danger, for every text that no model reads: by form, mail or telephone, to a
ticket, or while the assistant is away. Coarser than the assistant: it knows words, not sentences."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from loket import yamlfile
from loket.paths import DATA

ALARM_FILE = DATA / "entities" / "alarm.yml"

KINDS = {
    "suicide": "zelfmoord",
    "self_harm": "zichzelf verwonden",
    "abuse_home": "onveilig thuis",
    "abuse_school": "misbruik of geweld op school",
    "sexual_peer": "seksueel geweld",
    "threat_weapon": "bedreiging of een wapen",
    "missing_runaway": "vermist of weggelopen",
    "eating_disorder": "een eetstoornis",
    "forced_marriage_honour": "huwelijksdwang of eergeweld",
    "exploitation": "uitbuiting",
    "parent_crisis": "een ouder in nood",
}
"""The kinds of danger, as staff read them."""

OF_INTENT = {
    "crisis": "suicide",
    "kindermishandeling_vermoeden": "abuse_home",
    "seksueel_misbruik_geweld": "abuse_school",
}
"""The kind that goes with each urgent intent."""


def words(text: str) -> str | None:
    """The kind of danger that the words of a text warn of; None when they do not."""
    folded = " ".join(text.lower().replace("\u2019", "'").split())
    return next((kind for kind, pattern in _patterns() if pattern.search(folded)), None)


@cache
def _patterns(path: Path = ALARM_FILE) -> list[tuple[str, re.Pattern[str]]]:
    """Each entry of the file, as its value and one pattern."""
    found = []
    for entry in yamlfile.read(path).data:
        parts = [rf"\b{re.escape(phrase.lower())}\b" for phrase in entry.get("phrases", [])]
        parts += [_of_tokens(tokens) for tokens in entry.get("patterns", [])]
        found.append((str(entry["value"]), re.compile("|".join(parts))))
    return found


def _of_tokens(tokens: list[dict[str, Any]]) -> str:
    """A spaCy token pattern as a regular expression over lower case words. Raises KeyError for what it cannot express."""
    pattern = r"(?<!\w)"
    for place, token in enumerate(tokens):
        what = token.get("LOWER", token.get("TEXT"))
        if what is None:
            one = r"[\w'-]+"
        elif isinstance(what, str):
            one = re.escape(what.lower())
        elif "IN" in what:
            one = _any_of(what["IN"])
        elif "NOT_IN" in what:
            one = rf"(?!{_any_of(what['NOT_IN'])}(?!\w))[\w'-]+"
        else:
            one = "(?:" + what["REGEX"].removeprefix("^").removesuffix("$") + ")"
        gap = "" if place == 0 else r"[\s,;.]+"
        pattern += f"(?:{gap}{one})?" if token.get("OP") == "?" else f"{gap}{one}"
    return pattern + r"(?!\w)"


def _any_of(words: list[str]) -> str:
    return "(?:" + "|".join(re.escape(word.lower()) for word in words) + ")"
