"""What staff do with one message: send it again, put it aside, let it go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.office import Office
from ats.outbox.cohort_now import CohortNow
from ats.outbox.messages import message_named
from ats.outbox.overtaken import is_overtaken
from ats.outbox.park import put_aside
from ats.outbox.requeue import queue_again
from ats.outbox.stage import insert_message, rfc_id
from ats.planning.again import AGAIN, original
from ats.planning.planner import Planner
from ats.records import gather
from ats.records import models as m
from config.programme import MessageClass

#: The bundles of what is sent again begin so; nothing else joins such a message.
BUNDLE = "again/"


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of the message; `goes_at` is the first moment at which it may go."""

    message_id: str
    status: str
    goes_at: dt.datetime | None = None


def resend(office: Office, name: str, *, now: dt.datetime, by: str) -> Handled:
    """Queue what this message said once more, to the recipient's address of today.

    A message of its own, with a Message-ID and a ledger row of its own (`…/again-1`): what was
    sent stays as it is. It goes in the hours of its class; the weekly cap does not hold it.
    Raises NotFound, and Refused for what still waits, was never written, must not go, or had not
    been sent yet; and while a copy waits.
    """
    with office.store.write() as session:
        message, row = _message_and_row(session, name)
        session.refresh(message, with_for_update=True)  # two at once make one copy
        if message.status not in ("sent", "failed") or not message.context:
            raise Refused(_STILL_WAITS.get(message.status, _NEVER_WRITTEN).format(name=name))
        _refuse_second_copy(session, row, name)
        _refuse_unreachable(session, message, row)
        at = CohortNow(office, session.get_one(m.Cohort, message.cohort_id).code, now)
        planner = at.planner(session, at.cohort(session))
        if is_overtaken(message.context, planner.timeline):
            raise Refused(
                f"Message {name} names a time of a webinar that has changed since, or an old "
                "address of its recording, so it is not sent again; whoever was told that is told "
                "the new one by itself."
            )
        _refuse_before(message, row, name, planner)
        again = _next_number(session, row)
        occurrence = f"{row.occurrence}{AGAIN}{again}"
        goes_at = _opening(planner, session, message, row)
        key = (row.step, occurrence, row.recipient)
        values = _copied(message) | {
            "rfc_id": rfc_id(at.code, key, now, office.letterhead.domain),
            "send_on": planner.timeline.local_date(goes_at),
            "bundle": BUNDLE + "/".join(key),
            "date": now,
            "next_attempt_at": goes_at if goes_at > now else None,
            "repeats_id": message.id,
        }
        session.add(_row_again(row, occurrence, now, insert_message(session, values)))
        _audit(session, message, "message resent", now=now, by=by, after=values["rfc_id"])
        return Handled(values["rfc_id"], "queued", goes_at)


def park(office: Office, name: str, *, now: dt.datetime, by: str) -> Handled:
    """Put a waiting message aside until it is released. Raises NotFound and Refused."""
    with office.store.write() as session:
        message, _ = _message_and_row(session, name)
        if message.status != "queued":
            raise Refused(_NOT_WAITING[message.status].format(name=name))
        put_aside(message, _rows(session, message), now=now)
        _audit(session, message, "message parked", now=now, by=by)
        return Handled(message.rfc_id, message.status)


def release(office: Office, name: str, *, now: dt.datetime, by: str) -> Handled:
    """Let a parked message go with the next tick, if it still may. Raises NotFound, Refused."""
    with office.store.write() as session:
        message, _ = _message_and_row(session, name)
        if message.status != "parked":
            raise Refused(
                f"Message {name} is not parked (it is {message.status}), so there is nothing to "
                "release."
            )
        queue_again(session, message, may_have_left=message.unsure > 0)
        message.next_attempt_at = None
        for row in _rows(session, message):
            row.outcome, row.reason, row.decided_at = "queued", None, now
        _audit(session, message, "message released", now=now, by=by)
        return Handled(message.rfc_id, message.status)


_STILL_WAITS = {
    "queued": "Message {name} has not been sent yet; it goes by itself.",
    "claimed": "Message {name} is being sent at this moment; look again in a minute.",
    "parked": "Message {name} is parked; let it go with `ats message release {name}`.",
}
_COPY_WAITS = {
    "queued": "A copy of message {name} waits already (message {copy}); it goes by itself.",
    "claimed": (
        "A copy of message {name} is being sent at this moment (message {copy}); look again in a "
        "minute."
    ),
    "parked": (
        "A copy of message {name} is parked; let it go with `ats message release {copy}` instead."
    ),
}
_NEVER_WRITTEN = "Message {name} was never written, so there is nothing to send again."
_NOT_WAITING = {
    "claimed": "Message {name} is being sent at this moment, so it cannot be parked any more.",
    "sent": "Message {name} has been sent, so it cannot be parked any more.",
    "failed": "Message {name} has failed for good; there is nothing to park.",
    "parked": "Message {name} is parked already.",
}


