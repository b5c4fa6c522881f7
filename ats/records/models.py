"""The records, as tables. The promises of the product stand here as constraints.

Moments are stored in UTC and read back aware; dates are local dates of the cohort.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

#: `next_due_at` of whatever has to be looked at now.
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

FINAL = (
    "sent",
    "merged",
    "case-opened",
    "skipped",
    "expired",
    "superseded",
    "cancelled",
    "failed",
)
OPEN = ("queued", "held")
HOLDS = (
    "window",
    "away",
    "closed",
    "cap",
    "gap",
    "stale-data",
    "join-link",
    "paused",
    "parked",
    "release",
    "trial",
)
#: How a person may decide a case.
DECISIONS = ("extend", "defer", "withdraw", "continue", "release")
#: Why staff ended a mentorship. A refusal, and a roster that names somebody else, give none.
ENDINGS = ("replaced", "resigned", "withdrawn", "deferred", "silenced")


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be recorded")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _moment(*, nullable: bool = True, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=nullable, index=index))


def _link(target: str, *, nullable: bool = False, index: bool = True) -> Any:
    return Field(
        default=None,
        sa_column=Column(Integer, ForeignKey(target), nullable=nullable, index=index),
    )


SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Cohort(SQLModel, table=True):
    """One running of a programme. `next_due_at` is the staff mail's (see Enrolment)."""

    __table_args__ = (
        _one_of("status", "trial", "live", "paused", "closed"),
        CheckConstraint("(status = 'paused') = (resumes_as IS NOT NULL)", name="pause_returns"),
    )
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    programme: str
    starts: dt.date
    status: str = "trial"
    resumes_as: str | None = None
    created_at: dt.datetime = _moment(nullable=False)
    live_at: dt.datetime | None = _moment()
    next_due_at: dt.datetime | None = _moment(index=True)
    planned_by: str | None = None  # fingerprint of the programme and calendars of the last plan


class Person(SQLModel, table=True):
    """A human being; one address belongs to one person."""

    id: int | None = Field(default=None, primary_key=True)
    given_name: str
    family_name: str
    email: str
    email_key: str = Field(unique=True)  # case and blanks folded
    nation: str
    organisation: str = ""
    created_at: dt.datetime = _moment(nullable=False)
    email_changed_at: dt.datetime | None = _moment()
    email_confirmed_at: dt.datetime | None = _moment()  # by staff, who asked them


