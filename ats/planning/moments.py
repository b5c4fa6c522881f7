"""Moments of one cohort: effective deadlines, anchors, offsets. Computed, never stored.

Wall-clock times are computed as a local date first and zoned last, so 09:00 and 17:00 hold
across both clock changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from zoneinfo import ZoneInfo

from ats.planning import rules
from ats.planning.facts import CohortFacts, Mentorship, Participant, Pause, WebinarFact
from ats.planning.rules import Rule
from ats.planning.workdays import Workdays, local_moment, week_day
from config.programme import ANCHORS, Milestone, Moment, Programme

MORNING = dt.time(9)
#: The ends of a mentorship after which the participant goes on and needs another mentor.
LEAVES_TO_LOOK = ("replaced", "resigned")
_DAY = dt.timedelta(days=1)
#: Later than any moment of any year.
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


class Moments:
    """The moments of one cohort. What all people of a nation share is computed once."""

    def __init__(
        self, programme: Programme, cohort: CohortFacts, workdays: Mapping[str, Workdays]
    ) -> None:
        self.programme = programme
        self.cohort = cohort
        self.workdays = workdays
        self.zone = ZoneInfo(programme.timezone)
        self._shared: dict[tuple[int, str], dt.datetime | None] = {}
        self._webinar_sends: dict[tuple[int, str, str], dt.datetime] = {}

    @cached_property
    def webinars(self) -> Mapping[str, WebinarFact]:
        return {w.key: w for w in self.cohort.webinars}

    @cached_property
    def milestones_by_key(self) -> Mapping[str, Milestone]:
        return {m.key: m for m in self.programme.milestones}

    @cached_property
    def _submission_key(self) -> str:
        return next(
            m.key for m in self.programme.milestones if self.programme.submission in m.complete
        )

    # -- a person's deadlines -------------------------------------------------------------

    def due(self, key: str, person: Participant) -> dt.datetime | None:
        """Return the effective due moment of a milestone: extension, joining and pauses in it.

        None while an open pause makes it unknown. An extended one is moved by those pauses only
        that were agreed after the extension; the others were known when its day was.
        """
        if key in person.extensions:
            extended_at = person.extended_at.get(key)
            later = [p for p in person.pauses if _is_later(p.agreed_at, extended_at)]
            return self._after_pauses(person.extensions[key], person, later)
        milestone = self.milestones_by_key[key]
        base: dt.datetime | None
        if milestone.after_joining is not None and self.is_late_joiner(person):
            base = self._own_due(milestone.after_joining, milestone, person)
        else:
            base = self.moment_of(milestone.due, person)
        if base is None or not person.pauses or milestone.due.from_ in self.milestones_by_key:
            return base
        return self._after_pauses(base, person, person.pauses)

    def deadlines(self, person: Participant) -> dict[str, dt.datetime]:
        """Return every milestone's effective due moment, in the programme's order."""
        dues = ((m.key, self.due(m.key, person)) for m in self.programme.milestones)
        return {key: due for key, due in dues if due is not None}

    def is_late_joiner(self, person: Participant) -> bool:
        return person.joined_on > self.cohort.starts

    def submission_due(self, person: Participant) -> dt.datetime | None:
        return self.due(self._submission_key, person)

    def _own_due(
        self, after_joining: Moment, milestone: Milestone, person: Participant
    ) -> dt.datetime:
        weeks, days = after_joining.weeks or 0, after_joining.days or 0
        day = person.joined_on + dt.timedelta(weeks=weeks, days=days)
        day = self.workdays[person.nation].roll_forward(day)
        return local_moment(day, milestone.due.time or MORNING, self.zone)

    def _after_pauses(
        self, base: dt.datetime, person: Participant, pauses: Collection[Pause]
    ) -> dt.datetime | None:
        if not pauses:
            return base
        day = base.astimezone(self.zone).date()
        for pause in sorted(pauses, key=lambda p: p.from_on):
            if day >= pause.from_on:
                if pause.until_on is None:
                    return None
                day += pause.until_on - pause.from_on
        day = self.workdays[person.nation].roll_forward(day)
        return local_moment(day, base.astimezone(self.zone).time(), self.zone)

    # -- moments ---------------------------------------------------------------------------

    def first_moment(self, person: Participant) -> dt.datetime:
        """Return the local midnight of the day from which a late joiner belongs."""
        return local_moment(person.joined_on, dt.time(), self.zone)

    def first_morning(self, person: Participant) -> dt.datetime:
        """Return 09:00 of the day from which a late joiner belongs."""
        return local_moment(person.joined_on, MORNING, self.zone)

    def back_at(self, person: Participant, now: dt.datetime) -> dt.datetime | None:
        """Return the morning on which somebody is back from a break that they are on.

        None if they are on none, NEVER while the day of return is not known.
        """
        back = now
        for pause in sorted(person.pauses, key=lambda pause: pause.from_on):
            if back == NEVER or pause.from_on > self.local_date(back):
                break
            until = pause.until_on
            back = max(back, local_moment(until, MORNING, self.zone)) if until else NEVER
        return back if back > now else None

    def local_date(self, moment: dt.datetime) -> dt.date:
        """Return the local date of a moment."""
        return moment.astimezone(self.zone).date()

    def release_ends(self, due_at: dt.datetime, nation: str) -> dt.datetime:
        """Return when something due then, in a nation, has waited for its release in vain."""
        due = due_at.astimezone(self.zone)
        days = self.programme.send_policy.release_workdays
        day = self.workdays[nation].shift(due.date(), days)
        return dt.datetime.combine(day, due.time(), self.zone)

    def rung_moment(self, rule: Rule, anchor: dt.datetime, person: Participant) -> dt.datetime:
        """Return 09:00 of a rung's day, counted from its anchor in the person's working days."""
        assert rule.workdays is not None
        days = self.workdays[person.nation]
        return local_moment(days.shift(self.local_date(anchor), rule.workdays), MORNING, self.zone)

    def waited_for(
        self, at: dt.datetime, sent: dt.datetime, ref: str, person: Participant
    ) -> dt.datetime | None:
        """Return a rung's moment later by the working days on which no mail got through to *ref*.

        Days until the request was *sent* are none of them. None while no mail gets through yet.
        """
        days, day = self.workdays[person.nation], self.local_date(at)
        counted = self.local_date(sent)
        for since, until in person.mended.get(ref, ()):
            if local_moment(day, MORNING, self.zone) >= since:
                last = self.local_date(until) - _DAY
                lost_after = max(counted, self.local_date(since) - _DAY)
                day = days.shift(day, days.count(lost_after, last))
                counted = max(counted, last)
        at = local_moment(day, MORNING, self.zone)
        down = person.suppressed.get(ref)
        return None if down is not None and at >= down else at

    def webinar_moment(self, rule: Rule, webinar: WebinarFact, nation: str) -> dt.datetime:
        """Return when a step about this webinar is due to somebody of this nation."""
        memo = (id(rule.at), webinar.key, nation)  # the programme keeps its moments alive
        if memo not in self._webinar_sends:
            moment = rule.at
            assert moment is not None
            day = self._offset(self.local_date(webinar.starts_at), moment, nation)
            if day < self.local_date(webinar.starts_at):
                day = self.workdays[nation].roll_back(day)
            at = local_moment(day, moment.time or MORNING, self.zone)
            self._webinar_sends[memo] = at
        return self._webinar_sends[memo]

    def webinar_moments(
        self, rule: Rule, webinar: WebinarFact, nation: str
    ) -> Iterator[tuple[int, dt.datetime]]:
        """Yield (number, due moment) of what a step has to say about a webinar."""
        match rule.anchor:
            case rules.WEBINAR_MOVED:
                yield from ((n, _whole(move.at)) for n, move in enumerate(webinar.moves, 1))
            case rules.WEBINAR_CANCELLED:
                ends = (change for change in webinar.changes if change.starts_at is None)
                yield from ((n, _whole(end.at)) for n, end in enumerate(ends, 1))
            case rules.WEBINAR_RECORDED:
                if webinar.recorded_at is not None:
                    yield 1, webinar.recorded_at
                    moves = (change.at for change in webinar.readdressed)
                    yield from ((n, _whole(at)) for n, at in enumerate(moves, 2))
            case _ if webinar.status != "cancelled":
                at = self.webinar_moment(rule, webinar, nation)
                most = 1 + len(webinar.moves) if rule.repeats else 1
                yield from ((n, at) for n in range(1, most + 1))

    def happened(
        self, rule: Rule, person: Participant
    ) -> Iterator[tuple[int, dt.datetime, dt.datetime | None]]:
        """Yield (number, due moment, of use until) of what counts from what staff change."""
        if rule.anchor == rules.DATES_CHANGED:
            for number, at in enumerate(person.dates_changed, 1):
                yield number, _whole(at), None
            return
        assert rule.at is not None
        for number, (day, settled_at, after) in self._returns(person):
            before = self._offset(day, rule.at, person.nation)
            at = local_moment(before, rule.at.time or MORNING, self.zone)
            at = max(at, _whole(settled_at)) if settled_at else at
            until = local_moment(day - dt.timedelta(days=1), MORNING, self.zone)
            if at < until and (after is None or before > after):
                yield number, at, until

    def _returns(
        self, person: Participant
    ) -> Iterator[tuple[int, tuple[dt.date, dt.datetime | None, dt.date | None]]]:
        """Yield each return by number: its day, when that was settled, the day before it all.

        Who comes back into a running cohort gets nothing before that day but the catch-up on it.
        """
        if person.restarted_at is not None and not self.is_late_joiner(person):
            yield 1, (self.cohort.starts, person.restarted_at, None)
        first = 1 if person.restarted_at is None else 2
        for number, pause in enumerate(sorted(person.pauses, key=lambda p: p.from_on), first):
            if pause.until_on is not None:
                yield number, (pause.until_on, pause.set_at, pause.from_on)

    def moment(self, moment: Moment, person: Participant) -> dt.datetime | None:
        """Return when a moment of the programme is for this person; None: not known yet."""
        return self.moment_of(moment, person)

    def moment_of(
        self, moment: Moment, person: Participant, mentorship: Mentorship | None = None
    ) -> dt.datetime | None:
        if moment.is_shared:
            memo = (id(moment), person.nation)
            if memo not in self._shared:
                self._shared[memo] = self._resolve(moment, person, None)
            return self._shared[memo]
        return self._resolve(moment, person, mentorship)

    def _resolve(
        self, moment: Moment, person: Participant, mentorship: Mentorship | None
    ) -> dt.datetime | None:
        at: dt.datetime | None
        if moment.week is not None:
            assert moment.day is not None
            day = week_day(self.cohort.starts, moment.week, moment.day)
            at = local_moment(day, moment.time or MORNING, self.zone)
        else:
            at = self._from_anchor(moment, person, mentorship)
        if moment.not_before is not None and at is not None:
            bound = self.moment_of(moment.not_before, person, mentorship)
            at = max(at, bound) if bound else at
        if moment.not_after is not None:
            bound = self.moment_of(moment.not_after, person, mentorship)
            at = min(filter(None, (at, bound)), default=None)
        return at

    def _from_anchor(
        self, moment: Moment, person: Participant, mentorship: Mentorship | None
    ) -> dt.datetime | None:
        assert moment.from_ is not None
        anchor = self._anchor(moment.from_, person, mentorship, moment)
        if anchor is None or not (moment.has_offset or moment.time):
            return anchor
        day = self._offset(self.local_date(anchor), moment, person.nation)
        return local_moment(day, moment.time or MORNING, self.zone)

    def _offset(self, day: dt.date, moment: Moment, nation: str) -> dt.date:
        if moment.workdays is not None:
            away_counts = moment.from_ in ANCHORS or moment.from_ not in self.milestones_by_key
            return self.workdays[nation].shift(day, moment.workdays, away_counts=away_counts)
        return day + dt.timedelta(days=moment.days or 0, weeks=moment.weeks or 0)

    def _anchor(
        self, name: str, person: Participant, mentorship: Mentorship | None, moment: Moment | None
    ) -> dt.datetime | None:
        match name:
            case "start":
                return local_moment(self.cohort.starts, dt.time(), self.zone)
            case "accepted":
                return person.accepted_at
            case "joined":
                return self.first_moment(person)
            case "sections-complete":
                return self._complete_since(person, moment.sections if moment else None)
            case "submission-received":
                state = person.sections.get(self.programme.submission)
                return state.complete_seen_at if state and state.complete else None
            case rules.LEFT:
                return person.left_at
            case rules.PARTICIPANT_UNREACHABLE:
                return _unreachable_to_mentor_since(mentorship, person)
        if name not in ANCHORS:
            webinar = self.webinars.get(name)
            return webinar.starts_at if webinar else self.due(name, person)
        if mentorship is None:
            return None
        return {
            "mentor-named": mentorship.named_at,
            rules.REQUEST_SENT: mentorship.request_sent_at,
            "mentor-accepted": mentorship.accepted_at,
            "mentor-declined": mentorship.declined_at,
            rules.MENTORING_ENDED: _stood_down_at(mentorship),
            rules.MENTOR_UNREACHABLE: _unreachable_since(mentorship, person),
            rules.MENTOR_LOST: self._lost_at(mentorship, person),
        }[name]

    def _lost_at(self, mentorship: Mentorship, person: Participant) -> dt.datetime | None:
        """Return when this left somebody to look for another mentor: once they are on no break."""
        lost = mentorship.declined_at
        if mentorship.ended_because in LEAVES_TO_LOOK:
            lost = mentorship.ended_at
        if lost is None:
            return None
        back = self.back_at(person, lost) or lost
        return None if back == NEVER else back

    def counted_from(
        self, rule: Rule, person: Participant, mentorship: Mentorship | None
    ) -> dt.datetime | None:
        """Return the moment a rung is counted from: a milestone's due moment before an event's."""
        assert rule.anchor is not None
        if rule.anchor in self.milestones_by_key:
            return self.due(rule.anchor, person)
        return self._anchor(rule.anchor, person, mentorship, None)

    def _complete_since(
        self, person: Participant, sections: tuple[str, ...] | None
    ) -> dt.datetime | None:
        if sections is None:
            sections = tuple(
                s.key for s in self.programme.sections if s.key != self.programme.submission
            )
        states = [person.sections.get(key) for key in sections]
        seen = [s.complete_seen_at for s in states if s and s.complete and s.complete_seen_at]
        return max(seen) if len(seen) == len(sections) else None


def _is_later(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    return one is not None and other is not None and one > other


def _stood_down_at(mentorship: Mentorship) -> dt.datetime | None:
    """Return when staff ended a mentorship that the mentor knew of."""
    known = mentorship.request_sent_at or mentorship.accepted_at
    return mentorship.ended_at if known and mentorship.ended_because else None


def _unreachable_since(mentorship: Mentorship, person: Participant) -> dt.datetime | None:
    since = person.suppressed.get(mentorship.ref)
    return max(since, mentorship.named_at) if since else None


def _unreachable_to_mentor_since(
    mentorship: Mentorship | None, person: Participant
) -> dt.datetime | None:
    """Return since when somebody's mentor, who has agreed, is whom to ask for another address."""
    since = person.suppressed.get(person.ref)
    accepted = mentorship.accepted_at if mentorship else None
    return max(since, accepted) if since and accepted else None


def _whole(moment: dt.datetime) -> dt.datetime:
    """Return a moment in whole seconds: a change is due as soon as it is made."""
    return moment.replace(microsecond=0)
