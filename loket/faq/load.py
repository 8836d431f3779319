"""Reading data/faq: every fault is named with file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loket import catalogue, paths, yamlfile
from loket.catalogue import Intent
from loket.faq import laws, old_format
from loket.faq.model import Answer, AnswerFile
from loket.yamlfile import ContentError, Problem

FAQ_DIR = paths.DATA / "faq"
NOT_ANSWERS = {"terms", "phones", "danger"}


@dataclass(frozen=True)
class LoadedFile:
    """A valid answer file with the document it came from, so that later checks can name the line."""

    document: yamlfile.Document
    content: AnswerFile

    def problem(self, index: int, path: tuple[str | int, ...], message: str) -> Problem:
        """A problem at a field of the answer with this index; at the nearest field above it that is in the file."""
        loc = ("answers", index, *path)
        if loc not in self.document.lines:
            loc = ("answers", index, "intent")
        return self.document.problem(loc, f"{self.content.answers[index].intent}: {message}")


def load_file(path: Path) -> LoadedFile:
    """Read and validate one data/faq/<theme>.yml. Raises ContentError naming file and line."""
    document = yamlfile.read(path)
    if old := old_format.problems(document):
        raise ContentError(old)
    content = yamlfile.validated(document, AnswerFile)
    if problems := _against_catalogue(document, content):
        raise ContentError(problems)
    return LoadedFile(document, content)


def load_files(folder: Path | None = None) -> list[LoadedFile]:
    """Every answer file of a folder. Raises ContentError with all problems of all files together."""
    loaded, problems = [], []
    for path in sorted((folder or FAQ_DIR).glob("*.yml")):
        if path.stem in NOT_ANSWERS:
            continue
        try:
            loaded.append(load_file(path))
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return loaded


def load(folder: Path | None = None) -> dict[str, Answer]:
    """All answers by intent, the withheld ones too. Raises ContentError."""
    return {answer.intent: answer for file in load_files(folder) for answer in file.content.answers}


def _against_catalogue(document: yamlfile.Document, content: AnswerFile) -> list[Problem]:
    known = catalogue.load()
    problems = []
    if content.theme not in known.themes:
        problems.append(document.problem(("theme",), f"unknown theme {content.theme!r}"))
    seen: set[str] = set()
    for index, answer in enumerate(content.answers):
        intent = known.intents.get(answer.intent)
        if intent is None:
            problems.append(document.problem(("answers", index, "intent"), f"unknown intent {answer.intent!r}"))
            continue
        if answer.intent in seen:
            problems.append(document.problem(("answers", index, "intent"), f"a second answer for {answer.intent}"))
        seen.add(answer.intent)
        faults = _faults(answer, intent, content.theme)
        problems += [document.problem(("answers", index, *path), message) for path, message in faults]
    return problems


def _faults(answer: Answer, intent: Intent, theme: str) -> list[tuple[tuple[str | int, ...], str]]:
    """What in one answer does not fit the catalogue and the list of acts: the path in the answer, and why."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    if intent.theme != theme:
        found.append((("intent",), f"{answer.intent} belongs to theme {intent.theme}"))
    if answer.urgent != intent.urgent:
        found.append((("urgent",), f"urgent must be {str(intent.urgent).lower()}"))
    if intent.is_faq and answer.live and not (answer.short.strip() and answer.text.strip()):
        found.append((("intent",), f"{answer.intent} needs both short and text"))
    unknown = [other for other in answer.follow_up if other not in catalogue.load().intents]
    found += [(("follow_up",), f"unknown intent {other!r}") for other in unknown]
    for number, article in enumerate(answer.law):
        if article.act not in laws.acts():
            found.append((("law", number, "act"), f"unknown act {article.act!r}; known: {', '.join(laws.acts())}"))
    return found
