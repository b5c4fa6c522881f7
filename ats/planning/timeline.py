"""The year of a cohort: what its people share is computed once, and what is open is found soon."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Hashable, Iterable, Mapping
from copy import copy
from dataclasses import replace
from functools import cached_property

from ats.planning.again import repeats
from ats.planning.facts import CohortFacts, Key, Participant
from ats.planning.occurrence import Occurrence, is_open
from ats.planning.rules import INVITATIONS_CHOSEN, Rule
from ats.planning.workdays import Workdays, local_moment
from ats.planning.year import Year
from config.programme import Programme

__all__ = ["Occurrence", "Timeline"]

#: People whose own occurrences are remembered at once.
REMEMBERED = 2000


class Timeline(Year):
    """The year of one cohort. Make one per plan: it remembers what it has computed."""

    def __init__(
        self, programme: Programme, cohort: CohortFacts, workdays: Mapping[str, Workdays]
    ) -> None:
        super().__init__(programme, cohort, workdays)
        self._slots: dict[str, list[Occurrence]] = {}
        self._owned: dict[Hashable, list[Occurrence]] = {}

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
            if is_open(o.key, person) and self.is_called_for(o, person)
        ]
        if any(repeats(key) for key in standing):
            found += [o for o in self.again(person, rules) if o.key in standing]
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
            return [o for rule in mine if rule in rules for o in self.of_rule(rule, person)]
        memo = (
            person.id,
            person.ref,
            person.nation,
            person.joined_on,
            person.accepted_at,
            person.mentorships,
            person.pauses,
            person.dates_changed,
            person.left_at,
            person.restarted_at,
            tuple(person.suppressed.items()),
            tuple(person.mended.items()),
            tuple(person.extensions.items()),
            tuple(person.extended_at.items()),
            tuple((key, s.complete, s.complete_seen_at) for key, s in person.sections.items()),
        )
        if memo not in self._owned:
            if len(self._owned) >= REMEMBERED:
                self._owned.clear()
            self._owned[memo] = [o for rule in mine for o in self.of_rule(rule, person)]
        return self._owned[memo] + self._invitations(person)

    def _invitations(self, person: Participant) -> list[Occurrence]:
        """Return what those who chose it are due; it hangs on what they have had, too."""
        if person.invited_since is None and not any(m.invited_since for m in person.mentorships):
            return []
        return [o for rule in self._invitation_rules for o in self.of_rule(rule, person)]

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
            slots = [o for rule in shared for o in self.of_rule(rule, anybody)]
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
                if self.is_called_for(mine, person):
                    found.append(mine)
        return found
