"""Silence, mending, adjustments, notes and cases from the command line."""

from __future__ import annotations

import pytest
from command_line import CommandLine

NOW = ("--now", "2026-11-16T10:00", "--by", "Jo")


def test_a_silence_tells_its_effect_and_never_its_reason(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-10-07T10:00")

    looked = live.done("person", "silence", "M0001", "--preview", *NOW)
    told = live.done("person", "silence", "M0001", "--reason", "bereavement", *NOW)

    assert (looked["applied"], told["applied"], told["refs"]) == (False, True, ["M0001"])
    assert [one["kind"] for one in told["cases_opened"]] == ["mentor-silenced"] * 2
    shown = live("person", "show", "M0001").out + live("case", "list").out
    assert "Silenced since 2026-11-16 10:00" in shown
    assert "bereavement" not in shown + live("why", "M0001", *NOW[:2]).out


def test_a_silence_is_lifted_and_not_twice(live: CommandLine) -> None:
    live.done("person", "silence", "P0001", *NOW)
    assert "silenced already" in live.refused("person", "silence", "P0001", *NOW)

    assert live.done("person", "silence", "P0001", "--end", *NOW)["silenced"] is False

    assert "is not silenced" in live.refused("person", "silence", "P0001", "--end", *NOW)
    assert live.done("person", "show", "P0001")["silenced_at"] is None


def test_a_case_is_closed_by_whoever_has_seen_to_it(live: CommandLine) -> None:
    live.done("person", "silence", "P0001", *NOW)
    (case,) = live.done("case", "list", "--state", "open")

    assert live.done("case", "close", str(case["id"]), *NOW)["kind"] == "silenced-participant"

    assert "closed already" in live.refused("case", "close", str(case["id"]), *NOW)
    assert (
        live.refused("case", "close", "99", *NOW)
        == "There is no case 99; see them all with `ats case list`."
    )


def test_what_staff_mend_is_never_overwritten_by_a_roster(live: CommandLine) -> None:
    told = live.done("person", "mend", "P0001", "--email", "ada@new.example", *NOW)
    live.done("person", "mend", "M0001", "--family-name", "Murray", *NOW)

    live.done("roster", "import", "roster.csv", "--cohort", "2026-10", "--apply", *NOW)

    assert told["fields"] == {
        "email": {"before": "ada@harbour.example", "after": "ada@new.example"}
    }
    assert live.done("person", "show", "P0001")["email"] == "ada@new.example"
    assert live.done("person", "show", "M0001")["family_name"] == "Murray"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("--email", "Grace@Harbour.example"), "That is the address of M0001; ask whose it is"),
        (("--email", "nobody"), "This cannot be --email"),
        (("--nation", "france"), "This cannot be --nation"),
        (("--given-name", "Ada"), "All of this stands so for P0001 already"),
        ((), "Say what to mend"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    live: CommandLine, given: tuple[str, ...], why: str
) -> None:
    before = live.done("person", "show", "P0001")

    assert live.refused("person", "mend", "P0001", *given, *NOW).startswith(why)

    assert live.done("person", "show", "P0001") == before
    assert [one for one in live.done("audit") if one["action"].startswith("mend")] == []


def test_an_old_address_that_failed_does_not_stop_the_new_one(live: CommandLine) -> None:
    from sqlalchemy import select

    from ats.records import models as m
    from ats.records.gather import everybody
    from ats.records.store import Store

    store = Store(f"sqlite:///{live.folder / 'var' / 'ats.db'}")
    with store.write() as session:
        ada = session.execute(select(m.Person).where(m.Person.given_name == "Ada")).scalar_one()
        failed = m.Suppression(email_key=ada.email_key, reason="refused", at=ada.created_at)
        session.add(failed)
    live.done("person", "mend", "P0001", "--email", "ada@new.example", *NOW)

    with store.read() as session:
        ada = session.execute(select(m.Person).where(m.Person.given_name == "Ada")).scalar_one()
        (person,) = everybody(session, 1, m.Enrolment.id == 1)
        changed = ada.email_changed_at
    store.close()
    assert (person.ref, person.suppressed, changed is None) == ("P0001", {}, False)


def test_notes_and_adjustments_are_shown_to_staff(live: CommandLine) -> None:
    live.done("participant", "note", "P0001", "Prefers mornings.", *NOW)
    live.done("participant", "note", "P0001", "Rang at ten.", "--call", *NOW)
    live.done("participant", "adjust", "P0001", "other-format", *NOW)

    (enrolment,) = live.done("person", "show", "P0001")["enrolments"]
    story = live.done("why", "P0001", *NOW[:2])["story"]
    shown = live("person", "show", "P0001").out

    assert [(one["kind"], one["text"]) for one in enrolment["notes"]] == [
        ("note", "Prefers mornings."),
        ("call", "Rang at ten."),
    ]
    assert enrolment["adjustments"] == ["other-format"]
    assert [one["step"] for one in story if one["kind"] == "note"] == ["call", "note"]
    assert "Agreed with them: other-format" in shown
    assert "access" not in shown
    assert "Rang at ten." not in live("why", "M0001", *NOW[:2]).out
    assert live.refused("participant", "note", "P0001", "  ", *NOW).startswith("The note is empty")


def test_staff_record_what_they_have_seen_done(live: CommandLine) -> None:
    told = live.done("participant", "seen-done", "P0001", "pdp", *NOW)

    (enrolment,) = live.done("person", "show", "P0001")["enrolments"]
    (pdp,) = (one for one in enrolment["milestones"] if one["key"] == "pdp")
    assert (told["action"], pdp["said_done_at"]) == ("seen-done", "2026-11-16T10:00:00+00:00")
