"""ways in: second factor, recovery codes, links by mail, half logins, the provider"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2a34949ec52f"
down_revision = "a47e2d80f5c3"


def upgrade() -> None:
    op.create_table(
        "used_state",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_used_state")),
    )
    op.create_table(
        "half_login",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_half_login_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_half_login")),
    )
    op.create_index(op.f("ix_half_login_account_id"), "half_login", ["account_id"])
    op.create_table(
        "mail_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_mail_link_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_mail_link")),
    )
    op.create_index(op.f("ix_mail_link_account_id"), "mail_link", ["account_id"])
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    # Never by a copy of the table: on SQLite dropping the old one would take memberships and logins along.
    op.add_column("account", sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("totp_secret", sa.String(length=200), nullable=True))
    op.add_column("account", sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("account", sa.Column("oidc_subject", sa.String(length=255), nullable=True))
    op.create_index(op.f("ix_account_oidc_subject"), "account", ["oidc_subject"], unique=True)
    op.add_column("staff_session", sa.Column("by_provider", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("staff_session", "by_provider")
    op.drop_index(op.f("ix_account_oidc_subject"), "account")
    for name in ("oidc_subject", "totp_step", "totp_since", "totp_secret", "last_login_at"):
        op.drop_column("account", name)
    for table in ("recovery_code", "mail_link", "half_login", "used_state"):
        op.drop_table(table)
