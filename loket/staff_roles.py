"""The roles of staff: the one list of them. What each may do is in loket.accounts.roles."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is at the desk; kept with the account by its value."""

    ADVISER = "adviser"
    PARTNER = "partner"
    EDITOR = "editor"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"


ROLES = tuple(role.value for role in Role)