def _message_and_row(session: Session, name: str) -> tuple[m.Message, m.LedgerRow]:
    message = message_named(session, name)
    row = m.LedgerRow
    rows = session.execute(
        select(row).where(col(row.message_id) == message.id).order_by(col(row.due_at), col(row.key))
    )
    first: m.LedgerRow | None = rows.scalars().first()
    if first is None:
        raise Refused(f"Message {name} has no row in the ledger; run `ats doctor`.")
    return message, first


def _rows(session: Session, message: m.Message) -> list[m.LedgerRow]:
    row = m.LedgerRow
    mine = select(row).where(col(row.message_id) == message.id, col(row.outcome).in_(m.OPEN))
    return list(session.execute(mine).scalars())


def _refuse_second_copy(session: Session, row: m.LedgerRow, name: str) -> None:
    """Refuse while any copy of what this row said, or a copy of a copy, has not gone yet."""
    r = m.LedgerRow
    first = original(row.occurrence)
    waiting = (
        select(m.Message)
        .join(r, col(r.message_id) == col(m.Message.id))
        .where(
            col(m.Message.status).in_(_COPY_WAITS),
            col(r.cohort_id) == row.cohort_id,
            col(r.enrolment_id).is_not_distinct_from(row.enrolment_id),
            col(r.step) == row.step,
            col(r.recipient) == row.recipient,
            col(r.occurrence).startswith(first + AGAIN, autoescape=True),
        )
    )
    copy: m.Message | None = session.execute(waiting.limit(1)).scalar()
    if copy is not None:
        raise Refused(_COPY_WAITS[copy.status].format(name=name, copy=copy.id))


def _refuse_before(message: m.Message, row: m.LedgerRow, name: str, planner: Planner) -> None:
    ended = message.sent_at or row.decided_at
    if planner.now < ended:
        moment = f"{ended.astimezone(planner.timeline.zone):%Y-%m-%d %H:%M}"
        how = "was sent" if message.status == "sent" else "failed"
        raise Refused(
            f"Message {name} {how} at {moment} only, so it cannot be sent again before; give a "
            "later --now."
        )


def _refuse_unreachable(session: Session, message: m.Message, row: m.LedgerRow) -> None:
    if row.enrolment_id is None:
        return
    person = gather.participants(session, [row.enrolment_id])[0]
    is_silenced = person.is_silenced(message.recipient)
    if is_silenced or person.status != "active" or person.parked:
        how = "silenced" if is_silenced else "parked" if person.parked else person.status
        raise Refused(f"Nothing goes to or about {person.ref} at present ({how}).")
    if message.recipient in person.suppressed:
        raise Refused(
            f"The address of {message.recipient} does not work; import one that does with the "
            "roster, or let mail go to it again, if it works after all, with "
            f"`ats contact lift {message.recipient}`; then send this again."
        )


def _opening(
    planner: Planner, session: Session, message: m.Message, row: m.LedgerRow
) -> dt.datetime:
    """Return the first moment at which mail of this class may go to this recipient."""
    nation = planner.timeline.programme.nation
    if row.enrolment_id is not None:
        person = gather.participants(session, [row.enrolment_id])[0]
        mentors = {mentorship.ref: mentorship.nation for mentorship in person.mentorships}
        nation = mentors.get(message.recipient, person.nation)
    policy = planner.policy.classes[cast("MessageClass", message.class_)]
    return planner.windows.opening(policy, nation, planner.now)[0]


def _next_number(session: Session, row: m.LedgerRow) -> int:
    r = m.LedgerRow
    told = select(func.count()).where(
        col(r.enrolment_id).is_not_distinct_from(row.enrolment_id),
        col(r.step) == row.step,
        col(r.recipient) == row.recipient,
        col(r.occurrence).startswith(row.occurrence + AGAIN, autoescape=True),
    )
    return int(session.execute(told).scalar_one()) + 1


def _copied(message: m.Message) -> dict[str, Any]:
    names = ("cohort_id", "recipient", "role", "class_", "context", "has_chaser", "has_tip")
    return {name: getattr(message, name) for name in names}


def _row_again(row: m.LedgerRow, occurrence: str, now: dt.datetime, message: int) -> m.LedgerRow:
    head = row.key.removesuffix(f"/{row.step}/{row.occurrence}/{row.recipient}")
    return m.LedgerRow(
        key=f"{head}/{row.step}/{occurrence}/{row.recipient}",
        cohort_id=row.cohort_id,
        enrolment_id=row.enrolment_id,
        step=row.step,
        occurrence=occurrence,
        recipient=row.recipient,
        role=row.role,
        class_=row.class_,
        due_at=now,
        outcome="queued",
        decided_at=now,
        message_id=message,
    )


def _audit(
    session: Session,
    message: m.Message,
    action: str,
    *,
    now: dt.datetime,
    by: str,
    after: str | None = None,
) -> None:
    session.add(
        m.Audit(
            at=now,
            by=by,
            action=action,
            cohort_id=message.cohort_id,
            subject=message.recipient,
            before={"message_id": message.rfc_id},
            after={"message_id": after} if after else None,
        )
    )
