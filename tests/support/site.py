"""The website in a test: its pages and API through a client, and who uses them."""

from __future__ import annotations

import contextlib
import re
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import unescape
from typing import Any

import httpx
import pytest
import uvicorn
from litestar.testing import TestClient
from sqlalchemy import Engine, select

from loket.accounts import passwords
from loket.accounts.models import Account
from loket.clock import utc_now
from loket.conversations import registry, transcript
from loket.conversations.models import Conversation
from loket.db.base import reading, transaction
from loket.tickets import queue
from loket.tickets.models import Ticket
from loket.web.app import create_app
from tests.support.loop import no_database_work_on_the_loop
from tests.support.rasa import FakeRasa
from tests.support.service import Parent, free_ports

PASSWORD = "vier losse woorden hier"


@pytest.fixture
def site(database: Engine, rasa: FakeRasa) -> Iterator[TestClient[Any]]:
    """The web application on an empty database, with a fake Rasa behind it."""
    with no_database_work_on_the_loop(), TestClient(create_app()) as client:
        client.follow_redirects = False
        yield client


@pytest.fixture
def parent(site: TestClient[Any]) -> Parent:
    """A parent who has begun a conversation through the API."""
    return Parent.begin(site)


@pytest.fixture
def served(sqlite: Engine, rasa: FakeRasa) -> Iterator[str]:
    """The address of the web application behind a real server, for what a client in the same thread cannot show.

    A test with a browser asks for this first: the browser is then closed before the server, and misses nothing.
    """
    port = free_ports(1)[0]
    config = uvicorn.Config(create_app(), port=port, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@dataclass
class Adviser:
    """A logged-in adviser's browser."""

    account: Account
    client: TestClient[Any]

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(self, path: str, **form: str) -> httpx.Response:
        return self.client.post(path, data=form)


@pytest.fixture
def adviser(site: TestClient[Any]) -> Iterator[Adviser]:
    """An adviser with a browser of their own, logged in."""
    with logged_in(site, "Aisha de Boer") as browser:
        yield browser


@contextlib.contextmanager
def logged_in(
    site: TestClient[Any], name: str, *, role: str = "adviser", partner: str | None = None
) -> Iterator[Adviser]:
    """A browser of its own on the same application, logged in through the login page."""
    account = make_account(name, role=role, partner=partner)
    client = TestClient(site.app)
    client.follow_redirects = False
    # The application already runs in the first client; only its state is shared.
    client.blocking_portal = site.blocking_portal
    answer = client.post("/balie/inloggen", data={"email": account.email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    yield Adviser(account, client)


def make_account(name: str = "Aisha de Boer", *, role: str = "adviser", partner: str | None = None) -> Account:
    """An account that has chosen its password; `partner` is the organisation of a partner."""
    account = Account(
        email=f"{name.split()[0].lower()}.{uuid.uuid4().hex[:6]}@loket.test",
        name=name,
        role=role,
        partner=partner,
        password_hash=_password_hash(),
        created_at=utc_now(),
    )
    with transaction() as session:
        session.add(account)
    return account


@cache
def _password_hash() -> str:
    # Slow by design, so once is enough.
    return passwords.hashed(PASSWORD)


def make_ticket(question: str = "Mag de school dit?", now: datetime | None = None, **more: Any) -> Ticket:
    """A question that waits for an adviser."""
    now = now or utc_now()
    with transaction() as session:
        conversation, _ = registry.start(session, now)
        session.flush()
        transcript.receive(session, conversation, question, uuid.uuid4().hex, now, None)
        return queue.hand_off(session, conversation, question, now, **more)


def all_of(model: Any) -> list[Any]:
    """Every row of a table, oldest first."""
    with reading() as session:
        key = model.created_at if model is Conversation else model.__mapper__.primary_key[0]
        return list(session.scalars(select(model).order_by(key)))


def wait_for(condition: Any, seconds: float = 10) -> None:
    """Wait until `condition()` is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def text_of(page: httpx.Response | str) -> str:
    """What a page says, without its tags."""
    html = page if isinstance(page, str) else page.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return unescape(found[1])
