"""Danger, from texts to chances, before and after the detector is stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import danger_model
from bot.components.answers import PROTOTYPE
from bot.components.calibration import group_of
from bot.components.danger import DANGER, DangerDetector
from bot.components.danger_texts import LABEL, DangerTexts, InvalidTexts, Label, Labelled, composed, read
from bot.components.model import OtherFormat
from bot.components.sentence_encoder import SentenceEncoder
from bot.components.tokenizer import DutchTokenizer

SUICIDE = """
kind: suicide
alarm: |
  - mijn dochter zegt dat ze niet meer wil leven
  - hij praat elke dag over zelfmoord
  - ze heeft afscheid genomen van haar vrienden
  - mijn zoon zegt dat hij dood wil
  - ze zegt dat iedereen beter af is zonder haar
  - hij heeft pillen verzameld om te sterven
ask: |
  - hij is al weken zo somber
  - ze lacht nooit meer
"""
HUNGER = """
kind: eating_disorder
alarm: |
  - ze eet al weken bijna niets en is vel over been
  - hij spuugt al zijn eten uit na de maaltijd
  - mijn dochter telt elke hap en valt steeds flauw
  - ze verstopt haar eten en weegt zich tien keer per dag
"""
NONE = """
none: |
  - ik lach me dood om die juf
  - hij is doodmoe van het voetballen
  - elke nacht
  - ze lust geen spruitjes
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "suicide.yml").write_text(SUICIDE)
    (tmp_path / "deep" / "eating_disorder.yml").write_text(HUNGER)
    (tmp_path / "none.yml").write_text(NONE)
    return tmp_path


@pytest.fixture
def prepare(make, folder: Path):
    """prepare(TrainingData) as the detector is trained on; prepare(text) as it reads a message."""
    texts = make(DangerTexts, folder=str(folder), catalogue="nowhere", groups=3)
    steps = [make(DutchTokenizer), make(SentenceEncoder)]

    def prepare(what: str | TrainingData):
        if isinstance(what, TrainingData):
            what = texts.process_training_data(what)
            for step in steps:
                what = step.process_training_data(what)
            return what
        messages = [Message({"text": what})]
        for step in steps:
            messages = step.process(messages)
        return messages[0]

    return prepare


def test_every_text_of_the_folder_and_its_folders_is_read(folder: Path) -> None:
    pairs = list(read(folder))
    assert len(pairs) == 16
    assert ("ze lacht nooit meer", "ask", "suicide") in pairs
    assert ("elke nacht", "none", "") in pairs
    assert ("hij spuugt al zijn eten uit na de maaltijd", "alarm", "eating_disorder") in pairs


def test_a_file_of_another_shape_is_named(folder: Path) -> None:
    (folder / "wrong.yml").write_text("alarm: |\n  - x\n")
    with pytest.raises(InvalidTexts, match=r"wrong\.yml"):
        list(read(folder))


def test_ordinary_examples_are_labelled_and_urgent_ones_are_not(prepare, examples) -> None:
    examples.training_examples.append(Message({"text": "een alinea", "intent": "schoolboeken", PROTOTYPE: True}))
    labelled = {e.get("text"): e.get(LABEL) for e in prepare(examples).training_examples}
    assert labelled["zijn lesboeken gratis"].level == "none"
    assert labelled["ze praat over zelfmoord"] is None
    assert labelled["een alinea"] is None
    assert labelled["ze lacht nooit meer"][:2] == ("ask", "suicide")


def test_the_texts_are_no_examples_of_an_intent(prepare, examples) -> None:
    assert "ze lacht nooit meer" not in [e.get("text") for e in prepare(examples).intent_examples]


def test_messages_are_composed_within_a_group() -> None:
    calm = [Labelled(f"gewone vraag {n}", Label("none", "", n % 2)) for n in range(20)]
    serious = [Labelled(f"ernstig {n}", Label("alarm", "suicide", n % 2)) for n in range(10)]
    made = composed(serious, calm, 1)
    with_danger = [text for text in made if text.label.level == "alarm"]
    assert (len(with_danger), len(made)) == (10, 20)
    for text, label in made:
        numbers = [int(word.strip(".,?")) for word in text.split() if word.strip(".,?").isdigit()]
        assert len(numbers) > 1
        assert {number % 2 for number in numbers} == {label.group}
        assert ("ernstig" in text) == (label.level == "alarm")


def test_a_new_example_leaves_most_composed_messages_as_they_were() -> None:
    calm = [Labelled(f"gewone vraag {n}", Label("none", "", 0)) for n in range(200)]
    serious = [Labelled(f"ernstig {n}", Label("alarm", "suicide", 0)) for n in range(50)]
    before = composed(serious, calm, 1)
    after = composed(serious, [Labelled("een nieuwe vraag", Label("none", "", 0)), *calm], 1)
    assert len(set(before) & set(after)) > 0.9 * len(before)


