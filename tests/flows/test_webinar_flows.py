"""The forms of the dashboard: looked at first, then a webinar moves and people are told at once."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flow_desk import BEN, CODE, newest, run, write_roster

from ats import cohorts, engine
from ats.commands.entry import open_office
from ats.intake.watch import import_folder
from ats.outbox.mailbox import InMemoryMailbox
from ats.records import gather
from ats.records.store import Store
from ats.reports.webinars import run_recording
from ats.webinars.listing import document
from config.settings import load_settings
from flows.cancel_webinar import cancel_webinar
from flows.move_webinar import move_webinar
from flows.publish_recording import Recording, publish_recording

LONDON = ZoneInfo("Europe/London")
WEBINAR = {"cohort": CODE, "by": "Jo", "webinar": "webinar-2"}


@pytest.fixture
def installed(
    prefect_server: None, mailbox: InMemoryMailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """A cohort that starts in two weeks; Ben was told all dates of the year last week."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "ATS_DATA_DIR": str(tmp_path),
        "ATS_SMTP_URL": str(mailbox.address),
        "ATS_PUBLIC_URL": "https://ats.example",
        "ATS_SECRET_KEY": "k" * 32,
    }.items():
        monkeypatch.setenv(name, value)
    office = open_office(load_settings())
    office.store.upgrade()
    monday = _monday() + dt.timedelta(weeks=2)
    then = dt.datetime.combine(_monday() - dt.timedelta(weeks=2), dt.time(10), LONDON)
    cohorts.launch(office, CODE, starts=monday, programme="ats", now=then, by="Jo")
    write_roster(tmp_path / "import" / "roster.csv", BEN)
    _starting(tmp_path / "import" / "roster.csv", monday)
    import_folder(office, tmp_path / "import", now=then, by="Jo")
    cohorts.go_live(office, CODE, missing_settings=(), now=then, by="Jo")
    engine.tick(office, [CODE], now=then + dt.timedelta(days=1))
    assert [str(one["Subject"])[:13] for one in mails(mailbox)][-1] == "Your ATS year"
    mailbox.received.clear()
    yield office.store
    office.store.close()


def _monday() -> dt.date:
    today = dt.datetime.now(LONDON).date()
    return today - dt.timedelta(days=today.weekday())


def _starting(roster: Path, monday: dt.date) -> None:
    text = roster.read_text(encoding="utf-8")
    roster.write_text(text.replace(f"{_monday()}", f"{monday}"), encoding="utf-8")


def mails(mailbox: InMemoryMailbox) -> list[Any]:
    """Return the e-mails to people as the standard library reads them."""
    read = (
        email.message_from_bytes(one.data, policy=email.policy.default) for one in mailbox.received
    )
    return [one for one in read if "@provider.example" not in str(one["To"])]


def newest_page() -> str:
    return newest(f"webinar-{CODE}-webinar-2")


def webinar(store: Store) -> Any:
    with store.read() as session:
        told = document(session, gather.cohort_named(session, CODE), zone=LONDON)
    return next(one for one in told if one["key"] == "webinar-2")


def calendars(folder: Path) -> str:
    """Return everything that is published, unfolded."""
    files = sorted((folder / "calendars").rglob("*.ics"))
    return "".join(path.read_text("utf-8").replace("\n ", "") for path in files)


def test_looked_at_nothing_changes_and_the_page_says_who_would_be_told(
    installed: Store, mailbox: InMemoryMailbox
) -> None:
    before = webinar(installed)
    to = dt.datetime.fromisoformat(before["starts_at"]) + dt.timedelta(days=1)

    state, named = run(move_webinar, **WEBINAR, to=to.isoformat())

    assert (state.name, named) == (
        "Completed",
        f"{CODE} · webinar-2 · only looked at, not moved, 1 e-mail",
    )
    assert str(state.message).startswith("Nothing is changed yet. 1 e-mail would go. Run it again")
    assert webinar(installed) == before
    assert mails(mailbox) == []
    assert "| P0002 |" in newest_page()
    assert "Ben" not in newest_page()


