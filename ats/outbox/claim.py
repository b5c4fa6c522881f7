"""Claiming: take queued messages, test every row again, pin what will be said, and commit.

Only when the claim is committed does anything go to the mail server; no transaction is open
while it does.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from ats.office import Letterhead, Office
from ats.outbox.compose import Composer
from ats.outbox.invitation import pinned
from ats.outbox.park import park
from ats.outbox.retest import Retest
from ats.people.contacts import Contact, contacts
from ats.people.mentor_register import suggested_names
from ats.planning.facts import Participant
from ats.planning.planner import Planner
from ats.records import gather
from ats.records import models as m
from ats.unexpected import told

#: The stage of a message that was refused as others were in a row (`ats.outbox.suspicion`).
DOUBTED = "refused"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send: pinned, addressed, committed once the claim is."""

    id: int
    rfc_id: str
    date: dt.datetime
    to_address: str
    context: Mapping[str, Any]
    doubted: bool = False


@dataclass(slots=True)
class Claim:
    """One claim over one cohort; the caller's write transaction commits it."""

    session: Session
    cohort: m.Cohort
    planner: Planner
    office: Office
    letterhead: Letterhead  # of this cohort, today
    owner: str
    lease_until: dt.datetime
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    looked_at: int = 0

    def take(self, limit: int) -> list[Claimed]:
        """Claim up to *limit* messages that may go now; rows that fail the retest leave them.

        Returns the claimed messages; `looked_at` counts all that were tested, so that 0 means
        that nothing is left to claim.
        """
        messages = self._queued(limit)
        self.looked_at = len(messages)
        rows = self._rows([_id(message) for message in messages])
        people = self._people(rows)
        known = contacts(self.session, _refs(messages, people))
        retest = Retest(
            self.session, self.cohort, self.planner, self._composer(known), people, self.outcomes
        )
        claimed: list[Claimed] = []
        for message in messages:
            mine = rows.get(_id(message), [])
            try:
                context = retest.context(message, mine)
                if context is not None:
                    classes = {row.class_ for row in mine if row.outcome == "queued"}
                    contact = known.get(message.recipient)
                    claimed.append(self._pin(message, context, contact, classes))
            except DBAPIError:  # the transaction is lost, whosever message it was
                raise
            except Exception as fault:  # noqa: BLE001 (one message's fault never stops the others)
                self.errors.append(f"composing {message.rfc_id} was {told(fault)}")
                park(self.session, message, mine, now=self.planner.now)
        self.session.flush()
        if claimed:
            self.session.connection().execute(_PINNED, [self._lease(one) for one in claimed])
        return claimed

    def _queued(self, limit: int) -> Sequence[m.Message]:
        """Return the oldest; what was refused as others were comes after all that was not."""
        waiting = select(m.Message).where(_may_be_claimed(self.cohort, self.planner.now))
        oldest = waiting.order_by(col(m.Message.id)).limit(limit).with_for_update(skip_locked=True)
        doubted = col(m.Message.stage) == DOUBTED
        fresh = oldest.where(doubted.is_not(True))
        return self.session.execute(fresh).scalars().all() or (
            self.session.execute(oldest.where(doubted)).scalars().all()
        )

    def _rows(self, messages: Iterable[int]) -> dict[int, list[m.LedgerRow]]:
        found: dict[int, list[m.LedgerRow]] = defaultdict(list)
        row = m.LedgerRow
        for item in self.session.execute(
            select(row)
            .where(col(row.message_id).in_(set(messages)), col(row.outcome) == "queued")
            .order_by(col(row.due_at), col(row.key))
        ).scalars():
            assert item.message_id is not None
            found[item.message_id].append(item)
        return found

    def _people(self, rows: Mapping[int, list[m.LedgerRow]]) -> dict[int, Participant]:
        ids = {r.enrolment_id for mine in rows.values() for r in mine if r.enrolment_id}
        return {p.id: p for p in gather.participants(self.session, sorted(ids))}

    def _composer(self, known: Mapping[str, Contact]) -> Composer:
        return Composer(
            self.planner.timeline,
            self.letterhead,
            known,
            self.planner.now,
            self.cohort.status == "trial",
            self.office.links,
            lambda person: suggested_names(self.session, person.id),
        )

    # -- pinning ---------------------------------------------------------------------------

    def _pin(
        self,
        message: m.Message,
        context: dict[str, Any],
        contact: Contact | None,
        classes: set[str],
    ) -> Claimed:
        to_name, to_address = self._addressed(message, contact)
        head = self._head(message, classes) | {"to_name": to_name, "to_address": to_address}
        if "entry" in context:
            head["invitation"] = pinned(context["entry"], sender=head["from"], attendee=to_address)
        return Claimed(
            id=_id(message),
            rfc_id=message.rfc_id,
            date=message.date,
            to_address=to_address,
            context={**context, "head": head},
            doubted=message.stage == DOUBTED,
        )

    def _lease(self, one: Claimed) -> dict[str, Any]:
        return {
            "message": one.id,
            "address": one.to_address,
            "pinned": one.context,
            "owner": self.owner,
            "until": self.lease_until,
        }

    def _addressed(self, message: m.Message, contact: Contact | None) -> tuple[str, str]:
        """Return the name and address that this message goes to."""
        head = self.letterhead
        offices = {"operations": head.operations, "pxm": head.pxm}
        address = contact.email if contact else offices[message.role]
        return contact.full_name if contact else "", head.redirect_to or address

    def _head(self, message: m.Message, classes: set[str]) -> dict[str, Any]:
        """Return what is pinned of the headers and the envelope."""
        head, links, bounces = self.letterhead, self.office.links, self.office.bounces
        policy = self.planner.policy.classes
        optional = all(policy[class_].may_be_switched_off for class_ in classes)  # type: ignore[index]
        return {
            "from": head.sender,
            "reply_to": head.reply_to,
            "intended_for": message.recipient if head.redirect_to else None,
            "unsubscribe": links.unsubscribe(message.recipient, sorted(classes))
            if links and optional
            else None,
            "bounces_to": bounces.of(_id(message)) if bounces else head.sender_address,
        }


