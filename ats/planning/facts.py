"""What the planner is told: frozen values, gathered by the store, free of any database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

#: (step, occurrence, recipient): what makes an occurrence of one enrolment unique.
Key = tuple[str, str, str]

#: From when until when mail to somebody did not get through.
Outage = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class SectionState:
    """A started section as the newest export shows it."""

    complete: bool
    updated_on: dt.date
    complete_seen_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Mentorship:
    """One mentor of one participant, past (`ended_at`) or standing."""

    ref: str
    nation: str  # or their organisation's own calendar in it (`config.closures`)
    named_at: dt.datetime
    request_sent_at: dt.datetime | None = None
    accepted_at: dt.datetime | None = None
    declined_at: dt.datetime | None = None
    signed_off_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    invited_since: dt.datetime | None = None  # they get invitations, and no subscription
    ended_because: str | None = None  # as staff ended it (`ats.records.models.ENDINGS`)
    sign_off_round: int = 1  # how often the sign-off is asked for
    sign_off_revoked_at: dt.datetime | None = None  # and not asked for again since
    sign_off_reopened_at: dt.datetime | None = None  # when the round began, after the first
    address_changed_at: dt.datetime | None = None  # and not confirmed by staff since
    silenced: bool = False  # nothing goes to them
    id: int = 0  # by which links name it
    beside_silence: bool = False  # somebody they mentor is silenced, and no person saw to it yet


@dataclass(frozen=True, slots=True)
class Pause:
    """A break of one person; `until_on` is the day of return (None: not known yet)."""

    from_on: dt.date
    until_on: dt.date | None = None
    set_at: dt.datetime | None = None  # when staff settled it so
    agreed_at: dt.datetime | None = None  # when they first recorded it

    def holds(self, day: dt.date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True, slots=True)
class NextCohort:
    """Where somebody who was deferred goes on, and from when."""

    code: str
    starts: dt.date


@dataclass(frozen=True, slots=True)
class PastRow:
    """A ledger row as it stands.

    A final one is known by its outcome only, and by when it was sent or, if not, decided.
    """

    outcome: str
    sent_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    reason: str | None = None
    until: dt.datetime | None = None
    id: int | None = None
    in_message: bool = False  # of a message that waits, or that a person has parked
    decided_at: dt.datetime | None = None  # when this became so; None: when it was sent

    @property
    def is_final(self) -> bool:
        return self.outcome not in ("queued", "held")


@dataclass(frozen=True, slots=True)
class Participant:
    """One enrolment with everything that its year depends on, overlays included."""

    id: int
    ref: str
    nation: str  # or their organisation's own calendar in it (`config.closures`)
    joined_on: dt.date
    accepted_at: dt.datetime
    status: str = "active"  # or 'deferred', 'withdrawn'
    sections: Mapping[str, SectionState] = field(default_factory=dict)
    mentorships: tuple[Mentorship, ...] = ()
    extensions: Mapping[str, dt.datetime] = field(default_factory=dict)
    extended_at: Mapping[str, dt.datetime] = field(default_factory=dict)  # when it was agreed
    pauses: tuple[Pause, ...] = ()
    silenced: bool = False
    parked: bool = False  # an undone import left them behind: everything waits
    left_at: dt.datetime | None = None  # deferred or withdrawn
    next_cohort: NextCohort | None = None  # of somebody deferred, if it is known
    restarted_at: dt.datetime | None = None  # when it was settled that they go on here
    dates_changed: tuple[dt.datetime, ...] = ()  # when staff changed them, in that order
    called_off_at: dt.datetime | None = None  # the last of these that called a break off
    done: Mapping[str, dt.datetime] = field(default_factory=dict)  # milestone → they said so at
    released: frozenset[str] = frozenset()  # milestones: the bad news about them may go
    adjustments: frozenset[str] = frozenset()  # 'no-chasers', 'other-format', 'phone-instead'
    # Refs, theirs or a mentor's, to which no mail gets through, and since when.
    suppressed: Mapping[str, dt.datetime] = field(default_factory=dict)
    # Refs to which none got through for a while, in the past: from when until when.
    mended: Mapping[str, tuple[Outage, ...]] = field(default_factory=dict)
    welcomes_register: frozenset[str] = frozenset()  # mentors to be asked onto the register
    opted_out: frozenset[tuple[str, str]] = frozenset()  # (ref, class of message) switched off
    invited_since: dt.datetime | None = None  # they get invitations, and no subscription
    cases: Mapping[str, dt.datetime] = field(default_factory=dict)  # open: kind → opened at
    past: Mapping[Key, PastRow] = field(default_factory=dict)
    # What a mentor who gets invitations was sent about others in the cohort, and when last.
    beside: Mapping[Key, dt.datetime] = field(default_factory=dict)

    @property
    def mentorship(self) -> Mentorship | None:
        """The standing mentorship, if there is one."""
        return next((m for m in self.mentorships if m.ended_at is None), None)

    def is_silenced(self, ref: str) -> bool:
        """Say whether nothing about this person goes to this recipient, ever again."""
        return self.silenced or any(m.silenced for m in self.mentorships if m.ref == ref)

    def is_beside_silence(self, ref: str) -> bool:
        """Say whether mail to this mentor waits until a person has spoken with them."""
        return any(m.beside_silence for m in self.mentorships if m.ref == ref)

    @property
    def follows_another(self) -> bool:
        """Whether the standing mentor took over from one who had agreed."""
        standing = self.mentorship
        before = (m for m in self.mentorships if m is not standing)
        return standing is not None and any(m.accepted_at is not None for m in before)

    def invitations_since(self, ref: str) -> dt.datetime | None:
        """Return since when they, or a mentor of theirs, want invitations; None: they do not."""
        if ref == self.ref:
            return self.invited_since
        return next((m.invited_since for m in self.mentorships if m.ref == ref), None)

    @property
    def inboxes(self) -> tuple[tuple[str, str], ...]:
        """Whoever may be written to about this person, as (ref, role); offices not included."""
        mentors = tuple((mentorship.ref, "mentor") for mentorship in self.mentorships)
        return ((self.ref, "participant"), *mentors)


@dataclass(frozen=True, slots=True)
class WebinarChange:
    """A webinar was moved (to `starts_at`) or cancelled (None); before, it was at `started_at`."""

    at: dt.datetime
    started_at: dt.datetime
    starts_at: dt.datetime | None
    note: str = ""  # for those it concerns


@dataclass(frozen=True, slots=True)
class AddressChange:
    """The recording of a webinar got another address; until then it was at `was_url`."""

    at: dt.datetime
    was_url: str


@dataclass(frozen=True, slots=True)
class WebinarFact:
    """A webinar of the cohort as it stands, with all changes of its time in their order."""

    key: str
    audience: str
    starts_at: dt.datetime
    minutes: int
    status: str = "confirmed"
    join_url: str | None = None
    recording_url: str | None = None
    recorded_at: dt.datetime | None = None  # when the recording was published
    recording_summary: str = ""  # what was said, in a few lines
    readdressed: tuple[AddressChange, ...] = ()  # changes of `recording_url`, in their order
    changes: tuple[WebinarChange, ...] = ()
    uid: str = ""
    sequence: int = 0
    revised_at: dt.datetime | None = None  # when anything that a calendar shows was changed

    @property
    def ends_at(self) -> dt.datetime:
        return self.starts_at + dt.timedelta(minutes=self.minutes)

    @property
    def moves(self) -> tuple[WebinarChange, ...]:
        """Its changes but for a cancellation."""
        return tuple(change for change in self.changes if change.starts_at is not None)

    def start_as_of(self, moment: dt.datetime) -> dt.datetime | None:
        """Return when it was to start, as it stood at this moment; None: it was cancelled."""
        later = (change for change in self.changes if change.at > moment)
        overtaken = next(later, None)
        if overtaken is not None:
            return overtaken.started_at
        return None if self.status == "cancelled" else self.starts_at

    def recording_as_of(self, moment: dt.datetime) -> str | None:
        """Return where its recording was at this moment, once it had been published."""
        later = (change.was_url for change in self.readdressed if change.at > moment)
        return next(later, self.recording_url)


@dataclass(frozen=True, slots=True)
class CohortFacts:
    """A cohort with what its people share. `as_of`: portfolios are known up to its 00:00."""

    id: int
    code: str
    starts: dt.date
    status: str  # 'trial', 'live', 'paused', 'closed'
    webinars: tuple[WebinarFact, ...] = ()
    as_of: dt.date | None = None
    exports: tuple[tuple[dt.datetime, dt.date], ...] = ()  # (applied at, as of) of each export

    def as_of_at(self, moment: dt.datetime) -> dt.date | None:
        """Return the as-of of the newest export that had been applied by then."""
        return max((as_of for applied, as_of in self.exports if applied <= moment), default=None)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody or some office a message goes to, and what they have had lately."""

    ref: str
    role: str
    nation: str
    reachable_in_trial: bool = False
