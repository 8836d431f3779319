"""DutchTokenizer: words and sentences of a message, by spaCy's rules for Dutch."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components import language
from bot.components.dutch import Doc, dutch
from bot.components.questions import clauses, points
from bot.components.text import clean

# Message properties that the later components read.
CLEAN = "clean_text"
SENTENCES = "sentences"
DOC = "dutch_doc"
LANGUAGE = "language"
# A shorter sentence ("Help!", "Beste mevrouw.") says too little to be understood by itself.
SHORTEST_SENTENCE = 3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class DutchTokenizer(Tokenizer):
    """Sets tokens as every Rasa tokenizer does, and for the message's text also `clean_text`, `sentences`, `language` and the spaCy Doc."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
            # Of a longer message only the first and the last words are read (half each): this bounds the time it can take.
            "max_characters": 4000,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["spacy"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute)
        if attribute == TEXT:
            cleaned = clean(self._bounded(text))
            message.set(CLEAN, cleaned)
            message.set(LANGUAGE, language.of(cleaned))
        doc = dutch().make_doc(text[: self._config["max_characters"]])
        return [Token(token.text, token.idx) for token in doc if not token.is_space]

    def process(self, messages: list[Message]) -> list[Message]:
        """The text of each message in tokens and sentences. Training, by contrast, needs no sentences."""
        for message in messages:
            text = message.get(TEXT) or ""
            doc = dutch().make_doc(text[: self._config["max_characters"]])
            message.set(DOC, doc)
            message.set(TOKENS_NAMES[TEXT], [Token(token.text, token.idx) for token in doc if not token.is_space])
            cleaned = clean(self._bounded(text))
            message.set(CLEAN, cleaned)
            message.set(SENTENCES, parts(cleaned))
            message.set(LANGUAGE, language.of(cleaned))
        return messages

    def _bounded(self, text: str) -> str:
        half = self._config["max_characters"] // 2
        return text if len(text) <= 2 * half else f"{text[:half]} … {text[-half:]}"


def parts(text: str) -> list[str]:
    """What a text may ask separately: its sentences, numbered points, and questions joined by "en"."""
    found = [sentence for point in points(text) for sentence in sentences(dutch().make_doc(point))]
    return [clause for sentence in found for clause in clauses(sentence)]


def sentences(doc: Doc) -> list[str]:
    """The sentences of a text; one of fewer than three words stays with the next."""
    found: list[str] = []
    start = 0
    for token in doc:
        last = token.i + 1 == len(doc)
        ends = token.text in {".", "!", "?", "…", "?!", "!?", "..."} and not (not last and doc[token.i + 1].is_punct)
        if not (ends or last):
            continue
        span = doc[start : token.i + 1]
        if sum(token.is_alpha for token in span) >= SHORTEST_SENTENCE:
            found.append(span.text)
            start = token.i + 1
    rest = doc[start:].text
    if rest and not found:
        return [rest]
    return found
