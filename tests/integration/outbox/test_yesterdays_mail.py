"""Mail of an earlier day is let go of, unless a worker that began then is sending it."""

import datetime as dt

import pytest
from sending import Desk
from small_cohort import CODE, at
from sqlalchemy import text

from ats.outbox import leases
from ats.outbox.requeue import dissolve_yesterdays
from ats.records import gather
from ats.records import models as m

TODAY = dt.date(2026, 9, 4)
NOW = at("2026-09-04 09:00")


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_what_another_worker_claims_at_this_moment_is_left_to_it(four: Desk) -> None:
    first = four.messages()[0]
    with four.store.write() as worker:
        mine = worker.get_one(m.Message, first.id, with_for_update=True)
        mine.status, mine.lease_owner = "claimed", leases.owner_name()
        worker.flush()
        with four.store.write() as session:
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            cohort = gather.cohort_named(session, CODE).id
            assert cohort is not None
            assert dissolve_yesterdays(session, cohort, today=TODAY, now=NOW) == 3

    assert [(one.id, one.status) for one in four.messages()] == [(first.id, "claimed")]
    assert four.rows() == [("queued", None)]
