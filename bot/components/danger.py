"""DangerDetector: how likely it is that a child or a parent is in danger, and in which."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.danger_model import DangerModel, Examples, Parts, Settings, learn
from bot.components.danger_texts import LABEL, NONE
from bot.components.language import DUTCH
from bot.components.sentence_encoder import PART_VECTORS, PARTS
from bot.components.text import clean, fold
from bot.components.tokenizer import CLEAN, LANGUAGE

# Message property, not part of the output: what the Decision reads.
DANGER = "danger"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerDetector(IntentClassifier, GraphComponent):
    """Next to the intent classifier, over the same vectors. Learns from what DangerTexts has labelled, and says nothing
    where there are no such texts."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {field.name: field.default for field in fields(Settings)}

    @staticmethod
    def required_packages() -> list[str]:
        return ["numpy", "scipy"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DangerDetector:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DangerDetector:
        with model_storage.read_from(resource) as folder:
            known = (folder / "danger.json").is_file()
            return cls(config, model_storage, resource, DangerModel.load(folder) if known else None)

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: DangerModel | None = None
    ) -> None:
        self.config = config
        self.model = model
        self._model_storage = model_storage
        self._resource = resource

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.training_examples if example.get(LABEL)]
        labels = [example.get(LABEL) for example in examples]
        if any(label.level != NONE for label in labels):
            self.model = learn(
                Examples(
                    texts=[_folded(example, _text_of(example)) for example in examples],
                    vectors=np.concatenate([_vector(example) for example in examples]),
                    labels=labels,
                    parts={place: _parts(example) for place, example in enumerate(examples) if example.get(PARTS)},
                ),
                Settings(**{field.name: self.config[field.name] for field in fields(Settings)}),
            )
        with self._model_storage.write_to(self._resource) as folder:
            if self.model:
                self.model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self.model and message.get(TEXT):
                message.set(DANGER, self.model.danger(_parts(message)))
        return messages


def _folded(message: Message, text: str) -> str:
    return fold(text, dutch=message.get(LANGUAGE) in (None, DUTCH))


def _text_of(message: Message) -> str:
    return message.get(CLEAN) or clean(message.get(TEXT) or "")


def _parts(message: Message) -> Parts:
    parts, vectors = message.get(PARTS) or [], _vector(message)
    if parts:
        vectors = np.concatenate([vectors, message.get(PART_VECTORS)])
    return Parts([_folded(message, text) for text in (_text_of(message), *parts)], vectors)


def _vector(message: Message) -> np.ndarray:
    """The message's dense sentence feature, shape (1, dimension)."""
    return message.get_dense_features(TEXT)[1].features
