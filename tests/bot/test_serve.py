"""Rasa's server: its API is never open, and its token is not among the arguments that everybody can see."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from bot import remote_action
from bot.channel import DEFAULT_DEADLINE_SECONDS, LoketChannel
from bot.serve import with_token


def test_token_of_the_environment_is_added_inside_the_process() -> None:
    assert with_token(["--enable-api"], "geheim") == ["rasa", "run", "--enable-api", "--auth-token", "geheim"]


def test_token_that_is_given_is_kept() -> None:
    arguments = ["--enable-api", "--auth-token", "a"]
    assert with_token(arguments, "geheim") == ["rasa", "run", *arguments]


def test_open_api_is_refused() -> None:
    with pytest.raises(SystemExit, match="LOKET_RASA_TOKEN"):
        with_token(["--enable-api"], "")


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("12.0", 12.0),
        (3, 3.0),
        (None, DEFAULT_DEADLINE_SECONDS),
        ("${LOKET_ASSISTANT_TIMEOUT}", DEFAULT_DEADLINE_SECONDS),
    ],
)
def test_deadline_is_that_of_the_credentials(given: Any, seconds: float) -> None:
    assert LoketChannel.from_credentials({"token": "t", "deadline_seconds": given}).deadline_seconds == seconds


def test_action_has_a_part_of_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_ASSISTANT_TIMEOUT", "20")
    try:
        assert importlib.reload(remote_action).TIMEOUT_SECONDS == 16.0
    finally:
        monkeypatch.undo()
        importlib.reload(remote_action)
