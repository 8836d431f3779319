"""audit is searched: by person, by action and by time"""

from __future__ import annotations

from alembic import op

revision = "3f0c5a1e7b42"
down_revision = "8dbc700c2266"


def upgrade() -> None:
    op.create_index(op.f("ix_audit_account_id_id"), "audit", ["account_id", "id"])
    op.create_index(op.f("ix_audit_action_id"), "audit", ["action", "id"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])


def downgrade() -> None:
    for name in ("ix_audit_at", "ix_audit_action_id", "ix_audit_account_id_id"):
        op.drop_index(op.f(name), "audit")
