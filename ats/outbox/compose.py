"""Composing: from the rows of a message to the pinned context that its templates are given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ats.office import Letterhead
from ats.outbox.about_changes import CHANGES_TOLD, KEYS, AboutChanges
from ats.outbox.answer_pages import AnswerPages
from ats.outbox.invitation import entry
from ats.outbox.mentor_pages import KEYS as PAGES
from ats.outbox.mentor_pages import PAGES_IN, mentor_pages
from ats.outbox.same_for_all import SameForAll
from ats.people.contacts import Contact
from ats.people.links import DONE, Links
from ats.planning.again import as_arrived, repeats
from ats.planning.facts import Mentorship, Participant
from ats.planning.rules import LEFT, WEBINAR_RECORDED, Rule
from ats.planning.timeline import Occurrence, Timeline
from ats.planning.verdicts import Judge
from config.programme import Milestone
from config.vocabulary import nation_of

#: How long a link “I have done this” opens, where a break has no end yet.
DONE_LINK_LASTS = dt.timedelta(weeks=8)

STAFF = {"operations": "colleagues", "pxm": "PXM"}
#: The template that gives names from the register of mentors.
NAMES_MENTORS = "mentor-none-named"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a message: what it is about, and whom."""

    occurrence: Occurrence
    person: Participant


