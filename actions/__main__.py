"""Run the action server: loopback only, and only for callers with the token. `python -m actions`."""

from __future__ import annotations

import hmac
import logging

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import HTTPResponse, Request, Sanic, response

from actions import actions
from loket import catalogue, settings
from loket.faq import answers


def make_app(token: str) -> Sanic:
    """The action server's application; each call must carry `?token=`."""
    executor = ActionExecutor()
    executor.register_package(actions.__name__)
    app = create_app(executor, cors_origins=[])

    @app.on_request
    async def check_token(request: Request) -> HTTPResponse | None:
        if request.path == "/health" or hmac.compare_digest(request.args.get("token", "").encode(), token.encode()):
            return None
        return response.json({"error": "unknown token"}, status=401)

    return app


def main() -> None:
    configured = settings.load()
    logging.basicConfig(level=configured.log_level, format="%(levelname)s %(name)s %(message)s")
    catalogue.load()
    answers.cached()
    make_app(configured.token("actions")).run(
        host="127.0.0.1", port=configured.actions_port, single_process=True, motd=False, access_log=False
    )


if __name__ == "__main__":
    main()
