"""Why staff change somebody's year: a short list of codes, in the records instead of stories.

A *restricted* one tells of health or a private life: the records keep it, and nothing but
`ats audit --restricted` shows it. A provider changes the list here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as staff read it, and whether only few may."""

    title: str
    restricted: bool = False


REASONS: Mapping[str, Reason] = {
    "access": Reason("an adjustment was agreed", restricted=True),
    "bereavement": Reason("a bereavement", restricted=True),
    "caring": Reason("caring responsibilities", restricted=True),
    "conduct": Reason("a matter of conduct", restricted=True),
    "death": Reason("a death", restricted=True),
    "employer": Reason("a change at the employer"),
    "illness": Reason("illness", restricted=True),
    "mentor-request": Reason("the mentor asked for it"),
    "new-role": Reason("a new role or employer"),
    "not-given": Reason("no reason was written down"),
    "own-request": Reason("the participant asked for it"),
    "personal": Reason("something personal", restricted=True),
    "parental-leave": Reason("parental leave", restricted=True),
    "safeguarding": Reason("a safeguarding matter", restricted=True),
    "technical": Reason("technical trouble"),
    "workload": Reason("workload"),
}
#: Those that a form of the dashboard offers: it shows what it was given to whoever may look.
OpenReason = Literal["employer", "new-role", "own-request", "personal", "technical", "workload"]
#: What is said where the reason is not.
RESTRICTED = "restricted"
