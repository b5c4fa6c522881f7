"""Proofs: every e-mail that a person's year could hold, written and thrown away."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ats.errors import AtsError
from ats.office import Letterhead
from ats.outbox.compose import Composer, Line
from ats.outbox.mime import Mail, build
from ats.outbox.render import Renderer
from ats.people.contacts import Contact
from ats.planning.facts import Participant
from ats.planning.rules import WEBINAR_CANCELLED, Rule
from ats.planning.timeline import Occurrence, Timeline

_SOME_ADDRESS = "https://webinar.example/join"
_SOME_RECORDING = "https://webinar.example/recording"


@dataclass(frozen=True)
class Proof:
    """What proofs of one cohort are written with."""

    timeline: Timeline
    letterhead: Letterhead
    renderer: Renderer
    contacts: Mapping[str, Contact]
    now: dt.datetime

    @cached_property
    def composer(self) -> Composer:
        """Writes as if there were an export, and join addresses and recordings of all webinars."""
        cohort = self.timeline.cohort
        webinars = tuple(
            replace(
                webinar,
                join_url=webinar.join_url or _SOME_ADDRESS,
                recording_url=webinar.recording_url or _SOME_RECORDING,
            )
            for webinar in cohort.webinars
        )
        as_of = cohort.as_of or self.now.astimezone(self.timeline.zone).date()
        complete = Timeline(
            self.timeline.programme,
            replace(cohort, webinars=webinars, as_of=as_of),
            self.timeline.workdays,
        )
        return Composer(complete, self.letterhead, self.contacts, self.now, trial=False)


def proofs(proof: Proof, person: Participant) -> tuple[int, list[str]]:
    """Return how many e-mails the programme could send about this person, and what is wrong.

    Mail to and about a mentor counts when there is one. Several are written at once, as one with
    many parts; only where that fails is each written by itself, to tell which it is.
    """
    lines = [Line(occurrence, person) for occurrence in _possible(proof, person)]
    faults: list[str] = []
    for batch in _batches(lines):
        if _fault(proof, batch) is not None:
            faults += filter(None, (_fault(proof, [line]) for line in batch))
    return len(lines), faults


def _batches(lines: Iterable[Line]) -> Iterable[list[Line]]:
    """Return the lines by recipient, in each batch every template and subject once."""
    batches: dict[tuple[str, str, int], list[Line]] = defaultdict(list)
    seen: Counter[tuple[object, ...]] = Counter()
    for line in lines:
        o = line.occurrence
        part = (o.recipient, o.role, o.rule.template, o.subject)
        batches[o.recipient, o.role, seen[part]].append(line)
        seen[part] += 1
    return batches.values()


def _fault(proof: Proof, lines: Sequence[Line]) -> str | None:
    """Return why these lines cannot be written as one e-mail to their recipient, or None."""
    o, head = lines[0].occurrence, proof.letterhead
    contact = proof.contacts.get(o.recipient)
    try:
        rendered = proof.renderer.render(proof.composer.compose(o.recipient, o.role, lines))
        build(
            Mail(
                rfc_id=f"proof@{head.domain}",
                date=proof.now,
                from_=head.sender,
                reply_to=head.reply_to,
                to_name=contact.full_name if contact else "",
                to_address=contact.email if contact else head.operations,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
            )
        )
    except AtsError as error:
        return str(error)
    return None


def _possible(proof: Proof, person: Participant) -> Iterator[Occurrence]:
    timeline, mentorship = proof.timeline, person.mentorship
    for rule in timeline.rules:
        needs_mentor = rule.to == "mentor" or rule.about_mentor
        if rule.template is None or (needs_mentor and mentorship is None):
            continue
        recipient, nation = person.ref, person.nation
        if rule.to == "mentor" and mentorship is not None:
            recipient, nation = mentorship.ref, mentorship.nation
        for subject in _subjects(rule, timeline, person):
            yield Occurrence(
                rule=rule,
                occurrence="proof",
                recipient=recipient if rule.to in ("participant", "mentor") else rule.to,
                role=rule.to,
                nation=nation,
                due_at=proof.now,
                subject=subject,
            )


def _subjects(rule: Rule, timeline: Timeline, person: Participant) -> list[str | None]:
    if rule.for_each == "milestone":
        chased = (one for one in timeline.programme.milestones if one.ladder is None)
        return [one.key for one in chased if timeline.due(one.key, person) is not None]
    if rule.for_each == "webinar":
        own = (one for one in timeline.cohort.webinars if one.audience == rule.audience)
        return [
            one.key
            for one in own
            if (one.status == "cancelled") == (rule.anchor == WEBINAR_CANCELLED)
        ]
    return [None]
