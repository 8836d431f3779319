"""The call to the action server: one connection kept open, a short deadline, and its answer checked at no cost.

Rasa makes a new connection for each action, waits five minutes for it, and checks its own unchanging JSON schema against the
metaschema every time before it checks the answer: 10 ms a call, three quarters of the work on a message. `install` puts an
`ActionServer` in place of Rasa's endpoint object, and keeps the compiled schema. Nothing else in Rasa is changed.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import aiohttp
from jsonschema import Draft202012Validator
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.utils.endpoints import ClientResponseError, EndpointConfig, concat_url

PART_OF_DEADLINE = 0.8
"""The action's share of the assistant's time (LOKET_ASSISTANT_TIMEOUT); the rest is for understanding."""
TIMEOUT_SECONDS = PART_OF_DEADLINE * float(os.environ.get("LOKET_ASSISTANT_TIMEOUT") or 5.0)
# Shorter than any server's: a connection that the other side is about to close must not be used for a call.
KEEP_ALIVE_SECONDS = 3.0


class ActionServer(EndpointConfig):
    """Rasa's endpoint for the action server, with a connection that lives as long as the process."""

    @classmethod
    def instead_of(cls, endpoint: EndpointConfig, timeout_seconds: float = TIMEOUT_SECONDS) -> ActionServer:
        server = cls(
            endpoint.url,
            endpoint.params,
            endpoint.headers,
            endpoint.basic_auth,
            endpoint.token,
            endpoint.token_name,
            **endpoint.kwargs,
        )
        server.timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        server.connection = None
        return server

    def session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers=self.headers,
            auth=aiohttp.BasicAuth(**self.basic_auth) if self.basic_auth else None,
            connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS),
            timeout=self.timeout,
        )

    async def request(self, method: str = "post", subpath: str | None = None, **kwargs: Any) -> Any:
        """Send the JSON in `kwargs` and return the JSON that comes back. Raises what Rasa expects of an endpoint."""
        if self.connection is None or self.connection.closed:
            self.connection = self.session()
        url = concat_url(self.url, subpath)
        params = self.combine_parameters(kwargs)
        async with self.connection.request(method, url, json=kwargs.get("json"), params=params) as response:
            if response.status >= 400:
                # Without the body: Rasa logs it, and the action server's may contain what the parent wrote.
                raise ClientResponseError(response.status, response.reason, "")
            return await response.json(content_type=None)


_servers: dict[str | None, ActionServer] = {}


def install(agent: Agent) -> None:
    """Make `agent` call its action server through an ActionServer. Does nothing the second time."""
    endpoint = agent.action_endpoint
    if endpoint is None or isinstance(endpoint, ActionServer):
        return
    # Rasa makes a new agent when a model is swapped; the connection stays.
    if endpoint.url not in _servers:
        _servers[endpoint.url] = ActionServer.instead_of(endpoint)
    agent.action_endpoint = agent.processor.action_endpoint = _servers[endpoint.url]
    RemoteAction._validate_action_result = validate_action_result


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(RemoteAction.action_response_format_spec())


def validate_action_result(action: RemoteAction, result: dict[str, Any]) -> bool:
    """True, or jsonschema's ValidationError: the check of RemoteAction, with a schema that is compiled once."""
    _validator().validate(result)
    return True
