"""How a run is named, and how it ends."""

from ats.reports.rounds import CohortRound, Round, busy, concluded, refused

OCTOBER = CohortRound("2026-10", "week 7 · 118 sent, 2 held", {"sent": 118, "merged": 3, "held": 2})
APRIL = CohortRound("2027-04", "busy", {"sent": 0, "busy": True})
STOPPED = CohortRound("2027-04", "stopped", errors=("2027-04: the programme has a fault.",))


def test_several_cohorts_are_joined_in_one_name() -> None:
    assert Round((OCTOBER, APRIL)).name == "2026-10 · week 7 · 118 sent, 2 held | 2027-04 · busy"


def test_a_run_without_cohorts_says_so() -> None:
    assert Round().name == "no cohort in trial or live"


def test_the_sentence_tells_what_this_run_did() -> None:
    assert Round((OCTOBER,)).message == (
        "This run: 118 e-mails sent, 3 merged into others. Now: 2 held."
    )
    assert Round((APRIL,)).message == "This run: nothing was due."


def test_one_is_told_as_one() -> None:
    one = CohortRound("2026-10", "", {"sent": 1, "cases_opened": 1})
    assert Round((one,)).message == "This run: 1 e-mail sent, 1 case opened."
    two = CohortRound("2026-10", "", {"sent": 2, "cases_opened": 2})
    assert Round((two,)).message == "This run: 2 e-mails sent, 2 cases opened."


def test_a_fault_of_one_cohort_is_a_warning_and_of_all_a_failure() -> None:
    rounds = [Round((OCTOBER,)), Round((OCTOBER, STOPPED)), Round((STOPPED,)), Round(errors=("x",))]
    assert [one.verdict for one in rounds] == ["done", "warned", "failed", "failed"]


def test_a_relay_that_is_down_fails_the_run() -> None:
    down = CohortRound("2026-10", "week 7 · 0 sent, 2 held", {"sent": 0}, ("Down.",))
    assert Round((down,)).verdict == "failed"


def test_a_run_ends_with_its_first_result_unless_a_later_one_has_errors() -> None:
    done = Round((OCTOBER,)).as_json()
    assert concluded([done])[1:] == ("done", done["message"])
    assert concluded([done, {"errors": ["The page could not be written."]}]) == (
        "2026-10 · week 7 · 118 sent, 2 held",
        "warned",
        "The page could not be written.",
    )


def test_what_cannot_begin_is_refused_in_one_sentence() -> None:
    sentence = "There is no cohort x; the records hold: 2026-10."
    assert concluded([refused([sentence])]) == ("refused", "failed", sentence)


def test_a_run_that_leaves_the_work_to_another_is_no_failure() -> None:
    assert concluded([busy()])[:2] == ("busy", "done")
