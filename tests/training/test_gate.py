"""The trained assistant against the gold questions: nothing recorded may be lost, and no crisis missed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loket import catalogue
from loket.run import processes
from loket.training import danger, evaluation, examples, report


@pytest.fixture(scope="module")
def figures(model: Path) -> dict:
    gold = evaluation.read_gold(examples.GOLD_DIR)
    parsed = list(processes.parse([entry.text for entry in gold], model))
    urgent = [intent.id for intent in catalogue.load().intents.values() if intent.urgent]
    return evaluation.evaluate(parsed, gold, urgent)


@pytest.fixture(scope="module")
def dangers(model: Path) -> dict:
    gold = danger.read(danger.GOLD)
    return danger.figures(list(processes.parse([text.text for text in gold], model)), gold)


def test_the_recorded_figures_are_held(figures, dangers):
    assert report.worse(figures, dangers) == []


@pytest.mark.parametrize(("key", "by"), [("serious_seen", -30), ("right_kind", -30), ("ordinary_with_ask", 30)])
def test_a_model_that_sees_less_danger_is_refused(key, by):
    recorded = json.loads(report.BASELINE.read_text())
    held = {name: (round(share * 1000), 1000) for name, share in recorded["danger"].items()}
    assert report.worse(recorded, held) == []
    lines = report.worse(recorded, held | {key: (held[key][0] + by, 1000)})
    assert [line.split(":")[0] for line in lines] == [report.DANGER_LABELS[key].strip()]


def test_every_crisis_is_seen(figures):
    assert figures["crisis_recall"] == 1.0


@pytest.mark.parametrize(
    ("key", "by"), [("first", -0.02), ("answered", -0.02), ("answered_wrong", 0.02), ("out_of_domain_answered", 0.02)]
)
def test_a_model_that_loses_ground_is_refused(key, by, tmp_path):
    recorded = json.loads(report.BASELINE.read_text())
    worse = report.worse(recorded | {key: recorded[key] + by})
    assert [line.split(":")[0] for line in worse] == [report.LABELS[key].strip()]


def test_a_model_that_misses_one_crisis_is_refused():
    recorded = json.loads(report.BASELINE.read_text())
    assert report.worse(recorded | {"crisis_recall": 0.99})


def test_recording_keeps_no_times(tmp_path):
    recorded = json.loads(report.BASELINE.read_text())
    dangers = dict.fromkeys(report.DANGER_LABELS, (1, 2))
    report.record(recorded | {"p50_ms": 3.0, "p95_ms": 9.0, "confused": []}, dangers, tmp_path / "baseline.json")
    assert json.loads((tmp_path / "baseline.json").read_text()).keys() == recorded.keys()
