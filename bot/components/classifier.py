"""LoketClassifier: the intent of a message, with calibrated probabilities for every intent."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.content import read_prototypes
from bot.components.encoders import load_encoder
from bot.components.model import Examples, Model, Settings, learn
from bot.components.sentence_encoder import SENTENCE_VECTORS
from bot.components.text import clean, fold
from bot.components.tokenizer import CLEAN, SENTENCES

# Message property, not part of the output: what the Decision reads.
PROBABILITIES = "probabilities"


class Probabilities(NamedTuple):
    """Of a message, and of each of its sentences (no rows where there is but one)."""

    intents: list[str]
    message: np.ndarray  # (intents,)
    sentences: np.ndarray  # (sentences, intents)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LoketClassifier(IntentClassifier, GraphComponent):
    """Reads the dense feature of the pipeline's featurizer, makes its own sparse ones, and ranks the intents."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **{field.name: field.default for field in fields(Settings)},
            "ranking_length": 10,
            "sentence_share": 0.0,
            "prototype_weight": 0.0,
            "catalogue": "data/catalogue.yml",
            "answers": "data/faq",
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["numpy", "scipy"]

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> LoketClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LoketClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Model.load(folder))

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: Model | None = None
    ) -> None:
        self.config = config
        self.model = model
        self._model_storage = model_storage
        self._resource = resource
