import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from bot import light
from bot.parse import nodes_towards, row, rows


@pytest.fixture(scope="module")
def parsed(model: Path) -> list[dict]:
    lines = ['{"text": "Mijn kind heeft dyslexie"}', "", '{"text": "/medewerker_spreken"}', "[1]", '{"text": ""}']
    command = [sys.executable, "-X", "importtime", "-m", "bot.parse", "--model", str(model)]
    done = subprocess.run(command, input="\n".join(lines), cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "tensorflow.python" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_row_has_what_was_understood(parsed: list[dict]) -> None:
    assert set(parsed[0]) == {"text", "intent", "confidence", "ranking", "entities", "decision", "ms"}
    assert parsed[0]["intent"] == "dyslexie"
    assert parsed[0]["text"] == "Mijn kind heeft dyslexie"


def test_typed_payload_is_not_obeyed(parsed: list[dict]) -> None:
    assert parsed[1]["intent"] == "nlu_fallback"
    assert parsed[1]["text"] == "/medewerker_spreken"


def test_bad_line_is_named_and_the_rest_goes_on(parsed: list[dict]) -> None:
    assert parsed[2] == {"error": 'not a JSON object with a "text"', "line": 4}
    assert parsed[3]["text"] == ""


def test_ranking_has_ten_at_most() -> None:
    ranking = [{"name": f"i{place}", "confidence": 0.1, "id": 3} for place in range(20)]
    answer = row("x", lambda text: {"intent": ranking[0], "intent_ranking": ranking})
    assert len(answer["ranking"]) == 10
    assert answer["ranking"][0] == {"name": "i0", "confidence": 0.1}


def test_rows_are_made_one_at_a_time() -> None:
    answers = rows(iter(['{"text": "a"}', "kapot"]), lambda text: {})
    assert next(iter(answers))["text"] == "a"


def test_only_needed_nodes_are_loaded() -> None:
    nodes = {
        "tokens": {"needs": {"messages": "__message__"}},
        "intent": {"needs": {"messages": "tokens"}},
        "policy": {"needs": {"messages": "intent"}},
    }
    assert set(nodes_towards("intent", nodes)) == {"tokens", "intent"}


def test_unusable_model_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.parse", "--model", str(tmp_path / "gone.tar.gz")]
    done = subprocess.run(command, input="", cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "gone.tar.gz cannot be used" in done.stderr


@pytest.mark.parametrize(
    ("components", "enough"),
    [
        (["bot.components.decision.Decision", "RulePolicy"], True),
        (["rasa.nlu.classifiers.fallback_classifier.FallbackClassifier"], True),
        (["bot.components.decision.Decision", "DIETClassifier"], False),
        (["rasa.nlu.classifiers.diet_classifier.DIETClassifier"], False),
        (["rasa.core.policies.ted_policy.TEDPolicy"], False),
        (["LogisticRegressionClassifier", "MemoizationPolicy"], True),
    ],
)
def test_tensorflow_is_spared_only_where_nothing_needs_it(components: list[str], enough: bool) -> None:
    assert light.enough_for(components) is enough
