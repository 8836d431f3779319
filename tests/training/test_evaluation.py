from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loket.training import plots, report
from loket.training.evaluation import Gold, calibration_error, evaluate, macro_f1, read_gold, risk_coverage
from loket.yamlfile import ContentError

KEYS = (
    "n first first_lenient first_three macro_f1 answered answered_wrong asked handed_over out_of_domain_answered "
    "answered_at_2 urgent_recall crisis_recall needless_alarms needless_asks calibration_error p50_ms p95_ms groups confused"
)


def row(kind: str, *ranking: tuple[str, float], ms: float = 2.0, danger: str = "none") -> dict[str, Any]:
    """What bot.parse prints: with the fallback before the classifier's ranking where the decision is not to answer."""
    entries = [{"name": name, "confidence": chance} for name, chance in ranking]
    if kind in ("ask", "handoff"):
        entries = [{"name": "nlu_fallback", "confidence": ranking[0][1]}, *entries]
    decision = {"kind": kind, "intents": [name for name, _ in ranking][:3], "probability": 0.5, "reason": "x"}
    decision["safety"] = {"level": danger, "kind": None, "probability": 0.5}
    return {
        "text": "",
        "intent": entries[0]["name"],
        "confidence": 0.5,
        "ranking": entries,
        "decision": decision,
        "ms": ms,
    }


GOLD = [
    Gold("1", "a"),
    Gold("2", "a", ("b",)),
    Gold("3", "b"),
    Gold("4", "buiten_domein"),
    Gold("5", "crisis"),
    Gold("6", "misbruik"),
]
PARSED = [
    row("answer", ("a", 0.9), ("b", 0.1), ms=1),
    row("answer", ("b", 0.9), ("a", 0.1)),
    row("ask", ("a", 0.5), ("c", 0.3), ("b", 0.2)),
    row("handoff", ("buiten_domein", 0.9), ("a", 0.1)),
    row("ask", ("crisis", 0.2), ("a", 0.1), danger="alarm"),
    row("answer", ("misbruik", 0.9), ms=9, danger="ask"),
]


def test_figures_of_six_questions() -> None:
    figures = evaluate(PARSED, GOLD, urgent=["misbruik"])
    assert list(figures) == KEYS.split()
    assert figures["n"] == 6
    assert figures["first"] == pytest.approx(4 / 6)
    assert figures["first_lenient"] == pytest.approx(5 / 6)
    assert figures["first_three"] == 1.0
    assert figures["answered"] == 0.5
    assert figures["answered_wrong"] == 0.0
    assert figures["asked"] == pytest.approx(2 / 6)
    assert figures["handed_over"] == pytest.approx(1 / 6)
    assert figures["out_of_domain_answered"] == 0.0
    assert figures["urgent_recall"] == figures["crisis_recall"] == 1.0
    assert (figures["p50_ms"], figures["p95_ms"]) == (2.0, 9)
    assert figures["confused"] == [{"intent": "b", "found": "a", "count": 1}]


def test_figures_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(evaluate(PARSED, GOLD)))["n"] == 6


def test_alarms_and_lines_at_other_questions_are_needless() -> None:
    parsed = [row("answer", ("a", 0.9), danger=level) for level in ("alarm", "ask", "ask", "none")]
    figures = evaluate(
        [*parsed, row("answer", ("crisis", 0.9), danger="alarm")], [*[Gold("x", "a")] * 4, Gold("x", "crisis")]
    )
    assert (figures["needless_alarms"], figures["needless_asks"]) == (0.25, 0.5)


def test_crisis_that_is_only_answered_is_missed() -> None:
    figures = evaluate([row("answer", ("crisis", 0.9))], [Gold("x", "crisis")], urgent=["misbruik"])
    assert figures["crisis_recall"] == figures["urgent_recall"] == 0.0


def test_an_answer_to_another_question_is_wrong() -> None:
    figures = evaluate([row("answer", ("a", 0.9))], [Gold("x", "b")])
    assert figures["answered_wrong"] == 1.0


def test_answering_what_is_none_of_our_business_counts() -> None:
    figures = evaluate([row("answer", ("a", 0.9)), row("ask", ("a", 0.9))], [Gold("x", "buiten_domein")] * 2)
    assert figures["out_of_domain_answered"] == 0.5


def test_out_of_domain_an_answer_that_would_also_do_is_not_counted() -> None:
    gold = [Gold("x", "buiten_domein", ("a",)), Gold("x", "buiten_domein", ("b",))]
    assert evaluate([row("answer", ("a", 0.9))] * 2, gold)["out_of_domain_answered"] == 0.5