def test_of_the_ordinary_examples_one_in_three_stands_for_three(prepare) -> None:
    texts = [f"mag mijn kind {n} dagen vrij" for n in range(600)]
    found = prepare(TrainingData([Message({"text": text, "intent": "kort_verlof"}) for text in texts]))
    labels = [
        e.get(LABEL) for e in found.training_examples if e.get("intent") == "kort_verlof" and not e.get(PROTOTYPE)
    ]
    counts = [label.stands_for for label in labels]
    assert set(counts) == {0, 3}
    assert sum(counts) == pytest.approx(600, rel=0.15)
    serious = [e.get(LABEL) for e in found.training_examples if e.get(LABEL) and e.get(LABEL).level == "alarm"]
    assert {label.stands_for for label in serious} == {1}


def test_a_text_that_another_stands_for_is_not_read_and_one_that_stands_for_three_counts_for_three(monkeypatch) -> None:
    read = []
    monkeypatch.setattr(
        danger_model.calibration, "logistic", lambda f, t, c: read.append((len(f), c.tolist())) or np.zeros(6)
    )
    labels = [
        Label("none", "", 0, 3),
        Label("none", "", 0, 0),
        Label("alarm", "suicide", 0),
        Label("ask", "suicide", 0),
    ]
    texts = ["gewoon", "ook gewoon", "dood", "somber"]
    danger_model.learn(
        danger_model.Examples(
            texts * 2, np.eye(8, 6, dtype=np.float32), [*labels, *(label._replace(group=1) for label in labels)], {}
        ),
        danger_model.Settings(most_grams=50, steps=2),
    )
    assert read == [(3, [3, 1, 1]), (2, [1, 1])]


def test_a_text_stays_in_its_group() -> None:
    assert [group_of(text, 5) for text in ("ernstig", "gewoon")] == [
        group_of(text, 5) for text in ("ernstig", "gewoon")
    ]
    assert {group_of(f"vraag {n}", 5) for n in range(100)} == set(range(5))


def test_stored_and_loaded_it_says_the_same(make, prepare, examples) -> None:
    trained = make(DangerDetector)
    trained.train(prepare(examples))
    loaded = make(DangerDetector, load=True)
    long = "Hoe vraag ik verlof aan voor een bruiloft? Mijn zoon zegt dat hij dood wil en nergens meer om geeft. Alvast bedankt."
    for text in ("wie betaalt de boeken", "ze wil niet meer leven", long):
        before, after = (component.process([prepare(text)])[0].get(DANGER) for component in (trained, loaded))
        assert before.alarm == pytest.approx(after.alarm, abs=2e-3)
        np.testing.assert_allclose(before.of_kind, after.of_kind, atol=2e-3)


def test_danger_its_level_and_its_kind_are_told_apart(make, prepare, examples) -> None:
    detector = make(DangerDetector)
    detector.train(prepare(examples))
    calm, suicide, hunger = (
        detector.process([prepare(text)])[0].get(DANGER)
        for text in (
            "krijgen we boeken van school",
            "hij zegt dat hij niet meer wil leven",
            "ze eet niets en spuugt alles uit",
        )
    )
    assert calm.alarm + calm.sign < min(suicide.alarm + suicide.sign, hunger.alarm + hunger.sign)
    assert suicide.kinds[int(suicide.of_kind.argmax())] == "suicide"
    assert hunger.kinds[int(hunger.of_kind.argmax())] == "eating_disorder"
    assert 0 <= calm.alarm + calm.sign <= 1


def test_one_clause_in_a_long_question_weighs(make, prepare, examples) -> None:
    detector = make(DangerDetector)
    detector.train(prepare(examples))
    calm = "Hoe lang mag een school schorsen, en wie betaalt dan de boeken? Zijn lesboeken gratis? Wij horen het graag van u."
    serious = calm.replace("Zijn lesboeken gratis?", "Mijn zoon zegt dat hij dood wil.")
    found = [detector.process([prepare(text)])[0].get(DANGER) for text in (calm, serious)]
    assert found[1].alarm > found[0].alarm


def test_without_texts_of_danger_it_says_nothing(make, prepare, examples, tmp_path: Path) -> None:
    detector = make(DangerDetector)
    detector.train(examples)
    loaded = make(DangerDetector, load=True)
    assert loaded.process([prepare("hij wil dood")])[0].get(DANGER) is None


def test_a_model_of_another_format_is_refused(make, prepare, examples, monkeypatch) -> None:
    make(DangerDetector).train(prepare(examples))
    monkeypatch.setattr(danger_model, "FORMAT", danger_model.FORMAT + 1)
    with pytest.raises(OtherFormat, match="train the model again"):
        make(DangerDetector, load=True)


@pytest.mark.parametrize("text", ["?", "😡", "xyzzy", "woord " * 900])
def test_any_text_gets_chances(make, prepare, examples, text: str) -> None:
    detector = make(DangerDetector)
    detector.train(prepare(examples))
    assert np.isfinite(detector.process([prepare(text)])[0].get(DANGER).alarm)
