"""Which doors are open, and for whom: Rasa and the action server are on loopback and ask for their token."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest

from tests.support.service import RunningService

LISTENING = "0A"


def listening_on(port: int) -> set[str]:
    """The addresses on which this machine listens on a port, as the kernel tells (Linux)."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            address, _, hexadecimal = local.partition(":")
            if state == LISTENING and int(hexadecimal, 16) == port:
                raw = bytes.fromhex(address)
                found.add(socket.inet_ntop(socket.AF_INET, raw[::-1]) if len(raw) == 4 else address)
    return found


def ports(service: RunningService) -> list[int]:
    return [int(service.env[name]) for name in ("LOKET_PORT", "LOKET_RASA_PORT", "LOKET_ACTIONS_PORT")]


def test_everything_listens_on_loopback_only(service: RunningService) -> None:
    assert [listening_on(port) for port in ports(service)] == [{"127.0.0.1"}] * 3


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/webhooks/loket/message"),
        ("POST", "/model/parse"),
        ("POST", "/model/train"),
        ("PUT", "/model"),
        ("DELETE", "/model"),
        ("GET", "/status"),
        ("GET", "/domain"),
        ("GET", "/conversations/x/tracker"),
        ("POST", "/conversations/x/messages"),
    ],
)
@pytest.mark.parametrize("token", ["", "verkeerd"])
def test_rasa_refuses_without_its_token(service: RunningService, method: str, path: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    params = {"token": token} if token else {}
    response = httpx.request(
        method, f"http://127.0.0.1:{service.rasa_port}{path}", json={"text": "x"}, headers=headers, params=params
    )
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/webhooks/callback/webhook", "/socket.io/"])
def test_rasa_has_no_other_channel(service: RunningService, path: str) -> None:
    assert httpx.post(f"http://127.0.0.1:{service.rasa_port}{path}", json={}).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", "/webhook"), ("GET", "/actions")])
@pytest.mark.parametrize("token", ["", "verkeerd"])
def test_the_action_server_refuses_without_its_token(
    service: RunningService, method: str, path: str, token: str
) -> None:
    url = f"http://127.0.0.1:{service.env['LOKET_ACTIONS_PORT']}{path}"
    body = {"next_action": "action_answer", "tracker": {}}
    assert httpx.request(method, url, json=body, params={"token": token}).status_code == 401


def test_tokens_of_one_copy_are_of_no_use_in_another(service: RunningService, victim: RunningService) -> None:
    parent = service.conversation()
    url = f"{victim.url}/api/conversations/{parent.id}/messages"
    assert httpx.get(url, headers=parent.headers).status_code == 401
