"""Row numbers that come from outside: one that no row can have is refused before the database sees it."""

from __future__ import annotations

from loket.db.base import LARGEST_ID


def row_id(typed: str) -> int:
    """The row number that a form or an address names; 0, which no row has, for everything else."""
    if not typed.isascii() or not typed.isdecimal() or len(typed) > len(str(LARGEST_ID)):
        return 0
    return int(typed) if int(typed) <= LARGEST_ID else 0


def can_exist(number: int) -> bool:
    return 0 < number <= LARGEST_ID
