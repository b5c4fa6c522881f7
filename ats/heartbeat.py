"""The heartbeat: every tick leaves a sign that it came to its end, for whoever watches."""

from __future__ import annotations

import contextlib
import datetime as dt

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from ats.errors import DatabaseFault
from ats.outbox.leases import real_now
from ats.records import models as m
from ats.records.store import Store

TICK = "tick"
#: A younger sign is not written anew, so that a tick with nothing to do stays cheap.
FRESH = dt.timedelta(minutes=1)


def beat(store: Store, name: str = TICK) -> None:
    """Note that this has come to its end at this real moment.

    Where that cannot be noted nothing is raised: the sign then lacks, which is what is watched.
    """
    with contextlib.suppress(DatabaseFault, IntegrityError):  # another one was quicker
        now = real_now()
        with store.read() as session:
            last = last_beat(session, name)
        if last is None or not dt.timedelta() <= now - last < FRESH:
            with store.write() as session:
                session.merge(m.Heartbeat(name=name, at=now))


def last_beat(session: Session, name: str = TICK) -> dt.datetime | None:
    """Return when this last came to its end; None if it never did."""
    found = session.get(m.Heartbeat, name)
    return None if found is None else found.at
