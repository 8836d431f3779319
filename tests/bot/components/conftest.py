"""Components as Rasa makes them: created from a config, trained, stored, and loaded again from what was stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

Make = Callable[..., GraphComponent]

EXAMPLES = {
    "schorsing_regels": [
        "hoe lang mag een school schorsen",
        "mijn zoon is geschorst mag dat zomaar",
        "hoeveel dagen duurt een schorsing",
        "ze hebben mijn dochter geschorst zonder brief",
        "wat zijn de regels voor een schorsing",
        "mag een leerling geschorst worden voor een week",
    ],
    "schoolboeken": [
        "moet ik schoolboeken zelf betalen",
        "wie betaalt de boeken op de middelbare school",
        "zijn lesboeken gratis",
        "borg voor de schoolboeken",
        "een boek is beschadigd moet ik dat vergoeden",
        "krijgen we de boeken van school",
    ],
    "crisis": [
        "mijn kind wil niet meer leven",
        "mijn dochter zegt dat ze dood wil",
        "hij wil er een eind aan maken",
        "ze praat over zelfmoord",
        "ik ben bang dat hij zichzelf iets aandoet",
        "hij heeft pillen geslikt",
    ],
    "buiten_domein": [
        "wat voor weer wordt het morgen",
        "hoe laat gaat de trein",
        "recept voor appeltaart",
        "wie wint de voetbalwedstrijd",
        "waar koop ik een goedkope auto",
        "vertel eens een mop",
    ],
}


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    folder = tmp_path / "model"
    folder.mkdir()
    return LocalModelStorage(folder)


@pytest.fixture
def make(storage: LocalModelStorage) -> Make:
    """make(Component, config values …) creates one; with load=True from what the last one of its class has stored."""
    context = ExecutionContext(GraphSchema({}), node_name="node")

    def make(component: type[GraphComponent], load: bool = False, **config: Any) -> GraphComponent:
        build = component.load if load else component.create
        settings = {**component.get_default_config(), **config}
        return build(settings, storage, Resource(component.__name__), context)

    return make


@pytest.fixture
def examples() -> TrainingData:
    return TrainingData([Message({"text": text, "intent": intent}) for intent in EXAMPLES for text in EXAMPLES[intent]])
