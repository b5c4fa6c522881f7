"""A cohort of a handful of people, and what a test does with it: move the clock, and look."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ats import cohorts, engine
from ats.intake.imports import apply_import
from ats.intake.progress import preflight_progress
from ats.intake.roster import preflight_roster
from ats.intake.table import read_table
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox, Received
from ats.outbox.smtp_url import SmtpAddress
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again
from ats.records.store import Store
from ats.tally import Tally
from ats.webinars import listing

CODE = "2026-10"
STARTS = dt.date(2026, 10, 5)
ZONE = ZoneInfo("Europe/London")
LAUNCHED = "2026-09-01 10:00"
ENROLLED = "2026-09-02 10:00"

ROSTER = (
    "cohort,participant_ref,given_name,family_name,email,organisation,nation,joined_on,"
    "mentor_ref,mentor_given_name,mentor_family_name,mentor_email,mentor_nation"
)
PROGRESS = "cohort,participant_ref,section,status,updated_on"

GRACE = ",M0001,Grace,Hopper,grace@harbour.example,england"
NIA = ",M0002,Nia,Morgan,nia@valley.example,wales"
NOBODY = ",,,,,"

ADA = "2026-10,P0001,Ada,Lovelace,ada@harbour.example,Harbour College,england,2026-10-05"
BEN = "2026-10,P0002,Ben,Ortega,ben@harbour.example,Harbour College,england,2026-10-05"
CAT = "2026-10,P0003,Cat,Owen,cat@valley.example,Valley College,wales,2026-10-05"
DOT = "2026-10,P0004,Dot,Quill,dot@harbour.example,Harbour College,england,2026-10-05"

#: An export in which Ada has stood still since October.
STUCK = ("P0001,about-you,in-progress,2026-10-06", "P0002,first-observation,complete,2026-11-12")

CROWD = [f"2026-10,P{n:04},Pat,No{n},p{n}@x.example,X,england,2026-10-05" for n in range(200)]
CROWD_ADDRESSES = sorted(f"p{n}@x.example" for n in range(200))


def at(text: str) -> dt.datetime:
    """Return a moment on London's clocks, "2026-10-05 10:00"."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


