"""A second copy of the service, for tests that kill and stop its processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service import RunningService


@pytest.fixture(scope="session")
def victim(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A copy of the whole service that a test may hurt; each test leaves it ready again."""
    with RunningService.started(tmp_path_factory.mktemp("victim"), model) as running:
        yield running
