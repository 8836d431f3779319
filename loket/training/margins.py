"""How far a measured share may be from the true one."""

from __future__ import annotations

import math

SURE = 1.959964
"""Standard deviations of a 95 % interval."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), between 0 and 1. (0, 1) where nothing was counted."""
    if not of:
        return 0.0, 1.0
    part, extra = hits / of, SURE**2 / of
    middle = (part + extra / 2) / (1 + extra)
    half = SURE / (1 + extra) * math.sqrt(part * (1 - part) / of + extra / (4 * of))
    return max(middle - half, 0.0), min(middle + half, 1.0)
