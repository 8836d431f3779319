from conftest import ROOT
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.validator import Validator

from bot import catalogue


def test_domain_and_rules_are_current() -> None:
    themes, dialogue = catalogue.read_catalogue(ROOT / "data/catalogue.yml")
    assert (ROOT / "domain.yml").read_text() == catalogue.render_domain(themes, dialogue)
    assert (ROOT / "data/rules.yml").read_text() == catalogue.render_rules(themes, dialogue)


def test_domain_has_each_intent_once() -> None:
    themes, dialogue = catalogue.read_catalogue(ROOT / "data/catalogue.yml")
    intents = [intent for group in themes.values() for intent in group] + dialogue
    assert len(intents) == len(set(intents))


def test_rules_cover_each_intent_and_validate() -> None:
    importer = RasaFileImporter(
        config_file=str(ROOT / "config.yml"),
        domain_path=str(ROOT / "domain.yml"),
        training_data_paths=[str(ROOT / "data/nlu"), str(ROOT / "data/rules.yml")],
    )
    ruled = {
        event.intent["name"]
        for rule in importer.get_stories().story_steps
        for event in rule.events
        if hasattr(event, "intent")
    }
    assert set(importer.get_domain().intents) - {"back", "restart", "session_start", "out_of_scope"} <= ruled
    validator = Validator.from_importer(importer)
    assert validator.verify_domain_validity()
    assert validator.verify_story_structure(ignore_warnings=False)
    assert validator.verify_actions_in_stories_rules()
