"""DutchEntities: sector, group, school type, age, region and moment of the school year, by the patterns in data/entities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from bot.components.tokenizer import DOC, dutch

Entry = dict[str, Any]

# Message property, not part of the output: the urgent intents whose alarm words the message has.
ALARMS = "alarms"
# The entity that is no slot: its value is the urgent intent of which these words warn.
ALARM = "alarm"


class InvalidPatterns(Exception):
    """A file of patterns cannot be read as such."""


class Rules:
    """Entity rules, each with the entity and the value that it gives.

    An entry has an `entity`, a `value` ("{1}" stands for the number in what was found, none for the words themselves), and
    `phrases` (words, in any case) or `patterns` (spaCy token patterns). `also` adds further entities: a group 5 is also the
    sector po.
    """

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self._matcher = Matcher(dutch().vocab)
        self._phrases = PhraseMatcher(dutch().vocab, attr="LOWER")
        for number, entry in enumerate(entries):
            try:
                if entry.get("patterns"):
                    self._matcher.add(str(number), entry["patterns"], greedy="LONGEST")
                if entry.get("phrases"):
                    self._phrases.add(str(number), [dutch().make_doc(phrase) for phrase in entry["phrases"]])
            except (ValueError, TypeError) as error:
                raise InvalidPatterns(f"the patterns of {entry.get('entity')} {entry.get('value')}: {error}") from error

    def find(self, doc: Doc) -> list[dict[str, Any]]:
        """Entities as Rasa has them. Where matches overlap, the longest counts; each entity type is filtered by itself."""
        spans = [span for matcher in (self._matcher, self._phrases) for span in matcher(doc, as_spans=True)]
        by_type: dict[str, list[Span]] = {}
        for span in spans:
            by_type.setdefault(self.entries[int(span.label_)]["entity"], []).append(span)
        found = []
        for same in by_type.values():
            for span in filter_spans(same):
                found += self._entities(span)
        # What follows from a word ("groep 5" is po) yields to what is said in so many words.
        said = {entity[ENTITY_ATTRIBUTE_TYPE] for entity in found if not entity.pop("implied")}
        order = sorted(found, key=lambda entity: (entity[ENTITY_ATTRIBUTE_START], entity[ENTITY_ATTRIBUTE_TYPE]))
        return order if not said else order

    def _entities(self, span: Span) -> list[dict[str, Any]]:
        entry = self.entries[int(span.label_)]
        number = next((_number(token.lower_) for token in span if _number(token.lower_)), "")
        value = str(entry.get("value") or span.text.lower()).replace("{1}", number)
        pairs = [(entry["entity"], value, False), *((kind, word, True) for kind, word in (entry.get("also") or {}).items())]
        return [
            {
                ENTITY_ATTRIBUTE_TYPE: kind,
                ENTITY_ATTRIBUTE_VALUE: word,
                ENTITY_ATTRIBUTE_START: span.start_char,
                ENTITY_ATTRIBUTE_END: span.end_char,
                "implied": implied,
            }
            for kind, word, implied in pairs
        ]
