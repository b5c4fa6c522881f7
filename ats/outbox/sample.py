"""Samples: the subject of an e-mail to come, as its recipient would see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from ats.cases.owners import letterhead_of
from ats.errors import TemplateFault
from ats.office import Office
from ats.outbox.compose import Composer, Line
from ats.people.contacts import contacts
from ats.planning.forecast import Coming
from ats.planning.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Sampler:
    """Renders what has not been staged yet. Writes nothing."""

    office: Office
    session: Session
    timeline: Timeline

    def subject(self, several: Sequence[Coming]) -> str | None:
        """Return the subject of the first of these, None if it lacks something yet."""
        first = several[0]
        line = Line(first.occurrence, first.person)
        refs = {first.occurrence.recipient, first.person.ref}
        refs |= {mentorship.ref for mentorship in first.person.mentorships}
        cohort, goes_on = self.timeline.cohort, self.timeline.local_date(first.goes_at)
        known = {
            ref: replace(one, family_name="")  # staff read first names only
            for ref, one in contacts(self.session, refs).items()
        }
        composer = Composer(
            self.timeline,
            letterhead_of(self.office, self.session, cohort.id, goes_on),
            known,
            first.goes_at,
            trial=False,
        )
        context = composer.compose(line.occurrence.recipient, line.occurrence.role, [line])
        try:
            return self.office.renderer.render(context).subject
        except TemplateFault:  # a join link that is not known, say
            return None
