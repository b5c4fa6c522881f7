"""Rotating: another address for somebody's feed."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Session

from ats.errors import Refused
from ats.feeds import records as feed_records
from ats.feeds.composing import Feeds, Whose
from ats.office import Office
from ats.records import models as m


def rotate(office: Office, ref: str, *, now: dt.datetime, by: str) -> Whose:
    """Give somebody's feed another address; from now on our pages refuse the old one.

    The file under the old one stands until the feed is published. Raises NotFound for an unknown
    ref, and Refused without links: nobody could be told the new address.
    """
    if office.links is None:
        raise Refused(
            "A calendar can have no new address: set ATS_PUBLIC_URL and ATS_SECRET_KEY first."
        )

    def work(session: Session) -> Whose:
        feeds = Feeds(office, session, now=now)
        role = feeds.role(ref)
        (standing,) = feed_records.standing_feeds(session, [{"role_id": role.id}])
        before, standing.generation = standing.generation, standing.generation + 1
        session.add(standing)
        session.add(
            m.Audit(
                at=now,
                by=by,
                action="calendar-rotate",
                subject=role.ref,
                before=before,
                after=standing.generation,
            )
        )
        session.flush()
        return feeds.whose_role(role)

    return office.store.transact(work)
