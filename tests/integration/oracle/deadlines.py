"""When each milestone is due for somebody, and when its rungs are: DOMAIN.md's dates and counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from days_off import roll_forward, working_day_after
from portfolio_exports import Person, Sections, StaffActs

STARTS = dt.date(2026, 10, 5)
SUBMISSION = dt.date(2027, 10, 6)
#: Milestone → its published day, what must be complete, what must at least be started.
MILESTONES: dict[str, tuple[dt.date, set[str], set[str]]] = {
    "first-observation": (dt.date(2026, 11, 20), {"first-observation"}, set()),
    "pdp": (dt.date(2027, 1, 15), {"about-you", "self-assessment", "pdp"}, set()),
    "diary-and-coaching": (dt.date(2027, 3, 19), set(), {"reflective-diary", "coaching"}),
    "project-impact": (dt.date(2027, 6, 25), {"impact-project", "cpd-log"}, set()),
    "final-observation": (dt.date(2027, 9, 17), {"final-observation"}, set()),
    "submission": (SUBMISSION, {"submission"}, set()),
}
WEEKS_AFTER_JOINING = {"first-observation": 6, "pdp": 15}
#: The rungs that staff hear of, in working days after the due day.
TWO_OVERDUE, RED_ALREADY, CALL, STALLED = 1, 8, 13, 18
NOT_SUBMITTED = 1
#: The oldest data, in open days, that a rung acts on.
FRESH = 3


@dataclass(frozen=True)
class Rung:
    """What falls due a number of working days after a milestone."""

    milestone: str
    after: int
    on: dt.date


@dataclass(frozen=True)
class Deadlines:
    """One person's dates, as far as staff have not moved them by hand."""

    person: Person
    acts: StaffActs

    def due(self, milestone: str) -> dt.date:
        """Return the day on which a milestone is due for this person."""
        day, nation = MILESTONES[milestone][0], self.person.nation
        if self.person.joined > STARTS and milestone in WEEKS_AFTER_JOINING:
            weeks = dt.timedelta(weeks=WEEKS_AFTER_JOINING[milestone])
            day = roll_forward(nation, self.person.joined + weeks)
        day = self.acts.extensions.get((self.person.ref, milestone), day)
        first, back = self.acts.a_break(self.person.ref)
        return roll_forward(nation, day + (back - first)) if first <= day else day

    def rungs(self) -> list[Rung]:
        """Return the rungs that staff hear of, in order.

        There are none of milestones from the day of submission on, and what falls into a break is
        left out.
        """
        found = []
        for key in MILESTONES:
            submission = key == "submission"
            counts = (NOT_SUBMITTED,) if submission else (TWO_OVERDUE, RED_ALREADY, CALL, STALLED)
            for after in counts:
                on = working_day_after(self.person.nation, self.due(key), after)
                is_left_out = self.acts.is_on_a_break(self.person.ref, on)
                if (submission or on < self.due("submission")) and not is_left_out:
                    found.append(Rung(key, after, on))
        return sorted(found, key=lambda rung: (rung.on, rung.after))


def is_met(milestone: str, sections: Sections) -> bool:
    """Say whether a portfolio with these sections meets a milestone."""
    _, complete, started = MILESTONES[milestone]
    finished = {key for key, (status, _) in sections.items() if status == "complete"}
    return complete <= finished and started <= set(sections)
