"""each form of the desk does its work once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c1f0a6d94b27"
down_revision = "2a34949ec52f"


def upgrade() -> None:
    op.create_table(
        "used_form",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("led_to", sa.String(length=120), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_used_form_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_used_form")),
    )
    op.create_index(op.f("ix_used_form_used_at"), "used_form", ["used_at"])
    op.create_index(op.f("ix_used_form_account_id"), "used_form", ["account_id"])


def downgrade() -> None:
    op.drop_table("used_form")
