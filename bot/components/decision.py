"""Decision: answer, ask or hand over, whichever is expected to cost the parent least, and how near danger is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import content, context
from bot.components.classifier import PROBABILITIES
from bot.components.costs import Costs, Decided, Probabilities, Roles, decide, in_context
from bot.components.danger import DANGER
from bot.components.danger_lines import DangerCosts, Safety, judge
from bot.components.entities import ALARMS
from bot.components.language import DUTCH
from bot.components.questions import tells
from bot.components.tokenizer import CLEAN, LANGUAGE, parts

DECISION = "decision"
_INTENT_PAYLOAD = "/"
SURELY_OUTSIDE = 0.9
"""The probability from which a message with words of its own is about something else altogether, whatever came before it."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Decision(IntentClassifier, GraphComponent):
    """Adds `decision` to the output, with `safety` in it; where it does not answer, the first intent becomes nlu_fallback, as Rasa's own
    FallbackClassifier has it. Learns only which intents are dialogue, from the catalogue."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **Costs._field_defaults,
            **context.Weights._field_defaults,
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
        self.weights = context.Weights(**{name: config[name] for name in context.Weights._fields})
        self.danger_costs = DangerCosts(**{name: config[name] for name in DangerCosts._fields})

    def train(self, training_data: TrainingData) -> Resource:
        catalogue = Path(self._config["catalogue"])
        self.roles = Roles(
            dialogue=content.dialogue_intents(catalogue),
            outside=self._config["outside_intent"],
            themes=content.themes(catalogue),
            urgent=content.urgent_intents(catalogue),
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
            leans = message.get(context.LEANING)
            decided = (
                decide(found, self.roles, self.costs) if leans is None else self._in_context(message, found, leans)
            )
            if decided.reason == "in_doubt" and message.get(LANGUAGE) in (None, DUTCH) and tells(_sentences(message)):
                decided = decided._replace(reason="told")
            shown = decided.as_dict() | {
                "safety": self._safety(message, found)._asdict(),
                "language": message.get(LANGUAGE) or DUTCH,
            }
            if leans is not None:
                shown["context"] = round(leans.weight, 2)
            message.set(DECISION, shown, add_to_output=True)
            _show(message, decided)
        return messages

    def _safety(self, message: Message, found: Probabilities) -> Safety:
        # Danger is read in the message alone: what was said before never makes it less.
        urgent = sum(
            float(found.message[found.intents.index(one)]) for one in self.roles.urgent if one in found.intents
        )
        words = message.get(ALARMS) or set()
        return judge(message.get(TEXT) or "", message.get(DANGER), words, self.danger_costs, urgent)

    def _in_context(self, message: Message, found: Probabilities, leans: context.Leaning) -> Decided:
        """What to do with a message that leans on the question before it."""
        roles = self.roles
        if self._leaves_the_subject(found, leans):
            return decide(found, roles, self.costs)
        chances = context.mix(
            found.intents, found.message, found.together, leans, roles.dialogue, roles.themes, self.weights
        )
        _rank(message, found.intents, chances)
        # Without an answer before it there is no subject that the parent is reading about.
        answered = bool(leans.context.intents)
        costs = self.costs._replace(wrong_answer=self.weights.wrong_in_context) if answered else self.costs
        return in_context(found, chances, roles, costs, only_ask=leans.empty)

    def _leaves_the_subject(self, found: Probabilities, leans: context.Leaning) -> bool:
        """Whether the message has words of its own and they are none of the counter's business: then what was said before it
        does not make it a question about that."""
        if self.roles.outside not in found.intents or leans.correction:
            return False
        outside = float(found.message[found.intents.index(self.roles.outside)])
        return outside >= SURELY_OUTSIDE and context.says_something(leans)


def _sentences(message: Message) -> list[str]:
    """All of them: the message keeps only those that are read apart."""
    return parts(message.get(CLEAN) or message.get(TEXT) or "")


def _rank(message: Message, intents: list[str], chances: np.ndarray) -> None:
    """Makes the ranking say what the message means together with what was said before it."""
    length = len(message.get(INTENT_RANKING_KEY))
    ranking = [
        {INTENT_NAME_KEY: intents[place], PREDICTED_CONFIDENCE_KEY: float(chances[place])}
        for place in np.argsort(-chances, kind="stable")[:length]
    ]
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)


def _show(message: Message, decided: Decided) -> None:
    """Makes the first intent and the ranking say what was decided."""
    ranking = message.get(INTENT_RANKING_KEY)
    if decided.kind == "answer":
        first = next(entry for entry in ranking if entry[INTENT_NAME_KEY] == decided.intents[0])
    else:
        first = {INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME, PREDICTED_CONFIDENCE_KEY: decided.probability}
        message.set(INTENT_RANKING_KEY, [first, *ranking], add_to_output=True)
    message.set(INTENT, first, add_to_output=True)
