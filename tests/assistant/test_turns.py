"""A turn when the assistant is well, ill, slow or gone: the parent hears it in time, and nothing is lost or said twice."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine

from loket import settings
from loket.assistant import turns
from loket.clock import utc_now
from loket.conversations import registry, transcript
from loket.conversations.models import Conversation, Message, Question
from loket.db.base import reading, transaction
from loket.exceptions import Refused
from loket.tickets import claims, queue
from loket.tickets.models import Ticket
from tests.support.rasa import FakeRasa
from tests.support.service import free_ports
from tests.support.site import all_of, make_account, wait_for

QUESTION = "Mijn kind wordt gepest"


@pytest.fixture
def conversation_id(database: Engine, rasa: FakeRasa) -> str:
    return begin()


def begin() -> str:
    with transaction() as session:
        return registry.start(session, utc_now())[0].id


def take(conversation_id: str, text: str = QUESTION, client_id: str = "1", choice_id: str = "") -> turns.Outcome:
    async def run() -> turns.Outcome:
        async with httpx.AsyncClient() as client:
            return await turns.take(client, conversation_id, client_id, text=text, choice_id=choice_id)

    return asyncio.run(run())


def recover(now: datetime) -> int:
    async def run() -> int:
        async with httpx.AsyncClient() as client:
            return await turns.recover(client, now)

    return asyncio.run(run())


def states() -> list[str | None]:
    return [message.state for message in all_of(Message) if message.sender == "parent"]


def kinds(outcome: turns.Outcome) -> list[str]:
    return [(reply.extra or {})["kind"] for reply in outcome.replies]


def close_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_RASA_PORT", str(free_ports(1)[0]))
    settings.load.cache_clear()


@pytest.fixture
def impatient(rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch) -> None:
    """The assistant gets one second."""
    monkeypatch.setenv("LOKET_ASSISTANT_TIMEOUT", "1")
    settings.load.cache_clear()


def test_a_question_is_answered(conversation_id: str) -> None:
    assert kinds(take(conversation_id)) == ["answer"]
    assert states() == ["answered"]


def test_rasa_hears_the_text_under_a_sender_of_its_own(conversation_id: str, rasa: FakeRasa) -> None:
    take(conversation_id, "een", "1")
    take(conversation_id, "twee", "2")
    assert [call["text"] for call in rasa.heard] == ["een", "twee"]
    assert len({call["sender"] for call in rasa.heard}) == 2


@pytest.mark.parametrize("behaviour", ["fail", "nonsense", "silent"])
def test_an_assistant_that_is_ill_is_told_once(conversation_id: str, rasa: FakeRasa, behaviour: str) -> None:
    rasa.behaviour = behaviour
    assert kinds(take(conversation_id)) == ["unavailable"]
    assert states() == ["failed"]
    assert kinds(take(conversation_id)) == ["unavailable"]
    assert len(rasa.heard) == 1


def test_an_assistant_that_is_down_is_told(conversation_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    close_port(monkeypatch)
    outcome = take(conversation_id)
    assert kinds(outcome) == ["unavailable"]
    assert "bewaard" in outcome.replies[0].text


@pytest.mark.usefixtures("impatient")
def test_a_slow_assistant_is_told_within_the_time_out(conversation_id: str, rasa: FakeRasa) -> None:
    rasa.pause = 5
    began = time.monotonic()
    assert kinds(take(conversation_id)) == ["unavailable"]
    assert time.monotonic() - began < 4
    assert states() == ["failed"]


@pytest.mark.usefixtures("impatient")
def test_a_late_answer_is_dropped(conversation_id: str, rasa: FakeRasa) -> None:
    rasa.pause = 1.5
    take(conversation_id)
    (call,) = rasa.heard
    assert rasa.act(call) == [{"message_id": call["metadata"]["message_id"], "answered": False}]
    assert [(message.extra or {}).get("kind") for message in all_of(Message)] == ["greeting", None, "unavailable"]
    assert [question.outcome for question in all_of(Question)] == ["failed"]


def test_a_second_answer_is_dropped(conversation_id: str, rasa: FakeRasa) -> None:
    take(conversation_id)
    assert rasa.act(rasa.heard[0])[0]["answered"] is False
    assert len(all_of(Message)) == 3


def test_the_question_can_be_left_when_the_assistant_is_down(
    conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_port(monkeypatch)
    offer = take(conversation_id).replies[0]
    outcome = take(conversation_id, client_id="2", choice_id=(offer.extra or {})["choices"][0]["id"])
    assert (kinds(outcome), outcome.owner) == (["handed_over"], "queue")
    assert all_of(Ticket)[0].question == QUESTION


def test_the_assistant_may_be_asked_again_after_a_failure(conversation_id: str, rasa: FakeRasa) -> None:
    rasa.behaviour = "fail"
    take(conversation_id)
    rasa.behaviour = "answer"
    assert kinds(take(conversation_id, client_id="2")) == ["answer"]


def test_a_choice_to_rephrase_needs_no_assistant(conversation_id: str, rasa: FakeRasa) -> None:
    rasa.teach("blub", "nlu_fallback", "action_ask", kind="handoff")
    offer = take(conversation_id, "blub").replies[0]
    outcome = take(conversation_id, client_id="2", choice_id=(offer.extra or {})["choices"][1]["id"])
    assert (kinds(outcome), outcome.owner) == (["note"], "assistant")
    assert len(rasa.heard) == 1


def test_a_choice_for_a_person_without_a_question_asks_for_one(conversation_id: str) -> None:
    offered = transcript.choice("Ja", handoff=True)
    with transaction() as session:
        first = session.get_one(Conversation, conversation_id).messages[0]
        first.extra = {"kind": "offer", "choices": [offered]}
    with pytest.raises(Refused, match="Typ eerst uw vraag"):
        take(conversation_id, choice_id=offered["id"])
    assert len(all_of(Message)) == 1


def test_what_is_refused_is_not_kept(conversation_id: str) -> None:
    with pytest.raises(Refused):
        take(conversation_id, "a" * 5001)
    assert len(all_of(Message)) == 1


def test_messages_left_pending_by_a_dead_process_are_taken_up(conversation_id: str) -> None:
    then = utc_now() - timedelta(minutes=1)
    with transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        for number in range(2):
            transcript.receive(session, conversation, f"{QUESTION} {number}", str(number), then, None)
    assert recover(utc_now()) == 2
    assert states() == ["answered", "answered"]
    assert recover(utc_now()) == 0


def test_a_message_that_is_being_answered_is_left_alone(conversation_id: str, rasa: FakeRasa) -> None:
    with transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        transcript.receive(session, conversation, QUESTION, "1", utc_now(), None)
    assert recover(utc_now()) == 0
    assert rasa.heard == []


def test_a_stranded_message_is_told_about_when_the_assistant_is_still_down(
    conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_port(monkeypatch)
    with transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        transcript.receive(session, conversation, QUESTION, "1", utc_now() - timedelta(minutes=1), None)
    assert recover(utc_now()) == 1
    assert states() == ["failed"]


def test_how_long_a_message_may_wait_follows_from_the_time_the_assistant_has(
    conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a message that is being answered goes to Rasa a second time."""
    monkeypatch.setenv("LOKET_ASSISTANT_TIMEOUT", "30")
    settings.load.cache_clear()
    with transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        transcript.receive(session, conversation, QUESTION, "1", utc_now() - timedelta(seconds=40), None)
    assert recover(utc_now()) == 0
    assert recover(utc_now() + timedelta(seconds=60)) == 1


