"""Checks over all answers together: `loket faq check`."""

from __future__ import annotations

from loket import catalogue
from loket.faq import answers, readability
from loket.yamlfile import ContentError, Problem


def check(theme: str | None = None) -> list[Problem]:
    """Every problem in data/faq, or in the file of one theme."""
    try:
        files = [answers.load_file(answers.FAQ_DIR / f"{theme}.yml")] if theme else answers.load_files()
    except ContentError as error:
        return sorted(error.problems)
    except FileNotFoundError as error:
        return [Problem(str(error.filename), 1, "this file is missing")]
    return sorted(_unreadable(files) + _missing(files, theme))


def _unreadable(files: list[answers.LoadedFile]) -> list[Problem]:
    return [
        Problem(str(file.document.path), file.line_of(index), f"{answer.intent}{f' ({sector})' * bool(sector)}: {what}")
        for file in files
        for index, answer in enumerate(file.content.answers)
        for sector, text in answer.texts().items()
        for what in readability.problems(answer, text, dialogue=file.content.theme == catalogue.DIALOGUE)
    ]


def _missing(files: list[answers.LoadedFile], theme: str | None) -> list[Problem]:
    present = {answer.intent for file in files for answer in file.content.answers}
    return [
        Problem(str(answers.FAQ_DIR / f"{intent.theme}.yml"), 1, f"no answer for {intent.id}")
        for intent in catalogue.load().intents.values()
        if intent.id not in present and theme in (None, intent.theme)
    ]
