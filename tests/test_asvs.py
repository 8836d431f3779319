"""docs/asvs.md leaves no requirement out and names only tests and pages that exist."""

from __future__ import annotations

import re
from pathlib import Path

from loket.paths import ROOT

NUMBERS = Path(__file__).parent / "support" / "asvs_5_0_0_levels_1_and_2.txt"
DOCS = ROOT / "docs"
KINDS = ("n/a: ", "operator: ", "doc: ", "not fully: ", "not done: ", "not shown: ", "`tests/")


def rows() -> list[list[str]]:
    lines = (DOCS / "asvs.md").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| V")]


def test_no_requirement_is_missing_and_none_is_there_twice() -> None:
    wanted = [line.split() for line in NUMBERS.read_text(encoding="ascii").splitlines()]
    assert len(wanted) == 253
    assert [row[:2] for row in rows()] == wanted


def test_each_has_a_subject_and_says_what_shows_it() -> None:
    for number, _, subject, shown in rows():
        assert subject, number
        assert shown.startswith(KINDS), (number, shown)


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / "asvs.md").read_text(encoding="utf-8"))
    assert len(named) > 100
    for path, name in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(?:async )?def {name}\(", source, re.MULTILINE), f"{path}::{name}"


def test_every_page_and_heading_that_is_named_exists() -> None:
    for _, _, _, shown in rows():
        for page, heading in re.findall(r"\]\(([\w./-]+\.md)\)(?:, \"([^\"]+)\")?", shown):
            source = (DOCS / page).read_text(encoding="utf-8")
            assert not heading or f"\n## {heading}\n" in source, (page, heading)