class SmallCohort:
    """Cohort 2026-10, in trial, with nobody in it and every webinar without its join link."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = replace(office, relay=lambda: self.address)
        self.store: Store = office.store
        self.folder = folder
        self.address = SmtpAddress("127.0.0.1", 9)  # nobody listens there
        self._files = 0
        cohorts.launch(self.office, CODE, starts=STARTS, programme="ats", now=at(LAUNCHED), by="Jo")

    # -- what staff do ---------------------------------------------------------------------

    def enrol(self, *people: str, now: str = ENROLLED) -> None:
        """Import a roster of these rows."""
        table = read_table(self._file(ROSTER, people))
        with self.store.write() as session:
            cohort = gather.cohort_named(session, CODE)
            policy = self._programme.send_policy
            found = preflight_roster(session, cohort, table, now=at(now), policy=policy)
            apply_import(session, found, now=at(now), by="Jo", allow_large_change=True)

    def export(self, as_of: str, *rows: str, now: str | None = None) -> None:
        """Import a progress export as of a day, at 07:30 of it: "P0001,pdp,complete,2026-11-20"."""
        table = read_table(self._file(PROGRESS, [f"{CODE},{row}" for row in rows]))
        moment = at(now or f"{as_of} 07:30")
        with self.store.write() as session:
            found = preflight_progress(
                session,
                gather.cohort_named(session, CODE),
                table,
                now=moment,
                policy=self._programme.send_policy,
                as_of=dt.date.fromisoformat(as_of),
                sections={s.key: s.title for s in self._programme.sections},
            )
            apply_import(session, found, now=moment, by="Jo", allow_large_change=True)

    def join_links(self) -> None:
        """Give every webinar its join link."""
        for webinar in self._programme.webinars:
            self.join_link(webinar.key, now=LAUNCHED)

    def join_link(self, key: str, *, now: str, url: str | None = None) -> None:
        url = url or f"https://meet.example/{key}"
        listing.set_join_url(self.store, CODE, key, join_url=url, now=at(now), by="Jo")

    def go_live(self, now: str = ENROLLED) -> None:
        cohorts.go_live(self.office, CODE, missing_settings=(), now=at(now), by="Jo")

    def go_live_unchecked(self) -> None:
        """Go live without the check-list, which takes its time with many people."""
        with self.store.write() as session:
            gather.cohort_named(session, CODE).status = "live"

    def pause(self, now: str) -> None:
        cohorts.pause(self.office, CODE, now=at(now), by="Jo")

    def resume(self, now: str) -> None:
        cohorts.resume(self.office, CODE, now=at(now), by="Jo")

    def overlay(self, ref: str, kind: str, *, now: str, **values: Any) -> None:
        """Record what staff change in somebody's year, a break from a day on, say."""
        enrolment = self.enrolments()[ref].id
        assert enrolment is not None
        with self.store.write() as session:
            session.add(
                m.Overlay(
                    enrolment_id=enrolment,
                    kind=kind,
                    recorded_at=at(now),
                    recorded_by="Jo",
                    **{name: dt.date.fromisoformat(day) for name, day in values.items()},
                )
            )
            look_again(session, enrolment)

    def set_address(self, ref: str, address: str) -> None:
        """Give somebody an address that no import would let in."""
        with self.store.write() as session:
            owner = select(m.Role.person_id).where(m.Role.ref == ref).scalar_subquery()
            person = session.execute(select(m.Person).where(m.Person.id == owner)).scalar_one()
            person.email = address

    def letterhead(self, **values: Any) -> None:
        """Change what the settings say about mail from now on."""
        self.office = replace(self.office, letterhead=replace(self.office.letterhead, **values))

    # -- time ------------------------------------------------------------------------------

    def tick(self, now: str) -> Tally:
        return engine.tick(self.office, [CODE], now=at(now))

    def tick_daily(self, first: str, last: str, time: str = "09:00") -> list[Tally]:
        """Tick on every day from *first* to *last*, both included."""
        day, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        days = [day + dt.timedelta(days=n) for n in range((end - day).days + 1)]
        return [self.tick(f"{day} {time}") for day in days]

    # -- looks -----------------------------------------------------------------------------

    def ledger(self, *names: str, **where: Any) -> list[tuple[Any, ...]]:
        """Return these columns of the rows where all that is given holds, by due moment and key."""
        table = m.LedgerRow
        rows = self._all(select(table).order_by(table.due_at, table.key))
        return [
            tuple(getattr(row, name) for name in names)
            for row in rows
            if all(getattr(row, name) == value for name, value in where.items())
        ]

    def outcomes(self, step: str, **where: Any) -> dict[str, str]:
        """Return the rows of a step: "occurrence to recipient" → "outcome" or "outcome: reason"."""
        if "about" in where:
            where["enrolment_id"] = self.enrolments()[where.pop("about")].id
        rows = self.ledger("occurrence", "recipient", "outcome", "reason", step=step, **where)
        return {
            f"{name} to {recipient}": f"{outcome}: {reason}" if reason else outcome
            for name, recipient, outcome, reason in rows
        }

    def messages(self, **where: Any) -> list[m.Message]:
        found: list[m.Message] = self._all(select(m.Message).order_by(m.Message.id))
        return [
            one
            for one in found
            if all(getattr(one, name) == value for name, value in where.items())
        ]

    def attempts(self) -> list[tuple[str, int | None, str]]:
        """Return (Message-ID, code, result) of every attempt, oldest first."""
        ids = {message.id: message.rfc_id for message in self.messages()}
        found: list[m.Attempt] = self._all(select(m.Attempt).order_by(m.Attempt.id))
        return [(ids[one.message_id], one.code, one.result) for one in found]

    def cases(self) -> list[tuple[str, str, str]]:
        """Return (ref, kind, state) of every case, oldest first."""
        people = self._refs_by_enrolment()
        found: list[m.Case] = self._all(select(m.Case).order_by(m.Case.id))
        return [(people[case.enrolment_id], case.kind, case.state) for case in found]

    def signals(self) -> list[str]:
        found: list[m.CaseSignal] = self._all(select(m.CaseSignal).order_by(m.CaseSignal.id))
        return [one.signal for one in found]

    def enrolments(self) -> dict[str, m.Enrolment]:
        refs = self._refs_by_enrolment()
        return {refs[one.id]: one for one in self._all(select(m.Enrolment))}

    def webinar(self, key: str) -> m.Webinar:
        (found,) = self._all(select(m.Webinar).where(m.Webinar.key == key))
        webinar: m.Webinar = found
        return webinar

    def audit(self, action: str) -> list[m.Audit]:
        found: list[m.Audit] = self._all(select(m.Audit).order_by(m.Audit.id))
        return [one for one in found if one.action == action]

    def standing(self) -> m.Cohort:
        with self.store.read() as session:
            return gather.cohort_named(session, CODE)

    def is_leased(self) -> bool:
        """Say whether somebody plans for the cohort at this moment."""
        return bool(self._all(select(m.Lease)))

    def due_again(self) -> dict[str, dt.datetime | None]:
        """Return `next_due_at` of everybody, and of the cohort under "staff"."""
        people = {ref: one.next_due_at for ref, one in self.enrolments().items()}
        return {**people, "staff": self.standing().next_due_at}

    @property
    def _programme(self) -> Any:
        return self.office.programme_named("ats")

    def _refs_by_enrolment(self) -> dict[int | None, str]:
        with self.store.read() as session:
            query = select(m.Enrolment.id, m.Role.ref).join(m.Role)
            return {row[0]: row[1] for row in session.execute(query)}

    def _all(self, query: Any) -> list[Any]:
        with self.store.read() as session:
            return list(session.execute(query).scalars())

    def _file(self, head: str, rows: Sequence[str]) -> Path:
        self._files += 1
        path = self.folder / f"file-{self._files}.csv"
        whole = [row if row.count(",") > 7 or head == PROGRESS else row + NOBODY for row in rows]
        path.write_text("\n".join([head, *whole]), encoding="utf-8")
        return path


def read(received: Received) -> EmailMessage:
    """Return a message as the standard library reads it."""
    message = email.message_from_bytes(received.data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def recipients(mailbox: InMemoryMailbox) -> list[str]:
    """Return to whom the mailbox was given mail, sorted."""
    return sorted(one.recipient for one in mailbox.received)


def message_ids(mailbox: InMemoryMailbox) -> list[str]:
    """Return the Message-IDs in the mailbox without brackets, in order of arrival."""
    return [str(read(one)["Message-ID"]).strip("<>") for one in mailbox.received]
