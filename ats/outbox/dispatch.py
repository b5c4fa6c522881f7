"""Dispatch: claim → write → send → record, until nothing is left that may go now.

While the courier sends one claim, the next is taken and written, and results are recorded. No
transaction is open while SMTP is: what is claimed is committed before it is handed over.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import AtsError, DatabaseFault
from ats.outbox import leases
from ats.outbox.batch import Outgoing
from ats.outbox.claim import Claim, Claimed, anything_queued, next_attempt
from ats.outbox.cohort_now import CohortNow
from ats.outbox.courier import Courier
from ats.outbox.given_up import GivenUp
from ats.outbox.journal import Journal
from ats.outbox.letter import wording_of, write
from ats.outbox.mail_server import MailServer
from ats.outbox.put_off import PutOff
from ats.outbox.record import Recorder, Written
from ats.outbox.recovery import Recovery, anything_abandoned
from ats.outbox.requeue import queue_again
from ats.outbox.result import Result
from ats.outbox.results import Results
from ats.records import models as m
from ats.tally import Tally
from ats.unexpected import told

MESSAGES_AT_ONCE = 200
#: No more is claimed than the rate limit lets go within this: others may claim the rest.
AT_MOST_AHEAD = leases.LEASE / 4


class Dispatch:
    """Sends what is queued for one cohort."""

    def __init__(self, at: CohortNow, tally: Tally) -> None:
        self._at = at
        self._office = at.office
        self._store = at.office.store
        self._tally = tally
        self._written: dict[int, Written] = {}
        self._put_off = PutOff()
        self._given_up = GivenUp()

    def run(self) -> None:
        """Send until nothing is left to claim, or the mail server cannot be used."""
        with self._store.read() as session:
            if not anything_queued(session, self._at.cohort(session), now=self._at.now):
                return
        try:
            with leases.working() as owner:
                while self._work(owner):
                    pass
        except BaseException:
            self._settle()
            raise
        if self._given_up.is_worth_telling:
            self._tally.errors.append(f"{self._at.code}: {self._given_up.sentence()}")
        if self._put_off.is_worth_telling:
            self._tally.errors.append(f"{self._at.code}: {self._put_off.sentence(self._again())}")

    def _work(self, owner: str) -> bool:
        """Send what may go; return whether there may be more.

        A pause breaks it off: the rest is to be tested again. And what another worker held that
        was killed meanwhile is ours now.
        """
        relay = self._office.relay()
        self._owner = owner
        self._server = MailServer(f"{relay.host}:{relay.port}", self._office.rate)
        with self._store.read() as session:
            failing = self._server.fault(session)
        with ExitStack() as stack:
            journal = self._journal(stack)
            courier = Courier(
                relay,
                pool=self._office.pool,
                on_body=lambda mail: self._leaves(journal, mail),
                on_result=lambda mail, result: _answered(journal, mail, result),
                timeouts=self._office.timeouts,
                failing=failing,
            )
            return self._send_all(stack.enter_context(courier), probing=failing is not None)

    def _journal(self, stack: ExitStack) -> Journal | None:
        """Return this worker's journal; it is removed at the end unless something went wrong."""
        if self._office.journals is None:
            return None
        journal = Journal(self._office.journals, self._owner)
        stack.push(lambda kind, *_: journal.close(settled=kind is None))
        return journal

    def _send_all(self, courier: Courier, *, probing: bool) -> bool:
        results = Results(
            self._store,
            self._recorder,
            self._is_paused,
            self._server,
            self._at.lease,
            self._owner,
            self._written,
            self._put_off,
            self._given_up,
        )
        with ThreadPoolExecutor(1, thread_name_prefix="results") as thread:
            recording = thread.submit(results.record_all, courier)
            try:
                self._claim_and_send(courier, results, probing=probing)
                courier.end()
                recording.result()
            except BaseException:
                courier.stop()
                raise
            finally:
                courier.end()
                wait((recording,))
                self._tally.add(results.tally)
        self._give_back(courier.left)
        return results.paused or (results.relay_works and self._take_over())

    def _settle(self) -> None:
        """Settle what a fault left claimed, by the journal; else the next tick does."""
        with contextlib.suppress(Exception):  # what broke it off is what is told
            self._take_over()

    def _take_over(self) -> bool:
        """Settle what workers that have ended still hold; return whether there was anything."""
        with self._store.read() as session:
            cohort = self._at.cohort(session)
            assert cohort.id is not None
            if not anything_abandoned(session, cohort.id):
                return False
            cohort_id = cohort.id

        def settle(session: Session) -> tuple[Recovery, list[Path]]:
            recovery = self._at.recovery(session)
            return recovery, recovery.take_over(cohort_id)

        recovery, spent = self._store.transact(settle)
        self._tally.count(recovery.recorder.outcomes)
        for journal in spent:
            journal.unlink(missing_ok=True)
        return recovery.settled > 0

    def _claim_and_send(self, courier: Courier, results: Results, *, probing: bool) -> None:
        at_once = min(MESSAGES_AT_ONCE, self._server.most_within(AT_MOST_AHEAD))
        while True:
            claimed, looked_at = self._claim(1 if probing else at_once, results)
            if not looked_at:
                return
            outgoing = self._write_all(claimed)
            slots = self._server.slots(self._store, len(outgoing))
            begins = time.monotonic()
            results.expect(len(outgoing))
            courier.take((mail, begins + slot) for mail, slot in zip(outgoing, slots, strict=True))
            if not results.wait_for_room(0 if probing else at_once):
                return
            probing = probing and results.held > 0  # it has accepted nothing yet

    def _claim(self, most: int, results: Results) -> tuple[list[Claimed], int]:
        """Claim the next messages, committed; the second figure counts those looked at."""

        def take(session: Session) -> tuple[Claim, list[Claimed]]:
            cohort = self._at.cohort(session)
            claim = Claim(
                session=session,
                cohort=cohort,
                planner=self._at.planner(session, cohort),
                office=self._office,
                letterhead=self._at.letterhead(session, cohort),
                owner=self._owner,
                lease_until=leases.real_now() + leases.LEASE,
            )
            claimed = claim.take(most)
            if results.is_over:  # these may be what just came back: they are left to the next tick
                session.rollback()
                claim.looked_at = 0
            return claim, claimed

        claim, claimed = self._store.transact(take)
        if not claim.looked_at:
            return [], 0
        self._tally.count(claim.outcomes)
        self._tally.errors += [f"{self._at.code}: {error}" for error in claim.errors]
        return claimed, claim.looked_at

    def _write_all(self, claimed: Sequence[Claimed]) -> list[Outgoing]:
        outgoing = []
        for message in claimed:
            try:
                outgoing.append(self._write(message))
            except DatabaseFault:
                raise
            except AtsError as error:
                self._park(message, str(error))
            except Exception as fault:  # noqa: BLE001 (one message's fault never stops the others)
                self._park(message, f"writing it was {told(fault)}")
        return outgoing

    def _write(self, message: Claimed) -> Outgoing:
        letter = write(
            self._office.renderer,
            rfc_id=message.rfc_id,
            date=message.date,
            context=message.context,
        )
        wording = self._office.wordings.kept(wording_of(message.context))
        self._written[message.id] = Written(letter.subject, letter.digest, wording)
        return Outgoing(
            key=message.id,
            sender=message.context["head"]["bounces_to"],
            recipient=message.to_address,
            data=letter.data,
            doubted=message.doubted,
        )

    def _leaves(self, journal: Journal | None, mail: Outgoing) -> None:
        if journal is not None:
            written = self._written[int(mail.key)]
            journal.leaves(int(mail.key), digest=written.digest, wording=written.wording)

    def _recorder(self, session: Session) -> Recorder:
        return self._at.recorder(session)

    def _is_paused(self, session: Session) -> bool:
        return self._at.cohort(session).status == "paused"

    def _again(self) -> dt.datetime | None:
        """Return the local moment at which the first that was put off is tried again."""
        with self._store.read() as session:
            cohort = self._at.cohort(session)
            again = next_attempt(session, cohort)
            return again and again.astimezone(self._at.timeline(session, cohort).zone)

    def _give_back(self, mails: Sequence[Outgoing]) -> None:
        """Queue again what was claimed and never tried, and is still ours."""
        if not mails:
            return
        ours = col(m.Message.lease_owner) == self._owner
        left = col(m.Message.id).in_([int(mail.key) for mail in mails])
        mine = select(m.Message).where(left, ours).order_by(col(m.Message.id)).with_for_update()
        with self._store.write() as session:
            for message in session.execute(mine).scalars():
                queue_again(session, message, may_have_left=False)

    def _park(self, message: Claimed, error: str) -> None:
        """Put aside a message that cannot be written, until a person has mended the cause."""
        self._tally.errors.append(f"{message.rfc_id}: {error}")
        with self._store.write() as session:
            self._recorder(session).park(message.id)


def _answered(journal: Journal | None, mail: Outgoing, result: Result) -> None:
    if journal is not None:
        journal.answered(int(mail.key), result)
