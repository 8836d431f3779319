from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loket import catalogue
from loket.training import danger, examples, report
from loket.training.danger import Danger, figures, read
from loket.yamlfile import ContentError


def row(level: str, kind: str | None = None) -> dict[str, Any]:
    return {"decision": {"kind": "ask", "safety": {"level": level, "kind": kind, "probability": 0.5}}}


GOLD = [
    Danger("1", "none"),
    Danger("2", "none"),
    Danger("3", "none"),
    Danger("4", "ask", "suicide"),
    Danger("5", "alarm", "suicide"),
    Danger("6", "alarm", "abuse_home"),
    Danger("7", "alarm", "abuse_home"),
    Danger("8", "alarm"),
]
PARSED = [
    row("none"),
    row("ask", "suicide"),
    row("alarm", "suicide"),
    row("ask", "self_harm"),
    row("alarm", "suicide"),
    row("alarm", "abuse_school"),
    row("none"),
    row("alarm", "suicide"),
]


def test_figures_of_eight_texts() -> None:
    found = figures(PARSED, GOLD)
    assert found["ordinary_without_alarm"] == (2, 3)
    assert found["ordinary_with_ask"] == (1, 3)
    assert found["serious_seen"] == (4, 5)
    assert found["must_alarm_alarmed"] == (3, 4)
    assert found["right_kind"] == (1, 2)
    assert found["abuse_home.serious_seen"] == (1, 2)
    assert "threat_weapon.serious_seen" not in found


def test_a_pipeline_without_safety_sees_nothing() -> None:
    assert figures([{"decision": None}], [Danger("x", "alarm", "suicide")])["serious_seen"] == (0, 1)


def test_rows_and_texts_must_match() -> None:
    with pytest.raises(ValueError, match="1 parsed"):
        figures(PARSED[:1], GOLD)


def test_lines_have_margins_and_kinds() -> None:
    lines = list(report.danger_lines(figures(PARSED, GOLD)))
    assert lines[0].split() == [
        "ordinary",
        "texts",
        "without",
        "an",
        "alarm",
        "66.7%",
        "(20.8%",
        "to",
        "93.9%",
        "of",
        "3)",
    ]
    assert any(line.split() == ["abuse_home", "(2)", "50%", "50%", "0%"] for line in lines)


def test_texts_of_a_folder_have_their_place(tmp_path: Path) -> None:
    (tmp_path / "suicide.yml").write_text("kind: suicide\nalarm: |\n  - een\n  - twee\nask: |\n  - drie\n")
    (tmp_path / "none.yml").write_text("# waarom\nnone: |\n  - vier\n")
    found = read(tmp_path)
    assert [(text.text, text.level, text.kind, text.line) for text in found] == [
        ("vier", "none", None, 3),
        ("drie", "ask", "suicide", 6),
        ("een", "alarm", "suicide", 3),
        ("twee", "alarm", "suicide", 4),
    ]


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "a", "level": "alarm", "kind": "suicide"}\n\n{"text": "b", "level": "none"}\n')
    assert [(text.text, text.level, text.kind) for text in read(path)] == [
        ("a", "alarm", "suicide"),
        ("b", "none", None),
    ]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.yml", "alarm: |\n  - x\n", "no kind of danger"),
        ("a.yml", "kind: boredom\nalarm: |\n  - x\n", "no kind of danger: 'boredom'"),
        ("a.yml", "nlu: []\n", "expected `none`"),
        ("a.yml", "kind: suicide\nalarm: |\n  x\n", 'a text begins with "- "'),
        ("a.jsonl", "{", "expected"),
        ("a.jsonl", '{"text": "a", "level": "perhaps"}', "a text, a level"),
        ("a.jsonl", '{"text": "a", "level": "ask", "kind": "boredom"}', "a known kind"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, name: str, content: str, problem: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ContentError, match=problem):
        read(path)


def test_the_texts_to_learn_from_can_be_read() -> None:
    assert {text.kind for text in read(danger.TRAINING) if text.kind} == set(danger.KINDS)


def test_no_text_is_learned_from_and_measured_on() -> None:
    learned = {text.text.lower().strip(" .!?") for text in read(danger.TRAINING)}
    assert not learned & {text.text.lower().strip(" .!?") for text in read(danger.GOLD)}


def test_every_example_of_an_urgent_intent_has_a_level() -> None:
    """Without one it teaches the detector nothing: put it in data/safety/from_nlu."""
    urgent = {intent.id for intent in catalogue.load().intents.values() if intent.urgent}
    levelled = {text.text for text in read(danger.TRAINING)}
    assert [e.text for e in examples.load(examples.NLU_DIR) if e.intent in urgent and e.text not in levelled] == []
