"""AnswersAsExamples: teaches the later components the wording of the answers along with that of the examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.content import prototypes

# Message property: the text is the counter's own, not an example of what parents type.
PROTOTYPE = "prototype"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class AnswersAsExamples(GraphComponent):
    """Adds to the training data, for each intent that it has, the catalogue's question and the answer's title and paragraphs."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"catalogue": "data/catalogue.yml", "answers": "data/faq"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AnswersAsExamples:
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        known = training_data.intents
        pairs = prototypes(Path(self._config["catalogue"]), Path(self._config["answers"]))
        added = [Message({TEXT: text, INTENT: intent, PROTOTYPE: True}) for text, intent in pairs if intent in known]
        return training_data.merge(TrainingData(added))

    def process(self, messages: list[Message]) -> list[Message]:
        return messages
