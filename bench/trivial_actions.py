"""The least that an action server can do: `python bench/trivial_actions.py PORT`. The same for both sides of a comparison."""

import sys
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

app = Sanic("trivial_actions")
ANSWER: dict[str, Any] = {"events": [], "responses": [{"custom": {"answered": True}}]}


@app.post("/webhook")
async def webhook(request: Request) -> HTTPResponse:
    assert request.json["next_action"]
    return json(ANSWER)


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]), access_log=False)
