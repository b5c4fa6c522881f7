"""The sample cohort of `ats up --sample`: its year so far, made once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ats.commands.entry import links_of
from ats.commands.public_pages import with_own_links
from ats.commands.sample import DONE, seed
from ats.records import models as m
from ats.records.store import Store
from config.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATS_DATA_DIR", str(tmp_path / "sample"))
    return load_settings()


def standing(settings: Settings) -> tuple[str, int, int]:
    """Return the cohort's status, how many are enrolled, and how many e-mails were sent."""
    store = Store(settings.database)
    with store.read() as session:
        status = session.execute(select(m.Cohort.status)).scalar_one()
        people = session.execute(select(func.count(m.Enrolment.id))).scalar_one()
        sent = session.execute(
            select(func.count(m.Message.id)).where(m.Message.status == "sent")
        ).scalar_one()
    store.close()
    return status, people, sent


def test_within_its_year_the_cohort_is_live_and_has_been_written_to(settings: Settings) -> None:
    """By that day an address has been refused, lifted again, and a wrong roster turned away."""
    seed(settings, now=dt.datetime(2026, 10, 22, 12, 0, tzinfo=dt.UTC))
    status, people, sent = standing(settings)
    assert (status, people) == ("live", 125)
    assert sent == len(list((settings.maildir / "new").iterdir())) > 100


@pytest.mark.parametrize("year", [2025, 2028])
def test_outside_its_year_the_cohort_is_launched_in_trial(settings: Settings, year: int) -> None:
    seed(settings, now=dt.datetime(year, 11, 22, 12, 0, tzinfo=dt.UTC))
    assert standing(settings) == ("trial", 0, 0)


def test_what_is_there_is_kept_and_what_was_broken_off_begins_anew(settings: Settings) -> None:
    now = dt.datetime(2028, 11, 22, 12, 0, tzinfo=dt.UTC)
    seed(settings, now=now)
    made = (settings.data_dir / "ats.db").stat().st_ino
    seed(settings, now=now)
    assert (settings.data_dir / "ats.db").stat().st_ino == made
    (settings.data_dir / DONE).unlink()
    seed(settings, now=now)
    assert standing(settings) == ("trial", 0, 0)


def test_the_e_mails_of_the_sample_have_links_that_its_own_pages_open(settings: Settings) -> None:
    settings.data_dir.mkdir()
    linked = with_own_links(settings, always=True)
    seed(linked, now=dt.datetime(2026, 9, 4, 12, 0, tzinfo=dt.UTC))
    store = Store(settings.database)
    with store.read() as session:
        context = session.execute(select(m.Message.context)).scalars().first()
    store.close()
    links = links_of(linked)
    assert links is not None
    assert context is not None
    url = context["shared"]["links"]["preferences"]
    assert url.startswith("http://127.0.0.1:4300/preferences/")
    assert links.read_preferences(url.rpartition("/")[2]) == context["parts"][0]["person"]["ref"]
