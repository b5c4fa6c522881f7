"""Verdicts: what becomes of one occurrence now, by conditions, expiry, holds and hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ats.planning.conditions import Situation, first_failing, first_holding
from ats.planning.facts import Key, Participant, PastRow
from ats.planning.moments import NEVER
from ats.planning.notices import Notices, is_notice
from ats.planning.occurrence import name_of, namings
from ats.planning.rules import (
    AFTER_A_MENTOR,
    DATES_CHANGED,
    ENDINGS,
    INVITATIONS_CHOSEN,
    MENTOR_UNREACHABLE,
    REQUEST_SENT,
    THROUGH_BREAKS,
)
from ats.planning.timeline import Occurrence, Timeline
from ats.planning.windows import Windows
from config.programme import ClassPolicy

#: Holds that end on their own date; the others end when what they wait for happens.
DATED = ("window", "away", "closed", "cap", "gap")

#: Adjustments with which nobody gets a chaser.
SPARED = frozenset(("no-chasers", "phone-instead"))

#: What a case rung obeys: working hours of working days, chasers' days or not.
ESCALATION = ClassPolicy.model_validate({"closed": "waits", "away": "waits"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome with its reason and, for a hold, until when (None: until something happens)."""

    outcome: str
    reason: str | None = None
    until: dt.datetime | None = None


ReachableInTrial = Callable[[Occurrence], bool]


