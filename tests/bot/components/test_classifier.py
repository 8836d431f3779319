"""The trainable half of the pipeline, from examples to a decision, before and after it is stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import model
from bot.components.answers import PROTOTYPE, AnswersAsExamples
from bot.components.classifier import PROBABILITIES, LoketClassifier
from bot.components.decision import DECISION, Decision
from bot.components.sentence_encoder import SentenceEncoder
from bot.components.tokenizer import DutchTokenizer

CLASSIFIER = {"outside_intent": "buiten_domein", "left_out": 3, "steps": 20}
CATALOGUE = """
themes:
  schorsing: {label: Straf, intents: {schorsing_regels: {sectors: [po], vraag: "Hoe lang mag een schorsing duren?"}}}
  kosten: {label: Kosten, intents: {schoolboeken: {sectors: [vo], vraag: "Wie betaalt?"}}}
dialogue: {intents: {crisis: "", buiten_domein: ""}}
"""


@pytest.fixture
def prepare(make):
    """prepare(text) is a message as the classifier gets it; prepare(TrainingData) as it is trained on."""
    steps = [make(DutchTokenizer), make(SentenceEncoder)]

    def prepare(what: str | TrainingData):
        if isinstance(what, TrainingData):
            for step in steps:
                what = step.process_training_data(what)
            return what
        messages = [Message({"text": what})]
        for step in steps:
            messages = step.process(messages)
        return messages[0]

    return prepare


def test_stored_and_loaded_it_says_the_same(make, prepare, examples) -> None:
    trained = make(LoketClassifier, **CLASSIFIER)
    trained.train(prepare(examples))
    loaded = make(LoketClassifier, load=True, **CLASSIFIER)
    for text in ("hoe lang mag een schorsing duren", "wie betaalt de boeken?", "hij wil dood. wat nu te doen?"):
        before, after = (component.process([prepare(text)])[0] for component in (trained, loaded))
        np.testing.assert_allclose(before.get(PROBABILITIES).message, after.get(PROBABILITIES).message, atol=2e-3)
        assert before.get("intent")["name"] == after.get("intent")["name"]


def test_a_model_of_another_format_is_refused(make, prepare, examples, storage, monkeypatch) -> None:
    make(LoketClassifier, **CLASSIFIER).train(prepare(examples))
    monkeypatch.setattr(model, "FORMAT", model.FORMAT + 1)
    with pytest.raises(model.OtherFormat, match="train the model again"):
        make(LoketClassifier, load=True, **CLASSIFIER)


def test_ranks_every_intent_with_probabilities(make, prepare, examples) -> None:
    classifier = make(LoketClassifier, **CLASSIFIER, ranking_length=0)
    classifier.train(prepare(examples))
    message = classifier.process([prepare("mijn kind is drie dagen geschorst")])[0]
    ranking = message.get("intent_ranking")
    assert {entry["name"] for entry in ranking} == {"schorsing_regels", "schoolboeken", "crisis", "buiten_domein"}
    assert sum(entry["confidence"] for entry in ranking) == pytest.approx(1, abs=1e-4)
    assert message.get("intent") == ranking[0]
    assert ranking[0]["name"] == "schorsing_regels"


def test_the_same_examples_give_the_same_model(make, prepare, examples) -> None:
    one, two = (make(LoketClassifier, **CLASSIFIER) for _ in range(2))
    data = prepare(examples)
    one.train(data)
    two.train(data)
    assert (one.model.gram_weights == two.model.gram_weights).all()
    assert (one.model.dense_weights == two.model.dense_weights).all()
    assert one.model.temperature == two.model.temperature


def test_without_an_outside_intent_it_is_an_ordinary_classifier(make, prepare, examples) -> None:
    classifier = make(LoketClassifier, left_out=3, steps=20)
    classifier.train(prepare(examples))
    message = classifier.process([prepare("appeltaart bakken")])[0]
    assert message.get(PROBABILITIES).message.sum() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("text", ["", "?", "😡", "xyzzy", "a" * 9000])
def test_any_text_gets_a_ranking(make, prepare, examples, text: str) -> None:
    classifier = make(LoketClassifier, **CLASSIFIER)
    classifier.train(prepare(examples))
    assert np.isfinite(classifier.process([prepare(text)])[0].get(PROBABILITIES).message).all()


def test_answers_teach_only_intents_that_there_are(make, examples, tmp_path: Path) -> None:
    (tmp_path / "catalogue.yml").write_text(CATALOGUE)
    (tmp_path / "answers.yml").write_text(
        "answers:\n- {intent: schoolboeken, title: 'Wie betaalt de boeken?', text: 'De school betaalt alle boeken voor u.'}\n"
        "- {intent: elders, title: Iets anders, text: x}\n"
    )
    component = make(AnswersAsExamples, catalogue=str(tmp_path / "catalogue.yml"), answers=str(tmp_path))
    grown = component.process_training_data(examples)
    added = [(m.get("text"), m.get("intent")) for m in grown.training_examples if m.get(PROTOTYPE)]
    assert added == [
        ("Hoe lang mag een schorsing duren?", "schorsing_regels"),
        ("Wie betaalt?", "schoolboeken"),
        ("Wie betaalt de boeken?", "schoolboeken"),
        ("De school betaalt alle boeken voor u.", "schoolboeken"),
    ]


@pytest.fixture
def understand(make, prepare, examples, tmp_path: Path):
    """A whole trained pipeline but for the entities, its Decision stored and loaded."""
    catalogue = tmp_path / "catalogue.yml"
    catalogue.write_text(CATALOGUE)
    classifier = make(LoketClassifier, **CLASSIFIER)
    classifier.train(prepare(examples))
    make(Decision, catalogue=str(catalogue)).train(examples)
    decision = make(Decision, load=True, catalogue="nowhere")

    def understand(text: str) -> Message:
        return decision.process(classifier.process([prepare(text)]))[0]

    return understand


def test_decision_is_part_of_the_output(understand) -> None:
    output = understand("mijn kind wil niet meer leven").as_dict(only_output_properties=True)
    assert output[DECISION].keys() == {"kind", "intents", "probability", "reason", "safety", "language"}
    assert output[DECISION]["intents"][0] == "crisis"
    assert PROBABILITIES not in output


def test_without_a_detector_there_is_no_danger(understand) -> None:
    assert understand("hoe laat is het").get(DECISION)["safety"] == {"level": "none", "kind": None, "probability": 0.0}


def test_what_is_not_answered_is_a_fallback_and_keeps_its_ranking(understand) -> None:
    message = understand("recept voor appeltaart")
    assert message.get(DECISION)["kind"] in ("ask", "handoff")
    assert message.get("intent")["name"] == message.get("intent_ranking")[0]["name"] == "nlu_fallback"
    assert len(message.get("intent_ranking")) == 5


def test_a_choice_that_the_server_issued_is_left_alone(understand) -> None:
    assert understand("/schoolboeken").get(DECISION) is None
