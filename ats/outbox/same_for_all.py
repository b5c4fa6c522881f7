"""What all messages of a cohort say alike at one moment, put together once for each of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from email.utils import parseaddr
from functools import cached_property
from itertools import islice
from typing import Any

from ats.office import Letterhead
from ats.planning.facts import Participant
from ats.planning.timeline import Timeline

BREAKS_TOLD = 3  # how many breaks ahead a template may speak of


class SameForAll:
    """The parts of contexts that do not depend on a person; remembered, as long as this lives."""

    def __init__(self, timeline: Timeline, letterhead: Letterhead, now: dt.datetime) -> None:
        self._timeline = timeline
        self._letterhead = letterhead
        self._now = now
        self._today = now.astimezone(timeline.zone).date()
        self._due: dict[str, dict[str, str]] = {}
        self._texts: dict[dt.datetime, str] = {}
        self._webinars: dict[str, dict[str, Any]] = {}
        self._listed: dict[str, list[dict[str, Any]]] = {}
        self._ahead: dict[str, list[dict[str, str]]] = {}

    @cached_property
    def cohort(self) -> dict[str, str]:
        programme, cohort = self._timeline.programme, self._timeline.cohort
        return {
            "code": cohort.code,
            "programme": programme.title,
            "short": programme.short,
            "starts": cohort.starts.isoformat(),
        }

    @cached_property
    def links(self) -> dict[str, str]:
        head = self._letterhead
        return {
            "portfolio": head.portfolio,
            "knowledge_base": head.knowledge_base,
            "privacy_notice": head.privacy_notice,
        }

    @cached_property
    def contact(self) -> dict[str, str]:
        head = self._letterhead
        return {
            "reply_to": parseaddr(head.reply_to)[1],
            "pxm": parseaddr(head.pxm)[1],
            "operations": parseaddr(head.operations)[1],
        }

    @cached_property
    def today_text(self) -> str:
        return self._today.isoformat()

    @cached_property
    def has_optional_mail(self) -> bool:
        """Whether the programme lets anything be switched off."""
        classes = self._timeline.programme.send_policy.classes.values()
        return any(policy.may_be_switched_off for policy in classes)

    def webinars(self, audience: str) -> list[dict[str, Any]]:
        """Return all webinars of these people that are not cancelled."""
        if audience not in self._listed:
            mine = (w for w in self._timeline.cohort.webinars if w.audience == audience)
            self._listed[audience] = [self.webinar(w.key) for w in mine if w.status != "cancelled"]
        return self._listed[audience]

    def webinar(self, key: str) -> dict[str, Any]:
        """Return what a template is told about one webinar."""
        if key not in self._webinars:
            self._webinars[key] = self._webinar(key)
        return self._webinars[key]

    def _webinar(self, key: str) -> dict[str, Any]:
        fact, plan = self._timeline.webinars[key], self._timeline.programme.webinar(key)
        starts_on = fact.starts_at.astimezone(self._timeline.zone).date()
        return {
            "key": key,
            "title": plan.title,
            "about": plan.about,
            "prepare": list(plan.prepare),
            "starts_at": self.text(fact.starts_at),
            "minutes": fact.minutes,
            "audience": fact.audience,
            "kind": plan.kind,
            "join_url": fact.join_url,
            "days_until": (starts_on - self._today).days,
            "past": fact.starts_at <= self._now,
            "cancelled": fact.status == "cancelled",
            "note": _lines(fact.changes[-1].note) if fact.changes else [],
            "recording_url": fact.recording_url,
            "summary": _lines(fact.recording_summary),
        }

    def breaks(self, nation: str) -> list[dict[str, str]]:
        """Return the breaks under way and ahead, each from its first day to its last."""
        if nation not in self._ahead:
            spells = self._timeline.workdays[nation].breaks
            ahead = (spell for spell in spells if spell.last >= self._today)
            self._ahead[nation] = [
                {"name": spell.name, "from": spell.first.isoformat(), "to": spell.last.isoformat()}
                for spell in islice(ahead, BREAKS_TOLD)
            ]
        return self._ahead[nation]

    def deadlines(self, person: Participant) -> dict[str, str]:
        """Return when each milestone is due, by key; a plain year's are those of its nation."""
        if not (self._dates_are_shared and self._timeline.is_plain(person)):
            return self._deadlines(person)
        if person.nation not in self._due:
            self._due[person.nation] = self._deadlines(person)
        return self._due[person.nation]

    @cached_property
    def _dates_are_shared(self) -> bool:
        known = self._timeline.milestones_by_key
        dues = [milestone.due for milestone in known.values()]
        return all(
            due.is_shared or (due.from_ in known and not (due.not_before or due.not_after))
            for due in dues
        )

    def _deadlines(self, person: Participant) -> dict[str, str]:
        due = self._timeline.deadlines(person)
        if person.pauses:  # one without an end leaves dates unknown; the published ones stand in
            due = {**self._timeline.deadlines(replace(person, pauses=())), **due}
        return {key: self.text(moment) for key, moment in due.items()}

    def text(self, moment: dt.datetime) -> str:
        """Return a moment as ISO text, in local time."""
        if moment not in self._texts:
            self._texts[moment] = moment.astimezone(self._timeline.zone).isoformat()
        return self._texts[moment]


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]
