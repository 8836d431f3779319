"""LoketClassifier: the intent of a message, with a calibrated probability for every intent."""

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
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import language
from bot.components.answers import PROTOTYPE
from bot.components.calibration import LEFT_OUT, group_of
from bot.components.context import LEANING
from bot.components.costs import Probabilities
from bot.components.follow_ups import FOLLOW_UP
from bot.components.model import Examples, Model, Settings, learn
from bot.components.questions import is_long
from bot.components.sentence_encoder import SENTENCE_VECTORS, TOGETHER_VECTOR
from bot.components.text import clean, fold
from bot.components.tokenizer import CLEAN, LANGUAGE, SENTENCES

# Message property, not part of the output: what the Decision reads.
PROBABILITIES = "probabilities"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LoketClassifier(IntentClassifier, GraphComponent):
    """Reads the dense feature of the featurizer before it, makes its own sparse ones, and ranks the intents."""

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **{field.name: field.default for field in fields(Settings)},
            "prototype_weight": 1.0,
            "follow_up_weight": 1.0,
            "left_out": 5,
            "ranking_length": 10,
            # The intent of who asks which languages are spoken.
            "language_intent": "andere_taal",
            "language_factor": 0.02,
        }

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

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        count = {PROTOTYPE: self.config["prototype_weight"], FOLLOW_UP: self.config["follow_up_weight"]}
        made = [next((kind for kind in count if example.get(kind)), None) for example in examples]
        groups = [group_of(example.get(TEXT), self.config["left_out"]) for example in examples]
        asked = np.array([kind is None and group == LEFT_OUT for kind, group in zip(made, groups, strict=True)])
        # Of very few examples perhaps none is in that group.
        asked[0] |= not asked.any()
        known = {field.name: self.config[field.name] for field in fields(Settings)}
        self.model = learn(
            Examples(
                texts=[
                    fold(
                        example.get(CLEAN) or clean(example.get(TEXT)),
                        dutch=example.get(LANGUAGE) in (None, language.DUTCH),
                    )
                    for example in examples
                ],
                vectors=np.concatenate([_vector(example) for example in examples]),
                intents=[example.get(INTENT) for example in examples],
                weights=np.array([count.get(kind, 1.0) for kind in made], np.float32),
                asked=asked,
            ),
            Settings(**known),
        )
        with self._model_storage.write_to(self._resource) as folder:
            self.model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = self._probabilities(message)
            order = np.argsort(-found.message, kind="stable")[: self.config["ranking_length"] or None]
            ranking = [
                {INTENT_NAME_KEY: found.intents[place], PREDICTED_CONFIDENCE_KEY: float(found.message[place])}
                for place in order
            ]
            message.set(PROBABILITIES, found)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _probabilities(self, message: Message) -> Probabilities:
        sentence_vectors = message.get(SENTENCE_VECTORS)
        texts = [message.get(CLEAN) or clean(message.get(TEXT) or "")]
        vectors = _vector(message)
        if sentence_vectors is not None:
            texts += message.get(SENTENCES)
            vectors = np.concatenate([vectors, sentence_vectors])
        leans = message.get(LEANING)
        if leans is not None:
            texts.append(leans.text)
            vectors = np.concatenate([vectors, message.get(TOGETHER_VECTOR)])
        dutch = message.get(LANGUAGE) in (None, language.DUTCH)
        chances = self.model.probabilities([fold(text) for text in texts], vectors, grams=dutch)
        if not dutch and not language.names_a_language(texts[0]):
            self._make_way(chances)
        together = chances[-1] if leans is not None else None
        last = len(texts) - (leans is not None)
        return Probabilities(
            self.model.intents, chances[0], chances[1:last], texts[1:last], long=is_long(texts[0]), together=together
        )

    def _make_way(self, chances: np.ndarray) -> None:
        """A question in another language is about what it asks: its language is an attribute, and no intent by itself."""
        if self.config["language_intent"] in self.model.intents:
            chances[:, self.model.intents.index(self.config["language_intent"])] *= self.config["language_factor"]
            chances /= chances.sum(axis=1, keepdims=True)


def _vector(message: Message) -> np.ndarray:
    """The message's dense sentence feature, shape (1, dimension)."""
    return message.get_dense_features(TEXT)[1].features
