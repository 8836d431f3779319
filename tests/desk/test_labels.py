"""Nothing on the desk is shown by its name in the database."""

from __future__ import annotations

import re

from loket.catalogue import ROOT
from loket.desk import labels

SOURCE = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "loket").rglob("*.py"))


def test_every_kind_of_event_has_a_dutch_label() -> None:
    kinds = set(re.findall(r'kind="(\w+)"', SOURCE)) | set(re.findall(r'record\(session, ticket, "(\w+)"', SOURCE))
    assert len(kinds) >= 8
    assert kinds <= set(labels.EVENTS)


def test_every_outcome_has_a_dutch_label() -> None:
    dialogue = (ROOT / "loket" / "chat" / "dialogue.py").read_text(encoding="utf-8")
    outcomes = set(re.findall(r'turn\.log\("(\w+)"', dialogue))
    outcomes |= set(re.findall(r'_hand_over\(turn, [^,]+, "(\w+)"', dialogue))
    assert len(outcomes) >= 6
    assert outcomes <= set(labels.OUTCOMES)
