"""On the mbo an objection, an appeal and a complaint go by the school's own desk (WEB 7.5.1), not to the board or the complaints committee."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loket import catalogue
from loket.faq.check.rules import Context, Fault
from loket.faq.model import Answer

MBO = "mbo"
_SENDS = re.compile(
    r"\bdien\b[^.]{0,60}\bklacht\b|\bklacht\b[^.]{0,30}\b(?:indienen|in te dienen)\b|"
    r"\b(?:maak|maakt|schrijf)\b[^.]{0,40}\bbezwaar\b|\bbezwaar\b[^.]{0,20}\bmaken\b|\bga\b[^.]{0,30}\bin beroep\b",
    re.I,
)
_DESK = re.compile(r"loket\b(?! 5010)|\bfaciliteit\b", re.I)


def faults(answer: Answer, context: Context) -> Iterator[Fault]:
    """An answer that is also for the mbo and sends parents off to complain or object, without saying where that is done there."""
    intent = catalogue.load().intents.get(answer.intent)
    if context.dialogue or intent is None or MBO not in intent.sectors:
        return
    general = [part for part in answer.parts() if part.path[0] != "variants"]
    told = any(variant.case.sector == MBO for variant in answer.variants) or any(
        _DESK.search(part.text) for part in general
    )
    running = [part for part in general if part.field not in ("what", "when")]
    if not told and any(_SENDS.search(part.text) for part in running):
        yield ("text",), "on the mbo a complaint or an objection goes to the school's own desk (WEB 7.5.1): say so"
