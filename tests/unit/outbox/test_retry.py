"""When a message that was put off is tried again."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.outbox.retry import WAITS, retry_after

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
EXPECTED = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, *[4 * HOUR] * 11]


def test_waits_grow_from_a_minute_to_four_hours_within_forty_eight() -> None:
    assert [dt.timedelta(seconds=wait) for wait in WAITS] == EXPECTED
    assert sum(EXPECTED, dt.timedelta()) == dt.timedelta(hours=47, minutes=21)


@given(attempts=st.integers(1, len(WAITS)), key=st.text())
def test_the_wait_is_spread_by_at_most_a_tenth(attempts: int, key: str) -> None:
    again = retry_after(attempts, at=NOON, key=key)
    assert again is not None
    wait = EXPECTED[attempts - 1]
    assert 0.9 * wait <= again - NOON <= 1.1 * wait


def test_the_same_key_gives_the_same_moment_and_others_spread_out() -> None:
    moments = [retry_after(4, at=NOON, key=f"2026-10/P{n:04}") for n in range(100)]
    assert moments == [retry_after(4, at=NOON, key=f"2026-10/P{n:04}") for n in range(100)]
    assert len(set(moments)) > 90


def test_the_seventeenth_failure_is_final() -> None:
    assert retry_after(16, at=NOON, key="k") is not None
    assert retry_after(17, at=NOON, key="k") is None


def test_when_attempts_were_made_late_forty_eight_hours_still_are_the_end() -> None:
    assert retry_after(2, at=NOON, key="k", first_at=NOON - 24 * HOUR) is not None
    assert retry_after(2, at=NOON, key="k", first_at=NOON - 48 * HOUR) is None


def test_a_message_that_was_never_tried_has_no_retry() -> None:
    with pytest.raises(ValueError, match="never tried"):
        retry_after(0, at=NOON, key="k")
