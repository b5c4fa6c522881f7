"""What stands still is told with a sentence; what rests, is held or has just begun is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CAT, CODE, SmallCohort, at, read
from sqlalchemy import delete, func, select, update

from ats import cohorts, engine, heartbeat
from ats.checks.findings import Alarm
from ats.checks.watch import watch
from ats.errors import NotFound, ProgrammeFault
from ats.outbox import leases
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.records import models as m
from ats.records.store import Store
from ats.reports.watching import FailedRun, run_watch

LONDON = at("2026-10-05 10:00").tzinfo
NOWHERE = SmtpAddress("127.0.0.1", 9)


@prologue
def live(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada, Ben and Cat, live; on Monday 5 October e-mails go to them at 09:00 and 10:00."""
    cohort.enrol(ADA, BEN, CAT)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-09-03 09:00")
    cohort.tick("2026-10-02 19:50")


def ticked(cohort: SmallCohort, moment: str | None) -> None:
    """Let the last tick have ended then; None: there was none."""
    with cohort.store.write() as session:
        session.execute(delete(m.Heartbeat))
    if moment is not None:
        with cohort.store.write() as session:
            session.add(m.Heartbeat(name="tick", at=at(moment)))


def look(cohort: SmallCohort, now: str) -> dict[str, Alarm]:
    """Return what there is to tell at this moment, by key."""
    alarms = watch(cohort.office, now=at(now), zone=LONDON)
    found = {alarm.key: alarm for alarm in alarms}
    assert len(found) == len(alarms)
    return found


# -- ticks -------------------------------------------------------------------------------------


def last_beat(store: Store) -> dt.datetime | None:
    with store.read() as session:
        return heartbeat.last_beat(session)