class Role(SQLModel, table=True):
    """What a person is known as: a participant's or a mentor's immutable ref."""

    __table_args__ = (_one_of("kind", "participant", "mentor"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = _link("person.id")
    kind: str
    ref: str = Field(unique=True, max_length=40)
    silenced_at: dt.datetime | None = _moment()  # nothing goes to them, whoever names them


class Enrolment(SQLModel, table=True):
    """A participant in a cohort.

    `next_due_at` is never later than the moment at which something falls due (None: never);
    whatever may make something due earlier sets it to the epoch in the same transaction.
    """

    __table_args__ = (
        UniqueConstraint("cohort_id", "role_id"),
        _one_of("status", "active", "deferred", "withdrawn"),
        CheckConstraint("(status = 'active') = (left_at IS NULL)", name="left_when_inactive"),
        Index("ix_enrolment_due", "cohort_id", "next_due_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = _link("cohort.id", index=False)
    role_id: int = _link("role.id")
    joined_on: dt.date
    accepted_at: dt.datetime = _moment(nullable=False)
    status: str = "active"
    left_at: dt.datetime | None = _moment()
    next_due_at: dt.datetime | None = _moment()


class EnrolmentChange(SQLModel, table=True):
    """How an enrolment ended, or went on in another cohort (`other_id`). Append-only."""

    __tablename__ = "enrolment_change"
    __table_args__ = (
        _one_of("kind", "withdrawn", "deferred", "restarted"),
        CheckConstraint(
            "kind = 'restarted' OR (approved_by IS NOT NULL AND approved_by <> by)",
            name="approved_by_another",
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    enrolment_id: int = _link("enrolment.id")
    kind: str
    at: dt.datetime = _moment(nullable=False)
    by: str
    approved_by: str | None = None
    reason: str  # a code of `config.reasons`
    other_id: int | None = _link("enrolment.id", nullable=True)


class Overlay(SQLModel, table=True):
    """What staff changed in one person's year: a moved deadline, a pause, a silence.

    `parked`: nothing goes to or about somebody whom an undone import left behind, until a
    roster names them again; their dates stay. `done`: they say that a milestone is, which holds
    until a newer export. `release`: the bad news about a milestone may go.
    """

    __table_args__ = (
        _one_of("kind", "extension", "pause", "silence", "parked", "done", "adjustment", "release"),
        CheckConstraint("kind <> 'done' OR milestone IS NOT NULL", name="done_names_milestone"),
        CheckConstraint(
            "kind <> 'release' OR milestone IS NOT NULL", name="release_names_milestone"
        ),
        CheckConstraint(
            "(kind = 'adjustment') = (adjustment IS NOT NULL) AND"
            " (adjustment IS NULL OR adjustment IN"
            " ('no-chasers', 'other-format', 'phone-instead'))",
            name="adjustment_known",
        ),
        CheckConstraint(
            "kind <> 'extension' OR (milestone IS NOT NULL AND due_at IS NOT NULL)",
            name="extension_complete",
        ),
        CheckConstraint("kind <> 'pause' OR from_on IS NOT NULL", name="pause_begins"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="pause_in_order"),
    )
    id: int | None = Field(default=None, primary_key=True)
    enrolment_id: int = _link("enrolment.id")
    kind: str
    milestone: str | None = None
    due_at: dt.datetime | None = _moment()
    from_on: dt.date | None = None
    until_on: dt.date | None = None  # the day of return; None: open
    adjustment: str | None = None
    reason: str = ""
    recorded_at: dt.datetime = _moment(nullable=False)
    recorded_by: str
    revoked_at: dt.datetime | None = _moment()


class Mentorship(SQLModel, table=True):
    """A mentor named by a participant; at most one stands at a time.

    Who agrees on the page declares to be independent of the participant; staff who record an
    answer ask. A sign-off that was taken back is asked for again only when staff reopen it.
    """

    __table_args__ = (
        Index(
            "uq_mentorship_standing",
            "enrolment_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("accepted_at IS NULL OR declined_at IS NULL", name="one_answer"),
        CheckConstraint(
            "signed_off_at IS NULL OR accepted_at IS NOT NULL", name="accepted_before_sign_off"
        ),
        CheckConstraint("ended_because IS NULL OR ended_at IS NOT NULL", name="cause_of_end"),
        _one_of("ended_because", *ENDINGS),
        CheckConstraint("sign_off_round > 0", name="round_counts"),
        CheckConstraint(
            "sign_off_revoked_at IS NULL OR signed_off_at IS NULL", name="signed_or_revoked"
        ),
        CheckConstraint(
            "(sign_off_round > 1) = (sign_off_reopened_at IS NOT NULL)", name="reopened_has_moment"
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    enrolment_id: int = _link("enrolment.id")
    role_id: int = _link("role.id")
    named_at: dt.datetime = _moment(nullable=False)
    request_sent_at: dt.datetime | None = _moment()
    accepted_at: dt.datetime | None = _moment()
    declined_at: dt.datetime | None = _moment()
    independent_at: dt.datetime | None = _moment()  # they declared that they are
    signed_off_at: dt.datetime | None = _moment()
    sign_off_revoked_at: dt.datetime | None = _moment()
    sign_off_round: int = 1  # it rises when staff reopen a sign-off: it is asked for again
    sign_off_reopened_at: dt.datetime | None = _moment()
    ended_at: dt.datetime | None = _moment()
    ended_because: str | None = None


class RegisterMentor(SQLModel, table=True):
    """Somebody on the register of mentors, who agreed to stand there; `left_at`: no longer."""

    __tablename__ = "register_mentor"
    __table_args__ = (CheckConstraint("capacity > 0", name="capacity_counts"),)
    role_id: int = Field(sa_column=Column(Integer, ForeignKey("role.id"), primary_key=True))
    subject: str
    capacity: int  # participants at a time
    joined_at: dt.datetime = _moment(nullable=False)
    left_at: dt.datetime | None = _moment()


class Welcomed(SQLModel, table=True):
    """What somebody agreed to hear of that is no part of the programme (opt-in)."""

    __table_args__ = (_one_of("topic", "register"), UniqueConstraint("role_id", "topic"))
    id: int | None = Field(default=None, primary_key=True)
    role_id: int = _link("role.id", index=False)
    topic: str
    since: dt.datetime = _moment(nullable=False)


class Note(SQLModel, table=True):
    """What staff wrote down about a participant: a call made, something agreed. Append-only."""

    __table_args__ = (_one_of("kind", "call", "note"),)
    id: int | None = Field(default=None, primary_key=True)
    enrolment_id: int = _link("enrolment.id")
    case_id: int | None = _link("cases.id", nullable=True)
    kind: str
    at: dt.datetime = _moment(nullable=False)
    by: str
    text: str = Field(sa_column=Column(Text, nullable=False))


class Progress(SQLModel, table=True):
    """One section of one portfolio as the newest export shows it (absent: not started)."""

    __table_args__ = (
        UniqueConstraint("enrolment_id", "section"),
        _one_of("status", "in-progress", "complete"),
    )
    id: int | None = Field(default=None, primary_key=True)
    enrolment_id: int = _link("enrolment.id", index=False)
    section: str
    status: str
    updated_on: dt.date
    complete_seen_at: dt.datetime | None = _moment()  # the import that first showed it complete


class Webinar(SQLModel, table=True):
    """A webinar of a cohort as it stands. The uid never changes.

    `sequence` rises when time or status change, `revised_at` is the moment of any change that a
    calendar shows, `recorded_at` the one at which the recording was published.
    """

    __table_args__ = (
        UniqueConstraint("cohort_id", "key"),
        _one_of("kind", "milestone", "q-and-a", "mentor"),
        _one_of("audience", "participants", "mentors"),
        _one_of("status", "confirmed", "tentative", "cancelled"),
        CheckConstraint("minutes > 0", name="takes_time"),
        CheckConstraint("sequence >= 0", name="sequence_counts"),
        CheckConstraint(
            "(recorded_at IS NULL) = (recording_url IS NULL)", name="recording_has_moment"
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = _link("cohort.id", index=False)
    key: str
    kind: str
    audience: str
    starts_at: dt.datetime = _moment(nullable=False)
    minutes: int
    status: str = "confirmed"
    sequence: int = 0
    uid: str = Field(unique=True)
    revised_at: dt.datetime = _moment(nullable=False)
    join_url: str | None = None
    recording_url: str | None = None
    recorded_at: dt.datetime | None = _moment()
    recording_summary: str = ""


class WebinarChange(SQLModel, table=True):
    """What a webinar was before a change of its time or status. Append-only.

    `sequence` is the webinar's after the change.
    """

    __tablename__ = "webinar_change"
    __table_args__ = (
        UniqueConstraint("webinar_id", "sequence"),
        _one_of("kind", "moved", "cancelled"),
        CheckConstraint("(kind = 'moved') = (starts_at IS NOT NULL)", name="moved_to"),
    )
    id: int | None = Field(default=None, primary_key=True)
    webinar_id: int = _link("webinar.id", index=False)
    sequence: int
    kind: str
    at: dt.datetime = _moment(nullable=False)
    started_at: dt.datetime = _moment(nullable=False)  # when it was to start before
    starts_at: dt.datetime | None = _moment()
    note: str = ""  # for those it concerns: why, or what takes its place
    by: str


class RecordingChange(SQLModel, table=True):
    """Where the recording of a webinar was before its address changed. Append-only."""

    __tablename__ = "recording_change"
    id: int | None = Field(default=None, primary_key=True)
    webinar_id: int = _link("webinar.id")
    at: dt.datetime = _moment(nullable=False)
    was_url: str
    by: str


class Feed(SQLModel, table=True):
    """A calendar that people subscribe to: of a cohort and audience, or of one role.

    A link holds the feed's `generation`; to rotate is to raise it, and older links are gone.
    `digest`, `revised_at` and `published_at` tell of the newest publication.
    """

    __table_args__ = (
        UniqueConstraint("cohort_id", "audience"),
        UniqueConstraint("role_id"),
        _one_of("audience", "participants", "mentors"),
        _one_of("mode", "subscription", "invitations"),
        CheckConstraint("(role_id IS NULL) = (cohort_id IS NOT NULL)", name="of_one_kind"),
        CheckConstraint("(cohort_id IS NULL) = (audience IS NULL)", name="cohort_has_audience"),
        CheckConstraint("generation > 0", name="generation_counts"),
        CheckConstraint("(digest IS NULL) = (published_at IS NULL)", name="published_has_moment"),
    )
    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int | None = _link("cohort.id", nullable=True, index=False)
    audience: str | None = None
    role_id: int | None = _link("role.id", nullable=True, index=False)
    generation: int = 1
    mode: str = "subscription"  # a role's: how its webinars reach their calendar
    mode_since: dt.datetime | None = _moment()
    alarms: bool = False  # a role's: whether its calendar reminds
    digest: str | None = None  # sha256 (hex) of the bytes
    revised_at: dt.datetime | None = _moment()
    published_at: dt.datetime | None = _moment()


class Publication(SQLModel, table=True):
    """What a feed was published as, and when. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    feed_id: int = _link("feed.id")
    generation: int
    at: dt.datetime = _moment(nullable=False)
    digest: str
    events: int


class DeadlinePublished(SQLModel, table=True):
    """A deadline of somebody's as their calendar was last published with it.

    `sequence` counts the changes of its date that were published, `revised_at` dates the last.
    """

    __tablename__ = "deadline_published"
    __table_args__ = (CheckConstraint("sequence >= 0", name="sequence_counts"),)
    enrolment_id: int = Field(
        sa_column=Column(Integer, ForeignKey("enrolment.id"), primary_key=True)
    )
    milestone: str = Field(primary_key=True)
    due_at: dt.datetime = _moment(nullable=False)
    sequence: int = 0
    revised_at: dt.datetime = _moment(nullable=False)


class Message(SQLModel, table=True):
    """One e-mail to one recipient: staged once, claimed, sent, recorded."""

    __table_args__ = (
        _one_of("status", "queued", "claimed", "sent", "failed", "parked"),
        _one_of("role", "participant", "mentor", "operations", "pxm"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_moment"),
        CheckConstraint("unsure >= 0", name="unsure_counts"),
        CheckConstraint("(status = 'claimed') = (lease_owner IS NOT NULL)", name="claim_is_leased"),
        CheckConstraint("attempts >= 0", name="attempts_count"),
        Index(
            "uq_message_open",
            "cohort_id",
            "recipient",
            "role",
            "send_on",
            "bundle",
            unique=True,
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
        Index("ix_message_history", "recipient", "role", "sent_at"),
        Index("ix_message_status", "status", "next_attempt_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    rfc_id: str = Field(unique=True, max_length=200)  # the Message-ID without brackets
    cohort_id: int = _link("cohort.id", index=False)
    recipient: str  # ref, or 'operations' or 'pxm'
    role: str
    send_on: dt.date  # local date for which it was staged
    bundle: str  # rows that may share it
    class_: str = Field(sa_column=Column("class", String, nullable=False))
    counts: bool = False  # towards the weekly cap
    has_chaser: bool = False
    has_tip: bool = False
    date: dt.datetime = _moment(nullable=False)  # the Date header
    status: str = "queued"
    attempts: int = 0
    unsure: int = 0  # attempts whose body left and was never answered
    next_attempt_at: dt.datetime | None = _moment()
    lease_owner: str | None = None
    lease_until: dt.datetime | None = _moment()  # real time
    stage: str | None = None  # how far the SMTP transaction got
    to_address: str | None = None
    subject: str | None = None
    context: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    template_version: str | None = None
    digest: str | None = None  # sha256 of what was sent
    sent_at: dt.datetime | None = _moment()
    repeats_id: int | None = _link("message.id", nullable=True)  # the one that staff sent again


class LedgerRow(SQLModel, table=True):
    """One occurrence that fell due, and what became of it."""

    __tablename__ = "ledger"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step", "occurrence", "recipient"),
        _one_of("outcome", *OPEN, *FINAL),
        _one_of("role", "participant", "mentor", "operations", "pxm"),
        CheckConstraint(
            "(outcome IN ('sent', 'merged')) = (sent_at IS NOT NULL)", name="sent_has_moment"
        ),
        CheckConstraint(
            "outcome NOT IN ('sent', 'merged', 'queued') OR message_id IS NOT NULL",
            name="mail_has_message",
        ),
        CheckConstraint(
            "outcome NOT IN ('held', 'skipped', 'cancelled') OR reason IS NOT NULL",
            name="reason_given",
        ),
        Index(
            "uq_ledger_sent",
            "message_id",
            unique=True,
            sqlite_where=text("outcome = 'sent'"),
            postgresql_where=text("outcome = 'sent'"),
        ),
        Index("ix_ledger_standing", "cohort_id", "outcome"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=200)  # "2026-10/P0017/pdp-tip/1/P0017"
    cohort_id: int = _link("cohort.id", index=False)
    enrolment_id: int | None = _link("enrolment.id", nullable=True, index=False)
    step: str
    occurrence: str
    recipient: str
    role: str
    class_: str = Field(sa_column=Column("class", String, nullable=False))
    due_at: dt.datetime = _moment(nullable=False)
    outcome: str
    reason: str | None = None
    until: dt.datetime | None = _moment()
    decided_at: dt.datetime = _moment(nullable=False)
    sent_at: dt.datetime | None = _moment()
    message_id: int | None = _link("message.id", nullable=True)


class Attempt(SQLModel, table=True):
    """One try to hand a message to the mail server, and its answer."""

    __table_args__ = (
        _one_of("result", "sent", "temporary", "permanent", "relay", "configuration", "ambiguous"),
    )
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = _link("message.id")
    at: dt.datetime = _moment(nullable=False)
    code: int | None = None
    answer: str = ""
    result: str


class Wording(SQLModel, table=True):
    """The templates that messages were written from, kept so that each can be shown again."""

    version: str = Field(primary_key=True)  # sha256 of the files
    files: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))  # text by path


class Suppression(SQLModel, table=True):
    """An address that does not work: nothing goes to it while this stands.

    `person_id` had it then; `replaced_at`: they have another one since.
    """

    __table_args__ = (
        _one_of("reason", "refused", "bounced"),
        Index(
            "uq_suppression_standing",
            "email_key",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    email_key: str
    person_id: int | None = Field(
        default=None,
        sa_column=Column(
            Integer, ForeignKey("person.id", ondelete="SET NULL"), nullable=True, index=True
        ),
    )
    reason: str
    status: str = ""  # of RFC 3463, such as 5.1.1
    message_id: int | None = _link("message.id", nullable=True)
    at: dt.datetime = _moment(nullable=False)
    lifted_at: dt.datetime | None = _moment()
    lifted_by: str | None = None
    replaced_at: dt.datetime | None = _moment()


class Bounce(SQLModel, table=True):
    """A notification that came back about one message; read once, however often it is found."""

    __table_args__ = (_one_of("kind", "hard", "soft", "delayed", "delivered", "reply"),)
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)  # sha256 of the notification
    message_id: int = _link("message.id")
    email_key: str = Field(index=True)
    kind: str
    status: str = ""
    answer: str = ""  # of the server that refused, without addresses
    at: dt.datetime = _moment(nullable=False)


class OptOut(SQLModel, table=True):
    """A class of messages that somebody has switched off in one of their roles."""

    __tablename__ = "opt_out"
    __table_args__ = (UniqueConstraint("role_id", "class"),)
    id: int | None = Field(default=None, primary_key=True)
    role_id: int = _link("role.id", index=False)
    class_: str = Field(sa_column=Column("class", String, nullable=False))
    since: dt.datetime = _moment(nullable=False)


class MailServer(SQLModel, table=True):
    """What all workers know of one mail server, in real time: its pace, and whether it answers."""

    __tablename__ = "mail_server"
    __table_args__ = (_one_of("fault", "relay", "configuration"),)
    name: str = Field(primary_key=True)  # host:port
    next_slot_at: dt.datetime | None = _moment()  # when the rate limit lets the next message go
    failures: int = 0  # in a row
    fault: str | None = None
    answer: str = ""
    failing_since: dt.datetime | None = _moment()
    closed_until: dt.datetime | None = _moment()  # until then one message at a time tries it


class Heartbeat(SQLModel, table=True):
    """When something that has to happen again and again last did, in real time."""

    name: str = Field(primary_key=True)
    at: dt.datetime = _moment(nullable=False)


class CohortPxm(SQLModel, table=True):
    """Who is the Participant Experience Manager of a cohort, and from when to when.

    `until_on` is the first day on which they are no longer (None: open): a cover has one. Of
    several on a day, the one recorded last. Append-only but for `revoked_at`.
    """

    __tablename__ = "cohort_pxm"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on > from_on", name="in_order"),)
    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = _link("cohort.id")
    name: str
    email: str
    from_on: dt.date
    until_on: dt.date | None = None
    recorded_at: dt.datetime = _moment(nullable=False)
    recorded_by: str
    revoked_at: dt.datetime | None = _moment()


class Case(SQLModel, table=True):
    """Something a person has to decide; one open case per person and kind.

    A snoozed one opens again on the day named. `decision` is how a person decided it; a case
    that closed by itself has none. One that staff opened again no longer closes by itself.
    """

    __tablename__ = "cases"
    __table_args__ = (
        _one_of("state", "open", "snoozed", "closed"),
        _one_of("owner", "operations", "pxm"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_moment"),
        CheckConstraint("(state = 'snoozed') = (snoozed_until IS NOT NULL)", name="snoozed_ends"),
        _one_of("decision", *DECISIONS),
        CheckConstraint("decision IS NULL OR decided_by IS NOT NULL", name="decided_by_somebody"),
        Index(
            "uq_cases_open",
            "enrolment_id",
            "kind",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = _link("cohort.id")
    enrolment_id: int = _link("enrolment.id")
    kind: str
    state: str = "open"
    owner: str
    opened_at: dt.datetime = _moment(nullable=False)
    closed_at: dt.datetime | None = _moment()
    closed_because: str | None = None
    snoozed_until: dt.date | None = None
    reopened_at: dt.datetime | None = _moment()
    decision: str | None = None
    decided_by: str | None = None

    @property
    def waits_since(self) -> dt.datetime:
        """When it came to its owner, the last time: opened again counts."""
        return self.reopened_at or self.opened_at


class CaseSignal(SQLModel, table=True):
    """Why a case was opened, or what was added to it while it was open."""

    __tablename__ = "case_signal"
    __table_args__ = (UniqueConstraint("case_id", "signal"),)
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = _link("cases.id")
    at: dt.datetime = _moment(nullable=False)
    signal: str  # step and occurrence: "chase-milestone pdp/plus-18/1"


class Import(SQLModel, table=True):
    """A file that was applied, and perhaps undone."""

    __table_args__ = (_one_of("kind", "roster", "progress"),)
    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = _link("cohort.id")
    kind: str
    filename: str
    digest: str = Field(index=True)  # sha256 of the file
    as_of: dt.date | None = None
    applied_at: dt.datetime = _moment(nullable=False)
    applied_by: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    refused: int = 0
    undone_at: dt.datetime | None = _moment()
    undone_by: str | None = None


class ImportChange(SQLModel, table=True):
    """One thing that an import did to a record, so that it can be undone.

    Made: no `field`, and the new row's values by name in `after`. Set: one field's value, with
    what stood there `before`. Confirmed: `before` and `after` alike, because the file repeats
    what an earlier import set; undoing that one then leaves the value alone. Undoing an import
    may hand a line on to another one, or mend its `before`.
    """

    __tablename__ = "import_change"
    id: int | None = Field(default=None, primary_key=True)
    import_id: int = _link("import.id")
    entity: str  # table name
    entity_id: int
    field: str | None = None  # None: the row was made
    before: Any = Field(default=None, sa_column=Column(JSON))
    after: Any = Field(default=None, sa_column=Column(JSON))


class HeaderMapping(SQLModel, table=True):
    """A header of somebody's export that staff have told us the meaning of."""

    __tablename__ = "header_mapping"
    __table_args__ = (UniqueConstraint("kind", "header"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    header: str  # folded
    column: str


class Audit(SQLModel, table=True):
    """Who did what, when, and why. Appended to, never changed."""

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = _moment(nullable=False, index=True)
    by: str
    action: str
    cohort_id: int | None = _link("cohort.id", nullable=True)
    subject: str | None = Field(default=None, index=True)  # a ref
    before: Any = Field(default=None, sa_column=Column(JSON))
    after: Any = Field(default=None, sa_column=Column(JSON))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    restricted: bool = False


class Lease(SQLModel, table=True):
    """Who works on something at this moment, in real time."""

    name: str = Field(primary_key=True)
    owner: str
    until: dt.datetime = _moment(nullable=False)
