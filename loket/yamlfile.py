"""YAML files that people edit: read with the line of every value, checked against a pydantic model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from loket.exceptions import LoketError

Loc = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in a content file, where it is and what it is."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ContentError(LoketError):
    """A content file cannot be used; `problems` says why, each with file and line."""

    code = "content_error"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: `data` as plain Python, `lines` with the first line (from 1) of every path in it."""

    path: Path
    data: Any
    lines: dict[Loc, int]

    def line(self, loc: Loc) -> int:
        """The line of `loc`, or of its nearest parent that is in the file."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def problem(self, loc: Loc, message: str) -> Problem:
        return Problem(str(self.path), self.line(loc), message)


def read(path: Path) -> Document:
    """Parse one YAML file. Raises ContentError when it is not YAML."""
    lines: dict[Loc, int] = {}
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        data = _construct(node, (), lines) if node else None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ContentError([Problem(str(path), line, f"not valid YAML: {error}")]) from error
    return Document(path, data, lines)


def validated(document: Document, model: type[Model]) -> Model:
    """The document as `model`. Raises ContentError with every field that is wrong."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise ContentError(
            [document.problem(e["loc"], f"{'.'.join(map(str, e['loc']))}: {e['msg']}") for e in error.errors()]
        ) from error


def _construct(node: yaml.Node, loc: Loc, lines: dict[Loc, int]) -> Any:
    lines[loc] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        result = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key_node.start_mark)
            key = key_node.value
            result[key] = _construct(value_node, (*loc, key), lines)
            lines[(*loc, key)] = key_node.start_mark.line + 1
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*loc, index), lines) for index, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    except (ValueError, OverflowError) as error:  # a date or number that looks like one and is not
        raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error
    finally:
        loader.dispose()
