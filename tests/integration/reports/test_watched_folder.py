"""A file put into a folder is applied or refused as a whole, and an e-mail tells which."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import os
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from ats import cohorts
from ats.engine import deliver
from ats.errors import Busy, FileFault
from ats.intake.watch import ImportedFile, import_folder
from ats.office import Office
from ats.outbox import leases
from ats.outbox.mailbox import InMemoryMailbox
from ats.records import models as m
from ats.reports.imports import run_import, run_name

NOW = dt.datetime(2026, 11, 17, 20, 0, tzinfo=ZoneInfo("Europe/London"))  # nobody else mails now
ROSTER = (
    "cohort,participant_ref,given_name,family_name,email,organisation,nation,joined_on,"
    "mentor_ref,mentor_given_name,mentor_family_name,mentor_email,mentor_nation\n"
)
ADA = "2026-10,P0001,Ada,Byron,ada@riverside.example,Riverside,england,2026-10-05,,,,,\n"
PROGRESS = "cohort,participant_ref,section,status,updated_on\n"

Launch = Callable[..., None]


def put(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def look(office: Office, folder: Path) -> list[ImportedFile]:
    return import_folder(office, folder, now=NOW, by="import-exports")


def subjects(mailbox: InMemoryMailbox) -> list[str]:
    read = (email.message_from_bytes(m.data, policy=email.policy.default) for m in mailbox.received)
    return sorted(str(message["Subject"]) for message in read)


def bodies(mailbox: InMemoryMailbox) -> str:
    read = [email.message_from_bytes(m.data, policy=email.policy.default) for m in mailbox.received]
    parts = [part.get_content() for mail in read for part in mail.walk() if not part.is_multipart()]
    return " ".join(" ".join(map(str, parts)).split())


def sections(office: Office) -> list[tuple[str, str]]:
    with office.store.read() as session:
        found = session.execute(select(m.Progress.section, m.Progress.status))
        return sorted((section, status) for section, status in found)


def rows(office: Office) -> list[tuple[str, str, str, str | None]]:
    r = m.LedgerRow
    with office.store.read() as session:
        found = session.execute(
            select(r.key, r.role, r.outcome, r.reason).where(r.step == "import-preflight")
        )
        return sorted(tuple(row) for row in found)


def test_clean_files_are_applied_rosters_first_and_operations_hear_of_each(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox
) -> None:
    launched()
    put(folder, "a-progress-2026-11-16.csv", PROGRESS + "2026-10,P0001,pdp,complete,2026-11-12\n")
    put(folder, "b-roster.csv", ROSTER + ADA)
    done = look(office, folder)
    assert [(file.name, file.state, file.kind, file.as_of) for file in done] == [
        ("b-roster.csv", "applied", "roster", None),
        ("a-progress-2026-11-16.csv", "applied", "progress", dt.date(2026, 11, 16)),
    ]
    assert sections(office) == [("pdp", "complete")]
    deliver(office, now=NOW)
    assert subjects(mailbox) == [
        "Import a-progress-2026-11-16.csv: ready",
        "Import b-roster.csv: ready",
    ]
    assert sorted(path.name for path in (folder / "applied").iterdir()) == [
        "a-progress-2026-11-16.csv",
        "b-roster.csv",
    ]
    assert [row[1:] for row in rows(office)] == [("operations", "sent", None)] * 2


def test_a_file_with_a_problem_is_refused_as_a_whole(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox
) -> None:
    launched()
    put(folder, "roster.csv", ROSTER + ADA)
    look(office, folder)
    good = "2026-10,P0001,pdp,complete,2026-11-12\n"
    put(folder, "progress-2026-11-16.csv", PROGRESS + good + "2026-10,P0099,pdp,complete,1\n")
    (refused,) = look(office, folder)
    assert (refused.state, refused.cohort) == ("refused", "2026-10")
    assert sections(office) == []
    deliver(office, now=NOW)
    assert "Import progress-2026-11-16.csv: needs a look" in subjects(mailbox)
    note = (folder / "refused" / "progress-2026-11-16.csv.why.txt").read_text(encoding="utf-8")
    assert note.splitlines() == list(refused.problems)
    assert note.startswith("Row 3, ")


def test_the_same_file_again_changes_nothing(
    office: Office, launched: Launch, folder: Path
) -> None:
    launched()
    put(folder, "roster.csv", ROSTER + ADA)
    (first,) = look(office, folder)
    put(folder, "roster.csv", ROSTER + ADA)
    (again,) = look(office, folder)
    assert (again.state, again.import_id) == ("unchanged", first.import_id)
    assert sorted(path.name for path in (folder / "applied").iterdir()) == [
        "roster (2).csv",
        "roster.csv",
    ]


@pytest.mark.parametrize(
    "text", [ROSTER + ADA.replace("2026-10,", "2030-01,", 1), "not a table", "\x00\x01\x02"]
)
def test_a_foreign_file_is_told_to_the_first_live_cohort(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox, text: str
) -> None:
    launched("2026-10", live=False)
    launched("2027-10")
    put(folder, "foreign.csv", text)
    (refused,) = look(office, folder)
    assert (refused.state, refused.cohort) == ("refused", None)
    deliver(office, now=NOW)
    assert subjects(mailbox) == ["Import foreign.csv: needs a look"]
    assert [row[0] for row in rows(office)] == ["2027-10/-/import-preflight/1/operations"]


def test_without_any_cohort_a_file_is_moved_and_explained_beside(
    office: Office, folder: Path
) -> None:
    put(folder, "roster.csv", ROSTER + ADA)
    (refused,) = look(office, folder)
    assert refused.state == "refused"
    assert sorted(path.name for path in (folder / "refused").iterdir()) == [
        "roster.csv",
        "roster.csv.why.txt",
    ]


def test_a_trial_mails_operations_only_if_they_are_on_its_list(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox
) -> None:
    launched(live=False)
    put(folder, "roster.csv", ROSTER + ADA)
    (applied,) = look(office, folder)
    deliver(office, now=NOW)
    assert applied.state == "applied"
    assert mailbox.received == []
    key = "2026-10/-/import-preflight/1/operations"
    assert rows(office) == [(key, "operations", "skipped", "trial")]


def test_a_notice_outlives_a_night_without_mail_server(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox
) -> None:
    """Nothing plans a notice anew, so it is not let go when its day has passed."""
    launched()
    put(folder, "roster.csv", ROSTER + ADA)
    look(office, folder)
    deliver(office, now=NOW + dt.timedelta(hours=10))
    assert subjects(mailbox) == ["Import roster.csv: ready"]


def test_a_notice_waits_while_its_cohort_is_paused(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox
) -> None:
    launched()
    put(folder, "roster.csv", ROSTER + ADA)
    look(office, folder)
    cohorts.pause(office, "2026-10", now=NOW, by="Jo")
    deliver(office, ["2026-10"], now=NOW)
    assert mailbox.received == []
    cohorts.resume(office, "2026-10", now=NOW, by="Jo")
    deliver(office, now=NOW + dt.timedelta(hours=1))
    assert subjects(mailbox) == ["Import roster.csv: ready"]


def test_two_runs_at_once_do_not_import_twice(
    office: Office, launched: Launch, folder: Path
) -> None:
    launched()
    put(folder, "roster.csv", ROSTER + ADA)
    with leases.lease(office.store, "import-folder"), pytest.raises(Busy):
        look(office, folder)
    assert [file.state for file in look(office, folder)] == ["applied"]


def test_a_folder_that_cannot_be_written_is_refused_before_any_file_is_touched(
    office: Office, launched: Launch, tmp_path: Path
) -> None:
    launched()
    (tmp_path / "file").touch()
    with pytest.raises(FileFault, match=r"The import folder .* cannot be written"):
        look(office, tmp_path / "file" / "import")


def test_a_run_is_named_after_what_it_brought_without_a_files_name(
    office: Office, launched: Launch, folder: Path
) -> None:
    launched()
    assert run_import(office, folder, now=NOW)["name"] == "no file to import"
    put(folder, "Ada Byron.csv", ROSTER + ADA)
    put(folder, "Ada Byron 2026-11-16.csv", PROGRESS + "2026-10,P0001,pdp,nonsense,2026-11-12\n")
    told = run_import(office, folder, now=NOW)
    assert (told["name"], told["verdict"]) == (
        "2026-10 · roster applied | 2026-10 · progress as of 2026-11-16 refused",
        "warned",
    )
    assert "Ada" not in str(told)


def test_many_files_are_only_counted() -> None:
    files = [ImportedFile("x", state) for state in ("applied",) * 3 + ("refused",)]
    assert run_name(files) == "3 applied, 1 refused"


def test_the_mail_tells_what_was_not_read_and_which_day_was_guessed(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox
) -> None:
    launched()
    put(folder, "roster.csv", ROSTER + ADA)
    look(office, folder)
    headers = PROGRESS.replace("status", "status,Remark")
    put(folder, "export.csv", headers + "2026-10,P0001,pdp,complete,x,2026-11-12\n")
    os.utime(folder / "export.csv", (NOW.timestamp(), NOW.timestamp()))
    assert [file.state for file in look(office, folder)] == ["applied"]
    deliver(office, now=NOW)
    told = bodies(mailbox)
    assert "Not read: 'Remark'." in told
    assert "so it counts as of 17 November 2026, when it was last changed;" in told


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel workbook; save it as"),
        ("roster.zip", b"PK\x03\x04", "is damaged"),
        ("roster", b"x", "is neither a roster nor a progress export"),
        ("photo.png", b"\x89PNG", "is a picture; name a CSV or XLSX file"),
    ],
)
def test_every_file_gets_its_sentence_whatever_its_ending(
    office: Office, launched: Launch, folder: Path, name: str, data: bytes, problem: str
) -> None:
    launched()
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    (refused,) = look(office, folder)
    assert (refused.name, refused.state) == (name, "refused")
    assert problem in refused.problems[0]


def test_no_name_of_a_file_stops_the_others(
    office: Office, launched: Launch, folder: Path, mailbox: InMemoryMailbox
) -> None:
    launched()
    put(folder, "x" * 245 + ".csv", "a,b\n1,2\n")
    put(folder, "z-good.csv", ROSTER + ADA)
    ben = ADA.replace("P0001", "P0002").replace("ada@", "ben@")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.csv")).write_text(ROSTER + ADA + ben)
    done = {file.name: file.state for file in look(office, folder)}
    assert done == {"x" * 245 + ".csv": "refused", "z-good.csv": "applied", "caf�.csv": "applied"}
    (why,) = (folder / "refused").glob("*.why.txt")
    assert why.name == "x" * 245 + ".c.why.txt"
    deliver(office, now=NOW)
    assert len(mailbox.received) == 3
