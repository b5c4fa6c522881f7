"""When: the moments of one participant's year, computed from the programme and never stored.

An `Occurrence` is one thing that shall happen to one recipient; its `due_at` never depends
on *now*. Wall-clock times are computed as a local date first and zoned last, so 09:00 and
17:00 hold across both clock changes.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from functools import cached_property

from ats.planning.facts import CohortFacts, Key, Mentorship, Participant, WebinarFact
from ats.planning.invited import invitation_number, invited_from
from ats.planning.moments import Moments
from ats.planning.occurrence import Occurrence, is_open, name_of
from ats.planning.rules import INVITATIONS_CHOSEN, Rule, rules_of
from ats.planning.told import Tellings
from ats.planning.workdays import Workdays, local_moment
from config.programme import ANCHORS, Programme
from config.vocabulary import nation_of

__all__ = ["Occurrence", "Timeline"]

#: People whose own occurrences are remembered at once.
REMEMBERED = 2000


class Timeline(Moments):
    """The year of one cohort. Make one per plan: it remembers what it has computed."""

    def __init__(
        self, programme: Programme, cohort: CohortFacts, workdays: Mapping[str, Workdays]
    ) -> None:
        super().__init__(programme, cohort, workdays)
        self.rules = tuple(r for r in rules_of(programme) if not r.is_staff_mail)
        self.tellings = Tellings.of(self.rules, cohort.webinars)
        self._slots: dict[str, list[Occurrence]] = {}
        self._owned: dict[Hashable, list[Occurrence]] = {}
        self._stale: dict[tuple[dt.datetime, int, str], dt.datetime] = {}

    def has_dates_of(self, cohort: CohortFacts) -> bool:
        """Say whether everything in this year is when it would be for these facts."""
        known = self.cohort
        return (known.starts, known.webinars) == (cohort.starts, cohort.webinars)

    def with_data(self, cohort: CohortFacts) -> Timeline:
        """Return this year under facts of the same dates, with another export or status, say.

        What has been computed is shared, for no date depends on these.
        """
        assert self.has_dates_of(cohort)
        renewed = copy(self)
        renewed.cohort = cohort
        return renewed

    # -- what happens ----------------------------------------------------------------------

    def occurrences(self, person: Participant) -> Iterator[Occurrence]:
        """Yield everything planned for and about one participant, in no particular order."""
        for rule in self.rules:
            yield from (o for o in self._of_rule(rule, person) if self._is_called_for(o, person))

    def open_occurrences(
        self, person: Participant, until: dt.datetime, rules: Collection[Rule] | None = None
    ) -> tuple[list[Occurrence], dt.datetime | None]:
        """Return what is due by *until* or has a standing row, and the next due moment after.

        What has a final row is left out; `rules` narrows it to some of `self.rules`. The same
        as filtering `occurrences`, but what all people of a nation share is computed once.
        """
        plain = self.is_plain(person)
        standing = {key for key, row in person.past.items() if not row.is_final}
        found = [
            o
            for o in self._own(person, rules, plain=plain)
            if is_open(o.key, person) and self._is_called_for(o, person)
        ]
        coming = min((o.due_at for o in found if o.due_at > until), default=None)
        found = [o for o in found if o.due_at <= until or o.key in standing]
        if plain:
            slots = self.shared_slots(person.nation)
            reached = bisect_right(slots, until, key=lambda slot: slot.due_at)
            found += self._taken(slots[:reached], person, rules)
            if standing:
                found += self._taken(slots[reached:], person, rules, only=standing)
            if reached < len(slots):
                coming = min(filter(None, (coming, slots[reached].due_at)))
        return found, coming

    def is_plain(self, person: Participant) -> bool:
        """Say whether nothing moves this person's year: it is that of their nation."""
        return not (person.extensions or person.pauses or self.is_late_joiner(person))

    def _own(
        self, person: Participant, rules: Collection[Rule] | None, *, plain: bool
    ) -> list[Occurrence]:
        """Return what the rules, or some, give to this person, but for what others share.

        What all of them give is remembered.
        """
        mine = self._personal_rules if plain else self._planned_rules
        if rules is not None:
            mine = (*mine, *self._invitation_rules)
            return [o for rule in mine if rule in rules for o in self._of_rule(rule, person)]
        memo = (
            person.id,
            person.ref,
            person.nation,
            person.joined_on,
            person.accepted_at,
            person.mentorships,
            person.pauses,
            tuple(person.extensions.items()),
            tuple((key, s.complete, s.complete_seen_at) for key, s in person.sections.items()),
        )
        if memo not in self._owned:
            if len(self._owned) >= REMEMBERED:
                self._owned.clear()
            self._owned[memo] = [o for rule in mine for o in self._of_rule(rule, person)]
        return self._owned[memo] + self._invitations(person)

    def _invitations(self, person: Participant) -> list[Occurrence]:
        """Return what those who chose it are due; it hangs on what they have had, too."""
        if person.invited_since is None and not any(m.invited_since for m in person.mentorships):
            return []
        return [o for rule in self._invitation_rules for o in self._of_rule(rule, person)]

    @cached_property
    def _invitation_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.anchor == INVITATIONS_CHOSEN)

    @cached_property
    def _planned_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.anchor != INVITATIONS_CHOSEN)

    @cached_property
    def _personal_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self._planned_rules if not self._is_shared(rule))

    def _is_shared(self, rule: Rule) -> bool:
        """Say whether the rule gives the same moments to all plain people of a nation."""
        if rule.to == "mentor" or rule.about_mentor or rule.anchor == INVITATIONS_CHOSEN:
            return False
        if rule.for_each is not None:
            return True
        if rule.workdays is not None:
            return rule.anchor in self.milestones_by_key
        return rule.at is not None and rule.at.is_shared

    def shared_slots(self, nation: str) -> list[Occurrence]:
        """Return what all plain people of a nation share, by due moment.

        Slots for a participant have no recipient yet.
        """
        if nation not in self._slots:
            anybody = Participant(
                id=0,
                ref="",
                nation=nation,
                joined_on=self.cohort.starts,
                accepted_at=local_moment(self.cohort.starts, dt.time(), self.zone),
            )
            shared = (rule for rule in self.rules if self._is_shared(rule))
            slots = [o for rule in shared for o in self._of_rule(rule, anybody)]
            self._slots[nation] = sorted(slots, key=lambda slot: slot.due_at)
        return self._slots[nation]

    def _taken(
        self,
        slots: Iterable[Occurrence],
        person: Participant,
        rules: Collection[Rule] | None,
        only: Collection[Key] | None = None,
    ) -> list[Occurrence]:
        """Return the shared slots that are open for this person, as theirs; some *only*."""
        found = []
        for slot in slots:
            if rules is not None and slot.rule not in rules:
                continue
            recipient = person.ref if slot.role == "participant" else slot.recipient
            key = (slot.rule.step, slot.occurrence, recipient)
            if (only is None or key in only) and is_open(key, person):
                mine = replace(slot, recipient=recipient)
                if self._is_called_for(mine, person):
                    found.append(mine)
        return found

    def _is_called_for(self, o: Occurrence, person: Participant) -> bool:
        """Say whether a repeat is: the one before it went, or ended, for another time."""
        if o.number == 1 or not o.rule.repeats:
            return True
        before = person.past.get(
            (o.rule.step, name_of(o.subject, o.rule, o.number - 1), o.recipient)
        )
        if before is None or not before.is_final:
            return False
        ended, webinar = before.sent_at or before.decided_at, self.webinars[o.subject or ""]
        return ended is not None and webinar.start_as_of(ended) != webinar.starts_at

    def _of_rule(self, rule: Rule, person: Participant) -> Iterator[Occurrence]:
        if rule.for_each == "milestone":
            yield from self._for_milestones(rule, person)
        elif rule.for_each == "webinar":
            yield from self._for_webinars(rule, person)
        elif rule.about_mentor:
            named: Counter[str] = Counter()
            for mentorship in person.mentorships:
                named[mentorship.ref] += 1  # the same mentor named again is asked again
                number = named[mentorship.ref]
                yield from self._one(rule, person, mentorship, mentorship.ref, number)
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
            at = self.rung_moment(rule, due, person)
            if closing is not None and self.local_date(at) >= self.local_date(closing):
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
            if webinar.audience == rule.audience:
                moments = (
                    self._invited(rule, webinar, person)
                    if rule.anchor == INVITATIONS_CHOSEN
                    else self.webinar_moments(rule, webinar, nation)
                )
                for number, at in moments:
                    yield from self._occurrence(
                        rule,
                        person,
                        mentorship,
                        at,
                        webinar.key,
                        webinar.starts_at,
                        number=number,
                    )

    def _invited(
        self, rule: Rule, webinar: WebinarFact, person: Participant
    ) -> Iterator[tuple[int, dt.datetime]]:
        """Yield (number, due moment) of the invitation to a webinar that was still ahead."""
        since = invited_from(rule, person)
        if since is None or webinar.status == "cancelled":
            return
        at = max(since, self.first_morning(person)) if self.is_late_joiner(person) else since
        if at < webinar.starts_at:
            yield invitation_number(rule, webinar, person, since), since

    def _one(
        self,
        rule: Rule,
        person: Participant,
        mentorship: Mentorship | None,
        subject: str | None,
        number: int = 1,
    ) -> Iterator[Occurrence]:
        if rule.to == "mentor" and mentorship is None:
            return
        if rule.workdays is not None:
            anchor = self.counted_from(rule, person, mentorship)
            if anchor is None:
                return
            at: dt.datetime | None = self.rung_moment(rule, anchor, person)
        else:
            moment = rule.at_for.get(nation_of(person.nation), rule.at)
            assert moment is not None
            at = self.moment_of(moment, person, mentorship)
        if at is None:
            return
        ended = mentorship.ended_at if mentorship else None
        if ended is not None and at >= ended and rule.anchor != "mentor-declined":
            return
        event = self._event(rule, person)
        yield from self._occurrence(rule, person, mentorship, at, subject, event, number=number)

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
        number: int = 1,
    ) -> Iterator[Occurrence]:
        if rule.effective_from and self.local_date(at) < rule.effective_from:
            return
        early = False
        if self.is_late_joiner(person) and (begun or at < self.first_moment(person)):
            early = rule.late != "send"
            at = at if early else self.first_morning(person)
        recipient, nation = self._recipient(rule, person, mentorship)
        yield Occurrence(
            rule=rule,
            occurrence=name_of(subject, rule, number),
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

    def _event(self, rule: Rule, person: Participant) -> dt.datetime | None:
        if rule.useful_milestone is not None:
            return self.due(rule.useful_milestone, person)
        name = rule.anchor
        if (
            name is None
            or name not in self.milestones_by_key
            or (name in ANCHORS and not rule.is_ladder)
        ):
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
            last = self.workdays[nation].shift(self.local_date(at), useful)
            self._stale[memo] = local_moment(last + dt.timedelta(days=1), dt.time(), self.zone)
        return self._stale[memo]
