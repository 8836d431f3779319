"""Keeps Rasa's own libraries from warning about each other; import it before Rasa."""

import logging
import os
import warnings

import structlog

for name, value in {
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "RASA_TELEMETRY_ENABLED": "false",
}.items():
    os.environ.setdefault(name, value)

for category in (DeprecationWarning, FutureWarning):
    warnings.filterwarnings("ignore", category=category)

# Until Rasa's server configures it, structlog prints every debug line, which costs more than what it tells of.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