class Judge:
    """Judges one cohort's occurrences at one moment."""

    def __init__(
        self,
        timeline: Timeline,
        *,
        now: dt.datetime,
        reachable_in_trial: ReachableInTrial = lambda _: False,
    ) -> None:
        self.timeline = timeline
        self.now = now
        self.today = now.astimezone(timeline.zone).date()
        self.policy = timeline.programme.send_policy
        self.windows = Windows(self.policy, timeline.workdays, timeline.zone)
        self._reachable = reachable_in_trial
        self._notices = Notices(timeline, now, self._has_to_wait)

    def verdict(self, o: Occurrence, person: Participant, row: PastRow | None) -> Verdict:
        """Return what becomes of an occurrence that has fallen due; cap and gap are not asked."""
        at = Situation(self.timeline, person, o, self.today)
        if row is not None and row.reason == "parked" and row.in_message:
            return Verdict("held", "parked")  # a person releases it; it is tested again then
        return (
            self.left(o, person, row)
            or self._of_notice(o, person)
            or self._stopped(o, person, at, row)
            or self._expired(o, person, row)
            or self._waits(o, person, at, row)
            or self._shut(o, row)
            or Verdict("case-opened" if o.rule.case else "queued")
        )

    def expected(self, o: Occurrence, person: Participant) -> dt.datetime | None:
        """Return when this would go if it fell due now on fresh data; None if it would not."""
        at = Situation(self.timeline, person, o, self.today)
        if self.left(o, person, None) or self._stopped(o, person, at, None):
            return None
        if self._expired(o, person, None):
            return None
        policy = ESCALATION if o.rule.case else self.policy.classes[o.rule.class_]
        return self.windows.opening(policy, o.nation, self.now, bad_news=o.rule.bad_news)[0]

    def is_wanted(self, o: Occurrence, person: Participant) -> bool:
        """Say whether this does not stop as its recipient switched it off, or has submitted."""
        submitted = o.rule.to == "participant" and self._stops_after_submission(o, person)
        return not (submitted or self._switched_off(o, person))

    # -- endings ---------------------------------------------------------------------------

    def left(self, o: Occurrence, person: Participant, row: PastRow | None) -> Verdict | None:
        """Return how this ends for somebody who has left or is silenced; else None.

        What tells that they left still goes, but to and about nobody who is silenced.
        """
        tells_of_it = o.rule.anchor in ENDINGS and not person.is_silenced(o.recipient)
        return None if tells_of_it else self.gone(person, row, to=o.recipient)

    def gone(self, person: Participant, row: PastRow | None, *, to: str) -> Verdict | None:
        """Return how everything to this recipient ends, as they or the person left or are silenced.

        None: it does not.
        """
        reason = "silenced" if person.is_silenced(to) else person.status
        if reason == "active":
            return None
        return Verdict("cancelled" if row else "skipped", reason)

    def _stopped(
        self, o: Occurrence, person: Participant, at: Situation, row: PastRow | None
    ) -> Verdict | None:
        rule = o.rule
        due_on = o.due_at.astimezone(self.timeline.zone).date()
        if o.too_early:
            return Verdict("skipped", "late-joiner")
        no_mentors = self._not_for_this_mentor(o, person)
        if no_mentors is not None:
            return Verdict("skipped", no_mentors)
        if self._notices.say_it_all(o, person, row) or self._is_entered(o, person):
            return Verdict("skipped", "in-notice")
        stops_in_breaks = not is_notice(o) and rule.anchor not in THROUGH_BREAKS
        if stops_in_breaks and any(pause.holds(due_on) for pause in person.pauses):
            return Verdict("skipped", "paused-out")
        met = first_holding(rule.unless, at)
        if met is not None:
            return Verdict("skipped", "submitted" if met.name == "submitted" else "condition-met")
        if rule.to == "participant" and self._stops_after_submission(o, person):
            return Verdict("skipped", "submitted")
        if not rule.is_ladder and first_failing(rule.only_if, at) is not None:
            return Verdict("skipped", "condition-unmet")  # whether mail reaches them or not
        unwelcome = self._unwelcome(o, person)
        if unwelcome is not None:
            return Verdict("skipped", unwelcome)
        if self._is_with_somebody(o, person, row):
            return Verdict("skipped", "case-open")
        if self.is_fresh(o, person) and first_failing(rule.only_if, at) is not None:
            return Verdict("skipped", "condition-unmet")
        if rule.case is not None and rule.case in person.cases and self.is_fresh(o, person):
            return Verdict("skipped", "case-open")
        return None

    def _of_notice(self, o: Occurrence, person: Participant) -> Verdict | None:
        """Return what becomes of a notice of a change that another overtook, or that waits."""
        later = o.rule.anchor == DATES_CHANGED and o.number < len(person.dates_changed)
        if later or self._notices.is_overtaken(o):
            return Verdict("superseded")
        until = self._notices.waits_until(o, person)
        return None if until is None else Verdict("held", "parked", until)

    def _is_entered(self, o: Occurrence, person: Participant) -> bool:
        """Say whether another e-mail gave, or gives now, the entry that this invitation would."""
        if o.rule.anchor != INVITATIONS_CHOSEN:
            return False
        webinar = self.timeline.webinars[o.subject or ""]
        if self.timeline.tellings.entered_at(person, o.recipient, webinar.key) is not None:
            return True
        return bool(webinar.changes) and self._notices.noticed_at(o, person, webinar) == self.now

    def _unwelcome(self, o: Occurrence, person: Participant) -> str | None:
        """Return why this recipient is not written to in this way; None: they are."""
        if o.recipient in person.suppressed:
            return "suppressed"
        if self._switched_off(o, person):
            return "opted-out"
        spared = o.recipient == person.ref and not SPARED.isdisjoint(person.adjustments)
        return "adjusted" if spared and o.rule.class_ == "chaser" else None

    def _switched_off(self, o: Occurrence, person: Participant) -> bool:
        """Say whether its recipient wants no mail of this class, where this programme asks them.

        Whoever wants invitations still gets those that bring one, or the link into its entry.
        """
        optional = self.policy.classes[o.rule.class_].may_be_switched_off and o.rule.case is None
        if not optional or (o.recipient, o.rule.class_) not in person.opted_out:
            return False
        return not self.timeline.tellings.carries_entry(o, person)

    def _not_for_this_mentor(self, o: Occurrence, person: Participant) -> str | None:
        """Return why the mentor who stands, or stood, gets no such mail; None: they may."""
        if self._mentor_has_gone(o, person):
            return "mentor-ended"
        return "hand-over" if self._lies_behind(o, person) else None

    def _mentor_has_gone(self, o: Occurrence, person: Participant) -> bool:
        """Say whether the mentor whom it is to, or about, mentors this person no longer.

        What a refusal, or the end itself, sets off goes on.
        """
        to_or_about = o.rule.about_mentor or o.role == "mentor"
        if not to_or_about or o.rule.anchor in (*AFTER_A_MENTOR, MENTOR_UNREACHABLE):
            return False
        ref = o.subject if o.rule.about_mentor else o.recipient
        ends = [
            m.ended_at
            for m, number in namings(o.rule, person)
            if m.ref == ref and (number == o.number or not o.rule.about_mentor)
        ]  # of the naming that it is about; the same mentor may be named anew
        return all(end is not None and end <= self.now for end in ends)

    def _lies_behind(self, o: Occurrence, person: Participant) -> bool:
        """Say whether a mentor who took over agreed after this was due: the hand-over is instead.

        What prepares for an event that is still ahead goes all the same.
        """
        mentorship = person.mentorship
        if o.role != "mentor" or o.rule.about_mentor or mentorship is None:
            return False
        if not self.policy.classes[o.rule.class_].may_be_switched_off:
            return False
        agreed = mentorship.accepted_at
        if agreed is None or not person.follows_another:
            return False
        return o.due_at < agreed and (o.event_at is None or o.event_at <= agreed)

    def _is_with_somebody(self, o: Occurrence, person: Participant, row: PastRow | None) -> bool:
        """Say whether an open case stops this rung; never one for the same case.

        What was queued together with the case, or before it, still goes beside it.
        """
        kind = o.rule.stopped_by_case
        opened = person.cases.get(kind or "")
        if opened is None or o.rule.case == kind:
            return False
        openers = (key for key, past in person.past.items() if past.outcome == "case-opened")
        is_queued = row is not None and row.outcome == "queued"
        return opened < o.due_at or not (is_queued or self.fell_due_with(o, openers))

    def fell_due_with(self, o: Occurrence, openers: Iterable[Key]) -> bool:
        """Say whether one of these rungs, which opened the case that stops this, is its twin.

        Twins are counted alike from the same event: with one, however late, goes the other.
        """
        twins = {
            (rule.step, name_of(o.subject, rule, o.number), rule.to)
            for rule in self.timeline.rules
            if rule.step == o.rule.step
            and rule.case == o.rule.stopped_by_case
            and rule.workdays == o.rule.workdays
        }
        return not twins.isdisjoint(openers)

    def _stops_after_submission(self, o: Occurrence, person: Participant) -> bool:
        if self.policy.classes[o.rule.class_].after_submission == "goes":
            return False
        state = person.sections.get(self.timeline.programme.submission)
        return state is not None and state.complete

    def _expired(self, o: Occurrence, person: Participant, row: PastRow | None) -> Verdict | None:
        ends = self.ends(o, person)
        if ends is None or self.now < ends:
            return None
        if row is not None and row.reason == "cap":
            return Verdict("skipped", "capped")
        return Verdict("expired")

    def ends(self, o: Occurrence, person: Participant) -> dt.datetime | None:
        """Return when this expires; None: it never does."""
        if o.rule.release and not is_released(o, person):
            return self.timeline.release_ends(o.due_at, o.nation)
        return self._notices.of_use_until(o, person)

    # -- holds -----------------------------------------------------------------------------

    def _waits(
        self, o: Occurrence, person: Participant, at: Situation, row: PastRow | None
    ) -> Verdict | None:
        rule, everything_waits = o.rule, self._everything_waits(o, person)
        if everything_waits is not None:
            return everything_waits
        if first_holding(rule.wait_while, at) is not None:
            return Verdict("held", "parked")
        if rule.anchor == REQUEST_SENT and o.subject in person.suppressed:
            return Verdict("held", "parked")  # nobody knows whether they have answered
        on_break = self._on_break(o, person)
        if on_break is not None:
            return on_break
        if rule.needs_join_link and not self.timeline.webinars[o.subject or ""].join_url:
            return Verdict("held", "join-link")
        if rule.release and not is_released(o, person):
            return Verdict("held", "release")
        if not self.is_fresh(o, person):
            return Verdict("held", "stale-data")
        return self._at_new_address(o, person) or self._still_held(o, row)

    def _at_new_address(self, o: Occurrence, person: Participant) -> Verdict | None:
        """Return the hold of a sign-off's link to an address that staff have to confirm first."""
        changed = self.address_to_confirm(o, person)
        if changed is None:
            return None
        return Verdict("held", "release", changed + self._confirmed_within)

    def address_to_confirm(self, o: Occurrence, person: Participant) -> dt.datetime | None:
        """Return when the address changed to which this may not bring its link; else None."""
        mentor = person.mentorship
        if o.role != "mentor" or not o.rule.until_signed_off or mentor is None:
            return None
        changed = mentor.address_changed_at
        is_new = changed is not None and self.now < changed + self._confirmed_within
        return changed if is_new else None

    @property
    def _confirmed_within(self) -> dt.timedelta:
        return dt.timedelta(weeks=self.policy.confirm_address_weeks)

    def _everything_waits(self, o: Occurrence, person: Participant) -> Verdict | None:
        """Return the hold in which all mail to this recipient about this person is; else None."""
        if self.timeline.cohort.status == "paused":
            return Verdict("held", "paused")
        if self.timeline.cohort.status == "trial" and not self._reachable(o):
            return Verdict("held", "trial")
        waits = person.parked or person.is_beside_silence(o.recipient)
        return Verdict("held", "parked") if waits else None

    def _on_break(self, o: Occurrence, person: Participant) -> Verdict | None:
        """Return the hold of what fell due before a break, and of notices; else None.

        What else falls due within is skipped. A mentor is on no break while their mentee is, and
        hears at once that their own webinar changed.
        """
        if o.rule.anchor in THROUGH_BREAKS or (is_notice(o) and o.role == "mentor"):
            return None
        back = self.timeline.back_at(person, self.now)
        if back is None:
            return None
        return Verdict("held", "paused", None if back == NEVER else back)

    def _has_to_wait(self, o: Occurrence, person: Participant) -> bool:
        """Say whether a notice to the recipient of this would have to wait now."""
        if self._everything_waits(o, person) is not None:
            return True
        return o.role != "mentor" and self._on_break(o, person) is not None

    def _still_held(self, o: Occurrence, row: PastRow | None) -> Verdict | None:
        """Return the hold that the row stands in, unless its occurrence has moved since."""
        if row is None or row.reason not in DATED or row.due_at != o.due_at:
            return None
        if row.until is None or row.until <= self.now:
            return None
        return Verdict("held", row.reason, row.until)

    def _shut(self, o: Occurrence, row: PastRow | None) -> Verdict | None:
        policy = ESCALATION if o.rule.case else self.policy.classes[o.rule.class_]
        opens, reason = self.windows.opening(policy, o.nation, self.now, bad_news=o.rule.bad_news)
        return None if reason is None else Verdict("held", reason, opens)

    def is_fresh(self, o: Occurrence, person: Participant) -> bool:
        """Say whether the data are as new as this needs them to be."""
        is_about = o.rule.for_each == "milestone" and o.subject is not None
        if is_about and self.timeline.rests_on_their_word(str(o.subject), person):
            return False  # nothing is skipped on their word: an export may not bear it out
        if not o.rule.fresh_data:
            return True
        as_of = self.timeline.cohort.as_of
        if as_of is None:
            return False
        days = self.timeline.workdays[person.nation]
        if days.count(as_of, self.today, away_counts=True) > self.policy.fresh_workdays:
            return False
        if o.event_at is None or o.due_at < o.event_at:
            return True
        known_until = dt.datetime.combine(as_of, dt.time(), self.timeline.zone)
        said = [
            row.sent_at
            for (step, occurrence, recipient), row in person.past.items()
            if step == o.rule.step
            and row.sent_at is not None
            and recipient == person.ref
            and occurrence.split("/")[0] == o.subject
        ]
        return known_until > max([o.event_at, *said])


def is_released(o: Occurrence, person: Participant) -> bool:
    """Say whether the PXM lets this go, though it is bad news."""
    return o.rule.anchor in person.released
