"""A webinar moves, is cancelled, is recorded: records, e-mails and feed say the same, once."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CAT, CODE, GRACE, NIA, ZONE, SmallCohort, at, read

from ats.errors import Refused
from ats.feeds.composing import Feeds
from ats.outbox.by_hand import resend
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.people import mentors
from ats.webinars import changes as webinar_changes
from ats.webinars.changes import Change

OLD, NEW = "2026-10-08 16:30", "2026-10-09 16:30"
CHANGED = "2026-10-06 11:03"


@prologue
def told(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, Ben and Cat know all dates; webinar-1, on Thu 8 October at 16:30, was announced."""
    cohort.enrol(ADA + GRACE, BEN + GRACE, CAT + NIA)
    cohort.join_links()
    cohort.go_live_unchecked()
    for moment in ("2026-09-03 09:00", "2026-10-01 09:00", "2026-10-05 10:00", "2026-10-06 11:00"):
        cohort.tick(moment)
    mailbox.received.clear()


def move(cohort: SmallCohort, to: str, *, now: str = CHANGED, **more: Any) -> Change:
    more = {"apply": True, "by": "Jo", **more}
    return webinar_changes.move(cohort.office, CODE, "webinar-1", to=at(to), now=at(now), **more)


def said(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return (to, subject) of the e-mails to participants and mentors, sorted."""
    found = ((one.recipient, str(read(one)["Subject"])) for one in mailbox.received)
    return sorted(pair for pair in found if "provider.example" not in pair[0])


def text_of(mailbox: InMemoryMailbox, to: str) -> str:
    (mail,) = (read(one) for one in mailbox.received if one.recipient == to)
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


TITLE = "Getting started and your self-assessment"
NEW_TIME = f"New time: {TITLE}, Friday 9 October, 16:30"
PEOPLE = ["ada@harbour.example", "ben@harbour.example", "cat@valley.example"]


def test_two_days_before_everything_agrees_on_the_new_time(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """The e-mails, the ledger, the feed and the records; and a second tick adds nothing."""
    uid = told.webinar("webinar-1").uid
    move(told, NEW, note="The speaker is on a train.")
    told.tick("2026-10-06 11:10")
    told.tick("2026-10-06 11:20")
    told.tick("2026-10-07 09:00")

    notices = [pair for pair in said(mailbox) if pair[1].startswith("New time")]
    assert notices == [(person, NEW_TIME) for person in PEOPLE]
    assert told.outcomes("webinar-moved") == {
        f"webinar-1/1 to {ref}": "sent" for ref in ("P0001", "P0002", "P0003")
    }
    assert told.outcomes("webinar-week-ahead", recipient="P0001") == {
        "webinar-1/1 to P0001": "sent",
        "webinar-1/2 to P0001": "skipped: in-notice",
    }
    assert told.outcomes("webinar-tomorrow") == {}
    (event,) = (one for one in events(told, "2026-10-06 11:10") if one.uid == uid)
    assert (event.starts_at, event.sequence, event.status) == (at(NEW), 1, "confirmed")
    assert event.revised_at == at(CHANGED)


def events(cohort: SmallCohort, now: str, audience: str = "participants") -> Any:
    """Return the events of the cohort's feed."""
    with cohort.store.read() as session:
        return Feeds(cohort.office, session, now=at(now)).of_cohort(CODE, audience).events


def test_the_notice_gives_old_and_new_time_the_reason_and_the_link(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    move(told, NEW, note="The speaker is on a train.\n\nWe are sorry.")
    told.tick("2026-10-06 11:10")

    text = text_of(mailbox, "cat@valley.example")
    assert "New: Friday 9 October 2026, 16:30 UK time, 60 minutes" in text
    assert "No longer: Thursday 8 October 2026, 16:30" in text
    assert "The speaker is on a train. We are sorry." in text
    assert "https://meet.example/webinar-1" in text


def test_the_day_before_comes_the_link_for_the_new_day(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    move(told, NEW)
    told.tick_daily("2026-10-06", "2026-10-09", "11:10")

    reminded = told.ledger(
        "recipient", "sent_at", step="webinar-tomorrow", occurrence="webinar-1/1"
    )
    assert reminded == [(ref, at("2026-10-08 11:10")) for ref in ("P0001", "P0002", "P0003")]


def test_looked_at_it_names_each_with_what_they_were_told_and_changes_nothing(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    before = told.due_again()
    change = move(told, NEW, apply=False)

    assert [(one.ref, one.told, one.why_not) for one in change.concerned] == [
        (ref, at(OLD), None) for ref in ("P0001", "P0002", "P0003")
    ]
    assert (change.applied, change.sequence, change.to_be_told) == (False, 1, 3)
    assert told.webinar("webinar-1").starts_at == at(OLD)
    assert (told.due_again(), told.audit("webinar-moved")) == (before, [])


def test_each_change_stands_in_the_audit_trail_and_counts_sequence_up(told: SmallCohort) -> None:
    move(told, NEW)
    webinar_changes.cancel(
        told.office, CODE, "webinar-1", now=at("2026-10-06 12:00"), by="Sam", apply=True
    )

    (moved,), (gone,) = told.audit("webinar-moved"), told.audit("webinar-cancelled")
    assert (moved.by, moved.subject, moved.at) == ("Jo", "webinar-1", at(CHANGED))
    assert [dt.datetime.fromisoformat(str(one)) for one in (moved.before, moved.after)] == [
        at(OLD),
        at(NEW),
    ]
    assert (gone.by, gone.after) == ("Sam", None)
    webinar = told.webinar("webinar-1")
    assert (webinar.sequence, webinar.status) == (2, "cancelled")


def test_moved_back_before_a_tick_nobody_hears_of_it(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    move(told, NEW)
    move(told, OLD, now="2026-10-06 11:05")
    told.tick("2026-10-06 11:10")

    assert said(mailbox) == []
    assert set(told.outcomes("webinar-moved").values()) == {
        "superseded",
        "skipped: condition-unmet",
    }
    assert told.webinar("webinar-1").sequence == 2


def test_moved_back_after_a_tick_they_are_told_again(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    move(told, NEW)
    told.tick("2026-10-06 11:10")
    mailbox.received.clear()
    move(told, OLD, now="2026-10-06 11:12")
    told.tick("2026-10-06 11:20")

    assert said(mailbox) == [
        (person, f"New time: {TITLE}, Thursday 8 October, 16:30") for person in PEOPLE
    ]
    assert "No longer: Friday 9 October 2026, 16:30" in text_of(mailbox, PEOPLE[0])


def test_moved_twice_while_mail_was_down_one_notice_quotes_what_they_were_told(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """The first notice was written already when the mail server did not answer."""
    address, told.address = told.address, SmtpAddress("127.0.0.1", 9)
    move(told, NEW)
    told.tick("2026-10-06 11:10")
    move(told, "2026-10-12 16:30", now="2026-10-06 11:30")
    told.address = address
    told.tick("2026-10-06 12:20")

    monday = f"New time: {TITLE}, Monday 12 October, 16:30"
    assert said(mailbox) == [(person, monday) for person in PEOPLE]
    assert "No longer: Thursday 8 October 2026, 16:30" in text_of(mailbox, PEOPLE[0])
    assert told.outcomes("webinar-moved", recipient="P0001") == {
        "webinar-1/1 to P0001": "superseded",
        "webinar-1/2 to P0001": "sent",
    }


def test_who_was_told_while_the_agenda_waited_gets_the_agenda_with_the_new_time_only(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """It was due, and written, before the move; the mail server took it afterwards."""
    cohort.enrol(ADA)
    cohort.go_live_unchecked()
    address, cohort.address = cohort.address, SmtpAddress("127.0.0.1", 9)
    cohort.tick("2026-09-03 09:00")
    move(cohort, NEW, now="2026-09-03 09:05")
    cohort.tick("2026-09-03 09:10")
    cohort.address = address
    for minute in (20, 30, 40):
        cohort.tick(f"2026-09-03 10:{minute}")

    assert [mail for mail in said(mailbox) if mail[1].startswith("New time")] == []
    assert cohort.outcomes("webinar-moved") == {"webinar-1/1 to P0001": "skipped: condition-unmet"}
    assert "Friday 9 October 2026, 16:30" in text_of(mailbox, "ada@harbour.example")


def test_what_gives_the_old_time_is_not_sent_again_by_hand(told: SmallCohort) -> None:
    (agenda,) = (
        one.rfc_id
        for one in told.messages(recipient="P0001")
        if one.subject and "Your ATS year" in one.subject
    )
    resend(told.office, agenda, now=at("2026-10-06 11:01"), by="Jo")
    move(told, NEW)
    told.tick("2026-10-06 11:10")

    again = told.outcomes("agenda-published", recipient="P0001")
    assert again["1/again-1 to P0001"] == "cancelled: no-longer-planned"
    with pytest.raises(Refused, match="names a time of a webinar that has changed since"):
        resend(told.office, agenda, now=at("2026-10-06 11:20"), by="Jo")


def test_two_staff_who_move_it_to_the_same_time_move_it_once(told: SmallCohort) -> None:
    answers: list[str] = []

    def work() -> None:
        try:
            answers.append(f"moved, sequence {move(told, NEW).sequence}")
        except Refused as refusal:
            answers.append(str(refusal))

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)

    assert sorted(answers) == [
        "The webinar webinar-1 is on Friday 9 October 2026, 16:30 already.",
        "moved, sequence 1",
    ]
    assert (told.webinar("webinar-1").sequence, len(told.audit("webinar-moved"))) == (1, 1)


def test_two_staff_who_move_it_to_different_times_leave_one_time_that_is_told(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    days = ("2026-10-09 16:30", "2026-10-12 16:30")
    both = [threading.Thread(target=move, args=(told, day)) for day in days]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    told.tick("2026-10-06 11:10")

    stands = told.webinar("webinar-1").starts_at.astimezone(ZONE)
    words = f"New time: {TITLE}, {stands:%A} {stands.day} October, 16:30"
    assert said(mailbox) == [(person, words) for person in PEOPLE]
    assert told.webinar("webinar-1").sequence == 2


def test_a_cancelled_one_is_told_struck_out_of_the_feed_and_not_reminded_of(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    uid = told.webinar("webinar-1").uid
    webinar_changes.cancel(
        told.office,
        CODE,
        "webinar-1",
        note="Webinar 2 covers it.",
        now=at(CHANGED),
        by="Jo",
        apply=True,
    )
    told.tick_daily("2026-10-06", "2026-10-09", "11:10")

    gone = f"Not taking place: {TITLE} on Thursday 8 October"
    assert [pair for pair in said(mailbox) if "Not taking" in pair[1]] == [
        (person, gone) for person in PEOPLE
    ]
    assert "Webinar 2 covers it." in text_of_first(mailbox, PEOPLE[0])
    assert told.outcomes("webinar-tomorrow") == {}
    (event,) = (one for one in events(told, CHANGED) if one.uid == uid)
    assert (event.status, event.sequence) == ("cancelled", 1)


def text_of_first(mailbox: InMemoryMailbox, to: str) -> str:
    body = next(read(one) for one in mailbox.received if one.recipient == to).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_a_mentor_of_two_gets_one_notice_about_a_mentor_webinar(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    for ref in ("P0001", "P0002"):
        mentors.accept(told.store, ref, now=at("2026-10-06 11:01"), by="Jo")
    told.tick("2026-10-06 11:02")
    mailbox.received.clear()
    change = webinar_changes.move(
        told.office,
        CODE,
        "mentor-webinar-1",
        to=at("2026-11-13 16:30"),
        now=at(CHANGED),
        by="Jo",
        apply=True,
    )
    told.tick("2026-10-06 11:10")

    assert [(one.ref, one.role, one.why_not) for one in change.concerned] == [
        ("M0001", "mentor", None)
    ]
    assert [to for to, subject in said(mailbox) if subject.startswith("New time")] == [
        "grace@harbour.example"
    ]
    rows = told.ledger("recipient", "outcome", step="webinar-moved")
    assert sorted(rows) == [("M0001", "merged"), ("M0001", "sent"), ("M0002", "skipped")]


OLD_ADDRESS, ADDRESS = "https://video.example/1", "https://video.example/2"


def publish(cohort: SmallCohort, url: str, now: str, summary: str | None = None) -> Change:
    return webinar_changes.publish_recording(
        cohort.office,
        CODE,
        "webinar-1",
        url=url,
        summary=summary,
        captions=True,
        transcript=True,
        now=at(now),
        by="Jo",
        apply=True,
    )


def test_whoever_was_sent_an_old_address_of_a_recording_gets_the_new_one_once(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    first = publish(told, OLD_ADDRESS, "2026-10-09 10:03", "Needs first.\nThen goals.")
    told.tick("2026-10-09 10:10")
    sent = [to for to, subject in said(mailbox) if subject == f"Recording: {TITLE}"]
    mailbox.received.clear()
    second = publish(told, ADDRESS, "2026-10-09 10:15")
    told.tick("2026-10-09 10:20")
    told.tick("2026-10-09 10:30")

    assert sent == PEOPLE
    assert said(mailbox) == [(to, f"New address of a recording: {TITLE}") for to in PEOPLE]
    text = text_of(mailbox, PEOPLE[0])
    assert "has another address; please use this one." in text
    assert (f"See the recording: {ADDRESS}" in text, "Then goals." in text) == (True, True)
    assert told.outcomes("webinar-recording", recipient="P0001") == {
        "webinar-1/1 to P0001": "sent",
        "webinar-1/2 to P0001": "sent",
    }
    assert (first.to_be_told, second.to_be_told, second.recording_was) == (3, 3, OLD_ADDRESS)
    assert (first.remarks, second.remarks) == (
        (),
        (f"3 people were sent another address ({OLD_ADDRESS})",),
    )
    webinar = told.webinar("webinar-1")
    assert (webinar.recording_url, webinar.recorded_at, webinar.sequence) == (
        "https://video.example/2",
        at("2026-10-09 10:03"),
        0,
    )
    assert [one.after for one in told.audit("webinar-recording")] == [
        "https://video.example/1",
        "https://video.example/2",
    ]


def test_a_recording_that_was_written_but_not_sent_goes_once_with_the_corrected_address(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """The mail server did not answer until the address had been corrected."""
    address, told.address = told.address, SmtpAddress("127.0.0.1", 9)
    publish(told, OLD_ADDRESS, "2026-10-09 10:03")
    told.tick("2026-10-09 10:10")
    second = publish(told, ADDRESS, "2026-10-09 10:15")
    told.address = address
    for minute in (20, 30, 40):
        told.tick(f"2026-10-09 11:{minute}")

    recordings = [mail for mail in said(mailbox) if TITLE in mail[1]]
    assert recordings == [(to, f"Recording: {TITLE}") for to in PEOPLE]
    assert ADDRESS in text_of(mailbox, PEOPLE[0])
    assert second.remarks == ()
    assert set(told.outcomes("webinar-recording")) == {f"webinar-1/1 to P000{n}" for n in (1, 2, 3)}


def test_an_old_address_of_a_recording_is_not_sent_again_by_hand(told: SmallCohort) -> None:
    publish(told, OLD_ADDRESS, "2026-10-09 10:03")
    told.tick("2026-10-09 10:10")
    (mail,) = (
        one.rfc_id
        for one in told.messages(recipient="P0001")
        if one.subject == f"Recording: {TITLE}"
    )
    publish(told, ADDRESS, "2026-10-09 10:15")

    with pytest.raises(Refused, match="an old address of its recording"):
        resend(told.office, mail, now=at("2026-10-09 10:16"), by="Jo")


def test_a_summary_stays_until_another_is_given_and_an_empty_one_clears_it(
    told: SmallCohort,
) -> None:
    publish(told, OLD_ADDRESS, "2026-10-09 10:03", "Needs first.")
    publish(told, ADDRESS, "2026-10-09 10:04")
    kept = told.webinar("webinar-1").recording_summary
    publish(told, ADDRESS, "2026-10-09 10:05", "")

    assert (kept, told.webinar("webinar-1").recording_summary) == ("Needs first.", "")
    with pytest.raises(Refused, match=f"is published at {ADDRESS} already"):
        publish(told, ADDRESS, "2026-10-09 10:06")


def test_in_trial_nobody_is_told_and_that_is_said(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.letterhead(trial_recipients=frozenset({"ada@harbour.example"}))
    cohort.enrol(ADA, BEN)
    cohort.tick("2026-09-03 09:00")
    mailbox.received.clear()

    change = move(cohort, NEW, now="2026-09-03 10:00")
    cohort.tick("2026-09-03 10:10")

    assert {one.ref: one.why_not for one in change.concerned} == {
        "P0001": None,
        "P0002": "nobody has told them a time yet",
    }
    assert said(mailbox) == [("ada@harbour.example", f"TRIAL: {NEW_TIME}")]
