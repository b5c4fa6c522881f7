"""Dates in every form that exports use, day first."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.intake.dates import EXCEL_1904, parse_date

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
FORMS = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d/%m/%y",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%a %d %b %Y",
    "%A, %d %B %Y",
    "%B %d, %Y",
    "%Y-%m-%dT00:00:00",
    "%Y-%m-%d 16:30:00",
    "%Y-%m-%dT09:00:00.000Z",
    "%Y-%m-%dT12:00:00+01:00",
    "%d/%m/%Y 00:00",
    "%d/%m/%Y 09:05:01",
]


@given(DAYS, st.sampled_from(FORMS))
def test_a_date_is_read_in_every_form_as_the_standard_library_wrote_it(
    day: dt.date, form: str
) -> None:
    assert parse_date(day.strftime(form)) == day


@given(DAYS, st.sampled_from(["/", "-", ".", " "]))
def test_leading_zeros_may_be_left_out(day: dt.date, mark: str) -> None:
    assert parse_date(f"{day.day}{mark}{day.month}{mark}{day.year}") == day
    assert parse_date(f"{day.day}{mark}{day.month}{mark}{day.year % 100:02}") == day


@given(DAYS)
def test_a_serial_number_counts_days_as_excel_does(day: dt.date) -> None:
    assert parse_date(str((day - dt.date(1899, 12, 30)).days)) == day
    assert parse_date(f"{(day - dt.date(1899, 12, 30)).days}.0") == day
    serial = (day - dt.date(1904, 1, 1)).days
    if serial >= 36526:
        assert parse_date(str(serial), base=EXCEL_1904) == day


@given(st.text(max_size=12))
def test_whatever_is_no_date_is_said_to_be_none(text: str) -> None:
    try:
        year = parse_date(text).year
    except ValueError as error:
        year = 2000 if "05/10/2026 or 2026-10-05" in str(error) else 0
    assert 2000 <= year <= 2099


def test_46300_is_5_october_2026() -> None:
    assert parse_date("46300") == dt.date(2026, 10, 5)


def test_a_moment_counts_in_london() -> None:
    assert parse_date("2026-10-04T23:30:00Z") == dt.date(2026, 10, 5)
    assert parse_date("2026-12-04T23:30:00Z") == dt.date(2026, 12, 4)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("31/02/2026", "'31/02/2026' is not a date: February 2026 has 28 days"),
        ("2027-02-29", "'2027-02-29' is not a date: February 2027 has 28 days"),
        ("10/31/2026", "'10/31/2026' is not a date: there is no month 31; the day stands first"),
        ("00/10/2026", "'00/10/2026' is not a date: October 2026 has 31 days"),
        ("05/10/1926", "'05/10/1926' lies in the year 1926"),
        ("soon", "'soon' is not a date"),
        ("5", "'5' is not a date"),
        ("99999", "'99999' is not a date"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_date_is_said(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match="05/10/2026 or 2026-10-05") as error:
        parse_date(text)
    assert str(error.value).startswith(problem)
