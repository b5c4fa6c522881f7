"""Whether somebody gets an e-mail about a change of a webinar, and when, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ats.people.parked import UNTIL
from ats.planning.facts import Participant
from ats.planning.planner import DATED, Decision, Planner, Verdict
from ats.planning.timeline import Timeline
from ats.webinars.remarks import spoken

#: Why no e-mail goes, by the reason in the ledger; in braces whom the e-mail is about.
_WHY_NOT: Mapping[str, str] = {
    "suppressed": "their address does not work",
    "opted-out": "they have switched e-mails about webinars off",
    "mentor-ended": "they mentor nobody here any more",
    "submitted": "{have} submitted",
    "late-joiner": "{have} not joined yet",
    "paused-out": "{are} on a break",
    "deferred": "{have} deferred",
    "withdrawn": "{have} withdrawn",
    "silenced": "all e-mails about {whom} are stopped",
}
_PARTICIPANT = {"have": "they have", "are": "they are", "whom": "them", "whose": "their"}
_MENTEE = {
    "have": "their mentee has",
    "are": "their mentee is",
    "whom": "their mentee",
    "whose": "their mentee's",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """Why no e-mail goes to somebody, or what one waits for, or when it goes.

    With none of these it goes with the next tick.
    """

    why_not: str | None = None
    waits: str | None = None
    goes_at: dt.datetime | None = None

    @property
    def rank(self) -> int:
        """The lower, the sooner an e-mail goes."""
        return 2 if self.why_not else 1 if self.waits else 0


def outlook(
    decision: Decision, person: Participant, planner: Planner, *, told: dt.datetime | None
) -> Outlook:
    """Return what a decision about a participant means to whom it is for, told this start last."""
    o, verdict = decision.occurrence, decision.verdict
    reason, words = verdict.reason or "", _MENTEE if o.role == "mentor" else _PARTICIPANT
    match verdict.outcome:
        case "queued":
            return Outlook()
        case "held":
            ends = planner.ends(o, person)
            if verdict.until is not None and ends is not None and verdict.until >= ends:
                return Outlook(f"{words['are']} on a break until after it")
            if reason in DATED:
                return Outlook(goes_at=verdict.until)
            return Outlook(waits=_waits(verdict, planner.timeline, words))
        case "expired":
            return Outlook("it is too late to be of use")
    if reason == "condition-unmet":
        return Outlook("they were told this time" if told else "nobody has told them a time yet")
    return Outlook(_WHY_NOT.get(reason, reason.replace("-", " ")).format(**words))


def _waits(verdict: Verdict, timeline: Timeline, words: Mapping[str, str]) -> str:
    """Return what an e-mail waits for, as the end of 'gets an e-mail …'."""
    match verdict.reason:
        case "paused" if timeline.cohort.status == "paused":
            return "when the pause of the cohort ends"
        case "paused":
            on = f"on {spoken(timeline, verdict.until)}, " if verdict.until else ""
            return f"{on}when {words['whose']} break ends"
        case "parked" if verdict.until is None:
            return f"when {UNTIL.replace('them', words['whom'])}"
        case "parked":
            return "if the one that is on its way to them gives another time"
        case "trial":
            return "when the cohort goes live"
    return "when what it waits for is settled"
