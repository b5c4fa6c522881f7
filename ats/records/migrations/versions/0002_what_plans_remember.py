"""What plans remember: by which dates a cohort was planned, and whom an undone import parked.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = "ck_overlay_kind_known"


def upgrade() -> None:
    op.add_column("cohort", sa.Column("planned_by", sa.String(), nullable=True))
    # On SQLite the table is written anew, for a check cannot be changed there.
    with op.batch_alter_table("overlay") as overlay:
        overlay.drop_constraint(op.f(KINDS), type_="check")
        overlay.create_check_constraint(
            op.f(KINDS), "kind IN ('extension', 'pause', 'silence', 'parked')"
        )