_MESSAGE: Any = m.Message.__table__  # type: ignore[attr-defined]
_PINNED = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("message"))
    .values(
        to_address=bindparam("address"),
        context=bindparam("pinned"),
        status="claimed",
        stage="claimed",
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
    )
)


def anything_queued(session: Session, cohort: m.Cohort, *, now: dt.datetime) -> bool:
    """Say whether a claim over this cohort would find anything. Writes nothing."""
    found = select(col(m.Message.id)).where(_may_be_claimed(cohort, now)).limit(1)
    return session.execute(found).first() is not None


def next_attempt(session: Session, cohort: m.Cohort) -> dt.datetime | None:
    """Return when the first queued message that was put off is tried again."""
    msg = m.Message
    queued = col(msg.cohort_id) == cohort.id, col(msg.status) == "queued"
    found: dt.datetime | None = session.execute(
        select(func.min(col(msg.next_attempt_at))).where(*queued, col(msg.attempts) > 0)
    ).scalar()
    return found


def _may_be_claimed(cohort: m.Cohort, now: dt.datetime) -> ColumnElement[bool]:
    msg = m.Message
    return and_(
        col(msg.cohort_id) == cohort.id,
        col(msg.status) == "queued",
        col(msg.next_attempt_at).is_(None) | (col(msg.next_attempt_at) <= now),
    )


def _id(message: m.Message) -> int:
    assert message.id is not None
    return message.id


def _refs(messages: Iterable[m.Message], people: Mapping[int, Participant]) -> set[str]:
    refs = {message.recipient for message in messages}
    refs |= {person.ref for person in people.values()}
    standing = (person.mentorship for person in people.values())
    return refs | {mentorship.ref for mentorship in standing if mentorship}
