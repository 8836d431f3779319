"""Each rule over the first-aid texts refuses what it should."""

from __future__ import annotations

from typing import Any

import pytest

from loket.faq import danger
from loket.faq.check import danger as check


def found(**changes: Any) -> list[str]:
    """What is wrong once the texts of suicide are changed so."""
    file = danger.read()
    kinds = tuple(one.model_copy(update=changes) if one.kind == "suicide" else one for one in file.kinds)
    changed = file.model_copy(update={"kinds": kinds})
    return [message for path, message in check.faults(changed) if path[0] == "kinds"]


def test_the_texts_as_they_are_pass() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"parent": "Bel de juf: [06-12 34 56 78](tel:0612345678)."}, "not in data/faq/phones.yml"),
        ({"parent": "Bel Veilig Thuis op 0800-2000."}, "is no link"),
        ({"parent": "Bel [0800-2000](tel:08000113)."}, "dials tel:08000113"),
        ({"action": "Praat er samen over."}, "names no number"),
        ({"action": "Bel [113](tel:113). " + "Blijf bij hem. " * 12}, "an action has at most"),
        ({"night": "Loket 5010 is dicht. Bel [113](tel:113)."}, "nobody reads along"),
        ({"night": "Er leest niemand mee. Wij waarschuwen een adviseur. Bel [113](tel:113)."}, "promises somebody"),
        ({"night": "Er leest nu niemand mee."}, "who is awake"),
        ({"night": "Er leest niemand mee. Bel [0900 111 3 111](tel:09001113111)."}, "answered day and night"),
        ({"child": "Bel [113](tel:113). Uw juf helpt."}, "addresses somebody else"),
        ({"parent": "Bel [113](tel:113). Je kind is niet alleen."}, "addresses somebody else"),
        ({"ask_line": "Denkt uw kind aan zelfdoding?"}, "both read this"),
        (
            {
                "parent": "Bel [0800-2000](tel:08002000), [0800-0188](tel:08000188) of [0900-8844](tel:09008844)."
                " Of [0800-0432](tel:08000432)."
            },
            "phone numbers; at most",
        ),
        ({"parent": "Luister naar uw kind. " * 60}, "words with its action"),
        ({"parent": "Luister naar uw kind en blijf " + "heel erg " * 12 + "rustig."}, "a sentence of"),
        ({"sources": (), "law": ()}, "no official page"),
    ],
)
def test_what_breaks_a_rule_is_told(changes: dict[str, Any], told: str) -> None:
    assert any(told in message for message in found(**changes)), found(**changes)


def test_a_language_names_the_numbers_of_the_action() -> None:
    texts = danger.by_kind("suicide").languages | {"en": "Call [113](tel:113) now."}
    assert found(languages=texts) == ["suicide: does not name 112, which the action does"]


def test_the_rules_run_in_the_check_of_the_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    from loket.faq import check as whole
    from loket.yamlfile import Problem

    monkeypatch.setattr(check, "problems", lambda: [Problem("danger.yml", 1, "stuk")])
    assert "stuk" in [problem.message for problem in whole.check("veiligheid", date(2026, 11, 25))]
    assert "stuk" not in [problem.message for problem in whole.check("kosten", date(2026, 11, 25))]
