"""Logging in through an OpenID Connect provider: authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636).

`start` makes the address at the provider and a sealed ticket that the browser keeps meanwhile; `finish` turns what the provider
sends back into claims that can be trusted; `account_of` says whose they are.
"""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from cryptography.fernet import InvalidToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loket.accounts import administration, names, sessions
from loket.accounts.administration import Wish, WishRefused
from loket.accounts.audit import Audited, audit
from loket.accounts.credentials import AccountError
from loket.accounts.models import Account, UsedState
from loket.exceptions import Refused
from loket.settings import Settings
from loket.staff_roles import Role
from loket.tokens import box, hash_token

logger = logging.getLogger(__name__)

CALLBACK = "/balie/inloggen/openid/terug"
TIME_AT_PROVIDER = timedelta(minutes=10)
TIMEOUT_SECONDS = 5.0
CLOCK_SECONDS = 30
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with the provider's own key; never one with a shared secret, and never none."""


class LoginRefused(Refused):
    """Why somebody cannot get in this way."""

    code = "login_refused"


class ProviderAway(LoginRefused):
    """The provider cannot be reached or returns nonsense."""

    code = "provider_away"
    message = (
        "De inlogdienst van uw organisatie is nu niet bereikbaar. Probeer het zo opnieuw, of log in met uw wachtwoord."
    )


class RoleGone(LoginRefused):
    """The provider no longer names (or never named) a role with access. Commit: the account's logins are ended."""

    code = "role_gone"
    message = "Uw organisatie geeft u geen toegang (meer) tot de balie. Vraag de beheerder om hulp."


INVALID = "De inlogdienst gaf een antwoord dat niet klopt of te oud is. Probeer het opnieuw."
STOPPED = "U heeft het inloggen bij uw organisatie niet afgemaakt."
UNVERIFIED = "Uw organisatie heeft uw e-mailadres niet bevestigd. Vraag de beheerder om hulp."
UNKNOWN = "U heeft nog geen account bij de balie. Vraag de beheerder om een uitnodiging."
INACTIVE = "Uw account staat uit. Vraag de beheerder om hulp."


@dataclass(frozen=True)
class Started:
    address: str
    """Where the browser goes."""
    ticket: str
    """What the browser brings back, in a cookie."""


def start(configured: Settings, now: datetime) -> Started:
    """Begin. Raises ProviderAway."""
    ticket = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    with httpx.Client(timeout=TIMEOUT_SECONDS) as http:
        found = _discover(http, configured)
        address, _ = _client(http, configured).create_authorization_url(
            found["authorization_endpoint"],
            state=ticket["state"],
            code_verifier=ticket["verifier"],
            nonce=ticket["nonce"],
        )
    sealed = box(configured.token("openid")).encrypt_at_time(json.dumps(ticket).encode(), int(now.timestamp()))
    return Started(str(address), sealed.decode())


def opened(configured: Settings, ticket: str, answer: dict[str, str], now: datetime) -> dict[str, str]:
    """This browser's ticket, if what came back belongs to it. Raises LoginRefused."""
    try:
        life = int(TIME_AT_PROVIDER.total_seconds())
        kept: dict[str, str] = json.loads(
            box(configured.token("openid")).decrypt_at_time(ticket, life, int(now.timestamp()))
        )
    except (InvalidToken, ValueError) as error:
        raise LoginRefused(INVALID) from error
    if not secrets.compare_digest(kept["state"].encode(), answer.get("state", "").encode()):
        raise LoginRefused(INVALID)
    if "code" not in answer:
        raise LoginRefused(STOPPED if answer.get("error") == "access_denied" else INVALID)
    return kept


def use(session: Session, kept: dict[str, str], now: datetime) -> None:
    """Use the ticket up. Raises LoginRefused when it has been used."""
    session.execute(delete(UsedState).where(UsedState.at < now - 2 * TIME_AT_PROVIDER))
    session.add(UsedState(state_hash=hash_token(kept["state"]), at=now))
    try:
        session.flush()
    except IntegrityError as error:
        raise LoginRefused(INVALID) from error


