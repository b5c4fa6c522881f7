"""Retelling: one ledger row, or one thing still to come, as a sentence with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ats.people.contacts import Contact
from ats.people.dead_addresses import REMEDY, DeadAddress
from ats.people.parked import BECAUSE, UNTIL
from ats.people.titles import Titles
from ats.people.wording import (
    COHORT_PAUSED,
    NEW_ADDRESS,
    NOT_SENT,
    ON_A_BREAK,
    WAITS,
    condition,
    event,
    happening,
    offset,
    when,
)
from ats.planning.conditions import Situation, first_failing, first_holding
from ats.planning.facts import Participant
from ats.planning.planner import Verdict
from ats.planning.rules import Rule
from ats.planning.timeline import Occurrence, Timeline
from ats.records import models as m
from config.programme import Conditions
from config.vocabulary import WEBINAR_NEWS

_PROMPT = dt.timedelta(hours=1)
_OFFICES = {"operations": "operations staff", "pxm": "the Participant Experience Manager"}


@dataclass(frozen=True)
class Retelling:
    """Tells what concerns one participant, as seen by them or by their mentor (`viewer`)."""

    timeline: Timeline
    person: Participant
    viewer: str
    contacts: Mapping[str, Contact]
    titles: Titles
    now: dt.datetime
    zone: ZoneInfo

    # -- what happened -----------------------------------------------------------------------

    def of_row(
        self,
        row: m.LedgerRow,
        rule: Rule,
        planned: Occurrence | None,
        *,
        sent: Mapping[str, Any] | None,
        lead: str | None,
    ) -> tuple[dt.datetime, str]:
        """Return the moment and the sentence of a row.

        `sent` is the context of its message, `lead` the title of what it shared an e-mail with.
        """
        what = self._what(rule, planned, row.recipient, sent)
        verb = "opened" if rule.case else "sent"
        at, late = self._moment(row)
        match row.outcome:
            case "sent" | "case-opened":
                text = f"{what} was {verb}{self._asked_for(rule, row.recipient, sent)}{late}"
            case "merged":
                beside = f"in one e-mail with “{lead}”" if lead else "in an e-mail with others"
                text = f"{what} was sent, {beside}{late}"
            case "queued":
                text = f"{what} is due and goes with the next sending"
            case "held":
                text = self._waiting(row, what, planned)
            case "failed":
                text = f"{what} could not be delivered, because {self._why(row, rule, planned)}"
            case _:
                text = f"{what} was not {verb}, because {self._why(row, rule, planned)}{late}"
        return at, f"{when(at, self.zone)}: {text}."

    def _asked_for(self, rule: Rule, recipient: str, sent: Mapping[str, Any] | None) -> str:
        """Return what it brought to somebody who has switched e-mails of this kind off."""
        if not sent or "entry" not in sent or (recipient, rule.class_) not in self.person.opted_out:
            return ""
        return " with the invitation that they asked for"

    def _moment(self, row: m.LedgerRow) -> tuple[dt.datetime, str]:
        if row.outcome in ("queued", "held"):
            return row.due_at, ""
        at = row.sent_at or row.decided_at
        if at - row.due_at <= _PROMPT:
            return at, ""
        return at, f"; it had been due on {when(row.due_at, self.zone)}"

    def _waiting(self, row: m.LedgerRow, what: str, planned: Occurrence | None) -> str:
        reason = row.reason or "window"
        why = WAITS.get(reason, reason.replace("-", " "))
        until = f" until {when(row.until, self.zone)}" if row.until else ""
        if reason == "parked" and self.person.parked:
            why, until = BECAUSE, f" until {UNTIL}"
        elif planned is not None and reason == "parked":
            which = first_holding(planned.rule.wait_while, self._situation(planned))
            if which is not None:
                why = condition(which, self.timeline.programme, planned.subject, past=False)
            elif planned.subject in self.person.suppressed:
                why = "mail to the mentor does not get through, and those days do not count"
        if reason == "release" and planned is not None and planned.rule.until_signed_off:
            why = NEW_ADDRESS
        if reason == "paused":
            why = COHORT_PAUSED if self.timeline.cohort.status == "paused" else ON_A_BREAK
        if reason in ("away", "closed"):
            nation = planned.nation if planned else self.person.nation
            name = self.timeline.workdays[nation].reason(self.now.astimezone(self.zone).date())
            why += f" ({name})" if name else ""
        return f"{what} was due, and waits{until}, because {why}"

    def _why(self, row: m.LedgerRow, rule: Rule, planned: Occurrence | None) -> str:
        if row.outcome == "expired":
            return "it could no longer have come in time to be of use"
        if row.outcome == "superseded":
            return "a later one took its place"
        return self.why_not(row.reason or "", rule, planned)

    def why_not(self, reason: str, rule: Rule, planned: Occurrence | None) -> str:
        """Return the clause for a reason why something was not sent."""
        if reason == "parked" and self.person.parked:
            return f"{BECAUSE}, and it waits until {UNTIL}"
        if reason in ("condition-met", "condition-unmet") and planned is not None:
            at = self._situation(planned)
            met = reason == "condition-met"
            which = first_holding(rule.unless, at) if met else first_failing(rule.only_if, at)
            if which is not None:
                programme = self.timeline.programme
                if which.name == "late-joiner" and not met:
                    return "they joined on time"
                return condition(which, programme, planned.subject, past=True, met=met)
        return NOT_SENT.get(reason, reason.replace("-", " "))

    def _situation(self, planned: Occurrence) -> Situation:
        today = self.now.astimezone(self.zone).date()
        return Situation(self.timeline, self.person, planned, today)

    def of_parking(self, since: dt.datetime) -> str:
        """Return the sentence about somebody for whom everything waits."""
        whom = f"e-mails to and about {self._name(self.person.ref)}"
        return (
            f"{when(since, self.zone)}: {whom} wait from here on until {UNTIL}, because {BECAUSE}."
        )

    def of_note(self, note: m.Note) -> str:
        """Return the sentence about something that staff wrote down."""
        what = "called" if note.kind == "call" else "noted"
        return f"{when(note.at, self.zone)}: {note.by} {what}: {note.text}"

    def of_dead_address(self, one: DeadAddress) -> str:
        """Return the sentences about an address that does not work, or did not for a while."""
        what = f"the e-mail “{one.subject.removeprefix('TRIAL: ')}”" if one.subject else "an e-mail"
        to = "" if one.ref == self.viewer else f" to {self._mentor(one.ref)}"
        if one.lifted_at is not None:
            until = when(one.lifted_at, self.zone)
            then = f"nothing went to that address until {until}, when {one.lifted_by} lifted that"
        elif one.is_theirs:
            then = f"nothing more goes to that address since then. {REMEDY.format(ref=one.ref)}"
        else:
            then = "nothing more goes to that address; another one has taken its place"
        return f"{when(one.since, self.zone)}: {what}{to} {one.why}, and {then}."

    # -- what comes --------------------------------------------------------------------------

    def of_planned(self, planned: Occurrence, goes_at: dt.datetime) -> tuple[dt.datetime, str]:
        """Return the moment and the sentence of something that will go then, as things stand."""
        rule = planned.rule
        what = self._what(rule, planned, planned.recipient, None)
        verb = "be opened" if rule.case else "be sent"
        text = f"{what} will {verb}, {self._cause(planned)}{self._provided(planned)}"
        is_off = (planned.recipient, rule.class_) in self.person.opted_out
        if is_off and self.timeline.tellings.carries_entry(planned, self.person):
            text += (
                "; they have switched off e-mails of this kind, but this one brings an invitation"
            )
        if goes_at.astimezone(self.zone).date() != planned.due_at.astimezone(self.zone).date():
            due = when(planned.due_at, self.zone)
            text += f"; it is due on {due}, and waits for a day on which such e-mails go"
        return goes_at, f"{when(goes_at, self.zone)}: {text}."

    def of_refused(self, planned: Occurrence, verdict: Verdict) -> tuple[dt.datetime, str]:
        """Return the moment and the sentence of something that will not go as things stand."""
        rule = planned.rule
        what = self._what(rule, planned, planned.recipient, None)
        verb = "opened" if rule.case else "sent"
        why = "it could no longer have come in time to be of use"
        if verdict.outcome != "expired":
            why = self.why_not(verdict.reason or "", rule, planned)
        text = f"as things stand, {what} will not be {verb}, because {why}"
        return planned.due_at, f"{when(planned.due_at, self.zone)}: {text}."

    def _cause(self, planned: Occurrence) -> str:
        rule, programme = planned.rule, self.timeline.programme
        moment = rule.at_for.get(self.person.nation, rule.at)
        if moment is not None and moment.week is not None and moment.day is not None:
            return f"because it goes on the {moment.day.title()} of week {moment.week} of the year"
        if rule.anchor in WEBINAR_NEWS:
            return f"because {happening(rule.anchor)}"
        name = planned.subject if rule.for_each else rule.anchor
        span = offset(moment, rule.workdays)
        about = (
            event(name or "", programme)
            if rule.for_each or rule.is_ladder
            else happening(name or "")
        )
        at = f" ({when(planned.event_at, self.zone)})" if planned.event_at else ""
        if span == "on":
            return f"because {about}{at}"
        return f"because that is {span} {about}{at}"

    def _provided(self, planned: Occurrence) -> str:
        """Return what has to be so, and not to be so, where that is not known before."""
        rule, programme = planned.rule, self.timeline.programme

        def told(conditions: Conditions) -> list[str]:
            return [condition(c, programme, planned.subject, past=False) for c in conditions]

        needed = told(rule.only_if) if rule.fresh_data else []
        unless = told(rule.unless)
        return (f", if {' and '.join(needed)}" if needed else "") + (
            f", unless {' or '.join(unless)} by then" if unless else ""
        )

    def _what(
        self,
        rule: Rule,
        planned: Occurrence | None,
        recipient: str,
        sent: Mapping[str, Any] | None,
    ) -> str:
        title = self.titles.of(rule, planned, sent)
        if rule.case is not None:
            return f"the task “{title}” for {_OFFICES.get(rule.to, rule.to)}"
        if recipient == self.viewer and self.viewer != self.person.ref:
            return f"“{title}” (about {self._name(self.person.ref)})"
        if recipient != self.viewer:
            return f"“{title}” to {_OFFICES.get(recipient) or self._mentor(recipient)}"
        return f"“{title}”"

    def _mentor(self, ref: str) -> str:
        return f"the mentor {self._name(ref)}"

    def _name(self, ref: str) -> str:
        contact = self.contacts.get(ref)
        return contact.full_name if contact else ref
