import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.dutch import dutch
from bot.components.tokenizer import CLEAN, SENTENCES, DutchTokenizer, sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mag dat? Hij is 7 jaar.", ["Mag dat? Hij is 7 jaar."]),
        (
            "Mijn zoon is geschorst. Hoe lang mag dat duren?",
            ["Mijn zoon is geschorst.", "Hoe lang mag dat duren?"],
        ),
        ("Beste mevrouw. Mijn zoon wordt gepest.", ["Beste mevrouw. Mijn zoon wordt gepest."]),
        ("ik ben o.a. boos op de school", ["ik ben o.a. boos op de school"]),
        ("", []),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert sentences(dutch().make_doc(text)) == parts


def test_message_gets_tokens_with_their_place(make) -> None:
    message = make(DutchTokenizer).process([Message({"text": "Zit m'n zoon in groep 5?"})])[0]
    tokens = message.get("text_tokens")
    assert [token.text for token in tokens] == ["Zit", "m'n", "zoon", "in", "groep", "5", "?"]
    assert all(message.get("text")[token.start : token.end] == token.text for token in tokens)


def test_very_long_message_is_read_at_both_ends(make) -> None:
    text = "Mijn zoon is geschorst. " + "bla " * 5000 + "Hoe lang mag dat?"
    message = make(DutchTokenizer, max_characters=400).process([Message({"text": text})])[0]
    assert len(message.get(CLEAN)) < 420
    assert message.get(SENTENCES)[0] == "Mijn zoon is geschorst."
    assert message.get(CLEAN).endswith("Hoe lang mag dat?")
