"""a live conversation is offered to a colleague"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6b1d94e0c2a7"
down_revision = "3f0c5a1e7b42"


def upgrade() -> None:
    op.create_table(
        "ticket_offer",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_offer_ticket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["from_id"], ["account.id"], name=op.f("fk_ticket_offer_from_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"], name=op.f("fk_ticket_offer_to_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_offer")),
    )
    op.create_index(op.f("ix_ticket_offer_to_id"), "ticket_offer", ["to_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_offer_to_id"), "ticket_offer")
    op.drop_table("ticket_offer")
