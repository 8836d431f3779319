"""The answers that the service may give: read from data/faq, kept until a file changes."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any, Literal

from loket.faq import load, review_state
from loket.faq.model import Answer
from loket.yamlfile import ContentError

Expired = Literal["say", "withhold"]


def given(intent: str, today: date, expired: Expired = "say") -> Answer | None:
    """The answer for an intent; None when there is none to give and a person must answer.

    An answer past its date is not given when `expired` is "withhold"; an urgent one always is, because a number to call
    is worth more than a date.
    """
    answer = cached().get(intent)
    if answer is None or not answer.live:
        return None
    if expired == "withhold" and not answer.urgent and review_state.expired(answer, today):
        return None
    return answer


def cached() -> dict[str, Answer]:
    """All answers by intent, the withheld ones too; read again when a file has changed; the last good ones when a change is faulty."""
    stamp = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(load.FAQ_DIR.glob("*.yml")))
    if _cache.get("stamp") != stamp:
        try:
            _cache["answers"] = load.load()
        except ContentError:
            if "answers" not in _cache:
                raise
            logging.getLogger(__name__).exception("data/faq has errors; the answers read before stay in use")
        _cache["stamp"] = stamp
    return _cache["answers"]  # type: ignore[no-any-return]


_cache: dict[str, Any] = {}
