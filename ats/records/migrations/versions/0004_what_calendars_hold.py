"""What calendars hold

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webinar_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webinar_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'moved') = (starts_at IS NOT NULL)", name=op.f("ck_webinar_change_moved_to")
        ),
        sa.CheckConstraint(
            "kind IN ('moved', 'cancelled')", name=op.f("ck_webinar_change_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["webinar_id"], ["webinar.id"], name=op.f("fk_webinar_change_webinar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webinar_change")),
        sa.UniqueConstraint(
            "webinar_id", "sequence", name=op.f("uq_webinar_change_webinar_id_sequence")
        ),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("mode_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarms", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(cohort_id IS NULL) = (audience IS NULL)", name=op.f("ck_feed_cohort_has_audience")
        ),
        sa.CheckConstraint(
            "(digest IS NULL) = (published_at IS NULL)", name=op.f("ck_feed_published_has_moment")
        ),
        sa.CheckConstraint(
            "(role_id IS NULL) = (cohort_id IS NOT NULL)", name=op.f("ck_feed_of_one_kind")
        ),
        sa.CheckConstraint(
            "audience IN ('participants', 'mentors')", name=op.f("ck_feed_audience_known")
        ),
        sa.CheckConstraint("generation > 0", name=op.f("ck_feed_generation_counts")),
        sa.CheckConstraint(
            "mode IN ('subscription', 'invitations')", name=op.f("ck_feed_mode_known")
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_feed_cohort_id")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_feed_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("cohort_id", "audience", name=op.f("uq_feed_cohort_id_audience")),
        sa.UniqueConstraint("role_id", name=op.f("uq_feed_role_id")),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_publication_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_index(op.f("ix_publication_feed_id"), "publication", ["feed_id"], unique=False)
    with op.batch_alter_table("webinar") as webinar:
        webinar.add_column(sa.Column("revised_at", sa.DateTime(timezone=True), nullable=True))
        webinar.add_column(sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))
        webinar.add_column(
            sa.Column("recording_summary", sa.String(), nullable=False, server_default="")
        )
    # Until now nothing could change a webinar but its join address: it is as it was launched.
    op.execute(
        "UPDATE webinar SET revised_at ="
        " (SELECT cohort.created_at FROM cohort WHERE cohort.id = webinar.cohort_id)"
    )
    op.execute("UPDATE webinar SET recorded_at = revised_at WHERE recording_url IS NOT NULL")
    with op.batch_alter_table("webinar") as webinar:
        webinar.alter_column("revised_at", nullable=False)
        webinar.alter_column("recording_summary", server_default=None)
        webinar.create_check_constraint(
            op.f("ck_webinar_recording_has_moment"),
            "(recorded_at IS NULL) = (recording_url IS NULL)",
        )
