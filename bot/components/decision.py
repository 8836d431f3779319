"""Decision: answer, ask or hand over, whichever is expected to cost the parent least, and how near danger is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import content
from bot.components.classifier import PROBABILITIES
from bot.components.costs import Costs, Decided, Roles, decide
from bot.components.danger import DANGER
from bot.components.danger_lines import DangerCosts, Safety, judge
from bot.components.entities import ALARMS

DECISION = "decision"
_INTENT_PAYLOAD = "/"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Decision(IntentClassifier, GraphComponent):
    """Adds `decision` to the output, with `safety` in it; where it does not answer, the first intent becomes nlu_fallback, as Rasa's own
    FallbackClassifier has it. Learns only which intents are dialogue, from the catalogue."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **Costs._field_defaults,
            **DangerCosts._field_defaults,
            "catalogue": "data/catalogue.yml",
            "outside_intent": "buiten_domein",
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Decision:
        return cls(config, model_storage, resource, Roles())

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Decision:
        with model_storage.read_from(resource) as folder:
            roles = json.loads((folder / "roles.json").read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, Roles(**roles))

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, roles: Roles) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self.roles = roles
        self.costs = Costs(**{name: config[name] for name in Costs._fields})
        self.danger_costs = DangerCosts(**{name: config[name] for name in DangerCosts._fields})

    def train(self, training_data: TrainingData) -> Resource:
        catalogue = Path(self._config["catalogue"])
        self.roles = Roles(
            dialogue=content.dialogue_intents(catalogue),
            outside=self._config["outside_intent"],
        )
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "roles.json").write_text(json.dumps(self.roles._asdict()), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = message.get(PROBABILITIES)
            # A text with a slash is a choice that the server issued: Rasa reads it after this pipeline.
            if found is None or (message.get(TEXT) or "").startswith(_INTENT_PAYLOAD):
                continue
            decided = decide(found, self.roles, self.costs)
            message.set(DECISION, {**decided._asdict(), "safety": self._safety(message)._asdict()}, add_to_output=True)
            _show(message, decided)
        return messages

    def _safety(self, message: Message) -> Safety:
        return judge(message.get(TEXT) or "", message.get(DANGER), message.get(ALARMS) or set(), self.danger_costs)


def _show(message: Message, decided: Decided) -> None:
    """Makes the first intent and the ranking say what was decided."""
    ranking = message.get(INTENT_RANKING_KEY)
    if decided.kind == "answer":
        first = next(entry for entry in ranking if entry[INTENT_NAME_KEY] == decided.intents[0])
    else:
        first = {INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME, PREDICTED_CONFIDENCE_KEY: decided.probability}
        message.set(INTENT_RANKING_KEY, [first, *ranking], add_to_output=True)
    message.set(INTENT, first, add_to_output=True)
