"""What the answers teach the assistant."""

from __future__ import annotations

from pathlib import Path

from bot.components.content import prototypes

ANSWERS = """theme: kosten
answers:
- intent: ouderbijdrage_vrijwillig
  title: Moet ik betalen?
  short: |
    Nee, de ouderbijdrage is altijd vrijwillig.
  text: |
    **Wat kunt u doen?**

    Bel de school op {loket_phone} als u vragen hebt.
- intent: begroeting
  title: Begroeting
  short: |
    Hallo, stel hier gerust uw vraag.
"""


def test_short_and_text_teach_without_marks_and_placeholders(tmp_path: Path) -> None:
    (tmp_path / "kosten.yml").write_text(ANSWERS, encoding="utf-8")
    assert prototypes(tmp_path / "none.yml", tmp_path) == [
        ("Moet ik betalen?", "ouderbijdrage_vrijwillig"),
        ("Nee, de ouderbijdrage is altijd vrijwillig.", "ouderbijdrage_vrijwillig"),
        ("Bel de school op als u vragen hebt.", "ouderbijdrage_vrijwillig"),
        ("Begroeting", "begroeting"),
        ("Hallo, stel hier gerust uw vraag.", "begroeting"),
    ]
