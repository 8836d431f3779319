"""An OpenID Connect provider of the test's own: real HTTP, a real RSA key, and faults on request."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT = "loket"
SECRET = "geheim van loket"


@dataclass
class Provider:
    """What it says of whoever logs in stands in `claims`; `spoil` may change them, and `key` may be another's."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    spoil: Callable[[dict[str, Any]], None] = lambda claims: None
    published: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "een"}))
    key: RSAKey | OctKey | None = None
    header: dict[str, str] = field(default_factory=lambda: {"alg": "RS256", "kid": "een"})
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    down: bool = False

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes after logging in here."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or authorization != basic or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if challenge.decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.claims
        self.spoil(claims)
        token = jwt.encode(self.header, claims, self.key or self.published)
        return 200, {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": token}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def do_GET(self) -> None:
            if provider.down:
                self.answer(503, {})
            elif self.path == "/.well-known/openid-configuration":
                ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
                paths = {name: f"{provider.issuer}/{path}" for name, path in ends.items()}
                self.answer(200, {"issuer": provider.issuer} | paths)
            elif self.path == "/keys":
                self.answer(200, {"keys": [provider.published.as_dict(private=False)]})
            else:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*provider.token(form, self.headers.get("Authorization", "")))

        def answer(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

    return Handler


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A running provider at which Aisha is known."""
    made = Provider(claims={"sub": "aisha-1", "email": "aisha@loket.test", "email_verified": True, "name": "Aisha"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    # Another name than that of the site, so that a browser takes it for another site.
    made.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)
