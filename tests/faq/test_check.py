"""The real answers are fit to be read."""

from __future__ import annotations

import pytest

from loket import catalogue
from loket.faq import answers, check
from loket.web.markdown import from_markdown


@pytest.mark.parametrize("theme", catalogue.load().themes)
def test_the_answers_of_a_theme_pass_the_check(theme: str) -> None:
    problems = check.check(theme)
    assert not problems, "\n".join(map(str, problems))


def test_every_intent_has_an_answer() -> None:
    assert set(answers.load()) == set(catalogue.load().intents)


@pytest.mark.parametrize("theme", catalogue.load().themes)
def test_nothing_of_an_answer_is_lost_when_it_is_shown(theme: str) -> None:
    """No answer leans on Markdown that is taken away: headings, images, raw HTML."""
    for intent in catalogue.load().of_theme(theme):
        for text in answers.load_file(answers.FAQ_DIR / f"{theme}.yml").content.answers[0].texts().values():
            html = from_markdown(text)
            assert "<" not in text, intent.id
            assert not any(line.lstrip().startswith(("#", "![")) for line in text.splitlines()), intent.id
            assert html.count("<li>") == sum(line.lstrip().startswith(("- ", "1.")) for line in text.splitlines()) or (
                "<ol" in html
            )


def test_a_theme_without_a_file_says_so() -> None:
    (problem,) = check.check("weg")
    assert problem.message == "this file is missing"
