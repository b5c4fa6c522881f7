"""What people have switched off ends so, where their programme lets them, and for them alone."""

from __future__ import annotations

from people import at, mentor, participant, verdict

AGREED = mentor(accepted_at=at("Mon 12 Oct 2026 15:40"))
TIP_DAY = "Tue 24 Nov 2026 09:00"


def test_a_class_that_may_be_switched_off_ends_as_opted_out() -> None:
    off = participant(opted_out=frozenset({("P0001", "tip")}))
    assert verdict(off, "pdp-tip 1", TIP_DAY) == "skipped opted-out"


def test_a_class_that_may_not_be_switched_off_goes_whatever_is_recorded() -> None:
    """The same person may be in another programme, which lets them."""
    off = participant(opted_out=frozenset({("P0001", "essential"), ("P0001", "chaser")}))
    assert verdict(off, "portfolio-issued 1", "Mon 5 Oct 2026 10:00") == "queued"


def test_what_one_switches_off_still_comes_to_others() -> None:
    off = participant(mentorships=(AGREED,), opted_out=frozenset({("M0001", "tip")}))
    assert verdict(off, "pdp-tip 1", TIP_DAY) == "queued"
