"""Where the assistant's model comes from at the first start."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from loket import settings
from loket.run import serve
from loket.training import shipped


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a start does with the model, without ports, database and processes."""
    happened: list[str] = []

    async def run(*_: object) -> None:
        happened.append("run")

    monkeypatch.setattr(serve, "_require_ports", lambda _: None)
    monkeypatch.setattr(serve, "prepare", lambda: None)
    monkeypatch.setattr(serve, "train", lambda _: happened.append("train"))
    monkeypatch.setattr(serve.supervisor, "run", run)
    for name in ("rasa", "actions", "worker", "web"):
        monkeypatch.setattr(serve.processes, name, lambda: None)
    return happened


@pytest.mark.parametrize(
    ("there", "shipped_one", "expected"),
    [
        (True, True, ["run"]),
        (False, True, ["install", "run"]),
        (False, False, ["install", "train", "run"]),
    ],
)
def test_a_start_takes_the_shipped_model_and_trains_where_that_does_not_fit(
    there: bool,
    shipped_one: bool,
    expected: list[str],
    done: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    model = tmp_path / "loket.tar.gz"
    if there:
        model.touch()
    monkeypatch.setenv("LOKET_MODEL", str(model))
    settings.load.cache_clear()
    monkeypatch.setattr(shipped, "install", lambda _: done.append("install") or shipped_one)
    serve.serve()
    assert done == expected


def test_a_training_notes_what_the_model_was_made_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = tmp_path / "loket.tar.gz"
    monkeypatch.setattr(serve.subprocess, "run", lambda *_, **__: model.write_bytes(b"a model"))
    monkeypatch.setattr(shipped, "inputs", lambda: "as it is now")
    command = SimpleNamespace(arguments=[], environment=dict)
    monkeypatch.setattr(serve.processes, "train", lambda _: command)
    serve.train(model)
    assert (tmp_path / "loket.inputs").exists()
