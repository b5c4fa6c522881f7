"""A round of the engine, as the dashboard tells it: from the records, by codes and counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ats.errors import NotFound
from ats.intake.watch import import_folder
from ats.office import Office
from ats.outbox import leases
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.reports import pages, projection, rounds

Launch = Callable[..., None]

HEAD = (
    "cohort,participant_ref,given_name,family_name,email,organisation,nation,joined_on,"
    "mentor_ref,mentor_given_name,mentor_family_name,mentor_email,mentor_nation\n"
)
ADA = "P0001,Ada,Byron,ada@riverside.example,Riverside,england,2026-10-05"
BEN = "P0002,Ben,Shah,ben@glen.example,Glen,england,2026-10-05"
MIA = "M0001,Mia,Stone,mia@harbour.example,england"
ENROLLED = "2026-09-02 10:00"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


def enrol(office: Office, folder: Path, code: str = "2026-10", *, both: bool = False) -> None:
    """Ada has named Mia as her mentor, Ben nobody, unless *both* have named Mia."""
    folder.mkdir(exist_ok=True)
    text = f"{HEAD}{code},{ADA},{MIA}\n{code},{BEN},{MIA if both else ',,,,'}\n"
    (folder / f"{code}.csv").write_text(text, encoding="utf-8")
    (file,) = import_folder(office, folder, now=at(ENROLLED), by="Jo")
    assert file.state == "applied", file.problems


def test_a_run_is_named_after_all_that_it_sent_then_after_what_it_answers_for(
    office: Office, launched: Launch, folder: Path
) -> None:
    """The announcement on acceptance is no tip; the tips of 13 October wait for nobody."""
    launched()
    enrol(office, folder)
    tips = rounds.run_tick(office, "", "tips", now=at("2026-09-03 09:00"))
    assert tips.name == "2026-10 · 5 weeks before the start · 3 sent, 0 held · 0 tips today"
    assert tips.message.startswith("This run: 3 e-mails sent")
    later = rounds.run_tick(office, "2026-10", "tips", now=at("2026-10-13 09:00"))
    sent = later.cohorts[0].tally["sent"]
    assert later.name == f"2026-10 · week 1 · {sent} sent, 0 held · 2 tips today"
    assert sent > 2
    plain = rounds.run_tick(office, "", "everything", now=at("2026-10-13 09:10"))
    assert plain.name == "2026-10 · week 1 · 0 sent, 0 held"
    mentors = rounds.run_tick(office, "", "mentors", now=at("2026-10-13 09:10"))
    assert mentors.name.endswith("0 sent, 0 held · 0 reminders today about mentors")
    cases = rounds.run_tick(office, "", "cases", now=at("2026-10-13 09:10"))
    assert cases.name.endswith("0 sent, 0 held · 0 cases opened today, 0 open")


def test_a_look_says_that_it_wrote_the_page(office: Office, launched: Launch) -> None:
    launched()
    told = rounds.look(office, "", now=at("2026-10-13 09:00"))
    assert told.name == "2026-10 · week 1 · page written, 0 held"


def test_a_second_run_on_the_same_day_sends_nothing_and_says_so(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox
) -> None:
    launched()
    enrol(office, folder)
    rounds.run_tick(office, "", "everything", now=at("2026-09-03 09:00"))
    had = len(mailbox.received)
    again = rounds.run_tick(office, "", "everything", now=at("2026-09-03 09:10"))
    assert (again.name, again.message, len(mailbox.received)) == (
        "2026-10 · 5 weeks before the start · 0 sent, 0 held",
        "This run: nothing was due.",
        had,
    )


def test_a_code_pasted_with_blanks_is_that_cohort(office: Office, launched: Launch) -> None:
    launched()
    told = rounds.run_tick(office, "  2026-10\t\n", "tips", now=at("2026-09-03 09:00"))
    assert [cohort.code for cohort in told.cohorts] == ["2026-10"]
    everything = rounds.look(office, "  ", now=at("2026-09-03 09:00"))
    assert [cohort.code for cohort in everything.cohorts] == ["2026-10"]


def test_a_round_beside_another_one_is_busy(office: Office, launched: Launch) -> None:
    launched()
    with leases.lease(office.store, "plan:2026-10"):
        told = rounds.run_tick(office, "", "tips", now=at("2026-09-03 09:00"))
    assert (told.name, told.verdict) == ("2026-10 · busy", "done")


def test_a_fault_of_one_cohort_stops_no_other_and_tells_no_values(
    office: Office, launched: Launch
) -> None:
    launched("2026-10")
    launched("2027-10")

    def named(name: str, original: Callable[[str], Any] = office.programme_named) -> Any:
        calls.append(name)
        if len(calls) == 1:
            raise ValueError("ada@riverside.example")
        return original(name)

    calls: list[str] = []
    faulty = replace(office, programme_named=named)
    told = rounds.run_tick(faulty, "", "everything", now=at("2026-09-03 09:00"))
    assert [len(cohort.errors) for cohort in told.cohorts] == [1, 0]
    assert told.verdict == "warned"
    assert "stopped by an unexpected fault (ValueError in named, line " in told.faults[0]
    assert "ada" not in str(told.as_json())


def test_a_mail_server_that_is_down_fails_the_run_with_one_sentence(
    office: Office, launched: Launch, folder: Path
) -> None:
    launched()
    enrol(office, folder)
    down = replace(office, relay=lambda: SmtpAddress("127.0.0.1", 9))
    told = rounds.run_tick(down, "", "everything", now=at("2026-09-03 09:00"))
    assert told.verdict == "failed"
    assert told.faults[0].startswith("The mail server cannot be reached")
    assert len(told.faults) == 1


def test_an_unknown_cohort_is_refused(office: Office) -> None:
    with pytest.raises(NotFound, match="There is no cohort 2030-10"):
        rounds.run_tick(office, "2030-10", "tips", now=at("2026-09-03 09:00"))


def test_the_page_holds_refs_and_counts_but_nobodys_name(
    office: Office, launched: Launch, folder: Path
) -> None:
    launched()
    enrol(office, folder)
    rounds.run_tick(office, "", "everything", now=at("2026-10-13 09:00"))
    timeline = pages.timeline(office, "2026-10", now=at("2026-10-14 09:00"))
    milestone = pages.milestone(office, "2026-10", "mentor-named", now=at("2026-10-14 09:00"))
    assert timeline["key"] == "timeline-2026-10"
    assert "| make-room | participants | 2 |" in timeline["markdown"]
    assert "**1 of 2** have met it" in milestone["markdown"]
    assert "| P0002 | Fri 6 Nov 2026 |" in milestone["markdown"]
    for name in ("Ada", "Byron", "Ben", "Shah", "Mia", "Stone", "@", "riverside"):
        assert name not in f"{timeline} {milestone}"


def test_an_e_mail_about_two_mentees_is_one_e_mail_on_the_page(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox
) -> None:
    launched()
    enrol(office, folder, both=True)
    rounds.run_tick(office, "", "everything", now=at("2026-10-07 09:00"))
    to_mia = [one for one in mailbox.received if one.recipient == "mia@harbour.example"]
    page = pages.timeline(office, "2026-10", now=at("2026-10-08 09:00"))["markdown"]
    assert len(to_mia) == 1
    assert "| mentor-request | mentors | 1 |" in page


def test_milestones_ahead_are_those_that_have_not_passed(office: Office, launched: Launch) -> None:
    launched()
    ahead = projection.ahead(office, "2026-10", now=at("2027-09-20 09:00"))
    assert [(w.milestone, w.name, w.at) for w in ahead["wanted"]] == [
        ("mentor-sign-off", "2026-10 · week 51 · Mentor sign-off due", at("2027-09-28 17:00")),
        ("submission", "2026-10 · week 52 · Submission due", at("2027-10-06 17:00")),
    ]
