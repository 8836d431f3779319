"""SentenceEncoder: dense features of a message, and of each of its sentences where these may matter separately."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from cachetools import LRUCache
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import context, kept_vectors, language
from bot.components.calibration import LEFT_OUT
from bot.components.danger_texts import LABEL
from bot.components.encoders import Encoder, load_encoder
from bot.components.questions import apart, asks, is_long
from bot.components.text import clean, fold, is_question, plain
from bot.components.tokenizer import CLEAN, LANGUAGE, SENTENCES
from bot.components.windows import windows

# Message property: an array (sentences, dimension), only where sentences are read separately.
SENTENCE_VECTORS = "sentence_vectors"
# Message property: the vector of the message together with the question before it, only where it leans on that.
TOGETHER_VECTOR = "together_vector"
# Message properties: the parts of a long text, and their vectors (parts, dimension), made in the same pass as the text's own.
PARTS, PART_VECTORS = "parts", "part_vectors"
# The file in the model.
ADAPTER = "adapter.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds a dense sentence feature to each message that has a text, as any Rasa featurizer does.

    Training it puts the adapter of its configuration into the model, so that a model reads texts as it learned to.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **DenseFeaturizer.get_default_config(),
            "encoder": "e5",
            "folder": None,
            "prefix": "",
            "adapter": None,
            "threads": 1,
            "cache": 2000,
            "kept": None,
            "shipped": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["numpy", "cachetools"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check here: load_encoder says what is wrong with an encoder's name or folder."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        adapter = Path(config["adapter"]).read_bytes() if config["adapter"] else b""
        return cls(config, execution_context.node_name, adapter, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceEncoder:
        with model_storage.read_from(resource) as folder:
            adapter = (folder / ADAPTER).read_bytes()
        component = cls(config, execution_context.node_name, adapter, model_storage, resource)
        # The weights are read while the model loads, not while the first parent waits.
        _ = component.encoder
        return component

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        adapter: bytes = b"",
        model_storage: ModelStorage | None = None,
        resource: Resource | None = None,
    ) -> None:
        super().__init__(name, config)
        self._adapter = adapter
        self._model_storage = model_storage
        self._resource = resource
        self._cache: LRUCache[str, np.ndarray] = LRUCache(config["cache"])
        self._lock = Lock()
        self._kept: str | None = config["kept"]
        self._shipped = Path(config["shipped"]) if config["shipped"] else None
        self._made_by = " ".join(
            [*(str(config[name]) for name in ("encoder", "folder", "prefix")), hashlib.sha256(adapter).hexdigest()]
        )

    @cached_property
    def encoder(self) -> Encoder:
        config = self._config
        return load_encoder(config["encoder"], config["folder"], config["prefix"], config["threads"], self._adapter)

    def train(self, training_data: TrainingData) -> Resource:
        with self._model_storage.write_to(self._resource) as folder:
            (folder / ADAPTER).write_bytes(self._adapter)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text, parts = _text_of(message), message.get(SENTENCES) or []
            parts = apart(parts, is_long(text)) if _read_apart(parts, text) else []
            self.add_features_to_message(None, self._add_parts(message)[:1], TEXT, message)
            if parts:
                message.set(SENTENCES, parts)
                message.set(
                    SENTENCE_VECTORS, self._encode([without_clothes(part, message.get(LANGUAGE)) for part in parts])
                )
            leans = context.leaning(text, context.read(message.get("metadata")))
            if leans is not None:
                message.set(context.LEANING, leans)
                message.set(TOGETHER_VECTOR, self._encode([without_clothes(leans.text, message.get(LANGUAGE))]))
        return messages

    def _add_parts(self, message: Message) -> np.ndarray:
        """Sets the parts and their vectors; returns the vectors of the text and its parts."""
        text = without_clothes(_text_of(message), message.get(LANGUAGE))
        spans, words = windows(text), plain(text)
        with self._lock:
            vectors = self._cache.get(words)
        # A short text may have been a sentence of another: then its parts are not there.
        if vectors is None or len(vectors) != 1 + len(spans):
            vectors = self.encoder.encode_with_parts(words, spans)
            with self._lock:
                self._cache[words] = vectors
        message.set(PARTS, [text[start:end] for start, end in spans])
        message.set(PART_VECTORS, vectors[1:])
        return vectors

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        texts = [plain(without_clothes(_text_of(example), example.get(LANGUAGE))) for example in examples]
        if self._kept:
            vectors = kept_vectors.vectors(texts, self.encoder.encode, self._made_by, Path(self._kept), self._shipped)
        else:
            vectors = self.encoder.encode(texts)
        for example, vector in zip(examples, vectors, strict=True):
            self.add_features_to_message(None, vector[None], TEXT, example)
        in_parts = [example for example in examples if _is_read_in_parts(example) and windows(_text_of(example))]
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(self._add_parts, in_parts))
        return training_data

    def _encode(self, texts: list[str]) -> np.ndarray:
        texts = [plain(text) for text in texts]
        with self._lock:
            known = {text: self._cache[text][0] for text in texts if text in self._cache}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            # One at a time: nothing is gained by a batch of so few, which would be padded to the longest.
            known.update({text: self.encoder.encode([text])[0] for text in new})
            with self._lock:
                self._cache.update({text: known[text][None] for text in new})
        return np.stack([known[text] for text in texts])


def _read_apart(sentences: list[str], text: str) -> bool:
    """Whether the Decision may look at the sentences: they ask two things, or it is a long mail. A vector costs some
    milliseconds."""
    if len(sentences) < 2:
        return False
    return sum(map(is_question, sentences)) > 1 or (is_long(text) and any(map(asks, sentences)))


def _is_read_in_parts(example: Message) -> bool:
    label = example.get(LABEL)
    return label is not None and label.group == LEFT_OUT and label.stands_for > 0


def without_clothes(text: str, written_in: str | None = None) -> str:
    """A text is read without what only says how it was typed: capitals, and in Dutch accents and spoken forms. Its signs divide it
    into parts and go then (`plain`), so that whoever types none is read the same."""
    return fold(text) if (written_in or language.of(text)) == language.DUTCH else text.lower()


def as_read(text: str) -> str:
    """What the encoder reads of an example's text."""
    return plain(without_clothes(clean(text)))


def _text_of(message: Message) -> str:
    return message.get(CLEAN) or clean(message.get(TEXT) or "")
