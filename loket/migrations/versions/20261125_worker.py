"""a worker: leases of jobs, mail that is given up, files that were removed, a row to write to; indexes that were missing"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from loket.migrations.tools import unhurried

revision = "d4e7b1c85a30"
down_revision = "c1f0a6d94b27"

INDEXES = (
    ("conversation", ("owner", "changed_at")),
    ("login_failure", ("at",)),
    ("message", ("reply_to",)),
    ("outbox", ("created_at",)),
    ("staff_session", ("account_id",)),
    ("staff_session", ("created_at",)),
    ("ticket", ("state", "claimed_until")),
    ("ticket_attachment", ("message_id",)),
    ("ticket_mention", ("note_id",)),
    ("ticket_presence", ("seen_at",)),
    ("used_state", ("at",)),
)
WAITING, FAILED = "sent_at IS NULL AND failed_at IS NULL", "failed_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "job_lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_lease")),
    )
    op.create_table(
        "write_probe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filler", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_probe")),
    )
    op.create_table(
        "removed_file",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_removed_file")),
    )
    _remember_removed_files()
    # What the release before writes must go on being accepted: so every new column has a default in the database.
    op.add_column("outbox", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("secret", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE outbox SET secret = true WHERE body LIKE '%/balie/link/%'")
    with unhurried():
        for table, columns in INDEXES:
            op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
        _partial("ix_outbox_waiting", ["try_after", "id"], WAITING)
        _partial("ix_outbox_failed", ["failed_at"], FAILED)


def downgrade() -> None:
    for name in ("ix_outbox_failed", "ix_outbox_waiting"):
        op.drop_index(op.f(name), "outbox")
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
    for column in ("secret", "refusals", "failed_at"):
        op.drop_column("outbox", column)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER attachment_removed")
    else:
        op.execute("DROP FUNCTION attachment_removed CASCADE")
    for table in ("removed_file", "write_probe", "job_lease"):
        op.drop_table(table)


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(op.f(name), "outbox", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _remember_removed_files() -> None:
    """The key of every attachment whose row goes, by whatever way, so that its file can go too."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER attachment_removed AFTER DELETE ON ticket_attachment "
            "BEGIN INSERT OR IGNORE INTO removed_file (key) VALUES (old.key); END"
        )
        return
    op.execute(
        "CREATE FUNCTION attachment_removed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO removed_file (key) VALUES (old.key) ON CONFLICT DO NOTHING; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER attachment_removed AFTER DELETE ON ticket_attachment "
        "FOR EACH ROW EXECUTE FUNCTION attachment_removed()"
    )
