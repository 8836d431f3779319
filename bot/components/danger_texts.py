"""Texts of danger and of ordinary worry, as examples for the DangerDetector: data/safety, read at training only."""

from __future__ import annotations

import random
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

# Message property of an example that only the DangerDetector learns from: its Label.
LABEL = "danger_label"
# The group that is left out once, to learn how sure the detector may be.
LEFT_OUT = 0
NONE, ASK, ALARM = "none", "ask", "alarm"
# Of a longer text of danger no message is composed: it holds its ordinary question already.
LONGEST_CLAUSE = 30
_ENDS = (".", ".", ".", "?", ",", " -", "...", "", "")


class Label(NamedTuple):
    """What a text is: its level, the kind of danger ("" for none), and the group that is left out together."""

    level: str
    kind: str
    group: int


class Labelled(NamedTuple):
    text: str
    label: Label


class InvalidTexts(Exception):
    """A file of data/safety has another shape than the others."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class DangerTexts(GraphComponent):
    """Adds to the training data, without an intent, the texts of a folder and messages composed of them.

    A composed message is one or two ordinary questions and, somewhere between them, one clause of danger: so a parent writes
    who does not dare to begin with it. As many are composed of ordinary texts alone, so that length says nothing.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "folder": "data/safety",
            "catalogue": "data/catalogue.yml",
            # Examples of these, beside those that the catalogue marks as urgent, are no ordinary ones: a person has given
            # those that are in `folder` a level, the others teach nothing about danger.
            "urgent_intents": ["crisis"],
            "composed": 1.0,  # messages composed for each short text of danger
            "groups": 5,
            "seed": 5010,
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
        chance, groups = random.Random(self._config["seed"]), self._config["groups"]  # noqa: S311
        urgent = {*content.urgent_intents(Path(self._config["catalogue"])), *self._config["urgent_intents"]}
        ordinary = []
        for example in training_data.intent_examples:
            if example.get(TEXT) and not example.get(PROTOTYPE) and example.get(INTENT) not in urgent:
                example.set(LABEL, Label(NONE, "", chance.randrange(groups)))
                ordinary.append(Labelled(example.get(TEXT), example.get(LABEL)))
        texts = [
            Labelled(text, Label(level, kind, chance.randrange(groups)))
            for text, level, kind in read(Path(self._config["folder"]))
        ]
        made = composed(texts, ordinary, self._config["composed"], chance)
        return training_data.merge(
            TrainingData([Message({TEXT: text, LABEL: label}) for text, label in [*texts, *made]])
        )

    def process(self, messages: list[Message]) -> list[Message]:
        return messages


def read(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Text, level and kind of every line of the folder's files and those of its folders. Raises InvalidTexts."""
    for path in sorted(folder.rglob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or not (NONE in data or "kind" in data):
            raise InvalidTexts(f"{path}: expected `none`, or `kind` with `alarm` and `ask`")
        for level in (NONE, ASK, ALARM):
            for line in str(data.get(level) or "").splitlines():
                if line.strip().startswith("- "):
                    yield line.strip()[2:].strip(), level, str(data.get("kind") or "")


def composed(
    texts: Sequence[Labelled], ordinary: Sequence[Labelled], each: float, chance: random.Random
) -> list[Labelled]:
    """Messages of several texts, all of one group: of the serious ones `each` a short text, and as many without danger."""
    calm: dict[int, list[str]] = defaultdict(list)
    worried: dict[int, list[str]] = defaultdict(list)
    for text, label in ordinary:
        calm[label.group].append(text)
    for text, label in texts:
        if label.level == NONE:
            worried[label.group].append(text)
    made = []
    for text, label in texts:
        if label.level == NONE or len(text.split()) > LONGEST_CLAUSE or not calm[label.group]:
            continue
        for _ in range(int(each) + (chance.random() < each % 1)):
            parts = _some(calm[label.group], worried[label.group], chance.choice((1, 1, 2)), chance)
            parts.insert(chance.randrange(len(parts) + 1), text)
            made.append(Labelled(_joined(parts, chance), label))
    groups = [group for group in calm if calm[group]]
    for _ in range(len(made)):
        group = chance.choice(groups)
        parts = _some(calm[group], worried[group], chance.choice((2, 2, 3)), chance)
        made.append(Labelled(_joined(parts, chance), Label(NONE, "", group)))
    return made


def _some(calm: Sequence[str], worried: Sequence[str], count: int, chance: random.Random) -> list[str]:
    return [chance.choice(worried if worried and chance.random() < 0.3 else calm) for _ in range(count)]


def _joined(parts: Sequence[str], chance: random.Random) -> str:
    """Parts one after the other, with or without a sign between them."""
    closed = [part if part.endswith((".", "?", "!")) else part + chance.choice(_ENDS) for part in parts[:-1]]
    return " ".join([*closed, parts[-1]])
