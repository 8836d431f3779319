"""doors: counts for limits; private links are found by a hash and sealed"""

from __future__ import annotations

import base64
import hashlib

import sqlalchemy as sa
from alembic import op
from cryptography.fernet import Fernet

from loket.migrations import tools

revision = "d07e5a1c93f4"
down_revision = "7d20c4b1e9a5"

ROWS = 500


def upgrade() -> None:
    op.create_table(
        "rate_count",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_count")),
    )
    op.create_index(op.f("ix_rate_count_ends_at"), "rate_count", ["ends_at"])
    # The column keeps its name, so that the release before can go on writing rows; it writes no seal (see Ticket.token).
    op.add_column("ticket", sa.Column("token_sealed", sa.String(length=200), nullable=False, server_default=""))
    _convert(
        lambda token, _: (hashlib.sha256(token.encode()).hexdigest()[:32], _box().encrypt(token.encode()).decode())
    )


def downgrade() -> None:
    _convert(lambda kept, seal: (_box().decrypt(seal.encode()).decode(), seal) if seal else (kept, seal))
    op.drop_column("ticket", "token_sealed")
    op.drop_table("rate_count")


def _convert(pair) -> None:  # type: ignore[no-untyped-def]
    """Every row once, in the order of ids."""
    connection, last = op.get_bind(), 0
    some = sa.text("SELECT id, token, token_sealed FROM ticket WHERE id > :last ORDER BY id LIMIT :rows")
    change = sa.text("UPDATE ticket SET token = :first, token_sealed = :second WHERE id = :id")
    while rows := connection.execute(some, {"last": last, "rows": ROWS}).all():
        for row in rows:
            first, second = pair(row.token, row.token_sealed)
            connection.execute(change, {"first": first, "second": second, "id": row.id})
        last = rows[-1].id


def _box() -> Fernet:
    # As loket.tickets.private_link sealed when this was written; the secret itself is this copy's own.
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(tools.secret_for("private link"))))
