"""FollowUpsAsExamples: teaches what a message asks that leans on the question before it: data/conversations/follow_ups, read at
training only.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import context

# Message property: the text is a question and what came after it, read together.
FOLLOW_UP = "follow_up"


class InvalidFollowUps(Exception):
    """A file of follow-ups has a different shape from the others."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class FollowUpsAsExamples(GraphComponent):
    """Adds to the training data, for each intent that it has, its follow-ups, each together with the question before it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"folder": "data/conversations/follow_ups"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FollowUpsAsExamples:
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        known = training_data.intents
        pairs = read(Path(self._config["folder"]))
        added = [Message({TEXT: text, INTENT: intent, FOLLOW_UP: True}) for text, intent in pairs if intent in known]
        return training_data.merge(TrainingData(added))

    def process(self, messages: list[Message]) -> list[Message]:
        return messages


def read(folder: Path) -> Iterator[tuple[str, str]]:
    """Each question with its follow-up as one text, and the intent of the follow-up. Raises InvalidFollowUps."""
    for path in sorted(folder.glob("*.yml")):
        try:
            for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
                for text, intent in entry["then"].items():
                    yield context.together(entry["question"], text), intent
        except (yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
            raise InvalidFollowUps(f"{path}: expected a list of `question`, `intent`, `then` ({error!r})") from error
