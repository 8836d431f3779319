"""Checks over all answers together: `loket faq check`. One module per rule; each says what it refuses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from loket import catalogue
from loket.faq import load
from loket.faq.check import (
    danger,
    dates,
    deadlines,
    foundation,
    promises,
    readability,
    referrals,
    routes,
    versions,
    wording,
)
from loket.faq.check.rules import Context, Rule
from loket.faq.load import LoadedFile
from loket.yamlfile import ContentError, Problem

RULES: tuple[Rule, ...] = (
    foundation.faults,
    referrals.faults,
    promises.faults,
    deadlines.faults,
    routes.faults,
    wording.faults,
    dates.faults,
    versions.faults,
    readability.faults,
)


SAFETY = "veiligheid"
"""The theme with which the first-aid texts of danger.yml are checked."""


def check(theme: str | None, today: date) -> list[Problem]:
    """Every problem in data/faq, or in the file of one theme. Withheld answers are checked for form only."""
    try:
        files = _files(theme)
    except ContentError as error:
        return sorted(error.problems)
    except FileNotFoundError as error:
        return [Problem(str(error.filename), 1, "this file is missing")]
    problems = _found(files, RULES, today) + _missing(files, theme)
    if theme in (None, SAFETY):
        problems += danger.problems()
    return sorted(problems if theme else problems + _few_official(files))


def warnings(theme: str | None, today: date) -> list[Problem]:
    """What is not yet wrong but needs a look: articles compared with an older version of their act."""
    try:
        return sorted(_found(_files(theme), (versions.warnings,), today))
    except (ContentError, FileNotFoundError):
        return []


def _files(theme: str | None) -> list[LoadedFile]:
    return [load.load_file(load.FAQ_DIR / f"{theme}.yml")] if theme else load.load_files()


def _found(files: Iterable[LoadedFile], rules: tuple[Rule, ...], today: date) -> list[Problem]:
    return [
        file.problem(index, path, message)
        for file in files
        for index, answer in enumerate(file.content.answers)
        if answer.live
        for rule in rules
        for path, message in rule(answer, Context(file.content.theme, today))
    ]


def _missing(files: list[LoadedFile], theme: str | None) -> list[Problem]:
    present = {answer.intent for file in files for answer in file.content.answers}
    return [
        Problem(str(load.FAQ_DIR / f"{intent.theme}.yml"), 1, f"no answer for {intent.id}")
        for intent in catalogue.load().intents.values()
        if intent.id not in present and theme in (None, intent.theme)
    ]


def _few_official(files: list[LoadedFile]) -> list[Problem]:
    share = foundation.official_share(answer for file in files for answer in file.content.answers)
    if share >= foundation.LEAST_OFFICIAL:
        return []
    message = f"{share:.0%} of all sources are official pages; at least {foundation.LEAST_OFFICIAL:.0%}"
    return [Problem(str(load.FAQ_DIR), 1, message)]
