"""How cases end: who decided what, until when one rests, and who is the PXM of a cohort

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = "ck_overlay_kind_known"


def upgrade() -> None:
    op.create_table(
        "cohort_pxm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on > from_on", name=op.f("ck_cohort_pxm_in_order")
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_pxm_cohort_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_pxm")),
    )
    op.create_index(op.f("ix_cohort_pxm_cohort_id"), "cohort_pxm", ["cohort_id"])
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("snoozed_until", sa.Date(), nullable=True))
        cases.add_column(sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True))
        cases.add_column(sa.Column("decision", sa.String(), nullable=True))
        cases.add_column(sa.Column("decided_by", sa.String(), nullable=True))
    with op.batch_alter_table("cases") as cases:
        cases.create_check_constraint(
            op.f("ck_cases_snoozed_ends"),
            "(state = 'snoozed') = (snoozed_until IS NOT NULL)",
        )
        cases.create_check_constraint(
            op.f("ck_cases_decision_known"),
            "decision IN ('extend', 'defer', 'withdraw', 'continue', 'release')",
        )
        cases.create_check_constraint(
            op.f("ck_cases_decided_by_somebody"), "decision IS NULL OR decided_by IS NOT NULL"
        )
    with op.batch_alter_table("overlay") as overlay:
        overlay.drop_constraint(op.f(KINDS), type_="check")
        overlay.create_check_constraint(
            op.f(KINDS),
            "kind IN ('extension', 'pause', 'silence', 'parked', 'done', 'adjustment', 'release')",
        )
        overlay.create_check_constraint(
            op.f("ck_overlay_release_names_milestone"),
            "kind <> 'release' OR milestone IS NOT NULL",
        )
