"""Texts of danger and of ordinary worry, as examples for the DangerDetector: data/safety, read at training only."""

from __future__ import annotations

import heapq
import random
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components import content
from bot.components.answers import PROTOTYPE
from bot.components.calibration import group_of

# Message property of an example that only the DangerDetector learns from: its Label.
LABEL = "danger_label"
NONE, ASK, ALARM = "none", "ask", "alarm"
# No message is composed from a longer text of danger: it already contains its ordinary question.
LONGEST_CLAUSE = 30
_MOST_BESIDE = 3
# Of the ordinary examples that are left out, one in so many is read with its parts, for all of them.
_STANDS_FOR = 3
_ENDS = (".", ".", ".", "?", ",", " -", "...", "", "")


class Label(NamedTuple):
    """What a text is: its level, the kind of danger ("" for none), the group that is left out together, and for how many texts
    it stands where those are read (0: another stands for it)."""

    level: str
    kind: str
    group: int
    stands_for: int = 1


class Labelled(NamedTuple):
    text: str
    label: Label


class InvalidTexts(Exception):
    """A file of data/safety has a different shape from the others."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class DangerTexts(GraphComponent):
    """Adds to the training data, without an intent, the texts of a folder and messages composed of them.

    A composed message is one or two ordinary questions and, somewhere between them, one clause of danger, as a parent writes
    who does not dare to begin with it. As many are composed of ordinary texts alone, so that length says nothing.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "folder": "data/safety",
            "catalogue": "data/catalogue.yml",
            # Examples of these, and of those that the catalogue marks as urgent, are not ordinary: a person has given
            # those that are in `folder` a level, the others teach nothing about danger.
            "urgent_intents": ["crisis"],
            "composed": 1,  # messages composed for each short text of danger
            "groups": 5,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DangerTexts:
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        groups = self._config["groups"]
        urgent = {*content.urgent_intents(Path(self._config["catalogue"])), *self._config["urgent_intents"]}
        ordinary = []
        for example in training_data.intent_examples:
            if example.get(TEXT) and not example.get(PROTOTYPE) and example.get(INTENT) not in urgent:
                stands_for = 0 if group_of(example.get(TEXT), groups * _STANDS_FOR) // groups else _STANDS_FOR
                example.set(LABEL, Label(NONE, "", group_of(example.get(TEXT), groups), stands_for))
                ordinary.append(Labelled(example.get(TEXT), example.get(LABEL)))
        texts = [
            Labelled(text, Label(level, kind, group_of(text, groups)))
            for text, level, kind in read(Path(self._config["folder"]))
        ]
        made = composed(texts, ordinary, self._config["composed"])
        return training_data.merge(
            TrainingData([Message({TEXT: text, LABEL: label}) for text, label in [*texts, *made]])
        )

    def process(self, messages: list[Message]) -> list[Message]:
        return messages


def read(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Text, level and kind of every line of the files in the folder and its subfolders. Raises InvalidTexts."""
    for path in sorted(folder.rglob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or not (NONE in data or "kind" in data):
            raise InvalidTexts(f"{path}: expected `none`, or `kind` with `alarm` and `ask`")
        for level in (NONE, ASK, ALARM):
            for line in str(data.get(level) or "").splitlines():
                if line.strip().startswith("- "):
                    yield line.strip()[2:].strip(), level, str(data.get("kind") or "")


def composed(texts: Sequence[Labelled], ordinary: Sequence[Labelled], each: int) -> list[Labelled]:
    """Messages of several texts, all of one group: `each` of every short serious text, and as many without danger.

    What goes with a text follows from the texts themselves, so that a new example changes few messages, and the next training
    has few vectors to make.
    """
    calm: dict[int, list[bytes]] = defaultdict(list)
    for text, label in [*ordinary, *(one for one in texts if one.label.level == NONE)]:
        calm[label.group].append(text.encode())
    made = []
    for text, label in texts:
        if label.level == NONE or len(text.split()) > LONGEST_CLAUSE or len(calm[label.group]) < _MOST_BESIDE:
            continue
        for number in range(each):
            chance = random.Random(f"{number} {text}")  # noqa: S311
            beside = _beside(text, calm[label.group], number)
            serious = beside[: chance.choice((1, 1, 2))]
            serious.insert(chance.randrange(len(serious) + 1), text)
            made.append(Labelled(_joined(serious, chance), label))
            calm_ones = beside[: chance.choice((2, 2, 3))]
            made.append(Labelled(_joined(calm_ones, chance), Label(NONE, "", label.group)))
    return made


def _beside(text: str, candidates: Sequence[bytes], number: int) -> list[str]:
    """The texts that go with this one: those whose checksum after it is lowest."""
    start = zlib.crc32(f"{number} {text}".encode())
    lowest = heapq.nsmallest(_MOST_BESIDE, candidates, key=lambda candidate: zlib.crc32(candidate, start))
    return [candidate.decode() for candidate in lowest]


def _joined(parts: Sequence[str], chance: random.Random) -> str:
    """Parts one after the other, with or without punctuation between them."""
    closed = [part if part.endswith((".", "?", "!")) else part + chance.choice(_ENDS) for part in parts[:-1]]
    return " ".join([*closed, parts[-1]])
