"""advisers mark needless and missed alarms"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7d20c4b1e9a5"
down_revision = "d4e7b1c85a30"


def upgrade() -> None:
    op.create_table(
        "safety_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("mark", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_safety_mark_account_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_safety_mark_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_safety_mark_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_mark")),
    )
    op.create_index(op.f("ix_safety_mark_ticket_id"), "safety_mark", ["ticket_id"])
    op.create_index(op.f("ix_safety_mark_message_id"), "safety_mark", ["message_id"])


def downgrade() -> None:
    op.drop_table("safety_mark")
