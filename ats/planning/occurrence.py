"""One planned thing of a participant's year."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ats.planning.again import original
from ats.planning.facts import Key, Mentorship, Participant
from ats.planning.rules import Rule
from config.programme import Role


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
    def number(self) -> int:
        """Its number: the last part of its name, whether it goes again or not."""
        return int(original(self.occurrence).rpartition("/")[2])

    @property
    def key(self) -> Key:
        return (self.rule.step, self.occurrence, self.recipient)


def name_of(subject: str | None, rule: Rule, number: int = 1) -> str:
    """Return the occurrence's name: subject, rung and number, without what does not apply."""
    return "/".join(part for part in (subject, rule.rung, str(number)) if part)


def is_open(key: Key, person: Participant) -> bool:
    """Say whether this has no final row yet."""
    row = person.past.get(key)
    return row is None or not row.is_final


def namings(rule: Rule, person: Participant) -> Iterator[tuple[Mentorship, int]]:
    """Yield every mentor named, with the number of what a rule about mentors gives for them.

    The same mentor named again is asked again, and so is one whose sign-off staff reopen.
    """
    asked: Counter[str] = Counter()
    for mentorship in person.mentorships:
        asked[mentorship.ref] += mentorship.sign_off_round if rule.until_signed_off else 1
        yield mentorship, asked[mentorship.ref]
