"""Invitations: from when on somebody is due them, and which of several to one webinar is theirs."""

from __future__ import annotations

import datetime as dt

from ats.planning.facts import Participant, WebinarFact
from ats.planning.occurrence import name_of
from ats.planning.rules import Rule


def invited_from(rule: Rule, person: Participant) -> dt.datetime | None:
    """Return from when on the rule invites its recipient; None: they did not choose that.

    A mentor is invited from when they agreed, if they had chosen invitations before.
    """
    whose = person.mentorship if rule.to == "mentor" else person
    if whose is None or whose.invited_since is None or whose.accepted_at is None:
        return None
    return max(whose.invited_since, whose.accepted_at).replace(microsecond=0)


def invitation_number(
    rule: Rule, webinar: WebinarFact, person: Participant, since: dt.datetime
) -> int:
    """Return 1, or one more for each time that this had come to its end before they chose it anew.

    What they were sent then they may have deleted: going over to the subscription asks for that.
    """
    mentor = person.mentorship
    recipient = mentor.ref if rule.to == "mentor" and mentor else person.ref
    number = 1
    while True:
        row = person.past.get((rule.step, name_of(webinar.key, rule, number), recipient))
        ended = (row.sent_at or row.decided_at) if row is not None and row.is_final else None
        if ended is None or ended >= since:
            return number
        number += 1
