"""The folder into which staff drop files."""

import datetime as dt
import os
import threading
import time
from pathlib import Path

import pytest

from ats.errors import FileFault, Refused
from ats.intake.folder import Dropped, file_kind_and_cohort, move_done, scan_folder
from ats.intake.table import read_table

PROGRESS = "cohort,participant_ref,section,status,updated_on\n2026-10,P1,pdp,complete,2026-10-07\n"


def drop(folder: Path, name: str, text: str = PROGRESS) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def dropped(path: Path, *codes: str) -> Dropped:
    return file_kind_and_cohort(path, read_table(path), codes=codes or ("2026-10",))


def test_only_files_that_staff_dropped_are_found(tmp_path: Path) -> None:
    names = ("a.csv", "b.XLSX", "c.tsv", "d.txt", "e.xls", "f.ods", "g.pdf", "roster")
    expected = [drop(tmp_path, name) for name in names]
    for name in (".hidden.csv", "~$b.xlsx", ".~lock.a.csv#", "e.csv.part", "Thumbs.db"):
        drop(tmp_path, name)
    (tmp_path / "applied").mkdir()
    (tmp_path / "folder.csv").mkdir()
    drop(tmp_path / "applied", "old.csv")
    assert scan_folder(tmp_path, settle_seconds=0) == expected


def test_a_file_that_still_grows_is_left_for_the_next_time(tmp_path: Path) -> None:
    growing, done = drop(tmp_path, "growing.csv"), drop(tmp_path, "done.csv")

    def grow() -> None:
        time.sleep(0.1)
        growing.write_text(PROGRESS * 2)

    writer = threading.Thread(target=grow)
    writer.start()
    assert scan_folder(tmp_path, settle_seconds=0.5) == [done]
    writer.join()
    assert scan_folder(tmp_path, settle_seconds=0) == [done, growing]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match=r"cannot be read .*; check ATS_IMPORT_DIR"):
        scan_folder(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "as_of"),
    [
        ("progress-2026-10-2026-10-12.csv", dt.date(2026, 10, 12)),
        ("2026-10-05 to 2026-10-19 (final).csv", dt.date(2026, 10, 19)),
        ("export 2026-10-19 v2026-13-77.csv", dt.date(2026, 10, 19)),
        ("export 16-11-2026.csv", dt.date(2026, 11, 16)),
        ("export_20261116.csv", dt.date(2026, 11, 16)),
        ("export.csv", None),
        ("export-2026-10.csv", None),
        ("export 31-11-2026.csv", None),
    ],
)
def test_the_day_stands_in_the_name_or_is_that_of_the_last_change(
    tmp_path: Path, name: str, as_of: dt.date | None
) -> None:
    path = drop(tmp_path, name)
    changed = dt.datetime(2026, 11, 2, 0, 30, tzinfo=dt.UTC).timestamp()
    os.utime(path, (changed, changed))
    last_change = dt.date(2026, 11, 2)
    assert dropped(path) == Dropped(
        path, "progress", "2026-10", as_of or last_change, is_guessed=as_of is None
    )


def test_rosters_come_before_progress_and_progress_in_its_order(tmp_path: Path) -> None:
    roster = (
        "cohort,participant_ref,given_name,family_name,email,nation,joined_on\n2026-10,P1,,,,,\n"
    )
    names = ["progress-2026-10-19.csv", "progress-2026-10-12.csv"]
    files = [dropped(drop(tmp_path, name)) for name in names]
    files.append(dropped(drop(tmp_path, "roster-2026-10.csv", roster)))
    assert [file.path.name for file in sorted(files, key=lambda file: file.order)] == [
        "roster-2026-10.csv",
        "progress-2026-10-12.csv",
        "progress-2026-10-19.csv",
    ]


def test_the_cohort_is_told_by_its_column(tmp_path: Path) -> None:
    path = drop(tmp_path, "progress.csv", PROGRESS.replace("2026-10,", "Oct-26,"))
    assert dropped(path, "2025-10", "2026-10").cohort == "2026-10"
    with pytest.raises(Refused, match="is of the cohort 'Oct-26', which is not here"):
        dropped(path, "2025-10")


def test_what_is_neither_roster_nor_progress_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="is neither a roster nor a progress export"):
        dropped(drop(tmp_path, "x.csv", "a,b\n1,2\n"))


def test_a_file_that_is_done_overwrites_none(tmp_path: Path) -> None:
    names = []
    for text in ("one", "two", "three"):
        path = drop(tmp_path, "x.csv", text)
        names.append(move_done(path, "applied"))
    assert [path.name for path in names] == ["x.csv", "x (2).csv", "x (3).csv"]
    assert [path.read_text() for path in names] == ["one", "two", "three"]
    assert move_done(drop(tmp_path, "x.csv"), "refused") == tmp_path / "refused" / "x.csv"
    assert list(tmp_path.glob("*.csv")) == []


def test_a_name_that_is_too_long_with_its_ending_is_cut(tmp_path: Path) -> None:
    names = [move_done(drop(tmp_path, "é" * 125 + ".csv"), "refused").name for _ in range(2)]
    assert names == ["é" * 125 + ".csv", "é" * 123 + " (2).csv"]
