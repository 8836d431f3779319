"""One shape for errors: {"error": {"code", "message", "field"}} for programs, a calm page for people."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import Any

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.response import Template

from loket.conversations import first_aid
from loket.exceptions import Refused
from loket.http.errors import ApiError, ErrorBody

logger = logging.getLogger(__name__)

MESSAGES = {
    400: ("invalid_request", "Dit verzoek klopt niet."),
    401: ("not_authenticated", "Log in of geef het token van het gesprek mee."),
    403: ("forbidden", "Dit mag niet."),
    404: ("not_found", "Deze pagina of vraag bestaat niet (meer)."),
    405: ("method_not_allowed", "Dit kan hier niet."),
    413: ("too_large", "Dit is te groot."),
    429: (
        "too_many_requests",
        "Dat zijn veel berichten achter elkaar. Wacht even en probeer het opnieuw. Uw eerdere berichten zijn bewaard.",
    ),
    500: (
        "internal_error",
        "Er ging iets mis bij ons. Wat u nu verstuurde, is misschien niet bewaard. Kopieer uw tekst en probeer het zo opnieuw.",
    ),
    503: ("unavailable", "Dit werkt nu even niet. Probeer het over een paar minuten opnieuw."),
}


_MISSING = re.compile(r"missing required field `(\w+)`")


def on_refused(request: Request, error: Refused) -> Response:
    return respond(request, error.status, ApiError(error.code, error.message, error.field or None), dict(error.headers))


def on_http(request: Request, error: HTTPException) -> Response:
    code, message = MESSAGES.get(error.status_code, MESSAGES[400 if error.status_code < 500 else 500])
    field = None
    if isinstance(error, ValidationException):
        field, message = _first_problem(error)
    return respond(request, error.status_code, ApiError(code, message, field), error.headers)


def on_unexpected(request: Request, error: Exception) -> Response:
    logger.exception("error in %s %s", request.method, request.scope.get("path_template", ""), exc_info=error)
    return respond(request, 500, ApiError(*MESSAGES[500]))


def respond(request: Request, status: int, error: ApiError, headers: dict[str, str] | None = None) -> Response:
    """The error as JSON below /api, as a page elsewhere."""
    path = request.url.path
    if path == "/api" or path.startswith(("/api/", "/healthz", "/readyz")):
        if status >= 500 and path.startswith("/api/"):
            # A program may show this to a parent.
            error = replace(error, message=f"{error.message} {first_aid.failure_text()}")
        return Response(ErrorBody(error), status_code=status, media_type=MediaType.JSON, headers=headers)
    context = {"status": status, "message": error.message, "staff": path.startswith("/balie")}
    return Template("error.html", context=context, status_code=status, headers=headers)


def known_path(request: Request) -> None:
    """Before the routes that describe the API: the framework would answer any other name below /api with a page of its own."""
    if request.url.path.rstrip("/") not in ("/api", "/api/openapi.json"):
        raise NotFoundException


def _first_problem(error: ValidationException) -> tuple[str | None, str]:
    problems: Any = error.extra
    if isinstance(problems, list) and problems and isinstance(problems[0], dict):
        # A missing field is reported as a fault of the whole body, which has the name of our parameter.
        missing = _MISSING.search(problems[0].get("message", ""))
        field = missing[1] if missing else problems[0].get("key")
        if field and field != "data":
            return field, f"Het veld “{field}” ontbreekt of klopt niet."
    return None, MESSAGES[400][1]


HANDLERS: dict[int | type[Exception], Any] = {Refused: on_refused, HTTPException: on_http, Exception: on_unexpected}
