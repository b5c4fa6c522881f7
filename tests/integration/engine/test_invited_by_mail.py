"""Invitations: who chose them gets each webinar as an e-mail that their calendar understands."""

from __future__ import annotations

from typing import Any

from inviting import (
    Entry,
    calendar_parts,
    cancel,
    choose,
    entries,
    mails,
    move,
    switch_off,
    vevent,
)
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, ZONE, SmallCohort, at

from ats import reconcile
from ats.outbox.by_hand import resend
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.messages import shown
from ats.people import mentors
from ats.people.story import story
from ats.records import models as m

ADAS, BENS, GRACES = "ada@harbour.example", "ben@harbour.example", "grace@harbour.example"
#: The webinars of the year, in their order.
AHEAD = {
    "webinar-1": "2026-10-08 16:30",
    "webinar-2": "2026-11-18 16:30",
    "q-and-a-1": "2026-12-10 16:30",
    "webinar-3": "2027-01-27 16:30",
    "webinar-4": "2027-04-29 16:30",
    "webinar-5": "2027-06-09 16:30",
    "q-and-a-2": "2027-09-09 16:30",
}
FOR_MENTORS = {
    "mentor-webinar-1": "2026-11-12 16:30",
    "mentor-webinar-2": "2027-03-04 16:30",
    "mentor-webinar-3": "2027-06-17 16:30",
}
CHOSEN = "2026-11-02 12:00"  # a Monday, after the first webinar