def test_with_apply_it_moves_calendars_follow_and_people_are_told_in_the_same_run(
    installed: Store, mailbox: InMemoryMailbox, tmp_path: Path
) -> None:
    before = webinar(installed)
    to = dt.datetime.fromisoformat(before["starts_at"]) + dt.timedelta(days=1)

    state, named = run(
        move_webinar, **WEBINAR, to=to.isoformat(), note="The speaker is ill.", apply=True
    )
    after = webinar(installed)

    assert (state.name, named) == ("Completed", f"{CODE} · webinar-2 · moved, 1 e-mail")
    assert (after["uid"], after["sequence"]) == (before["uid"], 1)
    assert dt.datetime.fromisoformat(after["starts_at"]) == to
    (mail,) = mails(mailbox)
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "ben@glen.example"
    assert str(mail["Subject"]).startswith("New time: ")
    assert "The speaker is ill." in text
    assert [f"{day:%A} {day.day} {day:%B %Y}" in " ".join(text.split()) for day in (to,)] == [True]
    assert f"UID:{before['uid']}" in calendars(tmp_path)
    assert f"DTSTART;TZID=Europe/London:{to:%Y%m%dT%H%M%S}" in calendars(tmp_path)

    run(move_webinar, **WEBINAR, to=(to + dt.timedelta(days=1)).isoformat(), apply=False)
    assert len(mails(mailbox)) == 1


def test_a_time_without_a_zone_is_the_programmes(installed: Store) -> None:
    to = dt.datetime.fromisoformat(webinar(installed)["starts_at"]).replace(tzinfo=None)
    to += dt.timedelta(days=1)

    run(move_webinar, **WEBINAR, to=to.isoformat(), apply=True)

    assert dt.datetime.fromisoformat(webinar(installed)["starts_at"]) == to.replace(tzinfo=LONDON)


def test_a_webinar_is_cancelled_and_people_are_told(
    installed: Store, mailbox: InMemoryMailbox
) -> None:
    state, named = run(cancel_webinar, **WEBINAR, note="It comes in spring.", apply=True)
    again, _ = run(cancel_webinar, **WEBINAR, apply=True)

    assert (state.name, named) == ("Completed", f"{CODE} · webinar-2 · cancelled, 1 e-mail")
    assert webinar(installed)["status"] == "cancelled"
    (mail,) = mails(mailbox)
    assert str(mail["Subject"]).startswith("Not taking place: ")
    assert again.type.value == "FAILED"
    assert str(again.message).startswith("The webinar webinar-2 was cancelled on ")


def test_a_recording_of_what_has_not_been_is_refused_in_one_sentence(
    installed: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    form = Recording(url="https://video.example/7", captions=True, transcript=True)
    state, named = run(publish_recording, **WEBINAR, recording=form, apply=True)

    assert (state.type.value, named) == ("FAILED", "refused")
    assert str(state.message).startswith("The webinar webinar-2 has not taken place yet: ")
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_recording_on_a_saturday_says_when_it_goes(installed: Store) -> None:
    """On the page and in the message alike."""
    starts = dt.datetime.fromisoformat(webinar(installed)["starts_at"])
    saturday = (starts + dt.timedelta(days=5 - starts.weekday() + 7)).replace(hour=11)

    looked = run_recording(
        replace(open_office(load_settings()), store=installed),
        CODE,
        "webinar-2",
        url="https://video.example/7",
        summary="",
        captions=True,
        transcript=True,
        apply=False,
        now=saturday,
        by="Jo",
    )

    (when,) = looked["change"]["when"]
    opens = dt.datetime.fromisoformat(when["at"])
    monday = f"{opens:%A} {opens.day} {opens:%B %Y}, 09:00"
    assert (opens.date() - saturday.date() >= dt.timedelta(days=2), when["people"]) == (True, 1)
    assert f" 1 e-mail would go on {monday}. " in looked["message"]
    assert f"With apply, 1 e-mail would go on {monday}." in looked["page"]["markdown"]


def test_nobody_decides_without_a_name(installed: Store) -> None:
    state, _ = run(cancel_webinar, **{**WEBINAR, "by": " "}, apply=True)

    assert state.message == "Say who decides this: a name in the field by."
    assert webinar(installed)["status"] == "confirmed"
