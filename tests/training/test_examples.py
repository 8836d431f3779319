"""Training examples are read with the line of every one."""

from __future__ import annotations

from pathlib import Path

import pytest

from loket.training import evaluation, examples
from loket.yamlfile import ContentError

TEXT = """version: "3.1"
nlu:
# ziek zijn
- intent: ziekmelden
  examples: |
    - Mijn kind is ziek
    - hoe meld ik ziek?

- intent: dyslexie
  examples: |

    - Mijn kind leest moeilijk: wat nu?
"""


def write(folder: Path, text: str, name: str = "leerplicht.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_example_has_its_intent_and_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT)
    found = [(example.text, example.intent, example.line) for example in examples.load(tmp_path)]
    assert found == [
        ("Mijn kind is ziek", "ziekmelden", 6),
        ("hoe meld ik ziek?", "ziekmelden", 7),
        ("Mijn kind leest moeilijk: wat nu?", "dyslexie", 12),
    ]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert all(text in lines[line - 1] for text, _, line in found)


def test_measuring_sets_of_another_shape_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, TEXT)
    write(tmp_path, "- id: straf\n  turns: []\n", "dialogues.yml")
    assert {example.intent for example in examples.load(tmp_path)} == {"ziekmelden", "dyslexie"}


def test_one_theme_can_be_read_alone(tmp_path: Path) -> None:
    write(tmp_path, TEXT)
    write(tmp_path, "nlu: []", "kosten.yml")
    assert examples.load(tmp_path, "kosten") == []


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (TEXT.replace("    - hoe meld", "    hoe meld"), 7, 'starts with "- "'),
        (TEXT.replace("- intent: dyslexie\n  examples", "- examples"), 9, "expected `intent`"),
        (TEXT.replace("  examples: |\n    - Mijn kind is ziek\n    - hoe meld ik ziek?\n", ""), 4, "expected `intent`"),
        ("version: 1", 1, "expected a list under `nlu`"),
        ("- a", 1, "expected a list under `nlu`"),
        ("", 1, "expected a list under `nlu`"),
        ("nlu: [", 1, "not valid YAML"),
    ],
)
def test_a_wrong_shape_is_named_with_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ContentError) as error:
        examples.load(tmp_path)
    (found,) = error.value.problems
    assert problem in found.message
    assert (found.file, found.line) == (str(path), line)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"weg.yml:1: this file is missing"):
        examples.load(tmp_path, "weg")


@pytest.mark.parametrize(
    "row",
    [
        "{text: x, intent: a, also: [], form: story}",
        "{text: x, intent: a, also: null, form: story, manner: mail}",
        "{text: x, intent: a, also: [], form: story, manner: mail, more: x}",
        "x",
    ],
)
def test_a_message_in_parents_manner_of_another_shape_is_refused(row: str, tmp_path: Path) -> None:
    path = tmp_path / "own_words.yml"
    path.write_text(f"- {row}\n")
    with pytest.raises(ContentError, match="expected a list of also, form, intent, manner, text"):
        examples.load_own_words(tmp_path)
    with pytest.raises(ContentError, match="expected a list"):
        evaluation.read_own_words(path)
