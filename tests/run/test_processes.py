"""The commands that are run: what every user of the machine can read of them, and what they are told."""

from __future__ import annotations

import pytest

from loket import settings
from loket.run import processes


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> processes.Command:
    monkeypatch.setenv("LOKET_ASSISTANT_TIMEOUT", "12")
    settings.load.cache_clear()
    monkeypatch.setattr(processes, "_bot_python", lambda: "python")
    return processes.rasa()


def test_no_secret_is_among_the_arguments(command: processes.Command) -> None:
    secrets = {settings.load().token("rasa"), settings.load().token("actions")}
    assert not secrets & set(" ".join(command.arguments).split())
    assert command.env["LOKET_RASA_TOKEN"] == settings.load().token("rasa")


def test_rasa_is_told_how_long_the_assistant_may_take(command: processes.Command) -> None:
    assert command.env["LOKET_ASSISTANT_TIMEOUT"] == "12.0"
