"""What follow-ups teach: each together with the question before it."""

from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.follow_ups import FOLLOW_UP, FollowUpsAsExamples, InvalidFollowUps, read

FILE = """
- question: Mijn zoon is geschorst
  intent: schorsing_regels
  then:
    hoe lang mag dat: schorsing_regels
    "en wie betaalt de boeken?": schoolboeken
    en dan: nieuw
"""


def test_a_follow_up_is_learned_with_its_question_if_its_intent_is_known(make, tmp_path: Path) -> None:
    (tmp_path / "schorsing.yml").write_text(FILE)
    known = TrainingData([Message({"text": "x", "intent": intent}) for intent in ("schorsing_regels", "schoolboeken")])
    grown = make(FollowUpsAsExamples, folder=str(tmp_path)).process_training_data(known)
    added = [(one.get("text"), one.get("intent")) for one in grown.training_examples if one.get(FOLLOW_UP)]
    assert added == [
        ("Mijn zoon is geschorst. hoe lang mag dat", "schorsing_regels"),
        ("Mijn zoon is geschorst. en wie betaalt de boeken?", "schoolboeken"),
    ]


@pytest.mark.parametrize(
    "text", ["a: [", "- question: x\n", "- then: {a: b}\n", "tekst", "- question: x\n  then: [a]\n"]
)
def test_a_file_of_another_shape_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "stuk.yml").write_text(text)
    with pytest.raises(InvalidFollowUps, match=r"stuk\.yml"):
        list(read(tmp_path))


def test_those_of_this_repository_can_be_read() -> None:
    assert len(list(read(Path("data/conversations/follow_ups")))) > 2500
