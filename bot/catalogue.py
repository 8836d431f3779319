"""Writes domain.yml and data/rules.yml from data/catalogue.yml.

Every intent of the catalogue needs a line in both. `python -m bot.catalogue` writes them, a test checks they are current.
"""

from pathlib import Path

import yaml

HANDOFF = ("medewerker_spreken", "terugbelverzoek")
NOT_HELPED = ("niet_geholpen",)
RESTART = ("opnieuw",)
ENTITIES = ("sector", "groep", "schooltype", "leeftijd", "regio", "moment")

DOMAIN_HEAD = """\
# Written by `python -m bot.catalogue` from data/catalogue.yml.
version: "3.1"

session_config:
  session_expiration_time: 60  # minutes; the service rotates sender ids long before
  carry_over_slots_to_new_session: true

"""

DOMAIN_TAIL = """
actions:
- action_answer
- action_ask
- action_handoff
- action_not_helped
- action_restart_conversation
"""

RULES_HEAD = """\
# Written by `python -m bot.catalogue` from data/catalogue.yml.
# The understanding is done when a rule is asked: the pipeline's Decision has made every message that it does not answer
# outright an nlu_fallback, and says in `decision` what is to be done with it. action_ask asks "bedoelt u …?" or hands over.
version: "3.1"

rules:
"""


def read_catalogue(path: Path) -> tuple[dict[str, list[str]], list[str]]:
    """The FAQ intents per theme, and the dialogue intents, in the catalogue's order."""
    catalogue = yaml.safe_load(path.read_text(encoding="utf-8"))
    themes = {theme: list(content["intents"]) for theme, content in catalogue["themes"].items()}
    return themes, list(catalogue["dialogue"]["intents"])


def render_domain(themes: dict[str, list[str]], dialogue: list[str]) -> str:
    """The text of domain.yml."""
    lines = ["intents:"]
    for theme, intents in {**themes, "dialogue": dialogue}.items():
        lines += [f"# {theme}", *(f"- {intent}" for intent in intents)]
    lines += ["", "entities:", *(f"- {entity}" for entity in ENTITIES), "", "slots:"]
    for entity in ENTITIES:
        lines += [
            f"  {entity}:",
            "    type: text",
            "    influence_conversation: false",
            "    mappings:",
            "    - type: from_entity",
            f"      entity: {entity}",
        ]
    return DOMAIN_HEAD + "\n".join(lines) + "\n" + DOMAIN_TAIL


def render_rules(themes: dict[str, list[str]], dialogue: list[str]) -> str:
    """The text of data/rules.yml: one rule per action, its intents under `or`."""
    elsewhere = {*HANDOFF, *NOT_HELPED, *RESTART}
    answered = [intent for intents in themes.values() for intent in intents]
    answered += [intent for intent in dialogue if intent not in elsewhere]
    rules = (
        ("Answer what was understood", "action_answer", answered),
        ("Ask what is meant, or hand over, in doubt", "action_ask", ["nlu_fallback"]),
        ("A person is asked for", "action_handoff", HANDOFF),
        ("The answer did not help", "action_not_helped", NOT_HELPED),
        ("Start again", "action_restart_conversation", RESTART),
    )
    return RULES_HEAD + "\n".join(_render_rule(*rule) for rule in rules)


def _render_rule(title: str, action: str, intents: tuple[str, ...] | list[str]) -> str:
    if len(intents) == 1:
        steps = [f"  - intent: {intents[0]}"]
    else:
        steps = ["  - or:", *(f"    - intent: {intent}" for intent in intents)]
    return "\n".join([f"- rule: {title}", "  steps:", *steps, f"  - action: {action}", ""])


def write(root: Path) -> None:
    """Write domain.yml and data/rules.yml under `root`, from its data/catalogue.yml."""
    themes, dialogue = read_catalogue(root / "data" / "catalogue.yml")
    (root / "domain.yml").write_text(render_domain(themes, dialogue), encoding="utf-8")
    (root / "data" / "rules.yml").write_text(render_rules(themes, dialogue), encoding="utf-8")


if __name__ == "__main__":
    write(Path.cwd())
