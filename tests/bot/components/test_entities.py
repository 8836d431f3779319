from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.danger_texts import read
from bot.components.dutch import dutch
from bot.components.entities import ALARMS, DutchEntities, InvalidPatterns, Rules, read_entries

PATTERNS = Path("data/entities")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(read_entries(PATTERNS))


def found(rules: Rules, text: str) -> dict[str, str]:
    return {entity["entity"]: entity["value"] for entity in rules.find(dutch().make_doc(text))[0]}


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("mijn zoon zit in groep 5 in Utrecht", {"groep": "groep 5", "sector": "po", "regio": "Utrecht"}),
        ("hij zit in groep vijf", {"groep": "groep 5", "sector": "po"}),
        ("hij zit in 3vwo", {"groep": "klas 3", "schooltype": "vwo", "sector": "vo"}),
        ("mijn dochter van 7 jaar", {"leeftijd": "7", "sector": "po"}),
        ("een 12-jarige brugklasser", {"leeftijd": "12", "groep": "klas 1", "sector": "vo"}),
        ("mijn zoon van zestien jaar doet mbo", {"leeftijd": "16", "sector": "mbo"}),
        ("ze doet niveau 2 op het roc", {"sector": "mbo"}),
        ("m'n peuter van 3 jaar", {"leeftijd": "3", "sector": "vve"}),
        ("plek op het speciaal onderwijs", {"schooltype": "speciaal onderwijs", "sector": "so"}),
        ("vrij rond de zomervakantie", {"moment": "zomervakantie"}),
        ("wij wonen in Bergen op Zoom", {"regio": "Bergen op Zoom"}),
        ("de buren klagen, best lastig", {}),
    ],
)
def test_examples(rules: Rules, text: str, entities: dict[str, str]) -> None:
    assert found(rules, text) == entities


def test_what_is_said_goes_before_what_follows_from_it(rules: Rules) -> None:
    assert found(rules, "leerling van 11 jaar op het vmbo")["sector"] == "vo"


def test_two_sectors_are_no_sector(rules: Rules) -> None:
    assert "sector" not in found(rules, "van de basisschool naar de middelbare school")


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("hij wil niet meer leven", "suicide"),
        ("Ze praat over ZELFMOORD", "suicide"),
        ("ze wil gewoon dood", "suicide"),
        ("ze is door een leraar hard geslagen", "abuse_school"),
        ("een klasgenootje met striemen", "abuse_home"),
        ("hij heeft een mes bij zich", "threat_weapon"),
        ("kızım ölmek istiyor", "suicide"),
    ],
)
def test_alarm_words_warn_and_are_no_entity(rules: Rules, text: str, alarm: str) -> None:
    assert rules.find(dutch().make_doc(text))[1] == {alarm}
    assert "alarm" not in found(rules, text)


def test_every_kind_of_danger_has_words() -> None:
    alarms = {entry["value"] for entry in read_entries(PATTERNS) if entry["entity"] == "alarm"}
    assert alarms == {kind for _, level, kind in read(Path("data/safety")) if level != "none"}


def test_patterns_travel_inside_the_model(make) -> None:
    make(DutchEntities, folder=str(PATTERNS)).train(TrainingData())
    loaded = make(DutchEntities, load=True, folder="nowhere")
    message = loaded.process([Message({"text": "groep 3, hij wil niet meer leven"})])[0]
    assert [entity["value"] for entity in message.get("entities")] == ["groep 3", "po"]
    assert message.get("entities")[0]["extractor"] == "DutchEntities"
    assert message.get(ALARMS) == {"suicide"}
    assert "entities" in message.as_dict(only_output_properties=True)


@pytest.mark.parametrize("content", ["entity: x", "- entity: x", "- {entity: x, patterns: 3}", "- {phrases: [x]}"])
def test_bad_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.yml").write_text(content)
    with pytest.raises(InvalidPatterns, match=r"bad\.yml"):
        read_entries(tmp_path)
