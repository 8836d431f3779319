"""What the desk's forms have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from litestar.response import Template


def page(
    name: str,
    context: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Template:
    """A page with a form: what was wrong is shown at its field, and what was typed is kept."""
    whole = {**context, "errors": defaultdict(str, errors or {}), "typed": defaultdict(str, typed or {})}
    return Template(name, context=whole, status_code=422 if errors else 200)
