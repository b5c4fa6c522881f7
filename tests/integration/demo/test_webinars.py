"""The demo moves a webinar two days before, cancels one, and sends every recording."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from the_year import ZONE, Sent, TheYear

#: EMAILS.md: what gives the dates of all webinars that are ahead.
TELLS_ALL = {"agenda-published", "catch-up", "mentor-welcome"}


def happened(year: TheYear, what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = year.run.document["webinars"]
    return [one for one in found if one["what"] == what]


@pytest.fixture
def moved(year: TheYear) -> dict[str, Any]:
    (one,) = happened(year, "moved")
    return one


@pytest.fixture
def cancelled(year: TheYear) -> dict[str, Any]:
    (one,) = happened(year, "cancelled")
    return one


def mails(year: TheYear, step: str) -> list[Sent]:
    return [one for one in year.mail if step in one.steps]


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(ZONE)


def spoken(text: str) -> str:
    at = moment(text)
    return f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M}"


def told_before(year: TheYear, role: str, at: dt.datetime) -> set[str]:
    """Return who had been told the dates by then."""
    return {
        row.to
        for row in year.ledger
        if row.step in TELLS_ALL and row.role == role and row.sent_at and row.sent_at < at
    }


def test_it_moves_one_at_two_days_notice(moved: dict[str, Any]) -> None:
    was, at = moment(moved["was_at"]), moment(moved["at"])

    assert (was.date() - at.date()).days == 2
    assert moment(moved["starts_at"]) > was


def test_exactly_those_who_knew_the_old_time_get_one_e_mail(
    year: TheYear, moved: dict[str, Any]
) -> None:
    notices = mails(year, "webinar-moved")

    assert Counter(one.rows[0].to for one in notices) == dict.fromkeys(
        told_before(year, "participant", moment(moved["at"])), 1
    )
    assert moved["e_mails"] == len(notices) > 0
    assert {one.rows[0].sent_at for one in notices} == {moment(moved["at"])}


def test_the_e_mail_gives_the_old_and_the_new_time(year: TheYear, moved: dict[str, Any]) -> None:
    for one in mails(year, "webinar-moved"):
        text = " ".join(one.text.split())

        assert f"New: {spoken(moved['starts_at'])} UK time" in text
        assert f"No longer: {spoken(moved['was_at'])} " in text


def test_the_link_comes_on_the_working_day_before_the_new_time(
    year: TheYear, moved: dict[str, Any]
) -> None:
    reminders = [
        one
        for one in mails(year, "webinar-tomorrow")
        if one.rows[0].occurrence.startswith(f"{moved['webinar']}/")
    ]
    before = moment(moved["starts_at"]).date() - dt.timedelta(days=1)

    days = {row.sent_at.date() for one in reminders for row in one.rows if row.sent_at}
    assert days == {before}
    assert len(reminders) == moved["e_mails"]


def test_a_cancelled_one_is_told_to_those_who_knew_and_not_reminded_of(
    year: TheYear, cancelled: dict[str, Any]
) -> None:
    notices = mails(year, "webinar-cancelled")
    about = [row for row in year.ledger if row.occurrence.startswith(f"{cancelled['webinar']}/")]

    at = moment(cancelled["at"])
    thanked = {one.to for one in mails(year, "mentor-stood-down") if one.at < at}
    knew = set(told_before(year, "mentor", at)) - thanked  # who mentors no longer hears no more
    assert len(thanked) == 2
    assert Counter(one.rows[0].to for one in notices) == dict.fromkeys(knew, 1)
    assert [row for row in about if row.sent_at and row.sent_at > moment(cancelled["at"])] == []
    assert not {row.step for row in about} & {"webinar-tomorrow", "webinar-recording"}


def test_every_other_webinar_has_a_recording_that_is_sent(
    year: TheYear, cancelled: dict[str, Any]
) -> None:
    planned = {row.occurrence.partition("/")[0] for row in year.ledger if "week-ahead" in row.step}
    sent = {
        (one.id, row.occurrence.partition("/")[0])
        for one in mails(year, "webinar-recording")
        for row in one.rows
        if row.step == "webinar-recording"
    }

    recorded = {one["webinar"]: one["e_mails"] for one in happened(year, "recorded")}
    assert recorded == Counter(webinar for _, webinar in sent)
    assert set(recorded) | {cancelled["webinar"]} == {
        name for name in planned if "webinar" in name or "q-and-a" in name
    }
    assert cancelled["webinar"] not in recorded


def test_no_recording_goes_to_anybody_twice_and_none_says_who_was_missed(year: TheYear) -> None:
    rows = [row for row in year.ledger if row.step == "webinar-recording" and row.sent_at]
    got = Counter((row.person, row.to, row.occurrence) for row in rows)

    assert set(got.values()) == {1}
    assert not any("missed" in one.text for one in mails(year, "webinar-recording"))
