"""Staging: the planner's decisions become ledger rows, queued messages and cases, in one write."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session, col

from ats.cases.opening import open_case
from ats.outbox import mentor_request
from ats.outbox.address_rule import ask_to_confirm
from ats.planning.facts import Key, Participant
from ats.planning.planner import Decision, PersonPlan
from ats.planning.timeline import Occurrence
from ats.records import models as m

#: A message before it has a number: recipient, role, bundle.
Place = tuple[str, str, str]


@dataclass(slots=True)
class Stager:
    """Writes the decisions about one cohort at one moment; the caller's transaction commits."""

    session: Session
    cohort_id: int
    code: str
    now: dt.datetime
    today: dt.date
    mail_domain: str
    outcomes: Counter[str] = field(default_factory=Counter)
    _messages: dict[Place, int] = field(default_factory=dict)

    def stage(self, plans: Iterable[PersonPlan]) -> None:
        """Write rows, messages, cases and the next due moments of these people."""
        plans = list(plans)
        self._stage_messages(d for plan in plans for d in plan.decisions if d.bundle is not None)
        new: list[dict[str, Any]] = []
        known: list[dict[str, Any]] = []
        due: list[dict[str, Any]] = []
        forgotten: list[int | None] = []
        for plan in plans:
            for decision in sorted(plan.decisions, key=_in_order):
                if decision.row is not None and decision.row.in_message:
                    continue  # its message is claimed, dissolved or released, with its own retest
                values = self._values(plan, decision)
                if decision.row is None:
                    new.append({**self._identity(plan, decision.occurrence), **values})
                elif _differs(decision, values):
                    known.append({"row_id": decision.row.id, **values})
            known.extend(self._cancelled(plan))
            forgotten += [
                plan.person.past[key].id for key in plan.forgotten if not _waits(plan, key)
            ]
            due.append({"enrolment": plan.person.id, "next_due_at": plan.next_due_at})
        self._write(new, known, due)
        if forgotten:
            rows = col(m.LedgerRow.id).in_(forgotten)
            self.session.execute(delete(m.LedgerRow).where(rows))

    def _write(
        self, new: list[dict[str, Any]], known: list[dict[str, Any]], due: list[dict[str, Any]]
    ) -> None:
        connection = self.session.connection()
        table = m.LedgerRow.__table__  # type: ignore[attr-defined]
        if new:
            connection.execute(insert(table), new)
        if known:
            names = [name for name in known[0] if name != "row_id"]
            connection.execute(_update_by(table, "row_id", names), known)
        if due:
            enrolments = m.Enrolment.__table__  # type: ignore[attr-defined]
            connection.execute(_update_by(enrolments, "enrolment", ["next_due_at"]), due)

    def _values(self, plan: PersonPlan, decision: Decision) -> dict[str, Any]:
        verdict, occurrence = decision.verdict, decision.occurrence
        outcome, reason = verdict.outcome, verdict.reason
        message = None
        if outcome == "queued":
            message = self._message(decision)
        elif reason == "suppressed" and occurrence.rule.step == mentor_request.STEP:
            mentor_request.unreachable(
                self.session,
                cohort_id=self.cohort_id,
                enrolment_id=plan.person.id,
                occurrence=occurrence.occurrence,
                now=self.now,
            )
        elif reason == "release" and occurrence.rule.until_signed_off:
            self._ask_to_confirm(plan.person, occurrence)
        elif outcome == "case-opened" or (
            # Stopped by a case of another kind, a rung opens none of its own.
            reason == "case-open" and occurrence.rule.case in plan.person.cases
        ):
            opened = open_case(
                self.session,
                cohort_id=self.cohort_id,
                enrolment_id=plan.person.id,
                kind=str(occurrence.rule.case),
                owner=occurrence.rule.to,
                signal=f"{occurrence.rule.step} {occurrence.occurrence}",
                now=self.now,
            )
            outcome, reason = ("case-opened", None) if opened else ("skipped", "case-open")
        if not (decision.row and outcome == "held"):
            self.outcomes[outcome] += 1
        return {
            "due_at": occurrence.due_at,
            "outcome": outcome,
            "reason": reason,
            "until": verdict.until,
            "decided_at": self.now,
            "message_id": message,
        }

    def _ask_to_confirm(self, person: Participant, occurrence: Occurrence) -> None:
        """Ask operations to confirm the mentor's new address."""
        mentor = person.mentorship
        changed_at = mentor.address_changed_at if mentor else None
        if changed_at is not None:
            ask_to_confirm(
                self.session,
                occurrence,
                cohort_id=self.cohort_id,
                enrolment_id=person.id,
                changed_at=changed_at,
                now=self.now,
            )

    def _identity(self, plan: PersonPlan, occurrence: Occurrence) -> dict[str, Any]:
        step, name, recipient = occurrence.key
        return {
            "key": f"{self.code}/{plan.person.ref}/{step}/{name}/{recipient}",
            "cohort_id": self.cohort_id,
            "enrolment_id": plan.person.id,
            "step": step,
            "occurrence": name,
            "recipient": recipient,
            "role": occurrence.role,
            "class": occurrence.rule.class_,
        }

    def _cancelled(self, plan: PersonPlan) -> list[dict[str, Any]]:
        rows = []
        for key in plan.cancelled:
            row = plan.person.past[key]
            if row.in_message:
                continue  # its message is tested again before it goes
            self.outcomes["cancelled"] += 1
            rows.append(
                {
                    "row_id": row.id,
                    "due_at": row.due_at,
                    "outcome": "cancelled",
                    "reason": "no-longer-planned",
                    "until": None,
                    "decided_at": self.now,
                    "message_id": None,
                }
            )
        return rows

    # -- messages --------------------------------------------------------------------------

    def _message(self, decision: Decision) -> int:
        return self._messages[_place(decision)]

    def _stage_messages(self, decisions: Iterable[Decision]) -> None:
        """Find or make the queued message of each decision, and mark what its rows are."""
        marks: dict[Place, dict[str, bool]] = defaultdict(dict)
        first: dict[Place, Decision] = {}
        for decision in sorted(decisions, key=_in_order):
            first.setdefault(_place(decision), decision)
            marks[_place(decision)].update(_marks(decision.occurrence))
        known = self._queued_today() if first else {}
        for place in known.keys() & first.keys():
            self._mark(known[place], marks[place])
        fresh = [place for place in first if place not in known]
        fresh.sort(key=lambda place: _soonest(first[place].occurrence))
        made = self._new_messages([(place, first[place], marks[place]) for place in fresh])
        self._messages = {**known, **dict(zip(fresh, made, strict=True))}

    def _queued_today(self) -> dict[Place, int]:
        msg = m.Message
        rows = self.session.execute(
            select(col(msg.recipient), col(msg.role), col(msg.bundle), col(msg.id))
            .where(
                col(msg.cohort_id) == self.cohort_id,
                col(msg.send_on) == self.today,
                col(msg.status) == "queued",
            )
            .with_for_update()  # a claim beside us skips them until our rows are in them
        )
        return {(recipient, role, bundle): key for recipient, role, bundle, key in rows}

    def _mark(self, message: int, marks: dict[str, bool]) -> None:
        if marks:
            self.session.execute(
                update(m.Message).where(col(m.Message.id) == message).values(**marks)
            )

    def _new_messages(self, wanted: list[tuple[Place, Decision, dict[str, bool]]]) -> Sequence[int]:
        if not wanted:
            return []
        table = m.Message.__table__  # type: ignore[attr-defined]
        none = {"counts": False, "has_chaser": False, "has_tip": False}
        values = [
            {
                **none,
                **marks,
                "rfc_id": rfc_id(self.code, decision.occurrence.key, self.now, self.mail_domain),
                "cohort_id": self.cohort_id,
                "recipient": recipient,
                "role": role,
                "bundle": bundle,
                "send_on": self.today,
                "class": decision.occurrence.rule.class_,
                "date": self.now,
                "status": "queued",
                "attempts": 0,
            }
            for (recipient, role, bundle), decision, marks in wanted
        ]
        # Not by RETURNING: in the order of the values, SQLite would be asked row by row.
        connection = self.session.connection()
        connection.execute(insert(table), values)
        named = select(table.c.rfc_id, table.c.id).where(
            table.c.rfc_id.in_([value["rfc_id"] for value in values])
        )
        ids = dict(tuple(one) for one in connection.execute(named))
        return [ids[value["rfc_id"]] for value in values]


