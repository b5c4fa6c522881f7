"""The check-list before a cohort goes live: what must be so (red) and what should be (amber)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlmodel import col

from ats.cases.owners import letterhead_of
from ats.clash_check import neighbours
from ats.clashes import Neighbour, clashes, detect, year_of
from ats.errors import Refused
from ats.office import Office
from ats.outbox.proof import Proof, proofs
from ats.people.contacts import contacts
from ats.planning.facts import Participant
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from config.closures import Closures

Status = Literal["red", "amber", "green"]
_NAMED = 3  # people or webinars named in a sentence, the others counted


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: what was looked at, how it stands, and a sentence about it."""

    name: str
    status: Status
    text: str


class NotReady(Refused):
    """A cohort cannot go live while anything in its check-list is red."""

    def __init__(self, code: str, checks: Sequence[Check]) -> None:
        self.checks = tuple(checks)
        reds = "; ".join(check.text.rstrip(".") for check in checks if check.status == "red")
        super().__init__(f"Cohort {code} cannot go live yet: {reds}.")


def checklist(
    office: Office,
    code: str,
    *,
    missing_settings: Sequence[str],
    now: dt.datetime,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Check]:
    """Return the check-list of a cohort. Writes nothing.

    `missing_settings` are names of settings that real mail needs; `progress` is told how many
    people's e-mails were written for proof, and of how many.
    """
    with office.store.read() as session:
        cohort = gather.cohort_named(session, code)
        programme = office.programme_named(cohort.programme)
        timeline = office.timeline(programme, gather.cohort_facts(session, cohort))
        people = gather.everybody(session, timeline.cohort.id, col(m.Enrolment.status) == "active")
        others = list(neighbours(session, office, cohort))
        proof = Proof(
            timeline=timeline,
            letterhead=letterhead_of(office, session, timeline.cohort.id, timeline.local_date(now)),
            renderer=office.renderer,
            contacts=contacts(session, _refs(people)),
            now=now,
        )
    return [
        _settings(missing_settings),
        _delivery(office),
        _roster(people),
        _templates(proof, people, progress),
        _dates(timeline, people, others, now),
        _join_addresses(timeline, now),
        _breaks(timeline, people),
    ]


def _refs(people: Iterable[Participant]) -> set[str]:
    refs: set[str] = set()
    for person in people:
        refs.add(person.ref)
        if person.mentorship:
            refs.add(person.mentorship.ref)
    return refs


# -- the lines ----------------------------------------------------------------------------------


def _settings(missing: Sequence[str]) -> Check:
    if missing:
        return Check("settings", "red", f"set {', '.join(missing)}, which e-mails need.")
    return Check("settings", "green", "Every address that e-mails name is set.")


def _delivery(office: Office) -> Check:
    """Say where the mail goes: what goes elsewhere counts as sent, and is never sent again."""
    if office.letterhead.redirect_to:
        text = (
            "ATS_MAIL_REDIRECT_TO is set: every e-mail goes to that address instead, counts as "
            "sent, and reaches nobody else later; take it out before real people shall get mail."
        )
        return Check("delivery", "amber", text)
    if office.mail_stays_here:
        text = (
            "ATS_SMTP_URL is not set: e-mails go into the local mailbox, count as sent, and reach "
            "nobody; set it before real people shall get mail."
        )
        return Check("delivery", "amber", text)
    return Check("delivery", "green", "E-mails go to the people themselves.")


def _roster(people: Sequence[Participant]) -> Check:
    if not people:
        remedy = "import its roster with `ats roster import`"
        return Check("roster", "red", f"nobody is enrolled; {remedy}.")
    named = sum(person.mentorship is not None for person in people)
    text = f"{len(people)} participants are enrolled, {named} of them with a mentor named."
    return Check("roster", "green", text)


def _templates(
    proof: Proof, people: Sequence[Participant], progress: Callable[[int, int], None]
) -> Check:
    faults: dict[str, list[str]] = {}
    written = 0
    for number, person in enumerate(people, start=1):
        count, found = proofs(proof, person)
        written += count
        for fault in dict.fromkeys(found):
            faults.setdefault(fault, []).append(person.ref)
        progress(number, len(people))
    if faults:
        told = [f"{fault.rstrip('.')} (for {_listed(refs)})" for fault, refs in faults.items()]
        return Check("templates", "red", f"e-mails cannot be written: {'; '.join(told)}.")
    return Check("templates", "green", f"Each of {written} e-mails can be written.")


def _dates(
    timeline: Timeline,
    people: Sequence[Participant],
    others: Sequence[Neighbour],
    now: dt.datetime,
) -> Check:
    """Say what stops a step, else what only clashes: the next to come, the others counted."""
    stopping = clashes(timeline, _nations(timeline, people), now=now)
    if stopping:
        return Check("dates", "red", f"{'; '.join(stopping)}.")
    found = detect(year_of(timeline, people, now=now, neighbours=others))
    if found:
        told = [clash.text for clash in found[:_NAMED]]
        remedy = f"proposals are in `ats cohort check {timeline.cohort.code}`."
        if len(found) > _NAMED:
            remedy = f"{len(found) - _NAMED} more and {remedy}"
        return Check("dates", "amber", f"{' '.join(told)} {remedy[0].upper()}{remedy[1:]}")
    return Check("dates", "green", "No date stands in the way of a step, or of another.")


def _join_addresses(timeline: Timeline, now: dt.datetime) -> Check:
    missing = [
        webinar.key
        for webinar in timeline.cohort.webinars
        if not webinar.join_url and webinar.status != "cancelled" and webinar.starts_at > now
    ]
    if missing:
        text = f"No join address yet for {_listed(missing)}; set them with `ats webinar set`."
        return Check("join-addresses", "amber", text)
    return Check("join-addresses", "green", "Every webinar to come has its join address.")


def _breaks(timeline: Timeline, people: Sequence[Participant]) -> Check:
    last = max(timeline.deadlines(people[0]).values()).date() if people else timeline.cohort.starts
    short = []
    for nation in _nations(timeline, people):
        calendar = timeline.workdays[nation].closures
        if isinstance(calendar, Closures) and calendar.known_until < last:
            short.append(f"{_titled(nation)} (until {calendar.known_until})")
    if short:
        text = (
            f"Half-terms may be missing for {_listed(short)}, and the year runs until {last}; "
            "add them to the closure files."
        )
        return Check("half-terms", "amber", text)
    return Check("half-terms", "green", f"Half-terms are known until {last}.")


def _nations(timeline: Timeline, people: Sequence[Participant]) -> list[str]:
    nations = {timeline.programme.nation}
    for person in people:
        nations.add(person.nation)
        if person.mentorship:
            nations.add(person.mentorship.nation)
    return sorted(nations)


def _titled(nation: str) -> str:
    return nation.replace("-", " ").title()


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    if more > 1:
        return f"{', '.join(names[:_NAMED])} and {more} more"
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
