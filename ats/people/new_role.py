"""A new role or employer, as one form: address, teaching, observer, whether the mentor stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import open_case
from ats.errors import Refused
from ats.intake.staff import MEND
from ats.intake.values import (
    Address,
    CellFault,
    read_email,
    read_name,
    read_nation,
    read_organisation,
)
from ats.office import Office
from ats.people.changing import Change, Changed, Decision, changed
from ats.planning.facts import Participant
from ats.records import models as m
from ats.records.due import look_again_about

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
        mended = mend_person(change.session, change.whose.enrolment.role_id, wanted, decision)
        observer = _read(read_name, form.observer) if form.observer else None
        change.remarks += [f"{field} is {after} now" for field, (_, after) in mended.items()]
        _ask_pxm(change, form.teaching, observer)
        leaves = None if form.mentor_stays else _stand_down(change)
        before = {field: before for field, (before, _) in mended.items()}
        after = {field: after for field, (_, after) in mended.items()}
        answers = {"teaching": form.teaching, "observer": observer, "mentor_leaves": leaves}
        change.audit("new-role", before, {**after, **answers})

    return changed(office, ref, "new-role", action, decision, preview=preview)


def mend_person(
    session: Session, role_id: int, wanted: Mapping[str, str], decision: Decision
) -> dict[str, tuple[str, str]]:
    """Set fields of whoever has this role: email, organisation, nation.

    Returns what changed, field → (before, after); each is in the audit trail, and no file sets
    it again. Raises Refused for a value that can be none, and an address that is another's.
    """
    role = session.get_one(m.Role, role_id)
    person = session.get_one(m.Person, role.person_id, with_for_update=True)
    mended: dict[str, tuple[str, str]] = {}
    for field, text in wanted.items():
        before = getattr(person, field)
        value = _read(_READERS[field], text)
        if isinstance(value, Address):
            if value.typed == before:
                continue
            _readdress(session, person, value, decision)
            value = value.typed
        if value != before:
            setattr(person, field, value)
            mended[field] = (before, value)
            _note(session, role.ref, field, mended[field], decision)
    session.add(person)
    session.flush()
    roles = select(col(m.Role.id)).where(col(m.Role.person_id) == person.id)
    look_again_about(session, [i for i in session.execute(roles).scalars() if i is not None])
    return mended


_READERS: Mapping[str, Callable[[str], Any]] = {
    "email": read_email,
    "organisation": read_organisation,
    "nation": read_nation,
}


def _read(reader: Callable[[str], Any], text: str) -> Any:
    """Return what a text means. Raises Refused."""
    try:
        return reader(text)
    except CellFault as fault:
        said = str(fault).rstrip(".")
        raise Refused(f"{said[0].upper()}{said[1:]}.") from None


def _readdress(session: Session, person: m.Person, address: Address, decision: Decision) -> None:
    """Give somebody another address; one that differs in case only is the same. Raises Refused."""
    if address.key == person.email_key:
        return
    owner = session.execute(
        select(col(m.Role.ref))
        .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
        .where(col(m.Person.email_key) == address.key)
        .order_by(col(m.Role.ref))
    ).scalar()
    if owner is not None:
        raise Refused(
            f"{address.typed} is the address of {owner} in the records; ask whose it is, and "
            "give another one."
        )
    person.email_key, person.email_changed_at = address.key, decision.now


def _note(
    session: Session, ref: str, field: str, values: tuple[str, str], decision: Decision
) -> None:
    before, after = values
    session.add(
        m.Audit(
            at=decision.now,
            by=decision.by,
            action=f"{MEND}{field}",  # what a file then leaves alone
            subject=ref,
            before=before,
            after=after,
            reason=decision.reason,
            restricted=decision.restricted,
        )
    )


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
        change.remarks.append(f"{observer} observes")


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
