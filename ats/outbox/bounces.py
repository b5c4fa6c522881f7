"""Bounces: what came back becomes suppressions, and work for operations."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats import unexpected
from ats.errors import AtsError
from ats.intake.values import email_key
from ats.outbox import mentor_request
from ats.outbox.bounce_mailbox import BounceMailbox, BounceMailboxFault, PassedOver
from ats.outbox.notifications import Notification, blames_the_mail, read
from ats.outbox.result import one_line
from ats.outbox.suppression import lifted_at, suppress
from ats.outbox.verp import BounceAddress
from ats.people.contacts import contacts
from ats.people.dead_addresses import EPISODE
from ats.records import models as m
from ats.records.store import Store

#: Soft bounces of an address over so long are a hard one (DOMAIN.md, scenario 9).
SOFT_FOR = dt.timedelta(hours=72)
#: What was accepted so long ago and has not come back counts as arrived: most refusals come
#: within minutes.
ARRIVED_AFTER = dt.timedelta(days=1)


@dataclass(slots=True)
class BounceReader:
    """Reads what came back into the records, each notification once.

    One that cannot be read or recorded never stops the others: `faults` tells of them.
    """

    store: Store
    addresses: BounceAddress
    now: dt.datetime
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def read_all(self, mailbox: BounceMailbox) -> Counter[str]:
        """Record every unread notification of the mailbox, and mark it.

        Returns how many there were of each kind, `suppressed` addresses, and `other` mails that
        came to no address of ours. A crash between recording and marking does no harm: what is
        read again is known.
        """
        unmarked = ""
        try:
            for name, data in mailbox.unread():
                if not self._was_read(data):
                    continue
                try:
                    mailbox.mark(name)
                except BounceMailboxFault as fault:  # it will be known the next time
                    unmarked = unmarked or str(fault)
        except PassedOver as fault:
            self.faults.append(str(fault))
        self.faults += [unmarked] if unmarked else []
        return self.counts

    def _was_read(self, data: bytes) -> bool:
        """Read one notification; a fault of ours with it is told, and it waits unread."""
        try:
            self._read(data)
        except AtsError:
            raise  # the database's: the others would fare alike
        except Exception as fault:  # noqa: BLE001 (rule 14: one mail never stops the others)
            told = f"A mail that came back was {unexpected.told(fault)}"
            if told not in self.faults:
                self.faults.append(told)
            return False
        return True

    def _read(self, data: bytes) -> None:
        said = read(data, self.addresses)
        if said is None:
            self.counts["other"] += 1
            return
        digest = hashlib.sha256(data).hexdigest()
        with self.store.write() as session:
            message = session.get(m.Message, said.message)
            known = select(col(m.Bounce.id)).where(col(m.Bounce.digest) == digest)
            if message is None or session.execute(known).first() is not None:
                self.counts["other" if message is None else "known"] += 1
                return
            self.counts[said.kind] += 1
            self._record(session, message, said, digest)

    def _record(
        self, session: Session, message: m.Message, said: Notification, digest: str
    ) -> None:
        address = message.to_address or ""
        key = email_key(address)
        hard = said.kind == "hard" or (
            said.kind == "soft"
            and not blames_the_mail(said.status, said.answer)
            and self._has_lasted(session, message, key)
        )
        session.add(
            m.Bounce(
                digest=digest,
                message_id=said.message,
                email_key=key,
                kind=said.kind,
                status=said.status,
                answer=one_line(said.answer, addresses=(address,)),
                at=self.now,
            )
        )
        if hard:
            is_news = (message.sent_at or self.now) > lifted_at(session, key)
            if is_news and suppress(
                session, message, reason="bounced", status=said.status, now=self.now
            ):
                self.counts["suppressed"] += 1
            self._stop_ladders(session, message, key)

    def _has_lasted(self, session: Session, message: m.Message, key: str) -> bool:
        """Say whether this address has bounced softly for long, and nothing arrived since.

        Nor may anybody have said since then that it works. What blames the mail does not count: it
        says nothing about the address.
        """
        b = m.Bounce
        since = max(self._last_arrived(session, message, key), lifted_at(session, key))
        soft = session.execute(
            select(col(b.at), col(b.status), col(b.answer)).where(
                col(b.email_key) == key,
                col(b.kind) == "soft",
                col(b.at) > max(since, self.now - EPISODE),
            )
        )
        return any(
            at <= self.now - SOFT_FOR and not blames_the_mail(status, answer)
            for at, status, answer in soft
        )

    def _last_arrived(self, session: Session, message: m.Message, key: str) -> dt.datetime:
        """Return when something reached this address last, as far as anybody can tell.

        A server has said so, or a message was accepted and has not come back: by now, not within
        the day only, for one that came back later has not arrived either. One that is younger
        than a day proves nothing yet, nor does one that a server was still trying to deliver.
        """
        b, msg = m.Bounce, m.Message
        said = select(func.max(col(b.at))).where(
            col(b.email_key) == key, col(b.kind) == "delivered"
        )
        came_back = select(col(b.message_id)).where(
            col(b.email_key) == key, col(b.kind).in_(("soft", "hard", "delayed"))
        )
        refs = (
            select(col(m.Role.ref))
            .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
            .where(col(m.Person.email_key) == key)
        )
        accepted = session.execute(
            select(col(msg.sent_at), col(msg.to_address)).where(
                col(msg.recipient).in_(refs) | (col(msg.recipient) == message.recipient),
                col(msg.sent_at) > self.now - EPISODE,
                col(msg.sent_at) <= self.now - ARRIVED_AFTER,
                col(msg.id) != message.id,
                col(msg.id).not_in(came_back),
            )
        )
        arrived: list[dt.datetime] = [at for at, to in accepted if email_key(to or "") == key]
        return max([session.execute(said).scalar() or m.EPOCH, *arrived])

    def _stop_ladders(self, session: Session, message: m.Message, key: str) -> None:
        """Ask for another address where a request to a mentor came back: it never arrived.

        One that came back from an address which is the mentor's no longer says nothing.
        """
        known = contacts(session, [message.recipient]).get(message.recipient)
        if known is None or email_key(known.email) != key:
            return
        row = m.LedgerRow
        for one in session.execute(select(row).where(col(row.message_id) == message.id)).scalars():
            if one.step == mentor_request.STEP:
                mentor_request.bounced(session, one, now=self.now)
