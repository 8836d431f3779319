import pytest
from conftest import Actions
from jsonschema import ValidationError, validate
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.remote_action import ActionServer, validate_action_result

GOOD = [
    {},
    {"events": [], "responses": [{"custom": {"a": 1}}]},
    {"events": [{"event": "slot", "name": "sector", "value": "po", "timestamp": None}], "responses": []},
]
BAD = [{"events": "x"}, {"events": [{"event": "onbekend"}]}, {"responses": ["tekst"]}, []]


@pytest.mark.parametrize("result", GOOD)
def test_good_result_is_good_to_both(result: dict) -> None:
    validate(result, RemoteAction.action_response_format_spec())
    assert validate_action_result(RemoteAction("a", None), result)


@pytest.mark.parametrize("result", BAD)
def test_bad_result_is_bad_to_both(result: dict) -> None:
    with pytest.raises(ValidationError):
        validate(result, RemoteAction.action_response_format_spec())
    with pytest.raises(ValidationError):
        validate_action_result(RemoteAction("a", None), result)


CALL = {"next_action": "action_answer", "tracker": {"latest_message": {"text": "hallo"}}}


async def test_connection_is_kept(action_server: Actions) -> None:
    action_server.behaviour = "answer"
    server = ActionServer.instead_of(EndpointConfig(f"http://127.0.0.1:{action_server.port}/webhook", token="t"))
    first = await server.request(json=CALL)
    connection = server.connection
    assert first["responses"][0]["custom"]["text"] == "hallo"
    await server.request(json=CALL)
    assert server.connection is connection
    await connection.close()


async def test_error_of_the_action_server_is_rasas_own(action_server: Actions) -> None:
    action_server.behaviour = "fail"
    server = ActionServer.instead_of(EndpointConfig(f"http://127.0.0.1:{action_server.port}/webhook"))
    with pytest.raises(ClientResponseError) as raised:
        await server.request(json=CALL)
    assert raised.value.status == 500
    # Rasa logs what is raised; the body of such an answer quotes what the parent wrote.
    assert raised.value.text == ""
    action_server.behaviour = "answer"
    await server.connection.close()


async def test_slow_action_server_is_given_up(action_server: Actions) -> None:
    action_server.behaviour = "hang"
    endpoint = EndpointConfig(f"http://127.0.0.1:{action_server.port}/webhook")
    server = ActionServer.instead_of(endpoint, timeout_seconds=0.2)
    with pytest.raises(TimeoutError):
        await server.request(json=CALL)
    action_server.behaviour = "answer"
    await server.connection.close()
