"""Settings: one table. Every field is an environment variable LOKET_<NAME>; a `.env` file serves in development."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from loket.exceptions import LoketError
from loket.paths import ROOT
from loket.staff_roles import ROLES

LOOPBACK = ("127.0.0.0/8", "::1")


class SettingsError(LoketError):
    """A setting has a value that cannot be used. The message names the variable."""

    code = "settings_error"


class Settings(BaseSettings):
    """What can be set for a running copy of the service. docs/settings.md is made from this table."""

    model_config = SettingsConfigDict(env_prefix="LOKET_", env_file=".env", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address on which the website listens.")
    port: int = Field(8000, ge=1, le=65535, description="Port of the website.")
    rasa_port: int = Field(5005, ge=1, le=65535, description="Port of Rasa; always on the loopback address.")
    actions_port: int = Field(5055, ge=1, le=65535, description="Port of the action server; always on loopback.")
    base_url: str = Field(
        "", description="Address under which people reach the site, for links. Default: host and port."
    )
    var: Path = Field(ROOT / "var", description="Folder for the database, the secret key and other state.")
    database_url: str = Field(
        "",
        description="`postgresql://user:password@host/name` (or `postgres://`), or an SQLite URL; default: an SQLite file in the state folder.",
    )
    db_pool_size: int = Field(10, ge=1, le=200, description="Database connections that a process keeps.")
    db_pool_overflow: int = Field(10, ge=0, le=200, description="Extra connections that it may open when busy.")
    db_pool_timeout: float = Field(10.0, gt=0, le=300, description="Seconds to wait for a free connection.")
    db_statement_timeout: float = Field(
        30.0, ge=0, le=3600, description="Seconds that a statement may take on PostgreSQL; 0 is no limit."
    )
    db_lock_timeout: float = Field(
        10.0, ge=0, le=3600, description="Seconds to wait for a lock on PostgreSQL; 0 is no limit."
    )
    db_idle_timeout: float = Field(
        60.0,
        ge=0,
        le=3600,
        description="Seconds after which PostgreSQL ends a transaction that does nothing; 0 is never.",
    )
    model: Path = Field(ROOT / "models" / "loket.tar.gz", description="The assistant's trained model.")
    secret_key: str = Field(
        "",
        description="At least 32 characters. Default: made once and kept in the state folder; must be set with a database other than SQLite or with more than one website process.",
    )
    web_processes: int = Field(1, ge=1, le=64, description="Website processes on this machine.")
    assistant_timeout: float = Field(
        5.0, gt=0, le=30, description="Seconds to wait for the assistant before the parent may leave the question."
    )
    allowed_hosts: str = Field(
        "",
        description="Other names under which the site may be asked for, separated by commas, in addition to that of `LOKET_BASE_URL` and this machine's own; `*` allows every name.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of the proxies in front, separated by commas, whose `X-Forwarded-For` is believed. Default: this machine's own.",
    )
    security_contact: str = Field(
        "",
        description="Where to report a weakness, as a `mailto:` or `https:` address; published at `/.well-known/security.txt`.",
    )
    conversations_per_hour: int = Field(
        60,
        ge=1,
        description="New conversations an hour from one address (IPv6: one /64). A school may be one address: 60 is for two classes.",
    )
    messages_per_minute: int = Field(60, ge=1, description="Messages a minute within one conversation.")
    characters_per_hour: int = Field(
        60_000, ge=5_000, description="Characters an hour that a parent may add to one conversation, on all its pages."
    )
    additions_per_hour: int = Field(40, ge=1, description="Messages an hour to one question on its own page.")
    handoffs_per_hour: int = Field(
        10, ge=1, description="Times an hour that one conversation may be handed over, or its contact details changed."
    )
    receipts_per_hour: int = Field(
        5,
        ge=1,
        description="Receipts for a question an hour to one mail address, so that nobody has us flood somebody else. A question over it is kept without a mail.",
    )
    feedback_per_hour: int = Field(60, ge=1, description="Verdicts on answers an hour within one conversation.")
    restarts_per_hour: int = Field(
        60, ge=1, description="Conversations an hour that one address may end with “Nieuw gesprek”."
    )
    link_days: int = Field(
        365, ge=1, le=3650, description="Days after closing that a parent's private link still opens the question."
    )
    handler_threads: int = Field(
        20, ge=2, le=500, description="Threads that answer requests; not more than the connections to the database."
    )
    most_connections: int = Field(
        2_000, ge=10, description="Connections that a process accepts at once, open pages included; any more get a 503."
    )
    redis_url: str = Field(
        "",
        description="Redis that tells every process about changes and keeps the limits' counts; without it the database does both.",
    )
    stream_openings_per_minute: int = Field(
        60, ge=1, description="Times a minute that one conversation may open live updates, all processes together."
    )
    streams_per_conversation: int = Field(
        6, ge=1, description="Open pages (live updates) of one conversation, per process."
    )
    streams_per_address: int = Field(300, ge=1, description="Open pages (live updates) of one address, per process.")
    streams_per_account: int = Field(
        20, ge=1, description="Open desk pages (live updates) of one account, per process."
    )
    failed_logins: int = Field(
        5,
        ge=1,
        description="Failed logins from one address or for one account that cost nothing; after that the wait doubles, from 30 seconds to 15 minutes, until an hour without failures.",
    )
    second_factor: Literal["optional", "required"] = Field(
        "optional",
        description="`required`: whoever logs in with a password must set up a second factor before anything else.",
    )
    oidc_issuer: str = Field("", description="Address of an OpenID Connect provider with which staff may log in.")
    oidc_client_id: str = Field("", description="The name under which the provider knows this service.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="The secret that goes with it.")
    oidc_name: str = Field("uw organisatie", description="The provider's name on the button: “Inloggen met …”.")
    oidc_claim: str = Field("groups", description="The provider's claim that gives somebody's role.")
    oidc_roles: str = Field(
        "",
        description="Values of that claim with their role, the first match decides: `beheer=administrator,balie=adviser`.",
    )
    oidc_only: bool = Field(False, description="Refuse passwords: everybody logs in through the provider.")
    oidc_local_passwords: bool = Field(
        False, description="Let accounts created by the provider choose a password here as well."
    )
    opening_hours: str = Field(
        "ma-vr 09:00-17:00", description="Working hours for promises, such as `ma-do 09:00-17:00, vr 09:00-13:00`."
    )
    closed_days: str = Field(
        "", description="Extra closed days, as dates separated by commas: `2026-12-24,2026-12-31`."
    )
    contact_phone: str = Field(
        "",
        description="Telephone number for parents: in answers, and where the website cannot help. Without one, nobody is told to call.",
    )
    contact_email: str = Field("", description="Mail address for parents. Without one, no answer tells them to mail.")
    expired_answers: Literal["say", "withhold"] = Field(
        "say",
        description="An answer past its date: `say` gives it and says so, `withhold` hands the question to a person. Urgent answers are always given.",
    )
    lease_minutes: int = Field(
        10, ge=1, le=240, description="Minutes that a claimed question stays with an adviser whose page is not open."
    )
    warn_hours: int = Field(
        2, ge=1, le=40, description="Working hours before the end of a promise at which the team lead is told."
    )
    referral_check_days: int = Field(
        5, ge=1, le=60, description="Days after a referral at which to check that the parent was helped."
    )
    smtp_host: str = Field("", description="Mail server for outgoing mail. Without one, mail waits in the outbox.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="`starttls`, `tls` or `none`.")
    smtp_user: str = Field("", description="User name for the mail server, if it needs one.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password for the mail server.")
    mail_from: str = Field("Loket 5010 <loket@localhost>", description="Sender of outgoing mail.")
    mail_tries: int = Field(
        5,
        ge=1,
        le=50,
        description="Times that a mail is refused for good before it is given up and shown at `/balie/post`.",
    )
    outbox_days: int = Field(30, ge=1, le=3650, description="Days after which a mail is deleted, text and address.")
    close_answered_days: int = Field(
        14,
        ge=1,
        le=3650,
        description="Days after which an answered question is closed, if nobody has written since.",
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not understood_url(value).startswith(("sqlite:", "postgresql+psycopg:")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for one in _parts(value):
            ipaddress.ip_network(one, strict=False)
        return value

    @field_validator("security_contact")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(("mailto:", "https://")):
            raise ValueError("must begin with mailto: or https://")
        return value

    @field_validator("opening_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        from loket import working_time

        working_time.parse(value)
        return value

    @field_validator("closed_days")
    @classmethod
    def _days(cls, value: str) -> str:
        from loket import working_time

        working_time.parse_days(value)
        return value

    @field_validator("oidc_roles")
    @classmethod
    def _roles(cls, value: str) -> str:
        _pairs(value)
        return value

    @model_validator(mode="after")
    def _whole_provider(self) -> Settings:
        if (self.oidc_issuer or self.oidc_only) and not (self.oidc_issuer and self.oidc_client_id):
            raise ValueError("LOKET_OIDC_ISSUER and LOKET_OIDC_CLIENT_ID go together; LOKET_OIDC_ONLY needs both")
        return self

    @model_validator(mode="after")
    def _one_secret_for_all(self) -> Settings:
        """A secret made on each machine differs between machines: codes, tokens and forms of one fail on another."""
        several = self.web_processes > 1 or not self.database.startswith("sqlite")
        if several and not self.secret_key:
            raise ValueError(
                "LOKET_SECRET_KEY must be set with a database other than SQLite, or with more than one website process"
            )
        return self

    @property
    def roles_of_provider(self) -> dict[str, str]:
        """Value of the claim to role, in the order in which they are tried."""
        return _pairs(self.oidc_roles)

    @property
    def url(self) -> str:
        """The site's address without a trailing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which the site may be asked for, in lower case and without a port."""
        return frozenset({(urlsplit(self.url).hostname or "").lower(), *_parts(self.allowed_hosts.lower())})

    @property
    def proxies(self) -> tuple[str, ...]:
        """Addresses and networks whose X-Forwarded-For is believed."""
        return _parts(self.trusted_proxies) or LOOPBACK

    @property
    def in_public(self) -> bool:
        """Whether anyone beyond this machine uses this copy, so that its own addresses are not exempt from any limit."""
        return bool(self.trusted_proxies) or not is_loopback(urlsplit(self.url).hostname or "")

    @property
    def secure_cookies(self) -> bool:
        return self.url.startswith("https://")

    @property
    def database(self) -> str:
        return understood_url(self.database_url) or f"sqlite:///{self.var / 'loket.db'}"

    def state_folder(self) -> Path:
        """The folder `var`, created when missing, and closed to everybody but its owner."""
        self.var.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(PermissionError):  # it belongs to another user, who takes care of it
            self.var.chmod(0o700)
        return self.var

    @property
    def rasa_url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}"

    def token(self, purpose: str) -> str:
        """A secret for one purpose ("rasa", "actions"), the same in every process of this copy."""
        return hmac.new(self._secret().encode(), purpose.encode(), hashlib.sha256).hexdigest()

    def _secret(self) -> str:
        return self.secret_key or _kept_secret(self.state_folder() / "secret")


def understood_url(url: str) -> str:
    """A database's address with the driver that we use; `postgres://` is what many providers give out."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _pairs(text: str) -> dict[str, str]:
    parts = [pair.rpartition("=") for pair in text.split(",") if pair.strip()]
    pairs = [(value.strip(), role.strip()) for value, _, role in parts]
    wrong = [f"{value}={role}" for value, role in pairs if not value or role not in ROLES]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not value=role; roles: {', '.join(ROLES)}")
    return dict(pairs)


@cache
def _kept_secret(path: Path) -> str:
    """The secret in `path`, made on first use. Two processes that start together end up with the same one."""
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text(encoding="ascii")


@cache
def load() -> Settings:
    """The settings of this process. Raises SettingsError naming the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(
            "\n".join(": ".join(["_".join(["LOKET", *map(str, e["loc"])]).upper(), e["msg"]]) for e in error.errors())
        ) from error


def table() -> str:
    """The settings as a Markdown table, for docs/settings.md."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, Path):
            default = default.relative_to(ROOT)
        if isinstance(default, SecretStr):
            default = ""
        rows.append(f"| `LOKET_{name.upper()}` | {f'`{default}`' if default != '' else ''} | {field.description} |")
    return "\n".join(rows)
