"""When: the moments of one participant's year, computed from the programme and never stored.

An `Occurrence` is one thing that shall happen to one recipient; its `due_at` never depends
on *now*. Wall-clock times are computed as a local date first and zoned last, so 09:00 and
17:00 hold across both clock changes.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from ats.planning.facts import CohortFacts, Key, Mentorship, Participant, WebinarFact
from ats.planning.rules import Rule, rules_of
from ats.planning.workdays import Workdays, local_moment, week_day
from config.programme import ANCHORS, Milestone, Moment, Programme, Role

MORNING = dt.time(9)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One planned thing: what, to whom, when, and until when it is of use.

    `subject` is the milestone, webinar or mentor it is about; `event_at` is the moment of
    that milestone or webinar; `useful_until` (exclusive) is None where it never grows stale.
    """

    rule: Rule
    occurrence: str
    recipient: str
    role: Role
    nation: str
    due_at: dt.datetime
    subject: str | None = None
    event_at: dt.datetime | None = None
    useful_until: dt.datetime | None = None
    too_early: bool = False  # it lies before a late joiner's first day

    @property
    def key(self) -> Key:
        return (self.rule.step, self.occurrence, self.recipient)


class Timeline:
    """The year of one cohort. Make one per plan: it remembers what it has computed."""

    def __init__(
        self, programme: Programme, cohort: CohortFacts, workdays: Mapping[str, Workdays]
    ) -> None:
        self.programme = programme
        self.cohort = cohort
        self.workdays = workdays
        self.zone = ZoneInfo(programme.timezone)
        self._shared: dict[tuple[int, str], dt.datetime | None] = {}
        self._webinar_sends: dict[tuple[int, str, str], dt.datetime] = {}
        self._slots: dict[str, list[Occurrence]] = {}
        self._stale: dict[tuple[dt.datetime, int, str], dt.datetime] = {}

    @cached_property
    def webinars(self) -> Mapping[str, WebinarFact]:
        return {w.key: w for w in self.cohort.webinars}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(r for r in rules_of(self.programme) if not r.is_staff_mail)

    @cached_property
    def _milestones(self) -> Mapping[str, Milestone]:
        return {m.key: m for m in self.programme.milestones}

    @cached_property
    def _submission_key(self) -> str:
        return next(
            m.key for m in self.programme.milestones if self.programme.submission in m.complete
        )

    # -- a person's deadlines -------------------------------------------------------------

    def due(self, key: str, person: Participant) -> dt.datetime | None:
        """Return the effective due moment of a milestone: extension, joining and pauses in it.

        None while an open pause makes it unknown.
        """
        if key in person.extensions:
            return person.extensions[key]
        milestone = self._milestones[key]
        base: dt.datetime | None
        if milestone.after_joining is not None and self.is_late_joiner(person):
            base = self._own_due(milestone.after_joining, milestone, person)
        else:
            base = self._moment(milestone.due, person)
        if base is None or not person.pauses or milestone.due.from_ in self._milestones:
            return base
        return self._after_pauses(base, person)

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

    def _after_pauses(self, base: dt.datetime, person: Participant) -> dt.datetime | None:
        day = base.astimezone(self.zone).date()
        for pause in sorted(person.pauses, key=lambda p: p.from_on):
            if day >= pause.from_on:
                if pause.until_on is None:
                    return None
                day += pause.until_on - pause.from_on
        day = self.workdays[person.nation].roll_forward(day)
        return local_moment(day, base.astimezone(self.zone).time(), self.zone)

    # -- what happens ----------------------------------------------------------------------

    def occurrences(self, person: Participant) -> Iterator[Occurrence]:
        """Yield everything planned for and about one participant, in no particular order."""
        for rule in self.rules:
            yield from self._of_rule(rule, person)

    def open_occurrences(
        self, person: Participant, until: dt.datetime, rules: Collection[Rule] | None = None
    ) -> tuple[list[Occurrence], dt.datetime | None]:
        """Return what is due by *until* or has a standing row, and the next due moment after.

        What has a final row is left out; `rules` narrows it to some of `self.rules`. The same
        as filtering `occurrences`, but what all people of a nation share is computed once.
        """
        plain = self._is_plain(person)
        standing = {key for key, row in person.past.items() if not row.is_final}
        found = [
            o
            for rule in (self._personal_rules if plain else self.rules)
            if (rules is None or rule in rules) and not self._is_settled(rule, person)
            for o in self._of_rule(rule, person)
            if _is_open(o.key, person)
        ]
        coming = min((o.due_at for o in found if o.due_at > until), default=None)
        found = [o for o in found if o.due_at <= until or o.key in standing]
        if plain:
            slots = self._shared_slots(person)
            reached = bisect_right(slots, until, key=lambda slot: slot.due_at)
            found += self._taken(slots[:reached], person, rules)
            if standing:
                later = self._taken(slots[reached:], person, rules)
                found += [o for o in later if o.key in standing]
            if reached < len(slots):
                coming = min(filter(None, (coming, slots[reached].due_at)))
        return found, coming

    def _is_plain(self, person: Participant) -> bool:
        return not (person.extensions or person.pauses or self.is_late_joiner(person))

    def _is_settled(self, rule: Rule, person: Participant) -> bool:
        """Say whether all that the rule can give has its final row."""
        if len(person.mentorships) > 1 or rule.for_each == "milestone":
            return False
        mentor = person.mentorships[0].ref if person.mentorships else None
        recipient = {"participant": person.ref, "mentor": mentor}.get(rule.to, rule.to)
        if recipient is None:
            return True
        subjects: Iterable[str | None] = (mentor if rule.about_mentor else None,)
        if rule.for_each == "webinar":
            subjects = self._subjects(rule.audience)
        names = (_name(subject, rule) for subject in subjects)
        return not any(_is_open((rule.step, name, recipient), person) for name in names)

    def _subjects(self, audience: str | None) -> list[str]:
        return [key for key, w in self.webinars.items() if w.audience == audience]

    @cached_property
    def _personal_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if not self._is_shared(rule))

    def _is_shared(self, rule: Rule) -> bool:
        """Say whether the rule gives the same moments to all plain people of a nation."""
        if rule.to == "mentor" or rule.about_mentor:
            return False
        if rule.for_each is not None:
            return True
        if rule.workdays is not None:
            return rule.anchor in self._milestones
        return rule.at is not None and rule.at.is_shared

    def _shared_slots(self, person: Participant) -> list[Occurrence]:
        """Return what the shared rules give to this person's nation, by due moment."""
        if person.nation not in self._slots:
            shared = (rule for rule in self.rules if self._is_shared(rule))
            slots = [o for rule in shared for o in self._of_rule(rule, person)]
            self._slots[person.nation] = sorted(slots, key=lambda slot: slot.due_at)
        return self._slots[person.nation]

    def _taken(
        self, slots: Iterable[Occurrence], person: Participant, rules: Collection[Rule] | None
    ) -> list[Occurrence]:
        """Return the shared slots that are open for this person, as theirs."""
        found = []
        for slot in slots:
            if rules is not None and slot.rule not in rules:
                continue
            recipient = person.ref if slot.role == "participant" else slot.recipient
            if _is_open((slot.rule.step, slot.occurrence, recipient), person):
                found.append(replace(slot, recipient=recipient))
        return found

    def _of_rule(self, rule: Rule, person: Participant) -> Iterator[Occurrence]:
        if rule.for_each == "milestone":
            yield from self._for_milestones(rule, person)
        elif rule.for_each == "webinar":
            yield from self._for_webinars(rule, person)
        elif rule.about_mentor:
            for mentorship in person.mentorships:
                yield from self._one(rule, person, mentorship, mentorship.ref)
        else:
            yield from self._one(rule, person, person.mentorship, None)

    def _for_milestones(self, rule: Rule, person: Participant) -> Iterator[Occurrence]:
        closing = self.submission_due(person)
        for milestone in self.programme.milestones:
            if milestone.ladder is not None:
                continue
            due = self.due(milestone.key, person)
            if due is None:
                continue
            at = self._rung_moment(rule, due, person)
            if closing is not None and self._local(at) >= self._local(closing):
                continue
            begun = due < self.first_moment(person)
            yield from self._occurrence(
                rule, person, person.mentorship, at, milestone.key, due, begun=begun
            )

    def _for_webinars(self, rule: Rule, person: Participant) -> Iterator[Occurrence]:
        mentorship = person.mentorship
        if rule.to == "mentor" and mentorship is None:
            return
        nation = mentorship.nation if rule.to == "mentor" and mentorship else person.nation
        for webinar in self.cohort.webinars:
            if webinar.audience != rule.audience or webinar.status == "cancelled":
                continue
            at = self.webinar_moment(rule, webinar, nation)
            yield from self._occurrence(
                rule, person, mentorship, at, webinar.key, webinar.starts_at
            )

    def _one(
        self, rule: Rule, person: Participant, mentorship: Mentorship | None, subject: str | None
    ) -> Iterator[Occurrence]:
        if rule.to == "mentor" and mentorship is None:
            return
        if rule.workdays is not None:
            anchor = self._counted_from(rule, person, mentorship)
            if anchor is None:
                return
            at: dt.datetime | None = self._rung_moment(rule, anchor, person)
        else:
            moment = rule.at_for.get(person.nation, rule.at)
            assert moment is not None
            at = self._moment(moment, person, mentorship)
        if at is None:
            return
        ended = mentorship.ended_at if mentorship else None
        if ended is not None and at >= ended and rule.anchor != "mentor-declined":
            return
        event = self._event(rule, person)
        yield from self._occurrence(rule, person, mentorship, at, subject, event)

    def _occurrence(
        self,
        rule: Rule,
        person: Participant,
        mentorship: Mentorship | None,
        at: dt.datetime,
        subject: str | None,
        event: dt.datetime | None,
        *,
        begun: bool = False,
    ) -> Iterator[Occurrence]:
        if rule.effective_from and self._local(at) < rule.effective_from:
            return
        early = False
        if self.is_late_joiner(person) and (begun or at < self.first_moment(person)):
            early = rule.late != "send"
            at = at if early else self._first_morning(person)
        recipient, nation = self._recipient(rule, person, mentorship)
        yield Occurrence(
            rule=rule,
            occurrence=_name(subject, rule),
            recipient=recipient,
            role=rule.to,
            nation=nation,
            due_at=at,
            subject=subject,
            event_at=event,
            useful_until=self._useful_until(rule, at, event, nation),
            too_early=early,
        )

    def _recipient(
        self, rule: Rule, person: Participant, mentorship: Mentorship | None
    ) -> tuple[str, str]:
        if rule.to == "participant":
            return person.ref, person.nation
        if rule.to == "mentor":
            assert mentorship is not None
            return mentorship.ref, mentorship.nation
        return rule.to, person.nation

    # -- moments ---------------------------------------------------------------------------

    def first_moment(self, person: Participant) -> dt.datetime:
        """Return the local midnight of the day from which a late joiner belongs."""
        return local_moment(person.joined_on, dt.time(), self.zone)

    def _first_morning(self, person: Participant) -> dt.datetime:
        return local_moment(person.joined_on, MORNING, self.zone)

    def _local(self, moment: dt.datetime) -> dt.date:
        return moment.astimezone(self.zone).date()

    def _rung_moment(self, rule: Rule, anchor: dt.datetime, person: Participant) -> dt.datetime:
        assert rule.workdays is not None
        days = self.workdays[person.nation]
        return local_moment(days.shift(self._local(anchor), rule.workdays), MORNING, self.zone)

    def webinar_moment(self, rule: Rule, webinar: WebinarFact, nation: str) -> dt.datetime:
        """Return when a step about this webinar is due to somebody of this nation."""
        memo = (id(rule), webinar.key, nation)
        if memo not in self._webinar_sends:
            moment = rule.at
            assert moment is not None
            day = self._offset(self._local(webinar.starts_at), moment, nation)
            if day < self._local(webinar.starts_at):
                day = self.workdays[nation].roll_back(day)
            at = local_moment(day, moment.time or MORNING, self.zone)
            self._webinar_sends[memo] = at
        return self._webinar_sends[memo]

    def moment(self, moment: Moment, person: Participant) -> dt.datetime | None:
        """Return when a moment of the programme is for this person; None: not known yet."""
        return self._moment(moment, person)

    def _moment(
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
            bound = self._moment(moment.not_before, person, mentorship)
            at = max(at, bound) if bound else at
        if moment.not_after is not None:
            bound = self._moment(moment.not_after, person, mentorship)
            at = min(filter(None, (at, bound)), default=None)
        return at

    def _from_anchor(
        self, moment: Moment, person: Participant, mentorship: Mentorship | None
    ) -> dt.datetime | None:
        assert moment.from_ is not None
        anchor = self._anchor(moment.from_, person, mentorship, moment)
        if anchor is None or not (moment.has_offset or moment.time):
            return anchor
        day = self._offset(self._local(anchor), moment, person.nation)
        return local_moment(day, moment.time or MORNING, self.zone)

    def _offset(self, day: dt.date, moment: Moment, nation: str) -> dt.date:
        if moment.workdays is not None:
            away_counts = moment.from_ in ANCHORS or moment.from_ not in self._milestones
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
        if name not in ANCHORS:
            webinar = self.webinars.get(name)
            return webinar.starts_at if webinar else self.due(name, person)
        if mentorship is None:
            return None
        return {
            "mentor-named": mentorship.named_at,
            "request-sent": mentorship.request_sent_at,
            "mentor-accepted": mentorship.accepted_at,
            "mentor-declined": mentorship.declined_at,
        }[name]

    def _counted_from(
        self, rule: Rule, person: Participant, mentorship: Mentorship | None
    ) -> dt.datetime | None:
        """Return the moment a rung is counted from: a milestone's due moment before an event's."""
        assert rule.anchor is not None
        if rule.anchor in self._milestones:
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

    def _event(self, rule: Rule, person: Participant) -> dt.datetime | None:
        name = rule.anchor
        if name is None or name not in self._milestones or (name in ANCHORS and not rule.is_ladder):
            return None
        return self.due(name, person)

    def _useful_until(
        self, rule: Rule, at: dt.datetime, event: dt.datetime | None, nation: str
    ) -> dt.datetime | None:
        if rule.case is not None:
            return None
        if event is not None and at < event:
            return event
        useful = rule.useful_workdays
        if useful is None:
            return None
        memo = (at, useful, nation)
        if memo not in self._stale:
            last = self.workdays[nation].shift(self._local(at), useful)
            self._stale[memo] = local_moment(last + dt.timedelta(days=1), dt.time(), self.zone)
        return self._stale[memo]


def _name(subject: str | None, rule: Rule) -> str:
    return "/".join(part for part in (subject, rule.rung, "1") if part)


def _is_open(key: Key, person: Participant) -> bool:
    row = person.past.get(key)
    return row is None or not row.is_final
