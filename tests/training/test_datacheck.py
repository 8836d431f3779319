"""What `loket data check` finds in small folders made here, and that the real data passes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from loket import catalogue
from loket.training import datacheck
from loket.training.datacheck import normalised
from loket.yamlfile import Problem


@dataclass
class Data:
    """Three folders: examples, gold questions and follow-ups."""

    nlu: Path
    gold: Path
    follow_ups: Path

    def add(self, intent: str, *texts: str, theme: str = "leerplicht", gold: bool = False) -> None:
        path = (self.gold if gold else self.nlu) / f"{theme}.yml"
        before = path.read_text(encoding="utf-8") if path.exists() else "nlu:\n"
        lines = "".join(f"    - {text}\n" for text in texts)
        path.write_text(f"{before}- intent: {intent}\n  examples: |\n{lines}", encoding="utf-8")

    def problems(self, *, names: bool = False, theme: str | None = None) -> list[Problem]:
        return datacheck.check(theme, nlu=self.nlu, gold=self.gold, follow_ups=self.follow_ups, names=names)

    def found(self, word: str, *, names: bool = False) -> list[tuple[str, int]]:
        return [(Path(p.file).name, p.line) for p in self.problems(names=names) if word in p.message]


@pytest.fixture
def data(tmp_path: Path) -> Data:
    for name in ("nlu", "gold", "follow_ups"):
        (tmp_path / name).mkdir()
    return Data(tmp_path / "nlu", tmp_path / "gold", tmp_path / "follow_ups")


def test_an_unknown_intent_is_found(data: Data) -> None:
    data.add("weg", "Mijn kind is ziek")
    assert data.found("unknown intent 'weg'") == [("leerplicht.yml", 4)]


def test_an_intent_in_the_file_of_another_theme_is_found(data: Data) -> None:
    data.add("dyslexie", "Mijn kind leest moeilijk")
    assert data.found("dyslexie belongs in passend_onderwijs.yml") == [("leerplicht.yml", 4)]


def test_a_file_that_is_no_theme_holds_intents_of_any_theme(data: Data) -> None:
    data.add("ziekmelden", "Mijn kind is ziek", theme="zorgen")
    data.add("dyslexie", "Mijn kind leest moeilijk", theme="zorgen")
    assert data.found("belongs in") == []


@pytest.mark.parametrize("twin", ["Mijn kind is ziek", "mijn kind is ziek!", "Mijn  kínd is ziek"])
def test_a_near_duplicate_within_an_intent_is_found(data: Data, twin: str) -> None:
    data.add("ziekmelden", "Mijn kind is ziek", twin)
    assert data.found("stands also at") == [("leerplicht.yml", 5)]


def test_a_near_duplicate_in_another_theme_is_found(data: Data) -> None:
    data.add("ziekmelden", "Mijn kind is al een week ziek")
    data.add("dyslexie", "Mijn kind is al een week ziek.", theme="passend_onderwijs")
    assert data.found("stands also at") == [("passend_onderwijs.yml", 4)]


def test_a_gold_question_that_is_trained_on_is_found(data: Data) -> None:
    data.add("ziekmelden", "Mijn kind is al een week ziek")
    data.add("ziekmelden", "mijn kind is al een week ziek?", gold=True)
    assert data.found("is also a training example") == [("leerplicht.yml", 4)]


def test_two_different_questions_are_no_duplicates(data: Data) -> None:
    data.add("ziekmelden", "Mijn kind is ziek", "Mag de school vragen wat er is?")
    assert data.found("stands also at") == []


def test_texts_of_other_signs_than_letters_are_not_all_alike(data: Data) -> None:
    data.add("ziekmelden", "😀", "👍", "العربية")
    assert data.found("stands also at") == []


def test_too_few_examples_are_counted(data: Data) -> None:
    data.add("ziekmelden", "een", "twee")
    messages = {problem.message for problem in data.problems()}
    assert "ziekmelden has 2 examples; at least 30" in messages
    assert "ziekmelden has 0 examples; at least 6" in messages
    assert "crisis has 0 examples; at least 60" in messages
    assert "buiten_domein has 0 examples; at least 150" in messages
    assert "begroeting has 0 examples; at least 25" in messages


@pytest.mark.parametrize("text", ["Mijn [kind](persoon) is ziek", "{kind}"])
def test_brackets_are_found(data: Data, text: str) -> None:
    data.add("ziekmelden", text)
    assert data.found("brackets") == [("leerplicht.yml", 4)]


def test_examples_that_are_all_alike_are_found(data: Data) -> None:
    data.add("ziekmelden", *(f"Hoe meld ik mijn kind ziek op {day}?" for day in ("ma", "di", "wo", "do", "vr")))
    assert data.found("much alike") == [("leerplicht.yml", 4)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mijn zoon Jan Jansen is ziek", "persoon"),
        ("Bel mij op 06-12345678 over mijn kind", "telefoonnummer"),
        ("Mail mij op jan@voorbeeld.nl over mijn kind", "emailadres"),
    ],
)
def test_personal_data_is_found(data: Data, text: str, kind: str) -> None:
    data.add("ziekmelden", text)
    assert data.found(f"personal data ({kind}", names=True) == [("leerplicht.yml", 4)]


@pytest.mark.parametrize("text", ["Mijn kind van 5 in Utrecht is ziek", "Op 24 november is mijn kind ziek"])
def test_a_place_a_date_and_an_age_are_ordinary(data: Data, text: str) -> None:
    data.add("ziekmelden", text)
    assert data.found("personal data", names=True) == []


def test_one_theme_reports_only_itself(data: Data) -> None:
    data.add("weg", "een")
    data.add("weg", "twee", theme="kosten")
    assert {Path(problem.file).stem for problem in data.problems(theme="kosten")} == {"kosten"}


def test_a_file_that_cannot_be_read_is_a_problem(data: Data) -> None:
    (data.nlu / "kosten.yml").write_text("nlu: [")
    assert data.found("not valid YAML") == [("kosten.yml", 1)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café, thuis?", "cafe thuis"),
        ("MIJN  kind", "mijn kind"),
        ("één-op-één", "een op een"),
        ("Чи Можна?", "чи можна"),
    ],
)
def test_two_spellings_are_one(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_follow_ups_are_looked_at_too(data: Data) -> None:
    (data.follow_ups / "kosten.yml").write_text(
        "- question: Wie betaalt?\n  intent: schoolboeken\n  then:\n    en dan: weg\n    en [dit]: schoolboeken\n",
        encoding="utf-8",
    )
    assert data.found("unknown intent 'weg'") == [("kosten.yml", 4)]
    assert ("kosten.yml", 5) in [(Path(one.file).name, one.line) for one in data.problems()]
    (data.follow_ups / "kosten.yml").write_text("- question: Wie?\n", encoding="utf-8")
    assert data.found("expected `question`") == [("kosten.yml", 1)]


def test_texts_in_another_script_are_told_apart() -> None:
    assert normalised("чи можна mbo") != normalised("куди писати mbo")


@cache
def real() -> list[Problem]:
    return datacheck.check()


@pytest.mark.parametrize("theme", catalogue.load().themes)
def test_the_real_data_of_a_theme_passes(theme: str) -> None:
    problems = [str(problem) for problem in real() if Path(problem.file).stem == theme]
    assert not problems, f"{theme}: {len(problems)} problems\n" + "\n".join(problems[:20])
