"""An e-mail that cannot be written stops no other, and goes when its template is mended."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CAT, SmallCohort, message_ids, recipients

from ats.commands.entry import templates_folder
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.render import Renderer


@pytest.fixture
def broken_for_ben(tmp_path: Path) -> Renderer:
    """The templates, but the agenda has a mistake that only Ben's meets."""
    folder = tmp_path / "templates"
    shutil.copytree(templates_folder(), folder)
    text = folder / "agenda-published" / "text.txt"
    mistake = '{% if me.given_name == "Ben" %}{{ me.shoe_size }}{% endif %}\n'
    text.write_text(mistake + text.read_text("utf-8"), "utf-8")
    return Renderer(folder)


@prologue
def live(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    cohort.enrol(ADA, BEN, CAT)
    cohort.go_live()


def test_a_template_fault_in_one_message_does_not_stop_the_others_and_is_reported(
    live: SmallCohort, mailbox: InMemoryMailbox, broken_for_ben: Renderer
) -> None:
    live.office = replace(live.office, renderer=broken_for_ben)

    told = live.tick("2026-09-03 09:00")

    assert (told.sent, told.failed, told.queued, told.held) == (2, 0, 0, 1)
    assert recipients(mailbox) == ["ada@harbour.example", "cat@valley.example"]
    assert live.outcomes("agenda-published")["1 to P0002"] == "held: parked"
    (error,) = told.errors
    assert "agenda-published/text.txt, line 1" in error
    assert "shoe_size" in error
    assert "Ortega" not in error  # refs only
    assert "ben@" not in error


def test_while_the_fault_stands_it_is_tried_again_after_an_hour_and_not_before(
    live: SmallCohort, broken_for_ben: Renderer
) -> None:
    live.office = replace(live.office, renderer=broken_for_ben)
    live.tick("2026-09-03 09:00")

    soon = [live.tick(f"2026-09-03 09:{minute}").errors for minute in (10, 20, 30, 40, 50)]
    after_an_hour = live.tick("2026-09-03 10:00").errors

    assert soon == [[]] * 5
    assert len(after_an_hour) == 1


def test_when_the_template_is_mended_the_message_goes(
    live: SmallCohort, mailbox: InMemoryMailbox, broken_for_ben: Renderer
) -> None:
    sound = live.office.renderer
    live.office = replace(live.office, renderer=broken_for_ben)
    live.tick("2026-09-03 09:00")
    live.office = replace(live.office, renderer=sound)

    told = live.tick("2026-09-03 10:10")

    assert (told.sent, told.errors) == (1, [])
    assert recipients(mailbox) == [
        "ada@harbour.example",
        "ben@harbour.example",
        "cat@valley.example",
    ]
    assert len(set(message_ids(mailbox))) == 3
    assert not live.messages(status="queued")
