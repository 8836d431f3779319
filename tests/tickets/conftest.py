"""Who works at the desk in these tests."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from loket.accounts.models import Account
from tests.support.site import make_account


@pytest.fixture
def aisha(database: Engine) -> Account:
    return make_account("Aisha de Boer")


@pytest.fixture
def bram(database: Engine) -> Account:
    return make_account("Bram Visser")
