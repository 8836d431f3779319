"""Answers for tests: one good file as text, so that lines can be counted, and one good answer to change."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loket.faq import answers, load
from loket.faq.model import Answer

TODAY = date(2026, 11, 25)

GOOD = """theme: kosten
answers:
- intent: ouderbijdrage_vrijwillig
  title: Moet ik de ouderbijdrage betalen?
  state: live
  short: |
    Nee, de ouderbijdrage is vrijwillig. De school mag u vragen om te betalen. Uw kind mag altijd meedoen.
  deadline:
  - what: Bezwaar maken bij het bestuur
    when: binnen 6 weken na de brief
    law: "WPO art. 63"
  text: |
    De school moet in de schoolgids schrijven dat u niet hoeft te betalen.
  variants:
  - for: {sector: vo}
    short: |
      Nee, op de middelbare school is de ouderbijdrage ook vrijwillig.
    text: |
      De school moet dit in de schoolgids schrijven.
  law:
  - {act: WPO, article: "40", version: 2026-08-01}
  - {act: WPO, article: "63", version: 2026-08-01}
  sources:
  - title: Rijksoverheid
    url: https://www.rijksoverheid.nl/ouderbijdrage
  referrals:
  - name: Stichting Leergeld
    for: hulp bij schoolkosten
    url: https://www.leergeld.nl/
  reviewed: {by: law, on: 2026-11-25, against: ["WPO art. 40 (2026-08-01)"]}
  owner: redactie geld en regelingen
  follow_up: [uitsluiting_niet_betaald]
  urgent: false
"""

EASY = "De school helpt u graag. "
"""A sentence of five easy words."""


def line_of(text: str, part: str) -> int:
    """The number of the first line that holds `part`."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def write(folder: Path, text: str, name: str = "kosten.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def change(folder: Path, text: str) -> None:
    """Write the file again, with another time of change however quick the test is."""
    path = write(folder, text)
    moment = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(moment, moment))


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the service read its answers from this folder, beside the lists of terms and phone numbers."""
    for name in ("terms.yml", "phones.yml"):
        (folder / name).write_text((load.FAQ_DIR / name).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(load, "FAQ_DIR", folder)
    monkeypatch.setattr(answers, "_cache", {})


def answer(**changes: Any) -> Answer:
    """A good answer of which some fields are other than usual."""
    fields: dict[str, Any] = {
        "intent": "ouderbijdrage_vrijwillig",
        "title": "Moet ik de ouderbijdrage betalen?",
        "short": EASY * 4,
        "text": EASY * 14,
        "law": [{"act": "WPO", "article": "40", "version": "2026-08-01"}],
        "sources": [{"title": "Rijksoverheid", "url": "https://www.rijksoverheid.nl/ouderbijdrage"}],
        "reviewed": {"by": "law", "on": "2026-11-25", "against": ["WPO art. 40 (2026-08-01)"]},
        "owner": "redactie geld en regelingen",
    }
    return Answer.model_validate(fields | changes)