@dataclass(frozen=True)
class Composer:
    """Writes contexts for one cohort at one moment. Contexts are JSON: moments are ISO text.

    They share what is the same for all, so nobody changes one in place.
    """

    timeline: Timeline
    letterhead: Letterhead
    contacts: Mapping[str, Contact]
    now: dt.datetime
    trial: bool
    links: Links | None = None
    suggest: Callable[[Participant], Sequence[str]] = lambda _: ()  # names from the register

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self.timeline, now=self.now)

    @cached_property
    def _same(self) -> SameForAll:
        return SameForAll(self.timeline, self.letterhead, self.now)

    def compose(self, recipient: str, role: str, lines: Sequence[Line]) -> dict[str, Any]:
        """Return the context of one message; its lines come in order of due moment and key."""
        groups: dict[tuple[str, str | None], list[Line]] = {}
        for line in lines:
            rule = line.occurrence.rule
            subject = None if rule.about_mentor else line.occurrence.subject
            groups.setdefault((str(rule.template), subject), []).append(line)
        invites = entry(lines, self.timeline, now=self.now, trial=self.trial)
        return {
            "shared": self.shared(recipient, role),
            "parts": [self._part(template, role, group) for (template, _), group in groups.items()],
            **({"entry": invites} if invites else {}),
        }

    def staff(self, role: str, template: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the context of a message to an office that concerns nobody in particular."""
        dashboard = self.letterhead.dashboard
        part = {**self._nobody(), "template": template, "dashboard": dashboard, **facts}
        return {"shared": self.shared(role, role), "parts": [part]}

    def shared(self, recipient: str, role: str) -> dict[str, Any]:
        same = self._same
        contact = self.contacts.get(recipient)
        given = contact.given_name if contact else STAFF.get(role, "")
        family = contact.family_name if contact else ""
        return {
            "me": {
                "given_name": given,
                "family_name": family,
                "full_name": f"{given} {family}".strip(),
                "role": role,
            },
            "cohort": same.cohort,
            "links": {**same.links, "preferences": self._preferences(recipient, role)},
            "contact": same.contact,
            "today": same.today_text,
            "trial": self.trial,
        }

    def _preferences(self, recipient: str, role: str) -> str | None:
        """Return the page on which this recipient chooses what they get.

        None for an office, and where the programme lets nothing be switched off.
        """
        if self.links is None or role in STAFF or not self._same.has_optional_mail:
            return None
        return self.links.preferences(recipient)

    # -- one part --------------------------------------------------------------------------

    def _part(self, template: str, role: str, lines: Sequence[Line]) -> dict[str, Any]:
        first = lines[0]
        rule, person = first.occurrence.rule, first.person
        as_of = self.timeline.cohort.as_of
        audience = "mentors" if role == "mentor" else "participants"
        about = first.occurrence.subject
        rungs = {line.occurrence.rule.rung for line in lines}
        return {
            **self._nobody(),
            "template": template,
            "rung": rule.rung if len(rungs) == 1 else None,  # else it is not true of all
            "person": self._person(person),
            "mentees": [self._person(line.person) for line in lines] if role == "mentor" else [],
            "mentor": self._mentor(_thanked(person) if rule.anchor == LEFT else person.mentorship),
            "milestone": self._milestone(about, person) if rule.for_each == "milestone" else None,
            "webinar": self._webinar(first),
            "webinars": self._same.webinars(audience),
            "as_of": as_of.isoformat() if as_of else None,
            "closures": self._same.breaks(first.occurrence.nation),
            "calendar_url": self._calendar(first.occurrence.recipient),
            "suggested": list(self.suggest(person)) if template == NAMES_MENTORS else [],
            "answer_url": self._answers(lines),
            "done_url": self._done(first),
            **self._change(rule, person),
            **self._mentor_pages(rule, lines),
        }

    def _mentor_pages(self, rule: Rule, lines: Sequence[Line]) -> Mapping[str, Any]:
        """Return the pages that e-mails to a mentor about themselves link to."""
        if rule.template not in PAGES_IN:
            return {}
        today = self.timeline.local_date(self.now)
        mentees = [line.person for line in lines]
        return mentor_pages(self.links, lines[0].occurrence.recipient, mentees, today=today)

    def _change(self, rule: Rule, person: Participant) -> Mapping[str, Any]:
        """Return what only e-mails about a change in somebody's year say."""
        if rule.anchor in CHANGES_TOLD:
            return AboutChanges(self.timeline, person, self.now).facts()
        return {}

    def _calendar(self, recipient: str) -> str | None:
        """Return the page of the calendar of whoever this goes to; None for an office."""
        contact = self.contacts.get(recipient)
        if self.links is None or contact is None:
            return None
        return self.links.calendar_page(recipient, contact.feed_generation)

    def _answers(self, lines: Sequence[Line]) -> str | None:
        """Return the page on which a mentor says yes or no, or signs off; None elsewhere."""
        first = lines[0].occurrence
        if self.links is None or first.role != "mentor":
            return None
        people = [line.person for line in lines]
        page = AnswerPages(self.timeline, self.links, self.now)
        if first.rule.until_signed_off:
            return page.sign_off(first.recipient, people)
        return page.request(first.recipient, people) if first.rule.until_accepted else None

    def _done(self, line: Line) -> str | None:
        """Return where a participant says that this milestone is done; nobody is chased later."""
        o, person = line.occurrence, line.person
        closes = self.timeline.submission_due(person)
        if self.links is None or o.rule.for_each != "milestone" or o.role != "participant":
            return None
        until = self.timeline.local_date(closes or self.now + DONE_LINK_LASTS)
        about = (self.timeline.cohort.code, person.ref, str(o.subject))
        return self.links.page(DONE, about, until)

    def _webinar(self, line: Line) -> dict[str, Any] | None:
        """Return the webinar that a line is about, and when its recipient took it to be."""
        o = line.occurrence
        if o.rule.for_each != "webinar" or o.subject is None:
            return None
        webinar, tellings = self.timeline.webinars[o.subject], self.timeline.tellings
        person = as_arrived(line.person) if repeats(o.key) else line.person
        was_at = webinar.starts_at
        if webinar.changes:
            told = tellings.told_start(person, o.recipient, webinar)
            was_at = told or webinar.changes[-1].started_at
        return {
            **self._same.webinar(o.subject),
            "was_at": self._same.text(was_at),
            "by_invitation": self.timeline.tellings.carries_entry(o, person),
            "mail_follows": self._mail_follows(line),
            "readdressed": tellings.told_recording(person, o.recipient, webinar)
            not in (None, webinar.recording_url),
        }

    def _mail_follows(self, line: Line) -> bool:
        """Say whether the joining link and the recording of its webinar come by e-mail, too."""
        o = line.occurrence
        following = [
            replace(o, rule=rule)
            for rule in self.timeline.rules
            if (rule.to, rule.audience) == (o.rule.to, o.rule.audience)
            and (rule.needs_join_link or rule.anchor == WEBINAR_RECORDED)
        ]
        return bool(following) and all(self._judge.is_wanted(o, line.person) for o in following)

    def _nobody(self) -> dict[str, Any]:
        empty = ("person", "mentor", "milestone", "webinar", "as_of", "rung", *KEYS, *PAGES)
        later = ("calendar_url", "answer_url", "done_url")
        return {
            **dict.fromkeys((*empty, *later)),
            "mentees": [],
            "webinars": [],
            "closures": [],
            "suggested": [],
        }

    def _person(self, person: Participant) -> dict[str, Any]:
        contact = self.contacts[person.ref]
        submission = person.sections.get(self.timeline.programme.submission)
        return {
            "ref": person.ref,
            "given_name": contact.given_name,
            "family_name": contact.family_name,
            "full_name": contact.full_name,
            "organisation": contact.organisation,
            "nation": nation_of(person.nation),
            "late_joiner": self.timeline.is_late_joiner(person),
            "joined_on": person.joined_on.isoformat(),
            "due": self._same.deadlines(person),
            "complete": sorted(key for key, s in person.sections.items() if s.complete),
            "submitted": submission is not None and submission.complete,
            "signed_off": person.mentorship is not None
            and person.mentorship.signed_off_at is not None,
        }

    def _mentor(self, standing: Mentorship | None) -> dict[str, Any] | None:
        contact = self.contacts.get(standing.ref) if standing else None
        if standing is None or contact is None:
            return None
        return {
            "given_name": contact.given_name,
            "family_name": contact.family_name,
            "full_name": contact.full_name,
            "accepted": standing.accepted_at is not None,
        }

    def _milestone(self, key: str | None, person: Participant) -> dict[str, Any]:
        assert key is not None
        milestone = self.timeline.programme.milestone(key)
        due = self.timeline.due(key, person)
        assert due is not None
        return {
            "key": key,
            "title": milestone.title,
            "due": self._same.text(due),
            "open_sections": self._open_sections(milestone, person),
            "overdue": due <= self.now,
        }

    def _open_sections(self, milestone: Milestone, person: Participant) -> list[str]:
        sections = person.sections
        left = [k for k in milestone.complete if k not in sections or not sections[k].complete]
        left += [k for k in milestone.started if k not in sections]
        return [self.timeline.programme.section_title(key) for key in left]


def _thanked(person: Participant) -> Mentorship | None:
    """Return the mentor whom we write to because somebody left; None: nobody hears of it."""
    last = person.mentorships[-1] if person.mentorships else None
    if last is None or last.ended_because != person.status or last.ref in person.suppressed:
        return None
    knows = last.request_sent_at or last.accepted_at
    return last if knows and not last.silenced else None
