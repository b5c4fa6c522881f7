"""Reasonable adjustments: what was agreed with somebody about how we reach them.

`no-chasers`: no e-mail reminds them of anything; a person helps when it is time. `phone-instead`:
neither, and operations ring at the first reminder. `other-format`: what goes by itself goes as it
is, and staff send it in another format; so staff are shown it wherever they read of this person.
"""

from __future__ import annotations

from ats.errors import Refused
from ats.office import Office
from ats.people.changing import Change, Changed, Decision, changed

ADJUSTMENTS = ("no-chasers", "other-format", "phone-instead")
_MIND = {
    "other-format": "what goes by itself stays as it is; whoever reads of them is shown this",
    "phone-instead": "in the place of the first reminder operations get a call task",
}


def adjust(
    office: Office, ref: str, adjustment: str, decision: Decision, *, end: bool, preview: bool
) -> Changed:
    """Begin or end an adjustment. Raises NotFound, and Refused for one that stands, or does not."""

    def action(change: Change) -> None:
        if adjustment not in ADJUSTMENTS:
            known = ", ".join(ADJUSTMENTS)
            raise Refused(f'There is no adjustment "{adjustment}"; there are {known}.')
        before = sorted(change.outlook.person.adjustments)
        standing = [o for o in change.overlays("adjustment") if o.adjustment == adjustment]
        if end and not standing:
            raise Refused(f"{adjustment} is not agreed with {change.whose.ref}; nothing to end.")
        if standing and not end:
            raise Refused(f"{adjustment} is agreed with {change.whose.ref} already.")
        for overlay in standing:
            change.revoke(overlay)
        if not end:
            change.add("adjustment", adjustment=adjustment)
            change.remarks += [_MIND[adjustment]] if adjustment in _MIND else []
        after = set(before) - {adjustment} if end else {*before, adjustment}
        change.audit("adjust", before, sorted(after))

    return changed(office, ref, "adjust", action, decision, preview=preview)
