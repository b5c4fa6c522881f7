"""What goes into one e-mail: items of one person, role and day, but never these together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from in_memory_year import InMemoryYear
from people import ASKED, at, cohort, complete, mentor, participant, started, timeline

from ats.planning.facts import Participant
from ats.planning.timeline import Occurrence
from ats.planning.traffic import Inbox

AGREED = mentor(request_sent_at=ASKED, accepted_at=ASKED)
ADA = participant(mentorships=(AGREED,))


def due(name: str, person: Participant = ADA) -> Occurrence:
    """Return the occurrence called `step occurrence`."""
    return next(
        o for o in timeline().occurrences(person) if f"{o.rule.step} {o.occurrence}" == name
    )


TIP, OTHER_TIP = due("diary-habit 1"), due("research-tip 1")
CHASER, OTHER_CHASER = due("chase-milestone pdp/plus-3/1"), due("chase-mentor-named plus-2/1")
WEEK_AHEAD, TOMORROW = due("webinar-week-ahead webinar-3/1"), due("webinar-tomorrow webinar-3/1")
ESSENTIAL, OTHER_ESSENTIAL = due("before-christmas 1"), due("towards-march 1")
DEADLINE_NEAR = due("chase-submission minus-5/1")


def share(*occurrences: Occurrence) -> bool:
    """Say whether these go into one message if they are queued in this order."""
    inbox, bundles = Inbox(), set()
    for o in occurrences:
        bundle = inbox.bundle_of(o)
        inbox.take(o, bundle, counts=True, now=at("Wed 20 Jan 2027 09:00"))
        bundles.add(bundle)
    return len(bundles) == 1


def urgent(o: Occurrence) -> Occurrence:
    return replace(o, rule=replace(o.rule, class_="urgent", merges="never"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (TIP, OTHER_TIP, True),
        (TIP, WEEK_AHEAD, True),
        (CHASER, WEEK_AHEAD, True),
        (CHASER, OTHER_CHASER, True),
        (CHASER, TIP, False),
        (TOMORROW, WEEK_AHEAD, False),
        (TOMORROW, TIP, False),
        (TOMORROW, CHASER, False),
        (TOMORROW, due("webinar-tomorrow webinar-4/1"), False),
        (ESSENTIAL, TIP, False),
        (ESSENTIAL, WEEK_AHEAD, False),
        (ESSENTIAL, CHASER, False),
        (ESSENTIAL, OTHER_ESSENTIAL, False),
        (DEADLINE_NEAR, CHASER, False),
        (urgent(TIP), TIP, False),
        (urgent(TIP), urgent(OTHER_TIP), False),
    ],
)
def test_who_may_share_an_e_mail(one: Occurrence, other: Occurrence, expected: bool) -> None:
    assert (share(one, other), share(other, one)) == (expected, expected)


def test_with_a_chaser_and_a_tip_on_one_day_the_webinar_joins_who_came_first() -> None:
    assert (share(CHASER, WEEK_AHEAD, TIP), share(CHASER, WEEK_AHEAD)) == (False, True)
    assert (share(TIP, WEEK_AHEAD, CHASER), share(TIP, WEEK_AHEAD)) == (False, True)


def mentees(*refs: str) -> dict[str, Participant]:
    """Return participants who all have the mentor M0001."""
    return {
        ref: participant(id=number, ref=ref, mentorships=(AGREED,))
        for number, ref in enumerate(refs, start=1)
    }


def test_one_mentor_gets_one_answer_for_each_mentee_in_one_e_mail_per_step() -> None:
    asked = {
        ref: replace(person, mentorships=(mentor(),))
        for ref, person in mentees("P0001", "P0002").items()
    }
    year = InMemoryYear(asked, cohort()).at([at("Wed 7 Oct 2026 09:00")])
    to_the_mentor = [m for m in year.messages if m.recipient == "M0001"]
    assert [[(ref, o.rule.step) for ref, o in m.rows] for m in to_the_mentor] == [
        [("P0001", "mentor-request"), ("P0002", "mentor-request")]
    ]


def test_a_mentor_with_two_mentees_gets_one_reminder_of_a_webinar() -> None:
    year = InMemoryYear(mentees("P0001", "P0002"), cohort()).at([at("Wed 3 Mar 2027 09:00")])
    tomorrow = [
        (m.recipient, [ref for ref, _ in m.rows])
        for m in year.messages
        if {o.rule.step for _, o in m.rows} == {"webinar-tomorrow"}
    ]
    assert tomorrow == [("M0001", ["P0001", "P0002"])]


def test_of_rows_that_share_a_message_the_first_is_sent_and_the_others_merged() -> None:
    ada = replace(
        ADA, sections=complete("first-observation") | started("pdp", on="Sun 17 Jan 2027")
    )
    year = InMemoryYear({"P0001": ada}, cohort(as_of=at("Mon 18 Jan 2027 09:00").date()))
    year.at_ten_minutes(at("Mon 18 Jan 2027 09:00"), at("Thu 21 Jan 2027 09:00"))
    assert {
        key[1][:2]: (row.outcome, row.sent_at)
        for key, row in year.ledger.items()
        if row.sent_at == at("Wed 20 Jan 2027 09:00")
    } == {
        ("chase-milestone", "pdp/plus-3/1"): ("sent", at("Wed 20 Jan 2027 09:00")),
        ("webinar-week-ahead", "webinar-3/1"): ("merged", at("Wed 20 Jan 2027 09:00")),
    }


def test_one_person_in_two_roles_gets_two_e_mails() -> None:
    bea = participant(ref="B0001")
    cal = participant(id=2, ref="P0002", mentorships=(replace(AGREED, ref="B0001"),))
    year = InMemoryYear({"B0001": bea, "P0002": cal}, cohort())
    year.at([at("Tue 17 Nov 2026 09:00")])
    to_bea = [m for m in year.messages if m.recipient == "B0001"]
    assert {m.role for m in to_bea} == {"participant", "mentor"}
    assert all({o.role for _, o in m.rows} == {m.role} for m in to_bea)
