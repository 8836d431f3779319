"""DutchEntities: sector, group, school type, age, region and moment of the school year, by the patterns in data/entities."""

from __future__ import annotations

import json
import re
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

from bot.components.dutch import Doc, Matcher, PhraseMatcher, Span, dutch, filter_spans
from bot.components.tokenizer import DOC

Entry = dict[str, Any]

# Message property, not part of the output: the urgent intents whose alarm words the message has.
ALARMS = "alarms"
# The entity that is no slot: its value is the urgent intent of which these words warn.
ALARM = "alarm"


_DIGITS = re.compile(r"\d+")
_NUMBERS = {
    "eerste": "1", "tweede": "2", "derde": "3", "vierde": "4", "vijfde": "5", "zesde": "6", "zevende": "7", "achtste": "8",
    "een": "1", "één": "1", "twee": "2", "drie": "3", "vier": "4", "vijf": "5", "zes": "6", "zeven": "7", "acht": "8",
    "negen": "9", "tien": "10", "elf": "11", "twaalf": "12", "dertien": "13", "veertien": "14", "vijftien": "15",
    "zestien": "16", "zeventien": "17", "achttien": "18",
}  # fmt: skip


class InvalidPatterns(Exception):
    """A file of patterns cannot be read as such."""


class Rules:
    """Entity rules, each with the entity and the value that it gives: what an entry may have is in docs/understanding.md."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries
        vocabulary = dutch().vocab
        self._matchers = {
            "patterns": Matcher(vocabulary),
            "phrases": PhraseMatcher(vocabulary, attr="LOWER"),
            "cased": PhraseMatcher(vocabulary, attr="ORTH"),
        }
        for number, entry in enumerate(entries):
            try:
                self._add(str(number), entry)
            except (KeyError, ValueError, TypeError) as error:
                raise InvalidPatterns(f"{entry}: {error}") from error

    def _add(self, key: str, entry: Entry) -> None:
        if not isinstance(entry["entity"], str) or not set(entry) & set(self._matchers):
            raise ValueError("an entry needs an entity, and patterns, phrases or cased")
        for kind in set(entry) & set(self._matchers):
            values = entry[kind] if kind == "patterns" else [dutch().make_doc(phrase) for phrase in entry[kind]]
            self._matchers[kind].add(key, values)

    def find(self, doc: Doc) -> tuple[list[dict[str, Any]], set[str]]:
        """The entities as Rasa has them, in the order of the text, and the intents of whose urgency the words warn.

        At most one entity of each type. Of overlapping matches the longest counts. What is said in so many words goes
        before what follows from another word ("groep 5" is po). Two different values of one type are two children or a
        comparison: then there is none. All warnings count.
        """
        spans = [span for matcher in self._matchers.values() for span in matcher(doc, as_spans=True)]
        by_type: dict[str, list[Span]] = {}
        for span in spans:
            by_type.setdefault(self._of(span)["entity"], []).append(span)
        alarms = {self._of(span)["value"] for span in by_type.pop(ALARM, ())}
        said = [span for same in by_type.values() for span in filter_spans(same)]
        found = [self._entity(span, self._of(span)["entity"]) for span in said]
        for span in said:
            found += [self._entity(span, kind) for kind in self._of(span).get("also") or () if kind not in by_type]
        return _unambiguous(found), alarms

    def _of(self, span: Span) -> Entry:
        return self._entries[int(span.label_)]

    def _entity(self, span: Span, kind: str) -> dict[str, Any]:
        entry = self._of(span)
        value = entry.get("value") if kind == entry["entity"] else entry["also"][kind]
        return {
            ENTITY_ATTRIBUTE_TYPE: kind,
            ENTITY_ATTRIBUTE_VALUE: (value or span.text).replace("{number}", _number(span)),
            ENTITY_ATTRIBUTE_START: span.start_char,
            ENTITY_ATTRIBUTE_END: span.end_char,
        }


def _unambiguous(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    values: dict[str, set[str]] = {}
    first: dict[str, dict[str, Any]] = {}
    for entity in sorted(entities, key=lambda entity: entity[ENTITY_ATTRIBUTE_START]):
        kind = entity[ENTITY_ATTRIBUTE_TYPE]
        values.setdefault(kind, set()).add(entity[ENTITY_ATTRIBUTE_VALUE])
        first.setdefault(kind, entity)
    return [entity for kind, entity in first.items() if len(values[kind]) == 1]


def _number(span: Span) -> str:
    """The first number in what was found, in digits: of "groep vijf" and "3vwo" too."""
    for token in span:
        if digits := _DIGITS.search(token.text):
            return digits[0]
        # The longest word first: zestien is not zes.
        for word in sorted(_NUMBERS, key=len, reverse=True):
            if token.lower_.startswith(word):
                return _NUMBERS[word]
    return ""


def read_entries(folder: Path) -> list[Entry]:
    """All entries of the folder's YAML files. Raises InvalidPatterns, naming the file."""
    entries: list[Entry] = []
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(content, list):
            raise InvalidPatterns(f"{path} is no list of entries")
        try:
            Rules(content)
        except InvalidPatterns as error:
            raise InvalidPatterns(f"{path}: {error}") from error
        entries += content
    return entries


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class DutchEntities(EntityExtractorMixin, GraphComponent):
    """Adds the entities that the patterns find. The patterns travel inside the model, so that a model is self-contained."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"folder": "data/entities"}

    @staticmethod
    def required_packages() -> list[str]:
        return ["spacy"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DutchEntities:
        return cls(config, model_storage, resource, Rules([]))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DutchEntities:
        with model_storage.read_from(resource) as folder:
            entries = json.loads((folder / "entities.json").read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, Rules(entries))

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, rules: Rules) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self.rules = rules

    def train(self, training_data: TrainingData) -> Resource:
        entries = read_entries(Path(self._config["folder"]))
        self.rules = Rules(entries)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "entities.json").write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            doc = message.get(DOC) or dutch().make_doc(message.get(TEXT) or "")
            entities, alarms = self.rules.find(doc)
            known = message.get(ENTITIES) or []
            message.set(ENTITIES, [*known, *self.add_extractor_name(entities)], add_to_output=True)
            message.set(ALARMS, alarms)
        return messages
