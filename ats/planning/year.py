"""When: the moments of one participant's year, computed from the programme and never stored.

An `Occurrence` is one thing that shall happen to one recipient; its `due_at` never depends
on *now*. Wall-clock times are computed as a local date first and zoned last, so 09:00 and
17:00 hold across both clock changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from ats.planning.again import original, repeats
from ats.planning.facts import CohortFacts, Key, Mentorship, Participant, WebinarFact
from ats.planning.invited import invitation_number, invited_from
from ats.planning.moments import Moments
from ats.planning.occurrence import Occurrence, name_of, namings
from ats.planning.rules import (
    AFTER_A_MENTOR,
    DATES_CHANGED,
    INVITATIONS_CHOSEN,
    MENTOR_UNREACHABLE,
    REQUEST_SENT,
    RETURN,
    UNREACHABLE,
    WEBINAR_RECORDED,
    Rule,
    rules_of,
)
from ats.planning.told import Tellings
from ats.planning.workdays import Workdays, local_moment
from config.programme import ANCHORS, Programme
from config.vocabulary import nation_of


class Year(Moments):
    """What the rules of a programme give to one participant of a cohort."""

    def __init__(
        self, programme: Programme, cohort: CohortFacts, workdays: Mapping[str, Workdays]
    ) -> None:
        super().__init__(programme, cohort, workdays)
        self.rules = tuple(r for r in rules_of(programme) if not r.is_staff_mail)
        self.tellings = Tellings.of(self.rules, cohort.webinars)
        self._stale: dict[tuple[dt.datetime, int, str], dt.datetime] = {}

    def occurrences(self, person: Participant) -> Iterator[Occurrence]:
        """Yield everything planned for and about one participant, in no particular order."""
        for rule in self.rules:
            yield from (o for o in self.of_rule(rule, person) if self.is_called_for(o, person))
        yield from self.again(person)

    def again(
        self, person: Participant, rules: Collection[Rule] | None = None
    ) -> Iterator[Occurrence]:
        """Yield what goes or went again, where it is still planned; of some rules if given."""
        repeated = [key for key in person.past if repeats(key)]
        steps = {step for step, _, _ in repeated}
        found = {
            o.key: o
            for rule in (self.rules if rules is None else rules)
            if rule.step in steps
            for o in self.of_rule(rule, person)
        }
        for step, occurrence, recipient in repeated:
            first = found.get((step, original(occurrence), recipient))
            if first is not None and self.is_called_for(first, person):
                yield replace(first, occurrence=occurrence)

    def is_called_for(self, o: Occurrence, person: Participant) -> bool:
        """Say whether a repeat is: the one before it went, or ended, for another time.

        Of a recording: with another address. A call is where it was agreed.
        """
        if o.rule.by_phone and "phone-instead" not in person.adjustments:
            return False
        if o.number > 1 and o.rule.anchor == WEBINAR_RECORDED:
            return self._has_another_address(o, person)
        if o.number == 1 or not o.rule.repeats:
            return True
        before = person.past.get(
            (o.rule.step, name_of(o.subject, o.rule, o.number - 1), o.recipient)
        )
        if before is None or not before.is_final:
            return False
        ended, webinar = before.sent_at or before.decided_at, self.webinars[o.subject or ""]
        return ended is not None and webinar.start_as_of(ended) != webinar.starts_at

    def _has_another_address(self, o: Occurrence, person: Participant) -> bool:
        """Say whether this told, or is to tell, of another address than the one sent before."""
        row, webinar = person.past.get(o.key), self.webinars[o.subject or ""]
        if row is not None and row.is_final:
            return True
        if o.number <= len(webinar.readdressed):
            return False  # it has changed once more
        told = self.tellings.told_recording(person, o.recipient, webinar)
        return told is not None and told != webinar.recording_url

    def rests_on_their_word(self, milestone: str, person: Participant) -> bool:
        """Say whether somebody told us that it is done, and no export is newer than that."""
        said, as_of = person.done.get(milestone), self.cohort.as_of
        return said is not None and (as_of is None or as_of <= self.local_date(said))

    def of_rule(self, rule: Rule, person: Participant) -> Iterator[Occurrence]:
        """Yield what one rule gives to a participant, called for or not."""
        if rule.for_each == "milestone":
            yield from self._for_milestones(rule, person)
        elif rule.for_each == "webinar":
            yield from self._for_webinars(rule, person)
        elif rule.anchor in (DATES_CHANGED, RETURN):
            for number, at, until in self.happened(rule, person):
                yield from self._occurrence(
                    rule, person, person.mentorship, at, None, None, until=until, number=number
                )
        elif rule.anchor in UNREACHABLE:
            yield from self._unreachable(rule, person)
        elif rule.about_mentor:
            for mentorship, number in namings(rule, person):
                yield from self._one(rule, person, mentorship, mentorship.ref, number)
        elif rule.until_signed_off and rule.to == "mentor":
            for mentorship, number in namings(rule, person):
                if mentorship is person.mentorship:
                    yield from self._one(rule, person, mentorship, None, number)
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
            for number in _rounds(rule, person, milestone.key, milestone.key):
                yield from self._occurrence(
                    rule,
                    person,
                    person.mentorship,
                    at,
                    milestone.key,
                    due,
                    begun=begun,
                    number=number,
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

    def _unreachable(self, rule: Rule, person: Participant) -> Iterator[Occurrence]:
        """Yield what asks for another address, once each time that one fails, while it does."""
        mentorship = person.mentorship
        mentor = mentorship.ref if mentorship else None
        ref = mentor if rule.anchor == MENTOR_UNREACHABLE else person.ref
        if ref is not None and ref in person.suppressed:
            number = len(person.mended.get(ref, ())) + 1
            subject = ref if rule.about_mentor else None
            yield from self._one(rule, person, mentorship, subject, number)

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
            if rule.anchor == REQUEST_SENT and mentorship is not None and at is not None:
                at = self.waited_for(at, anchor, mentorship.ref, person)
        else:
            moment = rule.at_for.get(nation_of(person.nation), rule.at)
            assert moment is not None
            at = self.moment_of(moment, person, mentorship)
        if at is not None and mentorship is not None and rule.until_signed_off:
            at = _in_its_round(rule, at, mentorship)
        if at is None:
            return
        ended = mentorship.ended_at if mentorship else None
        if ended is not None and at >= ended and rule.anchor not in AFTER_A_MENTOR:
            return
        event = self._event(rule, person)
        for each in _rounds(rule, person, rule.anchor, subject, number):
            yield from self._occurrence(rule, person, mentorship, at, subject, event, number=each)

    def _occurrence(
        self,
        rule: Rule,
        person: Participant,
        mentorship: Mentorship | None,
        at: dt.datetime,
        subject: str | None,
        event: dt.datetime | None,
        *,
        until: dt.datetime | None = None,
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
            useful_until=until or self._useful_until(rule, at, event, nation),
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


def _rounds(
    rule: Rule, person: Participant, milestone: str | None, subject: str | None, first: int = 1
) -> Iterator[int]:
    """Yield the numbers of what a rule gives about a milestone.

    Where more time is agreed after somebody was to take it up, they are to again if the new date
    is missed, too. Participants are not: nothing that was sent to them is repeated.
    """
    yield first
    agreed_at = person.extended_at.get(milestone or "") if rule.case else None
    if agreed_at is None:
        return
    number = first
    while _came_before(agreed_at, (rule.step, name_of(subject, rule, number), rule.to), person):
        number += 1
        yield number


def _came_before(moment: dt.datetime, key: Key, person: Participant) -> bool:
    row = person.past.get(key)
    if row is None or not row.is_final:
        return False
    ended = row.sent_at or row.decided_at
    return ended is not None and ended <= moment


def _in_its_round(rule: Rule, at: dt.datetime, mentorship: Mentorship) -> dt.datetime | None:
    """Return when this is due in the round of sign-off that stands; None: it lies before it.

    What was asked for before a sign-off was reopened is asked for again then, but nobody is
    reminded of what they were asked a moment ago.
    """
    begun = mentorship.sign_off_reopened_at
    if begun is None or at >= begun:
        return at
    return None if rule.is_ladder and rule.case is None else begun.replace(microsecond=0)
