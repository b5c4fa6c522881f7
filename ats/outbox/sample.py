"""Samples: the subject of an e-mail to come, as its recipient would see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from ats.cases.owners import letterhead_of
from ats.errors import TemplateFault
from ats.office import Office
from ats.outbox.compose import Composer, Line
from ats.people.contacts import Contact, contacts
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
        known = contacts(self.session, refs)
        composer = Composer(
            self.timeline,
            letterhead_of(self.office, self.session, cohort.id, goes_on),
            known,
            first.goes_at,
            trial=False,
        )
        context = composer.compose(line.occurrence.recipient, line.occurrence.role, [line])
        try:
            subject = self.office.renderer.render(context).subject
            return subject and _by_first_name(subject, known.values())
        except TemplateFault:  # a join link that is not known, say
            return None


def _by_first_name(subject: str, people: Iterable[Contact]) -> str:
    """Return a subject for staff to read: of people it gives first names only."""
    for one in people:
        subject = subject.replace(one.full_name, one.given_name)
    return subject