def test_a_tick_leaves_its_sign_in_real_time_and_once_a_minute(
    cohort: SmallCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = at("2030-01-07 09:00")
    monkeypatch.setattr(heartbeat, "real_now", lambda: real)
    assert last_beat(cohort.store) is None
    cohort.tick("2026-09-03 09:00")
    assert last_beat(cohort.store) == at("2030-01-07 09:00")
    real = at("2030-01-07 09:00") + dt.timedelta(seconds=59)
    cohort.tick("2026-09-03 09:10")
    assert last_beat(cohort.store) == at("2030-01-07 09:00")
    real = at("2030-01-07 09:01")
    cohort.tick("2026-09-03 09:20")
    assert last_beat(cohort.store) == at("2030-01-07 09:01")
    real = at("2030-01-07 08:00")  # the clock was set right
    cohort.tick("2026-09-03 09:30")
    assert last_beat(cohort.store) == at("2030-01-07 08:00")


def test_what_is_no_tick_leaves_no_sign(cohort: SmallCohort) -> None:
    engine.deliver(cohort.office, [CODE], now=at("2026-09-03 09:00"))
    with pytest.raises(NotFound):
        engine.tick(cohort.office, ["2030-10"], now=at("2026-09-03 09:00"))
    assert last_beat(cohort.store) is None


def test_a_busy_tick_is_a_tick(cohort: SmallCohort) -> None:
    with leases.lease(cohort.store, leases.planning(CODE)):
        assert cohort.tick("2026-09-03 09:00").busy
    assert last_beat(cohort.store) is not None


@pytest.mark.parametrize(
    ("last", "missed"),
    [("2026-10-03 10:01", False), ("2026-10-03 09:59", True), (None, True)],
)
def test_a_tick_that_did_not_come_for_an_hour_is_missed(
    live: SmallCohort, last: str | None, missed: bool
) -> None:
    ticked(live, last)
    assert ("tick" in look(live, "2026-10-03 11:00")) is missed


def test_the_sentence_says_since_when_and_what_to_do(live: SmallCohort) -> None:
    ticked(live, "2026-10-02 19:50")
    assert look(live, "2026-10-03 08:00")["tick"].sentence == (
        "No tick has come to its end since 2 October, 19:50, so nothing new is sent. "
        "See that the schedules run (`ats up`, or cron), and run `ats tick`."
    )


def test_ticks_are_missed_only_while_a_cohort_is_in_trial_or_live(live: SmallCohort) -> None:
    ticked(live, None)
    live.pause("2026-10-03 08:00")
    assert look(live, "2026-10-03 15:00") == {}
    live.resume("2026-10-03 15:00")
    assert look(live, "2026-10-03 16:00") == {}  # it has just begun again
    assert "tick" in look(live, "2026-10-03 16:01")


def test_a_trial_needs_ticks_too(cohort: SmallCohort) -> None:
    assert "tick" not in look(cohort, "2026-09-01 11:00")  # launched an hour ago
    assert list(look(cohort, "2026-09-01 11:01")) == ["tick"]


# -- what waits --------------------------------------------------------------------------------


def due(cohort: SmallCohort, moment: str, *, staff: bool = False) -> None:
    """Let something have been due since then that no tick has looked at; all else is far away."""
    far, then = at("2027-09-01 09:00"), at(moment)
    with cohort.store.write() as session:
        session.execute(update(m.Enrolment).values(next_due_at=far))
        session.execute(update(m.Cohort).values(next_due_at=then if staff else far))
        if not staff:
            first = cohort.enrolments()["P0001"].id
            session.execute(
                update(m.Enrolment).where(m.Enrolment.id == first).values(next_due_at=then)
            )


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize(("now", "told"), [("2026-10-03 10:59", False), ("2026-10-03 11:01", True)])
def test_what_was_due_for_over_an_hour_and_not_looked_at_is_told(
    live: SmallCohort, now: str, told: bool, staff: bool
) -> None:
    due(live, "2026-10-03 10:00", staff=staff)
    ticked(live, now)
    whom = "the staff" if staff else "1 person"
    sentence = (
        f"Something has been due for {whom} of cohort 2026-10 since 10:00, and no tick has looked "
        "at it."
    )
    assert [one.what for one in look(live, now).values()] == ([sentence] if told else [])


def test_what_a_change_made_due_has_no_age(live: SmallCohort) -> None:
    live.enrol(ADA, BEN, CAT, now="2026-10-03 10:00")
    ticked(live, "2026-10-03 12:00")
    assert look(live, "2026-10-03 12:00") == {}


def test_at_night_nothing_is_late(live: SmallCohort) -> None:
    due(live, "2026-10-03 20:00")
    assert look(live, "2026-10-03 23:00") == {}
    ticked(live, "2026-10-04 08:00")
    assert list(look(live, "2026-10-04 08:00")) == ["due"]


@pytest.fixture
def queued(live: SmallCohort) -> SmallCohort:
    """Since 10:00 six e-mails are queued, which no mail server took; then it was mended."""
    live.address = NOWHERE
    live.tick("2026-10-05 10:00")
    with live.store.write() as session:
        session.execute(update(m.MailServer).values(failures=0, failing_since=None))
    return live


def queue_alarms(cohort: SmallCohort, now: str) -> list[str]:
    ticked(cohort, now)
    return [one.what for key, one in look(cohort, now).items() if key == "queue"]


def test_e_mails_that_may_go_and_do_not_are_told_after_an_hour(queued: SmallCohort) -> None:
    told = "6 e-mails of cohort 2026-10 may go and do not, the first since 10:00."
    assert queue_alarms(queued, "2026-10-05 10:59") == []
    assert queue_alarms(queued, "2026-10-05 11:01") == [told]


def test_e_mails_that_were_put_off_wait_from_their_next_try(queued: SmallCohort) -> None:
    with queued.store.write() as session:
        session.execute(update(m.Message).values(next_attempt_at=at("2026-10-05 12:00")))
    assert queue_alarms(queued, "2026-10-05 12:59") == []
    assert len(queue_alarms(queued, "2026-10-05 13:01")) == 1


def test_a_queue_that_moves_is_not_told(queued: SmallCohort) -> None:
    (first, *_) = queued.messages(status="queued")
    with queued.store.write() as session:
        session.add(m.Attempt(message_id=first.id, at=at("2026-10-05 10:50"), result="temporary"))
    assert queue_alarms(queued, "2026-10-05 11:04") == []
    assert len(queue_alarms(queued, "2026-10-05 11:06")) == 1


def test_what_staff_have_just_let_go_is_not_told(queued: SmallCohort) -> None:
    with queued.store.write() as session:
        for ref in ("P0001", "P0002", "P0003"):
            now = at("2026-10-05 12:00")
            session.add(m.Audit(at=now, by="Jo", action="message-release", subject=ref))
    assert queue_alarms(queued, "2026-10-05 13:00") == []
    assert len(queue_alarms(queued, "2026-10-05 13:01")) == 1


# -- what did not go ---------------------------------------------------------------------------


def nothing_sent(cohort: SmallCohort, now: str) -> list[str]:
    ticked(cohort, now)
    return [one.what for key, one in look(cohort, now).items() if key == "nothing-sent"]


def test_a_send_day_with_nothing_sent_is_told_an_hour_after_the_first_was_to_go(
    live: SmallCohort,
) -> None:
    assert nothing_sent(live, "2026-10-05 09:59") == []
    assert nothing_sent(live, "2026-10-05 10:01") == [
        "3 e-mails of cohort 2026-10 were to go today, the first at 09:00, and none has gone."
    ]
    assert len(nothing_sent(live, "2026-10-05 22:00")) == 1  # the day is lost


def test_once_something_was_sent_today_nothing_is_told(live: SmallCohort) -> None:
    live.tick("2026-10-05 10:00")
    assert nothing_sent(live, "2026-10-05 15:00") == []


def test_something_sent_yesterday_does_not_count(live: SmallCohort) -> None:
    (message, *_) = live.messages()
    with live.store.write() as session:
        session.add(m.Attempt(message_id=message.id, at=at("2026-10-04 23:59"), result="sent"))
    assert len(nothing_sent(live, "2026-10-05 11:00")) == 1


def test_a_cohort_in_trial_or_paused_is_expected_to_send_nothing(
    cohort: SmallCohort, live: SmallCohort
) -> None:
    live.pause("2026-10-05 09:00")
    assert nothing_sent(live, "2026-10-05 12:00") == []
    live.resume("2026-10-05 11:30")
    assert nothing_sent(live, "2026-10-05 12:00") == []
    with live.store.write() as session:
        session.execute(update(m.Cohort).values(status="trial", resumes_as=None))
    assert nothing_sent(live, "2026-10-05 15:00") == []


@pytest.mark.parametrize(
    "now",
    [
        "2026-10-04 15:00",  # a Sunday
        "2026-12-25 15:00",
        "2027-03-29 15:00",  # Easter Monday
        "2027-05-31 15:00",  # the spring bank holiday
    ],
)
def test_on_a_day_off_nothing_is_expected(live: SmallCohort, now: str) -> None:
    last = at(now) - dt.timedelta(days=1)
    while last.weekday() > 3:  # over the weekend back to Thursday, with all that was due held
        last -= dt.timedelta(days=1)
    engine.tick(live.office, [CODE], now=last.replace(hour=9))
    engine.tick(live.office, [CODE], now=last.replace(hour=19))
    assert nothing_sent(live, now) == []


def test_where_everything_is_held_nothing_is_told(cohort: SmallCohort) -> None:
    """Reminders of a webinar without its join link, and nothing else that day."""
    cohort.enrol(ADA, BEN, CAT)
    cohort.go_live()
    cohort.tick("2026-09-30 09:00")
    cohort.tick_daily("2026-10-05", "2026-10-07")
    with cohort.store.write() as session:  # what went today was of another day
        session.execute(update(m.Attempt).values(at=at("2026-10-01 09:00")))
        waits = m.LedgerRow.outcome == "held", m.LedgerRow.reason == "join-link"
        assert session.execute(select(func.count()).where(*waits)).scalar_one()
    assert nothing_sent(cohort, "2026-10-07 15:00") == []


def test_what_staff_have_just_made_possible_is_left_to_the_next_tick(live: SmallCohort) -> None:
    live.join_link("webinar-1", now="2026-10-05 11:30", url="https://meet.example/new")
    assert nothing_sent(live, "2026-10-05 12:29") == []
    assert len(nothing_sent(live, "2026-10-05 12:31")) == 1


def test_a_cohort_that_cannot_be_planned_is_told_and_the_others_are_judged(
    live: SmallCohort,
) -> None:
    cohorts.launch(
        live.office,
        "2026-11",
        starts=dt.date(2026, 10, 5),
        programme="qtls",
        now=at("2026-09-01 10:00"),
        by="Jo",
    )
    with live.store.write() as session:
        session.execute(update(m.Cohort).values(status="live"))
    known = live.office.programme_named

    def programme_named(name: str) -> object:
        if name == "qtls":
            raise ProgrammeFault(["The programme qtls has no milestones; give it some."])
        return known(name)

    live.office = replace(live.office, programme_named=programme_named)
    ticked(live, "2026-10-05 11:00")
    found = look(live, "2026-10-05 11:00")
    assert {key: one.cohort for key, one in found.items()} == {
        "due": "2026-10",
        "nothing-sent": "2026-10",
        "plan": "2026-11",
    }


# -- the mail server, the database -------------------------------------------------------------


def test_a_mail_server_that_fails_for_over_an_hour_is_told_and_its_queue_is_not(
    live: SmallCohort,
) -> None:
    live.address = NOWHERE
    live.tick("2026-10-05 10:00")

    def failing(since: str, tried_until: str) -> None:
        with live.store.write() as session:
            times = {"failing_since": at(since), "closed_until": at(tried_until)}
            session.execute(update(m.MailServer).values(times))

    ticked(live, "2026-10-05 11:10")
    failing("2026-10-05 10:11", "2026-10-05 11:10")
    assert "mail-server" not in look(live, "2026-10-05 11:10")
    failing("2026-10-05 10:09", "2026-10-05 11:10")
    found = look(live, "2026-10-05 11:10")
    assert found["mail-server"].what == (
        "The mail server 127.0.0.1:9 has taken nothing since 10:09; everything stays queued."
    )
    assert "queue" not in found
    failing("2026-10-04 10:00", "2026-10-04 19:55")  # not tried since: another one is set
    assert "mail-server" not in look(live, "2026-10-05 11:10")


def test_a_database_that_is_empty_is_the_only_alarm(cohort: SmallCohort) -> None:
    office = replace(cohort.office, store=Store("sqlite://"))
    (alarm,) = watch(office, now=at("2026-10-05 11:00"), zone=LONDON)
    assert alarm.key == "database"
    assert alarm.sentence.endswith("is empty. Run `ats init` first.")


# -- operations are told -----------------------------------------------------------------------


def notices(cohort: SmallCohort) -> list[str]:
    """Return what operations were asked to act about, as far as we watched."""
    names = (name for (name,) in cohort.ledger("occurrence", step="ops-action-needed"))
    return sorted(name.rstrip("0123456789") for name in names if name.startswith("watch/"))


def test_operations_are_told_once_a_day_of_each_cause(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    def told(now: str) -> list[str]:
        done = run_watch(live.office, [], now=at(now), zone=LONDON)
        assert done["verdict"] == "warned"
        engine.deliver(live.office, done["cohorts"], now=at(now))
        return list(done["cohorts"])

    due(live, "2027-09-01 09:00")  # nothing else is wrong
    ticked(live, "2026-10-03 08:00")
    mailbox.received.clear()
    assert told("2026-10-03 10:43") == [CODE]
    assert told("2026-10-03 11:43") == []
    assert told("2026-10-04 08:43") == [CODE]
    subjects = {str(read(one)["Subject"]) for one in mailbox.received}
    assert {one.recipient for one in mailbox.received} == {"operations@provider.example"}
    assert len(mailbox.received) == 2
    assert all(subject.endswith("needs you: no tick for an hour") for subject in subjects)


def test_of_failed_runs_the_last_of_each_deployment_is_told(live: SmallCohort) -> None:
    now = "2026-10-03 10:43"
    ticked(live, now)
    failed = [
        FailedRun("send-tips", "failed", at("2026-10-03 10:30")),
        FailedRun("send-tips", "crashed", at("2026-10-03 10:40")),
        FailedRun("reconcile", "failed", at("2026-10-03 04:40")),
    ]
    done = run_watch(live.office, failed, now=at(now), zone=LONDON)
    assert (done["name"], done["cohorts"]) == ("2 things need you", [CODE])
    assert [one.split(".")[0] for one in done["errors"]] == [
        "A run of reconcile failed at 04:40",
        "A run of send-tips crashed at 10:40",
    ]
    assert notices(live) == ["watch/run-reconcile/", "watch/run-send-tips/"]


def test_when_all_is_well_the_run_says_so_and_nobody_is_written_to(live: SmallCohort) -> None:
    ticked(live, "2026-10-03 10:40")
    done = run_watch(live.office, [], now=at("2026-10-03 10:43"), zone=LONDON)
    assert (done["name"], done["verdict"], done["cohorts"]) == ("all is well", "done", [])
    assert notices(live) == []


def test_in_a_trial_operations_are_told_only_if_they_may_be(cohort: SmallCohort) -> None:
    done = run_watch(cohort.office, [], now=at("2026-09-01 12:00"), zone=LONDON)
    assert (done["name"], done["cohorts"]) == ("1 thing needs you", [])
    assert cohort.outcomes("ops-action-needed") == {"watch/tick/1 to operations": "skipped: trial"}


def test_without_a_database_the_run_itself_fails(cohort: SmallCohort) -> None:
    office = replace(cohort.office, store=Store("sqlite://"))
    failed = [FailedRun("send-tips", "failed", at("2026-10-03 10:30"))]
    done = run_watch(office, failed, now=at("2026-10-03 10:43"), zone=LONDON)
    assert (done["verdict"], done["cohorts"], len(done["errors"])) == ("failed", [], 2)
