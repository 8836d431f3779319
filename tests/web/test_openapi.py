"""/api/openapi.json describes the API as it is."""

from __future__ import annotations

import re
from typing import Any

from litestar.routes import HTTPRoute
from litestar.testing import TestClient

Site = TestClient[Any]


def test_every_route_of_the_api_is_described(site: Site) -> None:
    described = set(site.get("/api/openapi.json").json()["paths"])
    routes = {
        re.sub(r":\w+\}", "}", route.path)
        for route in site.app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/conversations")
    }
    assert len(routes) >= 5
    assert routes <= described


def test_pages_are_not_part_of_it(site: Site) -> None:
    described = site.get("/api/openapi.json").json()["paths"]
    assert not [path for path in described if path.startswith(("/balie", "/vraag")) or path == "/"]


def test_every_operation_says_what_it_does(site: Site) -> None:
    for path, item in site.get("/api/openapi.json").json()["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                assert operation.get("description"), (method, path)


def test_the_shape_of_a_message_is_described(site: Site) -> None:
    schemas = site.get("/api/openapi.json").json()["components"]["schemas"]
    message = next(schema for name, schema in schemas.items() if name.endswith("MessageView"))
    assert {"id", "sender", "text", "html", "choices", "answer"} <= set(message["properties"])