@prologue
def live(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, with Grace as her mentor, and Ben, up to date on 2 November; nothing in the mailbox."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick_daily("2026-09-03", "2026-10-08")
    cohort.tick("2026-11-02 11:00")
    mailbox.received.clear()


def test_who_chooses_invitations_gets_one_for_each_webinar_ahead_the_next_ones_first(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now=CHOSEN)

    live.tick("2026-11-02 12:05")
    live.tick("2026-11-02 12:10")

    ahead = [key for key in AHEAD if key != "webinar-1"]
    assert live.outcomes("webinar-invitation") == {f"{key}/1 to P0001": "sent" for key in ahead}
    messages = [one for one in live.messages() if one.date == at("2026-11-02 12:05")]
    assert [one.bundle for one in messages] == [f"webinar-invitation/{key}" for key in ahead]
    expected = [Entry(ADAS, "REQUEST", 0, at(AHEAD[key]), f"mailto:{ADAS}") for key in ahead]
    found = sorted(entries(mailbox, ADAS), key=lambda entry: entry.starts_at)
    assert found == expected
    assert entries(mailbox, BENS) == []


def test_a_mentor_of_two_is_invited_once_to_each_webinar_for_mentors(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.tick_daily("2026-09-03", "2026-10-08")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-08 15:00"), by="Jo")
    choose(cohort, "M0001", "invitations", now="2026-10-09 10:00")
    cohort.tick("2026-10-09 10:05")
    mentors.accept(cohort.store, "P0002", now=at("2026-10-12 15:00"), by="Jo")

    cohort.tick("2026-10-12 15:05")

    kept = [entry.starts_at for entry in entries(mailbox, GRACES)]
    assert sorted(kept) == [at(text) for text in FOR_MENTORS.values()]
    assert cohort.outcomes("webinar-invitation", about="P0001") == {
        f"{key}/1 to M0001": "sent" for key in FOR_MENTORS
    }
    assert cohort.outcomes("webinar-invitation", about="P0002") == {
        f"{key}/1 to M0001": "skipped: in-notice" for key in FOR_MENTORS
    }
    mailbox.received.clear()

    move(cohort, "mentor-webinar-1", "2026-11-13 15:00", now="2026-10-14 10:00")
    cohort.tick("2026-10-14 10:05")

    assert entries(mailbox, GRACES) == [
        Entry(GRACES, "REQUEST", 1, at("2026-11-13 15:00"), f"mailto:{GRACES}")
    ]


def test_a_mentor_who_chose_before_they_agreed_is_invited_when_they_agree(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "M0001", "invitations", now="2026-10-20 10:00")
    live.tick("2026-11-02 11:30")
    assert live.outcomes("webinar-invitation") == {}

    mentors.accept(live.store, "P0001", now=at("2026-11-02 15:00"), by="Jo")
    live.tick("2026-11-02 15:05")

    assert [entry.method for entry in entries(mailbox, GRACES)] == ["REQUEST"] * 3


def test_a_webinar_that_moves_comes_again_with_the_next_sequence_and_is_cancelled_in_the_end(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now=CHOSEN)
    live.tick("2026-11-02 12:05")
    invited = {
        entry.starts_at: vevent(data)["UID"]
        for entry, data in zip(entries(mailbox, ADAS), _data(mailbox, ADAS), strict=True)
    }
    mailbox.received.clear()

    move(live, "webinar-2", "2026-11-19 15:00", now="2026-11-16 10:00")
    live.tick("2026-11-16 10:05")

    (moved,) = mails(mailbox, ADAS, "New time: ")
    assert entries(mailbox, ADAS) == [
        Entry(ADAS, "REQUEST", 1, at("2026-11-19 15:00"), f"mailto:{ADAS}")
    ]
    assert vevent(calendar_parts(moved)[0])["UID"] == invited[at(AHEAD["webinar-2"])]
    assert "a new invitation, too" in _text(moved)
    assert "follow our calendar" not in _text(moved)
    (bens,) = mails(mailbox, BENS, "New time: ")
    assert calendar_parts(bens) == []
    assert bens.get_content_type() == "multipart/alternative"
    assert "If you follow our calendar, it shows the new time by itself" in _text(bens)
    mailbox.received.clear()

    cancel(live, "webinar-2", now="2026-11-17 10:00")
    live.tick("2026-11-17 10:05")

    (gone,) = mails(mailbox, ADAS, "Not taking place: ")
    assert entries(mailbox, ADAS) == [
        Entry(ADAS, "CANCEL", 2, at("2026-11-19 15:00"), f"mailto:{ADAS}")
    ]
    event = vevent(calendar_parts(gone)[0])
    assert (event["STATUS"], event["UID"]) == ("CANCELLED", invited[at(AHEAD["webinar-2"])])
    assert "takes back our invitation, too" in _text(gone)
    (bens,) = mails(mailbox, BENS, "Not taking place: ")
    assert calendar_parts(bens) == []
    assert "If you follow our calendar, it strikes the webinar out" in _text(bens)


def test_who_is_told_of_a_move_by_an_invitation_gets_no_second_one_for_the_same_webinar(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    move(live, "webinar-2", "2026-11-19 15:00", now="2026-11-02 11:50")
    choose(live, "P0001", "invitations", now=CHOSEN)

    live.tick("2026-11-02 12:05")
    live.tick("2026-11-02 12:10")

    found = sorted(entries(mailbox, ADAS), key=lambda entry: entry.starts_at)
    expected = dict(AHEAD) | {"webinar-2": "2026-11-19 15:00"}
    assert [entry.starts_at for entry in found] == [at(t) for t in list(expected.values())[1:]]
    assert [entry.sequence for entry in found] == [1, 0, 0, 0, 0, 0]
    assert live.outcomes("webinar-moved", recipient="P0001") == {"webinar-2/1 to P0001": "sent"}
    outcomes = live.outcomes("webinar-invitation")
    assert outcomes["webinar-2/1 to P0001"] == "skipped: in-notice"


def test_an_invitation_that_waits_over_the_weekend_holds_what_is_true_when_it_goes(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now="2026-11-06 20:00")  # a Friday
    live.tick("2026-11-06 20:05")
    assert set(live.outcomes("webinar-invitation").values()) == {"held: window"}
    cancel(live, "webinar-4", now="2026-11-07 10:00")
    live.tick("2026-11-07 10:05")
    live.tick("2026-11-09 09:00")

    subject = "Invitation: "
    found = sorted(entries(mailbox, ADAS, subject), key=lambda entry: entry.starts_at)
    ahead = [key for key in AHEAD if key not in ("webinar-1", "webinar-4")]
    assert [entry.starts_at for entry in found] == [at(AHEAD[key]) for key in ahead]
    assert live.outcomes("webinar-invitation") == {f"{key}/1 to P0001": "sent" for key in ahead}


def test_who_goes_back_to_the_subscription_gets_no_entry_any_more(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now=CHOSEN)
    live.tick("2026-11-02 12:05")
    mailbox.received.clear()
    choose(live, "P0001", "subscription", now="2026-11-03 12:00")
    move(live, "webinar-2", "2026-11-19 15:00", now="2026-11-16 10:00")

    live.tick("2026-11-03 12:05")
    live.tick("2026-11-16 10:05")

    assert entries(mailbox, ADAS) == []
    (moved,) = mails(mailbox, ADAS, "New time: ")
    assert "If you follow our calendar" in _text(moved)


def test_who_goes_back_before_the_invitations_went_gets_none_and_leaves_no_row(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now="2026-11-06 20:00")
    live.tick("2026-11-06 20:05")
    choose(live, "P0001", "subscription", now="2026-11-06 20:10")
    live.tick("2026-11-06 20:15")

    live.tick("2026-11-09 09:00")

    assert live.outcomes("webinar-invitation") == {}
    assert entries(mailbox, ADAS) == []


def test_who_chooses_invitations_anew_is_invited_anew(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now=CHOSEN)
    live.tick("2026-11-02 12:05")
    first = {vevent(data)["UID"]: vevent(data)["DTSTAMP"].dt for data in _data(mailbox, ADAS)}
    choose(live, "P0001", "subscription", now="2026-11-03 12:00")
    live.tick("2026-11-03 12:05")
    mailbox.received.clear()

    choose(live, "P0001", "invitations", now="2026-11-20 12:00")
    live.tick("2026-11-20 12:05")
    live.tick("2026-11-20 12:10")

    again = {vevent(data)["UID"]: vevent(data)["DTSTAMP"].dt for data in _data(mailbox, ADAS)}
    assert again.keys() < first.keys()
    assert set(again.values()) == {at("2026-11-20 12:05")}
    assert set(first.values()) == {at("2026-11-02 12:05")}
    ahead = [key for key in AHEAD if key not in ("webinar-1", "webinar-2")]
    found = live.outcomes("webinar-invitation")
    assert {key: found[key] for key in found if "/2 " in key} == {
        f"{key}/2 to P0001": "sent" for key in ahead
    }


def test_the_reminder_brings_a_link_that_was_not_known_before_into_the_calendar(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    choose(cohort, "P0001", "invitations", now="2026-11-02 10:00")
    cohort.tick("2026-11-02 10:05")
    mailbox.received.clear()
    cohort.join_link("webinar-2", now="2026-11-12 10:00")
    cohort.tick_daily("2026-11-12", "2026-11-13")
    assert entries(mailbox, ADAS) == []

    cohort.tick("2026-11-17 09:00")

    (ada,) = mails(mailbox, ADAS, "Tomorrow, 16:30")
    (data, _) = calendar_parts(ada)
    event = vevent(data)
    assert (event["SEQUENCE"], str(event["LOCATION"])) == (0, "https://meet.example/webinar-2")
    assert event["DTSTAMP"].dt == at("2026-11-17 09:00")
    assert "puts the link into your calendar" in _text(ada)
    (ben,) = mails(mailbox, BENS, "Tomorrow, 16:30")
    assert calendar_parts(ben) == []
    assert "puts the link into your calendar" not in _text(ben)


def test_the_reminder_holds_no_entry_where_the_calendar_has_it_all(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now=CHOSEN)
    live.tick("2026-11-02 12:05")
    mailbox.received.clear()

    live.tick("2026-11-17 09:00")

    (reminder,) = mails(mailbox, ADAS, "Tomorrow, 16:30")
    assert calendar_parts(reminder) == []


def test_who_wants_invitations_and_no_reminders_gets_a_late_link_and_is_told_why(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """Both switch reminders and tips off; the link is set on the day of the webinar."""
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    choose(cohort, "P0001", "invitations", now="2026-11-02 10:00")
    for ref in ("P0001", "P0002"):
        switch_off(cohort, ref, "webinar", "tip", now="2026-11-02 10:00")
    cohort.tick("2026-11-02 10:05")
    mailbox.received.clear()

    cohort.tick_daily("2026-11-16", "2026-11-17")
    outcomes = cohort.outcomes("webinar-tomorrow")
    assert {one: said for one, said in outcomes.items() if "webinar-2" in one} == {
        "webinar-2/1 to P0001": "held: join-link",
        "webinar-2/1 to P0002": "skipped: opted-out",
    }
    cohort.join_link("webinar-2", now="2026-11-18 10:00")
    cohort.tick("2026-11-18 10:10")
    cohort.tick("2026-11-24 09:00")  # pdp-tip

    (entry,) = entries(mailbox, ADAS)
    assert (entry.method, entry.sequence, entry.starts_at) == ("REQUEST", 0, at(AHEAD["webinar-2"]))
    (event,) = [vevent(data) for data in _data(mailbox, ADAS)]
    assert str(event["LOCATION"]) == "https://meet.example/webinar-2"
    assert set(cohort.outcomes("pdp-tip").values()) == {"skipped: opted-out"}
    assert (
        "“Today, 16:30: From SWOT to your Personal Development Plan, with your link” was sent "
        "with the invitation that they asked for"
    ) in _why(cohort, "webinar-tomorrow", now="2026-11-25 10:00")


def test_what_is_to_come_to_who_wants_no_reminders_says_that_it_brings_an_invitation(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    cohort.join_link("webinar-2", now="2026-11-01 10:00")
    choose(cohort, "P0001", "invitations", now="2026-11-02 10:00")
    switch_off(cohort, "P0001", "webinar", now="2026-11-02 10:00")
    cohort.tick("2026-11-02 10:05")
    story = _why(cohort, "webinar-tomorrow", now="2026-11-03 10:00").split("\n")

    (known,) = [text for text in story if "17 November" in text]
    assert "will not be sent, because they had switched off e-mails of this kind" in known
    (awaited,) = [text for text in story if "26 January" in text]
    assert awaited.endswith(
        "; they have switched off e-mails of this kind, but this one brings an invitation."
    )


def test_what_was_sent_is_shown_again_entry_and_all_and_proven(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now=CHOSEN)
    live.tick("2026-11-02 12:05")
    move(live, "webinar-2", "2026-11-19 15:00", now="2026-11-16 10:00")
    live.set_address("P0001", "ada@elsewhere.example")
    sent = mails(mailbox, ADAS, "Invitation: ")[0]

    with live.store.read() as session:
        told = shown(session, live.office.renderer, str(sent["Message-ID"]), zone=ZONE)

    assert told["proven"] is True
    assert told["invitation"].encode() == calendar_parts(sent)[0]


def test_what_is_sent_again_holds_the_same_entry(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now=CHOSEN)
    live.tick("2026-11-02 12:05")
    sent = mails(mailbox, ADAS, "Invitation: ")[0]
    mailbox.received.clear()

    resend(live.office, str(sent["Message-ID"]), now=at("2026-11-04 10:00"), by="Jo")
    live.tick("2026-11-04 10:05")

    (again,) = mails(mailbox, ADAS, "Invitation: ")
    assert calendar_parts(again) == calendar_parts(sent)
    assert again["Message-ID"] != sent["Message-ID"]


def test_what_is_sent_again_to_another_address_invites_that_one(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now=CHOSEN)
    live.tick("2026-11-02 12:05")
    sent = mails(mailbox, ADAS, "Invitation: ")[0]
    live.set_address("P0001", "ada+ats@elsewhere.example")

    resend(live.office, str(sent["Message-ID"]), now=at("2026-11-04 10:00"), by="Jo")
    live.tick("2026-11-04 10:05")

    (again,) = mails(mailbox, "ada+ats@elsewhere.example", "Invitation: ")
    before, after = (vevent(calendar_parts(one)[0]) for one in (sent, again))
    assert str(after["ATTENDEE"]) == "mailto:ada+ats@elsewhere.example"
    del before["ATTENDEE"], after["ATTENDEE"]
    assert after.to_ical() == before.to_ical()


def test_with_a_redirect_the_invited_address_is_the_one_that_everything_goes_to(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.letterhead(redirect_to="staging@provider.example")
    choose(live, "P0001", "invitations", now=CHOSEN)

    live.tick("2026-11-02 12:05")

    found = entries(mailbox, "staging@provider.example")
    assert {entry.attendee for entry in found} == {"mailto:staging@provider.example"}
    assert len(found) == 6
    assert [one.recipient for one in mailbox.received] == ["staging@provider.example"] * 6
    assert not any(b"ada@" in data for data in _data(mailbox, "staging@provider.example"))


def test_in_a_trial_the_entry_says_so_too(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    cohort.letterhead(trial_recipients=frozenset({ADAS}))
    cohort.enrol(ADA, BEN)
    choose(cohort, "P0001", "invitations", now=CHOSEN)
    choose(cohort, "P0002", "invitations", now=CHOSEN)

    cohort.tick("2026-11-02 12:05")

    titles = [str(vevent(data)["SUMMARY"]) for data in _data(mailbox, ADAS)]
    assert [title.startswith("TRIAL: ATS webinar: ") for title in titles] == [True] * 6
    assert entries(mailbox, BENS) == []
    assert set(cohort.outcomes("webinar-invitation", recipient="P0002").values()) == {"held: trial"}


def test_who_joins_late_is_invited_to_what_is_ahead_of_their_first_day(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA.replace("2026-10-05", "2026-12-14"), now="2026-11-20 10:00")
    cohort.go_live()
    choose(cohort, "P0001", "invitations", now="2026-11-23 10:00")
    cohort.tick("2026-11-23 10:05")
    assert entries(mailbox, ADAS) == []

    cohort.tick("2026-12-14 09:00")

    found = sorted(entries(mailbox, ADAS), key=lambda entry: entry.starts_at)
    assert [entry.starts_at for entry in found] == [
        at(AHEAD[key]) for key in ("webinar-3", "webinar-4", "webinar-5", "q-and-a-2")
    ]


def test_who_has_left_or_is_silenced_is_invited_to_nothing(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now="2026-11-06 20:00")
    live.tick("2026-11-06 20:05")
    with live.store.write() as session:
        enrolment = session.get_one(m.Enrolment, live.enrolments()["P0001"].id)
        enrolment.status, enrolment.left_at = "withdrawn", at("2026-11-07 10:00")

    live.tick("2026-11-09 09:00")

    assert entries(mailbox, ADAS) == []
    assert set(live.outcomes("webinar-invitation").values()) == {"cancelled: withdrawn"}


def test_somebodys_unusable_address_keeps_nobody_else_from_being_invited(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.set_address("P0001", "ada at harbour")
    for ref in ("P0001", "P0002"):
        choose(live, ref, "invitations", now=CHOSEN)

    told = live.tick("2026-11-02 12:05")

    assert [entry.to for entry in entries(mailbox, BENS)] == [BENS] * 6
    assert {one.recipient for one in mailbox.received} == {BENS}
    assert set(live.outcomes("webinar-invitation", recipient="P0001").values()) == {"held: parked"}
    assert len(told.errors) == 6
    assert "harbour" not in str(told.errors)


def test_the_nightly_check_finds_nothing_amiss_before_and_after_invitations(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    choose(live, "P0001", "invitations", now="2026-11-06 20:00")
    live.tick("2026-11-06 20:05")
    waiting = reconcile.reconcile(live.office, CODE, now=at("2026-11-07 04:40"))
    live.tick("2026-11-09 09:00")
    live.tick("2026-11-09 09:10")
    gone = reconcile.reconcile(live.office, CODE, now=at("2026-11-10 04:40"))

    assert (list(waiting.findings), list(gone.findings)) == ([], [])


def _data(mailbox: InMemoryMailbox, to: str) -> list[bytes]:
    return [both[0] for both in map(calendar_parts, mails(mailbox, to)) if both]


def _why(cohort: SmallCohort, step: str, *, now: str) -> str:
    """Return what `ats why` tells of Ada, a line for each entry."""
    told = story(cohort.office, "P0001", step=step, now=at(now), zone=ZONE)
    return "\n".join(entry["text"] for entry in told["story"])


def _text(message: Any) -> str:
    return " ".join(message.get_body(("plain",)).get_content().split())
