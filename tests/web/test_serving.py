"""What one connection may cost the server, on a real one."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from sqlalchemy import Engine, text

from loket import settings
from loket.db.base import transaction
from loket.web import serving
from loket.web.app import create_app
from tests.support.rasa import FakeRasa
from tests.support.service import free_ports
from tests.support.site import wait_for


@pytest.fixture
def server(sqlite: Engine, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The website as `python -m loket.web` serves it, but less patient; for what has nothing to do with the database."""
    with serve(monkeypatch) as address:
        yield address


@pytest.fixture
def server_on_each(database: Engine, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The same, once on SQLite and once on PostgreSQL."""
    with serve(monkeypatch) as address:
        yield address


@contextlib.contextmanager
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(serving, "HEADER_SECONDS", 0.5)
    monkeypatch.setattr(serving, "BODY_SECONDS", 1.5)
    monkeypatch.setenv("LOKET_HANDLER_THREADS", "4")
    settings.load.cache_clear()
    port = free_ports(1)[0]
    config = uvicorn.Config(create_app(), port=port, log_config=None, **serving.limits(settings.load()))
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    wait_for(lambda: running.started)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(10)


def connect(server: str) -> socket.socket:
    address = urlsplit(server)
    return socket.create_connection((address.hostname, address.port), timeout=5)  # type: ignore[arg-type]


def closed_after(connection: socket.socket) -> float:
    began = time.monotonic()
    while connection.recv(65536):
        pass
    return time.monotonic() - began


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: "])
def test_a_connection_that_does_not_finish_its_request_is_closed(server: str, sent: bytes) -> None:
    with connect(server) as connection:
        connection.sendall(sent)
        assert closed_after(connection) < 3


def test_a_byte_now_and_then_does_not_keep_it_open(server: str) -> None:
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ")
        with contextlib.suppress(OSError):  # closed by the other side, however the system calls it
            for _ in range(40):
                connection.sendall(b"a")
                time.sleep(0.1)
            pytest.fail("the server went on reading")


def test_a_body_has_longer_and_then_ends_as_well(server: str) -> None:
    head = b"POST /api/conversations/x/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    with connect(server) as connection:
        connection.sendall(head + b"{")
        connection.settimeout(0.9)
        with pytest.raises(TimeoutError):
            connection.recv(1)  # past the time for headers
        connection.settimeout(5)
        assert closed_after(connection) < 4


def test_headers_without_end_are_refused(server: str) -> None:
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * (serving.MOST_HEADER_BYTES + 70_000))
        assert connection.recv(65536).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("hosts", [b"", b"Host: localhost\r\nHost: kwaad.example\r\n"])
def test_no_host_and_two_hosts_are_refused(server: str, hosts: bytes) -> None:
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + hosts + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400")


def test_an_honest_connection_is_kept(server: str) -> None:
    with httpx.Client(base_url=server) as client:
        for _ in range(3):
            assert client.get("/healthz").status_code == 200
            time.sleep(0.6)  # longer than a request may take


def test_health_answers_while_every_thread_waits_for_the_database(server_on_each: str) -> None:
    def post() -> None:
        httpx.post(f"{server_on_each}/api/conversations", timeout=20)

    threads = [threading.Thread(target=post) for _ in range(8)]
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("LOCK TABLE conversation IN ACCESS EXCLUSIVE MODE"))
        else:
            session.execute(text("SELECT 1"))  # from here on it has SQLite's only write lock
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        began = time.monotonic()
        assert httpx.get(f"{server_on_each}/healthz", timeout=10).status_code == 200
        assert time.monotonic() - began < 1
    for thread in threads:
        thread.join(20)


def test_the_forwarded_address_is_left_to_us(sqlite: Engine) -> None:
    """uvicorn would believe whoever is on loopback, whatever the setting says."""
    assert serving.limits(settings.load())["proxy_headers"] is False
