"""Moments as people write them: the programme's clocks, and the nights on which those change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ats.local_time import NoMoment, read, read_start

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2027-01-29T16:30", "2027-01-29T16:30"),
        (" 2027-06-29 16:30 ", "2027-06-29T15:30"),
        ("2027-06-29T16:30+00:00", "2027-06-29T16:30"),
        ("2027-06-29T16:30Z", "2027-06-29T16:30"),
        ("2027-06-29", "2027-06-28T23:00"),
        ("2026-10-25T01:30", "2026-10-25T00:30"),  # shown twice: the first
        ("2027-03-28T02:00", "2027-03-28T01:00"),
    ],
)
def test_a_text_means_a_moment_of_the_programmes_clocks(text: str, utc: str) -> None:
    in_utc = read(text, LONDON).astimezone(dt.UTC)
    assert in_utc == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "2027-03-28T01:30",
            '"2027-03-28T01:30" does not exist: clocks go forward then; write 02:30.',
        ),
        ("tomorrow", '"tomorrow" is no moment; write one as 2026-11-23T09:00.'),
        ("", '"" is no moment; write one as 2026-11-23T09:00.'),
        ("1926-11-23T09:00", '"1926-11-23T09:00" is no moment; write one as 2026-11-23T09:00.'),
        ("2027-01-29", '"2027-01-29" has no time; write it as 2027-01-29T16:30.'),
    ],
)
def test_what_is_no_start_is_refused_in_one_sentence(text: str, why: str) -> None:
    with pytest.raises(NoMoment) as refused:
        read_start(text, LONDON)
    assert str(refused.value) == why
