"""The catalogue: every intent that the assistant knows, with its theme, sectors and the line to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from loket import yamlfile
from loket.paths import DATA

DIALOGUE = "dialogue"

SECTORS = {
    "po": "basisschool",
    "vo": "middelbare school",
    "so": "speciaal onderwijs",
    "mbo": "mbo",
    "vve": "peuters en voorschool",
}


@dataclass(frozen=True)
class Intent:
    id: str
    theme: str
    question: str
    sectors: tuple[str, ...] = ()
    urgent: bool = False
    boundary: str = ""

    @property
    def is_faq(self) -> bool:
        return self.theme != DIALOGUE


@dataclass(frozen=True)
class Catalogue:
    intents: dict[str, Intent]
    themes: dict[str, str]
    """Theme id to the Dutch label that people see."""

    def label(self, intent_id: str) -> str:
        """The Dutch question that stands for an intent; the id itself for one that is not in the catalogue."""
        intent = self.intents.get(intent_id)
        return intent.question if intent else intent_id


@cache
def load(path: Path = DATA / "catalogue.yml") -> Catalogue:
    """Read the catalogue once. Raises ContentError when the file is not YAML."""
    data = yamlfile.read(path).data
    intents: dict[str, Intent] = {}
    themes: dict[str, str] = {}
    for theme, body in data["themes"].items():
        themes[theme] = body["label"]
        for intent_id, entry in body["intents"].items():
            intents[intent_id] = Intent(
                id=intent_id,
                theme=theme,
                question=entry["vraag"],
                sectors=tuple(entry["sectors"]),
                urgent=entry.get("urgent", False),
                boundary=entry.get("grens", ""),
            )
    themes[DIALOGUE] = "Gesprek"
    for intent_id, question in data["dialogue"]["intents"].items():
        intents[intent_id] = Intent(intent_id, DIALOGUE, question, urgent=intent_id == "crisis")
    return Catalogue(intents, themes)


def is_faq(intent_id: str) -> bool:
    """Whether this is an intent that parents ask about, and not part of the conversation itself."""
    intent = load().intents.get(intent_id)
    return intent is not None and intent.is_faq
