"""Nothing on the desk is shown by its name in the database."""

from __future__ import annotations

import re

from loket.desk import labels
from loket.paths import ROOT
from loket.tickets.models import EventKind


def test_every_kind_of_event_has_a_dutch_label() -> None:
    assert set(labels.EVENTS) == set(EventKind)


def test_every_outcome_has_a_dutch_label() -> None:
    modules = sorted((ROOT / "loket" / "assistant").glob("*.py"))
    dialogue = "\n".join(module.read_text(encoding="utf-8") for module in modules)
    outcomes = set(re.findall(r'turn\.log\("(\w+)"', dialogue))
    outcomes |= set(re.findall(r'hand_over\(turn, [^,]+, "(\w+)"', dialogue))
    assert len(outcomes) >= 6
    assert outcomes <= set(labels.OUTCOMES)
