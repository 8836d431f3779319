"""Environment that keeps Rasa's own libraries from warning about each other; import it before Rasa."""

import os
import warnings

for name, value in {
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TQDM_DISABLE": "1",
    "RASA_TELEMETRY_ENABLED": "false",
}.items():
    os.environ.setdefault(name, value)

for category in (DeprecationWarning, FutureWarning):
    warnings.filterwarnings("ignore", category=category)
