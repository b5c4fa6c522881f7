"""Whoever asks why nothing comes hears of an address that does not work, and what mends it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from prologue import prologue
from returned import postfix
from small_cohort import ADA, BEN, GRACE, NOBODY, ZONE, SmallCohort, at

from ats.outbox.bounces import BounceReader
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.suppression import lift
from ats.outbox.verp import BounceAddress
from ats.people import mentors
from ats.people.show import document
from ats.people.story import story

OURS = BounceAddress("ats@provider.example", b"a key that nobody else has")
UNKNOWN = "came back (550 5.1.1 <address>: Recipient address rejected)"


class Box:
    """One notification."""

    def __init__(self, mail: bytes) -> None:
        self.mail = mail

    def unread(self) -> Any:
        yield "1", self.mail

    def mark(self, name: str) -> None:
        pass


@prologue
def sent(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada, whose mentor Grace has been asked, and Ben; mail leaves under bounce addresses."""
    cohort.office = replace(cohort.office, bounces=OURS)
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live_unchecked()
    for day in ("2026-09-03", "2026-10-07"):
        cohort.tick(f"{day} 09:00")


def comes_back(cohort: SmallCohort, ref: str, now: str) -> None:
    """Have the newest message to somebody come back for good."""
    mail = postfix(OURS.of(cohort.messages(recipient=ref)[-1].id or 0))
    BounceReader(cohort.store, OURS, at(now)).read_all(Box(mail))


def why(cohort: SmallCohort, ref: str, now: str, step: str | None = None) -> list[str]:
    told = story(cohort.office, ref, step=step, now=at(now), zone=ZONE)
    return [one["text"] for one in told["story"]]


def about(texts: list[str]) -> list[str]:
    return [text for text in texts if "came back" in text]


def test_the_story_tells_that_an_e_mail_came_back_what_ends_with_it_and_what_mends_it(
    sent: SmallCohort,
) -> None:
    subject = sent.messages(recipient="P0002")[-1].subject
    comes_back(sent, "P0002", "2026-10-07 10:00")

    told = why(sent, "P0002", "2026-10-07 10:30")

    (came_back,) = about(told)
    assert came_back == (
        f"Wed 7 October 2026, 10:00: the e-mail “{subject}” {UNKNOWN}, and nothing more goes "
        "to that address since then. Import another one with the roster, or, if it works after "
        "all, let mail go there again with `ats contact lift P0002`."
    )
    assert about(why(sent, "P0001", "2026-10-07 10:30")) == []


def test_what_would_have_gone_is_told_as_skipped_for_it_before_and_after_it_fell_due(
    sent: SmallCohort,
) -> None:
    comes_back(sent, "P0002", "2026-10-07 10:00")
    stopped = "because mail to their address is stopped"

    coming = [text for text in why(sent, "P0002", "2026-10-07 10:30") if stopped in text]
    sent.tick_daily("2026-10-12", "2026-10-16")
    gone = [text for text in why(sent, "P0002", "2026-10-16 10:30") if stopped in text]

    assert coming
    assert all(f"will not be sent, {stopped}" in text for text in coming)
    assert any(f"was not sent, {stopped}" in text for text in gone)


def test_a_mentors_address_is_told_in_the_participants_story_and_in_the_mentors_once(
    sent: SmallCohort,
) -> None:
    sent.enrol(BEN + GRACE, now="2026-10-07 09:30")
    comes_back(sent, "M0001", "2026-10-07 10:00")

    (told,) = about(why(sent, "P0001", "2026-10-07 10:30"))
    assert f"” to the mentor Grace Hopper {UNKNOWN}, and nothing more goes to that" in told
    assert "`ats contact lift M0001`" in told
    (theirs,) = about(why(sent, "M0001", "2026-10-07 10:30"))
    assert f"” {UNKNOWN}" in theirs
    (of_one_step,) = about(why(sent, "P0001", "2026-10-07 10:30", "mentor-request"))
    assert of_one_step == told


def test_a_mentor_who_had_gone_before_is_not_told(sent: SmallCohort) -> None:
    mentors.decline(sent.store, "P0001", now=at("2026-10-07 09:30"), by="Jo")
    comes_back(sent, "M0001", "2026-10-07 10:00")
    assert about(why(sent, "P0001", "2026-10-07 10:30")) == []


def test_what_was_lifted_or_replaced_stays_in_the_story(sent: SmallCohort) -> None:
    comes_back(sent, "P0002", "2026-10-07 10:00")
    lift(sent.store, "P0002", now=at("2026-10-08 11:00"), by="Jo")
    (lifted,) = about(why(sent, "P0002", "2026-10-08 12:00"))
    assert lifted.endswith("to that address until Thu 8 October 2026, 11:00, when Jo lifted that.")

    comes_back(sent, "M0001", "2026-10-08 12:00")
    moved = GRACE.replace("grace@harbour.example", "grace@home.example")
    sent.enrol(ADA + moved, BEN + NOBODY, now="2026-10-08 13:00")
    (replaced,) = about(why(sent, "P0001", "2026-10-08 14:00"))
    assert replaced.endswith("goes to that address; another one has taken its place.")


def test_whoever_is_shown_is_shown_with_what_is_wrong_with_the_address(sent: SmallCohort) -> None:
    now = at("2026-10-07 10:30")
    assert document(sent.office, "P0002", now=now, zone=ZONE)["suppressed"] is None

    for ref in ("P0002", "M0001"):
        comes_back(sent, ref, "2026-10-07 10:00")

    told = document(sent.office, "P0002", now=now, zone=ZONE)["suppressed"]
    assert told == {
        "since": "2026-10-07T10:00:00+01:00",
        "reason": "bounced",
        "status": "5.1.1",
        "answer": "550 5.1.1 <address>: Recipient address rejected",
        "why": UNKNOWN,
    }
    ada = document(sent.office, "P0001", now=now, zone=ZONE)
    assert (ada["suppressed"], ada["enrolments"][0]["mentor"]["suppressed"]) == (None, told)


def test_an_address_that_was_refused_at_once_is_told_as_such(cohort: SmallCohort) -> None:
    cohort.enrol(BEN)
    cohort.join_links()
    cohort.go_live_unchecked()
    with InMemoryMailbox({"RCPT ben@harbour.example": "550 5.1.1 no such user"}) as mailbox:
        cohort.address = mailbox.address
        cohort.tick("2026-09-03 09:00")

    (told,) = [text for text in why(cohort, "P0002", "2026-09-03 10:00") if "contact lift" in text]
    assert "was refused (550 5.1.1 no such user), and nothing more goes to that address" in told
