"""What somebody was told of a webinar's time: by what was sent to them, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ats.planning.facts import Participant, WebinarFact
from ats.planning.occurrence import Occurrence
from ats.planning.rules import (
    INVITATIONS_CHOSEN,
    WEBINAR,
    WEBINAR_CANCELLED,
    WEBINAR_MOVED,
    WEBINAR_RECORDED,
    Rule,
)

_NOTICES = (WEBINAR_MOVED, WEBINAR_CANCELLED)
_ENTRIES = (INVITATIONS_CHOSEN, *_NOTICES)


@dataclass(frozen=True, slots=True)
class Tellings:
    """Which steps tell when webinars are: of all ahead, of the next one, or of one each.

    `webinars` are those of the cohort, in any order.
    """

    webinars: tuple[WebinarFact, ...]
    of_all: frozenset[str]
    of_the_next: frozenset[str]
    of_one: frozenset[str]
    notices: frozenset[str]  # those among `of_one` that tell of a change
    entries: frozenset[str]  # and hold it for the calendar of whoever wants invitations
    recordings: frozenset[str]  # steps that tell where a recording is

    @classmethod
    def of(cls, rules: Iterable[Rule], webinars: tuple[WebinarFact, ...]) -> Tellings:
        """Return those of a programme's rules."""
        rules = [rule for rule in rules if not rule.is_staff_mail]
        return cls(
            webinars=webinars,
            of_all=frozenset(r.step for r in rules if r.tells_webinars == "all"),
            of_the_next=frozenset(r.step for r in rules if r.tells_webinars == "next"),
            of_one=frozenset(r.step for r in rules if r.anchor in (WEBINAR, *_ENTRIES)),
            notices=frozenset(r.step for r in rules if r.anchor in _NOTICES),
            entries=frozenset(r.step for r in rules if r.anchor in _ENTRIES or r.needs_join_link),
            recordings=frozenset(r.step for r in rules if r.anchor == WEBINAR_RECORDED),
        )

    def told_start(
        self, person: Participant, recipient: str, webinar: WebinarFact
    ) -> dt.datetime | None:
        """Return when *recipient* takes this webinar to start; None: never told, or cancelled.

        Whoever was told another time before it changed last takes it to be then until they are
        sent a notice: that a later e-mail names the new one does not say that it changed.
        """
        tellings = list(self._of(person, recipient, webinar))
        if not tellings:
            return None
        if webinar.changes:
            changed = webinar.changes[-1].at
            before = [at for at, _ in tellings if at < changed]
            if before and self.noticed_at(person, recipient, webinar) is None:
                return webinar.start_as_of(max(before))
        return webinar.start_as_of(max(at for at, _ in tellings))

    def noticed_at(
        self, person: Participant, recipient: str, webinar: WebinarFact
    ) -> dt.datetime | None:
        """Return when *recipient* was sent a notice of the last change of this webinar."""
        if not webinar.changes:
            return None
        changed = webinar.changes[-1].at
        tellings = self._of(person, recipient, webinar)
        return max((at for at, notice in tellings if notice and at >= changed), default=None)

    def entered_at(self, person: Participant, recipient: str, webinar: str) -> dt.datetime | None:
        """Return at which moment this webinar was as the entry that *recipient* has shows it.

        None: they want no invitations, or were sent no entry since they chose them.
        """
        since = person.invitations_since(recipient)
        if since is None:
            return None
        sent = [(key, row.sent_at) for key, row in person.past.items() if row.sent_at is not None]
        return max(
            (
                at
                for (step, occurrence, whose), at in (*sent, *person.beside.items())
                if step in self.entries
                and whose == recipient
                and occurrence.partition("/")[0] == webinar
                and at >= since
            ),
            default=None,
        )

    def carries_entry(self, o: Occurrence, person: Participant) -> bool:
        """Say whether this e-mail holds its webinar as an entry for its recipient's calendar.

        Only theirs who want invitations. The reminder does where the entry that they have is older
        than what the webinar is now: the joining link was not known before, or is not known yet.
        """
        if o.rule.for_each != "webinar" or person.invitations_since(o.recipient) is None:
            return False
        if o.rule.anchor in _ENTRIES:
            return True
        webinar = next((one for one in self.webinars if one.key == o.subject), None)
        if webinar is None or not o.rule.needs_join_link:
            return False
        entered = self.entered_at(person, o.recipient, webinar.key)
        if entered is None or webinar.revised_at is None or not webinar.join_url:
            return True
        return webinar.revised_at >= entered

    def told_recording(
        self, person: Participant, recipient: str, webinar: WebinarFact
    ) -> str | None:
        """Return where *recipient* was told last that the recording is; None: never told."""
        told = [
            row.sent_at
            for (step, occurrence, whose), row in person.past.items()
            if row.sent_at is not None
            and step in self.recordings
            and whose == recipient
            and occurrence.partition("/")[0] == webinar.key
        ]
        return webinar.recording_as_of(max(told)) if told else None

    def is_told_otherwise(self, person: Participant, recipient: str, webinar: WebinarFact) -> bool:
        """Say whether *recipient* was told another time than the one that stands."""
        told = self.told_start(person, recipient, webinar)
        stands = None if webinar.status == "cancelled" else webinar.starts_at
        return told is not None and told != stands

    def is_being_told(self, person: Participant, recipient: str, webinar: WebinarFact) -> bool:
        """Say whether an e-mail that tells when this webinar is may be on its way."""
        return any(
            row.outcome == "queued" and row.in_message
            for (step, occurrence, whose), row in person.past.items()
            if whose == recipient
            and (
                (step in self.of_one and occurrence.partition("/")[0] == webinar.key)
                or step in self.of_all
                or step in self.of_the_next
            )
        )

    def _of(
        self, person: Participant, recipient: str, webinar: WebinarFact
    ) -> Iterator[tuple[dt.datetime, bool]]:
        """Yield when *recipient* was told when this webinar is, and whether by a notice."""
        for (step, occurrence, whose), row in person.past.items():
            at = row.sent_at
            if at is None or whose != recipient:
                continue
            if step in self.of_one:
                if occurrence.partition("/")[0] == webinar.key:
                    yield at, step in self.notices
            elif (step in self.of_all and _is_ahead(webinar, at)) or (
                step in self.of_the_next and self._next(webinar.audience, at) == webinar.key
            ):
                yield at, False

    def _next(self, audience: str, at: dt.datetime) -> str | None:
        """Return the first webinar of these people that was ahead at a moment."""
        ahead = [
            (start, webinar.key)
            for webinar in self.webinars
            if webinar.audience == audience
            and (start := webinar.start_as_of(at)) is not None
            and start > at
        ]
        return min(ahead)[1] if ahead else None


def _is_ahead(webinar: WebinarFact, at: dt.datetime) -> bool:
    start = webinar.start_as_of(at)
    return start is not None and start > at
