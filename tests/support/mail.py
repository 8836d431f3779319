"""A mail server of the test's own: real SMTP, and refusals on request."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest


@dataclass
class MailServer:
    """A small SMTP server. `refuse` is the answer to every message, when set; the other two to a recipient and to a login."""

    port: int = 0
    refuse: str = ""
    refuse_recipient: str = ""
    refuse_login: str = ""
    received: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, EmailMessage]] = field(default_factory=list)
    """Each mail with the address that the sender asked for, which is where it goes."""


@pytest.fixture
def server() -> Iterator[MailServer]:
    state = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 klaar")
            recipient = ""
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"QUIT":
                    return self.say("221 dag")
                if word == b"EHLO" and state.refuse_login:
                    self.say("250-goed")
                    self.say("250 AUTH PLAIN")
                    continue
                if word == b"RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                if word == b"DATA":
                    self.say("354 ga verder")
                    lines = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        lines.append(part)
                    if not state.refuse:
                        raw = b"".join(lines)
                        state.received.append(email.message_from_bytes(raw, policy=email.policy.default))
                        state.envelopes.append((recipient, state.received[-1]))
                refusals = {b"DATA": state.refuse, b"RCPT": state.refuse_recipient, b"AUTH": state.refuse_login}
                self.say(refusals.get(word) or "250 goed")

        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as listening:
        listening.daemon_threads = True
        state.port = listening.server_address[1]
        threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
        yield state
        listening.shutdown()
