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

# Not with a filter: at its start Rasa sets its own filters, which show everything once.
_show = warnings.showwarning


def _show_what_concerns_us(message, category, filename, lineno, file=None, line=None):  # noqa: ANN001, ANN202
    # Rasa mentions a change between its versions 2 and 3 each time it reads a domain with slots.
    if not issubclass(category, (DeprecationWarning, FutureWarning)) and "Slot auto-fill" not in str(message):
        _show(message, category, filename, lineno, file, line)


warnings.showwarning = _show_what_concerns_us

# Until Rasa's server configures it, structlog prints every debug line, which costs more than what it reports.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
