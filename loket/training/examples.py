"""Training examples and gold questions: Rasa NLU files, read with the line of every example."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loket import paths, yamlfile
from loket.yamlfile import ContentError, Problem

NLU_DIR = paths.DATA / "nlu"
GOLD_DIR = paths.DATA / "evaluation"
FOLLOW_UPS_DIR = paths.DATA / "conversations" / "follow_ups"
"""What parents type after an answer, each with the question before it and the intent that it then has."""
OTHER_GOLD = frozenset({"dialogues", "replies", "foreign", "own_words"})
"""Files in GOLD_DIR with a shape of their own: conversations, replies to the assistant's own questions, other languages, parents' manner."""

OWN_WORDS_KEYS = frozenset({"text", "intent", "also", "form", "manner"})


@dataclass(frozen=True)
class Example:
    text: str
    intent: str
    file: str
    line: int

    def problem(self, message: str) -> Problem:
        return Problem(self.file, self.line, message)


def load(folder: Path, theme: str | None = None) -> list[Example]:
    """All examples of a folder, or of one theme's file. Raises ContentError with file and line."""
    files = [folder / f"{theme}.yml"] if theme else _theme_files(folder)
    examples: list[Example] = []
    problems: list[Problem] = []
    for path in files:
        try:
            examples += load_file(path)
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return examples


def _theme_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.yml") if path.stem not in OTHER_GOLD)


def load_file(path: Path) -> list[Example]:
    """The examples of one Rasa NLU file. Raises ContentError when its shape is wrong."""
    if not path.exists():
        raise ContentError([Problem(str(path), 1, "this file is missing")])
    document = yamlfile.read(path)
    if not isinstance(document.data, dict) or not isinstance(document.data.get("nlu"), list):
        raise ContentError([Problem(str(path), 1, "expected a list under `nlu`")])
    examples = []
    for index, entry in enumerate(document.data["nlu"]):
        at = ("nlu", index)
        if not isinstance(entry, dict) or not isinstance(entry.get("examples"), str) or "intent" not in entry:
            raise ContentError([document.problem(at, "expected `intent` and `examples: |`")])
        # The text of a literal block starts on the line after its key.
        first = document.line((*at, "examples")) + 1
        for offset, line in enumerate(entry["examples"].splitlines()):
            text = line.strip()
            if not text:
                continue
            if not text.startswith("- "):
                raise ContentError([Problem(str(path), first + offset, 'an example starts with "- "')])
            examples.append(Example(text[2:].strip(), entry["intent"], str(path), first + offset))
    return examples


def load_follow_ups(folder: Path = FOLLOW_UPS_DIR) -> list[Example]:
    """The first questions and the follow-ups of a folder. Raises ContentError when the shape of a file is wrong."""
    found: list[Example] = []
    for path in sorted(folder.glob("*.yml")):
        document = yamlfile.read(path)
        if not isinstance(document.data, list):
            raise ContentError([Problem(str(path), 1, "expected a list of `question`, `intent`, `then`")])
        for index, entry in enumerate(document.data):
            if (
                not isinstance(entry, dict)
                or not isinstance(entry.get("then"), dict)
                or not {"question", "intent"} <= entry.keys()
            ):
                raise ContentError([document.problem((index,), "expected `question`, `intent` and `then`")])
            found.append(Example(str(entry["question"]), str(entry["intent"]), str(path), document.line((index,))))
            for text, intent in entry["then"].items():
                found.append(Example(str(text), str(intent), str(path), document.line((index, "then", text))))
    return found


def read_own_words(path: Path) -> yamlfile.Document:
    """A file of messages in parents' manner. Raises ContentError when its shape is wrong."""
    document = yamlfile.read(path)
    if not isinstance(document.data, list) or not all(
        isinstance(row, dict) and row.keys() == OWN_WORDS_KEYS and isinstance(row["also"], list)
        for row in document.data
    ):
        raise ContentError([Problem(str(path), 1, f"expected a list of {', '.join(sorted(OWN_WORDS_KEYS))}")])
    return document


def load_own_words(folder: Path = GOLD_DIR) -> list[Example]:
    """The messages in parents' manner, without what would also do; none where there is no such file."""
    path = folder / "own_words.yml"
    if not path.exists():
        return []
    document = read_own_words(path)
    return [
        Example(row["text"], row["intent"], str(path), document.line((index,)))
        for index, row in enumerate(document.data)
    ]
