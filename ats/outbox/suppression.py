"""Suppression: addresses that do not work. Nothing goes to them until one is lifted or changed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.intake.values import email_key
from ats.outbox.result import Result, is_bad_address
from ats.people.dead_addresses import stands_for
from ats.people.enrolled import known
from ats.people.vital import send_again
from ats.records import models as m
from ats.records.due import look_again_about
from ats.records.store import Store

_REFUSED = re.compile(r"(?<![\d.])5\.1\.\d{1,3}(?![\d.])")


@dataclass(frozen=True, slots=True)
class Lifted:
    """A suppression that stands no more; `message` is the one that failed or came back."""

    ref: str
    person: int  # id
    since: dt.datetime
    reason: str
    status: str
    lifted_at: dt.datetime
    message: int | None


def suppress_refused(
    session: Session, message: m.Message, result: Result, *, now: dt.datetime
) -> None:
    """Suppress the address of a message that was refused for it; else do nothing."""
    found = _REFUSED.search(result.answer)
    if found is not None and is_bad_address(found[0]):
        suppress(session, message, reason="refused", status=found[0], now=now)


def suppress(
    session: Session, message: m.Message, *, reason: str, status: str, now: dt.datetime
) -> bool:
    """Suppress the address that this message went to; return False if it was so already.

    Offices keep theirs: it is of the settings, and whoever could mend it reads mail there.
    """
    if message.role in ("operations", "pxm"):
        return False
    key = email_key(message.to_address or "")
    standing = select(col(m.Suppression.id)).where(
        col(m.Suppression.email_key) == key, col(m.Suppression.lifted_at).is_(None)
    )
    if not key or session.execute(standing).first() is not None:
        return False
    person = _person(session, message.recipient)
    session.add(
        m.Suppression(
            email_key=key,
            person_id=person,
            reason=reason,
            status=status,
            message_id=message.id,
            at=now,
        )
    )
    session.flush()
    roles = select(col(m.Role.id)).where(col(m.Role.person_id) == person)
    look_again_about(session, session.execute(roles).scalars().all())  # somebody is asked
    return True


def _person(session: Session, ref: str) -> int | None:
    whose = select(col(m.Role.person_id)).where(col(m.Role.ref) == ref)
    return session.execute(whose).scalar()


def lift(store: Store, ref: str, *, now: dt.datetime, by: str) -> Lifted:
    """Let mail go to this person's address again, in all their roles: it works after all.

    What is vital and did not arrive goes again; everything open for the people concerned is judged
    anew with the next tick. Raises NotFound, and Refused where nothing is suppressed, or was not
    yet at that moment.
    """
    with store.write() as session:
        who = known(session, ref)
        standing = stands_for(session, who.person_id)
        if standing is None:
            raise Refused(
                f"Nothing is suppressed for {who.ref}: mail goes to the address in the records; "
                "`ats contact list` tells which addresses do not work."
            )
        if now < standing.at:
            raise Refused(
                f"The address of {who.ref} was suppressed on {standing.at.day} "
                f"{standing.at:%B %Y}, after the moment that this would be recorded for; leave "
                "--now out, or give a later one."
            )
        standing.lifted_at, standing.lifted_by = now, by
        rows = send_again(session, who.person_id, since=standing.at, now=now)
        before = {
            "since": standing.at.isoformat(),
            "reason": standing.reason,
            "status": standing.status,
        }
        session.add(
            m.Audit(
                at=now,
                by=by,
                action="contact-lift",
                subject=who.ref,
                before=before,
                after={"again": [f"{row.step} {row.occurrence}" for row in rows]},
            )
        )
        return Lifted(
            who.ref,
            who.person_id,
            standing.at,
            standing.reason,
            standing.status,
            now,
            standing.message_id,
        )


def lifted_at(session: Session, key: str) -> dt.datetime:
    """Return when somebody said last that this address works after all; long ago if nobody has."""
    last = select(func.max(col(m.Suppression.lifted_at))).where(col(m.Suppression.email_key) == key)
    return session.execute(last).scalar() or m.EPOCH
