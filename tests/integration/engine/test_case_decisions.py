"""How the PXM decides a case: the decision carries itself out, and tells whom it concerns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, ZONE, SmallCohort, at, read, recipients

from ats.cases import desk
from ats.cases.decisions import Choice, Decided, decide
from ats.cases.file import document
from ats.errors import NotFound, Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.people.changing import Decision
from ats.people.restarts import Into
from ats.records import models as m

NOW = "2026-12-02 11:00"
MORE_TIME = Choice("extend", to=dt.date(2027, 1, 15))
STALLED = "stalled-portfolio"
UNSUBMITTED = "not-submitted"


def decided(
    cohort: SmallCohort,
    choice: Choice,
    *,
    kind: str = STALLED,
    now: str = NOW,
    preview: bool = False,
    **who: Any,
) -> Decided:
    """Have Pat decide the case of a kind about Ada."""
    decision = Decision(at(now), "Pat", who.pop("reason", "workload"), **who)
    return decide(cohort.office, number(cohort, kind), choice, decision, preview=preview)


def number(cohort: SmallCohort, kind: str = STALLED) -> int:
    refs_and_kinds = [(ref, found) for ref, found, _ in cohort.cases()]
    return 1 + refs_and_kinds.index(("P0001", kind))


def case(cohort: SmallCohort, kind: str = STALLED) -> m.Case:
    with cohort.store.read() as session:
        return session.get_one(m.Case, number(cohort, kind))


def mails(mailbox: InMemoryMailbox, to: str) -> list[tuple[str, str]]:
    """Return (subject, text on one line) of what somebody was sent."""
    found = [read(one) for one in mailbox.received if one.recipient == to]
    return [
        (str(one["subject"]), " ".join(one.get_body(("plain",)).get_content().split()))
        for one in found
    ]


def test_more_time_moves_the_deadline_tells_the_person_and_ends_the_case(
    stuck: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    done = decided(stuck, MORE_TIME)  # the case is about one milestone, which need not be named

    found = case(stuck)
    assert (found.state, found.decision, found.decided_by) == ("closed", "extend", "Pat")
    assert found.closed_because == "extended to Friday 15 January 2027"
    assert number(stuck) in done.changed.cases_closed
    stuck.tick("2026-12-02 11:10")
    ((_, text),) = mails(mailbox, "ada@harbour.example")
    assert "15 January 2027" in text
    assert [one.title for one in done.changed.effect.deadlines] == ["First observation"]


def test_who_misses_the_new_date_too_is_a_case_once_more_and_reminded_of_nothing_twice(
    stuck: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    decided(stuck, MORE_TIME)
    stuck.tick("2026-12-02 11:10")
    mailbox.received.clear()
    mondays = ("2026-12-07", "2027-01-04", "2027-01-11", "2027-01-18", "2027-02-01", "2027-02-08")
    for monday in mondays:
        stuck.export(monday, "P0001,about-you,in-progress,2026-10-06")
    stuck.tick_daily("2027-01-11", "2027-01-15")
    assert ("P0001", STALLED, "open") not in stuck.cases()
    stuck.tick_daily("2027-01-18", "2027-02-12")

    assert stuck.cases().count(("P0001", STALLED, "closed")) == 1
    assert stuck.cases().count(("P0001", STALLED, "open")) == 1
    rungs = stuck.outcomes("chase-milestone", about="P0001")
    # Another milestone was missed meanwhile and has opened the case: this adds its signal.
    assert rungs["first-observation/plus-8-red/2 to pxm"] == "skipped: case-open"
    assert "chase-milestone first-observation/plus-8-red/2" in stuck.signals()
    assert not [name for name in rungs if name.endswith("/2 to P0001")]


def test_to_go_on_as_before_ends_the_case_and_its_silence(
    stuck: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    done = decided(stuck, Choice("continue"))

    assert (case(stuck).decision, case(stuck).closed_because) == ("continue", "goes on as before")
    assert (done.changed.effect.deadlines, done.changed.effect.stops) == ((), ())
    stuck.tick("2026-12-02 11:10")
    assert "ada@harbour.example" not in recipients(mailbox)
    for monday in ("2026-12-07", "2026-12-14"):
        stuck.export(monday, "P0001,about-you,in-progress,2026-10-06")
    stuck.tick_daily("2026-12-07", "2026-12-17")
    assert ("P0001", STALLED, "open") in stuck.cases()  # the next rung, once more


@pytest.mark.parametrize(
    ("choice", "status", "because"),
    [
        (Choice("withdraw"), "withdrawn", "withdrawn"),
        (Choice("defer"), "deferred", "deferred"),
    ],
)
def test_to_leave_needs_an_approver_and_is_confirmed_once(
    stuck: SmallCohort, mailbox: InMemoryMailbox, choice: Choice, status: str, because: str
) -> None:
    with pytest.raises(Refused, match="needs the name of whoever approves it"):
        decided(stuck, choice)
    assert (case(stuck).state, stuck.enrolments()["P0001"].status) == ("open", "active")

    decided(stuck, choice, approved_by="Alex")

    assert stuck.enrolments()["P0001"].status == status
    assert (case(stuck).decision, case(stuck).closed_because) == (choice.kind, because)
    stuck.tick("2026-12-02 11:10")
    stuck.tick_daily("2026-12-03", "2026-12-18")
    assert len(mails(mailbox, "ada@harbour.example")) == 1


@prologue
def unsubmitted(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Nobody has submitted: case 1 is about Ada, and bad news to her waits for a word."""
    cohort.enrol(ADA, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.export("2027-10-07", "P0001,about-you,in-progress,2027-10-05")
    cohort.tick("2027-10-07 10:00")
    assert ("P0001", UNSUBMITTED, "open") in cohort.cases()
    assert cohort.outcomes("deadline-passed", about="P0001") == {"1 to P0001": "held: release"}
    mailbox.received.clear()


def test_released_bad_news_goes_in_its_hours(
    unsubmitted: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    friday_afternoon = "2027-10-08 14:00"
    shown = decided(unsubmitted, Choice("release"), kind=UNSUBMITTED, now=friday_afternoon)
    (goes,) = shown.changed.effect.comes
    assert (goes.step, goes.to, goes.at) == ("deadline-passed", "P0001", at("2027-10-11 09:00"))
    assert shown.changed.effect.stops == ()

    unsubmitted.tick("2027-10-08 14:10")
    assert unsubmitted.outcomes("deadline-passed", about="P0001") == {"1 to P0001": "held: window"}
    unsubmitted.tick("2027-10-11 10:00")
    assert unsubmitted.outcomes("deadline-passed", about="P0001") == {"1 to P0001": "sent"}
    assert unsubmitted.outcomes("deadline-passed", about="P0002") == {"1 to P0002": "held: release"}
    assert case(unsubmitted, UNSUBMITTED).closed_because == "the e-mail about it was released"
    assert mails(mailbox, "ada@harbour.example")[0][0] == "Your ATS portfolio: your choices now"
    assert mails(mailbox, "ben@harbour.example") == []


def test_released_through_another_case_it_ends_the_case_about_it_too(
    unsubmitted: SmallCohort,
) -> None:
    now = "2027-10-08 10:00"
    kind = "sign-off-missing"
    shown = decided(unsubmitted, Choice("release"), kind=kind, now=now)

    assert [one.at for one in shown.changed.effect.comes] == [at(now)]
    assert ("P0001", UNSUBMITTED, "closed") in unsubmitted.cases()
    assert ("P0001", kind, "closed") in unsubmitted.cases()


def test_who_does_not_submit_by_the_new_day_either_is_a_case_once_more(
    unsubmitted: SmallCohort,
) -> None:
    choice = Choice("extend", to=dt.date(2027, 10, 29))
    decided(unsubmitted, choice, kind=UNSUBMITTED, now="2027-10-08 10:00")
    unsubmitted.tick("2027-10-08 10:10")
    unsubmitted.export("2027-11-01", "P0001,about-you,in-progress,2027-10-05")
    unsubmitted.tick("2027-11-01 09:00")
    assert unsubmitted.cases().count(("P0001", UNSUBMITTED, "open")) == 1


def test_more_time_to_submit_needs_no_key_and_no_bad_news(
    unsubmitted: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    decided(
        unsubmitted,
        Choice("extend", to=dt.date(2027, 10, 29)),
        kind=UNSUBMITTED,
        now="2027-10-08 10:00",
    )

    unsubmitted.tick("2027-10-08 10:10")
    unsubmitted.tick_daily("2027-10-11", "2027-10-12", "08:15")
    releases = [text for _, text in mails(mailbox, "pxm@provider.example") if "release" in text]
    assert all("P0002 Ben: the e-mail" in text for text in releases)
    assert not any("P0001 Ada: the e-mail" in text for text in releases)
    unsubmitted.tick("2027-11-01 10:00")
    outcome = unsubmitted.outcomes("deadline-passed", about="P0001")
    assert outcome == {"1 to P0001": "skipped: condition-met"}
    assert case(unsubmitted, UNSUBMITTED).closed_because == "extended to Friday 29 October 2027"


def test_a_preview_shows_everything_and_does_nothing(stuck: SmallCohort) -> None:
    before = stuck.due_again()
    shown = decided(stuck, MORE_TIME, preview=True)

    assert (shown.changed.applied, number(stuck) in shown.changed.cases_closed) == (False, True)
    assert shown.changed.effect.deadlines
    assert (case(stuck).state, case(stuck).decision) == ("open", None)
    assert (stuck.audit("case-decided"), stuck.due_again()) == ([], before)


def test_the_trail_and_the_file_say_who_decided_what(stuck: SmallCohort) -> None:
    decided(stuck, MORE_TIME, reason="illness")

    (line,) = stuck.audit("case-decided")
    assert (line.by, line.subject, line.reason, line.restricted) == (
        "Pat",
        "P0001",
        "illness",
        True,
    )
    assert line.after == {
        "case": number(stuck),
        "decision": "extend",
        "because": "extended to Friday 15 January 2027",
    }
    found = document(stuck.office, number(stuck), now=at(NOW), zone=ZONE)
    assert (found["decision"], found["decided_by"], found["choices"]) == ("extend", "Pat", [])
    assert [(one["action"], one["reason"]) for one in found["history"]] == [("decided", "")]


def test_a_decided_case_that_is_opened_again_is_undecided(stuck: SmallCohort) -> None:
    decided(stuck, Choice("continue"))
    desk.reopen(stuck.store, number(stuck), "they rang", now=at(NOW), by="Jo")
    assert (case(stuck).state, case(stuck).decision, case(stuck).decided_by) == ("open", None, None)


def test_a_resting_case_may_be_decided(stuck: SmallCohort) -> None:
    desk.snooze(stuck.store, number(stuck), dt.date(2026, 12, 9), "agreed", now=at(NOW), by="Jo")
    decided(stuck, MORE_TIME)
    assert case(stuck).state == "closed"


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (Choice("extend", "submission", dt.date(2026, 12, 15)), "give a later day"),
        (Choice("extend", "nonsense", dt.date(2026, 12, 15)), 'no deadline "nonsense"'),
        (Choice("release"), "No e-mail about P0001 waits for a release"),
        (Choice("defer", into=Into("2031-10")), "no cohort 2031-10"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    stuck: SmallCohort, choice: Choice, sentence: str
) -> None:
    with pytest.raises((Refused, NotFound), match=sentence):
        decided(stuck, choice, approved_by="Alex")
    assert (case(stuck).state, stuck.enrolments()["P0001"].status) == ("open", "active")
    assert stuck.audit("case-decided") == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "extend"}, "needs the new day"),
        ({"kind": "continue", "to": dt.date(2027, 1, 1)}, "belong to extend, not to continue"),
        ({"kind": "withdraw", "milestone": "pdp"}, "belong to extend, not to withdraw"),
        ({"kind": "extend", "to": dt.date(2027, 1, 1), "into": Into("x")}, "belongs to defer"),
    ],
)
def test_a_choice_has_what_belongs_to_it(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        Choice(**values)


def test_nobody_decides_twice_or_about_what_is_not_there(stuck: SmallCohort) -> None:
    decided(stuck, MORE_TIME)
    with pytest.raises(Refused, match="is closed"):
        decided(stuck, Choice("continue"))
    with pytest.raises(NotFound, match="no case 99"):
        decide(
            stuck.office,
            99,
            Choice("continue"),
            Decision(at(NOW), "Pat", "workload"),
            preview=False,
        )


def test_a_case_about_two_milestones_asks_which(stuck: SmallCohort) -> None:
    with stuck.store.write() as session:
        rung = "chase-milestone pdp/plus-18/1"
        session.add(m.CaseSignal(case_id=number(stuck), at=at(NOW), signal=rung))
    with pytest.raises(Refused, match="say which gets more time with --milestone KEY"):
        decided(stuck, MORE_TIME)
    decided(stuck, Choice("extend", "first-observation", dt.date(2027, 1, 15)))
    assert case(stuck).decision == "extend"
