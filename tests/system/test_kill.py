"""kill -9 of each process in the middle of twenty conversations: what was acknowledged is there, once."""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.support.service import Parent, RunningService

PARENTS = 20
QUESTIONS = (
    "mijn zoon is geschorst, mag dat zomaar?",
    "ben ik verplicht de ouderbijdrage te betalen?",
    "mag mijn kind buiten de vakantie vrij krijgen?",
    "wanneer zijn de schoolvakanties?",
)
LEFT = "kan een adviseur mij bellen?"
LAST = "ik wil hier nog iets aan toevoegen"
PATIENCE = 90.0


@dataclass
class Visit:
    """One parent's conversation: what was acknowledged, in the order in which it was sent."""

    number: int
    parent: Parent
    acknowledged: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)

    @property
    def hands_over(self) -> bool:
        return self.number % 2 == 0

    def run(self, progress: Progress) -> None:
        for question in QUESTIONS:
            text = f"{question} (ouder {self.number})"
            body = {"text": text, "client_id": uuid.uuid4().hex}
            self._insist("messages", body)
            self.acknowledged.append(text)
            progress.step()
        if self.hands_over:
            text = f"{LEFT} (ouder {self.number})"
            self.references.append(self._insist("handoff", {"question": text})["reference"])
            self.acknowledged.append(text)
            text = f"{LAST} (ouder {self.number})"
            self._insist("messages", {"text": text, "client_id": uuid.uuid4().hex})
            self.acknowledged.append(text)

    def _insist(self, path: str, body: dict[str, str]) -> dict[str, str]:
        """Post until the service says that it has it, as the page does when the connection is lost."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return dict(self.parent.post(path, body).raise_for_status().json())
            except (httpx.TransportError, httpx.HTTPStatusError):
                assert time.monotonic() < deadline, f"no receipt for {body}"
                time.sleep(0.2)


class Progress:
    """Counts acknowledged questions, and tells when so many have been taken in that it is time to strike."""

    def __init__(self, strike_at: int) -> None:
        self.done, self.strike_at = 0, strike_at
        self.middle = threading.Event()
        self._lock = threading.Lock()

    def step(self) -> None:
        with self._lock:
            self.done += 1
            if self.done >= self.strike_at:
                self.middle.set()


@pytest.mark.parametrize("module", ["bot.serve", "actions", "loket.web"])
def test_what_was_acknowledged_is_there_once(victim: RunningService, module: str) -> None:
    total = PARENTS * len(QUESTIONS)
    progress = Progress(total // 3)
    visits = [Visit(number, victim.conversation()) for number in range(PARENTS)]
    with ThreadPoolExecutor(PARENTS) as pool:
        running = [pool.submit(visit.run, progress) for visit in visits]
        assert progress.middle.wait(PATIENCE)
        victim.kill(module)
        assert progress.done < total, "the kill came after the last question"
        for one in running:
            one.result()
    victim.wait_until_ready()
    rows = settled(victim)
    for visit in visits:
        check(visit, victim, [row for row in rows if row["conversation_id"] == visit.parent.id])


def check(visit: Visit, service: RunningService, rows: list[sqlite3.Row]) -> None:
    asked = [row for row in rows if row["sender"] == "parent"]
    assert [row["text"] for row in asked] == visit.acknowledged
    history = visit.parent.history()
    assert [m["text"] for m in history["messages"] if m["sender"] == "parent"] == visit.acknowledged
    for row in asked:
        kinds = [reply["kind"] for reply in rows if reply["reply_to"] == row["id"]]
        titles = Counter(reply["title"] for reply in rows if reply["reply_to"] == row["id"] and reply["title"])
        if row["text"].startswith(LEFT):
            assert kinds == [], "what is left by the form is for people"
        else:
            assert kinds, f"no reply to {row['text']}"
            assert kinds == ["unavailable"] or "unavailable" not in kinds
            assert set(titles.values()) <= {1}
    tickets = query(service, "SELECT reference FROM ticket WHERE conversation_id = ?", visit.parent.id)
    assert [row["reference"] for row in tickets] == visit.references
    receipts = [row for row in rows if row["kind"] == "handed_over"]
    assert len(receipts) == len(visit.references)


def settled(service: RunningService) -> list[sqlite3.Row]:
    """All messages, once none waits for an answer any more."""
    deadline = time.monotonic() + PATIENCE
    while query(service, "SELECT id FROM message WHERE state = 'pending'"):
        assert time.monotonic() < deadline, "a question was left without an answer"
        time.sleep(0.5)
    return query(
        service,
        "SELECT id, conversation_id, sender, text, reply_to, json_extract(extra, '$.kind') AS kind, "
        "json_extract(extra, '$.title') AS title FROM message ORDER BY id",
    )


def query(service: RunningService, statement: str, *values: str) -> list[sqlite3.Row]:
    """Look into the service's database, past the service."""
    connection = sqlite3.connect(Path(service.env["LOKET_VAR"]) / "loket.db", timeout=30)
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()
