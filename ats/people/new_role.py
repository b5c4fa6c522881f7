"""A new role or employer, as one form: address, teaching, observer, whether the mentor stays."""

from __future__ import annotations

from dataclasses import dataclass

from ats.cases.opening import open_case
from ats.errors import Refused
from ats.intake.values import (
    CellFault,
    read_name,
)
from ats.office import Office
from ats.people.changing import Change, Changed, Decision, changed
from ats.people.enrolled import known
from ats.people.mending import mend_fields
from ats.planning.facts import Participant

#: The kind of case for the PXM, and its signals.
KIND = "new-role"
NO_TEACHING, NO_OBSERVER = "new-role no-teaching", "new-role no-observer"


@dataclass(frozen=True, slots=True)
class NewRole:
    """What the form asks. None: as it was, and of the observer: nobody is known."""

    teaching: bool
    mentor_stays: bool
    observer: str | None = None
    email: str | None = None
    organisation: str | None = None
    nation: str | None = None


def new_role(
    office: Office, ref: str, form: NewRole, decision: Decision, *, preview: bool
) -> Changed:
    """Record somebody's new role with all that follows, in one transaction.

    Raises NotFound, and Refused for an address, organisation, nation or name that can be none,
    and for an address that is somebody else's.
    """

    def action(change: Change) -> None:
        asked = {"email": form.email, "organisation": form.organisation, "nation": form.nation}
        wanted = {field: value for field, value in asked.items() if value is not None}
        who = known(change.session, change.whose.ref)
        mended = mend_fields(change.session, who, wanted, now=decision.now, by=decision.by)
        observer = _observer(form.observer) if form.observer else None
        change.remarks += [f"the {field} is another now" for field in mended]
        _ask_pxm(change, form.teaching, observer)
        leaves = None if form.mentor_stays else _stand_down(change)
        before = {field: before for field, (before, _) in mended.items()}
        after = {field: after for field, (_, after) in mended.items()}
        answers = {"teaching": form.teaching, "observer": observer, "mentor_leaves": leaves}
        change.audit("new-role", before, {**after, **answers})

    return changed(office, ref, "new-role", action, decision, preview=preview)


def _observer(text: str) -> str:
    """Return the name of who observes. Raises Refused."""
    try:
        return read_name(text)
    except CellFault as fault:
        raise Refused(f"This cannot be --observer: {str(fault).rstrip('.')}.") from None


def _ask_pxm(change: Change, teaching: bool, observer: str | None) -> None:
    """Open a case where an observation cannot take place as things are."""
    signals = [] if teaching else [NO_TEACHING]
    signals += [] if observer else [NO_OBSERVER]
    enrolment = change.whose.enrolment
    for signal in signals:
        open_case(
            change.session,
            cohort_id=enrolment.cohort_id,
            enrolment_id=change.enrolment_id,
            kind=KIND,
            owner="pxm",
            signal=signal,
            now=change.decision.now,
        )
    if signals:
        what = (signal.removeprefix("new-role ").replace("-", " ") for signal in signals)
        change.remarks.append(f"a case for the PXM: {' and '.join(what)}")
    else:
        change.remarks.append("somebody is named who observes")


def _stand_down(change: Change) -> str | None:
    """End the mentorship of a mentor who does not remain, and return who it was."""
    person: Participant = change.outlook.person
    mentor = person.mentorship
    if mentor is None:
        change.remarks.append("no mentor was named, so none leaves")
        return None
    change.stand_down("replaced")
    change.remarks.append(f"{mentor.ref} mentors them no longer")
    return mentor.ref
