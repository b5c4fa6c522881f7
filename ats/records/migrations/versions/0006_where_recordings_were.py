"""Where recordings were before their address changed

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webinar_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_url", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webinar_id"], ["webinar.id"], name=op.f("fk_recording_change_webinar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_change")),
    )
    op.create_index(
        op.f("ix_recording_change_webinar_id"), "recording_change", ["webinar_id"], unique=False
    )
