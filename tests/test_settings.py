"""Settings: one table, and a wrong value is refused by name."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from loket import settings
from loket.db import base
from loket.paths import ROOT


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> settings.Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"LOKET_{name.upper()}", value)
    settings.load.cache_clear()
    return settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("port", "70000"),
        ("port", "web"),
        ("rasa_port", "-1"),
        ("assistant_timeout", "0"),
        ("assistant_timeout", "600"),
        ("secret_key", "te kort"),
        ("log_level", "HARD"),
        ("opening_hours", ""),
        ("opening_hours", "altijd"),
        ("opening_hours", "2026-12-24"),
        ("closed_days", "kerst"),
        ("closed_days", "ma-vr 09:00-17:00"),
        ("messages_per_minute", "0"),
        ("conversations_per_hour", "veel"),
        ("smtp_security", "misschien"),
        ("second_factor", "soms"),
        ("oidc_roles", "beheer=baas"),
        ("oidc_roles", "beheer"),
        ("oidc_roles", "=lead"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(settings.SettingsError, match=f"LOKET_{name.upper()}: "):
        load(monkeypatch, **{name: value})


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(settings.SettingsError) as error:
        load(monkeypatch, port="x", log_level="x")
    assert {line.partition(":")[0] for line in str(error.value).splitlines()} == {"LOKET_PORT", "LOKET_LOG_LEVEL"}


def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(settings.SettingsError) as error:
        load(monkeypatch, secret_key="geheimpje")
    assert "geheimpje" not in str(error.value)


def test_the_defaults_can_be_used() -> None:
    assert settings.load().url == "http://127.0.0.1:8000"


def test_the_documented_table_is_the_real_one() -> None:
    assert settings.table() in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_every_setting_is_explained() -> None:
    for name, field in settings.Settings.model_fields.items():
        assert len(field.description or "") > 10, name


def test_links_use_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    configured = load(monkeypatch, base_url="https://vraag.example.nl/")
    assert configured.url == "https://vraag.example.nl"
    assert configured.secure_cookies


def test_a_secret_is_made_once_and_closed_to_others(own_settings: settings.Settings) -> None:
    first = own_settings.token("rasa")
    settings._kept_secret.cache_clear()
    assert own_settings.token("rasa") == first
    assert stat.S_IMODE((own_settings.var / "secret").stat().st_mode) == 0o600


def test_each_purpose_has_a_token_of_its_own(own_settings: settings.Settings) -> None:
    assert own_settings.token("rasa") != own_settings.token("actions")


def test_each_copy_has_a_secret_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tokens = {load(monkeypatch, var=str(tmp_path / name)).token("rasa") for name in ("a", "b")}
    assert len(tokens) == 2


def test_a_key_from_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    configured = load(monkeypatch, secret_key="x" * 32)
    configured.token("rasa")
    assert not (configured.var / "secret").exists()


def test_a_password_is_not_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "mailgeheim" not in repr(load(monkeypatch, smtp_password="mailgeheim"))


@pytest.mark.parametrize("values", [{"oidc_issuer": "https://id.example.nl"}, {"oidc_only": "1"}])
def test_half_a_provider_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    with pytest.raises(settings.SettingsError, match="LOKET_OIDC_CLIENT_ID"):
        load(monkeypatch, **values)


def test_roles_of_the_provider_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    configured = load(monkeypatch, oidc_roles="b=lead, a = adviser,")
    assert list(configured.roles_of_provider.items()) == [("b", "lead"), ("a", "adviser")]


POSTGRES = {"database_url": "postgres://loket:geheim@db.example.nl/loket"}


@pytest.mark.parametrize("values", [POSTGRES, {"web_processes": "2"}])
def test_several_machines_or_processes_need_a_secret_that_is_given(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str]
) -> None:
    with pytest.raises(settings.SettingsError, match="LOKET_SECRET_KEY must be set") as error:
        load(monkeypatch, **values)
    assert "geheim" not in str(error.value)
    load(monkeypatch, secret_key="x" * 32, **values)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_each_way_to_write_postgresql_is_understood(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    configured = load(monkeypatch, database_url=f"{scheme}://a:b@c/d", secret_key="x" * 32)
    assert configured.database == "postgresql+psycopg://a:b@c/d"


def test_another_database_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(settings.SettingsError, match="LOKET_DATABASE_URL: "):
        load(monkeypatch, database_url="mysql://a:b@c/d", secret_key="x" * 32)


def test_the_state_folder_and_what_is_in_it_are_closed_to_others(own_settings: settings.Settings) -> None:
    own_settings.var.mkdir(mode=0o755)
    (own_settings.var / "loket.db").touch(mode=0o644)
    with base.transaction() as session:
        session.execute(text("CREATE TABLE a (b INTEGER)"))
    found = {file.name: stat.S_IMODE(file.stat().st_mode) for file in own_settings.var.iterdir()}
    assert found.keys() >= {"loket.db", "loket.db-wal"}
    assert set(found.values()) == {0o600}
    assert stat.S_IMODE(own_settings.var.stat().st_mode) == 0o700
