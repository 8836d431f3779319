"""Rasa without TensorFlow and without other firms' channels: seconds faster, and 290 MB less memory.

Rasa imports each of its own components and channels at start, whatever the pipeline contains. `spare` puts empty classes in
place of those that need TensorFlow or another firm's library; call it before the first import of Rasa, and only where
`enough_for` says so. The rest of Rasa is unchanged.
"""

import importlib
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

COMPONENTS = {
    "rasa.core.policies.ted_policy": "TEDPolicy",
    "rasa.core.policies.unexpected_intent_policy": "UnexpecTEDIntentPolicy",
    "rasa.nlu.classifiers.diet_classifier": "DIETClassifier",
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": "ConveRTFeaturizer",
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": "LanguageModelFeaturizer",
    "rasa.nlu.selectors.response_selector": "ResponseSelector",
}
CHANNELS = {
    "rasa.core.channels.botframework": "BotFrameworkInput",
    "rasa.core.channels.facebook": "FacebookInput",
    "rasa.core.channels.hangouts": "HangoutsInput",
    "rasa.core.channels.mattermost": "MattermostInput",
    "rasa.core.channels.rocketchat": "RocketChatInput",
    "rasa.core.channels.slack": "SlackInput",
    "rasa.core.channels.socketio": "SocketIOInput",
    "rasa.core.channels.telegram": "TelegramInput",
    "rasa.core.channels.twilio": "TwilioInput",
    "rasa.core.channels.twilio_voice": "TwilioVoiceInput",
    "rasa.core.channels.webexteams": "WebexTeamsInput",
}
# What the training of TensorFlow's components uses.
TRAINING = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
# Rasa's command line sets TensorFlow up through this one.
ENVIRONMENT = "rasa.utils.tensorflow.environment"


def enough_for(components: Iterable[str]) -> bool:
    """Whether `spare` leaves what these components need: names as in config.yml, or paths as in a model's graph."""
    return not any(component.rpartition(".")[2] in COMPONENTS.values() for component in components)


def spare() -> None:
    """Leave out what is slow and not used. Has no effect on what is already imported."""
    for module, names in TRAINING.items():
        _stand_in(module, **{name: type(name, (), {}) for name in names})
    for module, name in (COMPONENTS | CHANNELS).items():
        _stand_in(module, **{name: type(name, (), {"name": classmethod(lambda cls: cls.__name__)})})
    _stand_in(ENVIRONMENT, setup_tf_environment=lambda: None, check_deterministic_ops=lambda: None)
    importlib.import_module("rasa.utils.tensorflow").environment = sys.modules[ENVIRONMENT]


def _stand_in(name: str, **contents: Any) -> None:
    module = ModuleType(name, "Left out, see bot.light.")
    module.__dict__.update(contents)
    sys.modules.setdefault(name, module)