def test_an_adviser_who_takes_over_meanwhile_gets_the_message(conversation_id: str, rasa: FakeRasa) -> None:
    rasa.pause = 0.5
    outcome: list[turns.Outcome] = []
    asking = threading.Thread(target=lambda: outcome.append(take(conversation_id)))
    asking.start()
    wait_for(lambda: rasa.heard)
    with transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        ticket = queue.hand_off(session, conversation, "Iets van eerder", utc_now())
        session.flush()
        assert claims.claim(session, ticket.id, make_adviser(session), utc_now())
    asking.join()
    assert (outcome[0].replies, outcome[0].owner) == ([], "adviser")
    assert states() == ["delivered"]
    with reading() as session:
        assert "parent_wrote" in [event.kind for event in session.get_one(Ticket, ticket.id).events]


def make_adviser(session: object) -> object:
    """An account made in a session that is open already."""
    from loket.accounts import credentials

    return credentials.add(session, "adviser@loket.test", "Aisha de Boer", "adviser", utc_now())[0]  # type: ignore[arg-type]


def test_a_parent_who_writes_to_an_answered_ticket_opens_it_again(conversation_id: str, rasa: FakeRasa) -> None:
    adviser = make_account()
    with transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        ticket = queue.hand_off(session, conversation, QUESTION, utc_now())
        session.flush()
        claims.claim(session, ticket.id, adviser, utc_now())
        queue.reply(session, ticket, adviser, "Dat mag.", utc_now())
        # The adviser's page was closed a while ago.
        ticket.claimed_until = utc_now() - timedelta(minutes=1)
    outcome = take(conversation_id, "En als het vaker gebeurt?")
    assert outcome.owner == "queue"
    assert all_of(Ticket)[0].state == "open"
    assert rasa.heard == []
