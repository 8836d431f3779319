"""The layout that newcomers and other tools count on."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
import yaml

import loket
from actions import actions
from loket import catalogue, paths
from loket.paths import ROOT

DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["bot", "data/nlu", "data/faq", "actions", "tests"])
def test_a_folder_of_the_top_level_is_there(name: str) -> None:
    assert (ROOT / name).is_dir()


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "pyproject.toml", "README.md", "Makefile", "LICENSE"])
def test_a_file_of_the_top_level_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_the_domain_has_exactly_the_intents_of_the_catalogue() -> None:
    named = [intent if isinstance(intent, str) else next(iter(intent)) for intent in DOMAIN["intents"]]
    assert set(named) - {"nlu_fallback"} == set(catalogue.load().intents)
    assert len(named) == len(set(named))


def test_the_domain_has_exactly_the_actions_that_exist() -> None:
    classes = [
        kind for kind in vars(actions).values() if isinstance(kind, type) and kind.__module__ == actions.__name__
    ]
    found = {kind().name() for kind in classes if not getattr(kind, "__abstractmethods__", None)}
    assert found == set(DOMAIN["actions"])


@pytest.mark.parametrize("theme", catalogue.load().themes)
def test_every_theme_has_training_examples_and_answers(theme: str) -> None:
    assert (paths.DATA / "nlu" / f"{theme}.yml").is_file()
    assert (paths.DATA / "faq" / f"{theme}.yml").is_file()


def test_every_module_can_be_imported_by_itself() -> None:
    for module in pkgutil.walk_packages(loket.__path__, "loket."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)


def lines_with(pattern: str) -> list[str]:
    """Where a pattern occurs in the service's code and templates, but for migrations, which are frozen."""
    files = [file for ending in ("py", "html") for file in (ROOT / "loket").rglob(f"*.{ending}")]
    return [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in sorted(files)
        if "migrations" not in file.parts
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(pattern, line)
    ]


def test_a_role_is_compared_by_its_name_and_listed_in_one_place() -> None:
    assert lines_with(r"""\brole (==|!=|in) ?\(?["']""") == []
    assert [line.partition(":")[0] for line in lines_with(r"""["']administrator["']""")] == ["loket/staff_roles.py"]


def test_a_message_is_made_in_one_place() -> None:
    made = [line for line in lines_with(r"(?<!\w)Message\(") if "class Message(" not in line]
    assert [line.partition(":")[0] for line in made] == ["loket/conversations/transcript.py"]