def test_as_much_as_can_be_answered_with_two_percent_wrong() -> None:
    parsed = [row("answer", ("a", 0.99 - place / 1000)) for place in range(100)]
    gold = [Gold("x", "b" if place in (50, 99) else "a") for place in range(100)]
    assert evaluate(parsed, gold)["answered_at_2"] == 1.0
    gold[10] = Gold("x", "b")
    assert evaluate(parsed, gold)["answered_at_2"] == 0.5


def test_each_length_form_and_manner_is_counted_apart() -> None:
    gold = [
        Gold("x", "a", form="question", manner="mail"),
        Gold("x " * 30, "b", form="story", manner="mail"),
        Gold("x", "a", form="story"),
    ]
    parsed = [row("answer", ("a", 0.9)), row("answer", ("a", 0.9)), row("ask", ("a", 0.9))]
    groups = evaluate(parsed, gold)["groups"]
    assert groups == {
        "1-8 words": {"n": 2, "right": 2, "answered": 1, "wrong": 0},
        "26-60 words": {"n": 1, "right": 0, "answered": 1, "wrong": 1},
        "mail": {"n": 2, "right": 1, "answered": 2, "wrong": 1},
        "question": {"n": 1, "right": 1, "answered": 1, "wrong": 0},
        "story": {"n": 2, "right": 1, "answered": 1, "wrong": 1},
    }


@pytest.mark.parametrize(
    ("words", "length"), [(8, "1-8 words"), (9, "9-25 words"), (60, "26-60 words"), (61, "more than 60 words")]
)
def test_the_length_of_a_question_is_that_of_its_words(words: int, length: str) -> None:
    assert Gold("x " * words, "a").length() == length


def test_no_questions_give_no_error() -> None:
    assert evaluate([], [])["first"] == 0.0


def test_rows_and_gold_must_match() -> None:
    with pytest.raises(ValueError, match="1 parsed"):
        evaluate(PARSED[:1], GOLD)


def test_stock_rasa_without_a_decision_is_measured_too() -> None:
    parsed = {"intent": "a", "confidence": 0.8, "ranking": [{"name": "a", "confidence": 0.8}], "decision": None}
    figures = evaluate([parsed], [Gold("x", "a")])
    assert (figures["first"], figures["answered"], figures["answered_wrong"]) == (1.0, 1.0, 0.0)


def test_macro_f1_counts_each_intent_the_same() -> None:
    assert macro_f1(["a", "a", "a", "b"], ["a", "a", "a", "a"]) == pytest.approx((6 / 7 + 0) / 2)


def test_calibration_error() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([0.95] * 2, [False, False]) == pytest.approx(0.95)


def test_surest_questions_are_answered_first() -> None:
    assert risk_coverage(PARSED[:3], GOLD[:3])[-1] == (1.0, pytest.approx(1 / 3))


def test_gold_of_both_formats(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: a\n  examples: |\n    - een vraag\n    - nog een\n'
    )
    lines = tmp_path / "b.jsonl"
    lines.write_text('{"text": "x", "intent": "a", "ook": ["b"]}\n\n{"text": "y", "intent": "b"}\n')
    assert read_gold(tmp_path) == [Gold("een vraag", "a"), Gold("nog een", "a")]
    assert read_gold(lines) == [Gold("x", "a", ("b",)), Gold("y", "b")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "no valid JSON"),
        ("[]", "no JSON object"),
        ('{"text": "x"}', '"intent"'),
        ('{"text": " ", "intent": "a"}', '"text"'),
        ('{"text": "x", "intent": "a", "ook": "b"}', '"ook"'),
    ],
)
def test_malformed_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"text": "x", "intent": "a"}\n' + line)
    with pytest.raises(ContentError, match=f"gold.jsonl:2: {problem}|gold.jsonl:2: .*{problem}"):
        read_gold(path)


def test_pictures_are_drawn(tmp_path: Path) -> None:
    paths = plots.draw_all(PARSED, GOLD, {"a": "kosten", "b": "advies"}, tmp_path)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    assert len(paths) == 3


def test_the_figures_as_lines_have_margins_and_groups() -> None:
    figures = evaluate(PARSED, GOLD)
    lines = list(report.lines(figures))
    text = "\n".join(lines)
    assert f"of {len(GOLD)})" in next(line for line in lines if line.startswith("right in the first place"))
    answered = round(figures["answered"] * len(GOLD))
    assert f"of {answered})" in next(line for line in lines if line.strip().startswith("of which wrong"))
    assert "(" not in next(line for line in lines if line.startswith("other questions, with an alarm"))
    group = figures["groups"]["1-8 words"]
    assert f"{group['right'] / group['n']:.1%}" in next(line for line in lines if line.startswith("  1-8 words"))
    assert "most confused" in text