def finish(configured: Settings, kept: dict[str, str], code: str, now: datetime) -> dict[str, Any]:
    """The claims of whoever logged in at the provider. Raises LoginRefused and ProviderAway."""
    with httpx.Client(timeout=TIMEOUT_SECONDS) as http:
        found = _discover(http, configured)
        try:
            token = _client(http, configured).fetch_token(
                found["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                redirect_uri=_callback(configured),
                code_verifier=kept["verifier"],
                auth=httpx.BasicAuth(configured.oidc_client_id, configured.oidc_client_secret.get_secret_value()),
            )
            keys = http.get(found["jwks_uri"]).raise_for_status().json()
            return _verified(configured, token, keys, kept["nonce"], now)
        except httpx.TransportError as error:
            raise _away(error) from error
        except (AuthlibBaseError, JoseError, httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            # Only the kind of error: its message may quote the token.
            logger.warning("the answer of the OpenID provider was refused (%s)", type(error).__name__)
            raise LoginRefused(INVALID) from error


def account_of(session: Session, configured: Settings, claims: dict[str, Any], now: datetime) -> Account:
    """The account of whoever logged in: known by `sub`, else by a confirmed e-mail address, else made if the role is known.

    Raises LoginRefused, and RoleGone when none of the claim's values gives a role.
    """
    account = session.scalar(select(Account).where(Account.oidc_subject == claims["sub"]))
    role = _role(configured, claims)
    if account is None:
        account = _first_time(session, configured, claims, role, now)
    elif _role_gone(configured, account, role):
        # Out of the group at the provider is out here, and that includes open logins.
        sessions.end_all(session, account.id)
        raise RoleGone
    if not account.active:
        raise LoginRefused(INACTIVE)
    if role is not None:
        try:
            administration.take_role(session, account, role, now)
        except (AccountError, WishRefused):
            # The last administrator, or a partner without an organisation: what the administrator here has set stays.
            logger.warning("account %s keeps the role %s; the provider says %s", account.id, account.role, role)
    return account


def _role_gone(configured: Settings, account: Account, role: str | None) -> bool:
    """Whether the provider says who has a role, and this account has none. (A partner's role is always given here.)"""
    return role is None and bool(configured.oidc_roles) and account.role != Role.PARTNER


def _first_time(
    session: Session, configured: Settings, claims: dict[str, Any], role: str | None, now: datetime
) -> Account:
    email = str(claims.get("email", "")).strip().lower()
    if claims.get("email_verified") is not True or not administration.EMAIL.fullmatch(email):
        raise LoginRefused(UNVERIFIED)
    account = session.scalar(select(Account).where(Account.email == email))
    if account is None:
        if role is None or role == Role.PARTNER:
            raise LoginRefused(UNKNOWN)
        name = names.clean(str(claims.get("name") or ""))[: names.LONGEST] or email.partition("@")[0]
        try:
            account = administration.join(session, email, Wish(name, role), now)
        except WishRefused as refused:
            raise LoginRefused(UNKNOWN) from refused
    elif account.oidc_subject is not None:
        # The address now belongs to another person at the provider; an account is never passed on automatically.
        raise LoginRefused(UNKNOWN)
    elif _role_gone(configured, account, role):
        raise RoleGone
    account.oidc_subject = str(claims["sub"])
    session.flush()
    audit(session, account, Audited.ACCOUNT_LINK_PROVIDER, f"account:{account.id}", now)
    return account


def _role(configured: Settings, claims: dict[str, Any]) -> str | None:
    said = claims.get(configured.oidc_claim)
    values = said if isinstance(said, list) else [said]
    return next((role for value, role in configured.roles_of_provider.items() if value in values), None)


def _discover(http: httpx.Client, configured: Settings) -> dict[str, str]:
    issuer = configured.oidc_issuer
    try:
        answer = http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status()
        found: dict[str, str] = answer.json()
        if found["issuer"] != issuer:
            raise ValueError("another issuer")
        return {name: found[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise _away(error) from error


def _verified(
    configured: Settings, token: dict[str, Any], keys: dict[str, Any], nonce: str, now: datetime
) -> dict[str, Any]:
    """The claims of the ID token, with signature, issuer, audience, time and nonce checked."""
    signed = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
    options = {
        "iss": {"essential": True, "value": configured.oidc_issuer},
        "aud": {"essential": True, "value": configured.oidc_client_id},
        "sub": {"essential": True},
    }
    params = {"nonce": nonce, "client_id": configured.oidc_client_id, "access_token": token.get("access_token")}
    claims = CodeIDToken(signed.claims, signed.header, options, params)
    claims.validate(now=int(now.timestamp()), leeway=CLOCK_SECONDS)
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise ValueError("sub")
    return dict(claims)


def _client(http: httpx.Client, configured: Settings) -> OAuth2Client:
    return OAuth2Client(
        http,
        configured.oidc_client_id,
        configured.oidc_client_secret.get_secret_value(),
        scope="openid email profile",
        redirect_uri=_callback(configured),
        code_challenge_method="S256",
    )


def _callback(configured: Settings) -> str:
    return f"{configured.url}{CALLBACK}"


def _away(error: Exception) -> ProviderAway:
    logger.warning("the OpenID provider cannot be used (%s)", type(error).__name__)
    return ProviderAway()
