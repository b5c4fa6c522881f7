"""One message that waits to be sent, and what a test does with it: dispatch, and look."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from small_cohort import ADA, CODE, SmallCohort, at
from sqlalchemy import select

from ats.office import Office
from ats.outbox.cohort_now import CohortNow
from ats.outbox.dispatch import Dispatch
from ats.outbox.recovery import Recovery
from ats.outbox.smtp_url import SmtpAddress, Timeouts
from ats.records import gather
from ats.records import models as m
from ats.tally import Tally

NOW = at("2026-09-03 09:00")
PATIENT = Timeouts(connect=20, command=20, body=20)
HASTY = Timeouts(connect=0.3, command=0.3, body=0.3)


def stage_one_message(office: Office, folder: Path, *people: str) -> None:
    """Launch a live cohort of Ada (or these), to whom one message each is queued, never tried."""
    cohort = SmallCohort(office, folder)
    cohort.enrol(*(people or (ADA,)))
    cohort.go_live()
    cohort.tick("2026-09-03 09:00")  # nobody listens at its address
    with office.store.write() as session:
        for server in session.execute(select(m.MailServer)).scalars():
            session.delete(server)
        for message in session.execute(select(m.Message)).scalars():
            message.stage = None


class Desk:
    """Dispatches for the cohort, and reads what the records say then."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = replace(office, journals=folder / "journals")
        self.store = office.store

    def at(self, address: SmtpAddress, now: dt.datetime = NOW, **office: Any) -> CohortNow:
        changed = replace(self.office, relay=lambda: address, **office)
        return CohortNow(changed, CODE, now)

    def dispatch(self, address: SmtpAddress, now: dt.datetime = NOW, **office: Any) -> Tally:
        """Send what may go now; return what was counted."""
        tally = Tally()
        Dispatch(self.at(address, now, **office), tally).run()
        return tally

    def recover(self, now: dt.datetime = NOW) -> list[Path]:
        """Settle what dead workers left behind; return the journals that are spent."""
        at = self.at(SmtpAddress("127.0.0.1", 9), now)
        with self.store.write() as session:
            cohort = gather.cohort_named(session, CODE)
            assert cohort.id is not None
            recovery = Recovery(
                session, at.recorder(session), self.office.renderer, self.office.journals
            )
            return recovery.take_over(cohort.id)

    def set_address(self, address: str) -> None:
        with self.store.write() as session:
            person = session.execute(select(m.Person).order_by(m.Person.id)).scalars().first()
            assert person is not None
            person.email = address

    def message(self) -> m.Message:
        (message,) = self.messages()
        return message

    def messages(self) -> list[m.Message]:
        return self._all(select(m.Message).order_by(m.Message.id))

    def rows(self) -> list[tuple[str, str | None]]:
        """Return (outcome, reason) of the rows that became mail."""
        row = m.LedgerRow
        found = self._all(select(row).where(row.message_id.is_not(None)).order_by(row.key))
        return [(one.outcome, one.reason) for one in found]

    def attempts(self) -> list[tuple[int | None, str, str]]:
        """Return (code, answer, result), oldest first."""
        found = self._all(select(m.Attempt).order_by(m.Attempt.id))
        return [(one.code, one.answer, one.result) for one in found]

    def suppressed(self) -> list[tuple[str, str]]:
        """Return (address, status)."""
        return [(one.email_key, one.status) for one in self._all(select(m.Suppression))]

    def server(self) -> tuple[int, str | None] | None:
        """Return (failures, fault) of the mail server, None if nothing is known of it."""
        found = self._all(select(m.MailServer))
        return (found[0].failures, found[0].fault) if found else None

    def journals(self) -> list[Path]:
        assert self.office.journals is not None
        return sorted(self.office.journals.glob("*"))

    def _all(self, query: Any) -> list[Any]:
        with self.store.read() as session:
            return list(session.execute(query).scalars())
