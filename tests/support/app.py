"""The app on a telephone that makes codes, and what a mail says."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyotp

from loket.accounts import second_factor
from loket.accounts.models import Account
from loket.mail.models import Outbox
from tests.support.site import all_of


def code_of(account: Account, now: datetime) -> str:
    """What the app shows at this moment."""
    return pyotp.TOTP(second_factor.secret(account) or "").at(now)


def wrong_code(account: Account, now: datetime) -> str:
    """A code that fits neither this moment nor one near it."""
    near = {code_of(account, now + timedelta(seconds=30 * off)) for off in range(-3, 4)}
    return next(
        code
        for code in ("111111", "222222", "333333", "444444", "555555", "666666", "777777", "888888")
        if code not in near
    )


def mailed_link() -> str:
    """The path of the link in the newest mail."""
    found = re.search(r"(/balie/link/\S+)", all_of(Outbox)[-1].body)
    assert found
    return found[1]
