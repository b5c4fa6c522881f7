"""What people change: who left and came back, what was agreed, who may mentor

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = "ck_overlay_kind_known"


def upgrade() -> None:
    op.create_table(
        "enrolment_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('withdrawn', 'deferred', 'restarted')",
            name=op.f("ck_enrolment_change_kind_known"),
        ),
        sa.CheckConstraint(
            "kind = 'restarted' OR (approved_by IS NOT NULL AND approved_by <> by)",
            name=op.f("ck_enrolment_change_approved_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_enrolment_change_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["enrolment.id"], name=op.f("fk_enrolment_change_other_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_change")),
    )
    op.create_index(op.f("ix_enrolment_change_enrolment_id"), "enrolment_change", ["enrolment_id"])
    op.create_index(op.f("ix_enrolment_change_other_id"), "enrolment_change", ["other_id"])
    op.create_table(
        "register_mentor",
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_register_mentor_capacity_counts")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_register_mentor_role_id")),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_register_mentor")),
    )
    op.create_table(
        "welcomed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("topic IN ('register')", name=op.f("ck_welcomed_topic_known")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_welcomed_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welcomed")),
        sa.UniqueConstraint("role_id", "topic", name=op.f("uq_welcomed_role_id_topic")),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('call', 'note')", name=op.f("ck_note_kind_known")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_note_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_note_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_enrolment_id"), "note", ["enrolment_id"])
    op.create_index(op.f("ix_note_case_id"), "note", ["case_id"])
    with op.batch_alter_table("role") as role:
        role.add_column(sa.Column("silenced_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("overlay") as overlay:
        overlay.add_column(sa.Column("adjustment", sa.String(), nullable=True))
        overlay.drop_constraint(op.f(KINDS), type_="check")
        overlay.create_check_constraint(
            op.f(KINDS),
            "kind IN ('extension', 'pause', 'silence', 'parked', 'done', 'adjustment')",
        )
        overlay.create_check_constraint(
            op.f("ck_overlay_done_names_milestone"), "kind <> 'done' OR milestone IS NOT NULL"
        )
        overlay.create_check_constraint(
            op.f("ck_overlay_adjustment_known"),
            "(kind = 'adjustment') = (adjustment IS NOT NULL) AND"
            " (adjustment IS NULL OR adjustment IN"
            " ('no-chasers', 'other-format', 'phone-instead'))",
        )
    with op.batch_alter_table("mentorship") as mentorship:
        mentorship.add_column(sa.Column("ended_because", sa.String(), nullable=True))
        mentorship.add_column(sa.Column("independent_at", sa.DateTime(timezone=True)))
        mentorship.add_column(sa.Column("sign_off_revoked_at", sa.DateTime(timezone=True)))
        mentorship.add_column(
            sa.Column("sign_off_round", sa.Integer(), nullable=False, server_default="1")
        )
        mentorship.add_column(sa.Column("sign_off_reopened_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("mentorship") as mentorship:
        mentorship.alter_column("sign_off_round", server_default=None)
        mentorship.create_check_constraint(
            op.f("ck_mentorship_cause_of_end"), "ended_because IS NULL OR ended_at IS NOT NULL"
        )
        mentorship.create_check_constraint(
            op.f("ck_mentorship_ended_because_known"),
            "ended_because IN ('replaced', 'resigned', 'withdrawn', 'deferred', 'silenced')",
        )
        mentorship.create_check_constraint(op.f("ck_mentorship_round_counts"), "sign_off_round > 0")
        mentorship.create_check_constraint(
            op.f("ck_mentorship_signed_or_revoked"),
            "sign_off_revoked_at IS NULL OR signed_off_at IS NULL",
        )
        mentorship.create_check_constraint(
            op.f("ck_mentorship_reopened_has_moment"),
            "(sign_off_round > 1) = (sign_off_reopened_at IS NOT NULL)",
        )
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("email_changed_at", sa.DateTime(timezone=True), nullable=True))
        person.add_column(
            sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True)
        )
    with op.batch_alter_table("suppression") as suppression:
        suppression.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        suppression.add_column(sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
        suppression.create_foreign_key(
            op.f("fk_suppression_person_id"),
            "person",
            ["person_id"],
            ["id"],
            ondelete="SET NULL",
        )
        suppression.create_index(op.f("ix_suppression_person_id"), ["person_id"])
    op.execute(
        "UPDATE suppression SET person_id ="
        " (SELECT person.id FROM person WHERE person.email_key = suppression.email_key)"
    )
