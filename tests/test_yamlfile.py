"""YAML with the line of every value, and errors that name it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from loket import yamlfile
from loket.yamlfile import ContentError, Problem


class Item(BaseModel):
    name: str
    day: date


class Items(BaseModel):
    items: list[Item]


TEXT = """# een lijst
items:
- name: een
  day: 2026-11-24
- name: twee
  day: 2026-11-25
"""


def read(folder: Path, text: str) -> yamlfile.Document:
    path = folder / "lijst.yml"
    path.write_text(text, encoding="utf-8")
    return yamlfile.read(path)


def test_a_file_is_read_as_plain_python(tmp_path: Path) -> None:
    document = read(tmp_path, TEXT)
    assert document.data["items"][1] == {"name": "twee", "day": date(2026, 11, 25)}


@pytest.mark.parametrize(
    ("loc", "line"),
    [(("items",), 2), (("items", 0), 3), (("items", 1, "day"), 6), (("items", 1, "weg"), 5), (("weg",), 2), ((), 2)],
)
def test_every_value_has_its_line_or_that_of_its_parent(tmp_path: Path, loc: yamlfile.Loc, line: int) -> None:
    assert read(tmp_path, TEXT).line(loc) == line


def test_an_empty_file_is_no_data(tmp_path: Path) -> None:
    assert read(tmp_path, "").data is None


def test_what_fits_the_model_becomes_the_model(tmp_path: Path) -> None:
    assert yamlfile.validated(read(tmp_path, TEXT), Items).items[0].name == "een"


def test_every_wrong_field_is_named_with_its_line(tmp_path: Path) -> None:
    text = TEXT.replace("2026-11-24", "morgen").replace("name: twee", "naam: twee")
    with pytest.raises(ContentError) as error:
        yamlfile.validated(read(tmp_path, text), Items)
    assert [(problem.line, problem.message.partition(":")[0]) for problem in error.value.problems] == [
        (4, "items.0.day"),
        (5, "items.1.name"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1", 2),
        ("a: 1\n b: 2", 2),
        ("a: 1\nb: 2026-02-30", 2),
        ("a: 1\nb: !vreemd x", 2),
        ("a: 1\n? [b, c]\n: 2", 2),
        ("a: 1\n---\nb: 2", 2),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(ContentError) as error:
        read(tmp_path, text + "\n")
    (problem,) = error.value.problems
    assert problem.line == line
    assert "not valid YAML" in problem.message


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lijst.yml"
    path.write_bytes(b"a: \xff\xfe")
    with pytest.raises(ContentError):
        yamlfile.read(path)


def test_a_problem_reads_as_editors_know_it() -> None:
    assert str(Problem("data/faq/kosten.yml", 12, "no source")) == "data/faq/kosten.yml:12: no source"
