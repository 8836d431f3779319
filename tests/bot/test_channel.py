import time
import uuid
from typing import Any

import pytest
from conftest import TOKEN, Rasa

from bot.channel import TEXT_LIMIT, ChannelError, Incoming, LoketChannel, complete


def message(text: str = "hallo", **more: Any) -> dict[str, Any]:
    return {"sender": uuid.uuid4().hex, "text": text, "metadata": {"message_id": 7}, **more}


def choice(intent: str = "dyslexie", **more: Any) -> dict[str, Any]:
    return {"sender": uuid.uuid4().hex, "intent": intent, **more}


def test_text_is_understood_and_answered(rasa: Rasa) -> None:
    assert rasa.post(message("hallo")) == (200, {"replies": [{"action": "action_answer", "text": "hallo"}]})


def test_rule_leads_to_its_action(rasa: Rasa) -> None:
    assert rasa.post(message("ik wil een mens"))[1]["replies"][0]["action"] == "action_handoff"


def test_doubt_leads_to_ask(rasa: Rasa) -> None:
    assert rasa.post(message("xyz"))[1]["replies"][0]["action"] == "action_ask"


def test_metadata_reaches_action_and_session_start(rasa: Rasa) -> None:
    rasa.post(message(metadata={"conversation": "c1", "message_id": 3}))
    tracker = rasa.actions.asked[0]["tracker"]
    assert tracker["latest_message"]["metadata"]["message_id"] == 3
    assert tracker["slots"]["session_started_metadata"]["conversation"] == "c1"


def test_choice_is_not_understood_anew(rasa: Rasa) -> None:
    status, answer = rasa.post(choice(entities={"sector": "po"}))
    assert (status, answer["replies"][0]["action"]) == (200, "action_answer")
    tracker = rasa.actions.asked[0]["tracker"]
    assert tracker["latest_message"]["intent"] == {"name": "dyslexie", "confidence": 1.0}
    assert tracker["latest_message"]["decision"]["reason"] == "choice"
    assert tracker["slots"]["sector"] == "po"


def test_typed_payload_is_text(rasa: Rasa) -> None:
    rasa.post(message('\u200b/medewerker_spreken{"sector": "po"}'))
    tracker = rasa.actions.asked[0]["tracker"]
    assert rasa.actions.asked[0]["next_action"] == "action_ask"
    assert tracker["slots"]["sector"] is None


def test_typed_restart_is_text(rasa: Rasa) -> None:
    assert rasa.post(message("/restart"))[1]["replies"][0]["action"] == "action_ask"


def test_slots_stay_in_a_conversation(rasa: Rasa) -> None:
    first = choice(entities={"sector": "mbo"})
    rasa.post(first)
    for _ in range(4):
        rasa.post({"sender": first["sender"], "text": "hallo"})
    tracker = rasa.actions.asked[-1]["tracker"]
    assert tracker["slots"]["sector"] == "mbo"
    assert len([event for event in tracker["events"] if event["event"] == "user"]) == 3


@pytest.mark.parametrize("token", ["", "verkeerd", TOKEN + "x"])
def test_wrong_token_is_refused(rasa: Rasa, token: str) -> None:
    status, answer = rasa.post(message(), token=token)
    assert (status, answer["error"]["code"]) == (401, "unauthorised")
    assert rasa.actions.asked == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "not_json"),
        ("", 400, "not_an_object"),
        ("[]", 400, "not_an_object"),
        ({"text": "hallo"}, 422, "invalid_sender"),
        ({"sender": "", "text": "hallo"}, 422, "invalid_sender"),
        ({"sender": 5, "text": "hallo"}, 422, "invalid_sender"),
        ({"sender": "s"}, 422, "text_or_intent"),
        ({"sender": "s", "text": "hallo", "intent": "nee"}, 422, "text_or_intent"),
        ({"sender": "s", "text": 5}, 422, "invalid_text"),
        ({"sender": "s", "text": "a" * (TEXT_LIMIT + 1)}, 422, "invalid_text"),
        ({"sender": "s", "text": "hallo", "metadata": [1]}, 422, "invalid_metadata"),
        ({"sender": "s", "intent": ["nee"]}, 422, "invalid_intent"),
        ({"sender": "s", "intent": "nee", "entities": {"sector": 5}}, 422, "invalid_entities"),
        ({"sender": "s", "intent": "bestaat_niet"}, 422, "unknown_intent"),
    ],
)
def test_bad_request_says_what_is_wrong(rasa: Rasa, body: Any, status: int, code: str) -> None:
    given, answer = rasa.post(body)
    assert (given, answer["error"]["code"]) == (status, code)
    assert rasa.actions.asked == []


@pytest.mark.parametrize("behaviour", ["fail", "say nothing"])
def test_failing_action_is_an_error(rasa: Rasa, behaviour: str) -> None:
    rasa.actions.behaviour = behaviour
    status, answer = rasa.post(message())
    assert (status, answer["error"]["code"]) == (502, "no_reply")


def test_hanging_action_is_an_error_in_time_and_the_conversation_goes_on(rasa: Rasa) -> None:
    rasa.actions.behaviour = "hang"
    asked = message()
    start = time.monotonic()
    assert rasa.post(asked)[0] in (502, 504)
    assert time.monotonic() - start < 5.9
    rasa.actions.behaviour = "answer"
    assert rasa.post(asked)[0] == 200


async def test_broken_pipeline_is_an_error() -> None:
    async def break_down(_: Any) -> None:
        raise RuntimeError

    with pytest.raises(ChannelError) as raised:
        await complete(Incoming("s", text="hallo"), break_down, 1)
    assert (raised.value.status, raised.value.code) == (500, "failed")


def test_conversation_survives_a_model_swap(rasa: Rasa, model: Any) -> None:
    first = choice(entities={"sector": "vo"})
    rasa.post(first)
    body = f'{{"model_file": "{model}"}}'
    assert rasa.request("PUT", "/model?token=beheer", body, {"Content-Type": "application/json"})[0] == 204
    rasa.post({"sender": first["sender"], "text": "hallo"})
    assert rasa.actions.asked[-1]["tracker"]["slots"]["sector"] == "vo"


def test_emoji_and_line_breaks_arrive(rasa: Rasa) -> None:
    status, answer = rasa.post(message("Hallo 😡\nschool\u2028dicht"))
    assert (status, answer["replies"][0]["text"]) == (200, "Hallo 😡\nschool\u2028dicht")


@pytest.mark.parametrize("credentials", [None, {}, {"token": ""}, {"token": "${LOKET_RASA_TOKEN}"}])
def test_channel_without_token_does_not_start(credentials: Any) -> None:
    with pytest.raises(ValueError, match="LOKET_RASA_TOKEN"):
        LoketChannel.from_credentials(credentials)
