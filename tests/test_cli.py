"""The command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from loket import settings
from loket.accounts import passwords, second_factor, sessions
from loket.accounts.models import Account, StaffSession
from loket.cli import app
from loket.db.base import transaction
from loket.run import processes
from loket.training import datacheck
from loket.yamlfile import Problem
from tests.conftest import NOON
from tests.support import faq
from tests.support.site import all_of, make_account


def loket(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_without_arguments_it_explains_itself() -> None:
    result = loket()
    for command in ("serve", "train", "ask", "account", "db", "data", "faq", "settings"):
        assert command in result.output


def test_a_wrong_setting_stops_every_command_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_PORT", "web")
    settings.load.cache_clear()
    result = loket("settings")
    assert result.exit_code == 2
    assert "LOKET_PORT" in result.output


def test_settings_prints_the_table() -> None:
    assert loket("settings").output.strip() == settings.table()


def test_db_upgrade_makes_the_database() -> None:
    assert loket("db", "upgrade").output == "the database is up to date\n"
    assert all_of(Account) == []


def test_account_add_prints_a_one_time_password(sqlite: Engine) -> None:
    result = loket("account", "add", "aisha@loket.test", "--name", "Aisha de Boer", "--role", "lead")
    assert result.exit_code == 0
    assert "one-time password: " in result.output
    (account,) = all_of(Account)
    assert (account.email, account.role, account.must_change_password) == ("aisha@loket.test", "lead", True)


def test_account_reset_lets_in_who_is_locked_out(sqlite: Engine) -> None:
    account = make_account()
    with transaction() as session:
        locked = session.get_one(Account, account.id)
        second_factor.begin(locked)
        locked.totp_since = NOON
        locked.active = False
        sessions.begin(session, locked, NOON)
    assert "second factor" in loket("account", "list").output
    result = loket("account", "reset", account.email.upper())
    once = result.output.split("one-time password: ")[1].strip()
    (row,) = all_of(Account)
    assert passwords.verify(row.password_hash, once)
    assert (row.must_change_password, row.totp_since, row.totp_secret, row.active) == (True, None, None, True)
    assert all_of(StaffSession) == []
    assert "password only" in loket("account", "list").output


def test_account_reset_of_nobody_says_so(sqlite: Engine) -> None:
    result = loket("account", "reset", "niemand@loket.test")
    assert result.exit_code == 2
    assert "has no account" in result.stderr


@pytest.mark.parametrize(("email", "role"), [("geen adres", "lead"), ("aisha@loket.test", "baas")])
def test_account_add_refuses_what_cannot_be(sqlite: Engine, email: str, role: str) -> None:
    result = loket("account", "add", email, "--name", "Aisha", "--role", role)
    assert result.exit_code == 2
    assert all_of(Account) == []


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file of answers, read instead of data/faq; on 25 November 2026."""
    faq.use(tmp_path, monkeypatch)
    monkeypatch.setattr("loket.cli._today", lambda: faq.TODAY)
    faq.write(tmp_path, faq.GOOD)
    return tmp_path


def test_faq_check_prints_problems_and_warnings_and_ends_with_their_number(answers: Path) -> None:
    faq.write(answers, faq.GOOD.replace('article: "63", version: 2026-08-01', 'article: "63", version: 2025-08-01'))
    result = loket("faq", "check", "--theme", "kosten")
    line = faq.line_of(faq.GOOD, 'article: "63"')
    assert f"kosten.yml:{line}: ouderbijdrage_vrijwillig: held against WPO of 2025-08-01" in result.output
    assert "(warning)\n" in result.output
    assert result.output.endswith(" problems\n")
    assert result.exit_code == 1


def test_faq_check_of_a_theme_that_does_not_exist_says_so() -> None:
    result = loket("faq", "check", "--theme", "weg")
    assert result.exit_code == 1
    assert "weg.yml:1: this file is missing" in result.output


def test_faq_review_lists_what_editors_must_look_at(answers: Path) -> None:
    (row,) = [json.loads(line) for line in loket("faq", "review", "--json").output.splitlines()]
    assert (row["intent"], row["due"], row["owner"]) == (
        "ouderbijdrage_vrijwillig",
        "2027-11-25",
        "redactie geld en regelingen",
    )
    assert loket("faq", "review").output == (
        "2027-11-25  ouderbijdrage_vrijwillig  (redactie geld en regelingen): no editor has looked at it\n"
        "1 answers to look at\n"
    )


def test_faq_table_prints_a_row_an_answer(answers: Path) -> None:
    output = loket("faq", "table").output
    assert "| ouderbijdrage_vrijwillig | compared with the law | WPO 40, 63 | 2026-08-01 | 2027-11-25 |" in output
    assert "| **all** | 1 | |" in output


@pytest.mark.parametrize("command", ["table", "review"])
def test_answers_that_cannot_be_read_are_reported_and_not_listed(answers: Path, command: str) -> None:
    faq.write(answers, faq.GOOD.replace("title:", "titel:"))
    result = loket("faq", command)
    assert result.exit_code == 1
    assert f"kosten.yml:{faq.line_of(faq.GOOD, 'title:')}: " in result.output


def test_data_check_ends_with_the_number_of_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datacheck, "check", lambda theme, names: [Problem("data/nlu/kosten.yml", 3, "unknown intent")])
    result = loket("data", "check", "--no-names")
    assert (result.exit_code, result.output) == (1, "data/nlu/kosten.yml:3: unknown intent\n1 problems\n")


def test_without_the_bot_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "BOT_PYTHON", processes.ROOT / "weg")
    result = loket("ask", "Mijn kind wordt gepest")
    assert result.exit_code == 2
    assert "make install" in result.output
