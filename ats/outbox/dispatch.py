"""Dispatch: claim → render → send → record, until nothing is left that may go now."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr

from ats.errors import AtsError
from ats.outbox import leases
from ats.outbox.claim import Claim, Claimed, anything_queued
from ats.outbox.cohort_now import CohortNow
from ats.outbox.deliver import Outgoing, send_all
from ats.outbox.mime import Mail, build, digest
from ats.outbox.record import Written
from ats.outbox.results import Results
from ats.tally import Tally

MESSAGES_AT_ONCE = 100


class Dispatch:
    """Sends what is queued for one cohort. No transaction is open while SMTP is."""

    def __init__(self, at: CohortNow, tally: Tally) -> None:
        self._at = at
        self._office = at.office
        self._tally = tally
        self._versions: dict[frozenset[str], str] = {}

    def run(self) -> None:
        """Send until nothing is left to claim, or the mail server cannot be used."""
        while True:
            claimed, looked_at = self._claim()
            if not looked_at:
                return
            leases.renew(self._office.store, self._at.lease)
            if claimed and not self._send(claimed):
                return

    def _claim(self) -> tuple[list[Claimed], int]:
        """Claim the next messages, committed; the second figure counts those looked at."""
        with self._office.store.read() as session:
            if not anything_queued(session, self._at.cohort(session), now=self._at.now):
                return [], 0
        with self._office.store.write() as session:
            cohort = self._at.cohort(session)
            claim = Claim(
                session=session,
                cohort=cohort,
                planner=self._at.planner(session, cohort),
                letterhead=self._office.letterhead,
                owner=leases.owner_name(),
                lease_until=leases.real_now() + leases.LEASE,
            )
            claimed = claim.take(MESSAGES_AT_ONCE)
        self._tally.count(claim.outcomes)
        self._tally.errors += [f"{self._at.code}: {error}" for error in claim.errors]
        return claimed, claim.looked_at

    def _send(self, claimed: Sequence[Claimed]) -> bool:
        """Render and send what was claimed; return whether the mail server is still of use."""
        results = Results(self._office.store, self._at.now, self._tally)
        sender = parseaddr(self._office.letterhead.sender)[1]
        outgoing = []
        for message in claimed:
            try:
                data, results.written[message.id] = self._write(message)
            except AtsError as error:
                results.park(message, error)
                continue
            outgoing.append(
                Outgoing(key=message.id, sender=sender, recipient=message.to_address, data=data)
            )
        left = send_all(
            self._office.relay(), outgoing, on_result=results.note, pool=self._office.pool
        )
        results.flush()
        results.give_back([int(mail.key) for mail in left])
        return results.relay_works

    def _write(self, message: Claimed) -> tuple[bytes, Written]:
        rendered = self._office.renderer.render(message.context)
        head = self._office.letterhead
        data = build(
            Mail(
                rfc_id=message.rfc_id,
                date=message.date,
                from_=head.sender,
                reply_to=head.reply_to,
                to_name=message.to_name,
                to_address=message.to_address,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                intended_for=message.recipient if head.redirect_to else None,
            )
        )
        keys = frozenset(part["template"] for part in message.context["parts"])
        return data, Written(rendered.subject, digest(data), self._version(keys))

    def _version(self, keys: frozenset[str]) -> str:
        if keys not in self._versions:
            self._versions[keys] = self._office.renderer.version(keys)
        return self._versions[keys]
