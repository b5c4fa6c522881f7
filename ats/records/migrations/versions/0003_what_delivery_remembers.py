"""What delivery remembers

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_server",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "fault IN ('relay', 'configuration')", name=op.f("ck_mail_server_fault_known")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_server")),
    )
    op.create_table(
        "wording",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_wording")),
    )
    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('hard', 'soft', 'delayed', 'delivered', 'reply')",
            name=op.f("ck_bounce_kind_known"),
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_bounce_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("digest", name=op.f("uq_bounce_digest")),
    )
    op.create_index(op.f("ix_bounce_email_key"), "bounce", ["email_key"], unique=False)
    op.create_index(op.f("ix_bounce_message_id"), "bounce", ["message_id"], unique=False)
    op.create_table(
        "opt_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("class", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_opt_out_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out")),
        sa.UniqueConstraint("role_id", "class", name=op.f("uq_opt_out_role_id_class")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('refused', 'bounced')", name=op.f("ck_suppression_reason_known")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_suppression_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    op.create_index(op.f("ix_suppression_message_id"), "suppression", ["message_id"], unique=False)
    op.create_index(
        "uq_suppression_standing",
        "suppression",
        ["email_key"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    # On SQLite the table is written anew, for a check cannot be changed there.
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("unsure", sa.Integer(), nullable=False, server_default="0"))
        message.add_column(sa.Column("repeats_id", sa.Integer(), nullable=True))
        message.create_foreign_key(op.f("fk_message_repeats_id"), "message", ["repeats_id"], ["id"])
        message.create_index(op.f("ix_message_repeats_id"), ["repeats_id"])
        message.drop_constraint(op.f("ck_message_status_known"), type_="check")
        message.create_check_constraint(
            op.f("ck_message_status_known"),
            "status IN ('queued', 'claimed', 'sent', 'failed', 'parked')",
        )
        message.create_check_constraint(op.f("ck_message_unsure_counts"), "unsure >= 0")
    with op.batch_alter_table("message") as message:
        message.alter_column("unsure", server_default=None)
