"""spaCy's Dutch, rules only: nothing is downloaded."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

# spaCy's library for neural networks imports TensorFlow where it is installed, which takes seconds and 350 MB for nothing.
_UNUSED = ("tensorflow", "torch", "mxnet")
_hidden = [name for name in _UNUSED if name not in sys.modules]
sys.modules.update(dict.fromkeys(_hidden))
try:
    import spacy
    from spacy.matcher import Matcher, PhraseMatcher
    from spacy.tokens import Doc, Span
    from spacy.util import filter_spans
finally:
    for _name in _hidden:
        sys.modules.pop(_name, None)

__all__ = ["Doc", "Matcher", "PhraseMatcher", "Span", "dutch", "filter_spans"]


@lru_cache(maxsize=1)
def dutch() -> Language:
    """The tokeniser and vocabulary, one per process."""
    return spacy.blank("nl")
