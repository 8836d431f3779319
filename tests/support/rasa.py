"""A stand-in for Rasa: a small real HTTP server that understands what it was taught and runs the real actions."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import actions
from loket import settings
from tests.support.service import free_ports

ACTIONS = {
    kind().name(): kind
    for kind in (
        actions.ActionAnswer,
        actions.ActionAsk,
        actions.ActionHandoff,
        actions.ActionNotHelped,
        actions.ActionRestartConversation,
    )
}


@dataclass
class FakeRasa:
    """What it heard, and how it behaves: `answer`, `slow` (answers after `pause`), `fail`, `nonsense` or `silent`."""

    port: int
    behaviour: str = "answer"
    pause: float = 0.0
    heard: list[dict[str, Any]] = field(default_factory=list)
    taught: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def teach(self, text: str, intent: str, action: str = "action_answer", **decision: Any) -> None:
        """Understand `text` as `intent` and run `action`; `decision` as the classifier would add it."""
        sector = decision.pop("sector", None)
        self.taught[text] = (
            action,
            {
                "intent": {"name": intent},
                "intent_ranking": [{"name": intent, "confidence": 0.9}],
                "entities": [{"entity": "sector", "value": sector}] if sector else [],
                "decision": decision,
            },
        )

    def respond(self, call: dict[str, Any]) -> tuple[int, bytes]:
        self.heard.append(call)
        if self.behaviour == "fail":
            return 500, b'{"error": "broken"}'
        if self.behaviour == "nonsense":
            return 200, b"<html>not json</html>"
        time.sleep(self.pause)
        return 200, json.dumps({"replies": [] if self.behaviour == "silent" else self.act(call)}).encode()

    def parse(self, text: str) -> bytes:
        """What /model/parse says: as taught, or that it is about bullying."""
        latest = self._understand({"text": text})[1]
        ranking = latest.get("intent_ranking") or [{"name": latest["intent"]["name"], "confidence": 0.9}]
        return json.dumps({"entities": [], **latest, "intent_ranking": ranking, "text": text}).encode()

    def act(self, call: dict[str, Any]) -> list[dict[str, Any]]:
        """Run the action that belongs to the message, as the action server would."""
        name, latest = self._understand(call)
        latest |= {"metadata": call["metadata"], "text": call.get("text", "")}
        tracker = Tracker(call["sender"], {}, latest, [], False, None, {}, name)
        dispatcher = CollectingDispatcher()
        asyncio.run(ACTIONS[name]().run(dispatcher, tracker, {}))
        return [message["custom"] for message in dispatcher.messages]

    def _understand(self, call: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if "intent" in call:
            return "action_answer", {"intent": {"name": call["intent"]}}
        action, latest = self.taught.get(call["text"], ("action_answer", {"intent": {"name": "pesten_aanpak"}}))
        return action, dict(latest)


class Server(ThreadingHTTPServer):
    """Closes when its last answer is given: an action that is still busy would write into the next test's database."""

    daemon_threads = False


@pytest.fixture
def rasa(own_settings: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRasa]:
    """A fake Rasa on the port where the service looks for it; unknown texts are about bullying."""
    fake = FakeRasa(free_ports(1)[0])
    monkeypatch.setenv("LOKET_RASA_PORT", str(fake.port))
    # A test whose subject is a slow assistant sets a shorter time: on a busy machine a good answer can take a second.
    monkeypatch.setenv("LOKET_ASSISTANT_TIMEOUT", "20")
    settings.load.cache_clear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.startswith("/model/parse"):
                trusted = f"token={settings.load().token('rasa')}" in self.path
                good = trusted and fake.behaviour == "answer"
                return self.answer(200 if good else 500, fake.parse(call["text"]) if good else b"{}")
            trusted = self.headers["Authorization"] == f"Bearer {settings.load().token('rasa')}"
            self.answer(*fake.respond(call) if trusted else (401, b"{}"))

        def do_GET(self) -> None:
            self.answer(200, b'{"model_file": "small.tar.gz"}')

        def answer(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # who asked did not wait for the answer

        def log_message(self, *_: Any) -> None:
            pass

    server = Server(("127.0.0.1", fake.port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
