"""The pages on which mentors answer, as their e-mails lead to them: about whom, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ats.people.answer_links import About, MentorLink, answer_page
from ats.people.links import Links
from ats.planning.facts import Participant
from ats.planning.timeline import Timeline


@dataclass(frozen=True, slots=True)
class AnswerPages:
    """Makes the links of one cohort's e-mails to mentors at one moment."""

    timeline: Timeline
    links: Links
    now: dt.datetime

    def request(self, mentor: str, people: Sequence[Participant]) -> str:
        """Return the page on which a mentor says to each of these yes or no."""
        days = self.timeline.programme.send_policy.request_link_days
        until = self.timeline.local_date(self.now) + dt.timedelta(days=days)
        return answer_page(self.links, "mentoring", _asked(mentor, people), until)

    def sign_off(self, mentor: str, people: Sequence[Participant]) -> str:
        """Return the page on which a mentor signs these portfolios off, or takes that back."""
        weeks = self.timeline.programme.send_policy.sign_off_link_weeks
        due = (self.timeline.submission_due(person) for person in people)
        last = max([self.now, *(moment for moment in due if moment is not None)])
        until = self.timeline.local_date(last) + dt.timedelta(weeks=weeks)
        return answer_page(self.links, "sign-off", _asked(mentor, people), until)


def _asked(mentor: str, people: Sequence[Participant]) -> MentorLink:
    standing = ((person.ref, person.mentorship) for person in people)
    about = (About(ref, one.id, one.sign_off_round) for ref, one in standing if one is not None)
    return MentorLink(mentor, tuple(about))
