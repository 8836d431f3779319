"""The real answers in data/faq are fit to be given."""

from __future__ import annotations

import pytest

from loket import catalogue
from loket.faq import check, load
from loket.http.markdown import from_markdown
from tests.support.faq import TODAY


@pytest.mark.parametrize("theme", catalogue.load().themes)
def test_the_answers_of_a_theme_pass_the_check(theme: str) -> None:
    problems = check.check(theme, TODAY)
    assert not problems, "\n".join(map(str, problems))


def test_every_intent_has_an_answer() -> None:
    assert set(load.load()) == set(catalogue.load().intents)


@pytest.mark.parametrize("theme", catalogue.load().themes)
def test_nothing_of_an_answer_is_lost_when_it_is_shown(theme: str) -> None:
    """No answer leans on Markdown that is taken away: headings, images, raw HTML."""
    for answer in load.load_file(load.FAQ_DIR / f"{theme}.yml").content.answers:
        for part in answer.parts():
            lines = [line.lstrip() for line in part.text.splitlines()]
            assert not [line for line in lines if line.startswith("#") or "![" in line or "<" in line], answer.intent
            items = sum(line.startswith("- ") or (line[:1].isdigit() and line[1:3] == ". ") for line in lines)
            assert from_markdown(part.text).count("<li>") == items, answer.intent
