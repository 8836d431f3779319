"""Answers in the format used before law, deadlines and honest states are refused, showing the way to the new one."""

from __future__ import annotations

from loket.yamlfile import Document, Loc, Problem

REPLACED = {
    "checked_on": "reviewed (who held it against what, and when)",
    "needs_review": "reviewed, or state: withheld",
    "review_reason": "withheld_reason, or reviewed",
    "by_sector": "variants",
    "refer_to": "referrals, each with a url or phone",
}


def problems(document: Document) -> list[Problem]:
    """One problem for each field of the old format that is still in the file."""
    answers = document.data.get("answers") if isinstance(document.data, dict) else None
    found = []
    for index, answer in enumerate(answers if isinstance(answers, list) else []):
        if not isinstance(answer, dict):
            continue
        old: list[tuple[Loc, str]] = [
            (("answers", index, field), new) for field, new in REPLACED.items() if field in answer
        ]
        sources = answer.get("sources")
        for number, source in enumerate(sources if isinstance(sources, list) else []):
            if isinstance(source, dict) and "law" in source:
                old.append((("answers", index, "sources", number, "law"), "law of the answer: act, article, version"))
        found += [document.problem(loc, f"`{loc[-1]}` is of the old format; now: {new}") for loc, new in old]
    return found