def _waits(plan: PersonPlan, key: Key) -> bool:
    """Say whether the row is of a message that waits, which tests it again itself."""
    return plan.person.past[key].in_message


def _place(decision: Decision) -> Place:
    assert decision.bundle is not None
    return (decision.occurrence.recipient, decision.occurrence.role, decision.bundle)


def _marks(o: Occurrence) -> dict[str, bool]:
    counted = o.rule.class_ in ("webinar", "tip", "chaser") and o.rule.capped
    marks = {
        "counts": counted,
        "has_chaser": o.rule.class_ == "chaser",
        "has_tip": o.rule.class_ == "tip",
    }
    return {name: True for name, on in marks.items() if on}


def insert_message(session: Session, values: dict[str, Any]) -> int:
    """Write one queued message and return its id."""
    message = m.Message(**values)
    session.add(message)
    session.flush()
    assert message.id is not None
    return message.id


def rfc_id(code: str, key: Key, now: dt.datetime, domain: str) -> str:
    """Return the Message-ID (without brackets) of a message staged for this occurrence now.

    It speaks (cohort, recipient, step) and ends in a digest, so that no two are alike.
    """
    step, _occurrence, recipient = key
    speaking = re.sub(r"[^A-Za-z0-9]+", "-", f"{code}.{recipient}.{step}".replace(".", "-"))
    digest = hashlib.sha256(f"{code}/{key}/{now.isoformat()}".encode()).hexdigest()[:16]
    return f"{speaking}.{digest}@{domain}"


def _in_order(decision: Decision) -> tuple[dt.datetime, Key]:
    return (decision.occurrence.due_at, decision.occurrence.key)


def _differs(decision: Decision, values: dict[str, Any]) -> bool:
    row = decision.row
    assert row is not None
    standing = (row.outcome, row.reason, row.until, row.due_at)
    return standing != tuple(values[name] for name in ("outcome", "reason", "until", "due_at"))


def _soonest(o: Occurrence) -> tuple[dt.datetime, dt.datetime]:
    """Return what tells messages apart in their order: of those due at once, the next event's."""
    return (o.due_at, o.event_at or o.due_at)


def _update_by(table: Any, parameter: str, names: list[str]) -> Any:
    """Return an UPDATE of these columns where id is the bound parameter, for executemany."""
    statement = update(table).where(table.c.id == bindparam(parameter))
    return statement.values({name: bindparam(name) for name in names})
