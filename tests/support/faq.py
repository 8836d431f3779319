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

SAMPLES = {
    "kosten.yml": GOOD.replace(
        "  urgent: false",
        """  easier: |
    U hoeft niet te betalen. Uw kind mag mee.
  child: |
    Je mag altijd meedoen, ook als je ouders niet betalen.
  urgent: false""",
    ).replace(
        "    url: https://www.leergeld.nl/",
        """    url: https://www.leergeld.nl/
    phone: 0800-0432
    hours: elke dag van 11 tot 21 uur""",
    )
    + """- intent: schoolboeken
  title: Wie betaalt de schoolboeken?
  state: withheld
  withheld_reason: nog niet nagezocht
  owner: redactie geld en regelingen
  short: |
    Dit mag niemand lezen.
- intent: laptop_tablet
  title: Moet ik een laptop betalen?
  short: |
    Dit was zo. Bel {loket_phone}. Mail {loket_email}.
  text: |
    Vraag het de school.
  sources: [{title: Rijksoverheid, url: "https://www.rijksoverheid.nl/"}]
  valid_until: 2026-01-01
  volatile: bedrag van een jaar
  owner: redactie geld en regelingen
""",
    "mbo.yml": """theme: mbo
answers:
- intent: mbo_klacht
  title: Hoe klaag ik op het mbo?
  short: |
    Algemeen antwoord.
  text: |
    Algemeen vervolg.
  variants:
  - for: {sector: mbo}
    short: |
      Antwoord voor het mbo.
    text: |
      Vervolg voor het mbo.
  - for: {sector: mbo, age: 16_17}
    short: |
      Antwoord voor het mbo met 17 jaar.
    text: |
      Vervolg voor het mbo met 17 jaar.
  - for: {school: openbaar}
    short: |
      Antwoord voor een openbare school.
    text: |
      Vervolg voor een openbare school.
  law: [{act: WEB, article: "7.5.1", version: 2026-08-01}]
  owner: redactie onderwijsrecht
""",
    "schooltijd.yml": """theme: schooltijd
answers:
- intent: schoolvakanties
  title: Wanneer zijn de schoolvakanties?
  short: |
    De overheid stelt de vakanties vast.
  text: |
    De school mag er dagen bij doen.
  sources: [{title: Rijksoverheid, url: "https://www.rijksoverheid.nl/onderwerpen/schoolvakanties"}]
  owner: redactie onderwijsrecht
""",
    "dialogue.yml": """theme: dialogue
answers:
- intent: begroeting
  title: Begroeting
  short: |
    Hallo, ik ben een computerprogramma. Bel ons op {loket_phone}.
  owner: redactie gesprek
- intent: crisis
  title: Wij helpen u nu
  short: |
    Bel 112.
  text: |
    Blijf bij uw kind.
  sources: [{title: "113", url: "https://www.113.nl/"}]
  referrals: [{name: "113", for: "praten", phone: "113", hours: "dag en nacht"}]
  owner: redactie zorg en veiligheid
  urgent: true
""",
}
"""A few answers of every kind, by file: complete, withheld, past its date, with variants, urgent."""

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


@pytest.fixture
def samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The service reads SAMPLES instead of data/faq."""
    use(tmp_path, monkeypatch)
    for name, text in SAMPLES.items():
        write(tmp_path, text, name)
    return tmp_path


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
