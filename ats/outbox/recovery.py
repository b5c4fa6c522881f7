"""Recovery: what becomes of messages whose worker ended before it could record what it did.

The worker's journal tells how far each had come. What never left is queued again as if nothing
had happened; what was answered is recorded as answered; what left and was not answered, at most
one message per connection, is ambiguous. Without a journal that can be trusted (another machine,
or this one before it crashed) every message of that worker is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.errors import AtsError
from ats.outbox import journal, leases
from ats.outbox.journal import Noted
from ats.outbox.letter import write
from ats.outbox.record import Recorder, Tried, Written
from ats.outbox.render import Renderer
from ats.outbox.requeue import queue_again
from ats.outbox.result import Result
from ats.outbox.suspicion import reason_of
from ats.records import models as m

_UNKNOWN = Result("ambiguous", None, "The worker ended before it knew the answer.", "body")


def fate(noted: Noted | None, *, trusted: bool) -> Result | None:
    """Return how an abandoned message ended by its worker's journal; None: it was not taken in.

    *trusted* says whether a message that the journal does not name cannot have left.
    """
    if noted is not None and noted.result is not None:
        # Whose fault a refusal was, only the results beside it would tell.
        return None if reason_of(noted.result) else noted.result
    return None if noted is None and trusted else _UNKNOWN


@dataclass(slots=True)
class Recovery:
    """Takes over the claims of workers that have ended; the caller's transaction commits."""

    session: Session
    recorder: Recorder
    renderer: Renderer
    journals: Path | None  # the folder of this machine's journals
    settled: int = 0  # messages

    def take_over(self, cohort_id: int) -> list[Path]:
        """Settle every abandoned claim of this cohort.

        Returns the journals that may be removed once this is committed.
        """
        abandoned = self._abandoned(cohort_id)
        for owner, messages in abandoned.items():
            self.settled += len(messages)
            noted, trusted = self._journal(owner)
            tried = []
            for message in messages:
                entry = noted.get(_id(message))
                result = fate(entry, trusted=trusted)
                if result is None:
                    queue_again(self.session, message, may_have_left=False)
                else:
                    written = self._written(message, entry) if entry else None
                    tried.append(Tried(_id(message), result, written))
            self.session.flush()
            self.recorder.record(tried)
            for message in messages:
                if message.unsure and message.status == "queued":
                    message.next_attempt_at = None  # its attempt was the dead worker's, long ago
        return [path for owner in abandoned for path in self._spent(owner)]

    def _abandoned(self, cohort_id: int) -> Mapping[str, Sequence[m.Message]]:
        msg = m.Message
        claimed = select(msg).where(col(msg.cohort_id) == cohort_id, col(msg.status) == "claimed")
        owners: dict[str, list[m.Message]] = defaultdict(list)
        # Another who recovers at the same time has them locked, and settles them.
        for message in self.session.execute(
            claimed.order_by(col(msg.id)).with_for_update(skip_locked=True)
        ).scalars():
            owner = message.lease_owner or ""
            if leases.may_be_taken_over(owner, message.lease_until):
                owners[owner].append(message)
        return owners

    def _journal(self, owner: str) -> tuple[Mapping[int, Noted], bool]:
        if self.journals is None or not leases.was_here(owner):
            return {}, False
        path = journal.path_of(self.journals, owner)
        return journal.read(path), path.exists() and leases.same_boot(owner)

    def _written(self, message: m.Message, noted: Noted) -> Written | None:
        try:
            letter = write(
                self.renderer,
                rfc_id=message.rfc_id,
                date=message.date,
                context=message.context or {},
            )
        except (AtsError, KeyError):  # the templates have changed since: the digest tells
            return Written(None, noted.digest, noted.wording)
        return Written(letter.subject, noted.digest, noted.wording)

    def _spent(self, owner: str) -> list[Path]:
        """Return the owner's journal if nothing that it names is left to settle elsewhere."""
        if self.journals is None:
            return []
        msg = m.Message
        other = select(col(msg.id)).where(
            col(msg.status) == "claimed", col(msg.lease_owner) == owner
        )
        self.session.flush()
        left = self.session.execute(other.limit(1)).first()
        return [] if left else [journal.path_of(self.journals, owner)]


def anything_abandoned(session: Session, cohort_id: int) -> bool:
    """Say whether a worker that has ended still holds messages of this cohort. Writes nothing."""
    msg = m.Message
    claims = select(col(msg.lease_owner), func.max(col(msg.lease_until))).where(
        col(msg.cohort_id) == cohort_id, col(msg.status) == "claimed"
    )
    held = session.execute(claims.group_by(col(msg.lease_owner)))
    return any(leases.may_be_taken_over(owner, until) for owner, until in held)


def spent_journals(session: Session, folder: Path) -> list[Path]:
    """Return the journals of this machine's dead workers that hold no claim any more."""
    dead = [path for path in sorted(folder.glob("*.log")) if _is_of_the_dead(path)]
    owners = select(col(m.Message.lease_owner)).where(col(m.Message.status) == "claimed")
    claiming = {
        journal.path_of(folder, owner)
        for owner in session.execute(owners.distinct()).scalars()
        if owner is not None
    }
    return [path for path in dead if path not in claiming]


def _is_of_the_dead(path: Path) -> bool:
    """Say whether this is the journal of a worker of this machine that has ended."""
    try:
        _, boot, namespace, pid, began, work = path.stem.rsplit("-", 5)
        owner = f"{leases.machine()}/{boot}/{namespace}:{pid}:{began}.{work}"
        if journal.path_of(path.parent, owner) != path:
            return False  # of another machine
        return leases.is_dead(owner) or not leases.same_boot(owner)
    except ValueError:
        return False  # no journal of ours


def _id(message: m.Message) -> int:
    assert message.id is not None
    return message.id
