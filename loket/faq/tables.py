"""Facts that change by themselves (amounts, dates, acts) live in data/tables, each with its source and end date."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import Field, field_validator

from loket import paths, yamlfile
from loket.faq.model import Strict, https

TABLES = paths.DATA / "tables"

Table = TypeVar("Table", bound=Strict)


class Row(Strict):
    """One value as a parent reads it. After `valid_until` it is no longer used."""

    key: str = Field(pattern=r"^[a-z0-9_]+$")
    value: str = Field(min_length=1)
    source: str
    valid_until: date

    @field_validator("source")
    @classmethod
    def _https(cls, value: str) -> str:
        return https(value)


class Values(Strict):
    rows: tuple[Row, ...]


def value(name: str, key: str, today: date) -> str | None:
    """The value of a row; None when there is no such table or row, or when it has expired."""
    try:
        rows = read(name, Values).rows
    except FileNotFoundError:
        return None
    row = next((row for row in rows if row.key == key), None)
    return row.value if row and today <= row.valid_until else None


def read(name: str, model: type[Table], folder: Path | None = None) -> Table:
    """data/tables/<name>.yml, read again when it has changed. Raises ContentError, FileNotFoundError."""
    path = (folder or TABLES) / f"{name}.yml"
    table: Table = _read(path, path.stat().st_mtime_ns, model)  # type: ignore[assignment]
    return table


@lru_cache(maxsize=64)
def _read(path: Path, changed: int, model: type[Strict]) -> Strict:
    return yamlfile.validated(yamlfile.read(path), model)
