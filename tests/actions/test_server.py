"""The action server as a process: open only to who knows the token."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from loket.paths import ROOT
from tests.support.service import free_ports
from tests.support.site import wait_for

CALL = {"next_action": "action_weg", "tracker": {"sender_id": "1", "slots": {}}, "domain": {}}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_ports(1)[0]
    env = os.environ | {
        "LOKET_VAR": str(tmp_path_factory.mktemp("actions")),
        "LOKET_ACTIONS_PORT": str(port),
        "LOKET_SECRET_KEY": "x" * 32,
    }
    log = Path(env["LOKET_VAR"]) / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "actions"], cwd=ROOT, env=env, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        with suppress(httpx.HTTPError):
            return httpx.get(f"{url}/health").status_code == 200
        return False

    try:
        wait_for(answers, 60)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("query", ["", "?token=", "?token=verkeerd", "?token=%C3%A9"])
def test_without_the_token_nothing_runs(address: str, query: str) -> None:
    assert httpx.post(f"{address}/webhook{query}", json=CALL).status_code == 401


def test_with_the_token_an_unknown_action_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from loket import settings

    token = settings.Settings(secret_key="x" * 32).token("actions")
    answer = httpx.post(f"{address}/webhook", params={"token": token}, json=CALL)
    assert answer.status_code == 404
    assert answer.json()["action_name"] == "action_weg"
