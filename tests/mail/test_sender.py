"""Outgoing mail against a real SMTP server: at least once, the same Message-ID, later and later after a failure."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from loket import settings
from loket.clock import utc_now
from loket.conversations.contact import contact
from loket.db.base import transaction
from loket.exceptions import Refused
from loket.mail import outbox, sender
from loket.mail.models import Outbox
from loket.settings import Settings
from tests.conftest import NOON
from tests.support.site import all_of, wait_for

pytestmark = pytest.mark.usefixtures("database")


@dataclass
class MailServer:
    """A small SMTP server; `refuse` is the answer to every message, when set."""

    port: int = 0
    refuse: str = ""
    received: list[EmailMessage] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[MailServer]:
    state = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 klaar")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"QUIT":
                    return self.say("221 dag")
                if word == b"DATA":
                    self.say("354 ga verder")
                    lines = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        lines.append(part)
                    if not state.refuse:
                        raw = b"".join(lines)
                        state.received.append(email.message_from_bytes(raw, policy=email.policy.default))
                self.say(state.refuse if word == b"DATA" and state.refuse else "250 goed")

        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as listening:
        listening.daemon_threads = True
        state.port = listening.server_address[1]
        threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
        yield state
        listening.shutdown()


@pytest.fixture
def configured(database: Engine, server: MailServer) -> Settings:
    return settings.load().model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
    )


def put(recipient: str = "ouder@voorbeeld.nl", body: str = "Ja, dat mag.\n", now: datetime = NOON) -> Outbox:
    with transaction() as session:
        return outbox.put(session, recipient, "Antwoord op uw vraag – 5010", body, now)


def test_mail_is_sent_as_it_was_written(configured: Settings, server: MailServer) -> None:
    row = put(body="Eén “antwoord”\nmet een regel.\n")
    assert sender.send_waiting(configured, NOON) == 1
    (message,) = server.received
    assert (message["To"], message["Subject"]) == ("ouder@voorbeeld.nl", "Antwoord op uw vraag – 5010")
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == "Eén “antwoord”\nmet een regel.\n"


def test_mail_that_was_sent_is_not_sent_again(configured: Settings, server: MailServer) -> None:
    put()
    assert [sender.send_waiting(configured, NOON) for _ in range(2)] == [1, 0]
    assert len(server.received) == 1
    assert all_of(Outbox)[0].sent_at == NOON


def test_without_a_mail_server_mail_waits(database: Engine) -> None:
    put()
    assert sender.send_waiting(settings.load(), NOON) == 0
    assert all_of(Outbox)[0].attempts == 0


@pytest.mark.parametrize("refuse", ["451 later", "550 onbekend adres ouder@voorbeeld.nl"])
def test_mail_that_is_refused_is_tried_later_with_the_same_id(
    configured: Settings, server: MailServer, refuse: str
) -> None:
    row = put()
    server.refuse = refuse
    assert sender.send_waiting(configured, NOON) == 0
    server.refuse = ""
    assert sender.send_waiting(configured, NOON + timedelta(minutes=1)) == 0
    assert sender.send_waiting(configured, NOON + timedelta(minutes=3)) == 1
    assert server.received[0]["Message-ID"] == row.message_id


def test_the_wait_grows_to_four_hours(configured: Settings, server: MailServer) -> None:
    put()
    server.refuse = "451 later"
    now, waits = NOON, []
    for _ in range(10):
        sender.send_waiting(configured, now)
        waits.append(all_of(Outbox)[0].try_after - now)
        now = all_of(Outbox)[0].try_after
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=2), timedelta(hours=4))


def test_an_error_is_kept_without_the_address(configured: Settings, server: MailServer) -> None:
    put()
    server.refuse = "550 onbekend adres ouder@voorbeeld.nl"
    sender.send_waiting(configured, NOON)
    assert all_of(Outbox)[0].last_error == "SMTPDataError"


def test_a_mail_server_that_is_down_loses_nothing(configured: Settings, server: MailServer) -> None:
    put()
    down = configured.model_copy(update={"smtp_port": 1})
    assert sender.send_waiting(down, NOON) == 0
    assert all_of(Outbox)[0].sent_at is None
    assert sender.send_waiting(configured, NOON + timedelta(minutes=5)) == 1


def test_one_mail_that_fails_does_not_hold_up_the_next(configured: Settings, server: MailServer) -> None:
    put("één@voorbeeld.nl")  # needs an extension that the server does not have
    put("twee@voorbeeld.nl")
    assert sender.send_waiting(configured, NOON) == 1
    assert server.received[0]["To"] == "twee@voorbeeld.nl"


def test_two_senders_at_once_send_it_once(configured: Settings, server: MailServer) -> None:
    for number in range(5):
        put(f"ouder{number}@voorbeeld.nl")
    threads = [threading.Thread(target=sender.send_waiting, args=(configured, NOON)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(message["To"]) for message in server.received) == [f"ouder{n}@voorbeeld.nl" for n in range(5)]


def test_a_sender_that_died_half_way_is_followed_by_another(configured: Settings, server: MailServer) -> None:
    put()
    with transaction() as session:
        # What the sender writes before it speaks to the server.
        session.query(Outbox).one().try_after = NOON + sender.HOLD
    assert sender.send_waiting(configured, NOON) == 0
    assert sender.send_waiting(configured, NOON + sender.HOLD) == 1


def test_the_website_sends_what_waits(
    configured: Settings, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from litestar.testing import TestClient

    from loket.web.app import create_app

    for name in ("host", "port", "security"):
        monkeypatch.setenv(f"LOKET_SMTP_{name.upper()}", str(getattr(configured, f"smtp_{name}")))
    settings.load.cache_clear()
    put(now=utc_now())
    with TestClient(create_app()):
        wait_for(lambda: server.received)


def address_like() -> Any:
    part = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
    return st.builds("{}@{}.nl".format, part, part)


@given(address_like())
def test_every_address_that_is_accepted_makes_a_message(address: str) -> None:
    try:
        accepted = contact(address, None, None).email
    except Refused:
        return
    row = Outbox(message_id="<1@loket5010>", recipient=accepted, subject="Onderwerp", body="Tekst")
    message = sender._message(settings.load(), row)
    assert len(message["To"].addresses) == 1
