"""What somebody was told of a webinar's time: by what was sent to them, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ats.planning.facts import Key, Participant, PastRow, WebinarFact
from ats.planning.rules import (
    INVITATIONS_CHOSEN,
    WEBINAR,
    WEBINAR_CANCELLED,
    WEBINAR_MOVED,
    Rule,
)


@dataclass(frozen=True, slots=True)
class Tellings:
    """Which steps tell when webinars are: of all at once, or of one each."""

    of_all: frozenset[str]
    of_one: frozenset[str]
    of_a_move: frozenset[str]
    as_entry: frozenset[str]  # and hold it as an entry for the calendar, for whoever wants that

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Tellings:
        """Return those of a programme's rules."""
        rules = tuple(rules)
        as_entry = (INVITATIONS_CHOSEN, WEBINAR_MOVED, WEBINAR_CANCELLED)
        about = (WEBINAR, *as_entry)
        return cls(
            of_all=frozenset(rule.step for rule in rules if rule.tells_webinars),
            of_one=frozenset(
                rule.step
                for rule in rules
                if rule.for_each == "webinar" and rule.anchor in about and not rule.is_staff_mail
            ),
            of_a_move=frozenset(rule.step for rule in rules if rule.anchor == WEBINAR_MOVED),
            as_entry=frozenset(
                rule.step for rule in rules if rule.anchor in as_entry or rule.needs_join_link
            ),
        )

    def told_at(self, person: Participant, recipient: str, webinar: str) -> dt.datetime | None:
        """Return when *recipient* was last told about this webinar; None: never."""
        sent = _sent(person.past, recipient)
        return max(
            (
                at
                for (step, occurrence, _), at in sent.items()
                if step in self.of_all or (step in self.of_one and _is_about(occurrence, webinar))
            ),
            default=None,
        )

    def move_told_at(self, person: Participant, recipient: str, webinar: str) -> dt.datetime | None:
        """Return when *recipient* was last sent a notice of a move of this webinar."""
        sent = _sent(person.past, recipient)
        return max(
            (
                at
                for (step, occurrence, _), at in sent.items()
                if step in self.of_a_move and _is_about(occurrence, webinar)
            ),
            default=None,
        )

    def entered_at(self, person: Participant, recipient: str, webinar: str) -> dt.datetime | None:
        """Return since when the entry that *recipient* was sent shows this webinar as it was then.

        None: they want no entries, or were sent none since they chose them.
        """
        since = person.invitations_since(recipient)
        if since is None:
            return None
        sent = (*_sent(person.past, recipient).items(), *person.beside.items())
        return max(
            (
                at
                for (step, occurrence, to), at in sent
                if to == recipient
                and step in self.as_entry
                and _is_about(occurrence, webinar)
                and at >= since
            ),
            default=None,
        )

    def told_start(
        self, person: Participant, recipient: str, webinar: WebinarFact
    ) -> dt.datetime | None:
        """Return when *recipient* takes this webinar to start; None: never told, or cancelled."""
        at = self.told_at(person, recipient, webinar.key)
        return None if at is None else webinar.start_as_of(at)

    def is_told_otherwise(self, person: Participant, recipient: str, webinar: WebinarFact) -> bool:
        """Say whether *recipient* was told another time than the one that stands."""
        told = self.told_start(person, recipient, webinar)
        stands = None if webinar.status == "cancelled" else webinar.starts_at
        return told is not None and told != stands


def _sent(past: Mapping[Key, PastRow], recipient: str) -> dict[Key, dt.datetime]:
    return {
        key: row.sent_at
        for key, row in past.items()
        if row.sent_at is not None and key[2] == recipient
    }


def _is_about(occurrence: str, webinar: str) -> bool:
    return occurrence.partition("/")[0] == webinar
